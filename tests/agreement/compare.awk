# SPDX-License-Identifier: GPL-2.0-or-later
# compare.awk - one capture's frames: where Wireshark's word on a segment and ours differ
#
# usage: awk -v capture=NAME -f compare.awk FRAMES
#
# Reads `tshark -2 -T fields -E header=y` with \001 between the values of one field. Writes rows
# of capture, frame, field, Wireshark's, ours, with tabs between. The fields:
#   verdict  tcp.analysis's booleans against step, marks and window, in our words
#   acks     tcp.analysis.acks_frame against acks
#   rtt      tcp.analysis.initial_rtt against handshake.rtt, once a stream
#   request_in, response_in, time   HTTP's against ours, where an HTTP message ends

function row(frame, field, theirs, ours)
{
    printf "%s\t%s\t%s\t%s\t%s\n", capture, frame, field, theirs == "" ? "-" : theirs,
        ours == "" ? "-" : ours
}

function value(name)
{
    if (!(name in column)) {
        print "compare.awk: no column " name > "/dev/stderr"
        exit failed = 1
    }
    return $column[name]
}

function ns(seconds,    part)
{
    split(seconds, part, ".")
    return part[1] * 1e9 + substr(part[2] "000000000", 1, 9)
}

function add(set, word)
{
    return index("+" set "+", "+" word "+") ? set : (set == "" ? word : set "+" word)
}

# The words of `set` that `other` has not.
function without(set, other,    word, count, i, rest)
{
    rest = ""
    count = split(set, word, "+")
    for (i = 1; i <= count; i++)
        if (!index("+" other "+", "+" word[i] "+"))
            rest = add(rest, word[i])
    return rest
}

function wireshark_says(    set, name)
{
    set = ""
    if (value("tcp.analysis.fast_retransmission") != "")
        set = add(set, "fast-retransmission")
    else if (value("tcp.analysis.retransmission") != "" ||
             value("tcp.analysis.spurious_retransmission") != "")
        set = add(set, "retransmission")
    if (value("tcp.analysis.lost_segment") != "" || value("tcp.analysis.ack_lost_segment") != "")
        set = add(set, "lost-before")
    for (name in plain)
        if (value("tcp.analysis." name) != "")
            set = add(set, plain[name])
    return set
}

function we_say(    set, step, window, flags, count, i)
{
    set = ""
    count = split(value("tcp-breath.step"), step, aggregator)
    split(value("tcp-breath.window"), window, aggregator)
    split(value("tcp.flags"), flags, aggregator)
    for (i = 1; i <= count; i++) {
        if (step[i] in shared)
            set = add(set, step[i])
        # the low three bits are RST, SYN and FIN
        if (window[i] == "0" && flags[i] ~ /[08]$/)
            set = add(set, "zero-window")
    }
    if (value("tcp-breath.mark.lost-before") ~ truth)
        set = add(set, "lost-before")
    if (value("tcp-breath.mark.reused-port") ~ truth)
        set = add(set, "reused-port")
    return set
}

function compare_verdicts(    theirs, ours, steps)
{
    theirs = wireshark_says()
    ours = we_say()
    if (without(theirs, ours) == "" && without(ours, theirs) == "")
        return
    steps = value("tcp-breath.step")
    gsub(aggregator, "+", steps)
    row(frame, "verdict", without(theirs, ours),
        without(ours, theirs) == "" ? "(" steps ")" : without(ours, theirs))
}

# Wireshark looks its analysis up by frame, seq and ack: of two segments in a frame both may show it.
function distinct(values,    list, count, i, set)
{
    set = ""
    count = split(values, list, aggregator)
    for (i = 1; i <= count; i++)
        set = add(set, list[i])
    return set
}

function compare_acks(    theirs, ours)
{
    theirs = value("tcp.analysis.acks_frame")
    ours = value("tcp-breath.acks")
    if (distinct(theirs) != distinct(ours))
        row(frame, "acks", distinct(theirs), distinct(ours))
}

# Wireshark repeats the handshake's time on many frames of the stream; we tell it where it is known.
function note_rtt(    stream, count, i, ours)
{
    split(value("tcp.stream"), stream, aggregator)
    if (value("tcp.analysis.initial_rtt") != "" && !(stream[1] in rtt_theirs)) {
        rtt_theirs[stream[1]] = value("tcp.analysis.initial_rtt")
        rtt_frame[stream[1]] = frame
    }
    count = split(value("tcp-breath.handshake.rtt"), ours, aggregator)
    for (i = 1; i <= count; i++) {
        rtt_ours[stream[i]] = ours[i]
        rtt_frame[stream[i]] = frame
    }
}

function compare_rtts(    stream)
{
    for (stream in rtt_frame)
        if (ns(rtt_theirs[stream]) != ns(rtt_ours[stream]) ||
            (rtt_theirs[stream] == "") != (rtt_ours[stream] == ""))
            row(rtt_frame[stream], "rtt", rtt_theirs[stream], rtt_ours[stream])
}

# Where a frame ends several messages, our value is about one of them.
function agrees(theirs, ours,    list, count, i)
{
    if (ours == "" || theirs == "")
        return ours == theirs
    count = split(theirs, list, ",")
    for (i = 1; i <= count; i++)
        if (list[i] == ours)
            return 1
    return 0
}

function compare_http(field, theirs, ours)
{
    gsub(aggregator, ",", theirs)
    gsub(aggregator, ",", ours)
    if (!agrees(theirs, ours))
        row(frame, field, theirs, ours)
}

function our_time(    first, rest)
{
    first = value("tcp-breath.response_time")
    rest = value("tcp-breath.response_duration")
    return first == "" ? "" : sprintf("%.9f", (ns(first) + ns(rest)) / 1e9)
}

BEGIN {
    FS = "\t"
    aggregator = "\001"
    truth = "(1|True|true)"
    plain["out_of_order"] = "out-of-order"
    plain["window_update"] = "window-update"
    plain["zero_window"] = "zero-window"
    plain["zero_window_probe"] = "zero-window-probe"
    plain["zero_window_probe_ack"] = "zero-window-probe-ack"
    plain["keep_alive"] = "keep-alive"
    plain["keep_alive_ack"] = "keep-alive-ack"
    plain["duplicate_ack"] = "dup-ack"
    plain["reused_ports"] = "reused-port"
    for (name in plain)
        shared[plain[name]] = 1
    shared["retransmission"] = shared["fast-retransmission"] = 1
    delete shared["zero-window"] # told from the window: other steps win over it
}

NR == 1 {
    for (i = 1; i <= NF; i++)
        column[$i] = i
    next
}

{ frame = value("frame.number") }

value("tcp") == "" { next }

{
    compare_verdicts()
    compare_acks()
    note_rtt()
}

value("http.request") != "" {
    compare_http("response_in", value("http.response_in"), value("tcp-breath.response_in"))
}

value("http.response") != "" {
    compare_http("request_in", value("http.request_in"), value("tcp-breath.request_in"))
    compare_http("time", value("http.time"), our_time())
}

END {
    if (!failed)
        compare_rtts()
}
