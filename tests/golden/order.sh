#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# order.sh - frames asked for in any order give the same trees, as in the window
set -euo pipefail
. "$(dirname "$0")/golden.sh"

# Our layers, each with the number of its frame. The others may differ: what HTTP is found to be
# depends on the frames before.
our_layers()
{
    awk '
        function object(text,    i, c, depth, quoted) {
            for (i = 1; i <= length(text); i++) {
                c = substr(text, i, 1)
                if (quoted && c == "\\") i++
                else if (c == "\"") quoted = !quoted
                else if (!quoted && c == "{") depth++
                else if (!quoted && c == "}" && --depth == 0) break
            }
            return substr(text, 1, i)
        }
        match($0, /"id":[0-9]+/) {
            id = substr($0, RSTART + 5, RLENGTH - 5)
            rest = $0
            while ((at = index(rest, "{\"l\":\"TCP Breath, ")) != 0) {
                rest = substr(rest, at)
                found = object(rest)
                print id, found
                rest = substr(rest, length(found) + 1)
            }
        }'
}

# The requests' numbers say what was asked for: capture, order, frame. A capture is loaded again for
# each order: of the file before, nothing may be left.
order_at=100000
capture_at=1000000

# $1: capture; $2: its number; $3: number of the order; stdin: frame numbers in the order to ask for
requests()
{
    awk -v file="captures/$1.pcapng" -v base=$(($2 * capture_at + $3 * order_at)) '
        BEGIN {
            printf "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"load\",", base
            printf "\"params\":{\"file\":\"%s\"}}\n", file
        }
        {
            printf "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"frame\",", base + $1
            printf "\"params\":{\"frame\":%d,\"proto\":true}}\n", $1
        }'
}

# $1: number of the capture; $2: of the order; out: a layer a line, by frame
answers()
{
    awk -v base=$(($1 * capture_at + $2 * order_at)) -v room="$order_at" '
        $1 > base && $1 < base + room { $1 -= base; print }' "$TB_TMP/layers" | sort -n | uniq
}

golden_begin
tb_run sharkd --version >/dev/null 2>&1 || tb_fail "no sharkd"
golden_captures >"$TB_TMP/names"
number=0
while read -r capture; do
    number=$((number + 1))
    count=$(tb_run capinfos -Mrc "captures/$capture.pcapng" </dev/null | awk 'END { print $NF }')
    requests "$capture" "$number" 1 < <(seq 1 "$count")
    requests "$capture" "$number" 2 < <(seq "$count" -1 1)
    # some frames twice, the second time after others
    requests "$capture" "$number" 3 < <(seq 1 3 "$count" && seq "$count" -2 1 && seq 1 "$count")
done <"$TB_TMP/names" >"$TB_TMP/out/requests"
tb_run sharkd - <"$TB_TMP/out/requests" 2>"$TB_TMP/stderr" | our_layers >"$TB_TMP/layers"

number=0
while read -r capture; do
    number=$((number + 1))
    answers "$number" 1 >"$TB_TMP/expected"
    [ -s "$TB_TMP/expected" ] || tb_fail "$capture: no layer"
    for order in 2 3; do
        answers "$number" "$order" >"$TB_TMP/got"
        diff "$TB_TMP/expected" "$TB_TMP/got" || tb_fail "$capture: order $order: other trees"
    done
done <"$TB_TMP/names"
