#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# japanese.sh - no sentence of the capture tool without its Japanese
#
# Every text of several words, or of a word and what a conversion puts behind it, in the sources of
# breathdump, and in those parts of companion/lib that write reasons, stands in
# companion/lib/word.def; help.c has its two texts side by side.
set -eu
cd "${TB_SOURCE_DIR:?}"

# Texts of a C file, a line each, neighbours joined as the compiler joins them; comments and what is
# included left out.
texts()
{
    sed -e 's/^#include.*//' -e 's|/\*.*\*/||' "$1" | awk '
        { all = all $0 "\n" }
        END {
            while (match(all, /"([^"\\\n]|\\.)*"/)) {
                text = substr(all, RSTART + 1, RLENGTH - 2)
                between = substr(all, 1, RSTART - 1)
                if (joined != "" && between !~ /^[ \n]*$/) { print joined; joined = "" }
                joined = joined text
                all = substr(all, RSTART + RLENGTH)
            }
            if (joined != "") print joined
        }'
}

list=$(mktemp)
trap 'rm -f "$list"' EXIT
known=$(texts companion/lib/word.def)
missing=0
for file in companion/breathdump/*.c companion/lib/watch.c companion/lib/bpf*.c companion/lib/proc*.c companion/lib/opening.c; do
    case $file in
    */help.c | */blocks.c) continue ;; # help.c: see above; blocks.c writes into the file
    esac
    texts "$file" | grep '[a-z,;:] [a-z(%-]' | grep '[a-z][a-z]' | sort -u >"$list" || :
    while IFS= read -r text; do
        case $text in
        # not for the reader: what another library names, and assertions
        'Linux cooked-mode capture'* | 'one remark for each' | 'a name fits' | 'a request fits' | \
            'a message has room for both texts') ;;
        # names, in every language
'sock_diag: %s' | '/proc: %s' | 'TCP Breath: %s') ;;
        # of a network card, for the file
        'driver %.32s') ;;
        *)
            printf '%s\n' "$known" | grep -qxF -- "$text" || {
                printf '%s: "%s": has no Japanese in companion/lib/word.def\n' "$file" "$text"
                missing=$((missing + 1))
            }
            ;;
        esac
    done <"$list"
    tr '\n' ' ' <"$file" | grep -o 'TB_EXIT_[A-Z]*, *"[a-z]*"' | grep -v '"seccomp"' >"$list" || :
    while IFS= read -r object; do
        printf '%s: %s: the object does not go through tb_word()\n' "$file" "$object"
        missing=$((missing + 1))
    done <"$list"
done
[ "$missing" -eq 0 ]
