#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# damage.sh - damaged captures, read with a sanitized plugin: no crash, no report, no leak
#
# usage: damage.sh [SEED]
#
# All captures at hand are put into one file; `editcap -E` changes a share of its octets, other
# seeds for each round, and every other round cuts the packets short too. Goes on for
# TB_FUZZ_SECONDS, a minute at least; with SEED it runs that one round, to see a failure again.
set -eu
TB_SOURCE_DIR=${TB_SOURCE_DIR:-$(cd "$(dirname "$0")/../.." && pwd)}
# shellcheck source=../lib/tshark.sh
. "$TB_SOURCE_DIR/tests/lib/tshark.sh"
# shellcheck source=sanitized.sh
. "$TB_SOURCE_DIR/tests/damage/sanitized.sh"
# shellcheck source=../agreement/frames.sh
. "$TB_SOURCE_DIR/tests/agreement/frames.sh"

# Wireshark's own captures widen the field; without them ours do.
gather()
{
    if folder=$("$TB_SOURCE_DIR/tests/agreement/fetch"); then
        tb_share "$folder"
    fi
    (cd "$TB_TMP" && find . -name '*.pcap*' -type f | LC_ALL=C sort) >"$TB_TMP/list"
    # shellcheck disable=SC2046 # one word a capture
    tb_plain mergecap -a -w out/all.pcapng $(cat "$TB_TMP/list")
}

# Without our plugin and without sanitizers: for the programs that only prepare.
tb_plain()
{
    (
        TB_PRELOAD=
        tb_run env WIRESHARK_PLUGIN_DIR=/nonexistent "$@"
    )
}

# What TCP's dissection hands on may fail in other dissectors, damaged as it is; what bears our name may
# not. The same goes for memory that nobody freed, so the plugin must stay loaded until that is looked
# at. $1: exit status of what is in said and err
has_failed()
{
    [ "$1" -ne 0 ] ||
        grep -a -q -e 'ERROR: AddressSanitizer' -e 'runtime error:' "$TB_TMP/err" ||
        sed -n '/ERROR: LeakSanitizer/,$p' "$TB_TMP/err" |
        grep -a -q -e 'tcp-breath\.so' -e "$TB_SOURCE_DIR/plugin/" ||
        grep -a -q -i -e 'Dissector bug.*TCP Breath' -e 'Malformed Packet: TCP.Breath' \
            "$TB_TMP/said"
}

# The function that failed, as the sanitizer says
where()
{
    sed -n 's/^SUMMARY: AddressSanitizer: //p' "$1" | head -n 1
}

# Wireshark fails in the same function without us, sanitized likewise. $1: the function
fails_without_us()
{
    [ -n "$1" ] || return 1
    for options in '-2 -V' '-V -o tcp.desegment_tcp_streams:FALSE' '-2'; do
        # shellcheck disable=SC2086 # the options are words
        tb_run env WIRESHARK_PLUGIN_DIR=/nonexistent tshark -n -r out/damaged.pcapng $options \
            >/dev/null 2>"$TB_TMP/err-without" || :
        [ "$(where "$TB_TMP/err-without")" != "$1" ] || return 0
    done
    return 1
}

# $1: what it is called; the rest: a command that runs tshark. False: Wireshark itself gave up.
judge()
{
    name=$1
    shift
    status=0
    "$@" >"$TB_TMP/said" 2>"$TB_TMP/err" || status=$?
    has_failed "$status" || return 0
    failed=$(where "$TB_TMP/err")
    if fails_without_us "$failed"; then
        printf 'seed %s, %s: without the plugin too: %s\n' "$seed" "$name" "$failed"
        theirs=$((theirs + 1))
        return 1
    fi
    grep -a -i -e 'Dissector bug.*TCP Breath' -e 'Malformed Packet: TCP.Breath' \
        "$TB_TMP/said" | head -n 5
    tail -n 40 "$TB_TMP/err"
    tb_fail "seed $seed, $name: exit status $status (again: $0 $seed)"
}

trees()
{
    tb_run env G_DEBUG=resident-modules LSAN_OPTIONS=exitcode=0 ASAN_OPTIONS=detect_leaks=1 \
        tshark -n -2 -r out/damaged.pcapng -o tcp-breath.language:ja -V
}

# Exactly one layer a TCP header also where dissectors give up, and one pass as two. A process that is
# noted late is known to the second pass only: here notes are not read; trees() reads them.
layers()
{
    # shellcheck disable=SC2086 # the fields are words
    judge 'one pass' frames '-o tcp.desegment_tcp_streams:FALSE -o tcp-breath.process_notes:FALSE' \
        out/damaged.pcapng $lasting || return 0
    mv "$TB_TMP/said" "$TB_TMP/one"
    # shellcheck disable=SC2086
    judge 'two passes' frames '-2 -o tcp-breath.process_notes:FALSE' out/damaged.pcapng tcp.flags \
        $ours || return 0
    {
        awk -v capture="seed $seed" -f "$TB_SOURCE_DIR/tests/agreement/layers.awk" "$TB_TMP/said"
        compare_passes "seed $seed" "$TB_TMP/one" "$TB_TMP/said"
    } >"$TB_TMP/findings" || :
    [ ! -s "$TB_TMP/findings" ] || {
        head -n 20 "$TB_TMP/findings"
        tb_fail "seed $seed: the above (again: $0 $seed)"
    }
    grep -a -q handshake "$TB_TMP/said" || tb_fail "seed $seed: no layer was drawn"
}

damage()
{
    share=0.02
    [ $((seed % 3)) -ne 0 ] || share=0.002
    cut=
    [ $((seed % 2)) -ne 0 ] || cut="-s $((40 + seed * 7 % 120))"
    # shellcheck disable=SC2086 # an option and its value, or nothing
    tb_plain editcap $cut -E "$share" --seed "$seed" out/all.pcapng out/damaged.pcapng \
        >/dev/null 2>"$TB_TMP/err" || tb_fail "editcap: $(cat "$TB_TMP/err")"
}

round()
{
    damage
    judge 'plain list' tb_run tshark -n -r out/damaged.pcapng || :
    judge 'trees' trees || :
    layers
}

log=$(mktemp)
# shellcheck disable=SC2034 # tb_begin's
TB_ON_EXIT="rm -f '$log'"
sanitized_build "$log"
tb_begin
tb_require_plugin
our_fields
gather
theirs=0
if [ $# -gt 0 ]; then
    seed=$1
    round
    exit 0
fi
seconds=${TB_FUZZ_SECONDS:-0}
[ "$seconds" -ge 60 ] || seconds=60
until=$(($(date +%s) + seconds))
seed=1
while [ "$(date +%s)" -lt "$until" ]; do
    round
    seed=$((seed + 1))
done
[ "$theirs" -lt $((seed - 1)) ] || tb_fail "Wireshark itself gives up too often to judge"
printf '%s rounds; Wireshark itself gave up in %s readings\n' $((seed - 1)) "$theirs"
