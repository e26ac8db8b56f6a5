#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# phases.sh - docs/phases*.md tell of each phase which frames of its capture have it
set -euo pipefail
# shellcheck source=tests/lib/tshark.sh
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

# "PHASE CAPTURE FRAME..." of each section, from the first capture and the first run of numbers in it
sections_of()
{
    awk '
        /^### `/ { tell(); phase = $2; gsub(/`/, "", phase); text = ""; next }
        /^## / { tell(); phase = "" }
        { text = text " " $0 }
        END { tell() }
        function tell(    capture, frames)
        {
            if (phase == "")
                return
            match(text, /captures\/[a-z0-9-]*\.pcapng/)
            capture = substr(text, RSTART + 9, RLENGTH - 16)
            match(text, /(frames|フレーム) [0-9]+( +[0-9]+)+/)
            frames = substr(text, RSTART, RLENGTH)
            sub(/^[^ ]* /, "", frames)
            gsub(/ +/, " ", frames)
            print phase, capture, frames
        }' "$TB_SOURCE_DIR/docs/$1"
}

tb_begin
tb_require_plugin
sections_of phases.md >"$TB_TMP/sections"
sections_of phases.ja.md | diff -u "$TB_TMP/sections" - >&2 || tb_fail "the languages differ"
phases=$(sed -n 's/^ *\[TB_PHASE_[A-Z_]*\] = "\([a-z-]*\)",$/\1/p' "$TB_SOURCE_DIR/plugin/core/event.c")
diff <(sort <<<"$phases") <(cut -d ' ' -f 1 "$TB_TMP/sections" | sort) >&2 ||
    tb_fail "not a section for each phase"
while read -r phase capture frames; do
    tb_run tshark -n -2 -r "captures/$capture.pcapng" -Y "tcp-breath.phase == \"$phase\"" \
        -T fields -e frame.number </dev/null >"$TB_TMP/found"
    [ "$(paste -s -d ' ' "$TB_TMP/found")" = "$frames" ] ||
        tb_fail "$phase: captures/$capture.pcapng: frames $(paste -s -d ' ' "$TB_TMP/found"), not $frames"
done <"$TB_TMP/sections"
# what is linked to is there
for file in phases.md phases.ja.md symptoms.md symptoms.ja.md fields.md fields.ja.md fleet.md fleet.ja.md; do
    sed 's/](/\n](/g' "$TB_SOURCE_DIR/docs/$file" | sed -n 's/^](\([^)#:]*\).*/\1/p' |
        while read -r link; do
            [ -e "$TB_SOURCE_DIR/docs/$link" ] || tb_fail "docs/$file: $link: not there"
        done
done
tb_end
