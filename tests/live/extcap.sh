#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# extcap.sh - a user who is not root captures in Wireshark, and sees the process at each end
#
# usage: extcap.sh HELLO
#
# HELLO is the program live-hello. The copy of breathdump that Wireshark starts has the three
# capabilities that `./quickstart install --system` gives it, and no user has more than that. In a
# network namespace of its own. tests/matrix/extcap.sh runs this with other versions of Wireshark,
# without the plugin: then what it would show is in the comments.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

hello=$1

tb_is_root || tb_skip "a network namespace and capabilities need root"
if [ "${2:-}" != inside ]; then
    command -v ip >/dev/null || tb_skip "no ip program (package iproute2)"
    command -v setcap >/dev/null || tb_skip "no setcap program (package libcap2-bin)"
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net -- "$0" "$hello" inside
fi
shift 2

. "$TB_SOURCE_DIR/tests/live/capturing.sh"
if [ "${1:-}" = without-plugin ]; then # lo is up already
    begin_work
    fields='-e tcp.srcport -e frame.comment'
else
    begin_capturing
    tb_require_plugin
    fields='-e tcp.srcport -e frame.comment -e tcp-breath.src.pid -e tcp-breath.src.process
        -e tcp-breath.dst.pid -e tcp-breath.dst.process'
fi

extcap=$TB_TMP/wireshark/extcap/breathdump
capabilities=cap_net_raw,cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search+ep
setcap $capabilities "$extcap" 2>/dev/null ||
    tb_skip "$TB_TMP: files there cannot have capabilities"
# without BPF nobody would be named: as the user, for it is his right that counts
tb_run "$extcap" -q --attribution bpf -i lo -a duration:0.1 -w out/x.pcapng 2>refusal ||
    tb_skip "$(cat refusal)"

wireshark_offers_each_interface()
{
    tb_run tshark -D >interfaces 2>/dev/null
    grep -q '^[0-9]*\. tcpbreath-lo (TCP Breath: lo)$' interfaces || tb_fail "$(cat interfaces)"
}

a_refusal_is_said_and_ends_the_capture()
{
    setcap -r "$extcap"
    status=0
    tb_run timeout 60 tshark -i tcpbreath-lo -c 1 >refused 2>&1 || status=$?
    [ $status -ne 0 ] || tb_fail "a capture without the right to it"
    [ $status -ne 124 ] || tb_fail "tshark waits for ever: $(cat refused)"
    grep -q 'CAP_NET_RAW is missing' refused || tb_fail "$(cat refused)"
    # what to do about it, for those who have a clone and for those who have the package
    grep -q 'quickstart install --system --group=wireshark' refused || tb_fail "$(cat refused)"
    grep -q 'dpkg-reconfigure tcp-breath-tools' refused || tb_fail "$(cat refused)"
    setcap "$capabilities" "$extcap"
}

# The process of the capture program, in $capturer
find_capturer()
{
    for process in /proc/[0-9]*; do
        [ "$(readlink "$process/exe")" = "$extcap" ] || continue
        capturer=${process#/proc/}
        grep -q "^Seccomp:	2" "$process/status" && return 0
    done
    return 1
}

it_has_no_rights()
{
    for line in 'Uid: 65534' 'CapInh: 0' 'CapPrm: 0' 'CapEff: 0' 'CapAmb: 0' 'NoNewPrivs: 1' \
        'Seccomp: 2'; do
        awk -v name="${line%% *}" -v value="${line##* }" '$1 == name { found = $2 + 0 == value }
            END { exit !found }' "/proc/$capturer/status" ||
            tb_fail "not $line: $(cat "/proc/$capturer/status")"
    done
}

# In `seen`: the first packet's comment tells both, the plugin shows them with each packet
names_both()
{
    awk -v pid="$pid" -v name="$name" -F '\t' '
        NR == 1 && ($2 !~ "src.pid=" pid " src.comm=" name || $2 !~ "dst.pid=" pid " dst.comm=" name) {
            bad = 1 }
        { for (i = 3; i < NF; i += 2) if ($i != pid || $(i + 1) != name) bad = 1 }
        END { exit bad || NR != 6 }' seen
}

a_user_sees_the_process_at_each_end()
{
    # shellcheck disable=SC2086 # words
    tb_run tshark -n -l -i tcpbreath-lo -f 'tcp port 8080' -c 6 -T fields $fields >seen 2>seen.said &
    shark=$!
    children="$children $shark"
    await find_capturer
    it_has_no_rights
    "$hello" 0 &
    pid=$!
    name=$(basename "$hello")
    wait $pid || tb_fail "no connection"
    wait $shark || tb_fail "$(cat seen.said)"
    names_both || tb_fail "not all are named $pid: $(cat seen seen.said)"
}

gone()
{
    [ ! -e "/proc/$capturer" ]
}

# Wireshark asks it to end, and has what it has captured.
it_ends_with_the_capture()
{
    await gone
}

for test in \
    wireshark_offers_each_interface \
    a_refusal_is_said_and_ends_the_capture \
    a_user_sees_the_process_at_each_end \
    it_ends_with_the_capture; do
    $test
    printf 'ok: %s\n' "$test"
done
