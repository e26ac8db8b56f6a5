# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# window.sh - Wireshark's window under Xvfb, driven by keys; to be sourced
#
# There is no window manager. Whatever is waited for is asked for again and again, a bounded number
# of times. What the window shows is read as text from the clipboard, where Edit > Copy > All
# Visible Items puts it.
#
#   gui_begin PROGRAM...      tb_begin and tb_require_plugin; skips where a program is missing
#   gui_settings FILE         standard input becomes that file of Wireshark's own settings
#   gui_display WIDTH HEIGHT  starts Xvfb
#   gui_run PROGRAM ARG...    tb_run on that display, with what is in the array gui_extra
#   gui_open FILE ARG...      starts `wireshark -r FILE ARG...` and waits for its window
#   gui_launch TITLE ARG...   starts `wireshark ARG...` and waits for the window whose title matches
#   gui_keys KEY...           presses keys in the main window, such as ctrl+Down
#   gui_dialog TITLE          waits for a dialog whose title contains that, which then has the keys
#   gui_press KEY...          presses keys, wherever they go
#   gui_type TEXT             types
#   gui_no_dialog TITLE       waits until the dialog is gone
#   gui_settle                waits until Wireshark has nothing more to do, after whatever makes it
#                             dissect anew: meanwhile it may forget keys
#   gui_show NUMBER KEY...    presses the keys until the details are those of that frame, which are
#                             in $TB_TMP/details then. Pressed twice they must do what they do once.
#   gui_next NUMBER           goes to the next frame, which has that number
#   gui_unfold NUMBER         with the frame before that one shown: goes to it and opens our layer there.
#                             Needs gui.search_in and gui.search_type of recent_common: the details,
#                             and a string.
#   gui_close                 Ctrl+Q; fails unless Wireshark ends by itself and with status 0
#
# At exit everything that was started is ended, by its process ID.

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

GUI_POLLS=150 # a poll takes 0.1 s or so; a busy machine is slow
gui_jobs=()   # NAME:JOB, the newest last
gui_main=
gui_env=()
gui_extra=()

gui_pause()
{
    read -r -t 0.03 <> <(:) || :
}

# $@: a command; fails when it does not come true
gui_poll()
{
    local i
    for ((i = 0; i < GUI_POLLS; i++)); do
        ! "$@" || return 0
        gui_pause
    done
    return 1
}

# --- Processes ------------------------------------------------------------------------------

# $1: name; the rest: the command. Its output goes to out/NAME.stdout and out/NAME.stderr.
gui_spawn()
{
    local name=$1
    shift
    rm -f "$TB_TMP/out/$name.pid"
    # shellcheck disable=SC2016 # for the inner shell
    tb_run sh -c 'echo "$$" >"$0" && exec "$@"' "out/$name.pid" "$@" \
        >"$TB_TMP/out/$name.stdout" 2>"$TB_TMP/out/$name.stderr" &
    gui_jobs+=("$name:$!")
    gui_poll test -s "$TB_TMP/out/$name.pid" || tb_fail "$name: does not start"
}

gui_pid()
{
    cat "$TB_TMP/out/$1.pid"
}

gui_has_ended()
{
    ! kill -0 "$1" 2>/dev/null
}

