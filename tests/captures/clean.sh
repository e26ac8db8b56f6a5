#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# clean.sh - Wireshark itself finds nothing wrong with the captures but what they are about
#
# Checksums, headers and dissection; without our plugin. What is wrong on purpose is listed. The
# sources are looked at in one file, whose connections do not meet; what has no source, alone.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

CAPTURES=$TB_SOURCE_DIR/captures
CAPGEN=${TB_BUILD_DIR:?}/bin/capgen

tb_begin
[ -x "$CAPGEN" ] || tb_fail "capgen is not built"
# bad-header: the data offsets, and the checksum, that it shows
cat >"$TB_TMP/expected" <<'END'
bad-header 4
bad-header 5
bad-header 6
bad-header 8
END
# A segment that ICMP quotes is cut: Wireshark finds the checksum of the whole wrong for the part.
# What is sent again in other pieces it cannot reassemble a second time, and calls malformed.
again='(tcp.analysis.retransmission || tcp.analysis.fast_retransmission || tcp.analysis.out_of_order)'
wrong="((_ws.malformed || _ws.expert.group == \"Malformed\") && !$again) ||
    ip.checksum.status == 0 || udp.checksum.status == 0 || icmp.checksum.status == 0 ||
    icmpv6.checksum.status == 0 || (tcp.checksum.status == 0 && !icmp && !icmpv6) ||
    tcp.hdr_len < 20"

# $1: file in $TB_TMP. The numbers of its frames that are wrong.
wrong_frames()
{
    tb_run tshark -n -r "$1" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE \
        -o udp.check_checksum:TRUE -Y "$wrong" -T fields -e frame.number ||
        tb_fail "tshark cannot read $1"
}

# All sources but that whose frames are cut, which concerns a whole file.
set --
for source in "$CAPTURES"/src/*.cap; do
    [ "${source##*/}" = snaplen.cap ] || set -- "$@" "$source"
done
"$CAPGEN" -o "$TB_TMP/all.pcapng" "$@" || tb_fail "capgen"
chmod a+r "$TB_TMP/all.pcapng"
for source; do
    name=${source##*/}
    printf '%s\n' "captures/${name%.cap}.pcapng"
done >"$TB_TMP/names"
# shellcheck disable=SC2046 # our file names have no blanks
tb_run capinfos -TmrcQ $(cat "$TB_TMP/names") | tr -d '"' >"$TB_TMP/counts"
wrong_frames all.pcapng >"$TB_TMP/frames"
awk -F, '
    NR == FNR { name[NR] = $1; sub(/.*\//, "", name[NR]); sub(/\.pcapng$/, "", name[NR])
                last[NR] = last[NR - 1] + $2; next }
    { for (i = 1; $1 > last[i]; i++) { }
      print name[i], $1 - last[i - 1] }
    ' "$TB_TMP/counts" "$TB_TMP/frames" >"$TB_TMP/found"
for path in "$TB_TMP"/captures/*.pcap*; do
    name=${path##*/}
    if [ "$name" = snaplen.pcapng ] || [ ! -f "$CAPTURES/src/${name%.pcapng}.cap" ]; then
        wrong_frames "captures/$name" | sed "s/^/${name%.pcap*} /" >>"$TB_TMP/found"
    fi
done
diff -u "$TB_TMP/expected" "$TB_TMP/found" || tb_fail "Wireshark finds something else wrong"
[ "$(wc -l <"$TB_TMP/counts")" -eq $# ] || tb_fail "capinfos counts something else"
