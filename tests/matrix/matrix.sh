#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# matrix.sh - the plugin on one of the Wireshark versions that it supports
#
# usage: matrix.sh test VERSION            build, test and compare the fields with 4.0's
#        matrix.sh run VERSION COMMAND...  run a command in that version's chroot, with
#                                          TB_SOURCE_DIR (read-only) and an empty TB_BUILD_DIR
#        matrix.sh change VERSION COMMAND...  likewise, and it may change the chroot: the changes
#                                             are kept in memory and end with it
#
# VERSION is 4.0, 4.4 or 4.6. Where tshark at hand is of that version it is used as it is, for
# test; otherwise a Debian chroot is made by debootstrap, once, in TB_CACHE (by default the folder
# tcp-breath of the user's cache), with the mirror and key that apt uses on this machine.
#
# Everything is mounted in a mount namespace of its own, which ends with its last process: nothing
# stays mounted, however this ends. Two runs at once share a chroot, since it is read-only in use.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
TB_SOURCE_DIR=${TB_SOURCE_DIR:-$(cd "$here/../.." && pwd -P)}
TB_BUILD_DIR=${TB_BUILD_DIR:-$TB_SOURCE_DIR/build}
TB_CACHE=${TB_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/tcp-breath}
packages='gcc libc6-dev cmake ninja-build pkgconf libglib2.0-dev wireshark-dev tshark
    wireshark-common libcmocka-dev libpcap-dev libcap-dev libseccomp-dev libmnl-dev libutf8proc-dev
    libjansson-dev libmicrohttpd-dev libcap2-bin dpkg-dev file man-db'
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg
work=

die()
{
    printf 'matrix: %s\n' "$*" >&2
    exit 1
}

skip()
{
    printf 'SKIP: %s\n' "$*"
    exit 77
}

# Debian releases that have or may have had the version; the first that has it now is taken.
suites_for()
{
    case $1 in
    4.0) printf 'bookworm' ;;
    4.4) printf 'trixie' ;;
    4.6) printf 'forky sid' ;;
    *) die "$1: not one of 4.0, 4.4, 4.6" ;;
    esac
}

# --- What apt knows -------------------------------------------------------------------------

# "URI FILE:LINE" of the first source of Debian's main archive
debian_source()
{
    # shellcheck disable=SC2016 # apt's own variables
    apt-get indextargets --format '$(ORIGIN) $(LABEL) $(COMPONENT) $(REPO_URI) $(SOURCESENTRY)' \
        'Created-By: Packages' |
        awk '$1 == "Debian" && $2 == "Debian" && $3 == "main" { print $4, $5; exit }'
}

# Signed-By of the entry that begins at FILE:LINE, in either of apt's two formats. A key that is
# written out in the entry itself is not taken.
signed_by()
{
    local file=${1%:*} line=${1##*:}
    case $file in
    *.sources) sed -n "$line,/^[[:space:]]*\$/s/^[Ss]igned-[Bb]y:[[:space:]]*\(\/[^[:space:]]*\).*/\1/p" "$file" ;;
    *) sed -n "${line}s/.*[[ ]signed-by=\(\/[^] ,]*\).*/\1/p" "$file" ;;
    esac
}

# Sets mirror and keyring.
read_apt()
{
    local source
    command -v apt-get >/dev/null || skip "apt: not here, so there is no mirror to make chroots from"
    source=$(debian_source)
    if [ -z "$source" ]; then
        # without its lists apt cannot tell Debian's archive from another
        apt-get -qq update || die "apt-get update: failed"
        source=$(debian_source)
    fi
    [ -n "$source" ] || skip "apt: knows no mirror of Debian"
    mirror=${source%% *}
    keyring=$(signed_by "${source#* }")
    keyring=${keyring:-$debian_keyring}
    case $mirror in
    mirror+file:*) # a list of mirrors, as cloud images have
        mirror=${mirror#mirror+file:}
        mirror=$(sed -n '/^[a-z]*:/{s/[[:space:]].*//p;q;}' "${mirror%/}") ;;
    esac
    [ -f "$keyring" ] || die "$keyring: not found (package debian-archive-keyring)"
}

# The version of wireshark-dev that a suite has; an apt of its own asks.
version_in()
{
    local apt=$work/apt-$1
    local options=(-o "Dir::State=$apt/state" -o Dir::State::status=/dev/null
        -o "Dir::Cache=$apt/cache" -o "Dir::Etc::SourceList=$apt/sources.list"
        -o Dir::Etc::SourceParts=/dev/null -o APT::Sandbox::User=root
        -o Acquire::Languages=none)
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
    printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$1" >"$apt/sources.list"
    apt-get -qq "${options[@]}" update >&2 || return 0
    apt-cache "${options[@]}" madison wireshark-dev | awk 'NR == 1 { print $3 }'
}

