#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# versions.sh - a Wireshark that the plugin cannot be built for is refused in one clear line, by
# quickstart and by CMake itself
set -euo pipefail
# shellcheck source=tests/lib/tshark.sh
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"

# pretend MAJOR MINOR PLUGINS: the development files of such a Wireshark
pretend()
{
    cat >"$TB_TMP/wireshark-config/WiresharkConfig.cmake" <<END
set(Wireshark_MAJOR_VERSION $1)
set(Wireshark_MINOR_VERSION $2)
set(Wireshark_PATCH_VERSION 1)
set(Wireshark_VERSION $1.$2.1)
set(Wireshark_PLUGINS_ENABLED $3)
set(Wireshark_INCLUDE_DIR /nowhere)
END
}

# refuses REASON: what quickstart says is that alone, and CMake says it on a line of its own
refuses()
{
    local status=0
    env LC_ALL=C "Wireshark_DIR=$TB_TMP/wireshark-config" "$TB_TMP/checkout/quickstart" build \
        >"$TB_TMP/stdout" 2>"$TB_TMP/stderr" </dev/null || status=$?
    [ "$status" -eq 1 ] || tb_fail "$1: exit status $status"
    echo "quickstart: $1" | diff - "$TB_TMP/stderr" || tb_fail "not said in one line: $1"
    (cd "$TB_TMP/checkout" &&
        ! env "Wireshark_DIR=$TB_TMP/wireshark-config" cmake --preset release 2>&1) >"$TB_TMP/cmake" ||
        tb_fail "$1: cmake goes on"
    [ "$(sed 's/^ *//' "$TB_TMP/cmake" | grep -cxF "tcp-breath: $1")" -eq 1 ] || {
        cat "$TB_TMP/cmake"
        tb_fail "not said on a line of its own: $1"
    }
    rm -rf "$TB_TMP/checkout/build"
}

tb_begin
mkdir "$TB_TMP/checkout" "$TB_TMP/wireshark-config"
cp -R "$TB_SOURCE_DIR"/{quickstart,CMakeLists.txt,CMakePresets.json,cmake,plugin,companion} \
    "$TB_TMP/checkout/"
supported='supported: 4.0, 4.2, 4.4, 4.6'
pretend 3 6 ON
refuses "Wireshark 3.6.1: not supported ($supported)"
pretend 4 8 ON
refuses "Wireshark 4.8.1: not supported ($supported)"
pretend 5 0 ON
refuses "Wireshark 5.0.1: not supported ($supported)"
pretend 4 4 OFF
refuses 'Wireshark 4.4.1: built without plugins'
echo 'set(Wireshark_FOUND FALSE)' >"$TB_TMP/wireshark-config/WiresharkConfig.cmake"
refuses "Wireshark's development files: not found (-DTB_PLUGIN=OFF does without)"
tb_end
