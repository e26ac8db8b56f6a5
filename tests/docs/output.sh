#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# output.sh - the article and the statistics in the READMEs are what tshark and the plugin say
set -euo pipefail
# shellcheck source=tests/lib/tshark.sh
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

# Without spaces and line breaks: where a line is folded is not the plugin's.
squeeze()
{
    tr -d ' \n'
}

check()
{
    local readme=$1 language=$2 line
    squeeze <"$TB_SOURCE_DIR/$readme" >"$TB_TMP/readme"
    tb_run tshark -n -2 -r captures/article.pcapng -o "tcp-breath.language:$language" \
        -T fields -e tcp-breath.meaning >"$TB_TMP/said"
    [ "$(wc -l <"$TB_TMP/said")" -eq 12 ] || tb_fail "captures/article.pcapng: not twelve frames"
    tb_run tshark -n -2 -r captures/article.pcapng -o "tcp-breath.language:$language" \
        -O tcp-breath -Y 'frame.number == 7' | sed -n '/^TCP Breath/,/9112/p' >>"$TB_TMP/said"
    tb_run tshark -n -r captures/article.pcapng -o tcp-breath.info_prefix:FALSE >>"$TB_TMP/said"
    while IFS= read -r line; do
        printf '%s' "$line" | squeeze >"$TB_TMP/line"
        grep -qFf "$TB_TMP/line" "$TB_TMP/readme" || tb_fail "$readme: does not show: $line"
    done <"$TB_TMP/said"
}

# The tables as they are, spaces included
check_statistics()
{
    local readme=$1 language=$2 table count
    for table in conn process; do
        tb_run tshark -n -q -r captures/process-notes.pcapng -o "tcp-breath.language:$language" \
            -z "tcp-breath,$table" | sed 1d >"$TB_TMP/table"
        count=$(wc -l <"$TB_TMP/table")
        [ "$count" -gt 8 ] || tb_fail "$table: no table"
        awk -v count="$count" '
            NR == FNR { table[NR] = $0; next }
            { line[FNR] = $0 }
            END {
                for (start = 1; start <= FNR - count + 1; start++) {
                    for (i = 1; i <= count && line[start + i - 1] == table[i]; i++)
                        ;
                    if (i > count)
                        exit 0
                }
                exit 1
            }' "$TB_TMP/table" "$TB_SOURCE_DIR/$readme" || tb_fail "$readme: not the table $table"
    done
}

tb_begin
tb_require_plugin
check README.md en
check README.ja.md ja
check_statistics README.md en
check_statistics README.ja.md ja
tb_end
