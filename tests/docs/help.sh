#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# help.sh - breathdump's help fits a terminal of 80 columns, in both languages
set -eu

command -v python3 >/dev/null || {
    printf 'SKIP: no python3 to measure the width of Japanese\n'
    exit 77
}
for language in en ja; do
    "${TB_BUILD_DIR:?}/bin/breathdump" --lang=$language --help | python3 -c '
import sys, unicodedata
wide = 0
lines = sys.stdin.buffer.read().decode("utf-8").splitlines()
for line in lines:
    width = sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line)
    if width > 80:
        print("FAIL: %d columns: %s" % (width, line))
        wide += 1
if len(lines) < 40:
    print("FAIL: only %d lines" % len(lines))
sys.exit(wide > 0 or len(lines) < 40)'
done
