# SPDX-License-Identifier: GPL-2.0-or-later
# layers.awk - as many layers as TCP headers, each explains its segment, and links lead back
#
# usage: awk -v capture=NAME -f layers.awk FRAMES
#
# Reads what agreement.sh's frames() writes; prints a sentence for each finding.

function times(text,    part)
{
    return split(text, part, "\001")
}

BEGIN { FS = "\t" }

NR == 1 {
    for (i = 1; i <= NF; i++)
        column[$i] = i
    next
}

{
    frame = $column["frame.number"]
    headers = times($column["tcp"])
    layers = times($column["tcp-breath"])
    if (headers != layers)
        printf "%s: frame %s: %d TCP headers, %d layers\n", capture, frame, headers, layers
}

# "unknown" and "other" are for a header that is cut off, and for a segment with none of the flags
# RST, SYN, ACK and FIN, which RFC 9293 section 3.10.7.4 drops. "unknown" is also for an
# acknowledgment of what the capture has not shown, where that may be a byte or a FIN: see undecided().
function means_nothing(flags)
{
    return flags ~ /[02468ace][08]$/
}

function undecided(phase, step, marks)
{
    return phase == "unknown" && step == "ack" && marks ~ /1|[Tt]rue/
}

{
    count = split($column["tcp-breath.phase"], phase, "\001")
    split($column["tcp-breath.step"], step, "\001")
    split($column["tcp.flags"], flags, "\001")
    if (count != layers)
        printf "%s: frame %s: %d layers, %d phases\n", capture, frame, layers, count
    for (i = 1; i <= count; i++)
        if ((phase[i] == "unknown" || step[i] == "other") && !means_nothing(flags[i]) &&
            !undecided(phase[i], step[i], $column["tcp-breath.mark.inferred"] \
                                           $column["tcp-breath.mark.lost-before"]) &&
            $column["tcp-breath.mark.truncated"] !~ /1|[Tt]rue/)
            printf "%s: frame %s: phase %s, step %s\n", capture, frame, phase[i], step[i]
}

# Links lead back. Where a frame has several layers, one of them does.
function has(list, wanted,    item, count, i)
{
    count = split(list, item, "[\001,]")
    for (i = 1; i <= count; i++)
        if (item[i] == wanted)
            return 1
    return 0
}

"tcp-breath.acked_in" in column {
    acks[frame] = $column["tcp-breath.acks"]
    acked_in[frame] = $column["tcp-breath.acked_in"]
    request_in[frame] = $column["tcp-breath.request_in"]
    response_in[frame] = $column["tcp-breath.response_in"]
}

END {
    for (frame in acks) {
        count = split(acks[frame], to, "\001")
        for (i = 1; i <= count; i++)
            if (!has(acked_in[to[i]], frame))
                printf "%s: frame %s acknowledges %s, which is not acked_in it\n", capture, frame,
                    to[i]
        count = split(acked_in[frame], to, "\001")
        for (i = 1; i <= count; i++)
            if (acks[to[i]] == "")
                printf "%s: frame %s is acked_in %s, which acknowledges none\n", capture, frame,
                    to[i]
        count = split(request_in[frame], to, "\001")
        for (i = 1; i <= count; i++)
            if (response_in[to[i]] == "")
                printf "%s: frame %s is a response to %s, which has none\n", capture, frame, to[i]
    }
}
