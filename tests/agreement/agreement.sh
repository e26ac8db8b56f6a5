#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# agreement.sh - every capture at hand, read by Wireshark with our layer: do the two agree?
#
# usage: agreement.sh layers | verdicts
#
#   layers    each TCP header has one layer and nothing else has one; one pass says what two passes
#             say, forward links aside; no segment is left unexplained; tshark ends as it does
#             without us
#   verdicts  Wireshark's own analysis and HTTP's times against ours; differences.md lists where and
#             why they differ
#
# Over captures/ and the test captures of Debian's Wireshark package (fetch). Where those cannot be
# had, ours are read all the same, and then the test is skipped.
set -eu
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

here=$TB_SOURCE_DIR/tests/agreement
between=$(printf '\001')
theirs='tcp.stream tcp.flags tcp.analysis.retransmission tcp.analysis.fast_retransmission
    tcp.analysis.spurious_retransmission tcp.analysis.out_of_order tcp.analysis.lost_segment
    tcp.analysis.ack_lost_segment tcp.analysis.window_update tcp.analysis.zero_window
    tcp.analysis.zero_window_probe tcp.analysis.zero_window_probe_ack tcp.analysis.keep_alive
    tcp.analysis.keep_alive_ack tcp.analysis.duplicate_ack tcp.analysis.reused_ports
    tcp.analysis.acks_frame tcp.analysis.initial_rtt http.request http.response http.request_in
    http.response_in http.time'

# Everything that the plugin says; expert infos are fields too.
our_fields()
{
    tb_run tshark -G fields | awk -F '\t' '$1 == "F" && $3 ~ /^tcp-breath\./ { print $3 }'
}

# $1: options; $2: capture; the rest: fields
frames()
{
    tb_options=$1
    tb_capture=$2
    shift 2
    for tb_field in "$@"; do
        set -- "$@" -e "$tb_field"
        shift
    done
    # shellcheck disable=SC2086 # the options are words
    tb_run tshark -n $tb_options -r "$tb_capture" -T fields -E header=y -E aggregator="$between" \
        -e frame.number -e tcp -e tcp-breath "$@"
}

begin()
{
    tb_begin
    tb_require_plugin
    mkdir "$TB_TMP/rows"
    fetched=yes
    if folder=$("$here/fetch"); then
        tb_share "$folder"
        folder=$(basename "$folder")
    else
        fetched=no
        folder=
    fi
    (cd "$TB_TMP" && find captures ${folder:+"$folder"} -type f | LC_ALL=C sort) >"$TB_TMP/list"
    ours=$(our_fields)
    [ -n "$ours" ] || tb_fail "the plugin has no fields"
}

# Runs `$1 CAPTURE NAME` for each capture, as many at once as there are processors; NAME is what the
# documents call it. The calls leave their findings in $TB_TMP/rows/.
for_each_capture()
{
    tb_jobs=$(getconf _NPROCESSORS_ONLN)
    tb_running=0
    while read -r tb_path; do
        tb_name=$tb_path
        case $tb_path in
        captures/*) ;;
        *) tb_name=${tb_path#*/} ;;
        esac
        "$1" "$tb_path" "$tb_name" &
        tb_running=$((tb_running + 1))
        [ "$tb_running" -lt "$tb_jobs" ] || {
            wait
            tb_running=0
        }
    done <"$TB_TMP/list"
    wait
}

end()
{
    [ "$fetched" = yes ] || tb_skip "the captures of Debian's Wireshark package are not to be had"
}

# Findings about one capture, as rows of name and sentence.
layers_of()
{
    tb_at=$TB_TMP/rows/$(printf '%s' "$2" | tr / _)
    tb_fields=$(printf '%s\n' "$ours" | grep -v -x -e 'tcp-breath\.acked_in' \
        -e 'tcp-breath\.response_in' -e 'tcp-breath\.expert\.syn_unanswered')
    tb_status=0
    # shellcheck disable=SC2086 # the fields are words
    frames -2 "$1" $tb_fields >"$tb_at.two" 2>"$tb_at.err" || tb_status=$?
    # shellcheck disable=SC2086
    frames '' "$1" $tb_fields >"$tb_at.one" 2>/dev/null || :
    if [ "$tb_status" -ne 0 ]; then
        tb_plain=0
        tb_run env WIRESHARK_PLUGIN_DIR=/nonexistent tshark -n -2 -r "$1" >/dev/null 2>&1 ||
            tb_plain=$?
        [ "$tb_plain" -eq "$tb_status" ] ||
            printf '%s: exit status %s, without us %s\n' "$2" "$tb_status" "$tb_plain"
    fi >"$tb_at.bad"
    {
        awk -v capture="$2" -f "$here/layers.awk" "$tb_at.two"
        cmp -s "$tb_at.one" "$tb_at.two" || {
            printf '%s: one pass (-) and two passes (+) differ\n' "$2"
            diff -U 0 "$tb_at.one" "$tb_at.two" | sed 's/^/    /' | head -n 6
        }
        grep -i -e 'dissector bug' -e 'assert' -e 'critical' "$tb_at.err" |
            sed "s|^|$2: |" | head -n 3
    } >>"$tb_at.bad" || :
    rm -f "$tb_at.one" "$tb_at.two"
}

layers()
{
    for_each_capture layers_of
    cat "$TB_TMP"/rows/*.bad >"$TB_TMP/bad"
    [ ! -s "$TB_TMP/bad" ] || {
        cat "$TB_TMP/bad"
        tb_fail "$(grep -c '^[^ ]' "$TB_TMP/bad") findings"
    }
}

verdicts_of()
{
    tb_at=$TB_TMP/rows/$(printf '%s' "$2" | tr / _)
    # shellcheck disable=SC2086
    frames -2 "$1" $theirs $ours >"$tb_at.two" 2>/dev/null || :
    awk -v capture="$2" -f "$here/compare.awk" "$tb_at.two" >"$tb_at.rows" ||
        printf '%s\t0\tcompare.awk\tfailed\t-\n' "$2" >"$tb_at.rows"
    # a capture counts as compared where tshark could read it
    [ "$(wc -l <"$tb_at.two")" -lt 2 ] || printf '%s\n' "$2" >"$tb_at.name"
    rm -f "$tb_at.two"
}

verdicts()
{
    for_each_capture verdicts_of
    cat "$TB_TMP"/rows/*.rows | LC_ALL=C sort -t "$(printf '\t')" -k 1,1 -k 3,3 -k 2,2n \
        >"$TB_TMP/all"
    cat "$TB_TMP"/rows/*.name >"$TB_TMP/compared"
    printf '%s captures compared, %s differences\n' \
        "$(wc -l <"$TB_TMP/compared")" "$(wc -l <"$TB_TMP/all")"
    awk -f "$here/check.awk" "$here/differences.md" "$TB_TMP/all" "$TB_TMP/compared" ||
        tb_fail "the differences are not those of differences.md"
}

begin
case ${1:-} in
layers | verdicts) "$1" ;;
*) tb_fail "usage: agreement.sh layers | verdicts" ;;
esac
end
