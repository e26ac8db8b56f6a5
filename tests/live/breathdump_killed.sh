#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breathdump_killed.sh - whenever breathdump is ended, its file can be read as far as it goes
#
# usage: breathdump_killed.sh BINARIES
#
# In a network namespace of its own, under load. TB_LIVE_SEED chooses the moments.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1

tb_is_root || tb_skip "a network namespace and a capture need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net -- "$0" "$binaries" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
begin_capturing

seed=${TB_LIVE_SEED:-$(date +%s)}
printf 'TB_LIVE_SEED=%s\n' "$seed"
# seconds; a third of the moments are counted from the start, before there is a file
awk -v seed="$seed" 'BEGIN { srand(seed)
    for (i = 0; i < 120; i++) print (i % 3 == 0 ? "begun" : "capturing"), rand() * 0.15 }' >moments

"$binaries/live-cases" load >started &
children="$children $!"
await test -s started

# SIGNAL WHEN SECONDS ARGUMENT...: its exit status in $status
end_after()
{
    signal=$1
    when=$2
    seconds=$3
    shift 3
    rm -rf files said
    mkdir files
    : >said
    # What runs in the background ignores SIGINT, unless it is told not to. On a busy machine it takes
    # a while until packets are read.
    env --default-signal=INT "$breathdump" -i lo -B 128 -w files/f.pcapng "$@" 2>said &
    dump=$!
    children="$children $dump"
    # env has to have been there: SIGINT that comes before is lost, and this test waits for ever
    while read -r comm <"/proc/$dump/comm" && [ "$comm" != breathdump ]; do
        :
    done 2>/dev/null
    [ "$when" = begun ] || await grep -q 'capturing on' said
    sleep "$seconds"
    kill "-$signal" "$dump"
    status=0
    wait "$dump" 2>/dev/null || status=$?
}

# [--whole] FILE: its packets in $packets, what is left over in $left
walk()
{
    "$binaries/live-blocks" "$@" >walked || tb_fail "$(cat walked said)"
    packets=$(sed 's/ .*//' walked)
    left=$(sed 's/.* \([0-9]*\) left/\1/' walked)
}

# FILE: Wireshark reads as many packets as there are
same_in_wireshark()
{
    told=0
    tshark -n -r "$1" >seen 2>seen.said || told=$?
    [ "$(wc -l <seen)" -eq "$packets" ] || tb_fail "tshark: $(wc -l <seen) of $packets packets"
    [ $told -eq 0 ] || grep -q 'cut short' seen.said || tb_fail "tshark: $(cat seen.said)"
}

# The last file of a ring may end anywhere, the others are done.
walk_all()
{
    previous=
    for file in files/*; do
        [ -e "$file" ] || continue
        [ -z "$previous" ] || walk --whole "$previous"
        previous=$file
    done
    packets=0
    left=0
    [ -z "$previous" ] || walk "$previous"
}

killed_at_any_moment_it_leaves_what_it_has_written()
{
    with_packets=0
    cut=0
    number=0
    head -100 moments >these
    while read -r when seconds; do
        number=$((number + 1))
        case $((number % 4)) in
        0) end_after KILL "$when" "$seconds" -b packets:300 ;;
        1) end_after KILL "$when" "$seconds" --attribution none ;;
        *) end_after KILL "$when" "$seconds" ;;
        esac
        [ $status -eq 137 ] || tb_fail "it had ended already, status $status: $(cat said)"
        walk_all
        [ "$packets" -eq 0 ] || with_packets=$((with_packets + 1))
        [ "$left" -eq 0 ] || cut=$((cut + 1))
        [ $((number % 10)) -ne 1 ] || [ -z "$previous" ] || [ ! -s "$previous" ] ||
            same_in_wireshark "$previous"
    done <these
    printf '%d killed, %d had written packets, %d a part of a block\n' $number $with_packets $cut
    [ $with_packets -ge 30 ] || tb_fail "only $with_packets of $number had written packets"
}

asked_to_end_it_leaves_a_whole_file()
{
    number=0
    tail -20 moments >these
    while read -r when seconds; do
        number=$((number + 1))
        signal=INT
        [ $((number % 2)) -eq 0 ] || signal=TERM
        end_after $signal "$when" "$seconds"
        # 130, 143: before it has a file
        case $status in
        0) walk --whole files/f.pcapng ;;
        130 | 143) [ ! -e files/f.pcapng ] || tb_fail "SIG$signal leaves half a file" ;;
        *) tb_fail "SIG$signal: exit status $status: $(cat said)" ;;
        esac
    done <these
}

for test in \
    killed_at_any_moment_it_leaves_what_it_has_written \
    asked_to_end_it_leaves_a_whole_file; do
    $test
    printf 'ok: %s\n' "$test"
done
