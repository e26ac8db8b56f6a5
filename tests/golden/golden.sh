# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# golden.sh - what the golden tests share; to be sourced
#
# An expectation is a committed file. TB_BLESS=1 rewrites it instead of comparing; never in CI.

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

GOLDEN=$TB_SOURCE_DIR/tests/golden
failures=0

golden_begin()
{
    if [ -n "${TB_BLESS:-}" ] && [ "${CI:-}" = true ]; then
        tb_fail "TB_BLESS in CI: expectations are reviewed, not made there"
    fi
    tb_begin
    tb_require_plugin
    ls "$TB_TMP"/captures/*.pcapng >/dev/null 2>&1 || tb_fail "no captures"
}

# $1: expectation, relative to this folder; $2: file with what came out
golden_compare()
{
    [ -s "$2" ] || tb_fail "$1: nothing came out"
    if [ -n "${TB_BLESS:-}" ]; then
        mkdir -p "$(dirname "$GOLDEN/$1")"
        cp "$2" "$GOLDEN/$1"
    elif ! diff -u "$GOLDEN/$1" "$2"; then
        printf 'differs: %s\n' "$1" >&2
        failures=$((failures + 1))
    fi
}

# $1: folder of expectations: each must have its capture, so that none is forgotten
golden_no_orphans()
{
    for file in "$GOLDEN/$1"/*; do
        name=${file##*/}
        [ -f "$TB_TMP/captures/${name%.txt}.pcapng" ] && continue
        if [ -n "${TB_BLESS:-}" ]; then
            rm -- "$file"
        else
            printf 'no capture for %s\n' "$1/$name" >&2
            failures=$((failures + 1))
        fi
    done
}

golden_end()
{
    [ "$failures" -eq 0 ] || tb_fail "$failures of the expectations are not met"
}

# Names of the capture files, without the folder and the ending
golden_captures()
{
    for file in "$TB_TMP"/captures/*.pcapng; do
        name=${file##*/}
        printf '%s\n' "${name%.pcapng}"
    done
}

# Our fields, in the order in which they are registered
golden_fields()
{
    tb_run tshark -G fields |
        awk -F '\t' '$1 == "F" && $3 ~ /^tcp-breath\./ { print $3 }'
}

# Makes out/all.pcapng: every capture, one after the other. Wireshark takes longer to start than to
# read them; where nothing but sameness is asked for, one run does. That the same addresses come back
# in it is as good as anything. $1: a pattern of captures to leave out
golden_join()
{
    # shellcheck disable=SC2046 # one word a file
    tb_run mergecap -a -w out/all.pcapng \
        $(golden_captures | grep -v -x -e "${1:-}" | sed 's|.*|captures/&.pcapng|')
}

# golden_dump FILE ARG...: a line a frame: its number, then the fields that it has. Marks and
# expert infos are there or not: their values are printed differently by Wireshark's versions. The
# breath, which the layer does not show, is tests/profile/'s.
golden_dump()
{
    file=$1
    shift
    [ -s "$TB_TMP/fields" ] || golden_fields >"$TB_TMP/fields"
    # shellcheck disable=SC2046 # one word a field
    tb_run tshark -n -r "$file" -o tcp-breath.language:en "$@" -T fields \
        -E header=y -E 'aggregator=;' -e frame.number \
        $(sed 's/^/-e /' "$TB_TMP/fields") | tb_unescape |
        awk -F '\t' '
            NR == 1 { for (i = 1; i <= NF; i++) name[i] = $i; next }
            {
                line = $1
                for (i = 2; i <= NF; i++) {
                    short = substr(name[i], length("tcp-breath.") + 1)
                    if ($i == "" || short == "mark" || short == "breath")
                        continue
                    line = line " " short
                    if (short ~ /^(mark|expert)\./)
                        continue
                    line = line "=" ($i ~ / / ? "\"" $i "\"" : $i)
                }
                print line
            }'
}
