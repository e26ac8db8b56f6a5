#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# lookup_rates.sh - whom the plugin names while tshark captures by itself, without breathdump
#
# usage: lookup_rates.sh BINARIES [OPTION...]
#
# OPTIONs are live-population's; without any, four clients a server; with "full" in their place 286,
# 2,002 in all, once among 50 processes that sleep and once among 2,000. `tshark -i lo` and the
# processes belong to one user without rights to others'. tshark shows packets some hundred
# milliseconds late, so that who is named depends on how long they stay connected; none may be named
# wrongly. On the loopback device of a network namespace of its own.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$(cd "$1" && pwd)
shift

if [ "${1:-}" = full ]; then
    for idle in 50 2000; do
        for pause in 1000 2000; do
            printf '%s idle, connected for %s ms: ' $idle $pause
            "$0" "$binaries" --clients=286 --drivers=32 --idle=$idle --pause=$pause
        done
    done
    exit
fi
tb_is_root || tb_skip "a network namespace and a capture need root"
if [ "${TB_RATES_INSIDE:-}" != "$$" ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    TB_RATES_INSIDE=$$ exec unshare --net -- "$0" "$binaries" "$@" # the process stays the same
fi
short=no # there somebody has to be named
[ $# -gt 0 ] || { short=yes && set -- --clients=4 --drivers=4 --pause=1000; }

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
. "$TB_SOURCE_DIR/tests/live/naming.sh"
begin_capturing
tb_require_plugin
tb_share "$binaries/live-population"

captures_run()
{
    [ "$(awk '$6 == 1' /proc/net/packet | wc -l)" -ge 1 ]
}

same_size()
{
    [ "$size" = "$(stat -c %s shown)" ] || {
        size=$(stat -c %s shown)
        return 1
    }
}

(
    cd "$TB_TMP"
    exec env -i PATH="$PATH" HOME="$TB_TMP/home" TMPDIR="$TB_TMP/out" TZ=UTC LC_ALL=C.UTF-8 \
        WIRESHARK_PLUGIN_DIR="$TB_TMP/wireshark/plugins" \
        ${TB_PRELOAD:+"LD_PRELOAD=$TB_PRELOAD"} \
        ${TB_PRELOAD:+WIRESHARK_DEBUG_WMEM_OVERRIDE=simple} \
        ${TB_PRELOAD:+"ASAN_OPTIONS=${TB_ASAN_OPTIONS:-detect_leaks=0}"} \
        ${TB_PRELOAD:+UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1} \
        setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps +net_raw,+net_admin \
        --ambient-caps +net_raw,+net_admin \
        tshark -n -l -i lo -f tcp -T fields -E 'separator=|' -E occurrence=f -e ip.src -e ipv6.src \
        -e tcp.srcport -e ip.dst -e ipv6.dst -e tcp.dstport -e tcp-breath.src.pid \
        -e tcp-breath.src.process -e tcp-breath.dst.pid -e tcp-breath.dst.process \
        >"$work/shown" 2>"$work/shown.err"
) &
tshark=$!
children="$children $tshark"
await captures_run
(cd "$TB_TMP/out" && exec setpriv --reuid 65534 --regid 65534 --clear-groups \
    "$TB_TMP/live-population" "$@" truth >/dev/null) || tb_fail "the population failed"
size=
await same_size
sleep 1
await same_size
kill -INT "$tshark"
wait "$tshark" || tb_fail "tshark ended with $?: $(cat shown.err)"
awk -F'|' '{ line = $1 $2 " " $3 " " $4 $5 " " $6
        if ($7 != "") line = line " src.pid=" $7 " src.comm=" $8
        if ($9 != "") line = line " dst.pid=" $9 " dst.comm=" $10
        print line }' shown >comments.shown
dropped=$(sed -n 's/^\([0-9]*\) packets* dropped.*/\1/p' shown.err)
compare_holders "$TB_TMP/out/truth" comments.shown >compared ||
    { [ $short = no ] && grep -q '; 0 wrong' compared; } || tb_fail "$(cat compared)"
printf '%s; %s packets dropped\n' "$(cat compared)" "${dropped:-0}"
tb_end
