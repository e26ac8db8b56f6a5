#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breathdump_proc.sh - breathdump without BPF tracing: whom it names, and which rights who keeps
#
# usage: breathdump_proc.sh BINARIES
#
# On the loopback device of a network namespace of its own.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1
breathdump=${TB_BUILD_DIR:?}/bin/breathdump

tb_is_root || tb_skip "a network namespace and a capture need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net -- "$0" "$binaries" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
. "$TB_SOURCE_DIR/tests/live/naming.sh"
begin_capturing

# ARGUMENT...: breathdump in the background, capturing; its pid in $dump. $run: a function that
# becomes it
start()
{
    rm -f said
    "${run:-env}" "$breathdump" "$@" 2>said &
    dump=$!
    children="$children $dump"
    await grep -q 'capturing on' said
}

# PARENT: its child that looks under /proc
helper_of()
{
    for status in /proc/[0-9]*/status; do
        awk -v parent="$1" '/^Name:/ { name = $2 } /^Pid:/ { pid = $2 } /^PPid:/ { of = $2 }
            END { if (of == parent && name == "breath-proc") print pid }' "$status" 2>/dev/null || :
    done
}

has_helper()
{
    [ -n "$(helper_of "$1")" ]
}

# PID KEY: that line of its status
status_of()
{
    sed -n "s/^$2:[[:space:]]*//p" "/proc/$1/status"
}

has_ended()
{
    [ ! -d "/proc/$1" ] || [ "$(status_of "$1" State | cut -c1)" = Z ]
}

clients=50
[ -z "${TB_LIVE_FULL:-}" ] || clients=2000

whoever_is_named_held_the_socket()
{
    start --attribution proc -i lo -w all.pcapng
    grep -q 'processes from /proc' said || tb_fail "$(cat said)"
    "$binaries/live-population" --clients=$clients --drivers=2 --idle=50 --pause=20 \
        truth >/dev/null
    stop INT 0
    comments all.pcapng >comments.all
    compare_holders truth comments.all >compared || tb_fail "$(cat compared said)"
    cat compared
    grep -q 'mechanism=proc' comments.all || tb_fail "another mechanism"
    ! grep -q ' lost: some' said || tb_fail "$(cat said)"
}

# Connections that last a fraction of a millisecond: many are not named, and none wrongly
nobody_is_named_wrongly_in_haste()
{
    start --attribution proc -i lo -w haste.pcapng
    "$binaries/live-population" --clients=$clients --drivers=4 haste >/dev/null
    stop INT 0
    comments haste.pcapng >comments.haste
    compare_holders haste comments.haste >compared || ! grep -q ' [1-9][0-9]* wrong' compared ||
        tb_fail "$(cat compared)"
    tail -n 1 compared
}

