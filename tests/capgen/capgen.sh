#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# capgen.sh - what capgen says of sources that are wrong, and that it leaves no half a file
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

CAPGEN=${TB_BUILD_DIR:?}/bin/capgen
TB_TMP=$(mktemp -d)
trap 'rm -rf -- "$TB_TMP"' EXIT
cd "$TB_TMP"
failures=0

wrong()
{
    printf '%s\n' "$*" >&2
    failures=$((failures + 1))
}

ends='client 192.0.2.10:49152
server 198.51.100.20:80'

# source REASON: the source ends up refused, with that reason, and no output
refuses()
{
    printf '%s\n' "$1" >bad.cap
    rm -f out
    status=0
    "$CAPGEN" -o out bad.cap 2>said || status=$?
    [ "$status" -eq 1 ] || wrong "exit status $status for: $1"
    [ ! -e out ] || wrong "an output for: $1"
    [ "$(cat said)" = "capgen: bad.cap:$2" ] || wrong "\"$(cat said)\" is not \"bad.cap:$2\""
}

# what is wrong with the command line
usage()
{
    status=0
    "$CAPGEN" "$@" >/dev/null 2>said || status=$?
    [ "$status" -eq 2 ] || wrong "exit status $status for: $*"
    grep -q '^usage: capgen ' said || wrong "no usage for: $*"
}

refuses '' '2: there is nothing to capture'
refuses 'clint 192.0.2.1:80' '1: "clint" is not a statement'
refuses 'client 192.0.2.1' '1: not ADDRESS:PORT, or [ADDRESS]:PORT for IPv6'
refuses 'client 2001:db8::1:80' '1: not ADDRESS:PORT, or [ADDRESS]:PORT for IPv6'
refuses 'client 192.0.2.1:65536' '1: not ADDRESS:PORT, or [ADDRESS]:PORT for IPv6'
refuses 'client 192.0.2.1:80 ws=15' '1: "ws" is not a setting of an end'
refuses '0 c SYN' '1: the connection has no client or no server'
refuses "$ends
0 x SYN" '3: "x" is not a statement: c, s, NAME.c, NAME.s, icmp or frame'
refuses "$ends
0 b.c SYN" '3: there is no connection of that name: "b.c"'
refuses "$ends
0 c" '3: no flags'
refuses "$ends
0 c SYN,SIN" '3: "SIN" is not a flag'
refuses "$ends
0 c DATA \"abc" '3: the string does not end on its line'
refuses "$ends
0 c DATA \"\\q\"" '3: unknown escape \q'
refuses "$ends
0 c DATA 0xabc" '3: "0xabc" is not an even number of hexadecimal digits'
refuses "$ends
0 c DATA len1( 256 )" '3: 256 octets do not fit into a length of 1'
refuses "$ends
0 c DATA len2( seq=1" '3: "seq=1" within a list: a ")" is missing'
refuses "$ends
0 c DATA len9( 1 )" '3: "len9(" is none of len1(, len2(, len3('
refuses "$ends
0 c DATA
    12
    bogus=1" '5: "bogus=1" is neither payload nor a setting'
refuses "$ends
0 c ACK sack=1-2,3-4,5-6,7-8 ts=1:1" '3: too long for one packet, or nothing to quote'
refuses "$ends
0 c DATA 40000 40000" '3: the payload is too long'
refuses "$ends
0 c DATA 65530" '3: too long for one packet, or nothing to quote'
refuses "$ends
1 c SYN
0.5 c SYN" '4: time goes back'
refuses "$ends
0.0000000001 c SYN" '3: "0.0000000001" is not a time'
refuses "$ends
0 icmp 3/1 c" '3: too long for one packet, or nothing to quote'
refuses 'link token-ring' '1: "token-ring" is not a link type or a layer'
refuses 'link ethernet fragment=9' '1: "fragment=9" is not a link type or a layer'
refuses "$ends
0 c SYN
snaplen 68" '4: snaplen stands before the first segment'

printf '%s\n0 c SYN comment="x"\n' "$ends" >comment.cap
"$CAPGEN" --format pcap -o out comment.cap 2>said && wrong "a comment in classic pcap"
grep -q '^capgen: comment.cap:3: this file format has no comments$' said || wrong "$(cat said)"

usage
usage --format gif comment.cap
usage --link carrier-pigeon comment.cap
usage --bogus
"$CAPGEN" --help | grep -q '^usage: capgen ' || wrong "no help"

status=0
"$CAPGEN" missing.cap 2>said || status=$?
[ "$status" -eq 1 ] || wrong "exit status $status for a missing file"
[ "$(cat said)" = "capgen: missing.cap: No such file or directory" ] || wrong "$(cat said)"

[ "$failures" -eq 0 ] || tb_fail "$failures of the messages are not as expected"
