#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# output.sh - the article in the READMEs is what tshark and the plugin say of it
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

tb_begin
tb_require_plugin
check README.md en
check README.ja.md ja
tb_end
