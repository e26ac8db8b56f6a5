#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# own.sh - quickstart shows an exchange on this machine, with curl's and hello's names and ids
#
# quickstart itself, from a checkout whose build folder is the one under test, in a network namespace
# of its own.
set -euo pipefail
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

if [ "${1:-}" != inside ]; then
    tb_is_root || tb_skip "needs root: a network namespace and a capture"
    exec unshare --net "$0" inside
fi

# quickstart in English; $1: who runs it, a command or nothing
quickstart()
{
    PATH=$TB_TMP/bin:$PATH "$@" "$TB_TMP/checkout/quickstart" --lang=en >"$TB_TMP/got" 2>"$TB_TMP/errors" ||
        tb_fail "quickstart: $(cat "$TB_TMP/errors")"
}

expect()
{
    grep -q -- "$1" "$TB_TMP/got" || tb_fail "no '$1' in: $(tail -n 20 "$TB_TMP/got")"
}

port_is_free()
{
    [ -z "$(ss -Hltn 'sport = :8080')" ] || tb_fail "hello still listens"
}

tb_begin
ip link set lo up
mkdir "$TB_TMP/bin" "$TB_TMP/checkout"
# what has been built already is not built again, and nothing installed
for program in cmake apt-get; do
    printf '#!/bin/sh\n' >"$TB_TMP/bin/$program"
    chmod 755 "$TB_TMP/bin/$program"
done
cp "$TB_SOURCE_DIR/quickstart" "$TB_TMP/checkout/"
ln -s "$TB_SOURCE_DIR"/{captures,tests,CMakeLists.txt} "$TB_TMP/checkout/"
ln -s "$TB_BUILD_DIR" "$TB_TMP/checkout/build"

quickstart env
[ "$(grep -c '^ *[0-9]* [0-9.]* .* TCP\|^ *[0-9]* [0-9.]* .* HTTP' "$TB_TMP/got")" -ge 12 ] ||
    tb_fail "the article's frames are not shown"
if ! grep -q '^==> on this machine' "$TB_TMP/got"; then
    why=$(sed -n 's/^==> no exchange on this machine: //p' "$TB_TMP/got")
    case $why in
    *'BPF tracing'*) tb_skip "$why" ;;
    *) tb_fail "no exchange of our own: $why" ;;
    esac
fi
expect '^==> on this machine, captured by breathdump: curl ([0-9]*, user root) asks hello ([0-9]*, user nobody) on port 8080$'
expect 'curl asks hello to open a connection (SYN)\.'
expect 'curl sends its request: GET / HTTP/1\.1'
expect 'hello sends its response: HTTP/1\.1 200 OK'
port_is_free

# what it says is left behind is there
tb_share "$TB_BUILD_DIR/hello.pcapng"
chmod 644 "$TB_TMP/hello.pcapng"
tb_require_plugin
tb_run tshark -n -r hello.pcapng -Y 'tcp-breath.process == "curl"' >"$TB_TMP/frames"
[ "$(wc -l <"$TB_TMP/frames")" -ge 7 ] || tb_fail "curl's frames: $(cat "$TB_TMP/frames")"

# somebody else has the port
"$TB_BUILD_DIR/bin/hello" 8080 >"$TB_TMP/other" &
other=$!
until [ -s "$TB_TMP/other" ]; do
    kill -0 "$other" || tb_fail "hello: ended"
    sleep 0.05
done
quickstart env
kill "$other"
wait "$other" || tb_fail "hello: exit status $?"
expect '^==> on this machine, .* on port [1-9]'
! grep -q 'on port 8080$' "$TB_TMP/got" || tb_fail "another server's port"
tb_end
