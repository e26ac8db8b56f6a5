#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# clean.sh - Wireshark itself finds nothing wrong with the captures but what they are about
#
# Checksums, headers and dissection; without our plugin. What is wrong on purpose is listed.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

tb_begin
# bad-header: the data offset, and the checksum, that it shows
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
for path in "$TB_TMP"/captures/*.pcap*; do
    file=${path##*/}
    tb_run tshark -n -r "captures/$file" -o tcp.check_checksum:TRUE -o ip.check_checksum:TRUE \
        -o udp.check_checksum:TRUE -Y "$wrong" -T fields -e frame.number >"$TB_TMP/frames" ||
        tb_fail "tshark cannot read $file"
    sed "s/^/${file%.pcap*} /" "$TB_TMP/frames"
done >"$TB_TMP/found"
diff -u "$TB_TMP/expected" "$TB_TMP/found" || tb_fail "Wireshark finds something else wrong"
