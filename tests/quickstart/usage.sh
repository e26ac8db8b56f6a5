#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage.sh - quickstart's command line: mistakes are told, --dry-run changes nothing
set -euo pipefail
# shellcheck source=tests/lib/tshark.sh
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

quickstart()
{
    LC_ALL=C "$TB_TMP/checkout/quickstart" "$@" >"$TB_TMP/stdout" 2>"$TB_TMP/stderr" </dev/null
}

# mistake FIRST_LINE ARGUMENT...
mistake()
{
    local line=$1 status=0
    shift
    quickstart "$@" || status=$?
    [ "$status" -eq 2 ] || tb_fail "$*: exit status $status"
    [ "$(head -n 1 "$TB_TMP/stderr")" = "quickstart: $line" ] ||
        tb_fail "$*: $(head -n 1 "$TB_TMP/stderr")"
    [ ! -s "$TB_TMP/stdout" ] || tb_fail "$*: talks on stdout"
}

# only_says ARGUMENT...
only_says()
{
    quickstart "$@" --dry-run || tb_fail "$* --dry-run: $(cat "$TB_TMP/stderr")"
    ! grep -v '^==> ' "$TB_TMP/stdout" || tb_fail "$* --dry-run: that is no talk"
    grep -q 'would\|not installed' "$TB_TMP/stdout" || tb_fail "$* --dry-run: says nothing"
    [ ! -e "$TB_TMP/checkout/build" ] || tb_fail "$* --dry-run: builds"
}

# Where there is a screen, install brings Wireshark's window too
wants_the_window()
{
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || return 0
    mkdir "$TB_TMP/nothing"
    printf '#!/bin/sh\nexit 1\n' >"$TB_TMP/nothing/dpkg-query" # no package is installed
    chmod 755 "$TB_TMP/nothing/dpkg-query"
    PATH=$TB_TMP/nothing:$PATH DISPLAY=:9 WAYLAND_DISPLAY='' quickstart install --dry-run
    grep -q 'would install with apt-get: .* wireshark\( \|$\)' "$TB_TMP/stdout" ||
        tb_fail "install: without the window: $(head -n 1 "$TB_TMP/stdout")"
    PATH=$TB_TMP/nothing:$PATH DISPLAY='' WAYLAND_DISPLAY='' quickstart install --dry-run
    ! grep -q 'would install with apt-get: .* wireshark\( \|$\)' "$TB_TMP/stdout" ||
        tb_fail "install: a window where there is no screen"
}

tb_begin
mkdir "$TB_TMP/checkout"
cp -R "$TB_SOURCE_DIR"/{quickstart,CMakeLists.txt,CMakePresets.json,cmake} "$TB_TMP/checkout/"
mistake "'--nonsense': unknown option" --nonsense
mistake "'nonsense': unknown command" nonsense
mistake "'nonsense': そのようなコマンドはありません" nonsense --lang=ja
mistake "'build': one command at a time" test build
mistake "'--lang=fr': unknown option" --lang=fr
mistake "'--all': only with test" install --all
mistake "'--system': only with install and uninstall" build --system
quickstart help
grep -q '^usage: ' "$TB_TMP/stdout" || tb_fail "help: shows none"
quickstart help --lang=ja
grep -q '^使い方: ' "$TB_TMP/stdout" || tb_fail "help: shows none in Japanese"
only_says
only_says build
only_says test
only_says test --all
only_says install
only_says install --system
only_says uninstall --system
wants_the_window
only_says package
tb_end
