#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# fields.sh - every field of every frame of every capture
set -euo pipefail
. "$(dirname "$0")/golden.sh"

golden_begin
for capture in $(golden_captures); do
    golden_dump "captures/$capture.pcapng" -2 >"$TB_TMP/got"
    golden_compare "fields/$capture.txt" "$TB_TMP/got"
done
golden_no_orphans fields
golden_end
