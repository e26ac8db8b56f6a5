#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# shell.sh - shellcheck over everything that a shell runs or sources
set -eu
. "${TB_SOURCE_DIR:?}/tests/lint/sources.sh"
need shellcheck
ours -name '*' | while IFS= read -r file; do
    case $file in
    *.sh) printf '%s\n' "$file" ;;
    *) ! head -n 1 "$file" | grep -aqE '^#!.*[/ ](ba)?sh$' || printf '%s\n' "$file" ;;
    esac
done | xargs shellcheck --external-sources --source-path=SCRIPTDIR
