#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breathdump_merged.sh - captures of two network namespaces in one file: each name is its own
#
# In both, connections with the same addresses and ports begin in the same microseconds: then their
# sequence numbers are close too, for one kernel's clock gives them.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

tb_is_root || tb_skip "network namespaces and tracing need root"
if [ "${1:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    command -v python3 >/dev/null || tb_skip "no python3"
    unshare --net --mount true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net --mount --propagation private -- "$0" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
begin_work
program=$TB_SOURCE_DIR/tests/live/merged.py
mount -t tmpfs -o mode=755 tmpfs /run

listens()
{
    [ -n "$(ip netns exec "$1" ss -Htln 'sport = :8080')" ]
}

for side in one two; do
    ip netns add $side
    ip -netns $side link set lo up
    ip netns exec $side python3 "$program" serve server-$side &
    children="$children $!"
    await listens $side
done
start_bpf --netns one -i lo -f 'tcp port 8080' -w one.pcapng
first=$dump
start_bpf --netns two -i lo -f 'tcp port 8080' -w two.pcapng
when=$(($(date +%s) + 2))
ip netns exec one python3 "$program" ask client-one $when 100 &
asking=$!
children="$children $asking"
ip netns exec two python3 "$program" ask client-two $when 100
wait $asking
stop INT 0
dump=$first
stop INT 0
mergecap -w merged.pcapng one.pcapng two.pcapng

# FILE OPTION...: what tells a segment, and who is named
names()
{
    cp "$1" "$TB_TMP/out/"
    chmod a+r "$TB_TMP/out/$1"
    file=out/$1
    shift
    tb_run tshark -n -r "$file" "$@" -T fields -E separator=/s -E occurrence=f -e frame.time_epoch \
        -e tcp.srcport -e tcp.dstport -e tcp.seq_raw -e tcp.ack_raw -e tcp.flags -e tcp.len \
        -e tcp-breath.src.process -e tcp-breath.dst.process |
        awk '{ line = $1; for (i = 2; i <= 7; i++) line = line " " $i
            line = line "|"; for (i = 8; i <= NF; i++) line = line " " $i; print line }'
}

for side in one two; do
    names $side.pcapng -2 >$side.names
done
for passes in '' -2; do
    # shellcheck disable=SC2086 # an option, or none
    names merged.pcapng $passes >merged.names
    python3 "$program" check merged.names one.names=-one two.names=-two >said ||
        tb_fail "merged${passes:+, two passes}: $(tail -n 20 said)"
    tail -n 1 said
done
tb_end
