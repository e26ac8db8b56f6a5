#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breathdump_without_bpf.sh - built without BPF tracing, breathdump names processes all the same
#
# usage: breathdump_without_bpf.sh BINARIES
#
# On the loopback device of a network namespace of its own.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1
folder=${TB_BUILD_DIR:?}/without-bpf

tb_is_root || tb_skip "a network namespace and a capture need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    generator=$(sed -n 's/^CMAKE_GENERATOR:INTERNAL=//p' "$TB_BUILD_DIR/CMakeCache.txt")
    { cmake -S "$TB_SOURCE_DIR" -B "$folder" -G "$generator" -DTB_BPF=OFF -DTB_PLUGIN=OFF \
        -DTB_TESTS=OFF && cmake --build "$folder" --target breathdump; } >"$folder.log" 2>&1 ||
        tb_fail "$(cat "$folder.log")"
    exec unshare --net -- "$0" "$binaries" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
. "$TB_SOURCE_DIR/tests/live/naming.sh"
begin_capturing

"$folder/bin/breathdump" -i lo -w without.pcapng 2>said &
dump=$!
children="$children $dump"
await grep -q 'capturing on' said
grep -q 'BPF tracing: BPF is not built in' said || tb_fail "$(cat said)"
grep -q 'processes from /proc' said || tb_fail "$(cat said)"
"$binaries/live-population" --clients=20 --pause=20 --servers=single,greeting truth >/dev/null
kill -INT "$dump"
wait "$dump" || tb_fail "exit status $?: $(cat said)"
comments without.pcapng >comments.without
compare_holders truth comments.without || tb_fail "$(cat said)"
