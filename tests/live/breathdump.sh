#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breathdump.sh - breathdump captures what dumpcap and tcpdump capture, and loses nothing of it
#
# usage: breathdump.sh BINARIES
#
# In a network namespace of its own. Traffic: live-hello on loopback.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1

tb_is_root || tb_skip "a network namespace and a capture need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net --mount true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net --mount -- "$0" "$binaries" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
begin_capturing
unset SUDO_UID SUDO_GID

# STATUS WORDS ARGUMENT...: it refuses, and says so
refuses()
{
    expected=$1
    words=$2
    shift 2
    status=0
    timeout 20 "$breathdump" "$@" >/dev/null 2>said || status=$?
    [ "$status" -eq "$expected" ] || tb_fail "$*: exit status $status, not $expected"
    grep -qF -- "$words" said || tb_fail "$*: said '$(cat said)', not '$words'"
}

exchange()
{
    "$binaries/live-hello" 0
}

# FILE: lengths, and every octet
packets()
{
    tshark -n -r "$1" -T fields -e frame.len -e frame.cap_len 2>/dev/null
    tshark -n -r "$1" -x 2>/dev/null | grep -E "^[0-9a-f]{4} " || tb_fail "$1 has no packets"
}

stamps()
{
    tshark -n -r "$1" -T fields -e frame.time_epoch 2>/dev/null
}

# FILE FILE: the kernel stamps a packet for each socket anew (af_packet.c, tpacket_get_timestamp), so
# they differ by what it takes to go from one to the next
same_times()
{
    stamps "$1" >times.1
    stamps "$2" >times.2
    paste times.1 times.2 | awk '{ split($1, a, "."); split($2, b, ".")
        apart = (a[1] - b[1]) * 1e9 + substr(a[2] "000000000", 1, 9) - substr(b[2] "000000000", 1, 9)
        if (apart > 2000000 || apart < -2000000) { print; bad = 1 } } END { exit bad }'
}

count()
{
    tshark -n -r "$1" 2>/dev/null | wc -l
}

it_captures_what_dumpcap_and_tcpdump_capture()
{
    dumpcap -q -i lo -f 'tcp port 8080' -w dumpcap.pcapng 2>dumpcap.said &
    other=$!
    tcpdump --immediate-mode -U -Z root -i lo -w tcpdump.pcap 'tcp port 8080' 2>tcpdump.said &
    third=$!
    children="$children $other $third"
    await grep -q 'File:' dumpcap.said
    await grep -q 'listening on' tcpdump.said
    start -i lo -f 'tcp port 8080' -w ours.pcapng
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        exchange
    done
    sleep 0.3 # dumpcap and tcpdump leave what the kernel holds still
    stop INT 0
    kill -INT "$other" "$third"
    wait "$other" "$third" || :
    packets ours.pcapng >ours
    packets dumpcap.pcapng >theirs
    packets tcpdump.pcap >thirds
    [ -s ours ] || tb_fail "nothing was captured"
    diff -u theirs ours >difference || tb_fail "differs from dumpcap: $(head -20 difference)"
    diff -u thirds ours >difference || tb_fail "differs from tcpdump: $(head -20 difference)"
    same_times ours.pcapng dumpcap.pcapng || tb_fail "other times than dumpcap's"
    same_times ours.pcapng tcpdump.pcap || tb_fail "other times than tcpdump's"
}

a_signal_loses_no_packet_that_came_before_it()
{
    for signal in INT TERM HUP; do
        start -i lo -f 'tcp dst port 8080 and tcp[tcpflags] == tcp-syn' -w ended.pcapng
        for _ in 1 2 3 4 5; do
            exchange
        done
        stop $signal 0
        got=$(count ended.pcapng)
        [ "$got" -eq 5 ] || tb_fail "SIG$signal: $got of 5 packets"
    done
}

a_packet_of_loopback_is_taken_once()
{
    start -i lo -f 'tcp port 8080' -w once.pcapng
    exchange
    stop INT 0
    got=$(count once.pcapng)
    grep -q "lo: $got received, 0 dropped" said || tb_fail "$got packets, but: $(cat said)"
    start -i lo -f 'tcp dst port 8080' -c 1 -w once.pcapng
    exchange
    wait "$dump" || tb_fail "one packet: $(cat said)"
    grep -q 'breathdump: 1 packet, ' said || tb_fail "one packet: $(cat said)"
}

