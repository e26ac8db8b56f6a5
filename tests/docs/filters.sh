#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# filters.sh - the READMEs' ten display filters find something in the captures they name
set -euo pipefail
# shellcheck source=tests/lib/tshark.sh
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

# "FILTER<tab>CAPTURE" of each row of the table
filters_of()
{
    # shellcheck disable=SC2016 # Markdown's backquotes
    sed -n 's/^| `\(tcp-breath.*\)` |.*| \([a-z0-9-]*\) |$/\1\t\2/p' "$TB_SOURCE_DIR/$1"
}

tb_begin
tb_require_plugin
filters_of README.md >"$TB_TMP/filters"
filters_of README.ja.md | diff -u "$TB_TMP/filters" - || tb_fail "the READMEs' filters differ"
[ "$(wc -l <"$TB_TMP/filters")" -eq 10 ] || tb_fail "README.md: not ten filters"
while IFS=$'\t' read -r filter capture; do
    tb_run tshark -n -r "captures/$capture.pcapng" -Y "$filter" </dev/null >"$TB_TMP/found" ||
        tb_fail "$filter: tshark failed"
    [ -s "$TB_TMP/found" ] || tb_fail "$filter: nothing in captures/$capture.pcapng"
done <"$TB_TMP/filters"
tb_end
