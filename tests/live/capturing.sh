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
