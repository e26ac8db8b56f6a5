#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fleet.sh - `tshark -T ek` of every capture fits the mapping, as docs/fleet*.md say it for this version
#
# What Wireshark itself does wrong is expected of the version that the documents name, and nothing else:
# a version that does better fails, so that the documents do not keep warning of it.
set -euo pipefail
# shellcheck source=tests/lib/tshark.sh
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

layers='frame ip ipv6 tcp tcp-breath' # docs/fleet.md's
fit=$TB_SOURCE_DIR/tests/docs/ek_fit.py
ek=$TB_SOURCE_DIR/docs/fleet/ek.py

# What the mapping and the output of this Wireshark lack by themselves
defects()
{
    case $(tb_wireshark_version) in
    4.0) echo --allow duration --allow string --allow action --allow duplicate ;;
    4.2 | 4.4) echo --allow duration --allow string --allow action ;;
    4.6) echo --allow type ;;
    esac
}

# $1: a capture; what it is to be called
write()
{
    tb_run tshark -n -2 -r "$1" -T ek -J "$layers" >"$TB_TMP/ek/$2" || tb_fail "$2: tshark failed"
    "$ek" bulk --host web-1 <"$TB_TMP/ek/$2" >"$TB_TMP/bulk/$2" || tb_fail "$2: ek.py failed"
}

# One file of all of them: to start tshark for each takes ten times as long
write_all()
{
    local name
    mkdir "$TB_TMP/ek" "$TB_TMP/bulk"
    tb_run sh -c 'mergecap -a -w out/all.pcapng captures/*' || tb_fail "mergecap: failed"
    write out/all.pcapng all
    for name in article process-notes process-hostile; do
        write "captures/$name.pcapng" "$name"
    done
}

# The fields that a document names as examples are such
names_are_right()
{
    local document name
    for document in fleet.md fleet.ja.md; do
        grep -o 'layers\.tcp-breath\.tcp-breath_[a-z_-]*' "$TB_SOURCE_DIR/docs/$document" >"$TB_TMP/names"
        while IFS= read -r name; do
            grep -q "\"${name##*.}\":" "$TB_TMP/mapping" || tb_fail "$document: $name: not in the mapping"
        done <"$TB_TMP/names"
        grep -qF -- "-J '$layers'" "$TB_SOURCE_DIR/docs/$document" || tb_fail "$document: other layers than are tried here"
    done
}

command -v python3 >/dev/null || tb_skip "no python3 to read JSON with"
tb_begin
tb_require_plugin
tb_run tshark -G fields >"$TB_TMP/fields"
tb_run tshark -G elastic-mapping --elastic-mapping-filter "${layers// /,}" >"$TB_TMP/plain"
"$ek" mapping "$TB_TMP/fields" <"$TB_TMP/plain" >"$TB_TMP/mapping" || tb_fail "ek.py mapping: failed"
write_all
# shellcheck disable=SC2046 # options
"$fit" $(defects) "$TB_TMP/fields" "$TB_TMP/plain" "$TB_TMP"/ek/* >"$TB_TMP/said" 2>&1 ||
    tb_fail "-T ek as it is: $(cat "$TB_TMP/said")"
"$fit" "$TB_TMP/fields" "$TB_TMP/mapping" "$TB_TMP"/bulk/* >"$TB_TMP/said" 2>&1 ||
    tb_fail "-T ek through ek.py: $(cat "$TB_TMP/said")"
cat "$TB_TMP/said"
tr -d ' \n' <"$TB_TMP/mapping" | grep -q '"frame_frame_time":{"type":"date_nanos"}' || tb_fail "no nanoseconds in the mapping"
# both processes of a packet are there, in one array, and the host
grep -q '"tcp-breath_tcp-breath_process":\["curl","hello"\]' "$TB_TMP/bulk/process-notes" ||
    tb_fail "process-notes: not both processes"
[ "$(grep -c '"host":{"name":"web-1"}' "$TB_TMP/bulk/article")" -eq 12 ] || tb_fail "article: no host"
! grep -q '"filtered"\|payload\|"text"' "$TB_TMP"/bulk/* || tb_fail "what is to be left out is there"
grep -q '"tcp_tcp_dstport":"8080"' "$TB_TMP/bulk/article" || tb_fail "article: no ports"
! printf '{"index":\n' | "$ek" bulk >/dev/null 2>"$TB_TMP/said" || tb_fail "a broken line passes"
grep -q '^ek.py: line 1: ' "$TB_TMP/said" || tb_fail "a broken line: $(cat "$TB_TMP/said")"
names_are_right
tb_end
