#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# page.sh - the story's page in headless Chromium
set -eu

# shellcheck source=tests/lib/tshark.sh
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"
# shellcheck source=tests/story/own.sh
. "$TB_SOURCE_DIR/tests/story/own.sh"

# CHECK NAME [OPTION...]: the page of a capture, in a browser
check()
{
    local name=$1 capture=$2
    shift 2
    story "../captures/$capture.pcapng" "$@"
    has_status 0
    python3 "$TB_SOURCE_DIR/tests/story/page.py" "$name" "$capture.html" || tb_fail "$name"
    rm -f "$capture.html"
}

hostile_capture()
{
    capture hostile.pcapng <<'CAPTURE'
link lo
connection a
client 127.0.0.1:50001 sackok
server 127.0.0.1:8080 sackok
connection b
client 127.0.0.1:50002 sackok
server 127.0.0.1:8080 sackok
0.0 a.c SYN comment="tcp-breath v=1 src.pid=1 src.comm=%3C/script%3E%3Cscript%3Estolen%3D1%3C/script%3E dst.comm=%3Cimg%20src%3Dx%20onerror%3Dstolen%3D1%3E"
0.1 a.s SYN,ACK
0.2 a.c ACK
0.3 a.c DATA "GET /<script>stolen=2</script>?\"'&lt;[] HTTP/1.1\r\nHost: a\r\n\r\n"
0.4 b.c SYN comment="tcp-breath v=1 src.pid=2 src.comm=%22%27%3E%3Cb%3Ebold dst.comm=%7Bn%7D%20%26lt%3B%E2%80%AE"
CAPTURE
}

# One connection of some thousand segments
long_capture()
{
    {
        printf 'link lo\nclient 127.0.0.1:40000 sackok\nserver 127.0.0.1:8080 sackok\n\n'
        printf '0 c SYN\n0.00001 s SYN,ACK\n0.00002 c ACK\n'
        awk 'BEGIN { for (i = 1; i < 1200; i++)
            printf "%.6f c DATA \"GET /%d HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n\"\n%.6f s DATA \"HTTP/1.1 204 No Content\\r\\n\\r\\n\"\n", i / 1000, i, i / 1000 + 0.0003 }'
    } | capture long.pcapng
}

story_begin
PYTHONPATH=$TB_SOURCE_DIR/tests/story PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE
python3 -c 'import browser, sys; sys.exit(browser.find() is None)' 2>/dev/null ||
    tb_skip "no Chromium (package chromium-headless-shell), or no python3"
hostile_capture
long_capture
many 14
check choices article
check languages article
check processes process-notes
check arguments process-notes --cmdline
check printed process-notes
check doubts lost-segments
check hostile hostile
check long long
check large many