# Forgets what was started last; sets gui_name and gui_job.
gui_pop()
{
    local last=$((${#gui_jobs[@]} - 1))
    gui_name=${gui_jobs[last]%%:*}
    gui_job=${gui_jobs[last]#*:}
    unset "gui_jobs[last]"
}

# Wireshark that is ended so leaves its capture programs running: they are ended too.
gui_end()
{
    local pid children
    while [ ${#gui_jobs[@]} -gt 0 ]; do
        gui_pop
        pid=$(gui_pid "$gui_name" 2>/dev/null) || continue
        children=$(ps -o pid= --ppid "$pid") || children=
        # shellcheck disable=SC2086 # a process ID a word
        kill -TERM "$pid" $children 2>/dev/null || :
        gui_poll gui_has_ended "$pid" || kill -KILL "$pid" 2>/dev/null || :
        wait "$gui_job" 2>/dev/null || :
    done
}

gui_begin()
{
    local tool
    for tool in Xvfb wireshark xdotool "$@"; do
        command -v "$tool" >/dev/null 2>&1 || tb_skip "$tool: not installed"
    done
    # shellcheck disable=SC2034 # tb_begin's
    TB_ON_EXIT=gui_end
    tb_begin
    tb_require_plugin
    # a folder of its own, which Qt wants for itself
    tb_run mkdir -m 700 out/run
}

gui_settings()
{
    # shellcheck disable=SC2016 # for the inner shell
    tb_run sh -c 'mkdir -p home/.config/wireshark && cat >"home/.config/wireshark/$0"' "$1"
}

gui_display()
{
    gui_spawn xvfb sh -c 'exec "$@" 3>out/display' sh \
        Xvfb -displayfd 3 -screen 0 "$1x$2x24" -nolisten tcp -noreset
    gui_poll test -s "$TB_TMP/out/display" ||
        tb_fail "Xvfb: no display: $(cat "$TB_TMP/out/xvfb.stderr")"
    gui_env=(DISPLAY=":$(cat "$TB_TMP/out/display")" XDG_RUNTIME_DIR="$TB_TMP/out/run"
        QT_QPA_PLATFORM=xcb LIBGL_ALWAYS_SOFTWARE=1 NO_AT_BRIDGE=1)
    # the pointer out of the way: Wireshark marks what is under it
    gui_run xdotool mousemove "$1" 0 || tb_fail "Xvfb: no answer: $(cat "$TB_TMP/out/xvfb.stderr")"
}

gui_run()
{
    tb_run env "${gui_env[@]}" "${gui_extra[@]}" "$@"
}

# --- The window -----------------------------------------------------------------------------

gui_errors()
{
    cat "$TB_TMP/out/wireshark.stderr"
}

# A crash is said as one, not as a window that does not answer.
gui_fail()
{
    ! gui_has_ended "$(gui_pid wireshark)" || tb_fail "$*: wireshark is gone: $(gui_errors)"
    tb_fail "$*: $(gui_errors)"
}

# $1: a title, as a regular expression; sets gui_found
gui_find()
{
    gui_found=$(gui_run xdotool search --onlyvisible --name "$1" 2>/dev/null) &&
        [ -n "$gui_found" ]
}

gui_no_find()
{
    ! gui_find "$1"
}

gui_launch()
{
    local title=$1
    shift
    gui_spawn wireshark env "${gui_env[@]}" "${gui_extra[@]}" wireshark "$@"
    gui_poll gui_find "$title" || gui_fail "no window $title"
    gui_main=$gui_found
}

gui_open()
{
    local file=$1
    shift
    gui_launch "^${file##*/}" -r "$file" "$@"
}

gui_keys()
{
    gui_run xdotool windowfocus "$gui_main" key "$@" || gui_fail "keys $*"
}

gui_press()
{
    gui_run xdotool key "$@" || gui_fail "keys $*"
}

gui_type()
{
    gui_run xdotool type --delay 5 "$1" || gui_fail "typing $1"
}

gui_dialog()
{
    gui_poll gui_find "$1" || gui_fail "no dialog $1"
    gui_run xdotool windowfocus "$gui_found"
}

gui_no_dialog()
{
    gui_poll gui_no_find "$1" || gui_fail "the dialog $1 stays"
}

# The time on the processor that Wireshark has used, in ticks.
gui_ticks()
{
    local fields
    read -r -a fields 2>/dev/null <"/proc/$(gui_pid wireshark)/stat" || gui_fail "settling"
    echo $((fields[13] + fields[14]))
}

# Whether it has used none for a while: a number of questions, however long those take.
gui_is_idle()
{
    local before i
    before=$(gui_ticks) || return 1
    for ((i = 0; i < 8; i++)); do
        gui_pause
        [ "$(gui_ticks)" = "$before" ] || return 1
    done
}

gui_settle()
{
    gui_poll gui_is_idle || gui_fail "the window is never idle"
}

# --- What it shows --------------------------------------------------------------------------

# Presses keys and has the details copied; sets gui_frame to their frame.
gui_copy()
{
    gui_keys "$@" ctrl+alt+shift+a
    gui_run timeout 5 xclip -o -selection clipboard >"$TB_TMP/details" 2>/dev/null || :
    # a packet's comments stand above it
    gui_frame=$(sed -n '/^Frame [0-9]*:/{s/^Frame \([0-9]*\):.*/\1/p;q}' "$TB_TMP/details")
}

gui_shows()
{
    local number=$1
    shift
    gui_copy "$@"
    [ "$gui_frame" = "$number" ]
}

gui_show()
{
    gui_poll gui_shows "$@" || gui_fail "the window does not show frame $1, but ${gui_frame:-none}"
}

# Once is enough, but a busy window may have missed the key.
gui_next()
{
    local i
    gui_copy ctrl+Down
    for ((i = 1; i < GUI_POLLS; i++)); do
        [ "$gui_frame" != "$1" ] || return 0
        gui_pause
        if ((i % 20 == 0)) && [ "$gui_frame" = "$(($1 - 1))" ]; then
            gui_copy ctrl+Down
        else
            gui_copy
        fi
    done
    gui_fail "no next frame $1, but ${gui_frame:-none}"
}

gui_is_unfolded()
{
    gui_copy
    grep -q '^    Client state: \|^    クライアントの状態: ' "$TB_TMP/details"
}

gui_unfold()
{
    gui_keys ctrl+f
    gui_type 'TCP Breath, '
    gui_press Return
    gui_show "$1"
    gui_press Escape
    gui_settle
    gui_keys shift+Right
    gui_poll gui_is_unfolded || gui_fail "the layer stays folded"
    gui_settle
}

gui_close()
{
    local status=0
    gui_keys ctrl+q
    gui_poll gui_has_ended "$(gui_pid wireshark)" || gui_fail "Ctrl+Q: wireshark stays"
    gui_pop
    wait "$gui_job" || status=$?
    [ "$status" -eq 0 ] || tb_fail "wireshark: exit status $status: $(gui_errors)"
}