# --- Chroots --------------------------------------------------------------------------------

# Runs a command in a chroot, with what programs expect to be mounted. $1: its folder; $2: a script
# that mounts more, with $root set; the rest: the command
in_root()
{
    local root=$1 more=$2
    shift 2
    # shellcheck disable=SC2016 # for the inner shell
    root=$root unshare --mount --propagation private sh -ec '
        if [ -n "${lower:-}" ]; then
            mount -t tmpfs tmpfs "$root"
            mkdir "$root/changes" "$root/work"
            mount -t overlay -o "lowerdir=$lower,upperdir=$root/changes,workdir=$root/work" \
                overlay "$root"
        else
            mount --bind "$root" "$root"
        fi
        mount --rbind /proc "$root/proc"
        mount --rbind /dev "$root/dev"
        '"$more"'
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TMPDIR=/tmp \
            LC_ALL=C.UTF-8 TZ=UTC DEBIAN_FRONTEND=noninteractive \
            ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
            ${CI:+"CI=$CI"} TB_SOURCE_DIR=/mnt/source TB_BUILD_DIR=/mnt/build "$@"' sh "$@"
}

tshark_version()
{
    sed -n '1s/^TShark (Wireshark) \([0-9.]*[0-9]\).*/\1/p'
}

# debootstrap does not know every new suite's name; their scripts are all sid's.
debootstrap_script()
{
    local scripts=/usr/share/debootstrap/scripts
    if [ -e "$scripts/$1" ]; then
        printf '%s' "$scripts/$1"
    else
        printf '%s' "$scripts/sid"
    fi
}

