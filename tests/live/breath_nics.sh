#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# breath_nics.sh - breath tells the interfaces, routes and neighbours that ip and net-tools tell
#
# usage: breath_nics.sh
#
# In a network namespace of its own, with loopback, veth, bridge, tun, an interface without an
# address, one with a hostile name, and with 1,000.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

breath=${TB_BUILD_DIR:?}/bin/breath
live=$TB_SOURCE_DIR/tests/live

tb_is_root || tb_skip "a network namespace needs root"
if [ "${1:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    command -v ifconfig >/dev/null || tb_skip "no ifconfig program (package net-tools)"
    python3 -c 'import jsonschema' 2>/dev/null || tb_skip "no jsonschema (package python3-jsonschema)"
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net -- "$0" inside
fi

. "$live/capturing.sh"
begin_capturing
export LC_ALL=C

# ARGUMENT...: breath's output in ./out, what it says in ./said, its status in $status
breath()
{
    status=0
    "$breath" "$@" >out 2>said || status=$?
}

has_status()
{
    [ "$status" -eq "$1" ] || tb_fail "exit status $status, not $1: $(cat out said)"
}

says()
{
    grep -qF -- "$1" out || tb_fail "does not say '$1': $(cat out said)"
}

# Keeps what was told, to be compared: IP_WORDS... -- BREATH_WORDS...
tell()
{
    while [ "$1" != -- ]; do
        # shellcheck disable=SC2086 # several words
        ip -j $1 >>theirs.json
        shift
    done
    shift
    breath "$@" --json
    has_status 0
    cat out >>ours.json
}

# WHAT: the facts of both
same()
{
    "$live/breath_nics.py" "$1" ours.json theirs.json >difference ||
        tb_fail "$1: not as ip has it: $(cat difference)"
    rm -f ours.json theirs.json
}

populate()
{
    ip link add veth0 type veth peer name veth1
    ip link add veth10 type veth peer name away
    ip link add br-test type bridge
    ip link set veth1 master br-test
    ip tuntap add tun0 mode tun
    ip link add veth2 type veth peer name veth3 # without addresses, and down
    # shellcheck disable=SC2016 # the inner shell's
    unshare --net -- sh -c 'echo ready; read -r line' <hold >ready &
    children="$children $!"
    exec 9>hold
    await grep -q ready ready
    ip link set away netns $!
    for nic in veth0 veth1 br-test tun0 veth10; do
        ip link set "$nic" up
    done
    ip addr add 192.0.2.2/24 brd + dev veth0
    ip addr add 192.0.2.3/24 dev veth0 label veth0:1
    ip addr add 2001:db8::2/64 dev veth0 nodad
    ip addr add 2001:db8::3/64 dev veth0 nodad valid_lft 86400 preferred_lft 43200
    ip addr add 198.51.100.1 peer 198.51.100.2/32 dev tun0
    ip addr add 203.0.113.1/24 dev br-test
    ip route add default via 192.0.2.1 dev veth0
    ip route add 100.64.0.0/10 dev veth0 advmss 1000 window 5000 rtt 10
    ip route add unreachable 10.9.0.0/16
    ip route add prohibit 10.10.0.0/16
    ip route add 203.0.113.128/25 via 192.0.2.1 dev veth0 metric 7
    ip route add 2001:db8:1::/48 via 2001:db8::1
    ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev veth0
    ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev veth0 nud stale
    ip neigh add 2001:db8::1 lladdr 02:00:00:00:00:01 dev veth0 router
    await no_tentative
}

# Duplicate address detection is over, which would change facts meanwhile.
no_tentative()
{
    ! ip -6 addr show | grep -q tentative
}

# The kernel's own IPv6 messages are counted meanwhile.
counters_are_the_same()
{
    rm -f ours.json theirs.json
    ip -j -s link >theirs.json
    "$breath" nic --json >ours.json
    "$live/breath_nics.py" counters ours.json theirs.json
}

facts_are_those_of_ip()
{
    tell '-d addr' -- nic
    same links
    python3 - <<'END' || tb_fail "the life of an address"
import json
lives = [(own["valid_s"], own["preferred_s"]) for nic in json.load(open("out"))["nics"]
         for own in nic["addresses"] if own["address"] == "2001:db8::3"]
assert len(lives) == 1 and 86000 < lives[0][0] <= 86400 and 43000 < lives[0][1] <= 43200, lives
END
    tell '-4 route' '-6 route' -- route
    same routes
    tell neigh -- neigh
    same neighbours
    await counters_are_the_same
    rm -f ours.json theirs.json
}

ways_are_those_of_ip()
{
    for address in 192.0.2.2 192.0.2.3 127.0.0.1 127.0.0.2 192.0.2.77 198.51.100.2 203.0.113.200 \
        8.8.8.8 2001:db8::2 2001:db8::77 2001:db8:1::1 ::1 192.0.2.255 224.0.0.1 100.64.0.1; do
        tell "route get $address" -- nic --to "$address"
    done
    tell 'route get 192.0.2.77 oif br-test' -- nic br-test --to 192.0.2.77
    same way
}

own_addresses_are_reached_through_lo()
{
    breath nic --to 192.0.2.2
    has_status 0
    says 'from this machine  lo     own address: the kernel delivers it locally'
    says 'from other hosts   veth0  has 192.0.2.2/24'
    breath nic --to 2001:db8::2
    says 'from other hosts   veth0  has 2001:db8::2/64'
    breath nic --to 127.0.0.1
    says 'no other host can send to a loopback address'
    breath nic --to 192.0.2.77
    says 'from this machine  veth0  directly, on the same network'
    breath nic --to 8.8.8.8
    says 'through the router 192.0.2.1'
}

# What is sent to an own address is counted on lo and not on the NIC that has it.
lo_carries_it_indeed()
{
    packets()
    {
        breath nic "$1" --json
        python3 -c 'import json; print(json.load(open("out"))["nics"][0]["counters"]["received"]["packets"])'
    }
    before=$(packets lo)
    veth=$(packets veth0)
    python3 - <<'END'
import socket
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(100):
    try:
        sender.sendto(b"breath", ("192.0.2.2", 9))
    except ConnectionRefusedError:  # of the datagram before
        pass
END
    [ "$(packets lo)" -ge $((before + 50)) ] || tb_fail "lo did not carry it"
    [ "$(packets veth0)" -lt $((veth + 50)) ] || tb_fail "veth0 carried it"
}

no_way_is_a_status_of_its_own()
{
    breath nic --to 10.9.0.1
    has_status 1
    grep -q 'No NIC carries packets to 10.9.0.1' said || tb_fail "no reason: $(cat said)"
    breath nic --to 10.10.0.1 --json
    has_status 1
    breath nic nothere
    has_status 1
    breath nic awdl0 --explain=short
    has_status 1
    says 'Apple Wireless Direct Link'
    breath ifconfig nothere
    has_status 1
    breath neigh 192.0.2.200
    has_status 1
}

relatives_are_named()
{
    breath nic veth1
    says 'belongs to br-test'
    says 'other end: veth0'
    breath nic veth10
    says 'other end: in another network namespace (container)'
    breath nic veth2
    says 'status: down'
    breath nic tun0
    says 'status: no carrier'
    says 'peer 198.51.100.2'
    breath nic veth2 --explain=short
    says 'veth2 has no IP address'
}

# A name holds any octet but a slash, a colon and white space: dev_valid_name().
a_name_cannot_steer_the_terminal()
{
    ip link add "$(printf 'x\033[31m')" type veth peer name "$(printf 'y\377')"
    for words in nic 'nic --json' 'ifconfig -a' 'netstat -ia'; do
        # shellcheck disable=SC2086 # several words
        breath $words
        has_status 0
        ! grep -q "$(printf '\033')" out || tb_fail "$words: a name steers the terminal"
        grep -qF 'x\x1b[31m' out || grep -qF 'x\\x1b[31m' out || tb_fail "$words: the name is missing"
    done
    ip link del "$(printf 'x\033[31m')"
}

speed_is_the_drivers()
{
    breath nic veth0
    says 'speed 10000 Mbit/s' # veth_get_link_ksettings()
    breath nic lo
    ! grep -q speed out || tb_fail "a speed of loopback"
    breath nic tun0 --json
    speed=$(sed -n 's/.*"speed_mbps": \([0-9]*\).*/\1/p' out)
    [ "${speed:-0}" -ge 0 ] || tb_fail "an unknown speed is told: $speed"
    ! grep -q 4294967295 out || tb_fail "an unknown speed is told: $(cat out)"
}

# The lines of a family may come in another order; of each interface they are the same.
lines_are_the_same()
{
    # shellcheck disable=SC2086 # several words
    $1 | sort >theirs
    # shellcheck disable=SC2086 # several words
    "$breath" $1 | sort | diff -u theirs - >difference
}

columns_are_the_same()
{
    # shellcheck disable=SC2086 # several words
    $1 | grep -v 'no statistics' >theirs
    # shellcheck disable=SC2086 # several words
    "$breath" $1 | diff -u theirs - >difference
}

classic_output_is_net_tools()
{
    ip addr del 2001:db8::3/64 dev veth0
    for words in 'ifconfig -a' ifconfig 'ifconfig tun0' 'ifconfig lo'; do
        await lines_are_the_same "$words"
    done
    for words in 'route -n -4' 'route -4' 'netstat -rn -4' 'arp -n' 'arp -an' 'netstat -i' 'netstat -ia'; do
        await columns_are_the_same "$words"
    done
}

# The settings, histograms of ICMP and some words of TcpExt are netstat's only.
statistics_are_the_kernels()
{
    netstat -st | sed -n '/^Tcp:/,/resets sent/p' >theirs
    breath netstat -st
    has_status 0
    sed -n '/^Tcp:/,/resets sent/p' out | grep -v InCsumErrors >ours
    diff -u theirs ours >difference || tb_fail "netstat -s: $(head -20 difference)"
    breath netstat -s --json
    has_status 0
    python3 - <<'END' || tb_fail "netstat -s --json: not /proc/net/snmp"
import json
told = json.load(open("out"))["statistics"]
for path in "/proc/net/snmp", "/proc/net/netstat":
    lines = open(path).read().splitlines()
    for names, numbers in zip(lines[::2], lines[1::2]):
        group = names.split(":")[0]
        for name, number in zip(names.split()[1:], numbers.split()[1:]):
            assert told[group][name] == int(number), (group, name)
END
}

documents_are_valid()
{
    documents=0
    for words in nic 'nic lo' 'nic nothere' 'nic --to 192.0.2.2' 'nic --to 8.8.8.8' 'nic --to 10.9.0.1' \
        route 'route -6' neigh arp 'ifconfig -a' 'ifconfig veth0' 'netstat -r' 'netstat -i' 'netstat -s'; do
        # shellcheck disable=SC2086 # several words
        breath $words --json
        documents=$((documents + 1))
        cp out "document.$documents"
        grep -qx " \"exit_status\": $status" out || tb_fail "$words: another exit status"
    done
    set --
    for document in document.*; do
        set -- "$@" -i "$document"
    done
    python3 -m jsonschema "$@" "$live/breath.schema.json" >why 2>&1 || tb_fail "schema: $(head -c 2000 why)"
}

wrong_words_are_refused()
{
    for words in 'nic lo lo' 'nic --to' 'nic --to nothing' 'listen --to=::1' 'route x' 'route -q' \
        'netstat -r -i' 'netstat -4' 'arp nothing' 'ifconfig -x' 'neigh a b'; do
        # shellcheck disable=SC2086 # several words
        breath $words
        has_status 2
        [ -s said ] || tb_fail "$words: no usage on stderr"
        [ ! -s out ] || tb_fail "$words: usage on stdout"
    done
}

# No line of a terminal with 80 columns is longer, in either language.
a_terminal_is_kept_to()
{
    for lang in en ja; do
        for words in nic 'nic veth0' 'nic --to 192.0.2.2' route neigh arp 'arp -a' ifconfig 'netstat -r' \
            'netstat -i' 'netstat -s' 'nic awdl0' 'nic --to 10.9.0.1'; do
            script -qec "stty cols 80; $breath $words --lang=$lang --explain=long --color=never" /dev/null \
                </dev/null >>screens || :
        done
    done
    tr -d '\r' <screens | "$TB_SOURCE_DIR/tests/lib/columns.py" 80 >wide || tb_fail "a line is too wide: $(cat wide)"
}

# They come and go while they are listed: the answer is whole, or says that it is not.
changes_meanwhile_are_survived()
{
    (
        while :; do
            ip link add come type veth peer name go 2>/dev/null || :
            ip link del come 2>/dev/null || :
        done
    ) &
    changing=$!
    children="$children $changing"
    for n in $(seq 50); do
        breath nic --json
        has_status 0
        cp out "meanwhile.$n"
    done
    python3 - <<'END' || tb_fail "changes meanwhile"
import glob, json
for path in glob.glob("meanwhile.*"):
    told = json.load(open(path))
    names = [nic["name"] for nic in told["nics"]]
    assert len(names) == len(set(names)), names
    assert told["inexact"] or {"lo", "veth0", "br-test"} <= set(names), told
END
    kill "$changing"
    wait "$changing" 2>/dev/null || :
    ip link del come 2>/dev/null || :
}

# Links are made by ip -batch, each end with an address.
a_thousand_are_told_like_one()
{
    for n in $(seq 500); do
        printf 'link add t%d type veth peer name u%d\n' "$n" "$n"
        printf 'addr add 10.%d.%d.1/24 dev t%d\n' $((100 + n / 250)) $((n % 250)) "$n"
    done >links.batch
    ip -batch links.batch
    tell '-d addr' -- nic
    same links
    breath nic
    [ "$(wc -l <out)" -ge 1000 ] || tb_fail "not a thousand"
}

mkfifo hold
populate
for test in \
    facts_are_those_of_ip \
    ways_are_those_of_ip \
    own_addresses_are_reached_through_lo \
    lo_carries_it_indeed \
    no_way_is_a_status_of_its_own \
    relatives_are_named \
    a_name_cannot_steer_the_terminal \
    speed_is_the_drivers \
    documents_are_valid \
    statistics_are_the_kernels \
    wrong_words_are_refused \
    a_terminal_is_kept_to \
    classic_output_is_net_tools \
    changes_meanwhile_are_survived \
    a_thousand_are_told_like_one; do
    $test
    printf 'ok: %s\n' "$test"
done
exec 9>&-
