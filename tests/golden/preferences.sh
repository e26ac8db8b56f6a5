#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# preferences.sh - each of ours does what it says, mistakes are told, and none of Wireshark's
# own changes what a segment means
set -euo pipefail
. "$(dirname "$0")/golden.sh"

# $1: language expected; the rest: words of env before tshark, its options after --
meaning_is()
{
    expected=$1
    shift
    got=$(tb_run env "$@" -c 1 -T fields -e tcp-breath.meaning)
    case $expected:$got in
    en:'The client asks'* | ja:*接続を要求*) ;;
    *) tb_fail "$*: not $expected: $got" ;;
    esac
}

# $1: option; $2: words that the complaint holds
complains()
{
    tb_run tshark -n -r captures/article.pcapng -o "$1" >/dev/null 2>"$TB_TMP/stderr" || true
    [ "$(wc -l <"$TB_TMP/stderr")" -eq 1 ] || tb_fail "$1: $(wc -l <"$TB_TMP/stderr") lines"
    grep -qF "$2" "$TB_TMP/stderr" || tb_fail "$1: $(cat "$TB_TMP/stderr")"
}

# $1: file; the rest: options. All that is said of its frames, but for the expert infos.
verdict()
{
    golden_dump "$@" | sed 's/ expert\.[^ ]*//g'
}

golden_begin

# language
read=(tshark -n -r captures/article.pcapng)
meaning_is en LC_ALL=ja_JP.UTF-8 "${read[@]}" -o tcp-breath.language:en
meaning_is ja LC_ALL=C.UTF-8 "${read[@]}" -o tcp-breath.language:ja
meaning_is ja LC_ALL=ja_JP.UTF-8 "${read[@]}"
meaning_is ja LC_ALL=ja_JP.UTF-8 "${read[@]}" -o tcp-breath.language:auto
meaning_is en LC_ALL=C LC_MESSAGES=ja_JP.UTF-8 LANG=ja_JP.UTF-8 "${read[@]}"
meaning_is ja LC_ALL= LC_MESSAGES=ja_JP.UTF-8 LANG=C "${read[@]}"
meaning_is ja -u LC_ALL LANG=ja_JP.UTF-8 "${read[@]}"
meaning_is en -u LC_ALL "${read[@]}"
complains tcp-breath.language:xx 'tcp-breath.language: xx'

# Japanese is drawn; what is filtered by is English
tb_run "${read[@]}" -o tcp-breath.language:ja -V -c 1 >"$TB_TMP/got"
grep -q '^    フェーズ: ハンドシェイク (handshake)$' "$TB_TMP/got" || tb_fail "no Japanese label"
[ "$(tb_run "${read[@]}" -o tcp-breath.language:ja -Y 'tcp-breath.phase == "handshake"' |
    wc -l)" -eq 3 ] || tb_fail "in Japanese the phase is not to be filtered by"

# info_prefix
info() { tb_run "${read[@]}" -T fields -e _ws.col.Info "$@"; }
# Wireshark 4.4 and later name the column in lower case
[ -n "$(info -c 1 2>/dev/null)" ] ||
    info() { tb_run "${read[@]}" -T fields -e _ws.col.info "$@"; }
info -o tcp-breath.info_prefix:FALSE >"$TB_TMP/plain"
info >"$TB_TMP/prefixed"
[ "$(wc -l <"$TB_TMP/plain")" -eq 12 ] || tb_fail "no Info column"
paste "$TB_TMP/plain" "$TB_TMP/prefixed" | awk -F '\t' '
    $2 !~ /^\[[a-z][^]]*\] / || substr($2, index($2, "] ") + 2) != $1 { print; bad = 1 }
    END { exit bad }' || tb_fail "not the prefix and then the column as it was"
# slow_response_ms: the response takes 0.094 ms in one, 22 ms in the other
slow()
{
    tb_run tshark -n -r "captures/$1.pcapng" -o "tcp-breath.slow_response_ms:$2" \
        -Y tcp-breath.expert.slow_response | wc -l
}
[ "$(slow article 1)" -eq 0 ] || tb_fail "0.094 ms is not slow"
[ "$(slow retransmitted-fin 1)" -eq 1 ] || tb_fail "22 ms is slower than 1"
[ "$(slow retransmitted-fin 1000)" -eq 0 ] || tb_fail "22 ms is not slower than 1000"
[ "$(slow retransmitted-fin 0)" -eq 0 ] || tb_fail "0 is to switch it off"
complains tcp-breath.slow_response_ms:often 'tcp-breath.slow_response_ms:often'
complains tcp-breath.slow_response_ms:-1 'tcp-breath.slow_response_ms:-1'
complains tcp-breath.no_such_thing:1 'unknown preference'

# Wireshark's own
golden_join none
verdict out/all.pcapng >"$TB_TMP/expected"
[ "$(wc -l <"$TB_TMP/expected")" -gt 100 ] || tb_fail "too few frames"
for option in tcp.analyze_sequence_numbers:FALSE tcp.relative_sequence_numbers:FALSE \
    tcp.desegment_tcp_streams:FALSE tcp.check_checksum:TRUE; do
    verdict out/all.pcapng -o "$option" >"$TB_TMP/got"
    diff -u "$TB_TMP/expected" "$TB_TMP/got" || tb_fail "$option changes the verdict"
done
