#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# warnings.sh - everything builds without a warning; usage: warnings.sh gcc|clang
set -eu
. "${TB_SOURCE_DIR:?}/tests/lint/sources.sh"
compiler=$1
need "$compiler"
folder=${TB_BUILD_DIR:?}/warnings-$compiler
generator=$(sed -n 's/^CMAKE_GENERATOR:INTERNAL=//p' "$TB_BUILD_DIR/CMakeCache.txt")
cmake -S . -B "$folder" -G "$generator" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER="$compiler" -DTB_WERROR=ON
cmake --build "$folder"
