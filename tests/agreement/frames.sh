# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# frames.sh - what Wireshark and we say of each frame of a capture, as a table
#
# To be sourced after tests/lib/tshark.sh.

between=$(printf '\001')
ours=
lasting=

# Sets $ours, everything that the plugin says (expert infos are fields too), and $lasting, what one
# pass knows of it: forward links need two.
our_fields()
{
    ours=$(tb_run tshark -G fields | awk -F '\t' '$1 == "F" && $3 ~ /^tcp-breath\./ { print $3 }')
    [ -n "$ours" ] || tb_fail "the plugin has no fields"
    lasting=$(printf '%s\n' "$ours" | grep -v -x -e 'tcp-breath\.acked_in' \
        -e 'tcp-breath\.response_in' -e 'tcp-breath\.expert\.syn_unanswered')
}

# $1: tshark's options; $2: capture; the rest: fields
frames()
{
    options=$1
    capture=$2
    shift 2
    for field in "$@"; do
        set -- "$@" -e "$field"
        shift
    done
    # shellcheck disable=SC2086 # the options are words
    tb_run tshark -n $options -r "$capture" -T fields -E header=y -E aggregator="$between" \
        -e frame.number -e tcp -e tcp-breath "$@"
}

# What $1's frames say in the fields that one pass knows.
lasting_columns()
{
    # shellcheck disable=SC2086 # the fields are words
    awk -F '\t' -v names="$(printf '%s ' frame.number tcp-breath $lasting)" '
        BEGIN { count = split(names, name, " ") }
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        {
            line = ""
            for (i = 1; i <= count; i++)
                line = line " " $column[name[i]]
            print line
        }' "$1"
}

# $1: what it is called; $2, $3: the frames of one pass and of two
compare_passes()
{
    lasting_columns "$2" >"$2.lasting"
    lasting_columns "$3" >"$3.lasting"
    cmp -s "$2.lasting" "$3.lasting" || {
        printf '%s: one pass (-) and two passes (+) differ\n' "$1"
        diff -U 0 "$2.lasting" "$3.lasting" | sed 's/^/    /' | head -n 8
    }
}
