#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# stats.sh - the tables of the statistics, in both languages: what they say of some captures, and of
# every capture that they fit a terminal, are JSON, are the same in one pass and in two, and agree
# with Wireshark's own numbers
set -euo pipefail
. "$(dirname "$0")/golden.sh"

here=$TB_SOURCE_DIR/tests/golden
# shellcheck disable=SC2054 # the commas are the options'
tables=(-z tcp-breath,conn -z tcp-breath,process -z tcp-breath,exchanges)

# What is most unlike: processes, sockets that change hands, hostile names, pipelining, no answer.
shown='article process-notes process-late process-hostile pipelining port-reuse refused unanswered-syn
    midstream fast-retransmission h2c ipv6'

# Where Wireshark counts something else, and why.
declare -A differs=(
    [bad-header]='its tap is not reached by headers that cannot be'
    [snaplen]='nor by headers that are cut'
    [blind-syn]='a SYN with another number is another conversation to it, though the connection lives on'
    [process-blind-syn]='likewise'
    [half-open]='likewise'
    [process-port-reuse]='likewise'
    [split-handshake]='likewise'
    [process-doubtful-tunnel]='two tunnels, one conversation'
    [two-gtp-tunnels]='likewise'
    [two-vlans]='two VLANs, one conversation'
    [process-merged]='two networks in one file, one conversation'
    [process-unseen-handshake]='likewise'
    [two-vxlans]='likewise'
)

# $1: capture; $2: language; the rest: options
tables_of()
{
    local name=$1 language=$2
    shift 2
    tb_run tshark -n -q -r "captures/$name.pcapng" -o "tcp-breath.language:$language" "$@" \
        2>"$TB_TMP/stderr" || tb_fail "$name: tshark fails: $(cat "$TB_TMP/stderr")"
    [ ! -s "$TB_TMP/stderr" ] || tb_fail "$name: $(cat "$TB_TMP/stderr")"
}

fits_terminal()
{
    local cells
    cells=$(LC_ALL=C.UTF-8 wc -L <"$1")
    [ "$cells" -le 80 ] || tb_fail "$2: $cells cells wide"
}

# $1: options of tshark, one word; the rest: the filter. It must fail in one line with these words.
complains()
{
    local status=0
    tb_run tshark -n -q -r captures/article.pcapng -z "$1" >/dev/null 2>"$TB_TMP/stderr" || status=$?
    [ "$status" -ne 0 ] || tb_fail "$1: status 0"
    [ "$(grep -c . "$TB_TMP/stderr")" -eq 1 ] || tb_fail "$1: $(cat "$TB_TMP/stderr")"
    grep -qF "$2" "$TB_TMP/stderr" || tb_fail "$1: $(cat "$TB_TMP/stderr")"
}

# shellcheck disable=SC2054
json=(-z tcp-breath,json,conn -z tcp-breath,json,process -z tcp-breath,json,exchanges)

golden_begin
mkdir -p "$TB_TMP/got"
for name in $shown; do
    for language in en ja; do
        tables_of "$name" "$language" "${tables[@]}" >"$TB_TMP/got/$name.$language"
        golden_compare "stats/$name.$language.txt" "$TB_TMP/got/$name.$language"
    done
done

for name in $(golden_captures); do
    tables_of "$name" ja "${json[@]}" -z conv,tcp >"$TB_TMP/got/numbers"
    same=0
    python3 "$here/stats.py" conversations "$TB_TMP/got/numbers" >"$TB_TMP/why" || same=$?
    if [ -n "${differs[$name]:-}" ]; then
        [ "$same" -ne 0 ] || tb_fail "$name: agrees with Wireshark now: ${differs[$name]}"
    else
        [ "$same" -eq 0 ] || tb_fail "$name: not Wireshark's numbers: $(cat "$TB_TMP/why")"
    fi
done

# All captures at once
golden_join none
cp "$TB_TMP/out/all.pcapng" "$TB_TMP/captures/all.pcapng"
for language in en ja; do
    tables_of all "$language" "${tables[@]}" >"$TB_TMP/got/all"
    [ "$(wc -l <"$TB_TMP/got/all")" -gt 300 ] || tb_fail "too few lines"
    fits_terminal "$TB_TMP/got/all" "the tables in $language"
