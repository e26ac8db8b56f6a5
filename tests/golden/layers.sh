#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# layers.sh - every TCP header has one layer, and nothing else has one
set -euo pipefail
. "$(dirname "$0")/golden.sh"

golden_begin
golden_join none
for filter in 'tcp && !tcp-breath' 'tcp-breath && !tcp'; do
    tb_run tshark -n -r out/all.pcapng -Y "$filter" >"$TB_TMP/got"
    [ ! -s "$TB_TMP/got" ] || tb_fail "$filter: $(head -n 1 "$TB_TMP/got")"
done

# a source port a header, a phase a layer
tb_run tshark -n -r out/all.pcapng -T fields -e frame.number -e tcp.srcport -e tcp-breath.phase |
    awk -F '\t' '
        split($2, a, ",") != split($3, b, ",") {
            print "frame " $1 ": ports " $2 ": phases " $3
            bad = 1
        }
        { headers += split($3, b, ",") }
        END { if (headers < 100) print headers " layers seen"; exit bad || headers < 100 }' ||
    tb_fail "not one layer a header"

# Two headers in a frame, to know that the count above counts
tb_run tshark -n -r captures/a-msdu.pcapng -T fields -e tcp-breath.phase | grep -q , ||
    tb_fail "a-msdu: no frame with two layers"

# Where the layer stands: right after TCP's
tb_run tshark -n -r captures/article.pcapng -V | awk '/^[^ ]/ { print $1, $2 }' |
    awk 'prev == "Transmission Control" && $0 != "TCP Breath," { bad = 1 } { prev = $0 }
         END { exit bad }' || tb_fail "the layer is not right after TCP"

# Switched off, it is gone, and TCP is as before
tb_run tshark -n -r captures/article.pcapng --disable-protocol tcp-breath -Y tcp-breath \
    >"$TB_TMP/got"
[ ! -s "$TB_TMP/got" ] || tb_fail "disabled, and still there"
[ "$(tb_run tshark -n -r captures/article.pcapng --disable-protocol tcp-breath -Y tcp | wc -l)" \
    -eq 12 ] || tb_fail "disabled, it takes TCP away"
