#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# confine.sh - live-confine in an empty folder
#
# usage: confine.sh files|calls BINARIES
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"$2/live-confine" "$1"
