# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# profile.sh - our profiles in Wireshark's window; to be sourced
#
#   profile_install WIDTH HEIGHT  puts them where Wireshark looks, and sets the size of its window
#   profile_append FILE           standard input goes to the end of a file of theirs
#   profile_light, profile_dark the desktop's colours, as Qt takes them from KDE's settings
#   profile_open NAME LOCALE FILE
#   profile_graph               opens Statistics > I/O Graphs; the dialog is gui_found
#   profile_shot WINDOW FILE    a picture of a window

. "${TB_SOURCE_DIR:?}/tests/gui/window.sh"

profile_install()
{
    tb_run sh -c 'mkdir -p home/.config/wireshark && cp -R wireshark/profiles home/.config/wireshark/'
    gui_settings recent_common <<END
gui.geometry_main_x: 0
gui.geometry_main_y: 0
gui.geometry_main_width: $1
gui.geometry_main_height: $2
END
}

profile_append()
{
    # shellcheck disable=SC2016 # for the inner shell
    tb_run sh -c 'cat >>"home/.config/wireshark/profiles/$0"' "$1"
}

profile_light()
{
    profile_theme=()
    tb_run rm -f home/.config/kdeglobals
}

profile_dark()
{
    profile_theme=(QT_QPA_PLATFORMTHEME=kde XDG_CURRENT_DESKTOP=KDE KDE_SESSION_VERSION=5)
    # Breeze Dark's
    tb_run sh -c 'cat >home/.config/kdeglobals' <<'END'
[Colors:Window]
BackgroundNormal=42,46,50
ForegroundNormal=252,252,252
[Colors:View]
BackgroundNormal=27,30,32
BackgroundAlternate=35,38,41
ForegroundNormal=252,252,252
[Colors:Button]
BackgroundNormal=49,54,59
ForegroundNormal=252,252,252
[Colors:Selection]
BackgroundNormal=61,174,233
ForegroundNormal=252,252,252
[Colors:Tooltip]
BackgroundNormal=49,54,59
ForegroundNormal=252,252,252
END
}

profile_open()
{
    # shellcheck disable=SC2034 # gui_run's
    gui_extra=(LC_ALL="$2.UTF-8" "${profile_theme[@]}")
    gui_open "$3" -C "$1"
    gui_settle
}

# The menu's own letters, the same in both languages.
profile_graph()
{
    gui_keys alt+s
    gui_settle
    gui_press i
    gui_dialog '^Wireshark .*pcapng' # whatever the language
    gui_settle
}

profile_shot()
{
    gui_run import -window "$1" png:- >"$2"
}
