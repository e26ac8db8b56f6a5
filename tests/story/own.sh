# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# own.sh - breath with the plugin just built, where another user may run both
#
# To be sourced after tests/lib/tshark.sh.

# Makes $TB_TMP, with bin/breath beside the plugin, and a page's folder, out, as the present one.
story_begin()
{
    [ -x "${TB_BUILD_DIR:?}/bin/breath" ] || tb_fail "breath was not built"
    tb_begin
    tb_require_plugin
    mkdir "$TB_TMP/bin"
    cp "$TB_BUILD_DIR/bin/breath" "$TB_TMP/bin/breath"
    chmod -R a+rX "$TB_TMP/bin"
    cd "$TB_TMP/out" || tb_fail "no folder for pages"
}

# ARGUMENT...: breath story, in $TB_TMP/out; what it prints in ../printed, what it says in ../said,
# its status in $status
story()
{
    status=0
    env -i PATH="$PATH" HOME="$TB_TMP/home" TMPDIR="$TB_TMP/out" LC_ALL="${STORY_LOCALE:-C.UTF-8}" \
        "$TB_TMP/bin/breath" story "$@" >../printed 2>../said || status=$?
}

has_status()
{
    [ "$status" -eq "$1" ] || tb_fail "exit status $status, not $1: $(cat ../printed ../said)"
}

# Renders a capture of capgen's language on stdin.
capture()
{
    "$TB_BUILD_DIR/bin/capgen" -o "$TB_TMP/captures/$1" /dev/stdin
    chmod a+r "$TB_TMP/captures/$1"
}

# Many connections, each with a name: so many times sixty, of twelve segments each.
many()
{
    local group number
    for ((group = 0; group < $1; group++)); do
        {
            printf 'link lo\n'
            for ((number = 1; number <= 60; number++)); do
                printf 'connection k%d\nclient 127.0.0.1:%d sackok\nserver 127.0.0.1:8080 sackok\n' \
                    "$number" "$((20000 + group * 60 + number))"
            done
            for ((number = 1; number <= 60; number++)); do
                many_segments "k$number" "$((group * 60 + number))"
            done
        } | capture "many$group.pcapng"
    done
    mergecap -F pcapng -w "$TB_TMP/captures/many.pcapng" "$TB_TMP"/captures/many[0-9]*.pcapng
    chmod a+r "$TB_TMP/captures/many.pcapng"
}

# NAME NUMBER: the segments of one of them, a hundredth of a second after the one before
many_segments()
{
    local t=$2 pid=$((4000 + $2))
    awk -v name="$1" -v t="$t" -v pid="$pid" 'BEGIN {
        note = sprintf(" comment=\"tcp-breath v=1 mechanism=bpf src.pid=%d src.comm=curl src.source=connector dst.pid=20152 dst.comm=hello dst.source=user\"", pid)
        answer = "s DATA \"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\nHellWorld\\n\""
        n = split("c SYN" note "|s SYN,ACK|c ACK|c DATA \"GET /" t " HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"|s ACK|" answer "|c ACK|c DATA \"GET /again/" t " HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"|" answer "|c FIN,ACK|s FIN,ACK|c ACK", step, "|")
        for (i = 1; i <= n; i++)
            printf "%.6f %s.%s\n", t / 100 + i * 0.0005, name, step[i]
    }'
}
