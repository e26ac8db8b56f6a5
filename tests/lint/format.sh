#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# format.sh - clang-format decides
set -eu
. "${TB_SOURCE_DIR:?}/tests/lint/sources.sh"
need clang-format
ours -name '*.[ch]' | xargs clang-format --dry-run -Werror
