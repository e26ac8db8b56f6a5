#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breathdump_owners.sh - breathdump tells both processes of every connection, and never a wrong one
#
# usage: breathdump_owners.sh BINARIES
#
# On the loopback device of a network namespace of its own, with BPF tracing.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1

tb_is_root || tb_skip "a network namespace and tracing need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net -- "$0" "$binaries" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
. "$TB_SOURCE_DIR/tests/live/naming.sh"
begin_capturing

# TRUTH COMMENTS: how many ends of the truth are named rightly, wrongly or not
compare()
{
    awk '
        function plain(address) { sub(/^::ffff:/, "", address); return address }
        function value(key, i) {
            for (i = 5; i <= NF; i++)
                if (index($i, key "=") == 1) return substr($i, length(key) + 2)
            return ""
        }
        function say(end, who, name) {
            name = value(who ".pid")
            if (name != "") said[end, name "/" value(who ".comm")] = 1
        }
        FILENAME == ARGV[1] {
            say(plain($1) " " $2 " " plain($3) " " $4, "src")
            say(plain($3) " " $4 " " plain($1) " " $2, "dst")
            next
        }
        $1 == "acceptor" { next } # who reads is told apart
        { # addresses and ports are used again
            end = plain($2) " " $3 " " plain($4) " " $5
            holds[end, $6 "/" $7] = 1
            if ((end, $6 "/" $7) in said) right++
            else { unknown++; if (unknown < 4) print "unknown: " $0 }
        }
        END {
            for (name in said)
                if (!(name in holds)) { wrong++; if (wrong < 4) print "said: " name }
            printf "%d right, %d wrong, %d unknown\n", right, wrong, unknown
              exit !(right > 0 && wrong == 0 && unknown == 0) }' "$2" "$1"
}

every_end_of_a_population_is_named()
{
    start_bpf -i lo -w all.pcapng
    clients=100
    [ -z "${TB_LIVE_FULL:-}" ] || clients=2000
    "$binaries/live-population" --clients=$clients --drivers=4 --idle=50 truth >/dev/null
    stop INT 0
    comments all.pcapng >comments.all
    compare truth comments.all >compared || tb_fail "$(cat compared)"
    cat compared
    grep -q ' 0 dropped by the kernel' said || tb_fail "$(cat said)"
    ! grep -q ' lost: some' said || tb_fail "$(cat said)"
}

a_secret_is_in_the_file_only_where_asked_for()
{
    for asked in '' --cmdline; do
        # shellcheck disable=SC2086 # one word or none
        start_bpf -i lo $asked -w secret.pcapng
        "$binaries/live-hello" 0
        stop INT 0
        comments secret.pcapng >comments.secret
        grep -q 'src.comm=live-hello' comments.secret || tb_fail "nobody: $(cat comments.secret)"
        if [ -n "$asked" ]; then
            grep -q 'cmdline=' comments.secret || tb_fail "no arguments: $(cat comments.secret)"
        else
            ! grep -q 'cmdline=' comments.secret || tb_fail "arguments: $(cat comments.secret)"
        fi
    done
}

a_name_cannot_leave_its_place()
{
    hostile=$(printf 'e"v%%i\nl dst.pid=1 \033[31m\377')
    cp "$binaries/live-hello" "$hostile"
    start_bpf -i lo -w hostile.pcapng
    "./$hostile" 0
    stop INT 0
    tshark -n -r hostile.pcapng -T fields -e frame.comment 2>/dev/null >shown
    grep -q 'src.comm=e%22v%25i%0Al%20dst.p' shown || tb_fail "name: $(cat shown)"
    ! LC_ALL=C grep -q '[^ -~]' shown || tb_fail "octets that steer: $(cat shown)"
    ! grep -q ' dst.pid=1 ' shown || tb_fail "a name says what another is: $(cat shown)"
}

