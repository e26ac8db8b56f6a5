#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# breath_words.sh - what breath prints: lines that fit a terminal in both languages, documents that
# follow the schema, hints that follow what was asked, containers by name
#
# In a network namespace of its own, with names that are as long as they can be.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

breath=${TB_BUILD_DIR:?}/bin/breath
live=$TB_SOURCE_DIR/tests/live

tb_is_root || tb_skip "a network namespace needs root"
if [ "${1:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    command -v script >/dev/null || tb_skip "no script program (package bsdutils)"
    python3 -c 'import jsonschema' 2>/dev/null || tb_skip "no jsonschema (package python3-jsonschema)"
    unshare --net --mount true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net --mount -- "$0" inside
fi

. "$live/capturing.sh"
begin_capturing
export LC_ALL=C.UTF-8

long_nic=abcdefghijklmno # IFNAMSIZ
address=2001:db8:1111:2222:3333:4444:5555:6666
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
cgroup=
leave()
{
    exec 9>&- || :
    end_children
    [ -z "$cgroup" ] || await rmdir "$cgroup" || :
}
# shellcheck disable=SC2034 # tshark.sh runs it
TB_ON_EXIT=leave

# ARGUMENT...: breath's output in ./out, what it says in ./said, its status in $status
breath()
{
    status=0
    timeout 60 "$breath" "$@" </dev/null >out 2>said || status=$?
}

has_status()
{
    [ "$status" -eq "$1" ] || tb_fail "exit status $status, not $1: $(cat out said)"
}

says()
{
    cat out said | tr -s ' \n' ' ' | grep -qF -- "$1" || tb_fail "does not say '$1': $(cat out said)"
}

# Names are looked up in files only: nobody answers here.
populate()
{
    echo 'hosts: files' >nsswitch
    mount --bind nsswitch /etc/nsswitch.conf
    ip link add "$long_nic" type veth peer name "$(printf 'p\033[31mq')"
    ip link set "$long_nic" up
    ip link set "$(printf 'p\033[31mq')" up
    ip addr add "$address/64" dev "$long_nic" nodad
    ip addr add 192.0.2.2/24 dev "$long_nic"
    ip -6 route add 2001:db8:aaaa:bbbb:cccc:dddd:eeee:0/112 via "${address%6}7"
    ip route add default via 192.0.2.1
    ip neigh add "${address%6}7" lladdr 02:00:00:00:00:01 dev "$long_nic" router
    ip neigh add 192.0.2.1 lladdr 02:00:00:00:00:01 dev "$long_nic"
    mkfifo hold
    "$live/breath_odd.py" 50000 <hold >ready &
    children="$children $!"
    exec 9>hold
    await grep -q ready ready
    odd=$(sed 's/ready //' ready)
    if [ -n "$cgroups" ]; then
        cgroup="$cgroups/machine-$(printf '%0200d' $$).scope"
        if ! mkdir "$cgroup" 2>/dev/null || ! echo "$odd" >"$cgroup/cgroup.procs"; then
            cgroup=
        fi
    fi
}

# Every command, and every way to call it that has words of its own; once for each explanation.
calls()
{
    cat <<END
listen
listen 50000
listen 9
listen 50002
conns
conns tcp 50000
conns udp $address
conns time-wait close-wait 50000 50001 $address
who 50000
who 50001
who 9
who pid:$odd
who pid:4194303
why 50000
why 50000 --udp --address=$address
why 50002
why 9
nic
nic $long_nic
nic nothere
nic awdl0
nic --to=$address
nic --to=192.0.2.2
nic --to=203.0.113.1
nic $long_nic --to=2001:db8:aaaa:bbbb:cccc:dddd:eeee:1
route
route -6
route -n -4
neigh
neigh 192.0.2.200
neigh ${address%6}7
arp
arp -a
arp -n 192.0.2.1
ifconfig
ifconfig -a
ifconfig $long_nic
netstat
netstat -a
netstat -an
netstat -tlnp
netstat -tuanp
netstat -anxp
netstat -r
netstat -rn -6
netstat -i
netstat -ia
netstat -s
netstat -st
lsof -i
lsof -i:50000 -nP
lsof -iTCP -sTCP:LISTEN -nP
lsof -a -i -p $odd
lsof -p $odd
lsof -p 4194303
get http://[$address]:50000/ --timeout=1
get http://127.0.0.1:9/
get http://nosuch.invalid/
dial $address 50000 --timeout=1
dial $address 50000 --udp --timeout=1
dial 127.0.0.1 9
dial 198.51.100.7 9 --timeout=1
dial nosuch.invalid 80
serve 50002
serve 50002 --raw
capture -i nothere
END
}

# What says what can be asked, and what was wrong with a question.
others()
{
    printf '%s\n' help -h 'help nothing' lisen 'listen --jsn' 'listen 8080 8081' who 'why 70000' \
        'conns estblished' 'listen --udp' '--lang=fr' 'listen --watch=0' 'listen --explain=shrt' \
        'netstat -r -i' 'lsof -i foo' 'lsof -s UDP:X -i' 'neigh x' 'get https://example.com/path?query' \
        'get ftp://example.com/' 'get http://a@b/' 'serve --raw --udp' 'serve x' 'capture -c none' \
        'tour x' 'completion tcsh' 'capture --json' 'capture -X -w x'
    for command in $("$breath" completion words ''); do
        printf 'help %s\n%s --help\n' "$command" "$command"
    done
}

no_line_is_wider_than_the_terminal()
{
    for language in en ja; do
        { calls | sed 's/$/ --explain=short/' && calls | sed 's/$/ --explain=long/' && others; } |
            "$live/breath_screen.py" 80 "$language" "$breath" >seen || tb_fail "80 columns: $(cat seen)"
        cat seen
        [ "$(sed 's/.*: \([0-9]*\) lines/\1/' seen)" -ge 2000 ] || tb_fail "few lines: $(cat seen)"
    done
}

# Narrower and wider ones; what is below 40 columns is not kept to.
other_widths_are_kept_to()
{
    # and the classic tables with many columns need more than 60
    calls | grep -v '^netstat -\(s\|i\|anx\)\|^netstat$\|^netstat -a$\|^get\|^dial\|^lsof\|^serve\|^capture' >fewer
    for columns in 60 132; do
        sed 's/$/ --explain=short/' fewer | "$live/breath_screen.py" "$columns" ja "$breath" >seen ||
            tb_fail "$columns columns: $(cat seen)"
    done
}

# Where a pipe is, nothing is cut and nothing is explained.
a_pipe_gets_names_whole()
{
    breath lsof -p "$odd"
    has_status 0
    path=$(grep -c '漢.*漢.*file name' out || :)
    [ "$path" -ge 1 ] || tb_fail "the long path is not whole: $(cut -c -200 out)"
    [ "$(awk '{ print length() }' out | sort -n | tail -n 1)" -ge 1500 ] || tb_fail "a path was cut"
    grep -qF 'file name\x0a' out || tb_fail "a newline in a name: $(cut -c -200 out)"
}

# The words of one call of each command that prints documents
document_of()
{
    case $1 in
    listen) echo listen 50000 ;;
    conns) echo conns 50000 ;;
    who) echo who 50000 ;;
    why) echo why 50000 ;;
    nic) echo nic --to=192.0.2.2 ;;
    route | neigh | arp) echo "$1" ;;
    ifconfig) echo ifconfig -a ;;
    netstat) echo netstat -tlnp ;;
    lsof) echo lsof -p "$odd" ;;
    get) echo get http://127.0.0.1:9/ ;;
    dial) echo dial ::1 50000 --timeout=1 ;;
    esac
}

