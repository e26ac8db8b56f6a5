# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# sources.sh - what the linters have in common; to be sourced

cd "${TB_SOURCE_DIR:?}" || exit 1

# A linter that is not there is a skip, not a pass.
need()
{
    command -v "$1" >/dev/null 2>&1 || {
        printf 'SKIP: %s: not installed\n' "$1"
        exit 77
    }
}

# Our files, without builds and other checkouts' leavings.
ours()
{
    find . \( -name .git -o -name 'build' -o -name 'build-*' \) -prune -o -type f "$@" -print
}
