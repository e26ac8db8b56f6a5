#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# extcap_test.sh - captured in Wireshark's window from "TCP Breath: lo", both ends have their names
set -euo pipefail
. "${TB_SOURCE_DIR:?}/tests/gui/own.sh"

own_enter "$@"
gui_begin xclip curl
own_let_capture
gui_display 1400 900
gui_settings recent_common <<'END'
gui.search_in: PACKET_DETAILS
gui.search_type: STRING
END
own_capture
gui_show 1 ctrl+Home
gui_next 2
gui_next 3
gui_unfold 4
for line in "From: curl ($own_curl, uid [0-9]*), client, 127\.0\.0\.1:[0-9]*" \
    "To: hello ($own_hello, uid [0-9]*), server, 127\.0\.0\.1:8080" \
    'Meaning: curl sends its request: GET / HTTP/1\.1, [0-9]* bytes\.'; do
    grep -q "^ *$line" "$TB_TMP/details" || tb_fail "no '$line' in: $(cat "$TB_TMP/details")"
done
gui_close
