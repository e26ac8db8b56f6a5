#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# tools.sh - what breathdump wrote of processes survives the tools of a Wireshark version
#
# usage: tools.sh VERSION           the test
#        tools.sh inside IN OUT     with that version's tools: IN/own.pcapng and IN/other.pcapng go
#                                   through each of them into OUT, with a table of every frame's note
#
# Two captures of curl's and hello's are made here (darwin.sh). The tools are as Debian made them,
# without this plugin. Every way of saving keeps the notes. Darwin's process blocks are kept by tshark
# and editcap from 4.6 on, and by dumpcap where it writes one file; mergecap and a ring's later files
# leave them out. Whatever is left of them, 4.6 shows the right process or none.
set -euo pipefail

# FILE: addresses' ports, number and length of each frame's segment, and its note
notes()
{
    tshark -n -r "$1" -T fields -e tcp.srcport -e tcp.dstport -e tcp.seq_raw -e tcp.ack_raw \
        -e tcp.len -e tcp.flags -e frame.comment 2>/dev/null | sort
}

# $1: with own.pcapng and other.pcapng; $2: where to
send_through()
{
    local in=$1 out=$2 file
    tshark -n -r "$in/own.pcapng" -w "$out/tshark.pcapng"
    editcap "$in/own.pcapng" "$out/editcap.pcapng"
    mergecap -w "$out/mergecap.pcapng" "$in/own.pcapng"
    mergecap -w "$out/two.pcapng" "$in/own.pcapng" "$in/other.pcapng"
    dumpcap -q -i - -w "$out/dumpcap.pcapng" <"$in/own.pcapng"
    dumpcap -q -i - -b packets:4 -w "$out/ring.pcapng" <"$in/own.pcapng"
    mergecap -a -w "$out/rings.pcapng" "$out"/ring_*.pcapng
    cp "$in/own.pcapng" "$out/own.pcapng"
    mergecap -a -w "$out/both.pcapng" "$in/own.pcapng" "$in/other.pcapng"
    for file in "$out"/*.pcapng; do
        notes "$file" >"$file.notes"
    done
}

if [ "$1" = inside ]; then
    send_through "$2" "$3" >&2
    exit
fi

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"
version=$1
matrix=$TB_SOURCE_DIR/tests/matrix/matrix.sh

tb_is_root || tb_skip "needs root: a network namespace, a capture, and chroots"
[ -x "$TB_BUILD_DIR/bin/hello" ] || tb_skip "libmicrohttpd: was not there when this was built"
tb_begin
source=$TB_TMP/source # what /mnt/source is in the chroot
made=$TB_TMP/made
mkdir "$source" "$made"
for name in other own; do
    unshare --net "$TB_SOURCE_DIR/tests/matrix/darwin.sh" capture "$source" ||
        tb_skip "$(tail -n 1 "$source/said")"
    [ $name = own ] || mv "$source/own.pcapng" "$source/other.pcapng"
done
cp "$0" "$source/tools.sh"

# Behind the line that says which chroot it is.
of_chroot()
{
    TB_SOURCE_DIR=$source "$matrix" run "$@" | tail -n +2
}

case $(tshark --version 2>/dev/null | head -n 1) in
*" $version."*) "$source/tools.sh" inside "$source" "$made" ;;
*)
    # shellcheck disable=SC2016 # for the inner shell
    of_chroot "$version" sh -ec 'mkdir /tmp/out
        /mnt/source/tools.sh inside /mnt/source /tmp/out
        tar -C /tmp/out -c .' | tar -C "$made" -x
    ;;
esac 2>"$TB_TMP/said" || tb_fail "$(cat "$TB_TMP/said")"

# every way keeps the notes
grep -q 'tcp-breath v=1 .*src.comm=curl.*dst.comm=hello' "$made/own.pcapng.notes" ||
    tb_fail "no note: $(cat "$made/own.pcapng.notes")"
[ "$(find "$made" -name 'ring_*.pcapng' | wc -l)" -ge 2 ] || tb_fail "one file is no ring"
for tool in tshark editcap mergecap dumpcap rings; do
    diff "$made/own.pcapng.notes" "$made/$tool.pcapng.notes" >"$TB_TMP/diff" ||
        tb_fail "$version: $tool: other notes: $(cat "$TB_TMP/diff")"
done
diff "$made/both.pcapng.notes" "$made/two.pcapng.notes" >"$TB_TMP/diff" ||
    tb_fail "$version: two captures in one: other notes: $(cat "$TB_TMP/diff")"

# what 4.6 shows by itself
cp "$made"/*.pcapng "$source/"
# shellcheck disable=SC2016 # for the inner shell
of_chroot 4.6 sh -ec 'for file in /mnt/source/*.pcapng; do
        tshark -n -r "$file" -T fields -E occurrence=f -e tcp.srcport \
            -e frame.darwin.process_info.pid -e frame.darwin.process_info.pname 2>/dev/null |
            sed "s|^|$(basename "$file" .pcapng) |"
    done' >"$TB_TMP/shown" || tb_fail "tshark 4.6: $(cat "$TB_TMP/shown")"
curl="$(cat "$source/curl")	curl"
hello="$(cat "$source/hello")	hello"

# FILE: frames of which 4.6 names the sender's process rightly, and those of which it names none;
# fails where it names another
named()
{
    awk -F '\t' -v OFS='\t' -v file="$1" -v curl="$curl" -v hello="$hello" '
        { split($1, word, " ") }
        word[1] != file { next }
        { name = $2 OFS $3; right = word[2] == 8080 ? hello : curl }
        name == right { known++; next }
        name == OFS { none++; next }
        { print "wrong: " $0; bad = 1 }
        END { print known + 0 " " none + 0; exit bad }' "$TB_TMP/shown"
}

all=$(wc -l <"$made/own.pcapng.notes")
[ "$(named own)" = "$all 0" ] || tb_fail "of breathdump's own file: $(named own)"
for tool in tshark editcap mergecap dumpcap rings ring; do
    case $tool in ring) tool=$(cd "$made" && basename ring_00002*.pcapng .pcapng) ;; esac
    got=$(named "$tool") || tb_fail "$version: $tool: 4.6 shows another process: $got"
    printf '%s: %s: 4.6 names the process of %s, and none of %s\n' "$version" "$tool" \
        "${got% *}" "${got#* }"
    case $version:$tool in
    4.6:tshark | 4.6:editcap | *:dumpcap)
        [ "$got" = "$all 0" ] || tb_fail "$version: $tool: not of all $all frames" ;;
    esac
done
tb_end