every_file_of_a_ring_tells_anew()
{
    mkdir ring
    start_bpf -i lo -b packets:5 -w ring/r.pcapng
    "$binaries/live-hello" 0
    stop INT 0
    for file in ring/*; do
        tshark -n -r "$file" -T fields -e frame.comment 2>/dev/null | grep -q 'src.pid=' ||
            [ "$(tshark -n -r "$file" 2>/dev/null | wc -l)" -eq 0 ] || tb_fail "$file: no process"
    done
}

two_captures_in_one_file_keep_their_names()
{
    for which in one two; do
        start_bpf -i lo -w $which.pcapng
        "$binaries/live-population" --clients=20 --servers=single,forking $which.truth >/dev/null
        stop INT 0
    done
    mergecap -w both.pcapng one.pcapng two.pcapng || tb_fail "mergecap"
    cat one.truth two.truth >both.truth
    comments both.pcapng >comments.both
    compare both.truth comments.both >compared || tb_fail "$(cat compared)"
}

only_a_processs_connections_are_written()
{
    cp "$binaries/live-hello" other-hello
    cp "$binaries/live-hello" a-program-of-a-long-name
    start_bpf -i lo --process a-program-of-a-long-name -w one.pcapng
    "$binaries/live-hello" 0
    ./a-program-of-a-long-name 0
    ./other-hello 0
    stop INT 0
    tshark -n -r one.pcapng -T fields -e tcp.stream -e tcp.flags.syn 2>/dev/null >shown
    [ "$(cut -f1 shown | sort -u | wc -l)" -eq 1 ] || tb_fail "other connections: $(cat shown)"
    [ "$(grep -c 1\$ shown)" -eq 2 ] || tb_fail "no whole handshake: $(cat shown)"
    grep -q 'left out: [1-9]' said || tb_fail "$(cat said)"
}

only_a_commands_connections_are_written()
{
    # more than can be over before the capture begins
    "$binaries/live-population" --clients=1000 --drivers=2 others >/dev/null &
    population=$!
    children="$children $population"
    await test -s others
    status=0
    "$breathdump" --attribution bpf -i lo -w command.pcapng -- \
        sh -c "'$binaries/live-hello' 0; exit 7" 2>said || status=$?
    kill $population
    wait $population 2>/dev/null || :
    [ $status -eq 7 ] || tb_fail "exit status $status, not the command's: $(cat said)"
    tshark -n -r command.pcapng -T fields -e tcp.stream -e tcp.flags.fin 2>/dev/null >shown
    [ "$(cut -f1 shown | sort -u | wc -l)" -eq 1 ] || tb_fail "connections: $(cat shown)"
    [ "$(grep -c 1\$ shown)" -eq 2 ] || tb_fail "its end is missing: $(cat shown)"
    grep -q 'left out: [1-9]' said || tb_fail "others were to be left out: $(cat said)"
    status=0
    "$breathdump" -w none.pcapng -- ./nowhere 2>said || status=$?
    [ $status -eq 127 ] || tb_fail "no such command: exit status $status"
    grep -q 'nowhere: No such file' said || tb_fail "no such command: $(cat said)"
    status=0
    "$breathdump" -w none.pcapng -- nowhere-in-path 2>said || status=$?
    [ $status -eq 127 ] || tb_fail "no such command in PATH: exit status $status: $(cat said)"
    : >no-program
    status=0
    "$breathdump" -w none.pcapng -- ./no-program 2>said || status=$?
    [ $status -eq 126 ] || tb_fail "no program: exit status $status"
    [ ! -e none.pcapng ] || tb_fail "a command that cannot be run leaves a file"
    status=0
    "$breathdump" -q -w false.pcapng -- false 2>said || status=$?
    [ $status -eq 1 ] || tb_fail "false: exit status $status"
    [ ! -s said ] || tb_fail "with -q it says '$(cat said)'"
}

# ARGUMENT...: breathdump in the background, whose command writes its pid into `command`
start_with_command()
{
    rm -f command said
    "$breathdump" -i lo -w outlived.pcapng "$@" 2>said &
    dump=$!
    children="$children $dump"
    await test -s command
}

# STATUS
ends_with_its_command()
{
    status=0
    wait "$dump" || status=$?
    [ $status -eq "$1" ] || tb_fail "exit status $status, not $1: $(cat said)"
    [ ! -d "/proc/$(cat command)" ] || tb_fail "the command goes on: $(cat said)"
}

# PID COUNT
has_descriptors()
{
    [ "$(find "/proc/$1/fd" -type l | wc -l)" -eq "$2" ]
}

command_is_gone()
{
    [ ! -d "/proc/$(cat command)" ]
}

# shellcheck disable=SC2016 # of the inner shells
a_command_does_not_outlive_the_capture()
{
    start_with_command -- sh -c 'echo $$ >command; exec sleep 1000'
    # its parent can do nothing but signal it, and sees no packets
    keeper=$(awk '/^PPid:/ { print $2 }' "/proc/$(cat command)/status")
    await has_descriptors "$keeper" 2
    grep -q '^CapEff:[[:space:]]*0000000000000020$' "/proc/$keeper/status" ||
        tb_fail "rights: $(grep Cap "/proc/$keeper/status")"
    ! grep -e packet -e socket "/proc/$keeper/maps" || tb_fail "it sees packets"
    kill -TERM "$dump"
    ends_with_its_command 143
    # a shell's command in the background ignores SIGINT; this one ends in its own way, and says a
    # last word that the capture still has
    start_with_command -- env --default-signal=INT sh -c \
        'trap "$0 0; exit 5" INT; echo $$ >command; while :; do sleep 0.1; done' \
        "$binaries/live-hello"
    kill -INT "$dump"
    ends_with_its_command 5
    [ "$(tshark -n -r outlived.pcapng -Y tcp.flags.fin==1 2>/dev/null | wc -l)" -eq 2 ] ||
        tb_fail "its last words are missing: $(cat said)"
    # it does not listen: the second signal kills it
    start_with_command -- sh -c 'trap "" TERM; echo $$ >command; while :; do sleep 0.1; done'
    kill -TERM "$dump"
    kill -INT "$dump"
    ends_with_its_command 137
    # and time does
    start_with_command -- sh -c 'trap "" TERM; echo $$ >command; while :; do sleep 0.1; done'
    kill -TERM "$dump"
    ends_with_its_command 137
    grep -q 'sh: killed: it had not ended 5 s after the signal' said || tb_fail "$(cat said)"
    start_with_command -a duration:1 -- sh -c 'echo $$ >command; exec sleep 1000'
    ends_with_its_command 0
    grep -q 'sh: ended by SIGTERM, as the capture is over' said || tb_fail "$(cat said)"
    start_with_command -- sh -c 'echo $$ >command; exec sleep 1000'
    kill -KILL "$dump"
    wait "$dump" 2>/dev/null || :
    await command_is_gone
    # another user's, whom breathdump may not signal
    chmod 777 .
    SUDO_UID=65534 SUDO_GID=65534
    export SUDO_UID SUDO_GID
    start_with_command -- sh -c 'echo $$ >command; exec sleep 1000'
    [ "$(stat -c %u "/proc/$(cat command)")" -eq 65534 ] || tb_fail "it is another user's"
    unset SUDO_UID SUDO_GID
    kill -TERM "$dump"
    ends_with_its_command 143
}

a_pid_of_a_thread_or_of_nobody_is_refused()
{
    status=0
    timeout 20 "$breathdump" --pid 4194304 -i lo -w nobody.pcapng 2>said || status=$?
    [ $status -eq 1 ] || tb_fail "nobody's pid: exit status $status: $(cat said)"
    grep -q '4194304: no process of this id' said || tb_fail "nobody's pid: $(cat said)"
    "$binaries/live-population" --clients=1000 --servers=threaded threads >/dev/null &
    population=$!
    children="$children $population"
    await test -s threads
    server=$(awk '$1 == "handler" { print $6; exit }' threads)
    thread=$(find "/proc/$server/task" -mindepth 1 -maxdepth 1 -name '[0-9]*' -printf '%f\n' |
        grep -vx "$server" | head -1)
    if [ -n "$thread" ]; then
        status=0
        timeout 20 "$breathdump" --pid "$thread" -i lo -w nobody.pcapng 2>said || status=$?
        [ $status -eq 1 ] || tb_fail "a thread: exit status $status: $(cat said)"
        grep -q "$thread: a thread of the process $server" said || tb_fail "a thread: $(cat said)"
    fi
    kill $population
    wait $population 2>/dev/null || :
    [ ! -e nobody.pcapng ] || tb_fail "a refusal leaves a file"
}

# BPF tracing tells the pids of the outermost namespace
in_an_inner_pid_namespace_it_takes_no_other_process()
{
    unshare --pid --fork --mount-proc true 2>/dev/null || {
        printf 'not tested: no pid namespace can be made here\n'
        return 0
    }
    status=0
    unshare --pid --fork --mount-proc timeout 20 "$breathdump" --attribution bpf -i lo \
        -w inner.pcapng -- "$binaries/live-hello" 0 2>said || status=$?
    [ $status -eq 4 ] || tb_fail "by BPF: exit status $status: $(cat said)"
    grep -q 'BPF tracing: in a pid namespace of its own' said || tb_fail "by BPF: $(cat said)"
    unshare --pid --fork --mount-proc timeout 20 "$breathdump" -i lo -w inner.pcapng -- \
        sh -c "sleep 0.2; '$binaries/live-population' --clients=5 --pause=50 --servers=single inner" \
        >/dev/null 2>said || tb_fail "inner: $(cat said)"
    grep -q 'processes from /proc' said || tb_fail "inner: $(cat said)"
    comments inner.pcapng >comments.inner
    compare_holders inner comments.inner >compared || tb_fail "$(cat compared said)"
    status=0
    unshare --pid --fork timeout 20 "$breathdump" -i lo -w outer.pcapng -- true 2>said || status=$?
    [ $status -eq 4 ] || tb_fail "another namespace's /proc: exit status $status: $(cat said)"
}

# The kernel tells of processes by its own clocks, and /proc by the namespace's.
in_a_time_namespace_processes_are_who_they_are()
{
    clocks='--time --monotonic 5000 --boottime 100000'
    # shellcheck disable=SC2086 # words
    unshare $clocks true 2>/dev/null || {
        printf 'not tested: no time namespace can be made here\n'
        return 0
    }
    for mechanism in bpf proc; do
        rm -f times times.truth
        # shellcheck disable=SC2016,SC2086 # of the inner shell; words
        unshare $clocks --fork sh -c '
            exec timeout 20 "$0" --attribution "$2" -i lo -w times.pcapng -- \
                "$1/live-population" --clients=5 --pause=50 --servers=single times.truth' \
            "$breathdump" "$binaries" $mechanism >/dev/null 2>said || tb_fail "$mechanism: $(cat said)"
        comments times.pcapng >comments.times
        compare_holders times.truth comments.times >compared || tb_fail "$(cat compared said)"
        # one that is there already, by its pid; it asks once told to
        rm -f gate told
        mkfifo gate
        # shellcheck disable=SC2016,SC2086 # of the inner shell; words
        unshare $clocks --fork sh -c '
            sh -c "read -r line <gate; exec $1/live-hello 0" &
            asker=$!
            timeout 20 "$0" --attribution "$2" -i lo --pid $asker -w told -a duration:2 &
            until grep -q "capturing on" said; do sleep 0.05; done
            echo go >gate
            wait $!' "$breathdump" "$binaries" $mechanism 2>said || tb_fail "$mechanism: $(cat said)"
        [ "$(tshark -n -r told 2>/dev/null | wc -l)" -ge 9 ] ||
            tb_fail "$mechanism: --pid finds nobody: $(cat said)"
    done
    rm -f gate
}

without_attribution_nobody_is_named()
{
    "$breathdump" --attribution none -i lo -w none.pcapng 2>said &
    dump=$!
    children="$children $dump"
    await grep -q 'without processes' said
    "$binaries/live-hello" 0
    stop INT 0
    [ "$(tshark -n -r none.pcapng -T fields -e frame.comment 2>/dev/null | sort -u)" = "" ] ||
        tb_fail "somebody is named"
    status=0
    "$breathdump" --attribution none --pid 1 -w x.pcapng 2>said || status=$?
    [ $status -eq 2 ] || tb_fail "--pid without owners: $status"
}

for test in \
    every_end_of_a_population_is_named \
    a_secret_is_in_the_file_only_where_asked_for \
    a_name_cannot_leave_its_place \
    every_file_of_a_ring_tells_anew \
    two_captures_in_one_file_keep_their_names \
    only_a_processs_connections_are_written \
    only_a_commands_connections_are_written \
    a_command_does_not_outlive_the_capture \
    a_pid_of_a_thread_or_of_nobody_is_refused \
    in_an_inner_pid_namespace_it_takes_no_other_process \
    in_a_time_namespace_processes_are_who_they_are \
    "a_pid_that_is_used_again_is_another_process bpf" \
    without_attribution_nobody_is_named; do
    $test
    printf 'ok: %s\n' "$test"
done
