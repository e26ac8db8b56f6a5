# SPDX-License-Identifier: GPL-2.0-or-later
# cases.awk - whether a capture names the processes that live-cases says had the ends
#
# usage: awk [-v lossy=1] -f cases.awk FRAMES TRUTH
#
# FRAMES has a line for each frame: source, port, destination, port, SYN, ACK (1 or 0), and the
# comment; TRUTH is live-cases'. A connection is addresses, ports and its number: a SYN begins the
# next one. Exit status 0: everybody was named as the truth says. Where events were lost, ends may be
# unsure or unknown, and some have to be; nobody may be named wrongly.

function value(key, i)
{
    for (i = 7; i <= NF; i++)
        if (index($i, key "=") == 1)
            return substr($i, length(key) + 2)
    return ""
}

# What the frame's note says of the end.
function hear(end, key, pid)
{
    pid = value(end ".pid")
    if (pid == "")
        return
    pids[key] = pids[key] " " pid
    if (value(end ".comm") != last[key]) {
        comms[key] = comms[key] == "" ? value(end ".comm") : comms[key] ">" value(end ".comm")
        last[key] = value(end ".comm")
    }
    if (value(end ".certainty") == "unsure")
        unsure[key] = 1
}

function complain(what)
{
    print what ": " $0 ": said pid" pids[key] ", comm " comms[key]
    bad = 1
}

function is_all(list, pid, i, n, words)
{
    n = split(list, words, " ")
    for (i = 1; i <= n; i++)
        if (words[i] != pid)
            return 0
    return 1
}

FILENAME == ARGV[1] {
    there = $1 " " $2 " " $3 " " $4
    back = $3 " " $4 " " $1 " " $2
    if ($5 && !$6 && there != back) {
        # a SYN that is sent again, or meets one, begins nothing: it is not in any case here
        number[there]++
        number[back] = number[there]
    }
    hear("src", there " " (number[there] + 0))
    hear("dst", back " " (number[there] + 0))
    frames[there " " (number[there] + 0)]++
    frames[back " " (number[there] + 0)]++
    next
}

{
    tuple = $3 " " $4 " " $5 " " $6
    key = tuple " " (number[tuple] == "" ? 0 : ++told[tuple])
    checked++
    if (frames[key] == 0)
        complain("not captured")
    else if ($7 == "-") {
        if (pids[key] != "")
            complain("wrong, somebody is named")
    } else if ($7 ~ /^\?/) {
        if (!is_all(pids[key], substr($7, 2)))
            complain("wrong")
    } else if ($7 ~ /^~/ && !unsure[key])
        complain("not unsure")
    else if (pids[key] == "") {
        unknown++
        if (!lossy)
            complain("unknown")
    }
    else if (!is_all(pids[key], $7 ~ /^~/ ? substr($7, 2) : $7))
        complain("wrong")
    else if (comms[key] != $8)
        complain("wrong name")
    else if (unsure[key] && $7 !~ /^~/) {
        vague++
        if (!lossy)
            complain("unsure")
    }
}

END {
    printf "%d ends, of them %d unsure and %d unknown\n", checked, vague, unknown
    exit bad || checked == 0 || (lossy && vague == 0)
}