every_command_has_documents_or_says_that_it_has_none()
{
    rm -f document.*
    none=
    for command in $("$breath" completion words ''); do
        words=$(document_of "$command")
        if [ "$command" = serve ]; then
            "$breath" serve 50100 --json >document.serve 2>said &
            server=$!
            children="$children $server"
            await grep -q '"event":"listening"' document.serve
            kill "$server"
        elif [ -n "$words" ]; then
            # shellcheck disable=SC2086 # several words
            breath $words --json
            cp out "document.$command"
            grep -qx " \"exit_status\": $status" out || tb_fail "$words: another status than $status"
        else
            none="$none $command"
            for language in en ja; do
                breath "$command" --json --lang=$language
                has_status 2
                [ ! -s out ] || tb_fail "$command --json: $(cat out)"
                grep -qF "'--json'" said || tb_fail "$command --json: $(cat said)"
                grep -q 'JSON 出力はありません\|prints no JSON' said || tb_fail "$command --json: $(cat said)"
            done
        fi
    done
    [ "$none" = ' capture story tour completion help' ] || tb_fail "without documents:$none"
    [ "$(find . -name "document.*" | wc -l)" -eq 14 ] || tb_fail "documents: $(find . -name "document.*")"
    set --
    for document in document.*; do
        set -- "$@" -i "$document"
    done
    python3 -m jsonschema "$@" "$live/breath.schema.json" >why 2>&1 || tb_fail "schema: $(head -c 2000 why)"
    # and the schema refuses what is not in it
    sed 's/"outcome": "refused"/"outcome": "odd"/' document.get >broken
    ! python3 -m jsonschema -i broken "$live/breath.schema.json" >/dev/null 2>&1 || tb_fail "any outcome passes"
}

