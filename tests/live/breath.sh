#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# breath.sh - breath tells the sockets that ss tells, who holds them, and why bind() fails
#
# usage: breath.sh BINARIES
#
# In a network namespace of its own; TB_LIVE_FULL in the environment makes the populations large:
# 20,000 sockets, then 100,000.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1
breath=${TB_BUILD_DIR:?}/bin/breath
live=$TB_SOURCE_DIR/tests/live

tb_is_root || tb_skip "a network namespace needs root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    python3 -c 'import jsonschema' 2>/dev/null || tb_skip "no jsonschema (package python3-jsonschema)"
    unshare --net --mount true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net --mount -- "$0" "$binaries" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
begin_capturing
ulimit -n "$(ulimit -Hn)"
cp "$breath" "$TB_TMP/breath" # where another user may run it
chmod 755 "$TB_TMP/breath"

# ARGUMENT...: breath's output in ./out, what it says in ./said, its status in $status
breath()
{
    status=0
    LC_ALL=C "$breath" "$@" >out 2>said || status=$?
}

nobody_may=() # options of setpriv
as_nobody()
{
    status=0
    LC_ALL=C setpriv --reuid 65534 --regid 65534 --clear-groups \
        ${nobody_may[@]+"${nobody_may[@]}"} "$TB_TMP/breath" "$@" >out 2>said ||
        status=$?
}

has_status()
{
    [ "$status" -eq "$1" ] || tb_fail "exit status $status, not $1: $(cat out said)"
}

says()
{
    grep -qF -- "$1" out || tb_fail "does not say '$1': $(cat out said)"
}

# Keeps the document in ./out for validate(), and looks whether it tells the status that came.
documents=0
valid()
{
    documents=$((documents + 1))
    cp out "document.$documents"
    grep -qx " \"exit_status\": $status" out ||
        tb_fail "another exit status than the document's: $status, $(cat out said)"
}

validate()
{
    [ "$documents" -ge 14 ] || tb_fail "only $documents documents"
    set --
    for document in document.*; do
        set -- "$@" -i "$document"
    done
    python3 -m jsonschema "$@" "$live/breath.schema.json" >why 2>&1 || tb_fail "schema: $(head -c 2000 why)"
}

# PORT CONNECTIONS CHILDREN: the population, which ends when descriptor 9 is closed; its pid in $holder
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

# COUNT CONNECTIONS CHILDREN: so many more populations, each of a process of its own: one may have no
# more descriptors than `ulimit -n` says
crowd()
{
    crowd=0
    while [ "$crowd" -lt "$1" ]; do
        "$binaries/live-sockets" $((20000 + 20 * crowd)) "$2" "$3" <hold >"ready.$crowd" 9>&- &
        children="$children $!"
        crowd=$((crowd + 1))
    done
    while [ "$crowd" -gt 0 ]; do
        crowd=$((crowd - 1))
        await grep -q ready "ready.$crowd"
    done
}

# Sockets that only one of them lists, or lists otherwise
compare()
{
    breath conns tcp --json
    valid
    "$live/breath_sockets.py" breath <out >ours
    ss -tanpO | "$live/breath_sockets.py" ss >theirs
    grep -v '^BOUND ' ours >comparable || :
    diff -u theirs comparable >difference || tb_fail "not as ss has it: $(head -20 difference)"
}

# Small populations are walked through, large ones asked of BPF where that is allowed.
it_lists_what_ss_lists()
{
    populate 8080 "$1" "$2"
    crowd "$3" "$1" "$2"
    compare
    grep -q '"mechanism"' out || tb_fail "does not tell how owners were found"
    [ "$(grep -c '^TIME_WAIT ' ours)" -ge 3 ] || tb_fail "no TIME_WAIT"
    grep -q '^SYN_RECV .*:8083 ' ours || tb_fail "no SYN_RECV"
    grep -q '^FIN_WAIT2 ' ours || tb_fail "no FIN_WAIT2"
    grep -q "^BOUND 0 0 127.0.0.1:8084 \* $holder:" ours || tb_fail "not bound only: $(cat ours)"
    [ "$(grep -c '^LISTEN 0 64 127.0.0.1:8080 ' ours)" -eq 1 ] || tb_fail "not one listener"
    [ "$(grep '^LISTEN 0 64 127.0.0.1:8080 ' ours | wc -w)" -eq $((7 + $2)) ] ||
        tb_fail "not every holder of the listener"
    printf '%s sockets are as ss has them\n' "$(wc -l <comparable)"
}

# Until the last TIME_WAIT is over, which takes a minute: they would end between the two lists.
await_silence()
{
    seconds=0
    while ss -tanH | grep -q .; do
        seconds=$((seconds + 1))
        [ "$seconds" -lt 120 ] || tb_fail "sockets are left"
        sleep 1
    done
}

