#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# owners.sh - notes name the processes of their connection and of no other, through every tool
set -euo pipefail
. "$(dirname "$0")/golden.sh"

# $1: capture; the rest: options. A line a frame: number, sender, receiver.
owners()
{
    tb_run tshark -n -r "$@" -T fields -E separator=/s -e frame.number \
        -e tcp-breath.src.process -e tcp-breath.dst.process
}

# $1: what is wrong otherwise; $2: file; $3: lines that it is to hold, without trailing spaces
holds()
{
    printf '%s\n' "$3" | diff -u - <(sed 's/ *$//' "$2") || tb_fail "$1"
}

golden_begin

# late: the first pass does not know the server yet, the second does
owners captures/process-late.pcapng >"$TB_TMP/one"
owners captures/process-late.pcapng -2 >"$TB_TMP/two"
holds "late, one pass" <(sed -n 1,5p "$TB_TMP/one") "1 client
2  client
3 client
4 client
5  client"
holds "late, two passes" <(sed -n '1,5p;10,11p' "$TB_TMP/two") "1 client master
2 master client
3 client master
4 client master
5 master client
10 worker client
11 client worker"

# a pending SYN's process is the next connection's, if there is one
owners captures/process-port-reuse.pcapng -2 >"$TB_TMP/two"
holds "port reuse" <(sed -n '9,10p;15,21p' "$TB_TMP/two") "9 httpd first
10 second httpd
15 second httpd
16 third httpd
17 httpd
18  httpd
19 third httpd
20 httpd third
21 third httpd"
owners captures/process-blind-syn.pcapng -2 >"$TB_TMP/two"
holds "blind SYN and reset" <(sed -n '6,10p' "$TB_TMP/two") "6 curl hello
7 stranger
8 hello
9  hello
10 curl hello"

# two networks in one file: the numbers tell whose segment it is, and where only one does, nobody is
# named once that shows
owners captures/process-merged.pcapng -2 >"$TB_TMP/two"
holds "merged" "$TB_TMP/two" "1 curl hello
2 hello curl
3 curl hello
4 wget nginx
5 curl hello
6 nginx wget
7 hello curl
8 wget nginx
9 hello curl
10 wget nginx
11 curl hello
12 nginx wget
13 curl hello
14 wget nginx
15 hello curl
16 wget nginx
17 curl hello
18 curl hello
19 wget nginx
20 hello curl
21 nginx wget
22 curl hello
23 wget nginx
24 curl hello
25 wget nginx
26 curl hello
27
28
29
30
31"

# likewise where the numbers are close: the network namespaces that breathdump tells of, and the
# handshakes, tell them apart; and where only the processes differ nobody is named
"$TB_BUILD_DIR/bin/capgen" "$TB_SOURCE_DIR/tests/golden/places.cap" -o "$TB_TMP/out/places.pcapng"
for passes in '' -2; do
    # shellcheck disable=SC2086 # an option, or none
    owners out/places.pcapng $passes >"$TB_TMP/two"
    holds "places${passes:+, two passes}" <(sed -n '1,10p;12,16p' "$TB_TMP/two") "1 curl hello
2 wget nginx
3 hello curl
4 nginx wget
5 wget nginx
6 curl hello
7 curl hello
8 wget nginx
9 nginx wget
10 hello curl
12
13
14
15
16"
done

# whose handshake is not in the capture is not who had the ports before
for passes in '' -2; do
    # shellcheck disable=SC2086 # an option, or none
    owners captures/process-unseen-handshake.pcapng $passes >"$TB_TMP/two"
    holds "unseen handshake${passes:+, two passes}" "$TB_TMP/two" "1 curl
2  curl
3
4
5
6
7
8
9 wget hello
10
11
12"
done

# whoever's answer it is: neither connection knows any more
owners captures/process-doubtful-tunnel.pcapng -2 >"$TB_TMP/two"
holds "doubtful tunnels" "$TB_TMP/two" "1 one
2 other
3
4
5
6"

# every way of saving keeps the notes
owners captures/process-notes.pcapng -2 >"$TB_TMP/before"
tb_run tshark -r captures/process-notes.pcapng -w out/tshark.pcapng
tb_run editcap captures/process-notes.pcapng out/editcap.pcapng
tb_run mergecap -w out/mergecap.pcapng captures/process-notes.pcapng
for tool in tshark editcap mergecap; do
    owners "out/$tool.pcapng" -2 >"$TB_TMP/after"
    diff -u "$TB_TMP/before" "$TB_TMP/after" || tb_fail "$tool loses the notes"
done
# two captures become one: their packets alternate, their sections do not
by_ports()
{
    local name
    for name in "$@"; do
        tb_run tshark -n -r "$name" -2 -T fields -E separator=/s -e tcp.srcport -e tcp.dstport \
            -e tcp.seq -e tcp.len -e tcp-breath.src.process -e tcp-breath.dst.process
    done | sort
}
by_ports captures/process-notes.pcapng captures/process-late.pcapng >"$TB_TMP/before"
for order in "notes late" "late notes"; do
    read -r first second <<<"$order"
    tb_run mergecap -w out/merged.pcapng "captures/process-$first.pcapng" \
        "captures/process-$second.pcapng"
    [ "$(tb_run tshark -n -r out/merged.pcapng -T fields -e tcp.stream | uniq | wc -l)" -gt 2 ] ||
        tb_fail "the packets of the two do not alternate"
    by_ports out/merged.pcapng >"$TB_TMP/after"
    diff -u "$TB_TMP/before" "$TB_TMP/after" || tb_fail "mergecap of $order mixes the notes up"