# WORDS EXPECTED...: what stands behind "same as" and "now"
hint()
{
    # shellcheck disable=SC2086 # several words
    breath $1 --explain=short
    shift
    for words in "$@"; do
        cat out said | grep -E '^ *(same as|now):' | tr -s ' ' | grep -qF -- "$words" ||
            tb_fail "no hint '$words': $(cat out said)"
    done
}

hints_follow_what_was_asked()
{
    hint 'netstat -tlnp' ' now: ss -tlnp'
    hint 'netstat -uan' ' now: ss -uan'
    hint 'netstat -a' ' now: ss -tuxar'
    hint 'netstat -rn -6' ' same as: netstat -rn -6' 'now: ip -6 route'
    hint 'netstat -ia' ' same as: netstat -ia now: ip -s link'
    hint 'netstat -st' ' same as: netstat -st' "now: nstat -az 'Tcp*'"
    hint 'route -n -4' ' same as: route -n -4 now: ip route'
    hint route ' same as: route now: ip route; ip -6 route'
    hint 'route -6' ' same as: route -6 now: ip -6 route'
    hint 'arp -n 192.0.2.1' ' same as: arp -n 192.0.2.1 now: ip -4 neigh show to 192.0.2.1'
    hint 'neigh 192.0.2.1' ' same as: arp -n 192.0.2.1 now: ip neigh show to 192.0.2.1'
    hint 'lsof -i:50000 -nP' "now: ss -tuanp 'sport = :50000 or dport = :50000'"
    hint 'lsof -iTCP -sTCP:LISTEN -nP' ' now: ss -tlnp'
    hint "lsof -p $odd" " now: ls -l /proc/$odd/fd"
    hint "lsof -a -i -p $odd -nP" " now: ss -tuanp | grep -E 'pid=($odd),'"
    hint 'conns tcp established 50000' ' same as: netstat -tanp | grep ESTABLISHED | grep :50000' \
        "now: ss -tanp state established 'sport = :50000 or dport = :50000'"
    hint 'conns udp' ' same as: netstat -uanp now: ss -uanp'
    hint 'dial ::1 50001 --timeout=2' ' same as: nc -w 2 ::1 50001'
    breath route -6 --explain=long
    for column in Genmask Ref Use Metric; do
        ! grep -qw "$column" out || tb_fail "route -6 explains $column: $(cat out)"
    done
    says 'Next Hop: the router'
    says 'the smallest Met.'
}

# Every command that is named as the same must be one: its options are known where it is here.
hints_can_be_typed()
{
    calls | grep '^\(netstat\|route\|conns\|listen\|who\|why\|lsof\) ' | grep -v 'pid:\|-anx\|netstat -i\|netstat -s' |
        while read -r words; do
            # shellcheck disable=SC2086 # several words
            breath $words --explain=short
            cat out said | sed -n 's/.*now: *//p' | while read -r command; do
                case $command in
                'ss '* | 'ip '*) sh -c "$command" >/dev/null 2>complaint </dev/null || : ;;
                *) continue ;;
                esac
                ! grep -qi 'usage\|invalid\|syntax\|unknown\|error' complaint ||
                    tb_fail "$words: '$command': $(cat complaint)"
            done
        done
}

what_is_only_bound_is_told_apart()
{
    breath netstat -tlnp --explain=short
    ! grep -q ':50002 ' out || tb_fail "netstat lists a bound socket: $(cat out)"
    says '1 more have a port without listening on it'
    breath netstat -an
    ! grep -q ':50002 ' out || tb_fail "netstat lists a bound socket: $(cat out)"
    breath lsof -i:50002 -nP
    has_status 1
    breath conns bound
    has_status 0
    says '127.0.0.1:50002'
}