done
tables_of all en "${json[@]}" >"$TB_TMP/got/one"
tables_of all en -2 "${json[@]}" >"$TB_TMP/got/two"
diff -u "$TB_TMP/got/one" "$TB_TMP/got/two" || tb_fail "not the same in two passes"

# Nothing to show, or nothing that can be asked for
empty()
{
    tables_of article "$1" "${@:3}" >"$TB_TMP/got/empty"
    [ "$(grep -c "$2" "$TB_TMP/got/empty")" -eq 3 ] || tb_fail "$1: $(cat "$TB_TMP/got/empty")"
}
empty en 'No TCP segment passes the filter\.' -z tcp-breath,conn,udp -z tcp-breath,process,udp \
    -z tcp-breath,exchanges,udp
empty ja 'フィルターに一致する TCP セグメントはありませんでした。' -z tcp-breath,conn,udp \
    -z tcp-breath,process,udp -z tcp-breath,exchanges,udp
tb_run editcap -r captures/article.pcapng out/none.pcapng 99
cp "$TB_TMP/out/none.pcapng" "$TB_TMP/captures/none.pcapng"
tables_of none en "${tables[@]}" >"$TB_TMP/got/none"
[ "$(grep -c 'No TCP segment was found\.' "$TB_TMP/got/none")" -eq 3 ] || tb_fail "no sentence"
tables_of none en -z tcp-breath,json,conn | python3 -m json.tool >/dev/null || tb_fail "none: no JSON"
complains 'tcp-breath,conn,tcp.port ==' 'tcp.port =='
complains 'tcp-breath,json,exchanges,nonsense' 'nonsense'
complains 'tcp-breath,connections' 'the tables are conn, process and exchanges'
complains 'tcp-breath,json,phases' 'the tables are conn, process and exchanges'

# Who refuses is who did not ask, and who resets is who sent the reset
for told in refused:server:2 reset-in-exchange:server:1 half-open:client:2; do
    IFS=: read -r name role count <<<"$told"
    [ "$(tables_of "$name" en -z tcp-breath,json,conn | grep -c "\"closed_by\": \"$role\"")" \
        -ge "$count" ] || tb_fail "$name: not closed by the $role"
done

# A filter holds for the numbers, not for how the connection went
tables_of article en -z 'tcp-breath,json,conn,tcp-breath.phase == "response"' |
    python3 "$here/stats.py" filtered || tb_fail "the filter is not kept, or changes the ending"

# Response times: Wireshark's http.time is ours and the duration; transum's service time is ours
stock=$(tb_run env -u WIRESHARK_PLUGIN_DIR tshark -G folders |
    sed -n 's/^Global Plugins:[[:space:]]*//p')
cp "$stock/epan/transum.so" "$TB_TMP/wireshark/plugins/$(basename "$stock")/epan/"
chmod -R go+rX "$TB_TMP/wireshark"
for name in keep-alive-requests continue-100 chunked head-204-304 upload close-delimited \
    retransmitted-data port-reuse; do
    tables_of "$name" en -z tcp-breath,json,exchanges >"$TB_TMP/one"
    tb_run tshark -n -2 --enable-protocol transum -r "captures/$name.pcapng" -T fields \
        -e frame.number -e http.time -e transum.st -e tcp-breath.exchange >"$TB_TMP/times"
    python3 "$here/stats.py" times "$TB_TMP/one" "$TB_TMP/times" || tb_fail "$name: other times"
done

# The tree and the ladder
tables_of ipv6 en -z tcp-breath-phases,tree | grep -q '^ Handshake  *3 ' || tb_fail "no phases"
tables_of ipv6 ja -z tcp-breath-phases,tree | grep -q '^ ハンドシェイク  *3 ' || tb_fail "no phases"
tables_of ipv6 ja -z flow,tcp-breath,network >"$TB_TMP/got/flow"
golden_compare stats/ipv6.flow.txt "$TB_TMP/got/flow"
# in one pass an end keeps its lifeline, whatever is learned of it later
tables_of process-late en -z flow,tcp-breath,network >"$TB_TMP/got/flow"
golden_compare stats/process-late.flow.txt "$TB_TMP/got/flow"
tables_of process-late en -2 -z flow,tcp-breath,network >"$TB_TMP/got/flow"
golden_compare stats/process-late.flow-2.txt "$TB_TMP/got/flow"
golden_end
