#!/bin/sh
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

# plays one scenario; 77 if this machine cannot
play()
{
    "$binaries/live-drive" "$wire" "$1" "$TB_TMP/$1.pcap" "$TB_TMP/$1.kernel" || return
    chmod go+r "$TB_TMP/$1.pcap"
    [ -z "${TB_LIVE_KEEP:-}" ] || cp "$TB_TMP/$1.pcap" "$TB_TMP/$1.kernel" "$TB_LIVE_KEEP/"
    tb_run tshark -n -r "$1.pcap" -T fields -e frame.number -e tcp-breath.phase -e tcp-breath.step \
        -e tcp-breath.client.state -e tcp-breath.server.state >"$TB_TMP/$1.ours" || return
    "$binaries/live-compare" "$1" "$TB_TMP/$1.kernel" "$TB_TMP/$1.ours"
}

failed=
skipped=
[ $# -gt 0 ] || set -- $("$binaries/live-drive" --list "$wire")
for scenario in "$@"; do
    status=0
    play "$scenario" || status=$?
    case $status in
    0) ;;
    77) skipped="$skipped $scenario" ;;
    *) failed="$failed $scenario" ;;
    esac
done
[ -z "$failed" ] || tb_fail "we and the kernel disagree on$failed ($wire)"
[ -z "$skipped" ] || tb_skip "this machine cannot play$skipped ($wire)"