what_nobody_accepted_is_its_listeners()
{
    breath conns 8081
    has_status 0
    says "(not accepted yet by live-sockets ($holder))"
    breath conns 8083
    says "(handshake not finished, for live-sockets ($holder))"
    breath conns 8086
    says '(closed by its process)'
    breath conns 8085
    says '(none: closed)'
}

every_document_is_valid()
{
    for words in listen 'listen 8080' 'listen 9' conns 'conns udp' 'conns time-wait' 'who 8080' 'who 9' \
        "who pid:$holder" "who pid:$$" 'why 8080' 'why 8084' 'why 9' 'why 8087 --udp'; do
        # shellcheck disable=SC2086 # several words
        breath $words --json
        valid
    done
}

a_pipe_gets_columns_only()
{
    breath listen
    has_status 0
    head -n 1 out | grep -qx 'PROTO  LOCAL  *STATE  *QUEUE  PROCESS  *REACHABLE FROM' ||
        tb_fail "no columns: $(cat out)"
    [ "$(grep -cvE '^(PROTO|tcp|udp)' out)" -eq 0 ] || tb_fail "more than columns: $(cat out)"
    ! grep -q "$(printf '\033')" out || tb_fail "colours, or a name that steers the terminal"
    says 'a) \x1b[31m(b ('
    breath listen --explain=short
    says 'tcp46: one IPv6 socket also takes IPv4'
}

listeners_are_told_apart()
{
    breath listen
    for row in 'tcp46  \*:8081 .* any host, IPv4+IPv6$' 'tcp6   \[::1\]:8082 .* this machine only$' \
        'tcp4   127.0.0.1:8083 .* this machine only$' 'udp4   127.0.0.1:8087 .* UNCONN '; do
        grep -q "^$row" out || tb_fail "no row '$row': $(cat out)"
    done
    grep -q '^tcp46  \*:8081  *LISTEN  1/64 ' out || tb_fail "the one that waits is not counted: $(cat out)"
}

nothing_there_is_a_status_of_its_own()
{
    for words in 'listen 9' 'who 9' 'conns 9' 'why 9'; do
        # shellcheck disable=SC2086 # several words
        breath $words
        has_status 1
    done
    breath listen 9
    grep -q 'seen completely' said || tb_fail "does not say that it is complete: $(cat said)"
    breath listen 8084 --explain=short
    has_status 1
    grep -q 'breath why 8084 ' out said || tb_fail "does not say what tells of a bound socket: $(cat out said)"
}

another_user_is_told_what_is_hidden()
{
    as_nobody who 8080
    has_status 3
    says 'hidden (owner uid 0, you are 65534)'
    grep -qE 'I may not look into [0-9]+ of [0-9]+ processes' said || tb_fail "hidden, and not said: $(cat said)"
    as_nobody listen 8080 --json
    has_status 3
    valid
    grep -q '"owner": "hidden"' out || tb_fail "a hidden owner has a name: $(cat out)"
    as_nobody listen 9
    has_status 1
    as_nobody who "pid:$holder"
    has_status 3
    as_nobody who 8080 --explain=short
    says 'sudo breath who 8080'
}

# Who may load BPF programs, and may not look into the processes of others, sees as much as /proc shows.
the_iterator_tells_no_more_than_proc()
{
    breath conns tcp --json
    grep -q '"mechanism": "bpf"' out || return 0
    nobody_may=('--inh-caps=+bpf,+perfmon' '--ambient-caps=+bpf,+perfmon')
    as_nobody conns tcp --json
    nobody_may=()
    has_status 3
    grep -q '"mechanism": "bpf"' out || tb_fail "not by the iterator: $(tail -n 12 out)"
    grep -q '"owner": "hidden"' out || tb_fail "nothing is hidden"
    grep -q '"hidden": [1-9]' out || tb_fail "hidden processes are not counted: $(tail -n 12 out)"
    ! grep -q '"owner": "held"' out || tb_fail "an owner is told that /proc hides"
}

# Without COMMAND, which lsof cuts; bound sockets are nothing to lsof, and of anonymous files it tells
# more.
lsof_rows()
{
    sed -E 's/.* ([0-9]+) +root /\1 /; s/ +/ /g; s/ $//; /^COMMAND|BOUND|protocol: TCP$|a_inode/d' "$1" | sort
}

