#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# breath.sh - tcp-breath.breath is each new byte once, above zero from the client, below from the server
set -euo pipefail
# shellcheck source=tests/golden/golden.sh
. "${TB_SOURCE_DIR:?}/tests/golden/golden.sh"

# $1: capture; lines of role, tcp.len, step, breath
breaths()
{
    tb_run tshark -n -r "captures/$1.pcapng" -T fields -e tcp-breath.role -e tcp.len \
        -e tcp-breath.step -e tcp-breath.breath
}

golden_begin
# where nothing is lost, late or doubled: the whole payload
for capture in article keep-alive-requests chunked pipelining upload websocket; do
    breaths $capture | awk -F '\t' '
        { expected = $2 == 0 ? "" : $1 == "client" ? $2 : -$2 }
        $4 != expected { print NR ": " $0; bad = 1 }
        END { exit bad || NR == 0 }' >&2 || tb_fail "$capture: another breath than its payload"
done
# nothing twice
for capture in retransmitted-data duplicate fast-retransmission; do
    breaths $capture | awk -F '\t' '
        $3 ~ /retransmission/ { again++; if ($4 != "") bad = 1 }
        END { exit bad || again == 0 }' || tb_fail "$capture: repeated bytes are breathed again"
done
# nobody's: quoted, forged, refused
breaths icmp-quote | awk -F '\t' '$3 ~ /icmp-quoted/ && $4 != "" { exit 1 }' ||
    tb_fail "icmp-quote: a quoted segment breathes"
breaths blind-reset | awk -F '\t' '$3 == "reset" && $4 != "" { exit 1 }' ||
    tb_fail "blind-reset: a reset breathes"
# who reads the layer does not see it
! tb_run tshark -n -r captures/article.pcapng -O tcp-breath | grep -qi 'breath: -\?[0-9]' ||
    tb_fail "it is shown in the layer"
golden_end
