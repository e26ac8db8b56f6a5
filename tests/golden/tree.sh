#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tree.sh - how the layer looks: one segment a phase, in both languages
set -euo pipefail
. "$(dirname "$0")/golden.sh"

# phase capture frame; "process": for the process, whatever the phase
segments='handshake article 1
handshake article 2
request article 5
response article 7
window-update article 4
teardown article 12
keep-alive tcp-keep-alive -
reset reset-in-exchange -
quoted icmp-quote -
process process-notes 6
process process-hostile 1'

# The first layer alone, wherever it stands; the others are Wireshark's
first_layer()
{
    awk '
        { indent = match($0, /[^ ]/) }
        state == 1 && (indent <= at || NF == 0) { state = 2 }
        state == 0 && /^ *TCP Breath, / { state = 1; at = indent }
        state == 1'
}

golden_begin
while read -r phase capture frame; do
    filter="tcp-breath.phase == \"$phase\""
    name=$phase
    case $phase:$frame in
    process:*)
        filter="frame.number == $frame"
        name=$capture
        ;;
    *:-) ;;
    *)
        filter="$filter && frame.number == $frame"
        name=$phase-$frame
        ;;
    esac
    for language in en ja; do
        tb_run tshark -n -2 -r "captures/$capture.pcapng" -o "tcp-breath.language:$language" \
            -Y "$filter" -O icmp,tcp-breath >"$TB_TMP/all" </dev/null
        first_layer <"$TB_TMP/all" >"$TB_TMP/got"
        golden_compare "tree/$name.$language.txt" "$TB_TMP/got"
    done
done <<<"$segments"
golden_end
