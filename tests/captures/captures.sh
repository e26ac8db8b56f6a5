#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# captures.sh - captures/ is what its sources and its table say
#
# Every source renders to the committed octets; every file has a row in captures/README.md with its
# sum, and every row a file. TB_BLESS=1 renders the files and rewrites the rows; never in CI.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

CAPTURES=$TB_SOURCE_DIR/captures
CAPGEN=${TB_BUILD_DIR:?}/bin/capgen
failures=0

wrong()
{
    printf '%s\n' "$*" >&2
    failures=$((failures + 1))
}

sum_of()
{
    sha256sum "$1" | cut -d ' ' -f 1
}

# The first sentence of the comment that the source begins with.
description_of()
{
    awk '
        !/^#/ { exit }
        { sub(/^# ?/, ""); text = text (text == "" ? "" : " ") $0 }
        END {
            if (match(text, /\.( |$)/))
                text = substr(text, 1, RSTART - 1)
            gsub(/\|/, "\\|", text)
            print text
        }' "$1"
}

# The rows of the table, without the lines around them.
rows()
{
    grep '^| \[[^]]*\.pcap[^]]*\](' "$CAPTURES/README.md" || true
}

# $1: file. Its row, or nothing.
row_of()
{
    rows | grep -F "| [$1]($1) |" || true
}

# $1: row, $2: number of the column
column()
{
    printf '%s\n' "$1" | awk -F ' *[|] *' -v column="$2" '{ print $(column + 1) }'
}

# $1: file, $2: its source. The row as it has to be; the date is that of the row there is.
row_from_source()
{
    date=$(column "$(row_of "$1")" 4)
    printf '| [%s](%s) | %s | [src/%s](src/%s) | %s | GPL-2.0-or-later | %s |\n' "$1" "$1" \
        "$(description_of "$2")" "${2##*/}" "${2##*/}" "${date:-$(date -u +%F)}" \
        "$(sum_of "$CAPTURES/$1")"
}

render_all()
{
    for source in "$CAPTURES"/src/*.cap; do
        name=${source##*/}
        (cd "$CAPTURES" && "$CAPGEN" -o "$TB_TMP/${name%.cap}.pcapng" "src/$name") ||
            tb_fail "capgen refuses src/$name"
    done
}

bless()
{
    for file in "$TB_TMP"/*.pcapng; do
        cmp -s "$file" "$CAPTURES/${file##*/}" || cp -- "$file" "$CAPTURES/${file##*/}"
    done
    for path in "$CAPTURES"/*.pcap*; do
        file=${path##*/}
        source=$CAPTURES/src/${file%.pcapng}.cap
        if [ -f "$source" ]; then
            row_from_source "$file" "$source"
        elif [ -n "$(row_of "$file")" ]; then # taken, not rendered: only the sum is ours to write
            row_of "$file" | sed "s/[0-9a-f]* |\$/$(sum_of "$path") |/"
        else
            tb_fail "$file has neither a source nor a row: write one"
        fi
    done >"$TB_TMP/rows"
    awk -v rows="$TB_TMP/rows" '
        /^\| \[[^]]*\.pcap[^]]*\]\(/ { next }
        { print }
        /^\|---/ && !done { while ((getline row < rows) > 0) print row; done = 1 }
        ' "$CAPTURES/README.md" >"$TB_TMP/README.md"
    cp -- "$TB_TMP/README.md" "$CAPTURES/README.md"
}

check_sources()
{
    for file in "$TB_TMP"/*.pcapng; do
        name=${file##*/}
        cmp "$file" "$CAPTURES/$name" >&2 || wrong "$name is not what src/${name%.pcapng}.cap renders to"
    done
}

check_files()
{
    for path in "$CAPTURES"/*.pcap*; do
        file=${path##*/}
        row=$(row_of "$file")
        source=$CAPTURES/src/${file%.pcapng}.cap
        if [ -z "$row" ]; then
            wrong "$file has no row in README.md"
        elif [ "$(printf '%s\n' "$row" | wc -l)" -ne 1 ]; then
            wrong "$file has several rows in README.md"
        elif [ -f "$source" ]; then
            [ "$row" = "$(row_from_source "$file" "$source")" ] ||
                wrong "the row of $file in README.md is not up to date"
        elif [ "$(column "$row" 6)" != "$(sum_of "$path")" ]; then
            wrong "the sum of $file in README.md is another"
        fi
    done
}

check_rows()
{
    rows | sed 's/^| \[\([^]]*\)\].*/\1/' >"$TB_TMP/names"
    [ -s "$TB_TMP/names" ] || wrong "README.md has no rows"
    while IFS= read -r file; do
        [ -f "$CAPTURES/$file" ] || wrong "README.md has a row for $file, which is not there"
    done <"$TB_TMP/names"
}

# Addresses are those of documentation (RFC 5737, RFC 3849) or of the machine itself.
check_addresses()
{
    grep -nHE '^(client|server) ' "$CAPTURES"/src/*.cap |
        grep -vE ':(client|server) +(192\.0\.2\.|198\.51\.100\.|203\.0\.113\.|127\.|\[2001:db8:|\[::1\])' \
            >"$TB_TMP/strangers" || true
    [ ! -s "$TB_TMP/strangers" ] || wrong "not an address of documentation: $(cat "$TB_TMP/strangers")"
}

[ -x "$CAPGEN" ] || tb_fail "capgen is not built"
if [ -n "${TB_BLESS:-}" ] && [ "${CI:-}" = true ]; then
    tb_fail "TB_BLESS in CI: captures are reviewed, not made there"
fi
TB_TMP=$(mktemp -d)
trap 'rm -rf -- "$TB_TMP"' EXIT
render_all
[ -z "${TB_BLESS:-}" ] || bless
check_sources
check_files
check_rows
check_addresses
[ "$failures" -eq 0 ] || tb_fail "$failures of the captures are not in order"
printf '%d captures are what their sources and their rows say\n' "$(rows | wc -l)"
