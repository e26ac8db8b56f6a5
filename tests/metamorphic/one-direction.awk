# SPDX-License-Identifier: GPL-2.0-or-later
# one-direction.awk - holds what is said of a segment against what the whole capture says of it
#
# Files: the whole capture's fields, then those of the capture of one direction (-v end=...), each
# with a line of names first. The lesser capture may say less, or say that it concludes:
#   phase, step                    the same, or unknown and plain ack, or inferred
#   states                         the same, or unknown, or inferred
#   handshake and teardown number  the same, or none; of a teardown, or inferred
#   sizes, times                   the same, or none, or what the whole capture says of another
#                                  segment of the connection
#   window                         the same, or none
#   exchange                       no more exchanges on a connection than the whole capture counts

# Two things cannot be told: that the SYN of a simultaneous open is not the first, so that its sender
# is taken for the client; and that an octet goes into a window that the capture never saw shut.

function say(what) {
    failures++
    if (failures <= 40)
        printf "only %s, port %s to %s at %s: %s: \"%s\", of the whole: \"%s\"\n", end,
            $3, $4, $1, what, $name["tcp-breath.meaning"], whole[at, "tcp-breath.meaning"]
}

function key(  i, text) {
    for (i = 1; i <= 8; i++)
        text = text " " $i
    return text
}

function agrees(what, value,  expected) {
    value = $name["tcp-breath." what]
    expected = whole[at, "tcp-breath." what]
    return value == expected
}

function inferred() {
    return $name["tcp-breath.mark.inferred"] != ""
}

BEGIN {
    values = "request.bytes response.bytes response_time request_duration response_duration " \
        "handshake.rtt handshake.rtt.server handshake.rtt.client"
}

FNR == 1 {
    file++
    for (i = 1; i <= NF; i++)
        name[$i] = i
    next
}

file == 1 {
    keys[++lines] = key()
    for (field in name)
        whole[lines, field] = $name[field]
    connection = $name["tcp-breath.connection"]
    if ($name["tcp-breath.exchange"] + 0 > most[connection] + 0)
        most[connection] = $name["tcp-breath.exchange"] + 0
    for (i = 1; i <= split(values, measures, " "); i++)
        said[connection, measures[i], $name["tcp-breath." measures[i]]] = 1
    next
}

{
    do
        at++
    while (at <= lines && keys[at] != key())
    if (at > lines) {
        print "the whole capture has no such segment:" key()
        failures++
        exit 1
    }
    compared++
    phase = $name["tcp-breath.phase"]
    step = $name["tcp-breath.step"]
    if (!agrees("phase") && phase != "unknown" && !inferred())
        say("phase " phase " instead of " whole[at, "tcp-breath.phase"])
    if (!agrees("step") && step != "ack" && !inferred())
        say("step " step " instead of " whole[at, "tcp-breath.step"])
    for (i = 1; i <= split("client server", ends, " "); i++) {
        field = ends[i] ".state"
        state = $name["tcp-breath." field]
        if (!agrees(field) && state != "UNKNOWN" && state != "" && !inferred() &&
            !(step == "syn" && !agrees("role")))
            say(field " " state " instead of " whole[at, "tcp-breath." field])
    }
    for (i = 1; i <= split("handshake.number teardown.number", numbers, " "); i++) {
        value = $name["tcp-breath." numbers[i]]
        if (!agrees(numbers[i]) && value != "" && !inferred())
            say(numbers[i] " " value " instead of " whole[at, "tcp-breath." numbers[i]])
    }
    connection = whole[at, "tcp-breath.connection"]
    for (i = 1; i <= split(values, measures, " "); i++) {
        value = $name["tcp-breath." measures[i]]
        if (value != "" && agrees("role") && !agrees(measures[i]) &&
            !((connection, measures[i], value) in said) &&
            whole[at, "tcp-breath.step"] != "zero-window-probe")
            say(measures[i] " " value " instead of " whole[at, "tcp-breath." measures[i]])
    }
    if (!agrees("window") && $name["tcp-breath.window"] != "")
        say("window " $name["tcp-breath.window"] " instead of " whole[at, "tcp-breath.window"])
    exchange = $name["tcp-breath.exchange"]
    n = split(exchange, several, ",")
    if (n > 0 && several[n] + 0 > most[connection] + 0)
        say("exchange " several[n] " of " most[connection] + 0)
}

END {
    if (failures > 0)
        printf "only %s: %d contradictions\n", end, failures
    else
        printf "only %s: %d segments contradict nothing\n", end, compared
    exit failures > 0 || compared == 0
}
