#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# generate.sh - makes the files of a Wireshark profile from profile.tsv
#
# usage: generate.sh en|ja FOLDER
set -eu

here=$(dirname "$0")
case ${1:-} in
en) ja=0 ;;
ja) ja=1 ;;
*)
    printf 'usage: generate.sh en|ja FOLDER\n' >&2
    exit 2
    ;;
esac
mkdir -p "${2:?}"
LC_ALL=C awk -v ja="$ja" -v folder="$2" -f "$here/generate.awk" "$here/profile.tsv"
