#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# window_test.sh - the layer in Wireshark's window is the one that tshark prints
#
# The same keys are pressed twice: in a Wireshark that has the plugin, and in one that does not. The
# first must show every frame's layer as tshark does, the second none; neither may crash, and the
# first may complain of nothing on its standard error that the second does not complain of.
set -euo pipefail
. "${TB_SOURCE_DIR:?}/tests/gui/window.sh"

# Where what we show is most unlike: pipelining, headers twice in a frame or quoted, no answer, names.
captures='pipelining a-msdu icmp-quote refused process-notes'

# $1: file; $2: language. The layers of each frame, as tshark prints them.
expected()
{
    [ "$with" = plugin ] || return 0
    tb_run tshark -n -2 -V -o "tcp-breath.language:$2" -r "$1" | layers
}

# From details of frames: "Frame 3" and the lines of its layers, wherever they stand.
layers()
{
    awk '/^Frame [0-9]+:/ { frame = $1 " " ($2 + 0) }
        {
            match($0, /^ */)
            if (inside && RLENGTH <= depth)
                inside = 0
            if (!inside && /^ *TCP Breath, /) {
                inside = 1
                depth = RLENGTH
                print frame
            }
        }
        inside { sub(/ *$/, ""); print }'
}

# $1: what is compared; expects it in $TB_TMP/expected and $TB_TMP/details.all
compare()
{
    layers <"$TB_TMP/details.all" >"$TB_TMP/got"
    [ "$with" = nothing ] || [ -s "$TB_TMP/expected" ] || tb_fail "$1: tshark shows no layer"
    diff -u "$TB_TMP/expected" "$TB_TMP/got" >&2 || tb_fail "$1: the window shows other layers"
}

# $1: what the window shows, a file; $2: language. Goes from its first frame to its last.
walk()
{
    local i count up=()
    expected "$1" "$2" >"$TB_TMP/expected"
    count=$(tb_run tshark -n -r "$1" | wc -l)
    for ((i = 1; i < count; i++)); do
        up+=(ctrl+Up)
    done
    gui_show 1 "${up[@]}"
    cp "$TB_TMP/details" "$TB_TMP/details.all"
    for ((i = 2; i <= count; i++)); do
        gui_next "$i"
        { echo; cat "$TB_TMP/details"; } >>"$TB_TMP/details.all"
    done
    compare "$1 in $2"
}

# $1: file
open_file()
{
    gui_keys ctrl+o
    gui_dialog 'Open Capture File'
    gui_press ctrl+a
    gui_type "$TB_TMP/$1"
    gui_press Return
    gui_no_dialog 'Open Capture File'
    gui_poll gui_find "^${1##*/}" || gui_fail "$1: not opened"
    gui_settle
}

# The file becomes another one under the window: what it shows must be the new one's.
reload()
{
    local name
    for name in article-linux-lo article; do
        cp "$TB_TMP/captures/$name.pcapng" "$TB_TMP/out/work.pcapng"
        gui_keys ctrl+r
        gui_settle
        walk out/work.pcapng en
    done
}

# The pages are a tree: "Protocols" is the fourth from the end, and folded; the page after TCP's is
# ours; its first entry, the fifth from the end of the dialog, is our language. (Not by way of every
# page: stock Wireshark 4.0 may crash where it shows the one for captures.)
set_language()
{
    gui_keys ctrl+shift+p
    gui_dialog Preferences
    gui_press End Up Up Up Right
    gui_type TCP
    gui_press Down shift+Tab shift+Tab shift+Tab shift+Tab shift+Tab ctrl+a
    gui_type "$1"
    gui_press Return
    gui_no_dialog Preferences
    [ "$with" = nothing ] ||
        gui_poll grep -qsx "tcp-breath.language: $1" "$TB_TMP/home/.config/wireshark/preferences" ||
        gui_fail "the window does not set the language"
    gui_settle
}

# $1: filter; $2: the first of the frames that it leaves: there is none above it
filter()
{
    gui_keys ctrl+slash
    gui_press ctrl+a
    gui_type "$1"
    gui_press Return
    gui_settle
    gui_show "$2" ctrl+Up
    gui_shows "$2" ctrl+Up || gui_fail "the filter leaves frame $gui_frame"
    gui_keys ctrl+slash
    gui_press ctrl+a BackSpace Return
    gui_settle
    gui_show 1 ctrl+Up
}

# $1: a line of the details of frame $2, which leads to frame $3
follow()
{
    gui_keys ctrl+f
    gui_type "$1"
    gui_press Return
    gui_show "$2"
    gui_keys alt+g
    gui_press l
    gui_show "$3"
}

# $1: plugin or nothing
use_window()
{
    local name
    with=$1
    gui_settings recent_common <<'END'
gui.search_in: PACKET_DETAILS
gui.search_type: STRING
END
    cp "$TB_TMP/captures/article.pcapng" "$TB_TMP/out/work.pcapng"
    gui_open out/work.pcapng
    gui_settle
    gui_keys ctrl+Right
    walk out/work.pcapng en
    if [ "$with" = plugin ]; then
        filter 'tcp-breath.phase == "teardown"' 9
        follow 'Response in frame: 7' 5 7
    else
        filter 'frame.number > 8' 9
        follow 'ACK to the segment in frame: 5' 6 5
    fi
    reload
    set_language ja
    walk out/work.pcapng ja
    for name in $captures; do
        open_file "captures/$name.pcapng"
        walk "captures/$name.pcapng" ja
    done
    set_language en
    walk "captures/$name.pcapng" en
    gui_close
    # without what Qt says of the X server's order of events, which is never the same twice
    sed -E '/qt\.qpa\.|QXcb/d; s/:[0-9]+\)/:PID)/; s/0x[0-9a-f]+/ADDRESS/g
        s/[0-9]+:[0-9]+:[0-9]+\.[0-9]+/TIME/' "$TB_TMP/out/wireshark.stderr" |
        sort -u >"$TB_TMP/stderr.$with"
}

gui_begin xclip
gui_display 1400 900
use_window plugin
rm -rf "$TB_TMP/home/.config"
# shellcheck disable=SC2034 # gui_run's
gui_extra=(WIRESHARK_PLUGIN_DIR="$TB_TMP/out")
use_window nothing

comm -23 "$TB_TMP/stderr.plugin" "$TB_TMP/stderr.nothing" >"$TB_TMP/complaints"
[ ! -s "$TB_TMP/complaints" ] || tb_fail "only with the plugin: $(cat "$TB_TMP/complaints")"
