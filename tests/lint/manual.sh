#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# manual.sh - the manual pages are well-formed, and tell every option that the program takes
set -eu
. "${TB_SOURCE_DIR:?}/tests/lint/sources.sh"
need mandoc
need groff

fail()
{
    printf 'FAIL: %s\n' "$*" >&2
    exit 1
}

# PAGE
well_formed()
{
    mandoc -T lint -W warning "$1" || fail "$1: see above"
    # not what it says of lines that have no space to break at: Japanese has none
    said=$(groff -mandoc -mja -K utf8 -T utf8 -ww -W break -z "$1" 2>&1)
    [ -z "$said" ] || fail "$1: $said"
}

# PROGRAM PAGE: every option of --help is an entry of the page
tells_all()
{
    mandoc -T utf8 -O width=200 "$2" | sed "s/.$(printf '\b')//g" >"$text" # without overstriking
    "$TB_BUILD_DIR/bin/$1" --help | grep -oE '(^|[ ,])--?[A-Za-z][a-z-]*' | tr -d ' ,' | sort -u |
        while IFS= read -r option; do
            grep -qE -- "(^ +|, )$option( |,|=|\[|\$)" "$text" || fail "$2: does not explain $option"
        done
}

text=$(mktemp)
trap 'rm -f "$text"' EXIT
pages=$(find docs/man -name '*.1')
[ -n "$pages" ] || fail "docs/man: no pages"
for page in $pages; do
    well_formed "$page"
    program=${TB_BUILD_DIR:?}/bin/$(basename "$page" .1)
    [ ! -x "$program" ] || tells_all "$(basename "$page" .1)" "$page"
done
[ "$(find docs/man/man1 -name '*.1' | wc -l)" -eq "$(find docs/man/ja/man1 -name '*.1' | wc -l)" ] ||
    fail "docs/man: a page is there in one language only"
