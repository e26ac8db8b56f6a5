#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# catalogue.sh - every field is described, and read by a filter that finds what it should
set -euo pipefail
. "$(dirname "$0")/golden.sh"

# field: capture: frames that match: filter. Those found on a second pass only say so.
readings='
phase: article: 3: tcp-breath.phase == "handshake"
step: article: 2: tcp-breath.step == "ack-of-fin"
connection: two-vlans: 9: tcp-breath.connection == 2
flags: article: 2: tcp-breath.flags == "F."
handshake.number: article: 1: tcp-breath.handshake.number == 2
teardown.number: article-linux-lo: 1: tcp-breath.teardown.number == 2 && tcp-breath.teardown.number == 3
role: article: 6: tcp-breath.role == "client"
client.state: article: 2: tcp-breath.client.state == "TIME-WAIT"
server.state: article: 2: tcp-breath.server.state == "CLOSE-WAIT"
meaning: article: 1: tcp-breath.meaning contains "GET / HTTP/1.1, 78 bytes"
rfc: article: 1: tcp-breath.rfc matches "^https://www.rfc-editor.org/rfc/rfc9112" && tcp-breath.step == "request"
exchange: chunked: 3: tcp-breath.exchange == 2
request_in: article: 1: tcp-breath.request_in == 5
response_in: article: 1: tcp-breath.response_in == 7
acks: article: 1: tcp-breath.acks == 11
acked_in: article: 1: tcp-breath.acked_in == 12
response_time: article: 1: tcp-breath.response_time == 0.000094
request_duration: upload: 1: tcp-breath.request_duration > 0 && frame.number == 31
response_duration: chunked: 1: tcp-breath.response_duration > 0 && frame.number == 14
handshake.rtt: article: 1: tcp-breath.handshake.rtt == 0.000107
handshake.rtt.server: article: 1: tcp-breath.handshake.rtt.server == 0.000096
handshake.rtt.client: article: 1: tcp-breath.handshake.rtt.client == 0.000011
request.bytes: continue-100: 1: tcp-breath.request.bytes == 1533
response.bytes: article: 2: tcp-breath.response.bytes == 127
breath: article: 1: tcp-breath.breath == -127
window: article: 3: tcp-breath.window == 408256
window.change: article: 1: tcp-breath.window.change == -64
mark: lost-segments: 6: tcp-breath.mark
mark.midstream: midstream: 9: tcp-breath.mark.midstream
mark.inferred: midstream: 9: tcp-breath.mark.inferred
mark.completes-handshake: lost-segments: 1: tcp-breath.mark.completes-handshake
mark.refused: refused: 2: tcp-breath.mark.refused
mark.ineffective: blind-reset: 2: tcp-breath.mark.ineffective
mark.lost-before: lost-segments: 3: tcp-breath.mark.lost-before
mark.truncated: snaplen: 4: tcp-breath.mark.truncated
mark.reused-port: port-reuse: 2: tcp-breath.mark.reused-port
mark.fast-open: fast-open: 5: tcp-breath.mark.fast-open
mark.ecn: ecn: 5: tcp-breath.mark.ecn
mark.one-direction: one-direction: 7: tcp-breath.mark.one-direction
mark.multiplexed: h2c: 9: tcp-breath.mark.multiplexed
process: process-notes: 10: tcp-breath.process == "curl"
pid: process-notes: 10: tcp-breath.pid == 4242
cmdline: process-notes: 10: tcp-breath.cmdline contains "localhost:8080"
exe: process-notes: 10: tcp-breath.exe == "/usr/bin/curl"
user: process-notes: 10: tcp-breath.user == "alice"
uid: process-notes: 10: tcp-breath.uid == 1000
container: process-notes: 10: tcp-breath.container == "docker-0123456789ab"
src.process: process-notes: 6: tcp-breath.src.process == "curl"
src.pid: process-notes: 6: tcp-breath.src.pid == 4242
src.cmdline: process-notes: 6: tcp-breath.src.cmdline contains "localhost:8080"
src.exe: process-notes: 6: tcp-breath.src.exe == "/usr/bin/curl"
src.user: process-notes: 6: tcp-breath.src.user == "alice"
src.uid: process-notes: 6: tcp-breath.src.uid == 1000
src.container: process-notes: 6: tcp-breath.src.container == "docker-0123456789ab"
src.fd: process-notes: 4: tcp-breath.src.fd == 3
src.start: process-notes: 6: tcp-breath.src.start == 86400.5
src.source: process-notes: 6: tcp-breath.src.source == "connector"
src.certainty: process-notes: 10: tcp-breath.src.certainty == "sure"
dst.process: process-notes: 4: tcp-breath.dst.process == "curl"
dst.pid: process-notes: 4: tcp-breath.dst.pid == 4242
dst.cmdline: process-notes: 4: tcp-breath.dst.cmdline contains "localhost:8080"
dst.exe: process-notes: 4: tcp-breath.dst.exe == "/usr/bin/curl"
dst.user: process-notes: 4: tcp-breath.dst.user == "alice"
dst.uid: process-notes: 4: tcp-breath.dst.uid == 1000
dst.container: process-notes: 4: tcp-breath.dst.container == "docker-0123456789ab"
dst.fd: process-notes: 6: tcp-breath.dst.fd == 3
dst.start: process-notes: 4: tcp-breath.dst.start == 86400.5
dst.source: process-notes: 4: tcp-breath.dst.source == "connector"
dst.certainty: process-notes: 10: tcp-breath.dst.certainty == "sure"
client.process: process-notes: 10: tcp-breath.client.process == "curl"
client.pid: process-notes: 10: tcp-breath.client.pid == 4242
client.cmdline: process-notes: 10: tcp-breath.client.cmdline contains "localhost:8080"
client.exe: process-notes: 10: tcp-breath.client.exe == "/usr/bin/curl"
client.user: process-notes: 10: tcp-breath.client.user == "alice"
client.uid: process-notes: 10: tcp-breath.client.uid == 1000
client.container: process-notes: 10: tcp-breath.client.container == "docker-0123456789ab"
client.fd: process-fields: 2: tcp-breath.client.fd == 5
client.start: process-notes: 10: tcp-breath.client.start == 86400.5
client.source: process-notes: 10: tcp-breath.client.source == "connector"
client.certainty: process-notes: 10: tcp-breath.client.certainty == "sure"
server.process: process-notes: 10: tcp-breath.server.process == "hello"
server.pid: process-notes: 10: tcp-breath.server.pid == 20152
server.cmdline: process-fields: 2: tcp-breath.server.cmdline == "hello -v"
server.exe: process-notes: 10: tcp-breath.server.exe == "/srv/hello/hello"
server.user: process-fields: 2: tcp-breath.server.user == "app"
server.uid: process-fields: 2: tcp-breath.server.uid == 1001
server.container: process-fields: 2: tcp-breath.server.container == "podman-77"
server.fd: process-notes: 10: tcp-breath.server.fd == 3
server.start: process-notes: 10: tcp-breath.server.start == 7200
server.source: process-notes: 10: tcp-breath.server.source == "user"
server.certainty: process-notes: 10: tcp-breath.server.certainty == "sure"
listener.process: process-notes: 10: tcp-breath.listener.process == "hello-main"
listener.pid: process-notes: 10: tcp-breath.listener.pid == 20150
mechanism: process-blind-syn: 15: tcp-breath.mechanism == "proc"
expert.handshake_retransmission: syn-ack-unanswered: 3: tcp-breath.expert.handshake_retransmission
expert.refused: refused: 2: tcp-breath.expert.refused
expert.slow_response: retransmitted-fin: 1: tcp-breath.expert.slow_response
expert.half_open: half-open: 1: tcp-breath.expert.half_open
expert.reset_in_exchange: reset-in-exchange: 1: tcp-breath.expert.reset_in_exchange
expert.closed_unanswered: reset-in-exchange: 1: tcp-breath.expert.closed_unanswered
expert.zero_window: zero-window: 1: tcp-breath.expert.zero_window
expert.syn_unanswered: icmp-quote: 1: tcp-breath.expert.syn_unanswered
'

