# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# capturing.sh - what the tests of breathdump share
#
# To be sourced after tests/lib/tshark.sh, inside the test's network namespace. Processes that are
# added to $children end with the test.

breathdump=${TB_BUILD_DIR:?}/bin/breathdump
children=
end_children()
{
    for process in $children; do
        kill "$process" 2>/dev/null || :
    done
}

# Begins the test in an empty folder: $work.
begin_work()
{
    # shellcheck disable=SC2034 # tshark.sh runs it
    TB_ON_EXIT=end_children
    tb_begin
    work=$TB_TMP/work
    mkdir "$work"
    cd "$work" || tb_fail "$work: cannot be entered"
}

# Likewise, with lo up.
begin_capturing()
{
    begin_work
    ip link set lo up
}

# Waits until the command succeeds; ten seconds at most.
await()
{
    tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || tb_fail "waited in vain for: $*"
        sleep 0.05
    done
}

# ARGUMENT...: breathdump in the background, capturing; its pid in $dump, what it says in `said`
start()
{
    rm -f said
    "$breathdump" "$@" 2>said &
    dump=$!
    children="$children $dump"
    await grep -q -e 'capturing on' -e '--attribution' said
}

# Likewise, with BPF; where that is refused there is nothing to test.
start_bpf()
{
    start --attribution bpf "$@"
    ! grep -q -e '--attribution' said || tb_skip "$(cat said)"
}

# SIGNAL STATUS
stop()
{
    status=0
    kill "-$1" "$dump"
    wait "$dump" || status=$?
    [ "$status" -eq "$2" ] || tb_fail "exit status $status, not $2: $(cat said)"
}

# PID COMMAND...: runs it as the process of that pid, which nobody has
as_process()
{
    pid=$1
    shift
    made=
    tries=0
    until [ "$made" = "$pid" ]; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || tb_fail "nobody can be made to have the pid $pid"
        echo $((pid - 1)) >/proc/sys/kernel/ns_last_pid
        # shellcheck disable=SC2016 # of the inner shell
        sh -c '[ $$ -eq "$0" ] || exit 0; exec "$@"' "$pid" "$@" &
        made=$!
        wait $made || tb_fail "as process $pid: exit status $?: $*"
    done
}

# MECHANISM: --pid is a process, and not the one that has its pid later
a_pid_that_is_used_again_is_another_process()
{
    if [ ! -w /proc/sys/kernel/ns_last_pid ]; then
        printf 'not tested: no ns_last_pid, which is of CONFIG_CHECKPOINT_RESTORE\n'
        return 0
    fi
    [ -p gate ] || mkfifo gate
    sleep 1000 &
    first=$!
    start --attribution "$1" -i lo --pid $first -w again.pcapng
    kill $first
    wait $first 2>/dev/null || :
    # shellcheck disable=SC2154 # the test's
    as_process $first "$binaries/live-hello" 0
    stop INT 0
    got=$(tshark -n -r again.pcapng 2>/dev/null | wc -l)
    [ "$got" -eq 0 ] || tb_fail "$got packets of another process with the pid $first"
    grep -q 'left out: [1-9]' said || tb_fail "nothing was captured: $(cat said)"
    # the same process that is named is found
    sh -c 'read -r line <gate; exec "$0" 0' "$binaries/live-hello" &
    first=$!
    start --attribution "$1" -i lo --pid $first -w same.pcapng
    echo go >gate
    wait $first || tb_fail "no exchange"
    stop INT 0
    got=$(tshark -n -r same.pcapng 2>/dev/null | wc -l)
    [ "$got" -ge 9 ] || tb_fail "$got packets of the process itself: $(cat said)"
}
