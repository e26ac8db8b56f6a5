#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# darwin.sh - Wireshark 4.6 without this plugin tells whose packets breathdump captured
#
# breathdump captures here, in a network namespace, what curl asks hello; 4.6's tshark, as Debian
# made it, reads the file in its chroot. Its fields come from the Darwin process blocks.
set -euo pipefail
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

if [ "${1:-}" != inside ]; then
    tb_is_root || tb_skip "needs root: a network namespace, a capture, and chroots"
    [ -x "$TB_BUILD_DIR/bin/hello" ] || tb_skip "libmicrohttpd: was not there when this was built"
    exec unshare --net "$0" inside
fi

end_hello()
{
    [ -z "$hello" ] || kill "$hello"
    hello=
}

hello=
TB_ON_EXIT=end_hello
tb_begin
ip link set lo up
"$TB_BUILD_DIR/bin/hello" >"$TB_TMP/port" &
hello=$!
until [ -s "$TB_TMP/port" ]; do
    kill -0 "$hello" || tb_fail "hello: ended"
    sleep 0.05
done
mkdir "$TB_TMP/source"
# shellcheck disable=SC2016 # for the inner shell
"$TB_BUILD_DIR/bin/breathdump" -i lo -w "$TB_TMP/source/own.pcapng" -- \
    sh -c 'echo $$ >"$0"; exec curl -s -o /dev/null http://127.0.0.1:8080/' "$TB_TMP/curl" 2>"$TB_TMP/said" ||
    tb_skip "$(tail -n 1 "$TB_TMP/said")"

# what /mnt/source is in the chroot; the version's plugins are its own
matrix=$TB_SOURCE_DIR/tests/matrix/matrix.sh
TB_SOURCE_DIR=$TB_TMP/source "$matrix" run 4.6 tshark -n -r /mnt/source/own.pcapng \
    -T fields -e tcp.dstport -e frame.darwin.process_info.pid -e frame.darwin.process_info.pname \
    >"$TB_TMP/got" || tb_fail "tshark 4.6: $(cat "$TB_TMP/got")"
grep -qx "8080	$(cat "$TB_TMP/curl")	curl" "$TB_TMP/got" || tb_fail "no curl ($(cat "$TB_TMP/curl")): $(cat "$TB_TMP/got")"
grep -qx "[1-9][0-9]*	$hello	hello" "$TB_TMP/got" || tb_fail "no hello ($hello): $(cat "$TB_TMP/got")"
tb_end
