#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breath_serve.sh - breath's server, its client's words for each failure, its captures and its tour
#
# In a network namespace of its own.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

tb_is_root || tb_skip "a network namespace needs root"
if [ "${1:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    command -v curl >/dev/null || tb_skip "no curl"
    python3 -c 'import jsonschema' 2>/dev/null || tb_skip "no jsonschema (package python3-jsonschema)"
    [ -x "${TB_BUILD_DIR:?}/bin/hello" ] || tb_skip "no hello: libmicrohttpd was missing"
    unshare --net --mount true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net --mount -- "$0" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
begin_capturing

# As in a build, where others may look: beside each other, with the plugin of this build.
mkdir "$TB_TMP/bin" "$TB_TMP/share"
cp "$TB_BUILD_DIR/bin/breath" "$TB_BUILD_DIR/bin/breathdump" "$TB_BUILD_DIR/bin/hello" "$TB_TMP/bin/"
cp -R "$TB_BUILD_DIR/share/tcp-breath" "$TB_TMP/share/"
chmod -R go+rX "$TB_TMP/bin" "$TB_TMP/share"
breath=$TB_TMP/bin/breath
export LC_ALL=C TMPDIR="$TB_TMP/out"
# A sanitized plugin needs the sanitizer's library in tshark; breath passes its environment on.
if [ -n "${TB_PRELOAD:-}" ]; then
    printf '#!/bin/sh\nexport LD_PRELOAD="%s" ASAN_OPTIONS=detect_leaks=0\nexec %s "$@"\n' \
        "$TB_PRELOAD" "$(command -v tshark)" >"$TB_TMP/bin/tshark"
    chmod 755 "$TB_TMP/bin/tshark"
fi

# ARGUMENT...: breath's output in ./out, what it says in ./said, its status in $status
breath()
{
    status=0
    timeout 60 "$breath" "$@" >out 2>said || status=$?
}

as_nobody()
{
    status=0
    timeout 60 setpriv --reuid 65534 --regid 65534 --clear-groups "$breath" "$@" >out 2>said ||
        status=$?
}

has_status()
{
    [ "$status" -eq "$1" ] || tb_fail "exit status $status, not $1: $(cat out said)"
}

says()
{
    cat out said | tr -s ' \n' ' ' | grep -qF -- "$1" || tb_fail "does not say '$1': $(cat out said)"
}

# FILE: of one document, or of one a line
documents=0
valid()
{
    if grep -q '^{$' "$1"; then
        documents=$((documents + 1))
        cp "$1" "document.$documents"
    else
        while read -r document; do
            documents=$((documents + 1))
            printf '%s\n' "$document" >"document.$documents"
        done <"$1"
    fi
}

# Programs of this test that still run
ours()
{
    for process in /proc/[0-9]*; do
        case $(readlink "$process/exe" 2>/dev/null || :) in
        "$TB_TMP"/bin/*) printf '%s ' "$(tr '\0' ' ' <"$process/cmdline")" ;;
        esac
    done
}

nothing_runs()
{
    [ -z "$(ours)" ]
}

# Nothing is left: no process, no file
is_clean()
{
    await nothing_runs
    [ -z "$(ls -A "$TB_TMP/out")" ] || tb_fail "files are left: $(ls -A "$TB_TMP/out")"
}

# ARGUMENT...: a server in the background, what it tells in ./served; its pid in $server
start()
{
    rm -f served
    "$breath" serve "$@" >served 2>complaint &
    server=$!
    children="$children $server"
    await grep -q listens served
}

stop()
{
    status=0
    kill "-$1" "$server"
    wait "$server" || status=$?
    [ "$status" -eq 0 ] || tb_fail "the server ended with $status: $(cat complaint)"
    await nothing_runs
}

# ---- serve over HTTP

start 8080
[ "$(curl -s --noproxy '*' http://127.0.0.1:8080/x)" = HelloWorld ] || tb_fail "no HelloWorld"
await grep -q "GET /x  by curl ([0-9]*) at 127.0.0.1:" served
breath get http://127.0.0.1:8080/ --explain=short
has_status 0
[ "$(cat out)" = HelloWorld ] || tb_fail "get: $(cat out)"
says "the other end, on this machine: hello ($server)"
says "NIC: lo"
says "HTTP status 200, 11 bytes"
await grep -q "by breath-get (" served
breath get http://127.0.0.1:8080/ --json
has_status 0
valid out
python3 - out "$server" <<'EOF' || tb_fail "get --json: $(cat out)"
import json, sys
document = json.load(open(sys.argv[1]))
assert document["schema"] == 1 and document["command"] == "get" and document["exit_status"] == 0
assert document["outcome"] == "ok" and document["interface"] == "lo" and document["own_address"]
assert document["response"]["status"] == 200 and document["response"]["octets"] == 11
assert document["socket"]["owners"][0]["pid"] == int(sys.argv[2])
EOF
breath serve 8080
has_status 4
says "127.0.0.1:8080: Address already in use"
says "held by hello ($server)"
stop INT

start 0 --public
grep -q 'all addresses' served || tb_fail "public: $(cat served)"
stop TERM

rm -f served
"$breath" serve 8080 --json >served 2>complaint &
server=$!
children="$children $server"
await grep -q '"event":"listening"' served
curl -s --noproxy '*' http://127.0.0.1:8080/ >/dev/null
await grep -q '"event":"request"' served
python3 - served <<'EOF' || tb_fail "serve --json: $(cat served)"
import json, sys
events = [json.loads(line) for line in open(sys.argv[1])]
assert [event["event"] for event in events] == ["listening", "request"]
assert events[1]["client"]["owners"][0]["name"] == "curl"
EOF
valid served
stop TERM

# ---- raw TCP and UDP

for kind in raw udp; do
    rm -f served
    "$breath" serve 9000 --$kind --json >served 2>complaint &
    server=$!
    children="$children $server"
    await grep -q '"event":"listening"' served
    set --
    [ $kind = raw ] || set -- --udp
    printf 'h\033i' | timeout 60 "$breath" dial 127.0.0.1 9000 "$@" >out 2>said || tb_fail "dial: $(cat said)"
    [ $kind = udp ] || await grep -q '"event":"closed"' served
    await grep -qF '"what":"h\\x1bi"' served
    valid served
    stop TERM
done
set --
start 9000 --raw
printf 'hello\nworld\n' >sent
breath dial 127.0.0.1 9000 --explain=short <sent
has_status 0
cmp -s sent out || tb_fail "raw: $(cat out)"
says "breath-serve ($server)"
head -c 3000000 /dev/urandom >sent
breath dial 127.0.0.1 9000 <sent
has_status 0
cmp sent out || tb_fail "3000000 bytes did not come back"
stop INT

start 9000 --udp
printf 'hello' >sent
breath dial 127.0.0.1 9000 --udp <sent
has_status 0
cmp -s sent out || tb_fail "udp: $(cat out)"
await grep -q "breath-dial (" served
stop INT

# ---- each failure by its name

# OUTCOME STATUS WORDS: of the last command, in words and as JSON
failed()
{
    has_status "$2"
    says "$3"
    [ "$1" = "$outcome" ] || tb_fail "outcome $outcome, not $1: $(cat json)"
}

# HOST PORT OPTION...
dial()
{
    timeout 60 "$breath" dial "$@" --json </dev/null >json 2>said || :
    valid json
    outcome=$(sed -n 's/^ "outcome": "\(.*\)",/\1/p' json)
    breath dial "$@" --explain=short </dev/null
}

dial 127.0.0.1 9001
failed refused 1 "refused: the host answers"
says "breath listen 9001"
dial 127.0.0.1 9001 --udp
failed refused 1 "nobody has that UDP port"
dial 192.0.2.9 80
failed network-unreachable 1 "network unreachable"
ip link add tb0 type veth peer name tb1
ip addr add 192.0.2.1/24 dev tb0
ip link set tb0 up
ip link set tb1 up
ip neigh add 192.0.2.9 lladdr 02:00:00:00:00:09 dev tb0
before=$(date +%s)
dial 192.0.2.9 80 --timeout=1
failed timed-out 1 "timed out: no answer in 1 s"
says "NIC: tb0"
dial 192.0.2.9 80 --udp --timeout=1
failed timed-out 1 "silence can mean either"
[ $(($(date +%s) - before)) -le 30 ] || tb_fail "four times a second took longer than 30"
dial 192.0.2.77 80 --timeout=20 # nobody answers ARP
failed host-unreachable 1 "host unreachable"
ip route add unreachable 198.51.100.0/24
ip route add prohibit 203.0.113.0/24
dial 198.51.100.1 80
failed host-unreachable 1 "host unreachable"
dial 203.0.113.1 80
failed forbidden 4 "not let out by this machine"
dial nosuch.invalid 80
failed no-name-server 1 "name lookup failed"
echo 'hosts: files' >"$work/nsswitch"
mount --bind "$work/nsswitch" /etc/nsswitch.conf
dial nosuch.invalid 80
failed no-name 1 "no such name"
python3 - >port <<'EOF' &
import socket, struct
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
for answer in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", b"SSH-2.0-x\r\n"):
    connection = listener.accept()[0]
    connection.recv(1000)
    connection.sendall(answer)
    if answer == b"":
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
EOF
children="$children $!"
await grep -q . port
breath get "http://127.0.0.1:$(cat port)/" --explain=short
has_status 1
says "reset: the other end broke the connection off"
breath get "http://127.0.0.1:$(cat port)/"
has_status 4
says "broke off before its end"
[ "$(cat out)" = abc ] || tb_fail "what came was not printed: $(cat out)"
breath get "http://127.0.0.1:$(cat port)/"
has_status 4
says "no HTTP/1"
breath get https://127.0.0.1/
has_status 2
says "'https://127.0.0.1/'"
breath get http://127.0.0.1:9001/ --lang=ja
has_status 1
says "接続を拒否されました"

[ $documents -ge 19 ] || tb_fail "only $documents documents"
set --
for document in document.*; do
    set -- "$@" -i "$document"
done
python3 -m jsonschema "$@" "$TB_SOURCE_DIR/tests/live/breath.schema.json" >why 2>&1 ||
    tb_fail "schema: $(head -c 2000 why)"
set --

# ---- capture

# OPTION...: in the background, while somebody asks the server
capture()
{
    rm -f said # it is waited for below
    "$breath" capture -i lo "$@" >out 2>said &
    dump=$!
    children="$children $dump"
    await grep -q 'capturing on' said
    curl -s --noproxy '*' http://127.0.0.1:8080/ >/dev/null
}

start 8080
capture -nn -c 10 -X tcp port 8080
status=0
wait "$dump" || status=$?
has_status 0
says "[handshake 1/3]"
says "0x0000: 4500"
says "GET / HTTP/1.1"
[ "$(grep -c '^ *[0-9]' out)" -eq 10 ] || tb_fail "not 10 packets: $(cat out)"
capture -nn -c 10 -e -A --explain=short -f 'tcp port 8080'
status=0
wait "$dump" || status=$?
has_status 0
says "00:00:00:00:00:00 -> 00:00:00:00:00:00"
says "hello sends its response: HTTP/1.1 200 OK"
says "User-Agent: curl"
capture -nn tcp port 8080 # until a signal: what had come is printed
await grep -q 'teardown 4/4' out
status=0
kill -INT "$dump"
wait "$dump" || status=$?
has_status 0
capture -w "$work/written.pcapng"
await test -s written.pcapng
kill -INT "$dump"
wait "$dump" || tb_fail "capture -w: $(cat said)"
[ "$(tshark -r written.pcapng -Y http 2>/dev/null | wc -l)" -eq 2 ] || tb_fail "written.pcapng"
stop INT
as_nobody capture -i lo -c 1
has_status 4
says "sudo breath capture -i lo -c 1"
breath capture -i lo -X -w x
has_status 2
breath capture -D
has_status 0
grep -q '^1\. ' out || tb_fail "capture -D: $(cat out said)"
breath --lang=ja capture -i nowhere0 -w x
has_status 1
says "そのようなインターフェースはありません"
breath --lang=en capture -i nowhere0 -w x
has_status 1
says "no such interface"
breath capture -i lo -c none
has_status 2
says "'none'"
WIRESHARK_PLUGIN_DIR=$work breath capture -i lo -c 1
has_status 4
says "./quickstart install"
# ---- tour

is_clean
breath tour
has_status 0
"$TB_SOURCE_DIR/tests/live/breath_readme.py" "$TB_SOURCE_DIR/README.md" out || tb_fail "README.md: another tour"
for words in '1. A server' '2. It listens' 'hello (' '3. Which process' '4. Which NIC' 'breath nic --to=127.0.0.1' \
    '5. One request' HelloWorld 'breathdump captured on lo' 'the 3-way handshake' \
    'The HTTP request' 'The HTTP response' 'The connection is closed' 'ip neigh'; do
    says "$words"
done
"$TB_SOURCE_DIR/tests/lib/columns.py" 80 <out >wide || tb_fail "tour: $(cat wide)"
is_clean
breath tour --lang=ja --pause </dev/null
has_status 0
"$TB_SOURCE_DIR/tests/live/breath_readme.py" "$TB_SOURCE_DIR/README.ja.md" out ||
    tb_fail "README.ja.md: another tour"
says "1. サーバーを立てる"
says "接続の確立"
says "接続の終了"
is_clean
as_nobody tour
has_status 0
says "It could not be captured"
says "captures/article.pcapng"
says "The connection is closed"
is_clean
start 8081
breath tour 8081
has_status 0
says "Something listens there already, and is taken: http://127.0.0.1:8081/"
kill -0 "$server" || tb_fail "the tour ended a server that it did not start"
stop TERM
for step in 1 2 3 4 5 6; do
    for signal in INT TERM; do
        rm -f out
        timeout 60 "$breath" tour >out 2>said &
        tour=$!
        await grep -q "^$step\." out
        status=0
        kill "-$signal" "$tour"
        wait "$tour" || status=$?
        is_clean
        case $status in
        0 | 130 | 143) ;; # 0: it had come to its end
        *) tb_fail "step $step, $signal: status $status: $(cat out said)" ;;
        esac
    done
done
