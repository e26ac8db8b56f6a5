#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breathdump_container.sh - breathdump names the container of a process
#
# usage: breathdump_container.sh BINARIES
#
# To the kernel a container is a cgroup, which the test makes as Docker would name it.
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
begin_capturing

number=$$
cgroups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
# Twelve digits of its own and others; two tests at once do not meet.
cgroup=
leave()
{
    end_children
    [ -z "$cgroup" ] || rmdir "$cgroup/inner" "$cgroup" 2>/dev/null || :
}
TB_ON_EXIT=leave

# TAG: sets $id to one that begins with it
make_id()
{
    id=$(printf '%s%09d%052d' "$1" "$number" 0)
}

make_cgroup()
{
    mkdir "$cgroup" 2>/dev/null || tb_skip "no cgroup can be made in '$cgroups'"
}

# In the cgroup $1; its connection goes to itself.
hello_in()
{
    # shellcheck disable=SC2016 # for the inner shell
    sh -c 'echo $$ >"$1/cgroup.procs" && exec "$2" 0' sh "$1" "$binaries/live-hello" ||
        tb_fail "$1: no process can be moved there"
}

expect()
{
    tshark -n -r "$1" -T fields -e frame.comment 2>/dev/null >comments
    for end in src dst; do
        grep -q " $end.container=$2 " comments || tb_fail "$end: not $2: $(cat comments)"
    done
}

a_container_that_was_there_before_is_named()
{
    make_id a1a
    cgroup=$cgroups/docker-$id.scope
    make_cgroup
    start_bpf -i lo -w before.pcapng
    hello_in "$cgroup"
    stop INT 0
    expect before.pcapng "docker-$(printf %.12s "$id")"
    rmdir "$cgroup"
}

a_container_that_comes_later_is_named()
{
    make_id b2b
    cgroup=$cgroups/libpod-$id.scope
    start_bpf -i lo -w later.pcapng
    make_cgroup
    mkdir "$cgroup/inner"
    hello_in "$cgroup/inner"
    rmdir "$cgroup/inner" "$cgroup"
    stop INT 0
    expect later.pcapng "podman-$(printf %.12s "$id")"
}

outside_of_containers_none_is_named()
{
    start_bpf -i lo -w none.pcapng
    "$binaries/live-hello" 0
    stop INT 0
    tshark -n -r none.pcapng -T fields -e frame.comment 2>/dev/null >comments
    grep -q 'src.pid=' comments || tb_fail "nobody: $(cat comments)"
    ! grep -q 'container=' comments || tb_fail "a container: $(cat comments)"
}

[ -n "$cgroups" ] || tb_skip "no cgroups of version 2 are mounted"
for test in \
    a_container_that_was_there_before_is_named \
    a_container_that_comes_later_is_named \
    outside_of_containers_none_is_named; do
    $test
    printf 'ok: %s\n' "$test"
done
