#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# article.sh - the table at the end of docs/phases.md, to the letter: on the link layer of the
# article's machine, and the same octets on Ethernet
set -euo pipefail
. "$(dirname "$0")/golden.sh"

# phase step number said-by client-state server-state acked-octets
expected='handshake syn 1 client SYN-SENT SYN-RECEIVED
handshake syn-ack 2 server ESTABLISHED SYN-RECEIVED
handshake handshake-ack 3 client ESTABLISHED ESTABLISHED
window-update window-update - server ESTABLISHED ESTABLISHED
request request - client ESTABLISHED ESTABLISHED
response ack-of-request - server ESTABLISHED ESTABLISHED
response response - server ESTABLISHED ESTABLISHED
response ack-of-response - client ESTABLISHED ESTABLISHED
teardown fin 1 client FIN-WAIT-1 CLOSE-WAIT
teardown ack-of-fin 2 server FIN-WAIT-2 CLOSE-WAIT
teardown fin 3 server TIME-WAIT LAST-ACK
teardown ack-of-fin 4 client TIME-WAIT CLOSED'

check()
{
    tb_run tshark -n -r "$1" -T fields -E separator=/s -e tcp-breath.phase -e tcp-breath.step \
        -e tcp-breath.handshake.number -e tcp-breath.teardown.number -e tcp-breath.role \
        -e tcp-breath.client.state -e tcp-breath.server.state |
        awk '{ $1 = $1; print NF == 6 ? $0 : $1 " " $2 " - " $3 " " $4 " " $5 }' >"$TB_TMP/got"
    printf '%s\n' "$expected" | diff -u - "$TB_TMP/got" || tb_fail "$1: not the table"
}

# The family of a loopback header (4 octets, in the byte order of the machine) gives way to an
# Ethernet header.
to_ethernet()
{
    tb_run tshark -n -r captures/article.pcapng -x >"$TB_TMP/hex"
    sed -n 's/^\([0-9a-f]\{4\}\)  \([0-9a-f ]\{47\}\)  .*/\1 \2/p' "$TB_TMP/hex" |
        awk '
            function flush() {
                if (octets == "")
                    return
                print "0000 02 00 00 00 00 02 02 00 00 00 00 01 08 00" octets
                octets = ""
            }
            $1 == "0000" { flush(); skip = 4 }
            { for (i = 2; i <= NF; i++) if (skip > 0) skip--; else octets = octets " " $i }
            END { flush() }' >"$TB_TMP/out/ethernet.txt"
    tb_run text2pcap -q -l 1 out/ethernet.txt out/ethernet.pcap >/dev/null 2>&1
}

golden_begin
check captures/article.pcapng
to_ethernet
[ "$(tb_run tshark -n -r out/ethernet.pcap -Y eth -T fields -e frame.number | wc -l)" -eq 12 ] ||
    tb_fail "not twelve Ethernet frames"
check out/ethernet.pcap
