#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# breathdump_hostile.sh - whatever somebody is called, the name stays a name
#
# usage: breathdump_hostile.sh BINARIES
#
# From a process to the file, to Wireshark and to a terminal. In a network namespace of its own.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

binaries=$1

tb_is_root || tb_skip "a network namespace and tracing need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    command -v python3 >/dev/null || tb_skip "no python3 program"
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net -- "$0" "$binaries" inside
fi

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
begin_capturing
tb_require_plugin

# The octets that stdin writes as %XX
unescape()
{
    LC_ALL=C awk '{
        while (match($0, /%[0-9A-F][0-9A-F]/)) {
            high = index("0123456789ABCDEF", substr($0, RSTART + 1, 1)) - 1
            low = index("0123456789ABCDEF", substr($0, RSTART + 2, 1)) - 1
            printf "%s%c", substr($0, 1, RSTART - 1), high * 16 + low
            $0 = substr($0, RSTART + 3)
        }
        printf "%s", $0 }'
}

# KEY: its value in the first note
value()
{
    tr ' ' '\n' <note | sed -n "s/^$1=//p"
}

# FILE: no octet in it steers a terminal
is_harmless()
{
    ! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$1"
}

capture_hostile_arguments()
{
    long=$(printf '%04096d' 7)
    set -- 'src.pid=1 tcp-breath v=1' "$(printf 'new\nline\ttab\rreturn')" "quotes\"'\`\\" \
        '%s%n%%%0A' "$(printf '\033[31m\033]0;title\007\302\233')" "$(printf '\377\376\355\240\200')" \
        '' '{"a":1}' '<b>&amp;' "$long"
    start_bpf -i lo --cmdline -w out.pcapng
    "$binaries/live-cases" hostile "$@" </dev/null >truth
    stop INT 0
    # as in memory, with a space for each NUL; 4095 octets of it are recorded
    { printf '%s' "$binaries/live-cases hostile" && printf ' %s' "$@"; } | head -c 4095 >arguments
    tshark -n -r out.pcapng -T fields -e frame.comment 2>/dev/null | grep -m 1 'src.pid=' >note ||
        tb_fail "no note: $(cat said)"
}

arguments_and_names_come_back_as_they_were()
{
    value src.cmdline | unescape >got
    cmp arguments got || tb_fail "arguments differ: $(cat note)"
    printf '\377\033[2J"%%n\n{}\302\233' >name
    value src.comm | unescape >got
    cmp name got || tb_fail "the name differs: $(cat note)"
}

a_note_has_no_key_but_its_own()
{
    ! LC_ALL=C grep -q '[^ -~]' note || tb_fail "octets that are not printable"
    tr ' ' '\n' <note | sed 's/=.*//' >keys
    sort keys | uniq -d >twice
    [ ! -s twice ] || tb_fail "twice: $(cat twice)"
    ! grep -vxE 'tcp-breath|v|mechanism|(src|dst)\.(pid|start|comm|exe|cmdline|uid|user|fd|source)' \
        keys >strange || tb_fail "not ours: $(cat strange)"
    [ "$(value src.pid)" = "$(awk '{ print $7 }' truth)" ] || tb_fail "pid: $(cat note truth)"
}

wireshark_shows_nothing_that_steers()
{
    tb_share out.pcapng
    tb_run tshark -n -r out.pcapng -O tcp-breath >tree
    grep -q 'x1b\|\\033' tree || tb_fail "the name is not shown: $(head -30 tree)"
    is_harmless tree || tb_fail "the tree steers the terminal"
    tb_run tshark -n -r out.pcapng -T json >all.json
    python3 -c 'import json, sys; sys.exit(len(json.load(sys.stdin)) < 5)' <all.json ||
        tb_fail "no JSON"
    tb_run tshark -n -r out.pcapng -T ek >lines.json
    python3 -c 'import json, sys; sys.exit(len([json.loads(line) for line in sys.stdin]) < 10)' \
        <lines.json || tb_fail "no lines of JSON"
}

# ARGUMENT...: breathdump on a terminal; what it writes there in `screen`
on_terminal()
{
    words=
    for word; do
        # shellcheck disable=SC2089 # for the shell that `script` starts
        words="$words '$word'"
    done
    script -qec "exec '$breathdump' $words" screen </dev/null >/dev/null 2>&1 || :
    # what the status line is made of
    sed "s/\r\$//; s/\r$(printf '\033')\[K//g" screen | sed '1d;$d' >said.there
}

a_terminal_shows_names_and_is_not_steered()
{
    hostile=$(printf 'e\033[31mv\177')
    ip link add "$hostile" type veth peer name other
    ip link set "$hostile" up
    mkdir "$(printf 'folder\033[5m')"
    on_terminal -i "$hostile" -a duration:1.2 -w "$(printf 'folder\033[5m')/x.pcapng"
    grep -qF 'capturing on e\x1b[31mv\x7f into folder\x1b[5m/x.pcapng' said.there ||
        tb_fail "$(cat -v said.there)"
    grep -q '0 packets' said.there || tb_fail "no statistics: $(cat -v said.there)"
    is_harmless said.there || tb_fail "steers: $(cat -v said.there)"
    on_terminal -D
    grep -qF 'e\x1b[31mv\x7f' said.there || tb_fail "-D: $(cat -v said.there)"
    is_harmless said.there || tb_fail "-D steers: $(cat -v said.there)"
    for arguments in "-i $(printf 'n\033[31m')" "--netns $(printf 'n\033[31m')" \
        "--user $(printf 'n\033[31m')" "$(printf 'n\033[31m')"; do
        # shellcheck disable=SC2086 # two words
        on_terminal $arguments
        [ -s said.there ] || tb_fail "$arguments: nothing is said"
        is_harmless said.there || tb_fail "$arguments: steers: $(cat -v said.there)"
    done
}

an_interface_is_one_sentence_to_wireshark()
{
    ip link set other down
    ip link set other name 'a}{value=x'
    ip link set 'a}{value=x' up
    "$breathdump" --extcap-interfaces >sentences
    [ "$(grep -c '^interface {value=[^{}]*}{display=[^{}]*}$' sentences)" -eq \
        "$(grep -c '^interface' sentences)" ] || tb_fail "$(cat -v sentences)"
    grep -qF '{value=tcpbreath-a)(value=x}' sentences || tb_fail "$(cat -v sentences)"
    is_harmless sentences || tb_fail "steers: $(cat -v sentences)"
}

capture_hostile_arguments
for test in \
    arguments_and_names_come_back_as_they_were \
    a_note_has_no_key_but_its_own \
    wireshark_shows_nothing_that_steers \
    a_terminal_shows_names_and_is_not_steered \
    an_interface_is_one_sentence_to_wireshark; do
    $test
    printf 'ok: %s\n' "$test"
done
