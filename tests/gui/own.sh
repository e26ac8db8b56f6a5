# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# own.sh - an exchange of our own that Wireshark's window captures; to be sourced
#
# It needs root: for a network namespace, and to give breathdump the rights that an installed one
# has, since Wireshark runs as another user.
#
#   own_enter ARG...    starts the calling script anew, with these arguments, in a network namespace
#                       of its own where it is not in one yet; skips where that is not possible
#   own_let_capture     gives Wireshark's copy of breathdump its rights; after gui_begin
#   own_capture         starts `wireshark -k -i tcpbreath-lo`, has curl ask hello, and stops
#                       the capture: the window then shows it. Sets own_curl and own_hello, the
#                       processes' ids.

. "${TB_SOURCE_DIR:?}/tests/gui/window.sh"

own_enter()
{
    [ -z "${TB_OWN:-}" ] || return 0
    tb_is_root || tb_skip "needs root: a network namespace, and rights for breathdump"
    [ -x "$TB_BUILD_DIR/bin/hello" ] || tb_skip "libmicrohttpd: was not there when this was built"
    export TB_OWN=1
    exec unshare --net "$0" "$@"
}

# Whether they are enough is the machine's to say: of BPF tracing the reason is given.
own_let_capture()
{
    local why
    ip link set lo up
    command -v setcap >/dev/null || tb_skip "setcap: not installed"
    setcap cap_net_raw,cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search+ep "$TB_TMP/wireshark/extcap/breathdump" 2>/dev/null ||
        tb_skip "setcap: no file system for capabilities below $TB_TMP"
    why=$(tb_run wireshark/extcap/breathdump --attribution=bpf -i lo -c 1 -a duration:1 \
        -w out/probe.pcapng 2>&1) || tb_skip "BPF tracing: $(tail -n 1 <<<"$why")"
}

# Of the packet sockets of this namespace one is bound to a device and runs.
own_is_attached()
{
    awk 'NR > 1 && $6 == 1 { found = 1 } END { exit !found }' /proc/net/packet
}

own_port_is_known()
{
    [ -s "$TB_TMP/out/hello.stdout" ]
}

# Ten packets of an exchange, or eleven where hello's FIN has a segment of its own.
own_capture()
{
    gui_launch 'TCP Breath: lo' -k -i tcpbreath-lo -f 'tcp port 8080' \
        -o gui.ask_unsaved:FALSE
    gui_poll own_is_attached || gui_fail "breathdump does not capture"
    install -m 755 "$TB_BUILD_DIR/bin/hello" "$TB_TMP/hello"
    gui_spawn hello ./hello
    gui_poll own_port_is_known || tb_fail "hello: $(cat "$TB_TMP/out/hello.stderr")"
    # shellcheck disable=SC2034 # the caller's, as own_curl
    own_hello=$(gui_pid hello)
    # shellcheck disable=SC2016,SC2034 # for the inner shell
    own_curl=$(tb_run sh -c 'echo $$; exec curl -s -o out/answer http://127.0.0.1:8080/') ||
        tb_fail "curl: failed"
    gui_settle
    gui_keys ctrl+e
    gui_poll gui_find '^[*]TCP Breath: lo' || gui_fail "the capture does not stop"
    gui_settle
    # Wireshark 4.0 copies nothing of what it captured itself before it has read that again
    gui_keys ctrl+r
    gui_settle
    # the server is not needed any more, and Wireshark is to be what was started last
    kill "$own_hello"
    gui_pop
    wait "$gui_job" || tb_fail "hello: exit status $?"
}
