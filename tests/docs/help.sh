#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# help.sh - breathdump's help fits a terminal of 80 columns, in both languages
set -eu

command -v python3 >/dev/null || {
    printf 'SKIP: no python3 to measure the width of Japanese\n'
    exit 77
}
for language in en ja; do
    help=$("${TB_BUILD_DIR:?}/bin/breathdump" --lang=$language --help)
    [ "$(printf '%s\n' "$help" | wc -l)" -ge 40 ] || {
        printf 'FAIL: not even 40 lines of help in %s\n' "$language"
        exit 1
    }
    printf '%s\n' "$help" | "${TB_SOURCE_DIR:?}/tests/lib/columns.py" 80
done
