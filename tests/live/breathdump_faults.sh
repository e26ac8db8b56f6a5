#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breathdump_faults.sh - when something goes wrong breathdump says what, and keeps what it has
#
# usage: breathdump_faults.sh BINARIES
#
# What breathdump.sh does not break. In network and mount namespaces of its own.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1

tb_is_root || tb_skip "a network namespace and a capture need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net --mount true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net --mount --propagation private -- "$0" "$binaries" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
begin_capturing

# STATUS WORDS: breathdump has ended with it, and said so
ends_with()
{
    status=0
    wait "$dump" || status=$?
    [ "$status" -eq "$1" ] || tb_fail "exit status $status, not $1: $(cat said)"
    grep -qF -- "$2" said || tb_fail "not '$2': $(cat said)"
}

# STATUS WORDS ARGUMENT...: breathdump without any right, as nobody
refuses_nobody()
{
    expected=$1
    words=$2
    shift 2
    status=0
    setpriv --reuid 65534 --regid 65534 --clear-groups timeout 20 "$breathdump" "$@" \
        >/dev/null 2>said || status=$?
    [ "$status" -eq "$expected" ] || tb_fail "$*: exit status $status, not $expected: $(cat said)"
    grep -qF -- "$words" said || tb_fail "$*: not '$words': $(cat said)"
}

# Sends what `live-cases load` does until the test or the capture ends.
begin_load()
{
    "$binaries/live-cases" load >started &
    load=$!
    children="$children $load"
    await test -s started
    ! grep '^FAIL' started || tb_fail "no load"
}

# Its children end after it.
no_load_listens()
{
    [ -z "$(ss -Htln 'sport = :7071')" ]
}

end_load()
{
    kill "$load"
    wait "$load" 2>/dev/null || :
    await no_load_listens
    rm started
}

whole()
{
    "$binaries/live-blocks" --whole "$1" >walked || tb_fail "$1: $(cat walked)"
}

