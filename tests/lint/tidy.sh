#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# tidy.sh - clang-tidy over every C file that the build compiles, as .clang-tidy says
set -eu
. "${TB_SOURCE_DIR:?}/tests/lint/sources.sh"
need clang-tidy
# One file a process: given several, clang-tidy 14 takes every va_list of the later ones for
# uninitialized.
sed -n 's/^ *"file": "\(.*\)".*/\1/p' "${TB_BUILD_DIR:?}/compile_commands.json" | sort -u |
    xargs -n 1 -P "$(getconf _NPROCESSORS_ONLN)" \
        clang-tidy -p "$TB_BUILD_DIR" --quiet --warnings-as-errors='*'