# $1: version; $2: where. Made under another name and renamed when complete.
make_root()
{
    local suite version='' proxy='' new
    read_apt
    eval "$(apt-config shell proxy Acquire::http::Proxy)"
    [ -z "$proxy" ] || export http_proxy=$proxy
    for suite in $(suites_for "$1"); do
        version=$(version_in "$suite")
        case $version in
        "$1".*) break ;;
        *) version= ;;
        esac
    done
    [ -n "$version" ] || die "Wireshark $1: in none of Debian's releases: $(suites_for "$1")"
    printf 'matrix: making a chroot of %s with Wireshark %s\n' "$suite" "$version"

    new=$(mktemp -d "$TB_CACHE/.wireshark-$1.XXXXXX")
    chmod 755 "$new"
    unshare --mount --propagation private debootstrap --variant=minbase --keyring="$keyring" \
        --include=ca-certificates "$suite" "$new" "$mirror" "$(debootstrap_script "$suite")" \
        >"$new.log" 2>&1 || {
        tail -n 20 "$new.log"
        die "debootstrap $suite: failed"
    }
    # how this machine's apt gets at the mirror: proxies, and a mirror that stands still
    apt-config dump | grep -E '^Acquire::(https?::Proxy|Check-Valid-Until|Retries)[ :]' \
        >"$new/etc/apt/apt.conf.d/99this-machine" || true
    printf '#!/bin/sh\nexit 101\n' >"$new/usr/sbin/policy-rc.d"
    chmod 755 "$new/usr/sbin/policy-rc.d"
    # shellcheck disable=SC2086 # a package a word
    { in_root "$new" '' apt-get -q update &&
        in_root "$new" '' apt-get -qy --no-install-recommends \
            -o DPkg::Options::=--force-unsafe-io install $packages; } \
        >"$new.log" 2>&1 || {
        tail -n 20 "$new.log"
        die "apt-get install in $suite: failed"
    }
    rm -rf "$new"/var/cache/apt/archives/*.deb "$new"/var/lib/apt/lists
    mkdir -p "$new/mnt/source" "$new/mnt/build" "$new/mnt/out"
    version=$(in_root "$new" '' tshark --version 2>/dev/null | tshark_version)
    case $version in
    "$1".*) ;;
    *) die "$suite: tshark is $version, not $1" ;;
    esac
    printf 'Debian %s, Wireshark %s\n' "$suite" "$version" >"$new/etc/tcp-breath"
    rm -f "$new.log"
    mv -T "$new" "$2"
}

# Sets root: the chroot of the version, made if it is not there. Another list of packages is
# another chroot.
find_root()
{
    local lock
    command -v debootstrap >/dev/null || skip "debootstrap: not installed"
    unshare --mount true 2>/dev/null || skip "chroots need the right to mount"
    mkdir -p "$TB_CACHE"
    root=$TB_CACHE/wireshark-$1-$(printf '%s' "$packages" | cksum | cut -d ' ' -f 1)
    exec {lock}>"$TB_CACHE/lock-$1"
    flock "$lock"
    if ! [ -d "$root" ]; then
        # leavings of a run that was killed; nobody else is at it while we hold the lock
        rm -rf "$TB_CACHE/.wireshark-$1."*
        make_root "$1" "$root"
    fi
    exec {lock}>&-
    printf 'matrix: %s: ' "$1"
    cat "$root/etc/tcp-breath"
}

# $1: a folder for results, /mnt/out inside; the rest: the command
in_chroot()
{
    local out=$1
    shift
    # shellcheck disable=SC2016 # for the inner shell
    source=$TB_SOURCE_DIR out=$out in_root "$root" '
        mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
        mount -t tmpfs -o mode=755 tmpfs "$root/mnt/build"
        mount --bind "$source" "$root/mnt/source"
        mount -o remount,bind,ro "$root/mnt/source"
        mount --bind "$out" "$root/mnt/out"
        mount -o remount,bind,ro "$root"' "$@"
}

# The rest: the command, which may change the chroot
in_changeable_chroot()
{
    mkdir "$work/root" "$work/out"
    # shellcheck disable=SC2016 # for the inner shell
    source=$TB_SOURCE_DIR out=$work/out lower=$root in_root "$work/root" '
        mount -t sysfs sysfs "$root/sys"
        mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
        mount -t tmpfs -o mode=755 tmpfs "$root/mnt/build"
        mount --bind "$source" "$root/mnt/source"
        mount -o remount,bind,ro "$root/mnt/source"' "$@"
}

# --- Commands -------------------------------------------------------------------------------

# An ordinary user who may use sudo without being asked makes and uses the chroots that way.
become_root()
{
    [ "$(id -u)" -ne 0 ] || return 0
    sudo -n true 2>/dev/null || skip "chroots need root, or sudo that asks nothing"
    exec sudo -n env "TB_SOURCE_DIR=$TB_SOURCE_DIR" "TB_BUILD_DIR=$TB_BUILD_DIR" \
        "TB_CACHE=$TB_CACHE" ${CI:+"CI=$CI"} "${BASH_SOURCE[0]}" "$@"
}

# $1: version; $2: its dump; $3: 4.0's
compare_fields()
{
    local out=$2 reference=$3
    [ -d "$reference" ] || die "4.0: has no dump to compare with"
    if ! diff -r -U 1 "$reference" "$out" >"$work/diff"; then
        head -n 60 "$work/diff"
        die "$1: the fields differ from 4.0's, $(grep -c '^[-+][^-+]' "$work/diff") lines"
    fi
    printf 'matrix: %s: the fields of %d captures are those of 4.0\n' "$1" \
        "$(find "$out" -name '*.en' | wc -l)"
}

test_version()
{
    local out=$TB_BUILD_DIR/matrix/$1 reference=$TB_BUILD_DIR/matrix/4.0 here_version status=0
    here_version=$(tshark --version 2>/dev/null | tshark_version)
    case $here_version in
    "$1".*)
        printf 'matrix: %s: this machine, Wireshark %s\n' "$1" "$here_version"
        rm -rf "$out"
        mkdir -p "$out"
        "$here/dump.sh" "$out"
        ;;
    *)
        become_root test "$1"
        find_root "$1"
        rm -rf "$out"
        mkdir -p "$out"
        in_chroot "$out" /mnt/source/tests/matrix/inside.sh /mnt/out || status=1
        ;;
    esac
    [ "$1" = 4.0 ] || compare_fields "$1" "$out" "$reference"
    return $status
}

run_in_version()
{
    local version=$1
    shift
    become_root run "$version" "$@"
    find_root "$version"
    mkdir "$work/out"
    in_chroot "$work/out" "$@"
}

change_in_version()
{
    local version=$1
    shift
    become_root change "$version" "$@"
    find_root "$version"
    in_changeable_chroot "$@"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
if [ $# -eq 2 ] && [ "$1" = test ]; then
    suites_for "$2" >/dev/null
    test_version "$2"
elif [ $# -ge 3 ] && [ "$1" = run ]; then
    shift
    suites_for "$1" >/dev/null
    run_in_version "$@"
elif [ $# -ge 3 ] && [ "$1" = change ]; then
    shift
    suites_for "$1" >/dev/null
    change_in_version "$@"
else
    printf 'usage: matrix.sh test VERSION | run VERSION COMMAND... | change VERSION COMMAND...\n' >&2
    exit 2
fi
