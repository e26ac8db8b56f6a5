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

# ADDRESS NAMESPACE NAME: a server there
serve()
{
    ip netns exec "$2" python3 "$program" serve "$3" "$1" &
    children="$children $!"
    await listens "$2"
}

# INTERFACE INTERFACE: breathdump in both
begin_both()
{
    start_bpf --netns one -i "$1" -f 'tcp port 8080' -w one.pcapng
    first=$dump
    start_bpf --netns two -i "$2" -f 'tcp port 8080' -w two.pcapng
}

end_both()
{
    stop INT 0
    dump=$first
    stop INT 0
    mergecap -w merged.pcapng one.pcapng two.pcapng
}

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

# ADDRESS SHARE: of a server and its clients in each namespace; at least so many per cent are named.
# Where two clients begin in the same 64 ns, their first sequence numbers are the same: then, but for
# the loopback's, nothing tells them apart before their servers answer, and nobody is named.
of_two_networks_each_name_is_its_own()
{
    serve "$1" one server-one
    serve "$1" two server-two
    begin_both lo lo
    when=$(($(date +%s) + 2))
    ip netns exec one python3 "$program" ask client-one "$1" "$1" $when 100 &
    asking=$!
    children="$children $asking"
    ip netns exec two python3 "$program" ask client-two "$1" "$1" $when 100
    wait $asking
    end_both
    end_children
    for side in one two; do
        names $side.pcapng -2 >$side.names
    done
    for passes in '' -2; do
        # shellcheck disable=SC2086 # an option, or none
        names merged.pcapng $passes >merged.names
        python3 "$program" check "$2" merged.names one.names=-one two.names=-two >said.names ||
            tb_fail "$1, merged${passes:+, two passes}: $(tail -n 20 said.names)"
        tail -n 1 said.names
    done
}

# Of one network that two namespaces are the ends of, a connection is one.
of_two_ends_each_is_named_in_both()
{
    serve 198.51.100.2 two server-two
    begin_both veth-one veth-two
    ip netns exec one python3 "$program" ask client-one 198.51.100.1 198.51.100.2 "$(date +%s)" 20
    end_both
    end_children
    names merged.pcapng -2 >merged.names
    awk -F '[ |]' '{ n++
            source = $2 == 8080 ? "server-two" : "client-one"
            destination = $2 == 8080 ? "client-one" : "server-two"
            if ($9 != source || $10 != destination) { print; bad = 1 } }
        END { exit bad || n < 400 }' merged.names >said.names ||
        tb_fail "both ends: $(wc -l <merged.names) frames: $(head -n 20 said.names)"
    [ "$(tb_run tshark -n -r out/merged.pcapng -T fields -e tcp-breath.connection |
        sort -u | wc -l)" -eq 20 ] || tb_fail "more than 20 connections"
}

for side in one two; do
    ip netns add $side
    ip -netns $side link set lo up
    ip -netns $side address add 192.0.2.1/32 dev lo
done
ip link add veth-one netns one type veth peer name veth-two netns two
ip -netns one address add 198.51.100.1/24 dev veth-one
ip -netns two address add 198.51.100.2/24 dev veth-two
ip -netns one link set veth-one up
ip -netns two link set veth-two up
for test in \
    'of_two_networks_each_name_is_its_own 127.0.0.1 90' \
    'of_two_networks_each_name_is_its_own 192.0.2.1 50' \
    of_two_ends_each_is_named_in_both; do
    $test
    printf 'ok: %s\n' "$test"
done
tb_end
