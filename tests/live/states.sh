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
at_once=4 # they mostly wait for the kernel's timers

tb_is_root || tb_skip "network namespaces and captures need root"
tb_begin
tb_require_plugin

[ $# -gt 0 ] || set -- $("$binaries/live-drive" --list "$wire")
printf '%s\n' "$@" | xargs -P "$at_once" -I NAME sh -c '
    status=0
    "$1/live-drive" "$2" "$3" "$4/$3.pcap" "$4/$3.kernel" >"$4/$3.out" 2>&1 || status=$?
    echo "$status" >"$4/$3.status"' - "$binaries" "$wire" NAME "$TB_TMP"

failed=
skipped=
captures=
kernels=
for scenario in "$@"; do
    cat "$TB_TMP/$scenario.out"
    case $(cat "$TB_TMP/$scenario.status") in
    0)
        captures="$captures $TB_TMP/$scenario.pcap"
        kernels="$kernels $scenario:$TB_TMP/$scenario.kernel"
        ;;
    77) skipped="$skipped $scenario" ;;
    *) failed="$failed $scenario" ;;
    esac
done
[ -z "${TB_LIVE_KEEP:-}" ] || cp "$TB_TMP"/*.pcap "$TB_TMP"/*.kernel "$TB_LIVE_KEEP/"

# The names hold no blanks, and every run has addresses of its own: one look at all captures, one
# after the other.
if [ -n "$captures" ]; then
    mergecap -a -w "$TB_TMP/all.pcapng" $captures
    chmod go+r "$TB_TMP/all.pcapng"
    tb_run tshark -n -r all.pcapng -T fields -e frame.number -e tcp-breath.phase \
        -e tcp-breath.step -e tcp-breath.client.state -e tcp-breath.server.state >"$TB_TMP/ours"
    "$binaries/live-compare" "$TB_TMP/ours" $kernels || failed="$failed (see above)"
fi
[ -z "$failed" ] || tb_fail "$wire: we and the kernel disagree, or it could not be played:$failed"
[ -z "$skipped" ] || tb_skip "$wire: this machine cannot play$skipped"
