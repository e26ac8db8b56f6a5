#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# dump.sh - writes every field of ours in every capture, to be compared between Wireshark versions
#
# usage: dump.sh FOLDER
#
# FOLDER gets the list of fields, and for each capture NAME: NAME.en and NAME.ja (all fields, two
# passes) and NAME.tree (the layer as text, one pass).
set -eu
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

folder=$1
tb_begin
tb_require_plugin
tb_run tshark -G fields | awk -F '\t' -v OFS='\t' \
    '($1 == "F" || $1 == "P") && /\ttcp-breath/ { print $1, $2, $3, $4 }' |
    LC_ALL=C sort -t "$(printf '\t')" -k 3,3 >"$folder/fields"
grep -q "^F.*tcp-breath\.phase" "$folder/fields" || tb_fail "tcp-breath.phase: no such field"
options=$(awk -F '\t' '$1 == "F" { print "-e", $3 }' "$folder/fields")
booleans=$(awk -F '\t' '$4 == "FT_BOOLEAN" { printf "%s ", $3 }' "$folder/fields")

# tshark 4.0 writes 1 where later ones write True: the value is the same.
plain_booleans()
{
    awk -F '|' -v OFS='|' -v names="$booleans" '
        NR == 1 {
            split(names, list, " ")
            for (i in list)
                boolean[list[i]] = 1
            for (i = 1; i <= NF; i++)
                if ($i in boolean)
                    columns[i] = 1
        }
        NR > 1 {
            for (i in columns) {
                gsub(/True/, "1", $i)
                gsub(/False/, "0", $i)
            }
        }
        { print }'
}

# $1: name; $2: language
dump_fields()
{
    # shellcheck disable=SC2086 # one option and one field a line
    tb_run tshark -n -2 -r "captures/$1" -o "tcp-breath.language:$2" -T fields -E header=y \
        -E separator='|' -e frame.number $options >"$TB_TMP/rows" ||
        tb_fail "$1: tshark failed"
    tb_unescape <"$TB_TMP/rows" | plain_booleans >"$folder/$1.$2"
}

# Only our layer's lines: what Wireshark says of the others is its own business, and so are blank
# lines and how it marks a line that is too long for it.
dump_tree()
{
    tb_run tshark -n -r "captures/$1" -O tcp-breath |
        awk '/^Frame [0-9]+:/ { print "Frame " $2 }
            /^[^ ]/ { ours = /^TCP Breath/ }
            /^$/ || /\[truncated\]/ || /\[…\]/ { next }
            ours' >"$folder/$1.tree"
}

for path in "$TB_TMP"/captures/*; do
    name=$(basename "$path")
    dump_fields "$name" en
    dump_fields "$name" ja
    dump_tree "$name"
done
grep -q '|handshake|' "$folder/article.pcapng.en" || tb_fail "article.pcapng: no phase was found"