golden_begin
tb_run tshark -G fields | grep -F "$(printf '\ttcp-breath.')" >"$TB_TMP/registered"
awk -F '\t' 'NF < 8 || $8 == "" { print $3 ": no description"; bad = 1 } END { exit bad }' \
    "$TB_TMP/registered" || tb_fail "fields without a description"

printf '%s' "$readings" | sed '/^$/d' >"$TB_TMP/readings"
cut -f 3 "$TB_TMP/registered" | sort >"$TB_TMP/names"
sed 's/^\([^:]*\):.*/tcp-breath.\1/' "$TB_TMP/readings" | sort -u |
    diff "$TB_TMP/names" - || tb_fail "the table above does not hold each field once"

while IFS=: read -r field capture count filter; do
    got=$(tb_run tshark -n -2 -r "captures/${capture# }.pcapng" -o tcp-breath.slow_response_ms:10 \
        -o tcp-breath.language:en -Y "$filter" </dev/null | wc -l)
    if [ "$got" -ne "$count" ]; then
        printf '%s:%s: %s: %s frames, not %s\n' "$field" "$capture" "$filter" "$got" "$count" >&2
        failures=$((failures + 1))
    fi
done <"$TB_TMP/readings"
golden_end

tb_run tshark -G protocols | grep -q "$(printf '^TCP Breath\tTCP Breath\ttcp-breath')" ||
    tb_fail "not among the protocols"
