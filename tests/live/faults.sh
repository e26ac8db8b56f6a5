#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# faults.sh - what breath and breathdump do among hostile processes, and when calls of theirs fail
#
# usage: faults.sh hostile LIVE-HOSTILE [SECONDS]
#        faults.sh inject SHIM [sample|all [SEED [WORD]]]
#
# See hostile.py and inject.py. WORD: only commands that hold it.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

what=$1
with=$2
shift 2
tb_is_root || tb_skip "a network namespace needs root"
command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
bin=${TB_BUILD_DIR:?}/bin
live=$TB_SOURCE_DIR/tests/live

tb_begin
mkdir "$TB_TMP/work"
cd "$TB_TMP/work"
# shellcheck disable=SC2016 # the inner shell's
inside='ip link set lo up && exec "$@"'
case $what in
hostile)
    unshare --net -- sh -c "$inside" sh "$bin/breathdump" --attribution bpf -i lo -c 1 -a duration:1 \
        -w probe.pcapng 2>said || tb_skip "$(cat said)"
    unshare --net -- sh -c "$inside" sh "$live/hostile.py" "$bin" "$with" "${1:-15}"
    ;;
inject)
    command -v strace >/dev/null || tb_skip "no strace program (package strace)"
    unshare --net --pid --fork --mount-proc -- sh -c "$inside" sh \
        "$live/inject.py" "$bin" "$with" "${1:-sample}" "${2:-1}" "${3:-}"
    ;;
*)
    tb_fail "usage: faults.sh hostile|inject ..."
    ;;
esac
