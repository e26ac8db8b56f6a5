#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profile.sh - tshark reads both profiles without a word, and they show what they promise
set -euo pipefail
# shellcheck source=tests/golden/golden.sh
. "${TB_SOURCE_DIR:?}/tests/golden/golden.sh"

here=$TB_SOURCE_DIR/tests/profile

# place of the button: capture: the frames that it leaves
buttons='
1 blind-syn 1 8
1 process-port-reuse 1 10 16
2 article 5 7
2 greeting-smtp 4 6 8 9 10 11 13 14 15
3 article
3 keep-alive-requests 13
4 article
4 one-direction
4 unanswered-syn 1
4 reset-in-exchange 12
5 refused 2 4
5 reset-in-exchange
6 refused 2 4
6 reset-in-exchange 8 14 24 25
7 reset-in-exchange 8 14
7 article
8 fast-retransmission 17
8 retransmitted-fin 8 12
8 out-of-order
9 zero-window 11
9 article
10 server-closes-first 7
10 article
11 process-doubtful-tunnel 1 2
11 article
'

# $1: profile; the rest: options. Whatever it says on standard error is a warning of what it reads.
with_profile()
{
    local profile=$1
    shift
    tb_run tshark -n -C "$profile" "$@" </dev/null 2>"$TB_TMP/warnings" ||
        tb_fail "$profile: tshark $*: $(cat "$TB_TMP/warnings")"
    # run by sudo, or in a container: of no file
    sed -i '/^Running as user/d' "$TB_TMP/warnings"
    [ ! -s "$TB_TMP/warnings" ] || tb_fail "$profile: tshark says: $(cat "$TB_TMP/warnings")"
}

# $1: profile; $2: a file of its; standard output: without Wireshark's escapes
values()
{
    sed 's/\\x22/"/g; s/\\x5c/\\/g' "$TB_TMP/wireshark/profiles/$1/$2"
}

# $1: profile; the rest: what its list says, each a part of some line
expect_columns()
{
    local profile=$1 part
    shift
    with_profile "$profile" -r captures/process-notes.pcapng | tr -s ' ' >"$TB_TMP/list"
    for part in "$@"; do
        grep -qF "$part" "$TB_TMP/list" || tb_fail "$profile: no '$part' in: $(cat "$TB_TMP/list")"
    done
}

# The rule of a frame by our own reading of docs/phases.md: one line of phases and steps in, the
# place of the rule in colorfilters out; 0: none
rule_of_frame()
{
    awk -F '\t' '
        function has(list, word) { return index("," list ",", "," word ",") > 0 }
        {
            n = split("reset again quoted handshake teardown window-update keep-alive request " \
                "response unknown", order, " ")
            again = has($2, "retransmission") || has($2, "fast-retransmission") ||
                has($2, "out-of-order") || has($2, "dup-ack")
            for (i = 1; i <= n; i++)
                if (order[i] == "again" ? again : has($1, order[i]))
                    break
            print i <= n ? i : 0
        }'
}

# $1: profile
check_colours()
{
    local file
    # keep-alives by themselves: among others' segments of the same ports they are none
    for file in out/all captures/tcp-keep-alive; do
        with_profile "$1" --color -r $file.pcapng -2 -T fields -e tcp-breath.phase \
            -e tcp-breath.step
    done >"$TB_TMP/phases"
    for file in out/all captures/tcp-keep-alive; do
        with_profile "$1" --color -r $file.pcapng -2 -T fields -e frame.coloring_rule.name
    done >"$TB_TMP/got"
    values "$1" colorfilters | sed -n 's/^@\([^@]*\)@.*/\1/p' >"$TB_TMP/names"
    rule_of_frame <"$TB_TMP/phases" | awk 'NR == FNR { name[NR] = $0; next } { print name[$1] }' \
        "$TB_TMP/names" - >"$TB_TMP/expected"
    [ "$(sort -u "$TB_TMP/expected" | grep -c .)" -eq 10 ] || tb_fail "the captures have not all phases: $(sort -u "$TB_TMP/expected")"
    diff "$TB_TMP/expected" "$TB_TMP/got" >&2 || tb_fail "$1: frames have other colours"
    awk -f "$here/colours.awk" "$TB_TMP/wireshark/profiles/$1/colorfilters" >"$TB_TMP/measured" ||
        tb_fail "$1: colours: $(cat "$TB_TMP/measured")"
}

