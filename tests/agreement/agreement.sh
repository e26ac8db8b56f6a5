#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# agreement.sh - every capture at hand, read by Wireshark with our layer: do the two agree?
#
# usage: agreement.sh [PATTERN]
#
# PATTERN picks captures by name. Over captures/ and the test captures of Debian's Wireshark package (fetch), in one and in two
# passes:
#   - each TCP header has one layer, nothing else has one, and no segment is left unexplained
#   - one pass says what two passes say, forward links aside, whatever TCP's preferences are
#   - tshark ends as it does without us
#   - Wireshark's own analysis and HTTP's times are ours, but for the differences that
#     differences.md lists and explains
# Where Wireshark's captures cannot be had, ours are read all the same, and then the test is skipped.
set -eu
TB_SOURCE_DIR=${TB_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../lib/tshark.sh
. "$TB_SOURCE_DIR/tests/lib/tshark.sh"
# shellcheck source=frames.sh
. "$TB_SOURCE_DIR/tests/agreement/frames.sh"

here=$TB_SOURCE_DIR/tests/agreement
theirs='tcp.stream tcp.flags tcp.analysis.retransmission tcp.analysis.fast_retransmission
    tcp.analysis.spurious_retransmission tcp.analysis.out_of_order tcp.analysis.lost_segment
    tcp.analysis.ack_lost_segment tcp.analysis.window_update tcp.analysis.zero_window
    tcp.analysis.zero_window_probe tcp.analysis.zero_window_probe_ack tcp.analysis.keep_alive
    tcp.analysis.keep_alive_ack tcp.analysis.duplicate_ack tcp.analysis.reused_ports
    tcp.analysis.acks_frame tcp.analysis.initial_rtt http.request http.response http.request_in
    http.response_in http.time'

begin()
{
    tb_begin
    tb_require_plugin
    mkdir "$TB_TMP/rows"
    if folder=$("$here/fetch"); then
        tb_share "$folder"
        folder=$(basename "$folder")
    else
        folder=
    fi
    (cd "$TB_TMP" && find captures ${folder:+"$folder"} -type f | grep -e "$pattern" |
        LC_ALL=C sort) >"$TB_TMP/list"
    our_fields
}

# A damaged file is tshark's to complain about; that it complains the same way is ours.
compare_status()
{
    [ "$status" -ne 0 ] || return 0
    plain=0
    tb_run env WIRESHARK_PLUGIN_DIR=/nonexistent tshark -n -2 -r "$path" >/dev/null 2>&1 ||
        plain=$?
    [ "$plain" -eq "$status" ] ||
        printf '%s: exit status %s, without us %s\n' "$name" "$status" "$plain"
}

# What Wireshark knows of TCP may help it; we do without.
bare='-o tcp.analyze_sequence_numbers:FALSE -o tcp.relative_sequence_numbers:FALSE
    -o tcp.desegment_tcp_streams:FALSE -o tcp-breath.process_notes:FALSE'

# One capture; the findings go to $TB_TMP/rows/.
read_capture()
{
    path=$1
    name=${path#"$folder"/}
    at=$TB_TMP/rows/$(printf '%s' "$name" | tr / _)
    status=0
    # HTTP's messages end where their last segment arrives only if Wireshark may put segments in order
    # A process that is noted late is known to the second pass only, so notes are not read.
    # shellcheck disable=SC2086 # the fields are words
    frames '-2 -o tcp.reassemble_out_of_order:TRUE -o tcp-breath.process_notes:FALSE' "$path" $theirs $ours >"$at.two" 2>"$at.err" || status=$?
    {
        compare_status
        awk -v capture="$name" -f "$here/layers.awk" "$at.two"
        grep -i -e 'dissector bug' -e 'assertion' -e 'critical' "$at.err" |
            sed "s|^|$name: |" | head -n 3
        # without TCP there is no more to tell
        if [ -n "$(awk -F '\t' '$2 != ""' "$at.two" | sed -n 2p)" ]; then
            # shellcheck disable=SC2086
            frames "$bare" "$path" $lasting >"$at.one" 2>/dev/null || :
            compare_passes "$name" "$at.one" "$at.two"
            printf '%s\n' "$name" >"$at.name"
            awk -v capture="$name" -f "$here/compare.awk" "$at.two" >"$at.rows"
        fi
    } >"$at.bad" 2>&1 || printf '%s: not read\n' "$name" >>"$at.bad"
    rm -f "$at".one* "$at".two*
}

# As many at once as there are processors.
read_captures()
{
    jobs=$(getconf _NPROCESSORS_ONLN)
    running=0
    while read -r path; do
        read_capture "$path" &
        running=$((running + 1))
        [ "$running" -lt "$jobs" ] || {
            wait
            running=0
        }
    done <"$TB_TMP/list"
    wait
}

report()
{
    cat "$TB_TMP"/rows/*.bad >"$TB_TMP/bad"
    cat "$TB_TMP"/rows/*.name >"$TB_TMP/compared"
    cat "$TB_TMP"/rows/*.rows |
        LC_ALL=C sort -t "$(printf '\t')" -k 1,1 -k 3,3 -k 2,2n >"$TB_TMP/all"
    printf '%s captures with TCP, %s differences\n' \
        "$(wc -l <"$TB_TMP/compared")" "$(wc -l <"$TB_TMP/all")"
    failed=
    cat "$TB_TMP/bad"
    [ ! -s "$TB_TMP/bad" ] || failed=yes
    if [ "$(tb_wireshark_version)" = 4.0 ]; then
        awk -f "$here/check.awk" "$here/differences.md" "$TB_TMP/all" "$TB_TMP/compared" ||
            failed=yes
    else
        printf 'not held against differences.md, which is about Wireshark 4.0\n'
    fi
    [ -z "$failed" ] || tb_fail "the above is new, or gone from differences.md"
}

pattern=${1:-.}
begin
read_captures
report
[ -n "$folder" ] || tb_skip "the captures of Debian's Wireshark package are not to be had"
