#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# profile_test.sh - `wireshark -C "TCP Breath"` has its columns, colours, buttons and graphs
#
# In both languages, light and dark: the packets have the colours that colorfilters says, the last
# button does what dfilter_buttons says, and the I/O graph shows requests above responses. Wireshark
# complains of nothing that it does not complain of with its own profile.
set -euo pipefail
. "${TB_SOURCE_DIR:?}/tests/gui/profile.sh"

width=1500
height=800

# $1: profile; $2: place of the rule in colorfilters; its background as #RRGGBB
background()
{
    local r g b
    IFS=, read -r r g b < <(sed -n "${2}s/.*@\[\([0-9,]*\)\].*/\1/p" \
        "$TB_TMP/wireshark/profiles/$1/colorfilters")
    printf '#%02X%02X%02X' $((r / 257)) $((g / 257)) $((b / 257))
}

# $1: picture; $2: colour; the number of its points that have the colour
points()
{
    convert "$1" -fuzz 1% -fill black +opaque "$2" -fill white -opaque "$2" -format '%[fx:round(mean*w*h)]' info:
}

# $1: picture of the dialog; $2: colour; the mean row of its points in the plot, which is above the
# table of graphs. The lines are thin, and so paler.
middle()
{
    convert "$1" -crop 100%x60%+0+0 +repage -fuzz 25% -fill black +opaque "$2" -fill white \
        -opaque "$2" -depth 8 gray:- |
        od -An -v -tu1 -w"$(identify -format %w "$1")" |
        awk '{ for (i = 1; i <= NF; i++) if ($i > 128) { sum += NR; n++ } }
            END { if (n < 20) exit 1; printf "%d", sum / n }'
}

# $1: profile; $2: locale. The article shows handshake, window update, request, response, teardown.
check_list()
{
    local rule colour
    profile_open "$1" "$2" captures/article.pcapng
    profile_shot "$gui_main" "$TB_TMP/list.png"
    for rule in 4 5 6 8 9; do
        colour=$(background "$1" $rule)
        # a row is 1500 by 17; letters take some of it
        [ "$(points "$TB_TMP/list.png" "$colour")" -gt 8000 ] ||
            tb_fail "$1: no row is $colour (rule $rule)"
    done
    gui_close
}

# $1: profile; $2: locale. "Processes", the last button, ends at the right edge; of the six frames
# the first two have processes.
check_button()
{
    profile_open "$1" "$2" captures/process-doubtful-tunnel.pcapng
    gui_show 6 ctrl+Down
    gui_run xdotool mousemove $((width - 40)) 78 click 1
    gui_settle
    gui_show 1 ctrl+Up
    gui_show 2 ctrl+Down
    gui_shows 2 ctrl+Down || gui_fail "$1: the button Processes leaves frame $gui_frame"
    gui_run xdotool mousemove $width 0
    gui_close
}

# $1: profile; $2: locale
check_graph()
{
    local out back
    profile_open "$1" "$2" captures/keep-alive-requests.pcapng
    profile_graph
    profile_shot "$gui_found" "$TB_TMP/graph.png"
    out=$(middle "$TB_TMP/graph.png" '#1F77B4') || tb_fail "$1: the graph has no requests"
    back=$(middle "$TB_TMP/graph.png" '#E69F00') || tb_fail "$1: the graph has no responses"
    [ "$out" -lt "$back" ] || tb_fail "$1: requests ($out) are not above responses ($back)"
    gui_press Escape
    gui_close
}

# Without what Qt says of the X server's order of events, which is never the same twice
complaints()
{
    sed -E '/qt\.qpa\.|QXcb/d; s/:[0-9]+\)/:PID)/; s/0x[0-9a-f]+/ADDRESS/g
        s/[0-9]+:[0-9]+:[0-9]+\.[0-9]+/TIME/' "$TB_TMP/out/wireshark.stderr"
}

gui_begin xclip import convert identify
profile_install $width $height
gui_display $width $height
profile_light
profile_open Default en_US captures/article.pcapng
profile_graph
gui_press Escape
gui_close
complaints | sort -u >"$TB_TMP/stock"
for theme in light dark; do
    profile_$theme
    for pair in 'TCP Breath:en_US' 'TCP Breath ja:ja_JP'; do
        check_list "${pair%:*}" "${pair#*:}"
        complaints >>"$TB_TMP/ours"
        check_button "${pair%:*}" "${pair#*:}"
        complaints >>"$TB_TMP/ours"
        check_graph "${pair%:*}" "${pair#*:}"
        complaints >>"$TB_TMP/ours"
    done
done
sort -u "$TB_TMP/ours" | comm -23 - "$TB_TMP/stock" >"$TB_TMP/complaints"
[ ! -s "$TB_TMP/complaints" ] || tb_fail "only with our profiles: $(cat "$TB_TMP/complaints")"