it_has_no_rights_while_it_captures()
{
    for more in '' '-b packets:99'; do
        # shellcheck disable=SC2086 # words
        start -i lo $more -w rights.pcapng
        for line in 'CapInh 0' 'CapPrm 0' 'CapEff 0' 'CapBnd 0' 'CapAmb 0' 'NoNewPrivs 1' \
            'Seccomp 2'; do
            # shellcheck disable=SC2086 # two words
            set -- $line
            awk -v name="$1:" -v value="$2" '$1 == name { found = $2 ~ "^0*" value "$" }
                END { exit !found }' "/proc/$dump/status" || tb_fail "$more: $1 is not $2"
        done
        stop INT 0
    done
}

# USERS ARGUMENT...: whose it is while it captures
is_whose()
{
    users=$1
    shift
    start -i lo "$@"
    found=$(awk '$1 == "Uid:" || $1 == "Gid:" { print $2, $3, $4 }' "/proc/$dump/status" |
        tr ' ' '\n' | sort -u)
    stop INT 0
    [ "$found" = "$users" ] || tb_fail "$*: whose: $found, not $users"
}

it_is_not_root_while_it_captures()
{
    mkdir his
    chown 4712:4712 his
    chmod 755 .
    is_whose 65534 -w whose.pcapng
    [ "$(stat -c '%u %a' whose.pcapng)" = '0 600' ] || tb_fail "$(ls -l whose.pcapng)"
    is_whose 65534 -w - >/dev/null
    is_whose 4712 -b packets:9 -w his/whose.pcapng
    is_whose 0 -b packets:9 -w whose.pcapng # he makes files where root alone may
    export SUDO_UID=4712 SUDO_GID=4712
    is_whose 4712 -w whose.pcapng
    is_whose 4712 -w - >/dev/null
    is_whose 4712 -b packets:9 -w his/whose.pcapng
    unset SUDO_UID SUDO_GID
}

the_file_is_its_owners_only()
{
    [ "$(stat -c %a ours.pcapng)" = 600 ] || tb_fail "mode $(stat -c %a ours.pcapng)"
}

the_file_tells_of_interface_and_drops()
{
    tshark -n -r ours.pcapng -c 1 -V >frame 2>/dev/null
    grep -q 'Interface name: lo' frame || tb_fail "no interface name"
    capinfos ours.pcapng >about 2>/dev/null
    for words in 'Name = lo' 'Filter string = tcp port 8080' 'Number of stat entries = 1' \
        'breathdump ' 'tcp-breath-capture v=1 mechanism='; do
        grep -qF "$words" about || tb_fail "the file does not say: $words; $(cat about)"
    done
    grep -aq 'tcp-breath-statistics v=1 mechanism=[a-z]* lost=0' ours.pcapng ||
        tb_fail "no statistics"
}

it_stops_after_as_many_packets_as_asked_for()
{
    start -i lo -c 7 -w seven.pcapng
    exchange
    wait "$dump" || tb_fail "-c: $(cat said)"
    [ "$(count seven.pcapng)" -eq 7 ] || tb_fail "-c 7 gave $(count seven.pcapng)"
}

it_keeps_as_much_of_a_packet_as_asked_for()
{
    start -i lo -s 60 -f 'tcp port 8080' -c 4 -w short.pcapng
    exchange
    wait "$dump" || tb_fail "-s: $(cat said)"
    longest=$(tshark -n -r short.pcapng -T fields -e frame.cap_len 2>/dev/null | sort -n | tail -1)
    [ "$longest" -eq 60 ] || tb_fail "-s 60 gave $longest"
}

it_stops_after_as_long_as_asked_for()
{
    begun=$(date +%s%N)
    timeout 20 "$breathdump" -q -i lo -a duration:0.5 -w timed.pcapng || tb_fail "-a duration"
    passed=$(($(date +%s%N) - begun))
    [ $passed -ge 500000000 ] || tb_fail "-a duration:0.5 took $passed ns"
}

