#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# breath_truth.sh - what breath must neither keep silent nor get wrong
#
# usage: breath_truth.sh BINARIES NOGETSOCK
#
# As another user, in a container, with hidepid, where even root may not look; while sockets and
# processes come, go and get each other's numbers; with names that are as long as they can be. In a
# network namespace of its own.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1
nogetsock=$2
live=$TB_SOURCE_DIR/tests/live

tb_is_root || tb_skip "a network namespace and another user need root"
if [ "${3:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net --mount true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net --mount -- "$0" "$binaries" "$nogetsock" inside
fi

. "$live/capturing.sh"
begin_capturing
export LC_ALL=C.UTF-8
cp "${TB_BUILD_DIR:?}/bin/breath" "$binaries/live-sockets" "$nogetsock" "$TB_TMP/" # where another user may run them
chmod 755 "$TB_TMP/breath" "$TB_TMP/live-sockets"
breath=$TB_TMP/breath

# COMMAND...: its output in ./out, what it says in ./said, its status in $status
try()
{
    status=0
    timeout 60 "$@" </dev/null >out 2>said || status=$?
}

breath()
{
    try "$breath" "$@"
}

as_nobody()
{
    try setpriv --reuid 65534 --regid 65534 --clear-groups "$breath" "$@"
}

# As root who may not look into processes that have more rights than he
without_ptrace()
{
    try setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace "$breath" "$@"
}

has_status()
{
    [ "$status" -eq "$1" ] || tb_fail "exit status $status, not $1: $(cat out said)"
}

says()
{
    cat out said | tr -s ' \n' ' ' | grep -qF -- "$1" || tb_fail "does not say '$1': $(cat out said)"
}

# PORT CONNECTIONS CHILDREN: as in breath.sh; its pid in $holder
populate()
{
    rm -f hold ready
    mkfifo hold
    "$binaries/live-sockets" "$@" <hold >ready &
    children="$children $!"
    exec 9>hold
    await grep -q ready ready
    holder=$(sed 's/ready //' ready)
}

# Processes that this test started and does not know by their number end with descriptor 9, which
# they must not have themselves.

# WORDS: what --json tells of the search
search()
{
    # shellcheck disable=SC2086 # several words
    breath $1 --json
    python3 -c 'import json, sys; print(*json.load(open("out"))["search"][sys.argv[1]].__str__().split())' "$2"
}

# A container has a pid namespace: who holds a socket of the host's is outside.
in_a_container_nobody_outside_is_seen()
{
    try unshare --pid --fork --mount-proc -- "$breath" who 8080
    has_status 3
    says 'is not among the'
    ! grep -q "$holder" out || tb_fail "a process of outside is named: $(cat out)"
    try unshare --pid --fork --mount-proc -- "$breath" listen 8080 --lang=ja
    has_status 3
    says 'このコンテナ (PID 名前空間)'
    try unshare --pid --fork --mount-proc -- "$breath" listen 9
    has_status 1
    # what is inside is named all the same
    # shellcheck disable=SC2016 # the inner shell's
    try unshare --net --pid --fork --mount-proc -- sh -c 'ip link set lo up
        python3 -c "import socket, time; s = socket.create_server((\"127.0.0.1\", 50900)); time.sleep(20)" &
        until "$1" listen 50900 >/dev/null; do sleep 0.1; done
        "$1" who 50900; status=$?; kill $!; exit $status' sh "$breath"
    has_status 0
    says 'python3'
}

with_hidepid_others_are_hidden()
{
    mount -t proc -o hidepid=2 proc /proc 2>/dev/null || tb_fail "hidepid: /proc cannot be mounted so"
    as_nobody who 8080
    has_status 3
    says 'does not list the processes of others'
    as_nobody who "pid:$holder"
    has_status 3
    says "Whether there is a process $holder cannot be told"
    as_nobody listen 9
    has_status 1
    breath who 8080
    has_status 0
    umount /proc
    mount -t proc -o hidepid=1 proc /proc
    as_nobody who 8080
    has_status 3
    says 'hidden (owner uid 0, you are 65534)'
    umount /proc
}

another_users_own_are_named()
{
    setpriv --reuid 65534 --regid 65534 --clear-groups "$TB_TMP/live-sockets" 8160 0 0 <hold >ready4 9>&- &
    children="$children $!"
    await grep -q ready ready4
    as_nobody who 8160
    has_status 0
    says "live-sockets $(sed 's/ready //' ready4)"
    as_nobody who 8160 --explain=short
    says 'which may hold these sockets too'
    as_nobody conns
    has_status 3
}

# A locked-down process 1, as in some containers and virtual machines: even root may not look into it.
what_even_root_may_not_see_is_named()
{
    without_ptrace who 8080 --explain=short
    has_status 3
    says 'hidden (owner uid 0, you are 0)'
    grep -qE 'I may not look into [0-9]+ of [0-9]+ processes' out || tb_fail "not counted: $(cat out)"
    says 'The kernel lets not even root look into'
    ! grep -q 'sudo' out || tb_fail "root is told to become root: $(cat out)"
    without_ptrace who 8080 --explain=short --lang=ja
    says 'root でもカーネルに拒否されるため調べられません'
    without_ptrace listen 9
    has_status 1
}

# Likewise where BPF finds the owners, which it does among many.
bpf_tells_no_more_than_proc_does()
{
    populate 8100 400 5
    if [ "$(search conns mechanism)" != bpf ]; then
        printf 'no BPF here\n'
        return 0
    fi
    without_ptrace conns 8100
    has_status 3
    ! grep -q "live-sockets" out || tb_fail "BPF tells whom root may not see: $(head -n 5 out)"
    breath conns 8100
    has_status 0
    says "live-sockets ($holder)"
}

# A process that the kernel keeps from root keeps its sockets too: "no process" would be wrong.
a_process_kept_from_everybody_may_be_the_owner()
{
    if readlink /proc/1/exe >/dev/null 2>&1; then
        printf 'root may look into process 1 here\n'
        return 0
    fi
    python3 -c '
import os, socket, sys
sent, kept = socket.socketpair()
held = socket.create_server(("127.0.0.1", 50902))
socket.send_fds(sent, [b"x"], [held.fileno()])  # on its way: no process holds it
held.close()
print("ready", flush=True)
sys.stdin.read()' <hold >ready2 9>&- &
    children="$children $!"
    await grep -q ready ready2
    breath listen 50902 --explain=short
    has_status 3
    says 'hidden (uid 0)'
    says 'The kernel lets not even root look into'
    says '(1) here'
    mechanism=$(search 'listen 50902' mechanism)
    printf 'by %s\n' "$mechanism"
}

# They come, live for milliseconds and get each other's pids: who is named is the owner.
nobody_is_taken_for_another()
{
    unshare --net --pid --fork --mount-proc -- sh -c 'ip link set lo up && exec "$@"' sh \
        "$live/breath_reuse.py" "$breath" 100 >told || tb_fail "pids used again: $(cat told)"
    cat told
}

# TIME_WAIT has no owner and no inode; ss has the same.
closed_connections_by_the_thousand_are_told()
{
    python3 - <<'END'
import socket
server = socket.create_server(("127.0.0.1", 50903))
for _ in range(3000):
    client = socket.create_connection(("127.0.0.1", 50903))
    accepted = server.accept()[0]
    client.close()
    accepted.recv(1)
    accepted.close()
END
    breath conns time-wait 50903
    has_status 0
    [ "$(grep -c TIME_WAIT out)" -ge 2900 ] || tb_fail "$(grep -c TIME_WAIT out) of 3000"
    breath conns tcp 50903 --json
    "$live/breath_sockets.py" breath <out >ours
    ss -tanpO 'sport = :50903 or dport = :50903' | "$live/breath_sockets.py" ss >theirs
    diff -u theirs ours >difference || tb_fail "not as ss has it: $(head -20 difference)"
}

# The end of a dump that the kernel interrupted is no end: many tries while sockets come and go.
changes_meanwhile_are_survived()
{
    python3 -c '
import os, socket
while True:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(50)]
    for one in held:
        one.close()' 9>&- &
    changing=$!
    children="$children $changing"
    for n in $(seq 40); do
        breath listen --json
        case $status in
        0 | 3) ;;
        *) tb_fail "look $n: status $status: $(cat said)" ;;
        esac
        python3 - <<'END' || tb_fail "look $n: what was there all the time is not told"
