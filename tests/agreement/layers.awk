# SPDX-License-Identifier: GPL-2.0-or-later
# layers.awk - as many layers as TCP headers, and each of them explains its segment
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
# RST, SYN, ACK and FIN, which RFC 9293 section 3.10.7.4 drops.
function means_nothing(flags)
{
    return flags ~ /[02468ace][08]$/
}

{
    count = split($column["tcp-breath.phase"], phase, "\001")
    split($column["tcp-breath.step"], step, "\001")
    split($column["tcp.flags"], flags, "\001")
    if (count != layers)
        printf "%s: frame %s: %d layers, %d phases\n", capture, frame, layers, count
    for (i = 1; i <= count; i++)
        if ((phase[i] == "unknown" || step[i] == "other") && !means_nothing(flags[i]) &&
            $column["tcp-breath.mark.truncated"] !~ /1|[Tt]rue/)
            printf "%s: frame %s: phase %s, step %s\n", capture, frame, phase[i], step[i]
}