it_keeps_the_last_files_of_a_ring()
{
    mkdir ring
    start -i lo -f 'tcp port 8080' -b packets:5 -b files:3 -b printname:names -w ring/r.pcapng
    for _ in 1 2 3 4 5; do
        exchange
    done
    stop INT 0
    [ "$(find ring -type f | wc -l)" -eq 3 ] || tb_fail "ring: $(ls ring)"
    [ "$(wc -l <names)" -gt 3 ] || tb_fail "names: $(cat names)"
    for file in ring/*; do
        count "$file" >/dev/null || tb_fail "$file cannot be read"
        [ "$(stat -c %a "$file")" = 600 ] || tb_fail "$file: mode"
    done
    first=$(find ring -type f | sort | head -1)
    [ "$(count "$first")" -eq 5 ] || tb_fail "$first has $(count "$first") packets"
}

packets_of_several_interfaces_are_in_order()
{
    ip link add veth-a type veth peer name veth-b
    ip link set veth-a up
    ip link set veth-b up
    start -i veth-a -i lo -i veth-b -w several.pcapng
    for _ in 1 2 3 4 5; do
        exchange
    done
    stop INT 0
    tshark -n -r several.pcapng -T fields -e frame.time_epoch >order
    [ -s order ] || tb_fail "several interfaces: nothing"
    sort -c order || tb_fail "times go backwards"
    capinfos several.pcapng | grep -q 'Number of interfaces in file: 3' || tb_fail "interfaces"
}

an_interface_that_goes_ends_the_file_whole()
{
    start -i veth-a -w gone.pcapng
    ip link delete veth-a
    status=0
    wait "$dump" || status=$?
    [ "$status" -eq 4 ] || tb_fail "interface gone: exit status $status: $(cat said)"
    grep -q 'veth-a: ' said || tb_fail "interface gone: $(cat said)"
    count gone.pcapng >/dev/null || tb_fail "interface gone: cannot be read"
}

a_full_disk_leaves_whole_packets()
{
    mkdir small
    mount -t tmpfs -o size=64k tmpfs small
    start -i lo -f 'tcp port 8080' -w small/full.pcapng
    tries=0
    while kill -0 "$dump" 2>/dev/null && [ $tries -lt 400 ]; do
        exchange
        tries=$((tries + 1))
    done
    status=0
    wait "$dump" || status=$?
    [ "$status" -eq 4 ] || tb_fail "disk full: exit status $status"
    grep -q 'No space left on device; the file ends after [1-9][0-9]* packets' said ||
        tb_fail "disk full: $(cat said)"
    told=$(sed -n 's/.*ends after \([0-9]*\) packets.*/\1/p' said)
    tshark -n -r small/full.pcapng >seen 2>seen.said || tb_fail "disk full: $(cat seen.said)"
    [ "$(wc -l <seen)" -eq "$told" ] || tb_fail "disk full: $told told, $(wc -l <seen) there"
    umount small
    mount -t tmpfs -o size=4k tmpfs small
    head -c 4096 /dev/zero >small/filled
    refuses 4 'No space left on device; nothing was written' -i lo -w small/full.pcapng
    refuses 4 'デバイスに空きがありません。何も書き込めませんでした' --lang=ja -i lo -w small/full.pcapng
    umount small
}

a_reader_that_goes_ends_it()
{
    mkfifo pipe
    head -c 100 pipe >/dev/null &
    status=0
    timeout 20 "$breathdump" -i lo -w pipe 2>said || status=$?
    [ "$status" -eq 4 ] || tb_fail "reader gone: exit status $status: $(cat said)"
    grep -q 'its reader has gone' said || tb_fail "reader gone: $(cat said)"
}

a_pipe_gets_the_packets_at_once()
{
    timeout 20 "$breathdump" -q -i lo -f 'tcp port 8080' -c 8 -w - | tshark -n -r - >piped 2>&1 &
    reader=$!
    # no word says that it has begun: packets do
    until ! kill -0 "$reader" 2>/dev/null; do
        exchange
        sleep 0.05
    done
    [ "$(grep -c ' 127.0.0.1 ' piped)" -ge 1 ] || tb_fail "pipe: $(cat piped)"
}

killed_at_any_moment_the_file_can_be_read()
{
    for i in 1 2 3 4 5 6 7 8 9 10; do
        start -i lo -w killed.pcapng
        exchange
        sleep "0.0$((i % 5))"
        exchange
        kill -KILL "$dump"
        wait "$dump" 2>/dev/null || :
        tshark -n -r killed.pcapng >/dev/null 2>seen.said || tb_fail "killed: $(cat seen.said)"
    done
}

