#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# story.sh - what breath story makes of captures good and bad, and that it leaves no half a page
set -eu

# shellcheck source=tests/lib/tshark.sh
. "${TB_SOURCE_DIR:?}/tests/lib/tshark.sh"
# shellcheck source=tests/story/own.sh
. "$TB_SOURCE_DIR/tests/story/own.sh"

says()
{
    grep -qF -- "$1" ../said || tb_fail "does not say '$1': $(cat ../said)"
}

# The folder holds nothing but what is named.
holds()
{
    [ "$(ls -A)" = "$*" ] || tb_fail "the folder holds $(ls -A), not '$*'"
}

# EXPRESSION over `data`, the page's document: must be true
knows()
{
    python3 - "$1" "$2" <<'PYTHON' || tb_fail "$1: not true: $2"
import json, re, sys
page = open(sys.argv[1], encoding="utf-8").read()
data = json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])
def sentence(at, language):
    row = data["segments"][at]
    return re.sub("[\ue000-\ue03b]", lambda place: row[13][ord(place[0]) - 0xe000],
                  data["sentences"][row[12]][language])
sys.exit(0 if eval(sys.argv[2]) else 1)
PYTHON
}

fails()
{
    local wanted=$1 words=$2
    shift 2
    rm -f ./*
    story "$@"
    has_status "$wanted"
    says "$words"
    [ "$(grep -c '^breath: ' ../said)" -eq 1 ] || tb_fail "not one line: $(cat ../said)"
    holds
}

good_captures()
{
    story ../captures/article.pcapng
    has_status 0
    holds article.html
    [ "$(cat ../printed)" = article.html ] || tb_fail "prints $(cat ../printed)"
    knows article.html 'len(data["segments"]) == 12 and len(data["connections"]) == 1'
    knows article.html '[data["phases"][s[4]][0] for s in data["segments"]] == "handshake handshake handshake window-update request response response response teardown teardown teardown teardown".split()'
    knows article.html '[s[1] for s in data["segments"]] == list(range(1, 13))'
    rm article.html

    story ../captures/process-notes.pcapng -o page.html
    has_status 0
    holds page.html
    knows page.html 'data["ends"][0]["p"] == "curl" and data["ends"][1]["p"] == "hello"'
    ! grep -q 'curl http://localhost' page.html || tb_fail "arguments that nobody asked for"
    story --cmdline ../captures/process-notes.pcapng -o page.html
    has_status 0
    knows page.html 'data["ends"][0]["l"] == "curl http://localhost:8080/"'
    rm page.html
}

# Both languages, word for word as tshark has them
sentences_are_the_plugins()
{
    local name language
    for name in article lost-segments a-msdu process-hostile; do
        story "../captures/$name.pcapng" -o page.html
        has_status 0
        for language in en ja; do
            tb_run tshark -n -2 -r "captures/$name.pcapng" -Y tcp-breath \
                -o "tcp-breath.language:$language" -T json -e tcp-breath.meaning >"$TB_TMP/$language.json"
        done
        knows page.html '[[sentence(i, language) for i in range(len(data["segments"]))] for language in (0, 1)] == [[m for p in json.load(open("../%s.json" % language)) for m in p["_source"]["layers"]["tcp-breath.meaning"]] for language in ("en", "ja")]'
    done
    rm page.html
}

other_ways()
{
    story - <../captures/article.pcapng
    has_status 0
    holds story.html
    cp story.html ../kept.html
    rm story.html
    story ../captures/article.pcapng -o -
    has_status 0
    holds
    knows ../printed 'len(data["segments"]) == 12'

    # who may read the capture may read the page
    cp ../captures/article.pcapng ../private.pcapng
    chmod 600 ../private.pcapng
    story ../private.pcapng
    has_status 0
    [ "$(stat -c %a private.html)" = 600 ] || tb_fail "mode $(stat -c %a private.html)"
    rm private.html

    story ../captures/article.pcapng -Y 'tcp.len > 0'
    has_status 0
    knows article.html '[s[1] for s in data["segments"]] == [5, 7] and data["filter"] == "tcp.len > 0"'
    story --segments 5 ../captures/article.pcapng
    has_status 0
    says '7 are left out'
    knows article.html 'len(data["segments"]) == 5 and data["left_out"] == 7'
    rm article.html

    STORY_LOCALE=ja_JP.UTF-8 story ../captures/article.pcapng
    grep -q '<html lang="ja">' article.html || tb_fail "not in Japanese"
    rm article.html

    # what was read of a capture that breaks off
    head -c 900 ../captures/article.pcapng >../cut.pcapng
    chmod a+r ../cut.pcapng
    story ../cut.pcapng
    has_status 0
    says 'cut short'
    knows cut.html '0 < len(data["segments"]) < 12 and "cut short" in data["complaint"]'
    rm cut.html
}

bad_captures()
{
    printf 'udp' | head -c 3 >../short.pcapng
    head -c 3000 /dev/urandom | sed 's/^..../none/' >../garbage.pcapng
    mkdir ../folder.pcapng
    chmod -R a+rX ..
    fails 4 'nowhere.pcapng: No such file' ../nowhere.pcapng
    fails 4 'folder.pcapng: Is a directory' ../folder.pcapng
    fails 4 'garbage.pcapng' ../garbage.pcapng
    fails 1 'there is no TCP segment in it' ../short.pcapng
    fails 1 'no TCP segment passes the filter' ../captures/article.pcapng -Y 'tcp.port == 1'
    fails 2 '-Y: not a display filter' ../captures/article.pcapng -Y 'tcp.port =='
    fails 2 '-Y: not a display filter' ../captures/article.pcapng -Y 'no.such.field'
    fails 4 'no/such/page.html' ../captures/article.pcapng -o no/such/page.html
    fails 2 'CAPTURE' -Y tcp
    fails 2 "'b'" a b
    fails 2 "'-o'" ../captures/article.pcapng -o
    fails 2 '1..100000000' --segments=0 ../captures/article.pcapng
    fails 2 'did you mean --segments?' --segmets=5 ../captures/article.pcapng
    # a page that is there stays as it was
    printf 'old\n' >page.html
    story ../captures/article.pcapng -Y 'tcp.port ==' -o page.html
    has_status 2
    [ "$(cat page.html)" = old ] || tb_fail "the page was touched"
    holds page.html
    rm page.html
}

# A signal in the middle leaves nothing.
interrupted()
{
    env -i PATH="$PATH" HOME="$TB_TMP/home" LC_ALL=C.UTF-8 TMPDIR="$TB_TMP" \
        "$TB_TMP/bin/breath" story ../captures/many.pcapng -o page.html >../printed 2>../said &
    local pid=$!
    until ls page.html.* >/dev/null 2>&1; do
        kill -0 "$pid" 2>/dev/null || tb_fail "it ended too soon: $(cat ../said)"
    done
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    has_status 143
    holds
}

a_large_one()
{
    local size
    many 14
    interrupted
    story ../captures/many.pcapng
    has_status 0
    says 'first 10000 segments; 80 are left out'
    size=$(stat -c %s many.html)
    [ "$size" -lt 3000000 ] || tb_fail "$size bytes"
    knows many.html 'len(data["segments"]) == 10000 and len(data["connections"]) == 834 and data["connections_left_out"] == 6'
    rm many.html
}

words()
{
    status=0
    "$TB_TMP/bin/breath" completion words story ../captures/artic >../printed 2>../said || status=$?
    grep -qx '../captures/article.pcapng' ../printed || tb_fail "completion: $(cat ../printed)"
    "$TB_TMP/bin/breath" completion words sto | grep -qx story || tb_fail "completion of the command"
    "$TB_TMP/bin/breath" completion words story --seg | grep -qx -- --segments= || tb_fail "of an option"
    status=0
    "$TB_TMP/bin/breath" stroy >../printed 2>../said || status=$?
    grep -qF "did you mean story?" ../said || tb_fail "no suggestion: $(cat ../said)"
}

# Each word of the table is asked for by the page, and each that the page asks for is in the table.
table_of_words()
{
    local folder=$TB_SOURCE_DIR/companion/breath key
    sed -n 's/^TB_STORY_WORD(\([a-z_]*\),.*/\1/p' "$folder/story.def" | sort >../keys
    [ -s ../keys ] || tb_fail "story.def: no words"
    [ -z "$(uniq -d ../keys)" ] || tb_fail "story.def: twice: $(uniq -d ../keys)"
    while IFS= read -r key; do
        # counted("segments", 1) asks for "segment"
        grep -qE "\"${key}s?\"" "$folder/story/page.js" "$folder/story/body.html" ||
            tb_fail "story.def: nobody asks for $key"
    done <../keys
    grep -oE '(word|counted)\("[a-z_]+"|data-word="[a-z_]+"' "$folder/story/page.js" "$folder/story/body.html" |
        sed 's/.*"\([a-z_]*\)"/\1/' | sort -u >../asked
    [ "$(wc -l <../asked)" -gt 30 ] || tb_fail "page.js: hardly a word"
    [ -z "$(comm -13 ../keys ../asked)" ] || tb_fail "not in story.def: $(comm -13 ../keys ../asked)"
}

story_begin
command -v python3 >/dev/null || tb_skip "no python3"
good_captures
sentences_are_the_plugins
other_ways
bad_captures
a_large_one
words
table_of_words