lsof_spells_as_lsof_does()
{
    command -v lsof >/dev/null || return 0
    for words in '-i:8080 -nP' '-i -nP' '-iTCP -sTCP:LISTEN -nP' '-i 4UDP -nP' '-i:8080' "-p $holder" \
        "-p $$" "-a -i -p $holder -nP"; do
        # shellcheck disable=SC2086 # several words
        breath lsof $words
        has_status 0
        lsof_rows out >ours.lsof
        # shellcheck disable=SC2086 # several words
        lsof $words >theirs.raw 2>/dev/null || :
        lsof_rows theirs.raw >theirs.lsof
        diff -u theirs.lsof ours.lsof >difference || tb_fail "lsof $words: $(head -20 difference)"
        [ -s ours.lsof ] || tb_fail "lsof $words: nothing"
    done
    breath lsof -ti:8080
    lsof -ti:8080 | diff -u - out >difference || tb_fail "lsof -t: $(cat difference)"
    for words in '-i:8080' "-p $holder"; do
        # shellcheck disable=SC2086 # several words
        breath lsof $words --json
        valid
    done
    breath lsof -i:99 -nP
    has_status 1
    as_nobody lsof -p "$holder"
    has_status 3
    for words in -x '-i:99999' '-p x' '-s UDP:LISTEN' '-n' '-i foo bar'; do
        # shellcheck disable=SC2086 # several words
        breath lsof $words
        has_status 2
    done
}

# FILE: Proto to State of Internet sockets; what is only bound is nothing to netstat
netstat_rows()
{
    sed -E '/^(tcp|udp)/!d; / BOUND/d; s/ +/ /g; s/ $//' "$1" | awk '{ print $1, $2, $3, $4, $5, $6 }' |
        sort
}

# Of Unix sockets without the descriptors that the programs themselves have.
netstat_spells_as_netstat_does()
{
    command -v netstat >/dev/null || return 0
    for words in -an -tlnp -tanp -tn -uan '-l -t -n' -anu -lt -lu; do
        # shellcheck disable=SC2086 # several words
        breath netstat $words
        has_status 0
        netstat_rows out | sed -E 's/ [0-9]+\/.*//' >ours.netstat
        # shellcheck disable=SC2086 # several words
        netstat -W $words >theirs.raw 2>/dev/null
        netstat_rows theirs.raw | sed -E 's/ [0-9]+\/.*//' >theirs.netstat
        diff -u theirs.netstat ours.netstat >difference || tb_fail "netstat $words: $(head -20 difference)"
        [ -s ours.netstat ] || tb_fail "netstat $words: nothing"
        head -n 1 theirs.raw | diff - <(head -n 1 out) || tb_fail "netstat $words: another title"
    done
    breath netstat -tlnp
    grep -q "127.0.0.1:8080 .*LISTEN .*$holder/live-sockets .*/child" out ||
        tb_fail "not every holder: $(cat out)"
    breath netstat -an --json
    valid
    breath netstat -anx
    [ "$(grep -c '^unix' out)" -eq "$(netstat -anx | grep -c '^unix')" ] || tb_fail "netstat -x: $(cat out)"
    breath netstat -z
    has_status 2
}

# A listener that comes is told at the next look, and one that goes is told no longer.
it_watches()
{
    "$breath" listen --watch=1 >watched &
    watching=$!
    children="$children $watching"
    await grep -q '^tcp4 .*:8080 ' watched
    rm -f hold4 ready4
    mkfifo hold4
    "$binaries/live-sockets" 8280 0 0 <hold4 >ready4 &
    children="$children $!"
    exec 6>hold4
    await grep -q '^tcp4 .*:8280 .* live-sockets (' watched
    exec 6>&-
    await sh -c "! tac watched | sed '/^PROTO/q' | grep -q ':8280 '"
    kill "$watching"
    grep -q "live-sockets ($holder)" watched || tb_fail "watched: $(tail -n 3 watched)"
}

the_shell_is_offered_what_there_is()
{
    breath completion words li
    grep -qx listen out || tb_fail "no command: $(cat out)"
    breath completion words listen 808
    [ "$(paste -sd ' ' out)" = '8080 8081 8082 8083 8084 8086 8087' ] || tb_fail "ports: $(paste -sd ' ' out)"
    breath completion words conns time
    grep -qx time-wait out || tb_fail "no state: $(cat out)"
    breath completion words listen --a
    [ ! -s out ] || tb_fail "an option of another command: $(cat out)"
    breath completion bash
    (
        unset -f breath # the program, not the function above
        PATH=$TB_TMP:$PATH
        # shellcheck disable=SC1091 # as it is printed
        . ./out
        COMP_WORDS=(breath why --lang "=" j)
        COMP_CWORD=4
        _breath
        [ "${COMPREPLY[*]}" = ja ]
    ) || tb_fail "bash is not offered a value"
}

