#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# many.sh - thousands of damaged captures, read with a sanitized plugin by sharkd: see many.py
#
# usage: many.sh [COUNT [NUMBER]]
#
# COUNT (300) of them, from NUMBER (1) on: `many.sh 1 4711` is one that failed, once more. On another
# Wireshark: tests/matrix/matrix.sh run 4.6 tests/damage/many.sh 10000
set -eu
TB_SOURCE_DIR=${TB_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../lib/tshark.sh
. "$TB_SOURCE_DIR/tests/lib/tshark.sh"
# shellcheck source=sanitized.sh
. "$TB_SOURCE_DIR/tests/damage/sanitized.sh"

log=$(mktemp)
# shellcheck disable=SC2034 # tb_begin's
TB_ON_EXIT="rm -f '$log'"
found=$TB_BUILD_DIR/damage-found
sanitized_build "$log"
tb_begin
tb_require_plugin
tb_share "$TB_SOURCE_DIR/tests/damage/many.py"

# Python itself is not sanitized. Wireshark frees not all that it takes: what is ours is told by name,
# for which the plugin must stay loaded.
sanitized="env LD_PRELOAD=$TB_PRELOAD WIRESHARK_DEBUG_WMEM_OVERRIDE=simple G_DEBUG=resident-modules"
sanitized="$sanitized ASAN_OPTIONS=detect_leaks=1 LSAN_OPTIONS=exitcode=0"
sanitized="$sanitized UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1"
status=0
(
    TB_PRELOAD=
    cd "$TB_TMP/captures"
    # shellcheck disable=SC2035 # no capture's name is an option
    set -- "${1:-300}" "${2:-1}" *.pcapng
    count=$1 first=$2
    shift 2
    cd "$TB_TMP/out"
    for capture in "$@"; do
        shift
        set -- "$@" "$TB_TMP/captures/$capture"
    done
    tb_run sh -c 'cd out && exec "$@"' sh python3 "$TB_TMP/many.py" --first "$first" \
        --with "$sanitized sharkd -" \
        --without "$sanitized WIRESHARK_PLUGIN_DIR=/nonexistent sharkd -" "$count" "$@"
) || status=$?
if [ "$status" -ne 0 ]; then
    mkdir -p "$found"
    cp "$TB_TMP"/out/damaged-*.pcapng "$found/" 2>/dev/null && printf 'kept in %s\n' "$found"
fi
exit "$status"