# $1: profile; $2: language
check_buttons()
{
    local place capture frames filter got
    values "$1" dfilter_buttons >"$TB_TMP/buttons"
    [ "$(wc -l <"$TB_TMP/buttons")" -eq 11 ] || tb_fail "$1: not eleven buttons"
    while read -r place capture frames; do
        [ -n "$place" ] || continue
        filter=$(sed -n "${place}s/^\"TRUE\",\"[^\"]*\",\"\(.*\)\",\"[^\"]*\"\$/\1/p" "$TB_TMP/buttons")
        [ -n "$filter" ] || tb_fail "$1: button $place: no filter"
        with_profile "$1" -2 -r "captures/$capture.pcapng" -Y "$filter" -T fields -e frame.number \
            >"$TB_TMP/found"
        got=$(tr '\n' ' ' <"$TB_TMP/found")
        [ "${got% }" = "$frames" ] || tb_fail "$1: $filter: $capture: $got, not $frames"
    done <<<"$buttons"
}

# Wireshark's window alone reads it: nine values, each a name that 4.0, 4.4 and 4.6 have
check_graphs()
{
    local ok='^"(Enabled|Disabled)","[^"]+","[^"]*","#[0-9a-f]{6}","(Line|Impulse|Bar|Dot)"'
    ok="$ok"',"(Packets|SUM\(Y Field\)|MAX\(Y Field\))","(tcp-breath\.[a-z_]+)?","None","1"$'
    [ "$(grep -cE "$ok" "$TB_TMP/wireshark/profiles/$1/io_graphs")" -eq 5 ] ||
        tb_fail "$1: io_graphs: $(cat "$TB_TMP/wireshark/profiles/$1/io_graphs")"
    # its filters and fields
    values "$1" io_graphs | awk -F '","' '{ print $3; if ($7 != "") print $7 }' >"$TB_TMP/filters"
    while read -r filter; do
        with_profile "$1" -2 -r out/all.pcapng -Y "$filter" -T fields -e frame.number >"$TB_TMP/found"
        [ -s "$TB_TMP/found" ] || tb_fail "$1: io_graphs: nothing is $filter"
    done <"$TB_TMP/filters"
}

golden_begin
golden_join ''
tb_run sh -c 'mkdir -p home/.config/wireshark && cp -R wireshark/profiles home/.config/wireshark/'
expect_columns 'TCP Breath' ' curl,62601 ' ' hello,8080 127.0.0.1 curl,62601 TCP handshake syn-ack hello agrees (ACK)' \
    ' TCP response ack-of-request ' '78 bytes. GET / HTTP/1.1'
expect_columns 'TCP Breath ja' ' curl,62601 ' ' hello,8080 127.0.0.1 curl,62601 TCP handshake syn-ack hello が SYN に確認応答し' \
    ' TCP response ack-of-request '
for profile in 'TCP Breath' 'TCP Breath ja'; do
    check_colours "$profile"
    check_graphs "$profile"
done
cat "$TB_TMP/measured"
check_buttons 'TCP Breath'

# In the other language the words alone are others: what filters and draws is the same.
for file in colorfilters dfilter_buttons io_graphs; do
    for profile in 'TCP Breath' 'TCP Breath ja'; do
        case $file in
        colorfilters) values "$profile" $file | cut -d @ -f 3- ;;
        dfilter_buttons) values "$profile" $file | sed 's/^"TRUE","[^"]*",//; s/,"[^"]*"$//' ;;
        io_graphs) values "$profile" $file | awk -F '","' '{ $2 = ""; print }' ;;
        esac >"$TB_TMP/${profile##* }"
    done
    diff "$TB_TMP/Breath" "$TB_TMP/ja" >&2 || tb_fail "$file: the languages differ"
done
golden_end