# A bit for each capability: CAP_DAC_READ_SEARCH is 2, CAP_SYS_PTRACE is 19
each_keeps_the_rights_it_needs()
{
    start --attribution proc -i lo -w rights.pcapng
    helper=$(helper_of "$dump")
    [ -n "$helper" ] || tb_fail "no helper"
    for set in CapInh CapPrm CapEff CapBnd CapAmb; do
        [ "$(status_of "$dump" $set)" = 0000000000000000 ] ||
            tb_fail "breathdump has $set $(status_of "$dump" $set)"
    done
    for set in CapPrm CapEff CapBnd; do
        [ "$(status_of "$helper" $set)" = 0000000000080004 ] ||
            tb_fail "the helper has $set $(status_of "$helper" $set)"
    done
    for set in CapInh CapAmb; do
        [ "$(status_of "$helper" $set)" = 0000000000000000 ] ||
            tb_fail "the helper has $set $(status_of "$helper" $set)"
    done
    for process in "$dump" "$helper"; do
        [ "$(status_of "$process" NoNewPrivs)" = 1 ] || tb_fail "$process may get new rights"
        [ "$(status_of "$process" Seccomp)" = 2 ] || tb_fail "$process may make any call"
    done
    # no packets: it has neither a packet socket nor the file
    for link in "/proc/$helper/fd"/*; do
        target=$(readlink "$link")
        case $target in
        socket:* | /dev/null | /proc) ;;
        *) tb_fail "the helper has $target open" ;;
        esac
        inode=$(printf '%s' "$target" | tr -cd 0-9)
        ! awk -v inode="${inode:-none}" '$9 == inode { found = 1 } END { exit !found }' \
            /proc/net/packet || tb_fail "the helper sees packets"
    done
    stop INT 0
    has_ended "$helper" || tb_fail "the helper is still there"
}

without_bpf_the_best_that_is_allowed_is_taken()
{
    run=without_bpf
    start --attribution auto -i lo -w auto.pcapng
    run=
    grep -q 'BPF tracing: CAP_BPF and CAP_PERFMON are missing' said || tb_fail "$(cat said)"
    grep -q 'processes from /proc' said || tb_fail "$(cat said)"
    "$binaries/live-population" --clients=10 --pause=20 --servers=single auto >/dev/null
    stop INT 0
    comments auto.pcapng >comments.auto
    compare_holders auto comments.auto >compared || tb_fail "$(cat compared said)"
    status=0
    (without_bpf "$breathdump" --attribution bpf -i lo -w x.pcapng) 2>said || status=$?
    [ $status -eq 4 ] || tb_fail "bpf or nothing: exit status $status: $(cat said)"
}

without_bpf()
{
    exec setpriv --bounding-set=-bpf,-perfmon,-sys_admin "$@"
}

without_rights_it_says_whom_it_does_not_see()
{
    run=without_sight
    start --attribution proc -i lo -w some.pcapng
    run=
    grep -q 'CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH are missing: only processes of this user' said ||
        tb_fail "$(cat said)"
    stop INT 0
    run=without_ears
    start --attribution proc -i lo -w some.pcapng
    run=
    grep -q 'no process connector' said || tb_fail "$(cat said)"
    stop INT 0
}

without_sight()
{
    exec setpriv --bounding-set=-sys_ptrace,-dac_read_search "$@"
}

without_ears()
{
    exec setpriv --bounding-set=-net_admin "$@"
}

the_capture_goes_on_without_its_helper()
{
    start --attribution proc -i lo -w alone.pcapng
    helper=$(helper_of "$dump")
    kill -KILL "$helper"
    await grep -q 'the helper that looks under /proc has ended' said
    await has_ended "$helper"
    [ ! -d "/proc/$helper" ] || tb_fail "the helper is not reaped"
    "$binaries/live-hello" 0
    stop INT 0
    grep -q ' lost: some' said || tb_fail "not counted: $(cat said)"
    [ "$(tshark -n -r alone.pcapng 2>/dev/null | wc -l)" -ge 9 ] || tb_fail "packets are missing"
    [ "$(tshark -n -r alone.pcapng -T fields -e frame.comment 2>/dev/null | sort -u)" = "" ] ||
        tb_fail "somebody is named"
}

no_helper_is_left()
{
    for signal in KILL TERM; do
        start --attribution proc -i lo -w killed.pcapng
        helper=$(helper_of "$dump")
        kill -$signal "$dump"
        wait "$dump" 2>/dev/null || :
        await has_ended "$helper"
    done
    # a signal of the terminal is for all: the helper leaves it to breathdump
    start --attribution proc -i lo -w killed.pcapng
    helper=$(helper_of "$dump")
    kill -INT "$helper"
    kill -TERM "$helper"
    kill -HUP "$helper"
    "$binaries/live-hello" 0
    has_helper "$dump" || tb_fail "the helper obeyed a signal that was not its own"
    stop INT 0
}

in_another_namespace_its_sockets_are_found()
{
    unshare --net sh -c 'ip link set lo up && echo up >other && exec sleep 100' &
    other=$!
    children="$children $other"
    await test -s other
    start --attribution proc --netns $other -i lo -w other.pcapng
    nsenter --target $other --net "$binaries/live-population" --clients=10 --pause=200 \
        --servers=single,greeting other.truth >/dev/null
    "$binaries/live-hello" 0
    stop INT 0
    comments other.pcapng >comments.other
    compare_holders other.truth comments.other >compared || tb_fail "$(cat compared said)"
}

only_a_commands_connections_are_written()
{
    "$breathdump" --attribution proc -i lo -w command.pcapng -- sh -c \
        "'$binaries/live-population' --clients=5 --pause=50 --servers=single command; exit 7" \
        >/dev/null 2>said && tb_fail "exit status 0, not the command's" || [ $? -eq 7 ] ||
        tb_fail "not the command's exit status: $(cat said)"
    comments command.pcapng >comments.command
    compare_holders command comments.command >compared || tb_fail "$(cat compared said)"
}

for test in \
    whoever_is_named_held_the_socket \
    nobody_is_named_wrongly_in_haste \
    each_keeps_the_rights_it_needs \
    without_bpf_the_best_that_is_allowed_is_taken \
    without_rights_it_says_whom_it_does_not_see \
    the_capture_goes_on_without_its_helper \
    no_helper_is_left \
    in_another_namespace_its_sockets_are_found \
    only_a_commands_connections_are_written \
    "a_pid_that_is_used_again_is_another_process proc"; do
    $test
    printf 'ok: %s\n' "$test"
done
