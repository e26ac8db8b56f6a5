#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# darwin.sh - Wireshark 4.6 without this plugin tells whose packets breathdump captured
#
# breathdump captures here, in a network namespace of its own, what curl asks hello; 4.6's tshark, as
# Debian made it, reads the file in its chroot. Its fields come from the Darwin process blocks.
#
# usage: darwin.sh                  the test
#        darwin.sh capture FOLDER   in the namespace: makes FOLDER/own.pcapng, with the processes' ids in
#                                   FOLDER/curl and FOLDER/hello
set -euo pipefail
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

# $1: folder; what breathdump says stands in FOLDER/said
capture()
{
    local hello status=0
    ip link set lo up
    "$TB_BUILD_DIR/bin/hello" >"$1/port" &
    hello=$!
    echo "$hello" >"$1/hello"
    until [ -s "$1/port" ]; do
        kill -0 "$hello" || tb_fail "hello: ended"
        sleep 0.05
    done
    # shellcheck disable=SC2016 # for the inner shell
    "$TB_BUILD_DIR/bin/breathdump" -i lo -w "$1/own.pcapng" -- \
        sh -c 'echo $$ >"$0"; exec curl -s -o /dev/null http://127.0.0.1:8080/' "$1/curl" 2>"$1/said" ||
        status=$?
    kill "$hello"
    return "$status"
}

if [ "${1:-}" = capture ]; then
    capture "$2"
    exit
fi

tb_is_root || tb_skip "needs root: a network namespace, a capture, and chroots"
[ -x "$TB_BUILD_DIR/bin/hello" ] || tb_skip "libmicrohttpd: was not there when this was built"
tb_begin
folder=$TB_TMP/source # what /mnt/source is in the chroot
mkdir "$folder"
unshare --net "$0" capture "$folder" || tb_skip "$(tail -n 1 "$folder/said")"
matrix=$TB_SOURCE_DIR/tests/matrix/matrix.sh
TB_SOURCE_DIR=$folder "$matrix" run 4.6 tshark -n -r /mnt/source/own.pcapng \
    -T fields -e tcp.dstport -e frame.darwin.process_info.pid -e frame.darwin.process_info.pname \
    >"$TB_TMP/got" || tb_fail "tshark 4.6: $(cat "$TB_TMP/got")"
for line in "8080	$(cat "$folder/curl")	curl" "[1-9][0-9]*	$(cat "$folder/hello")	hello"; do
    grep -qx "$line" "$TB_TMP/got" || tb_fail "no '$line': $(cat "$TB_TMP/got")"
done
tb_end
