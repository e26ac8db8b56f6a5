#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# cppcheck.sh - cppcheck over every C file that the build compiles
set -eu
. "${TB_SOURCE_DIR:?}/tests/lint/sources.sh"
need cppcheck
# Not its opinions (style), and not what it fails to follow in the headers of others.
cppcheck --project="${TB_BUILD_DIR:?}/compile_commands.json" --quiet --std=c11 \
    --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
    -j "$(getconf _NPROCESSORS_ONLN)" \
    '--suppress=*:/usr/include/*' --suppress=missingIncludeSystem \
    --suppress=preprocessorErrorDirective # an #error is the compiler's to meet
