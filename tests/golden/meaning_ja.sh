#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# meaning_ja.sh - the sentences in Japanese; the values to filter by stay English
set -euo pipefail
. "$(dirname "$0")/golden.sh"

golden_begin
for capture in $(golden_captures); do
    tb_run tshark -n -2 -r "captures/$capture.pcapng" -o tcp-breath.language:ja -T fields \
        -e frame.number -e tcp-breath.step -e tcp-breath.meaning |
        tb_unescape >"$TB_TMP/got"
    golden_compare "meaning_ja/$capture.txt" "$TB_TMP/got"
done
golden_no_orphans meaning_ja
golden_end
