#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check_layers.sh - proves that core is pure and that companion knows nothing of the plugin
#
# usage: check_layers.sh (TB_SOURCE_DIR and TB_BUILD_DIR from ctest)
#
# core includes its own headers and freestanding-like C11 ones, and its objects want nothing from
# outside but the octet functions that any compiler calls by itself. companion includes nothing of
# plugin/epan, of Wireshark or of GLib.
set -eu

cd "${TB_SOURCE_DIR:?}"
library=${TB_BUILD_DIR:?}/plugin/core/libtb_core.a
c11=' assert.h limits.h stdbool.h stddef.h stdint.h string.h '
wanted='mem(cpy|move|set|cmp|chr)|str(len|cmp|ncmp|chr|str)'
# calls that the compiler adds: hardening, assert() in debug builds, sanitizers
compiler='__stack_chk_fail|__(memcpy|memmove|memset)_chk|__assert_fail|_GLOBAL_OFFSET_TABLE_'
compiler="$compiler|__(asan|ubsan|sanitizer)_.*"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bad=0

wrong()
{
    printf '%s\n' "$*"
    bad=1
}

# FILE NAME of each include under a folder
includes()
{
    grep -rHE '^[[:space:]]*#[[:space:]]*include' --include='*.[ch]' --include='*.def' "$1" |
        sed -E 's/^([^:]*):[[:space:]]*#[[:space:]]*include[[:space:]]*(["<])([^">]*).*/\1 \2\3/'
}

includes plugin/core >"$work/core"
[ -s "$work/core" ] || wrong "plugin/core: no includes found"
while read -r file name; do
    case $name in
    '"'*) [ -f "plugin/core/${name#\"}" ] || wrong "$file: includes ${name#\"}, not of core" ;;
    '<'*)
        case $c11 in
        *" ${name#<} "*) ;;
        *) wrong "$file: includes $name>, which core may not" ;;
        esac
        ;;
    *) wrong "$file: include not understood: $name" ;;
    esac
done <"$work/core"

[ -f "$library" ] || wrong "$library: not built"
nm -u "$library" | awk 'NF == 2 { print $2 }' | sort -u >"$work/undefined"
nm --defined-only "$library" | awk 'NF == 3 { print $3 }' | sort -u >"$work/defined"
[ -s "$work/defined" ] || wrong "$library: defines nothing"
comm -23 "$work/undefined" "$work/defined" | grep -vxE "$wanted|$compiler" >"$work/outside" || true
while read -r symbol; do
    wrong "core needs $symbol, which is neither its own nor an octet function"
done <"$work/outside"

if [ -d companion ]; then
    includes companion >"$work/companion"
    while read -r file name; do
        case $name in
        *epan* | *wsutil/* | *wiretap/* | *glib*) wrong "$file: includes ${name#[\"<]}" ;;
        '"'*)
            [ ! -f "plugin/epan/$(basename "${name#\"}")" ] ||
                wrong "$file: includes ${name#\"}, of plugin/epan"
            ;;
        esac
    done <"$work/companion"
fi

# The live look-up, and nothing else of the plugin, uses companion/lib.
for file in plugin/epan/*.[ch]; do
    case $file in
    */live.c | */liverule.[ch]) continue ;;
    esac
    includes "$file" | while read -r _ name; do
        [ ! -f "companion/lib/${name#\"}" ] || [ -f "plugin/core/${name#\"}" ] ||
            printf '%s: includes %s, of companion/lib\n' "$file" "${name#\"}"
    done
done >"$work/borrowed"
[ ! -s "$work/borrowed" ] || wrong "$(cat "$work/borrowed")"
exit $bad
