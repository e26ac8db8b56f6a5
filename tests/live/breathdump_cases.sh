#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breathdump_cases.sh - breathdump names the right process where it is easily mistaken
#
# usage: breathdump_cases.sh BINARIES
#
# In network namespaces of its own, with BPF tracing; cases.c makes the connections.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1

tb_is_root || tb_skip "a network namespace and tracing need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net --mount true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net --mount --propagation private -- "$0" "$binaries" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
begin_capturing

# FILE: a line for each frame, as cases.awk wants it
frames()
{
    tshark -n -r "$1" -T fields -E separator='|' -E occurrence=f -e ip.src -e ipv6.src \
        -e tcp.srcport -e ip.dst -e ipv6.dst -e tcp.dstport -e tcp.flags.syn -e tcp.flags.ack -e frame.comment 2>/dev/null |
        sed 's/|True/|1/g; s/|False/|0/g; s/|/ /g'
}

# FILE TRUTH [lossy]
compare()
{
    frames "$1" >"$1.frames"
    awk ${3:+-v "$3=1"} -f "$TB_SOURCE_DIR/tests/live/cases.awk" "$1.frames" "$2" >compared ||
        tb_fail "$(head -20 compared; head -60 "$2")"
    cat compared
}

each_case_is_told_as_it_is()
{
    start_bpf -i lo -w all.pcapng
    for case in refused never-accepted forged aborted aborted-at-once half-open time-wait \
        again-after-reset again-in-time-wait pid-again pid-namespace thread rename exec fork self \
        ipv6 v4-mapped; do
        "$binaries/live-cases" $case </dev/null >>truth || tb_fail "$case: $(tail -1 truth)"
    done
    stop INT 0
    compare all.pcapng truth
    grep -q ' 0 dropped by the kernel' said || tb_fail "$(cat said)"
    ! grep -q ' lost: some' said || tb_fail "$(cat said)"
}

# What comes from the server then comes from a process that lives, to one that has ended.
in_time_wait_the_owner_is_who_it_was()
{
    start_bpf -i lo -f 'tcp src port 7070 and tcp[tcpflags] & tcp-fin != 0' -w ended.pcapng
    "$binaries/live-cases" time-wait >truth.ended
    stop INT 0
    compare ended.pcapng truth.ended
}

has_both_ends()
{
    [ "$(wc -l <"$1")" -eq 2 ]
}

# CASE: connections that are there when the capture begins
before_the_capture()
{
    mkfifo begun
    "$binaries/live-cases" "$1" <begun >"truth.$1" &
    children="$children $!"
    case=$!
    exec 9>begun
    await has_both_ends "truth.$1"
    start_bpf -i lo -w "$1.pcapng"
    echo >&9
    wait $case || tb_fail "$1: $(cat "truth.$1")"
    stop INT 0
    exec 9>&-
    rm begun
    compare "$1.pcapng" "truth.$1"
}

what_was_open_before_is_known_from_the_snapshot()
{
    before_the_capture established
    for end in src dst; do
        grep -q "$end.source=snapshot" established.pcapng.frames ||
            tb_fail "$(cat established.pcapng.frames)"
    done
    before_the_capture threads-own
    before_the_capture shared
}

far_end_listens()
{
    [ -n "$(ip netns exec far ss -Htln 'sport = :80')" ]
}

each_namespace_tells_its_own_end()
{
    mount -t tmpfs -o mode=755 tmpfs /run
    for name in near far; do
        ip netns add $name
        ip -netns $name link set lo up
    done
    ip link add veth-near netns near type veth peer name veth-far netns far
    ip -netns near address add 192.0.2.1/24 dev veth-near
    ip -netns far address add 192.0.2.2/24 dev veth-far
    ip -netns near link set veth-near up
    ip -netns far link set veth-far up
    start_bpf --netns near -i veth-near -f tcp -w near.pcapng
    near=$dump
    mv said said.near
    start_bpf --netns /run/netns/far -i veth-far -f tcp -w far.pcapng
    ip netns exec far "$binaries/live-cases" serve 192.0.2.2 80 >truth.far &
    server=$!
    children="$children $server"
    await far_end_listens
    ip netns exec near "$binaries/live-cases" ask 192.0.2.2 80 >truth.near
    wait $server
    stop INT 0
    dump=$near
    stop INT 0
    cat truth.near truth.far >truth.both
    compare near.pcapng truth.both
    compare far.pcapng truth.both
}

same_size()
{
    [ "$size" = "$(stat -c %s "$1")" ] || {
        size=$(stat -c %s "$1")
        return 1
    }
}

# While it is stopped, more happens than the ring of events can hold. Ports are used again by other
# processes all the time: whoever was known there before would be a wrong answer.
where_events_are_lost_answers_are_unsure_or_none()
{
    start_bpf -i lo --event-buffer 1 -s 128 -B 128 -f 'tcp[tcpflags] & (tcp-syn|tcp-rst) != 0' \
        -w lossy.pcapng
    kill -STOP "$dump"
    "$binaries/live-cases" flood >truth.lossy || tb_fail "flood: $(tail -1 truth.lossy)"
    kill -CONT "$dump"
    size=
    await same_size lossy.pcapng
    "$binaries/live-cases" aborted >truth.recovered
    stop INT 0
    grep -q ' 0 dropped by the kernel' said || tb_fail "packets were dropped: $(cat said)"
    lost=$(sed -n 's/^breathdump: \([1-9][0-9]*\) events* .* lost: some.*/\1/p' said)
    [ -n "$lost" ] || tb_fail "nothing was lost, or it was not said: $(cat said)"
    grep -aq "tcp-breath-statistics v=1 mechanism=bpf lost=$lost\>" lossy.pcapng ||
        tb_fail "the file does not tell of $lost events"
    compare lossy.pcapng truth.lossy lossy
    grep -q 'lost=[1-9]' lossy.pcapng.frames || tb_fail "no note tells of the loss"
    compare lossy.pcapng truth.recovered
}

for test in \
    each_case_is_told_as_it_is \
    in_time_wait_the_owner_is_who_it_was \
    what_was_open_before_is_known_from_the_snapshot \
    each_namespace_tells_its_own_end \
    where_events_are_lost_answers_are_unsure_or_none; do
    $test
    printf 'ok: %s\n' "$test"
done
