#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# one-direction.sh - a capture of one direction says nothing that the whole one contradicts
#
# The conversations of captures/src are rendered whole, then without what the servers sent, then
# without what the clients sent. What is said of each segment that is left is held against what the
# whole capture says of the same one; one-direction.awk has the rules.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

CAPGEN=${TB_BUILD_DIR:?}/bin/capgen
RULES=$TB_SOURCE_DIR/tests/metamorphic/one-direction.awk

# Not: what quotes segments, is about frames that are not whole, has connections that only their
# VLANs or tunnels tell apart, or has frames in another order than they were sent.
conversations()
{
    for source in "$TB_SOURCE_DIR"/captures/src/*.cap; do
        case ${source##*/} in
        snaplen.cap | icmp-quote.cap | bad-header.cap | two-*.cap | syn-ack-first.cap) ;;
        *) printf '%s\n' "$source" ;;
        esac
    done
}

# $1: name, then capgen's arguments: leaves $TB_TMP/NAME, a line per segment, NAME=VALUE
look()
{
    name=$1
    shift
    # shellcheck disable=SC2046 # our file names have no blanks
    "$CAPGEN" --link ethernet "$@" -o "$TB_TMP/file" $(conversations) || tb_fail "capgen: $name"
    chmod a+r "$TB_TMP/file"
    set --
    for field in phase step connection role handshake.number teardown.number client.state \
        server.state exchange request.bytes response.bytes response_time request_duration \
        response_duration handshake.rtt handshake.rtt.server handshake.rtt.client window \
        mark.inferred mark.midstream meaning; do
        set -- "$@" -e "tcp-breath.$field"
    done
    tb_run tshark -2 -n -r file -o tcp-breath.language:en -T fields -E header=y -E occurrence=a \
        -e frame.time_epoch -e ip.src -e tcp.srcport -e tcp.dstport -e tcp.seq_raw -e tcp.ack_raw \
        -e tcp.flags -e tcp.len "$@" >"$TB_TMP/$name" || tb_fail "tshark: $name"
}

tb_begin
tb_require_plugin
[ -x "$CAPGEN" ] || tb_fail "capgen is not built"
look whole
[ "$(cut -f 9 "$TB_TMP/whole" | sort -u | wc -l)" -ge 8 ] || tb_fail "hardly anything to compare"
failures=0
for end in client server; do
    look "$end" --only "$end"
    awk -F '\t' -v end="$end" -f "$RULES" "$TB_TMP/whole" "$TB_TMP/$end" ||
        failures=$((failures + 1))
done
[ "$failures" -eq 0 ] || tb_fail "a capture of one direction contradicts the whole one"
