# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# sanitized.sh - a plugin with sanitizers, whatever this build is; to be sourced after tshark.sh
#
#   sanitized_build LOG   sets TB_BUILD_DIR and TB_PRELOAD; before tb_begin

# The plugin of this build where that is sanitized, else one of its own.
sanitized_build()
{
    [ -z "${TB_PRELOAD:-}" ] || return 0
    generator=$(sed -n 's/^CMAKE_GENERATOR:INTERNAL=//p' "$TB_BUILD_DIR/CMakeCache.txt" 2>/dev/null) || :
    if ! cmake -S "$TB_SOURCE_DIR" -B "$TB_BUILD_DIR/damage" -G "${generator:-Ninja}" \
        -DCMAKE_C_COMPILER=gcc -DCMAKE_BUILD_TYPE=Debug -DTB_SANITIZE=address,undefined \
        -DTB_TESTS=OFF >"$1" 2>&1 ||
        ! cmake --build "$TB_BUILD_DIR/damage" --target tcp-breath >>"$1" 2>&1; then
        tail -n 20 "$1"
        tb_fail "the sanitized plugin does not build"
    fi
    TB_BUILD_DIR=$TB_BUILD_DIR/damage
    TB_PRELOAD=$(realpath "$(gcc -print-file-name=libasan.so)")
}