a_disk_that_fills_up_under_ring_files_leaves_whole_files()
{
    mkdir small
    mount -t tmpfs -o size=256k tmpfs small
    start -i lo -b filesize:40 -w small/r.pcapng
    begin_load
    ends_with 4 'No space left on device'
    end_load
    [ "$(find small -type f | wc -l)" -ge 3 ] || tb_fail "files: $(ls small)"
    for file in small/*; do
        "$binaries/live-blocks" "$file" >walked || tb_fail "$file: $(cat walked)"
        grep -q ', 0 left' walked || tb_fail "$file: a part of a block: $(cat walked)"
    done
    umount small
}

a_reader_that_dies_meanwhile_ends_it()
{
    mkfifo pipe
    head -c 200000 pipe >had &
    start -i lo -w pipe
    begin_load
    ends_with 4 'its reader has gone'
    end_load
    [ "$(stat -c %s had)" -eq 200000 ] || tb_fail "the reader got $(stat -c %s had) octets"
    "$binaries/live-blocks" had >walked || tb_fail "what the reader got: $(cat walked)"
}

a_reader_that_stands_still_loses_no_whole_block()
{
    rm pipe
    mkfifo pipe
    # shellcheck disable=SC2217 # it holds the FIFO open
    sleep 1000 <pipe &
    sleeper=$!
    children="$children $sleeper"
    start -i lo -w pipe
    begin_load
    sleep 0.5 # the pipe is full
    kill -INT "$dump"
    kill $sleeper
    ends_with 4 'its reader has gone'
    end_load
}

one_of_several_interfaces_may_go()
{
    ip link add veth-a type veth peer name veth-b
    ip link set veth-a up
    ip link set veth-b up
    start -i veth-a -i lo -f 'tcp port 8080' -w several.pcapng
    ip link delete veth-a
    await grep -q 'veth-a: the interface has gone; the others go on' said
    "$binaries/live-hello" 0
    stop INT 0
    whole several.pcapng
    [ "$(tshark -n -r several.pcapng -Y tcp 2>/dev/null | wc -l)" -ge 10 ] || tb_fail "lo is missing"
}

# Its processor time, in clock ticks
ticks()
{
    sed 's/.*) //' "/proc/$dump/stat" | awk '{ print $12 + $13 }'
}

# A neighbour is asked for, until a question is in the file.
asked_again()
{
    ip neighbour flush dev veth-a
    bash -c 'printf x >/dev/udp/192.0.2.2/9' 2>/dev/null || :
    tshark -n -r again.pcapng -Y arp 2>/dev/null | grep -q .
}

an_interface_that_comes_up_again_is_captured_again()
{
    ip link add veth-a type veth peer name veth-b
    ip link set veth-a up
    ip link set veth-b up
    ip address add 192.0.2.1/24 dev veth-a
    start -i veth-a -w again.pcapng
    ip link set veth-a down
    before=$(ticks)
    sleep 1
    [ $(($(ticks) - before)) -lt 30 ] || tb_fail "it turns in circles while the interface is down"
    ip link set veth-a up
    await asked_again
    stop INT 0
    whole again.pcapng
    ip link delete veth-a
}

who_may_not_write_is_told_so()
{
    capabilities=cap_net_raw,cap_bpf,cap_perfmon+ep
    cp "$breathdump" capable
    setcap $capabilities capable 2>/dev/null || {
        printf 'not tested: files here cannot have capabilities\n'
        return 0
    }
    mkdir closed
    breathdump=./capable
    refuses_nobody 4 'closed/x.pcapng: cannot be written: Permission denied' -i lo -w closed/x.pcapng
    [ ! -e closed/x.pcapng ] || tb_fail "a file is there"
    breathdump=${TB_BUILD_DIR:?}/bin/breathdump
}

which_right_is_missing_is_said()
{
    cp "$breathdump" "$TB_TMP/plain"
    breathdump=$TB_TMP/plain
    refuses_nobody 4 'CAP_NET_RAW is missing' -i lo -w /dev/null
    refuses_nobody 4 'CAP_BPF' --attribution bpf -i lo -w /dev/null
    breathdump=${TB_BUILD_DIR:?}/bin/breathdump
}

# The words that it says itself, for the best mechanism and for the one that stands in
the_rights_it_asks_for_are_enough()
{
    cp "$breathdump" "$TB_TMP/plain"
    setpriv --reuid 65534 --regid 65534 --clear-groups "$TB_TMP/plain" -i lo -w /dev/null 2>said || :
    # shellcheck disable=SC2016 # quotes of the sentence
    capabilities=$(sed -n 's/.*`setcap \([a-z_,+]*\)`.*/\1/p' said)
    [ -n "$capabilities" ] || tb_fail "no setcap: $(cat said)"
    setcap "$capabilities" "$TB_TMP/plain" 2>/dev/null || {
        printf 'not tested: files here cannot have capabilities\n'
        return 0
    }
    for mechanism in bpf proc; do
        setpriv --reuid 65534 --regid 65534 --clear-groups timeout 20 "$TB_TMP/plain" -i lo \
            --attribution $mechanism -a duration:0.1 -w /dev/null 2>said ||
            [ $mechanism = bpf ] || tb_fail "$mechanism: $(cat said)"
        ! grep -e 'CAP_SYS_PTRACE' -e CAP_DAC_READ_SEARCH -e CAP_BPF -e CAP_PERFMON said ||
            tb_fail "$mechanism: asked for too little: $capabilities"
    done
}

what_is_not_there_is_said()
{
    for words in "1 no such interface -i 99" "1 no such interface -i nowhere0"; do
        # shellcheck disable=SC2086 # words
        set -- $words
        status=0
        timeout 20 "$breathdump" "$5" "$6" -w x.pcapng 2>said || status=$?
        [ $status -eq "$1" ] || tb_fail "$6: exit status $status: $(cat said)"
        grep -q "$2 $3 $4" said || tb_fail "$6: $(cat said)"
    done
    status=0
    timeout 20 "$breathdump" -i lo -f 'tcp port 80 and hsot 192.0.2.1' -w x.pcapng 2>said || status=$?
    [ $status -eq 2 ] || tb_fail "bad filter: exit status $status: $(cat said)"
    grep -qF ", at 'and hsot 192.0.2.1'" said || tb_fail "bad filter: $(cat said)"
    status=0
    timeout 20 "$breathdump" -i lo -w . 2>said || status=$?
    [ $status -eq 4 ] || tb_fail "a folder: exit status $status: $(cat said)"
    grep -qF '.: cannot be written: Is a directory' said || tb_fail "a folder: $(cat said)"
    [ ! -e x.pcapng ] || tb_fail "a refusal leaves a file"
}

for test in \
    a_disk_that_fills_up_under_ring_files_leaves_whole_files \
    a_reader_that_dies_meanwhile_ends_it \
    a_reader_that_stands_still_loses_no_whole_block \
    one_of_several_interfaces_may_go \
    an_interface_that_comes_up_again_is_captured_again \
    who_may_not_write_is_told_so \
    which_right_is_missing_is_said \
    the_rights_it_asks_for_are_enough \
    what_is_not_there_is_said; do
    $test
    printf 'ok: %s\n' "$test"
done
