#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# breath_shells.sh - bash, zsh and fish complete breath's commands, options, ports and interfaces
#
# In a network namespace of its own, with a port and an interface that nobody else has.
set -eu

. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

live=$TB_SOURCE_DIR/tests/live

tb_is_root || tb_skip "a network namespace needs root"
if [ "${1:-}" != inside ]; then
    for program in ip zsh fish python3; do
        command -v $program >/dev/null || tb_skip "no $program program"
    done
    unshare --net true 2>/dev/null || tb_skip "no network namespace can be made here"
    exec unshare --net -- "$0" inside
fi

. "$live/capturing.sh"
begin_capturing
mkdir "$TB_TMP/bin" "$TB_TMP/fresh"
cp "${TB_BUILD_DIR:?}/bin/breath" "$TB_TMP/bin/"
export PATH="$TB_TMP/bin:$PATH" HOME="$TB_TMP/fresh" LC_ALL=C.UTF-8
unset ZDOTDIR XDG_CONFIG_HOME XDG_DATA_HOME

# LINE: what bash's own machinery offers behind it, a candidate a line
in_bash()
{
    # shellcheck disable=SC2016 # the inner shell's
    bash --norc -c '
        . <(breath completion bash)
        complete -p breath | grep -q "_breath breath" || exit 1
        read -ra COMP_WORDS <<<"$1"
        [ "${1% }" = "$1" ] || COMP_WORDS+=("")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        COMP_LINE=$1 COMP_POINT=${#1}
        _breath 2>/dev/null
        printf "%s\n" "${COMPREPLY[@]}"' bash "$1"
}

# Likewise of fish
in_fish()
{
    # shellcheck disable=SC2016 # fish's
    fish --no-config -c 'breath completion fish | source; complete -C $argv[1]' "$1"
}

# Likewise of zsh, which completes where there is a terminal only: two times the tabulator key
in_zsh()
{
    "$live/breath_zsh.py" "$1"
}

# SHELL LINE EXPECTED...: these and no others
offers()
{
    shell=$1
    line=$2
    shift 2
    printf '%s\n' "$@" | sort >expected
    "in_$shell" "$line" | sed '/^$/d' | sort >offered || tb_fail "$shell: '$line': failed"
    diff -u expected offered >difference || tb_fail "$shell: '$line': $(cat difference)"
}

ip link add breathnic0 type veth peer name breathnic1
mkfifo hold
python3 -c '
import socket, sys
held = [socket.create_server(("127.0.0.1", port)) for port in (50801, 50802, 40801)]
print("ready", flush=True)
sys.stdin.read()' <hold >ready &
children="$children $!"
exec 9>hold
await grep -q ready ready

for shell in bash fish zsh; do
    offers "$shell" 'breath lis' listen
    offers "$shell" 'breath n' netstat neigh nic
    offers "$shell" 'breath listen ' 40801 50801 50802
    offers "$shell" 'breath listen 508' 50801 50802
    offers "$shell" 'breath who 4' 40801
    offers "$shell" 'breath why 5' 50801 50802
    offers "$shell" 'breath tour 4' 40801
    offers "$shell" 'breath nic ' breathnic0 breathnic1 lo
    offers "$shell" 'breath ifconfig breath' breathnic0 breathnic1
    offers "$shell" 'breath capture -i l' lo
    offers "$shell" 'breath conns time' time-wait
    offers "$shell" 'breath help why' why
    offers "$shell" 'breath completion z' zsh
    offers "$shell" 'breath nic --t' --to=
    printf 'ok: %s completes\n' "$shell"
done
exec 9>&-
tb_end