it_says_what_is_wrong()
{
    refuses 1 'l0: no such interface; there is: lo' -i l0
    refuses 2 "unknown port 'foo'\", at 'port foo'" -i lo -f 'port foo' -w x.pcapng
    refuses 4 'nowhere/x.pcapng: cannot be written: No such file or directory' -i lo \
        -w nowhere/x.pcapng
    refuses 2 '--: needs a command behind it' -i lo -w x.pcapng --
    refuses 2 '--: 後にコマンドが必要です' --lang=ja -i lo -w x.pcapng --
    refuses 127 'nowhere: そのようなファイルやフォルダーはありません' --lang=ja -i lo -w x.pcapng -- ./nowhere
    refuses 126 '/etc: 許可がありません' --lang=ja -i lo -w x.pcapng -- /etc
    refuses 2 'several files need' -i lo -b files:2 -w x.pcapng
    refuses 2 "-c: 'x': not a whole number" -i lo -c x
    refuses 2 'not an option' -i lo --nonsense
    refuses 2 '--proces: not an option; there is --process' -i lo --proces x
    refuses 2 '--attr=none: not an option; there is --attribution' --attr=none -i lo
    refuses 1 'no network namespace' --netns nowhere -i lo -w x.pcapng
    setpriv --reuid 65534 --regid 65534 --clear-groups "$breathdump" -i lo -w /dev/null 2>said &&
        tb_fail "captures without the right"
    grep -q 'CAP_NET_RAW is missing' said || tb_fail "no right: $(cat said)"
    ! grep -q reading said || tb_fail "it reads no captures: $(cat said)"
    [ ! -e x.pcapng ] || tb_fail "a refusal leaves a file"
}

it_is_an_extcap()
{
    "$breathdump" --extcap-interfaces | grep -qF '{value=tcpbreath-lo}{display=TCP Breath: lo}' ||
        tb_fail "extcap: interfaces"
    "$breathdump" --extcap-interface tcpbreath-lo --extcap-dlts | grep -qF '{number=1}' ||
        tb_fail "extcap: dlts"
    "$breathdump" --extcap-interface tcpbreath-lo --extcap-config | grep -q '^arg {number=0}' ||
        tb_fail "extcap: config"
    said=$("$breathdump" --extcap-interface tcpbreath-lo --extcap-capture-filter 'tcp port 80')
    [ -z "$said" ] || tb_fail "extcap: a filter is refused: $said"
    "$breathdump" --extcap-interface tcpbreath-lo --extcap-capture-filter 'tcp prt' |
        grep -q 'not a capture filter' || tb_fail "extcap: a wrong filter is taken"
    mkfifo extcap
    timeout 20 "$breathdump" --extcap-interface tcpbreath-lo --capture --fifo extcap \
        --extcap-capture-filter 'tcp port 8080' 2>said &
    dump=$!
    children="$children $dump"
    tshark -n -r extcap -c 4 >piped 2>&1 &
    reader=$!
    while kill -0 "$reader" 2>/dev/null; do
        exchange
        sleep 0.05
    done
    wait "$dump" || tb_fail "extcap: a closed FIFO is a failure: $(cat said)"
    [ "$(grep -c ' 127.0.0.1 ' piped)" -eq 4 ] || tb_fail "extcap: $(cat piped)"
}

for test in \
    it_captures_what_dumpcap_and_tcpdump_capture \
    a_signal_loses_no_packet_that_came_before_it \
    a_packet_of_loopback_is_taken_once \
    it_has_no_rights_while_it_captures \
    it_is_not_root_while_it_captures \
    the_file_is_its_owners_only \
    the_file_tells_of_interface_and_drops \
    it_stops_after_as_many_packets_as_asked_for \
    it_keeps_as_much_of_a_packet_as_asked_for \
    it_stops_after_as_long_as_asked_for \
    it_keeps_the_last_files_of_a_ring \
    packets_of_several_interfaces_are_in_order \
    an_interface_that_goes_ends_the_file_whole \
    a_full_disk_leaves_whole_packets \
    a_reader_that_goes_ends_it \
    a_pipe_gets_the_packets_at_once \
    killed_at_any_moment_the_file_can_be_read \
    it_says_what_is_wrong \
    it_is_an_extcap; do
    $test
    printf 'ok: %s\n' "$test"
done
