#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# http.sh - tshark captures a real HTTP exchange and explains it while it flows
#
# usage: http.sh BINARIES
#
# In a network namespace of its own, three tsharks at once, as an application engineer would start
# them: everything, four layers, and fields.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1

tb_is_root || tb_skip "a network namespace and a capture need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net -- "$0" "$binaries" inside
fi

frames='handshake syn
handshake syn-ack
handshake handshake-ack
request request
response ack-of-request
response response
response ack-of-response
teardown fin
teardown ack-of-fin
teardown fin
teardown ack-of-fin'
count=$(printf '%s\n' "$frames" | wc -l)

captures=
end_captures()
{
    for process in $captures; do
        kill "$process" 2>/dev/null || :
    done
}

# shellcheck disable=SC2034 # tshark.sh runs it
TB_ON_EXIT=end_captures
tb_begin
tb_require_plugin
ip link set lo up

# As another user, who may capture. It ends by itself after the last frame.
capture()
{
    output=$1
    shift
    (
        cd "$TB_TMP"
        exec env -i PATH="$PATH" HOME="$TB_TMP/home" TMPDIR="$TB_TMP/out" TZ=UTC LC_ALL=C.UTF-8 \
            WIRESHARK_PLUGIN_DIR="$TB_TMP/wireshark/plugins" \
            timeout 60 setpriv --reuid 65534 --regid 65534 --clear-groups \
            --inh-caps +net_raw,+net_admin --ambient-caps +net_raw,+net_admin \
            tshark -n -i lo -f 'tcp port 8080' -c "$count" "$@" >"$output" 2>"$output.err"
    ) &
    captures="$captures $!"
}

capture "$TB_TMP/everything" -Y 'tcp.port == 8080' -V
capture "$TB_TMP/layers" -O null,ip,tcp,tcp-breath
capture "$TB_TMP/fields" -T fields -E separator=/s -e tcp-breath.phase -e tcp-breath.step

"$binaries/live-hello" 3
for process in $captures; do
    wait "$process" || tb_fail "tshark ended with $?: $(cat "$TB_TMP"/*.err)"
done
captures=

# The words of the lines "Phase: request" and "Step: syn (1 of 3)", a frame a line.
words_of()
{
    sed -n 's/^    Phase: \([a-z-]*\).*/\1/p; s/^    Step: \([a-z-]*\).*/\1/p' "$1" | paste -d ' ' - -
}

printf '%s\n' "$frames" >"$TB_TMP/expected"
for output in everything layers; do
    words_of "$TB_TMP/$output" >"$TB_TMP/words"
    diff -u "$TB_TMP/expected" "$TB_TMP/words" || tb_fail "$output: the phases are not the article's"
    [ "$(grep -c '^TCP Breath, ' "$TB_TMP/$output")" -eq "$count" ] ||
        tb_fail "$output: not one layer a frame"
done
diff -u "$TB_TMP/expected" "$TB_TMP/fields" || tb_fail "fields: the phases are not the article's"
grep -q '^Frame 1: ' "$TB_TMP/everything" || tb_fail "everything: no frame"
grep -q '^Hypertext Transfer Protocol' "$TB_TMP/everything" || tb_fail "everything: no HTTP"
grep -q '^Internet Protocol Version 4' "$TB_TMP/layers" || tb_fail "layers: no IP"
tb_run tshark -G protocols >"$TB_TMP/protocols"
grep -q 'tcp-breath$' "$TB_TMP/protocols" || tb_fail "tshark -G protocols does not list tcp-breath"