containers_are_named()
{
    [ -n "$cgroup" ] || {
        printf 'no cgroup of version 2 can be made here: containers are not looked at\n'
        return 0
    }
    name=$(printf 'machine-%0200d' $$)
    for words in 'listen 50000' 'conns 50000' 'who 50000'; do
        # shellcheck disable=SC2086 # several words
        breath $words
        says "[$name]"
        # shellcheck disable=SC2086 # several words
        breath $words --explain=short
        says "[$name]: the container in which the process runs"
        # shellcheck disable=SC2086 # several words
        breath $words --json
        grep -qF "\"container\": \"$name\"" out || tb_fail "$words --json: no container: $(cat out)"
    done
    breath who "pid:$odd" --explain=short --lang=ja
    says "[$name]: そのプロセスが動いているコンテナーです"
    "$breath" serve 50100 --raw >served 2>&1 &
    server=$!
    children="$children $server"
    await grep -q listens served
    breath listen 50100 --json
    ! grep -q '"container"' out || tb_fail "a container of its own: $(cat out)"
    kill "$server"
}

https_is_refused_in_words()
{
    breath get https://127.0.0.1/path
    has_status 2
    says "'https://127.0.0.1/path': https is encrypted (TLS)"
    says "curl -v 'https://127.0.0.1/path'"
    says 'breath dial 127.0.0.1 443'
    breath get "HTTPS://[::1]:8443/" --lang=ja
    has_status 2
    says 'https は暗号化 (TLS) されるため'
    says 'breath dial ::1 8443'
    breath get ftp://example.com/
    has_status 2
    says 'only http:// here'
    breath get "$(printf 'https://\033[31m/')"
    has_status 2
    ! grep -q "$(printf '\033')" said || tb_fail "a URL steers the terminal"
}

# The example of a next step has the port that the tour took.
the_tour_names_its_own_port()
{
    [ -x "$TB_BUILD_DIR/bin/hello" ] || return 0
    python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 8080)); import sys; sys.stdin.read()' <hold &
    children="$children $!"
    await sh -c "'$breath' listen 8080"
    for language in en ja; do
        breath tour --lang=$language
        port=$(sed -n 's/^\$ breath serve \([0-9]*\)$/\1/p' out)
        [ "${port:-8080}" != 8080 ] || tb_fail "the tour took a port that was taken: $(head -n 5 out)"
        says "-f 'tcp port $port'"
        ! grep -q "'tcp port 8080'" out || tb_fail "the tour names another port: $(cat out)"
        printf 'tour\n' | "$live/breath_screen.py" 80 "$language" "$breath" >seen || tb_fail "tour: $(cat seen)"
    done
}

# What the READMEs show of a server of Python's, and of a socket that does not listen, is printed.
the_readmes_screens_are_real()
{
    unshare --net python3 -c '
import socket, sys
any_host = socket.create_server(("::", 8080), family=socket.AF_INET6, dualstack_ipv6=True, backlog=5)
taken = socket.socket()
taken.bind(("127.0.0.1", 9000))
print("ready", flush=True)
sys.stdin.read()' <hold >held &
    server=$!
    children="$children $server"
    await grep -q ready held
    for words in 'listen 8080' 'why 9000'; do
        for readme in README.md README.ja.md; do
            language=en
            [ "$readme" = README.md ] || language=ja
            script -qec "stty cols 80; nsenter -t $server -n $breath $words --lang=$language --color=never" /dev/null \
                </dev/null | tr -d '\r' >out
            "$live/breath_readme.py" "$TB_SOURCE_DIR/$readme" out "breath $words" || tb_fail "$words"
        done
    done
}

populate
for test in \
    no_line_is_wider_than_the_terminal \
    other_widths_are_kept_to \
    a_pipe_gets_names_whole \
    every_command_has_documents_or_says_that_it_has_none \
    hints_follow_what_was_asked \
    hints_can_be_typed \
    what_is_only_bound_is_told_apart \
    containers_are_named \
    https_is_refused_in_words \
    the_tour_names_its_own_port \
    the_readmes_screens_are_real; do
    $test
    printf 'ok: %s\n' "$test"
done
