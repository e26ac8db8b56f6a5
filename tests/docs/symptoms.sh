#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# symptoms.sh - each filter of docs/symptoms*.md finds its symptom, and none in an exchange that has none
set -euo pipefail
# shellcheck source=tests/lib/tshark.sh
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

# "FILTER<tab>CAPTURE" of each row of the tables
filters_of()
{
    # shellcheck disable=SC2016 # Markdown's backquotes
    sed -n 's/^| .* | `\(tcp-breath.*\)` | \([a-z0-9-]*\) |$/\1\t\2/p' "$TB_SOURCE_DIR/docs/$1"
}

# $1: capture; $2: filter
found()
{
    tb_run tshark -n -2 -r "captures/$1.pcapng" -Y "$2" </dev/null || tb_fail "$2: tshark failed"
}

tb_begin
tb_require_plugin
filters_of symptoms.md >"$TB_TMP/filters"
filters_of symptoms.ja.md | diff -u "$TB_TMP/filters" - >&2 || tb_fail "the languages differ"
[ "$(wc -l <"$TB_TMP/filters")" -eq 25 ] || tb_fail "symptoms.md: not 25 filters"
while IFS=$'\t' read -r filter capture; do
    found "$capture" "$filter" >"$TB_TMP/found"
    [ -s "$TB_TMP/found" ] || tb_fail "$filter: nothing in captures/$capture.pcapng"
    found article "$filter" >"$TB_TMP/found"
    [ ! -s "$TB_TMP/found" ] || tb_fail "$filter: finds a symptom in captures/article.pcapng"
done <"$TB_TMP/filters"
tb_end
