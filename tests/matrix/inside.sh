#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# inside.sh - what the matrix does in a chroot: build without warnings, test, write down the fields
#
# usage: inside.sh FOLDER (TB_SOURCE_DIR and TB_BUILD_DIR from matrix.sh)
set -eu

log=$(mktemp)
trap 'rm -f "$log"' EXIT
{ cmake -S "$TB_SOURCE_DIR" -B "$TB_BUILD_DIR" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DTB_WERROR=ON && cmake --build "$TB_BUILD_DIR"; } >"$log" 2>&1 || {
    cat "$log"
    exit 1
}
# The fields are worth comparing even where a test fails.
status=0
ctest --test-dir "$TB_BUILD_DIR" --no-tests=error --output-on-failure \
    -j "$(getconf _NPROCESSORS_ONLN)" -L '^(unit|golden|captures)$' || status=1
"$TB_SOURCE_DIR/tests/matrix/dump.sh" "$1"
exit $status