done
for name in curl client; do
    grep -q " $name" "$TB_TMP/before" || tb_fail "nobody is named in one of the two"
done
owners captures/process-notes.pcapng -2 >"$TB_TMP/before"
tb_run dumpcap -q -i - -w out/dumpcap.pcapng <"$TB_TMP/captures/process-notes.pcapng" 2>/dev/null
tb_run dumpcap -q -i - -b packets:4 -w out/ring.pcapng \
    <"$TB_TMP/captures/process-notes.pcapng" 2>/dev/null
[ "$(find "$TB_TMP/out" -name 'ring_*.pcapng' | wc -l)" -ge 2 ] || tb_fail "one file is no ring"
tb_run sh -c 'mergecap -a -w out/rings.pcapng out/ring_*.pcapng'
for tool in dumpcap rings; do
    owners "out/$tool.pcapng" -2 >"$TB_TMP/after"
    diff -u "$TB_TMP/before" "$TB_TMP/after" || tb_fail "$tool: dumpcap loses the notes"
done
tb_run editcap -F pcap captures/process-notes.pcapng out/plain.pcap
owners out/plain.pcap -2 | grep -q curl && tb_fail "a process without a note"

# hostile: nothing is believed of a broken note, and nothing that is printed steers a terminal
owners captures/process-hostile.pcapng -2 >"$TB_TMP/two"
[ "$(cut -d ' ' -f 1,2 "$TB_TMP/two" | sed -n 2p)" = '2 inner' ] || tb_fail "an injected note"
[ "$(sed -n '3,$p' "$TB_TMP/two" | tr -d ' 0-9\n')" = '' ] || tb_fail "a broken note is believed"
tb_run tshark -n -r captures/process-hostile.pcapng -c 1 -O tcp-breath |
    sed -n '/^TCP Breath/,$p' >"$TB_TMP/shown"
! LC_ALL=C grep -q '[[:cntrl:]]' "$TB_TMP/shown" || tb_fail "control characters are shown"
grep -qF 'Process: \x1b[31mred\x0a"%s\xff\xe2\x80\xae' "$TB_TMP/shown" || tb_fail "not escaped"

# other tools' notes: at the end that is meant, where that is certain, and else at neither
owners captures/process-ptcpdump.pcapng >"$TB_TMP/one"
holds "ptcpdump" <(sed -n '1,3p;17,20p' "$TB_TMP/one") "1 curl
2  curl
3 curl
17
18
19
20"
owners captures/process-ptcpdump-lo.pcapng >"$TB_TMP/one"
[ "$(tr -d ' 0-9\n' <"$TB_TMP/one")" = '' ] || tb_fail "an end is named that ptcpdump does not tell"
[ "$(tb_run tshark -n -r captures/process-ptcpdump-lo.pcapng -Y 'tcp-breath.pid == 20152' |
    wc -l)" -eq 2 ] || tb_fail "the process at one of two ends is not found"
owners captures/process-rustnet.pcapng >"$TB_TMP/one"
holds "rustnet" <(sed -n '2p;7,8p;11,16p' "$TB_TMP/one") "2  curl
7  hello
8 hello
11
12
13
14
15
16"
owners captures/process-pktap.pcapng >"$TB_TMP/one"
holds "pktap" <(sed -n '1,2p;8p' "$TB_TMP/one") "1 curl
2  curl
8  a-name-of-20-octets!"

# Darwin's blocks: Wireshark 4.6 reads them, and shows them without us too; earlier ones pass them over
"$TB_BUILD_DIR/bin/capgen" "$TB_SOURCE_DIR/tests/golden/darwin.cap" -o "$TB_TMP/out/darwin.pcapng"
owners out/darwin.pcapng >"$TB_TMP/one"
case $(tb_wireshark_version) in
4.0 | 4.2 | 4.4) [ "$(tr -d ' 0-9\n' <"$TB_TMP/one")" = '' ] || tb_fail "Darwin's blocks are read" ;;
*)
    holds "Darwin" "$TB_TMP/one" "1 curl
2  curl
3 curl
4 curl
5  curl
6
7
8"
    tb_run env -u WIRESHARK_PLUGIN_DIR tshark -n -r out/darwin.pcapng -T fields -E separator=/s \
        -e frame.darwin.process_info.pid -e frame.darwin.process_info.pname >"$TB_TMP/stock"
    [ "$(sed -n 1p "$TB_TMP/stock")" = '4242 curl' ] || tb_fail "stock Wireshark shows no process"
    ;;
esac

# the preference
for capture in ptcpdump rustnet pktap; do
    tb_run tshark -n -r "captures/process-$capture.pcapng" -o tcp-breath.process_notes:FALSE \
        -Y tcp-breath.pid | grep -q . && tb_fail "$capture is read in spite of the preference"
done
owners captures/process-notes.pcapng -2 -o tcp-breath.process_notes:FALSE | grep -q curl &&
    tb_fail "notes are read in spite of the preference"
golden_end