import json
told = json.load(open("out"))
ports = [one["local"]["port"] for one in told["sockets"]]
assert told["search"]["inexact"] or {8080, 8081, 8082, 8083} <= set(ports), ports
END
    done
    kill "$changing"
    wait "$changing" 2>/dev/null || :
}

# 4,096 octets are PATH_MAX: the kernel tells no longer path.
a_path_as_long_as_can_be_is_whole()
{
    python3 - "$binaries/live-sockets" <<'END' 9>&- >/dev/null
import os, shutil, sys
home = os.getcwd()
for name, octets in ("whole", 4080), ("beyond", 4200):
    os.makedirs(name)
    os.chdir(name)
    while len(os.getcwdb() if name == "whole" else b"") < octets - 120 and name == "whole":
        os.makedirs("d" * 100)
        os.chdir("d" * 100)
    if name == "beyond":
        for _ in range(octets // 101):
            os.makedirs("d" * 100)
            os.chdir("d" * 100)
    shutil.copy(sys.argv[1], "sockets")
    folder = os.open(".", os.O_RDONLY)
    os.chdir(home)
    if os.fork() == 0:
        os.fchdir(folder)
        port = "8120" if name == "whole" else "8140"
        os.dup2(os.open(f"{home}/hold", os.O_RDONLY), 0)
        os.execv("./sockets", ["./sockets", port, "0", "0"])
END
    await sh -c "'$breath' listen 8120 && '$breath' listen 8140"
    breath who 8120 --explain=short
    has_status 0
    grep -qE 'exe /.*/whole/(d{100}/)+sockets$' out || tb_fail "the path is not whole: $(cut -c -300 out)"
    [ "$(wc -L <out)" -ge 3900 ] || tb_fail "the path is cut: $(wc -L <out)"
    breath who 8140 --explain=short
    has_status 0
    ! grep -q '^ *exe' out || tb_fail "a path that the kernel does not tell: $(cut -c -300 out)"
    breath lsof -p "$(breath who 8140 --json && sed -n 's/.*"pid": \([0-9]*\).*/\1/p' out | head -n 1)"
    has_status 0
}

reachability_is_in_words()
{
    ip link add tb0 type veth peer name tb1
    ip addr add 192.0.2.1/24 dev tb0
    ip link set tb0 up
    ip link set tb1 up
    python3 -c '
import socket, sys
held = [socket.create_server(("192.0.2.1", 50904)), socket.create_server(("0.0.0.0", 50905)),
        socket.create_server(("::", 50906), family=socket.AF_INET6),
        socket.create_server(("::", 50907), family=socket.AF_INET6, dualstack_ipv6=True)]
print("ready", flush=True)
sys.stdin.read()' <hold >ready3 9>&- &
    children="$children $!"
    await grep -q ready ready3
    breath listen --explain=short
    for row in 'tcp4   192.0.2.1:50904 .* hosts on 192.0.2.0/24$' 'tcp4   0.0.0.0:50905 .* any host, IPv4$' \
        'tcp6   \[::\]:50906 .* any host, IPv6$' 'tcp46  \*:50907 .* any host, IPv4+IPv6$'; do
        grep -q "^$row" out || tb_fail "no row '$row': $(cat out)"
    done
    says 'Firewalls are not looked at.'
    says 'Hosts of other networks reach it too where a router leads there.'
}

# The server has ended; a child that it forgot holds its socket.
why_names_a_forgotten_child()
{
    # shellcheck disable=SC2016 # the inner shell's
    setsid sh -c 'python3 -c "
import os, socket, sys
held = socket.create_server((\"127.0.0.1\", 50908))
if os.fork() > 0:
    os._exit(0)
sys.stdin.read()" <hold' 9>&-
    breath why 50908 --explain=short
    has_status 0
    says 'in use by 127.0.0.1:50908, held by python3 ('
    says 'lives on although the process that it was started with'
}

# The habits of names that the article comes upon, also of NICs that are not here.
names_of_interfaces_are_explained()
{
    for row in 'en0:Ethernet' 'ens33:Ethernet' 'enp0s3:Ethernet' 'eth0:numbered in the order' 'wlp2s0:Wi-Fi' \
        'docker0:Docker connects containers' 'br-0123456789ab:docker network create' \
        'veth1a2b3c:One end of a pair' 'virbr0:not VMware' 'tun7:A tun device' 'wg0:WireGuard' \
        'awdl0:Apple Wireless Direct Link' 'llw0:low-latency WLAN' 'utun3:On a Mac: a tunnel'; do
        breath nic "${row%%:*}" --explain=short
        has_status 1
        says "${row#*:}"
        breath nic "${row%%:*}" --explain=short --lang=ja
        ! grep -q '不明\|分かりません' out || tb_fail "${row%%:*}: not explained: $(cat out)"
    done
    breath nic lo --explain=short
    says 'Loopback: what is sent here is received here'
    breath nic --explain=long
    for family in 'lo' 'ens3' eth0 wlan0 docker0 br- veth virbr0 tun wg awdl0 llw0 utun; do
        grep -q "^  ${family}[^:]*: " out || tb_fail "no habit of $family: $(cat out)"
    done
}

# A question for both families at once is an old one; where it is refused there are two.
each_family_is_asked_where_both_are_not_answered()
{
    local words

    for words in 'conns tcp' 'conns 8080' 'listen 8080' 'listen 9' 'netstat -an'; do
        # shellcheck disable=SC2086 # several words
        breath $words
        sort out >both
        was=$status
        # shellcheck disable=SC2086
        LD_PRELOAD="$TB_TMP/${nogetsock##*/}" try "$breath" $words
        grep -qE '^nogetsock: [1-9][0-9]* refused, [1-9]' said || tb_fail "$words: nothing was refused: $(cat said)"
        [ "$status" -eq "$was" ] || tb_fail "$words: exit status $status, not $was"
        sort out | diff -u both - >difference || tb_fail "$words: another answer: $(cat difference)"
    done
}

# What the driver says of a link's speed is what ethtool says.
speed_is_ethtools()
{
    command -v ethtool >/dev/null || {
        printf 'no ethtool here\n'
        return 0
    }
    ip link add br9 type bridge
    ip tuntap add tun9 mode tun
    for nic in lo tb0 br9 tun9; do
        theirs=$(ethtool "$nic" 2>/dev/null | sed -n 's/.*Speed: \([0-9]*\)Mb\/s.*/\1/p')
        breath nic "$nic" --json
        ours=$(sed -n 's/.*"speed_mbps": \([0-9]*\).*/\1/p' out)
        [ "$ours" = "$theirs" ] || tb_fail "$nic: speed '$ours', ethtool has '$theirs'"
        printf '%s: speed %s\n' "$nic" "${ours:-not told}"
    done
}

populate 8080 10 3
for test in \
    in_a_container_nobody_outside_is_seen \
    with_hidepid_others_are_hidden \
    another_users_own_are_named \
    what_even_root_may_not_see_is_named \
    a_process_kept_from_everybody_may_be_the_owner \
    nobody_is_taken_for_another \
    changes_meanwhile_are_survived \
    a_path_as_long_as_can_be_is_whole \
    reachability_is_in_words \
    why_names_a_forgotten_child \
    names_of_interfaces_are_explained \
    speed_is_ethtools \
    each_family_is_asked_where_both_are_not_answered \
    closed_connections_by_the_thousand_are_told \
    bpf_tells_no_more_than_proc_does; do
    $test
    printf 'ok: %s\n' "$test"
done
exec 9>&-