wrong_words_are_quoted()
{
    for words in lisen 'listen --jsn' 'listen 8080 8081' 'who' 'why 0' 'why 70000' 'conns estblished' \
        'listen --udp' '--lang=fr' 'listen --watch=0'; do
        # shellcheck disable=SC2086 # several words
        breath $words
        has_status 2
        [ -s said ] || tb_fail "$words: no usage on stderr"
        [ ! -s out ] || tb_fail "$words: usage on stdout"
    done
    breath lisen
    grep -qF "'lisen': no such command; did you mean listen?" said || tb_fail "no suggestion: $(cat said)"
    breath conns estblished
    grep -qF "did you mean established?" said || tb_fail "no suggestion: $(cat said)"
}

# A cause, the words of `why` and what bind() itself says
# PORT REUSE_WORKS WORDS [ARGUMENT...]
cause()
{
    port=$1
    reuse=$2
    words=$3
    shift 3
    breath why "$port" --json "$@"
    has_status 0
    valid
    python3 "$live/breath_bind.py" "$port" "$reuse" "$@" <out || tb_fail "why $port: bind() says otherwise"
    breath why "$port" --explain=short "$@"
    says "$words"
}

why_names_each_cause()
{
    cause 8080 no "in use by 127.0.0.1:8080, held by live-sockets ($holder)"
    cause 8080 no 'Several processes hold it'
    cause 8080 no 'All addresses (0.0.0.0, ::) and one address of them exclude each other'
    cause 8081 no 'An IPv6 socket on all addresses takes IPv4 too' --address=127.0.0.1
    cause 8084 yes '(bound, not listening)'
    cause 8087 yes "held by live-sockets ($holder)" --udp
    cause 8088 no 'this machine does not have the address' --address=192.0.2.77
    # shellcheck disable=SC2046 # two words
    set -- $(sed -n 's/^ESTABLISHED .* 127.0.0.1:\([0-9]*\) 127.0.0.1:8080 .*/\1/p' ours | head -n 1)
    cause "$1" no '(a connection)'
}

# It lasts for a minute, so it is made for this.
why_names_a_time_wait()
{
    "$binaries/live-sockets" 8180 0 0 </dev/null >/dev/null
    breath conns time-wait 8185
    has_status 0
    # an open connection to another port may have the same one at this end
    ports=$(sed -n 's/^tcp4 *127.0.0.1:\([0-9]*\) .*/\1/p' out)
    for port in $ports; do
        breath conns "$port"
        grep -q 'ESTABLISHED' out || break
    done
    cause "$port" any '(TIME_WAIT)'
}

why_tells_a_privileged_port()
{
    as_nobody why 80 --explain=short
    has_status 0
    says 'ports below 1024 need root or CAP_NET_BIND_SERVICE'
    as_nobody why 80
    says 'EACCES'
}

why_tells_what_is_elsewhere()
{
    rm -f hold2 ready2
    mkfifo hold2
    # shellcheck disable=SC2016 # the inner shell's
    unshare --net -- sh -c 'ip link set lo up; exec "$1" 9090 0 0' sh "$binaries/live-sockets" <hold2 >ready2 &
    children="$children $!"
    exec 8>hold2
    await grep -q ready ready2
    breath why 9090 --explain=short
    has_status 1
    says 'bind() to port 9090 works now'
    says "Not a cause: live-sockets ($(sed 's/ready //' ready2)) has the port in another network namespace"
    exec 8>&-
}

hidepid_is_said()
{
    mount -t proc -o hidepid=2 proc /proc 2>/dev/null || return 0
    as_nobody who 8080
    has_status 3
    grep -q 'does not list the processes of others' said || tb_fail "hidepid: $(cat said)"
    umount /proc
}

if [ -n "${TB_LIVE_FULL:-}" ]; then
    it_lists_what_ss_lists 3400 100 2 # 20,000 sockets of 300 processes
    exec 9>&-
    await_silence
    it_lists_what_ss_lists 4200 40 11 # 100,000 of 500
else
    it_lists_what_ss_lists 300 5 1
fi
printf 'ok: it_lists_what_ss_lists\n'
for test in \
    what_nobody_accepted_is_its_listeners \
    every_document_is_valid \
    a_pipe_gets_columns_only \
    listeners_are_told_apart \
    nothing_there_is_a_status_of_its_own \
    another_user_is_told_what_is_hidden \
    the_iterator_tells_no_more_than_proc \
    lsof_spells_as_lsof_does \
    netstat_spells_as_netstat_does \
    it_watches \
    the_shell_is_offered_what_there_is \
    wrong_words_are_quoted \
    why_names_each_cause \
    why_names_a_time_wait \
    why_tells_a_privileged_port \
    why_tells_what_is_elsewhere \
    hidepid_is_said \
    validate; do
    $test
    printf 'ok: %s\n' "$test"
done
exec 9>&-
