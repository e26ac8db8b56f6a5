#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# owners.sh - real processes connect to real servers, and each must be named
#
# usage: owners.sh bpf|libbpf|proc BINARIES [OPTION...]
#
# libbpf: BPF, loaded as on kernels that cannot fit the programs to their types themselves.
#
# OPTIONs are live-population's. Without any: 200 clients a server; with "full" in their place 2000,
# once among 50 processes that sleep and once among 2000. On the loopback device of a network
# namespace of its own.
set -eu

mechanism=$1
binaries=$2
shift 2

skip()
{
    printf 'SKIP: %s\n' "$*"
    exit 77
}

if [ "${TB_OWNERS_INSIDE:-}" != "$$" ]; then
    [ "$(id -u)" -eq 0 ] || skip "a network namespace and tracing need root"
    command -v ip >/dev/null || skip "no ip program (package iproute2)"
    unshare --net true 2>/dev/null || skip "no network namespace can be made here"
    # unshare replaces itself: the process stays the same
    TB_OWNERS_INSIDE=$$ exec unshare --net -- "$0" "$mechanism" "$binaries" "$@"
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ip link set lo up

# $1: of this run
watch()
{
    name=$1
    shift
    printf '%s: %s\n' "$name" "$*"
    "$binaries/live-owners" "$mechanism" "$folder/$name" \
        "$binaries/live-population" "$@" "$folder/$name"
}

if [ "${1:-}" = full ]; then
    watch few --clients=2000 --drivers=4 --idle=50
    watch many --clients=2000 --drivers=4 --idle=2000
elif [ $# -gt 0 ]; then
    watch given "$@"
else
    watch short --clients=200 --drivers=4 --idle=50
fi
