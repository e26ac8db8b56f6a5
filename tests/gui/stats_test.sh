#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# stats_test.sh - the windows of our statistics show what tshark prints, in both languages
#
# Each is opened by wireshark's own -z, and read from the clipboard, where its button Copy puts it.
# A filter is applied and taken away again: what the window shows must follow.
set -euo pipefail
. "${TB_SOURCE_DIR:?}/tests/gui/window.sh"

# $1: key of a row's value in JSON; standard input: a table. The values, a line each.
values()
{
    python3 -c '
import json, sys
def rows(row):
    return row["connections"] if "connections" in row else [row]
for row in json.load(sys.stdin)["rows"]:
    for one in rows(row):
        value = one[sys.argv[1]]
        if value is not None:
            print("%.3f" % (value * 1000) if isinstance(value, float) else value)' "$1"
}

# $1: table; $2: filter, or nothing. What tshark says of it.
tell()
{
    tb_run tshark -n -q -r "$file" -z "tcp-breath,json,$1${2:+,$2}"
}

copy()
{
    gui_press space
    gui_settle
    gui_run timeout 5 xclip -o -selection clipboard >"$TB_TMP/copied" 2>/dev/null
}

copies()
{
    copy
    [ -s "$TB_TMP/copied" ]
}

# $1: what; every line of standard input must stand in what was copied.
expect_in_copy()
{
    local line
    while IFS= read -r line; do
        grep -qF -- "$line" "$TB_TMP/copied" || tb_fail "$1: no '$line' in: $(cat "$TB_TMP/copied")"
    done
}

# $1: table; $2: filter
compare()
{
    local key
    tell "$1" "${2:-}" >"$TB_TMP/told"
    for key in $keys; do
        values "$key" <"$TB_TMP/told" >"$TB_TMP/values"
        [ -n "${2:-}" ] || [ -s "$TB_TMP/values" ] || tb_fail "$1: tshark knows no $key"
        expect_in_copy "$1 $key" <"$TB_TMP/values"
    done
}

# The filter is two Tabs before the button Copy, which has the keys while Wireshark reads and
# afterwards. $1: the filter; its end must be nothing that Wireshark would complete
apply()
{
    gui_press shift+Tab shift+Tab
    gui_settle
    gui_press ctrl+a BackSpace
    [ -z "$1" ] || gui_type "$1"
    gui_settle
    gui_press Return
    gui_settle
}

# $1: what was done. Wireshark must have complained of nothing.
no_complaints()
{
    sed -E '/qt\.qpa\.|QXcb|nl80211/d' "$TB_TMP/out/wireshark.stderr" >"$TB_TMP/complaints"
    [ ! -s "$TB_TMP/complaints" ] || tb_fail "$1: $(cat "$TB_TMP/complaints")"
}

# $1: table; $2: title of its window; $3: a heading; the rest: keys to compare
use_table()
{
    local table=$1 title=$2 heading=$3 round keys
    shift 3
    keys=$*
    gui_open "$file" -z "tcp-breath,$table"
    gui_settle
    gui_dialog "$title"
    gui_press Tab Tab Tab
    gui_settle
    gui_poll copies || gui_fail "$table: nothing is copied"
    grep -qF "$heading" "$TB_TMP/copied" || tb_fail "$table: no heading $heading: $(cat "$TB_TMP/copied")"
    compare "$table"
    for ((round = 0; round < 2; round++)); do
        apply 'tcp-breath.role == "client"'
        copy
        compare "$table" 'tcp-breath.role == "client"'
        apply 'udp.port == 1'
        copy
        ! grep -qF 127.0.0.1 "$TB_TMP/copied" || tb_fail "$table: udp has: $(cat "$TB_TMP/copied")"
        apply ''
        copy
        compare "$table"
    done
    gui_press Escape
    gui_no_dialog "$title"
    gui_close
    no_complaints "$table"
}

# $1: language; the rest: for each table, its title and a heading
use_language()
{
    rm -rf "$TB_TMP/home/.config"
    gui_settings preferences <<END
tcp-breath.language: $1
END
    file=captures/process-notes.pcapng
    use_table conn "$2" "$3" client_packets client_bytes server_bytes response_max
    use_table process "$4" "$5" peer sent_bytes received_bytes
    use_table exchanges "$6" "$7" request request_bytes response_time
}

# From the end of the menu Statistics. The phases are its last entry.
use_phases()
{
    gui_keys alt+s
    gui_settle
    gui_press Up Return
    gui_dialog 'TCP Breath: phases'
    gui_settle
    gui_press Tab Tab Tab
    gui_settle
    gui_poll copies || gui_fail "phases: nothing is copied"
    grep -q "^ *$1  *3 " "$TB_TMP/copied" || tb_fail "phases: no $1 in: $(cat "$TB_TMP/copied")"
    gui_press Escape
    gui_no_dialog 'TCP Breath: phases'
}

# The twelfth entry from the end is the flow graph; ours is the flow type after TCP's.
use_flow_graph()
{
    gui_keys alt+s
    gui_settle
    gui_press Up Up Up Up Up Up Up Up Up Up Up Up Return
    gui_dialog 'Flow'
    gui_settle
    gui_press Tab Tab t
    gui_settle
    gui_press Tab Tab Down
    gui_settle
    [ -z "${TB_SHOTS:-}" ] || gui_run import -window root png:- >"$TB_SHOTS/flow-$1.png"
    gui_press Escape
    gui_no_dialog 'Flow'
}

# Conversation Filter, the seventh entry of the menu Analyze, ends with this connection, this
# exchange, this process. $1: how far from the end; $2: the filter that it is to make
use_conversation_filter()
{
    local up=() i last
    for ((i = 0; i < $1; i++)); do
        up+=(Up)
    done
    gui_keys alt+a
    gui_settle
    gui_press Down Down Down Down Down
    gui_settle
    gui_press Right
    gui_settle
    gui_press "${up[@]}" Return
    gui_settle
    last=$(tb_run tshark -n -r "$file" -Y "$2" | awk 'END { print $1 }')
    gui_show "$last" ctrl+Down
    gui_keys ctrl+slash
    gui_press ctrl+a BackSpace Return
    gui_settle
}

# $1: language; $2: a phase
use_main_window()
{
    file=captures/process-late.pcapng
    gui_open "$file"
    gui_settle
    use_phases "$2"
    use_flow_graph "$1"
    gui_close
    no_complaints "phases and flow graph"
    file=captures/process-ptcpdump.pcapng
    gui_open "$file"
    gui_settle
    gui_show 4 ctrl+Down
    use_conversation_filter 3 'tcp-breath.connection == 1'
    gui_show 4 ctrl+Up
    use_conversation_filter 2 'tcp-breath.connection == 1 && tcp-breath.exchange == 1'
    gui_close
    no_complaints "conversation filters"
}

gui_begin xclip python3
gui_display 1400 900
use_language en 'TCP Breath: connections' 'Handsh. ms' 'TCP Breath: processes' 'Other end' \
    'TCP Breath: exchanges' 'Wait ms'
use_main_window en Handshake
use_language ja 'TCP Breath: コネクション' 'クライアント' 'TCP Breath: プロセス' '相手' \
    'TCP Breath: やり取り' '待ち ms'
use_main_window ja ハンドシェイク
