#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# states.sh - plays every scenario on a wire and compares our states with the kernel's
#
# usage: states.sh WIRE BINARIES [SCENARIO...]
# TB_LIVE_KEEP names a folder that gets a copy of each capture and of the kernel's word.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

wire=$1
binaries=$2
shift 2

tb_is_root || tb_skip "network namespaces and captures need root"
tb_begin
tb_require_plugin

status=0
"$binaries/live-drive" "$wire" "$TB_TMP" "$@" >"$TB_TMP/played" || status=$?
[ "$status" -eq 0 ] || {
    cat "$TB_TMP/played"
    exit "$status"
}
[ -z "${TB_LIVE_KEEP:-}" ] || cp "$TB_TMP"/*.pcap "$TB_TMP"/*.kernel "$TB_LIVE_KEEP/"

failed=
skipped=
set --
while read -r scenario status; do
    cat "$TB_TMP/$scenario.out"
    case $status in
    0)
        set -- "$@" "$scenario"
        ;;
    77) skipped="$skipped $scenario" ;;
    *) failed="$failed $scenario" ;;
    esac
done <"$TB_TMP/played"

# Every scenario has addresses of its own: one look at all captures, one after the other.
if [ $# -gt 0 ]; then
    (cd "$TB_TMP" && mergecap -a -w all.pcapng "${@/%/.pcap}")
    chmod go+r "$TB_TMP/all.pcapng"
    tb_run tshark -n -r all.pcapng -T fields -e frame.number -e tcp-breath.phase \
        -e tcp-breath.step -e tcp-breath.client.state -e tcp-breath.server.state >"$TB_TMP/ours"
    "$binaries/live-compare" "$TB_TMP/ours" "$TB_TMP" "$@" || failed="$failed (see above)"

    # a comparison that finds nothing here would find nothing there
    sed 's/FIN-WAIT-1/ESTABLISHED/; s/CLOSED$/LAST-ACK/' "$TB_TMP/ours" >"$TB_TMP/wrong"
    ! "$binaries/live-compare" "$TB_TMP/wrong" "$TB_TMP" "$@" >/dev/null ||
        tb_fail "live-compare accepts wrong states"
fi
[ -z "$failed" ] || tb_fail "$wire: we and the kernel disagree, or it could not be played:$failed"
[ -z "$skipped" ] || tb_skip "$wire: this machine cannot play$skipped"
