#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# words.sh - docs/phases*.md explain every phase, step, mark and flag letter
set -euo pipefail
cd "${TB_SOURCE_DIR:?}"

fail()
{
    printf 'FAIL: %s\n' "$*" >&2
    exit 1
}

names=$(sed -n 's/^ *\[TB_\(PHASE\|STEP\|MARK\)_[A-Z_]*\] = "\([a-z-]*\)",$/\2/p' plugin/core/event.c)
letters=$(sed -n '/^static const struct flag flag_table/,/^};/p' plugin/core/text.c |
    grep -o ', "[A-Za-z.]", ' | tr -d ', "')
[ "$(wc -w <<<"$names")" -ge 40 ] || fail "plugin/core/event.c: names not found"
[ "$(wc -w <<<"$letters")" -eq 9 ] || fail "plugin/core/text.c: flag letters not found"
for document in docs/phases.md docs/phases.ja.md; do
    for word in $names $letters none; do
        grep -qF "| \`$word\` |" "$document" || fail "$document: has no row for $word"
    done
done
