#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fields.sh - docs/fields*.md are what Wireshark has registered; TB_BLESS=1 writes them
set -euo pipefail
# shellcheck source=tests/golden/golden.sh
. "${TB_SOURCE_DIR:?}/tests/golden/golden.sh"

here=$TB_SOURCE_DIR/tests/docs

# $1: language
page()
{
    awk -v ja="$([ "$1" = en ] || echo 1)" -f "$here/fields.awk" "$here/fields.ja.tsv" \
        "$TB_TMP/examples" "$TB_TMP/registered" || tb_fail "fields.awk: failed"
}

golden_begin
# a protocol has no type
tb_run tshark -G fields | awk -F '\t' '$1 == "F" && $3 ~ /^tcp-breath\./' >"$TB_TMP/registered"
[ "$(wc -l <"$TB_TMP/registered")" -ge 90 ] || tb_fail "tshark -G fields: hardly any"
# the first example of a field
sed -n "/^readings='/,/^'/s/^\([a-z._-]*\): \([a-z0-9-]*\): [0-9]*: \(.*\)\$/\1\t\2\t\3/p" \
    "$TB_SOURCE_DIR/tests/golden/catalogue.sh" >"$TB_TMP/examples"
page en >"$TB_TMP/fields.md"
page ja >"$TB_TMP/fields.ja.md"
for file in fields.md fields.ja.md; do
    if [ -n "${TB_BLESS:-}" ]; then
        cp "$TB_TMP/$file" "$TB_SOURCE_DIR/docs/$file"
    else
        diff -u "$TB_SOURCE_DIR/docs/$file" "$TB_TMP/$file" >&2 ||
            tb_fail "docs/$file: out of date; TB_BLESS=1 tests/docs/fields.sh"
    fi
done
# nothing is described that is not there
awk -F '\t' '/^#/ { next } FNR == NR { name[substr($3, 12)] = 1; next }
    $1 !~ /^\*/ && !($1 in name) { print $1 ": not a field"; bad = 1 }
    END { exit bad }' "$TB_TMP/registered" "$here/fields.ja.tsv" >&2 || tb_fail "fields.ja.tsv"
golden_end
