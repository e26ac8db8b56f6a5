/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_text.c - the sentences: same in both languages, exact, reachable, never cut badly */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "flow.h"
#include "story.h"
#include "text.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum {
    ROOM = 2048
};

struct pair {
    const char *text[TB_LANG_COUNT];
};

static const struct pair rows[] = {
#define TB_TEXT(id, english, japanese) { { english, japanese } },
#include "text.def"
};

static const struct pair words[] = {
#define TB_PHASE_TEXT(id, english, japanese)                             { { english, japanese } },
#define TB_STEP_TEXT(id, english, japanese, english_info, japanese_info) { { english, japanese } },
#define TB_ROLE_TEXT(id, english, japanese)                              { { english, japanese } },
#define TB_MARK_TEXT(id, english, japanese)                              { { english, japanese } },
#define TB_LABEL_TEXT(id, english, japanese)                             { { english, japanese } },
#include "text.def"
};

/* ---- helpers */

/* Octets of the first character, 0 where it is not well-formed UTF-8 (RFC 3629 section 4). */
static size_t character(const char *text)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t length = at[0] < 0x80                    ? 1
                    : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
                    : at[0] >= 0xe0 && at[0] < 0xf0 ? 3
                    : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
                                                    : 0;

    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    return length;
}

static bool is_utf8(const char *text)
{
    while (*text != '\0') {
        size_t length = character(text);

        if (length == 0)
            return false;
        text += length;
    }
    return true;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);

    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

/* Whether every {token} of `one` also stands in `other`. */
static bool tokens_are_in(const char *one, const char *other)
{
    char token[32];

    for (const char *at = strchr(one, '{'); at != NULL; at = strchr(at + 1, '{')) {
        size_t length = (size_t)(strchr(at, '}') - at) + 1;

        assert_true(length < sizeof token);
        memcpy(token, at, length);
        token[length] = '\0';
        if (strstr(other, token) == NULL)
            return false;
    }
    return true;
}

/* ---- the rows */

static void both_languages_use_the_same_tokens(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        if (!tokens_are_in(rows[i].text[TB_LANG_EN], rows[i].text[TB_LANG_JA]) ||
            !tokens_are_in(rows[i].text[TB_LANG_JA], rows[i].text[TB_LANG_EN]))
            fail_msg("%s", rows[i].text[TB_LANG_EN]);
    }
}

static void every_token_is_filled_by_somebody(void **state)
{
    static const char known[] = "{src}{dst}{bytes}{fresh}{acked}{all}{unacked}{total}{window}"
                                "{change}{mss}{unit}{line}{time}{tries}{count}{missed}{within}";

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        if (!tokens_are_in(rows[i].text[TB_LANG_EN], known))
            fail_msg("%s", rows[i].text[TB_LANG_EN]);
    }
}

static void every_sentence_is_whole_in_both_languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *english = rows[i].text[TB_LANG_EN];
        const char *japanese = rows[i].text[TB_LANG_JA];

        if (!ends_with(english, ".") || !ends_with(japanese, "。") || !is_utf8(japanese) ||
            strstr(english, "  ") != NULL || strstr(japanese, "  ") != NULL)
            fail_msg("%s / %s", english, japanese);
        for (const char *at = english; *at != '\0'; at++)
            assert_true(*at >= ' ' && *at <= '~');
    }
}

/* The space around a token is put there when it is filled, if it is needed. */
static void no_japanese_row_spaces_its_tokens(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        const char *japanese = rows[i].text[TB_LANG_JA];

        for (const char *at = strchr(japanese, '{'); at != NULL; at = strchr(at + 1, '{')) {
            const char *after = strchr(at, '}') + 1;

            if ((at > japanese && at[-1] == ' ' && at - japanese > 1 && (at[-2] & 0x80) != 0) ||
                (after[0] == ' ' && (after[1] & 0x80) != 0))
                fail_msg("%s", japanese);
        }
    }
}

static void every_word_is_there_in_both_languages(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(words); i++) {
        for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
            assert_non_null(words[i].text[lang]);
            assert_true(words[i].text[lang][0] != '\0');
            assert_true(is_utf8(words[i].text[lang]));
        }
    }
    for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
        for (int i = 0; i < TB_PHASE_COUNT; i++)
            assert_true(tb_text_phase((enum tb_lang)lang, (enum tb_phase)i)[0] != '\0');
        for (int i = 0; i < TB_STEP_COUNT; i++)
            assert_true(tb_text_step((enum tb_lang)lang, (enum tb_step)i)[0] != '\0');
        for (int i = 0; i < TB_ROLE_COUNT; i++)
            assert_true(tb_text_role((enum tb_lang)lang, (enum tb_role)i)[0] != '\0');
        for (int i = 0; i < TB_MARK_COUNT; i++)
            assert_true(tb_text_mark((enum tb_lang)lang, (enum tb_mark)i)[0] != '\0');
        for (int i = 0; i < TB_LABEL_COUNT; i++)
            assert_true(tb_text_label((enum tb_lang)lang, (enum tb_label)i)[0] != '\0');
    }
}

/* ---- the article */

struct line {
    enum tb_side from;
    unsigned flags;
    uint32_t seq;
    uint32_t ack;
    uint16_t window;
    uint32_t microseconds;
    const char *payload;
    struct pair meaning;
};

#define REQUEST                                                                                    \
    "GET / HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/7.54.0\r\nAccept: */*\r\n\r\n"
#define RESPONSE                                                                                   \
    "HTTP/1.1 200 OK\r\nDate: Sat, 08 Feb 2020 03:00:00 GMT\r\nContent-Length: 10\r\n"             \
    "Content-Type: text/plain; charset=utf-8\r\n\r\nHellWorld\n"

/* Frames 31 to 42 of the article, with its byte counts, windows and times. */
static const struct line article[] = {
    { TB_SIDE_A,
      TB_SYN,
      0,
      0,
      65535,
      528209,
      NULL,
      { { "The client asks the server to open a connection (SYN). It can take segments of up to "
          "16344 bytes (MSS) and offers to count its window in units of 64 bytes.",
          "クライアントがサーバーに接続を要求しました (SYN)。受信できるセグメントは最大 16344 "
          "バイト "
          "(MSS) で、ウィンドウサイズを 64 バイト単位で表すことを提案しています。" } } },
    { TB_SIDE_B,
      TB_SYN | TB_ACK,
      0,
      1,
      65535,
      528305,
      NULL,
      { { "The server agrees (ACK) and opens its own direction too (SYN).",
          "サーバーが SYN に確認応答し (ACK)、サーバーからの方向も開くよう要求しました "
          "(SYN)。" } } },
    { TB_SIDE_A,
      TB_ACK,
      1,
      1,
      6379,
      528316,
      NULL,
      { { "The client acknowledges the server's SYN (ACK): both directions are open. This "
          "completes "
          "the 3-way handshake.",
          "クライアントがサーバーの SYN に確認応答しました (ACK)。双方向に通信できるようになり、"
          "3ウェイハンドシェイクは完了です。" } } },
    { TB_SIDE_B,
      TB_ACK,
      1,
      1,
      6379,
      528329,
      NULL,
      { { "The server says how much it can take now: 408256 bytes (window update). No data is "
          "carried.",
          "サーバーが、現在の受信ウィンドウサイズは 408256 バイトだと通知しました "
          "(ウィンドウ更新)。"
          "データは含みません。" } } },
    { TB_SIDE_A,
      TB_PSH | TB_ACK,
      1,
      1,
      6379,
      528506,
      REQUEST,
      { { "The client sends its request: GET / HTTP/1.1, 78 bytes.",
          "クライアントがリクエスト「GET / HTTP/1.1」(78 バイト) を送りました。" } } },
    { TB_SIDE_B,
      TB_ACK,
      1,
      79,
      6378,
      528523,
      NULL,
      { { "The server's TCP has received all 78 bytes (ACK). Its application has not answered yet.",
          "サーバーの TCP が 78 バイトすべての受信を確認応答しました (ACK)。"
          "アプリケーションの応答はまだありません。" } } },
    { TB_SIDE_B,
      TB_PSH | TB_ACK,
      1,
      79,
      6378,
      528600,
      RESPONSE,
      { { "The server sends its response: HTTP/1.1 200 OK, 127 bytes, 0.094 ms after the request.",
          "サーバーがレスポンス「HTTP/1.1 200 OK」(127 バイト) を返しました。"
          "リクエストの 0.094 ミリ秒後です。" } } },
    { TB_SIDE_A,
      TB_ACK,
      79,
      128,
      6377,
      528616,
      NULL,
      { { "The client's TCP has received all 127 bytes (ACK).",
          "クライアントの TCP が 127 バイトすべての受信を確認応答しました (ACK)。" } } },
    { TB_SIDE_A,
      TB_FIN | TB_ACK,
      79,
      128,
      6377,
      529172,
      NULL,
      { { "The client has nothing more to send (FIN). Its TCP can still receive.",
          "クライアントが送信の終了を通知しました (FIN)。TCP としてはまだ受信できます。" } } },
    { TB_SIDE_B,
      TB_ACK,
      128,
      80,
      6378,
      529206,
      NULL,
      { { "The server has received the client's FIN (ACK). Its own direction is still open.",
          "サーバーがクライアントの FIN に確認応答しました (ACK)。"
          "サーバーからの方向はまだ開いています。" } } },
    { TB_SIDE_B,
      TB_FIN | TB_ACK,
      128,
      80,
      6378,
      529306,
      NULL,
      { { "The server has nothing more to send either (FIN).",
          "サーバーも送信の終了を通知しました (FIN)。" } } },
    { TB_SIDE_A,
      TB_ACK,
      80,
      129,
      6377,
      529325,
      NULL,
      { { "The client has received the server's FIN (ACK): the connection is closed. The client, "
          "which closed first, waits in TIME-WAIT for a while in case a late segment arrives.",
          "クライアントがサーバーの FIN に確認応答しました "
          "(ACK)。これで切断は完了です。先に閉じた側なので、"
          "遅れて届くセグメントに備え TIME-WAIT で待ちます。" } } },
};

static struct tb_segment segment_of(const struct line *line, uint32_t frame)
{
    struct tb_segment segment = { .time_ns = (uint64_t)line->microseconds * 1000,
                                  .frame = frame,
                                  .seq = line->seq,
                                  .ack = line->ack,
                                  .flags = (uint16_t)line->flags,
                                  .window = line->window,
                                  .from = line->from };

    if (line->payload != NULL) {
        segment.payload = (const uint8_t *)line->payload;
        segment.length = (uint32_t)strlen(line->payload);
        segment.captured = segment.length;
    }
    if ((line->flags & TB_SYN) != 0) {
        segment.has = TB_HAS_MSS | TB_HAS_WSCALE;
        segment.mss = 16344;
        segment.wscale = 6;
    }
    return segment;
}

/* Plays the article up to frame `last` and tells that one. */
static void tell_article(uint32_t last, enum tb_lang lang, char text[ROOM],
                         size_t (*tell)(enum tb_lang, const struct tb_story *, char *, size_t))
{
    static const uint16_t ports[TB_SIDE_COUNT] = { 62597, 8080 };
    struct tb_flow flow;

    tb_flow_init(&flow, ports, NULL);
    for (uint32_t frame = 31; frame <= last; frame++) {
        const struct line *line = &article[frame - 31];
        struct tb_segment segment = segment_of(line, frame);
        struct tb_event event;
        struct tb_story story = { .event = &event, .segment = &segment };

        tb_flow_step(&flow, &segment, &event);
        story.start_line[event.role] = line->payload;
        tell(lang, &story, text, ROOM);
    }
}

static void the_article_reads_as_it_should(void **state)
{
    char text[ROOM];

    (void)state;
    for (uint32_t frame = 31; frame <= 42; frame++) {
        for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
            tell_article(frame, (enum tb_lang)lang, text, tb_text_meaning);
            assert_string_equal(text, article[frame - 31].meaning.text[lang]);
        }
    }
}

struct told {
    uint32_t frame;
    struct pair pair;
};

static void the_folded_line_is_the_first_sentence(void **state)
{
    static const struct told expected[] = {
        { 31,
          { { "Handshake 1 of 3: the client asks the server to open a connection",
              "ハンドシェイク 1/3: クライアントがサーバーに接続を要求しました" } } },
        { 34,
          { { "Window update: the server says how much it can take now: 408256 bytes",
              "ウィンドウ更新: "
              "サーバーが、現在の受信ウィンドウサイズは 408256 バイトだと通知しました" } } },
        { 36,
          { { "Response: the server's TCP has received all 78 bytes",
              "レスポンス: サーバーの TCP が 78 バイトすべての受信を確認応答しました" } } },
        { 37,
          { { "Response: the server sends its response: HTTP/1.1 200 OK, 127 bytes, 0.094 ms after "
              "the request",
              "レスポンス: サーバーがレスポンス「HTTP/1.1 200 OK」(127 バイト) を返しました" } } },
        { 42,
          { { "Teardown 4 of 4: the client has received the server's FIN (ACK): the connection is "
              "closed",
              "切断 4/4: クライアントがサーバーの FIN に確認応答しました" } } },
    };
    char text[ROOM];

    (void)state;
    for (size_t i = 0; i < LENGTH(expected); i++) {
        for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
            tell_article(expected[i].frame, (enum tb_lang)lang, text, tb_text_headline);
            assert_string_equal(text, expected[i].pair.text[lang]);
        }
    }
}

static void the_info_prefix_is_short(void **state)
{
    static const struct told expected[] = {
        { 31, { { "handshake 1/3", "ハンドシェイク 1/3" } } },
        { 34, { { "window update", "ウィンドウ更新" } } },
        { 35, { { "request", "リクエスト" } } },
        { 36, { { "response: ACK of request", "レスポンス: リクエストへの ACK" } } },
        { 37, { { "response 0.094 ms", "レスポンス 0.094 ミリ秒" } } },
        { 38, { { "response: ACK", "レスポンス: ACK" } } },
        { 41, { { "teardown 3/4", "切断 3/4" } } },
    };
    char text[ROOM];

    (void)state;
    for (size_t i = 0; i < LENGTH(expected); i++) {
        for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
            tell_article(expected[i].frame, (enum tb_lang)lang, text, tb_text_info);
            assert_string_equal(text, expected[i].pair.text[lang]);
        }
    }
}

/* ---- every row */

/* One way to come to a row. */
struct way {
    enum tb_row row;
    struct tb_event event;
    struct tb_segment segment;
    const char *line;
};

#define MARKED(name) .marks = 1u << TB_MARK_##name
#define DID(name)    .step = TB_STEP_##name
#define OF(name)     .phase = TB_PHASE_##name
#define BY_SERVER    .role = TB_ROLE_SERVER
#define CLIENT_HAS(name, number)                                                                   \
    .has = TB_EVENT_REQUEST_BYTES | (name), .request_bytes = (number), .exchange = 1,              \
    .exchange_last = 1
#define SERVER_HAS(name, number)                                                                   \
    .has = TB_EVENT_RESPONSE_BYTES | (name), .response_bytes = (number), .exchange = 1,            \
    .exchange_last = 1
#define BYTES(number) .length = (number)
#define TIMED         TB_EVENT_RESPONSE_TIME
#define STARTS        TB_EVENT_RESPONSE_STARTS
#define GET           "GET /a HTTP/1.1"
#define OK            "HTTP/1.1 200 OK"

static const struct way ways[] = {
    { TB_ROW_SYN, { DID(SYN) }, { .flags = TB_SYN }, NULL },
    { TB_ROW_SYN_MSS_UNIT, { DID(SYN) }, { .has = TB_HAS_MSS | TB_HAS_WSCALE, .mss = 1460 }, NULL },
    { TB_ROW_SYN_MSS, { DID(SYN) }, { .has = TB_HAS_MSS, .mss = 1460 }, NULL },
    { TB_ROW_SYN_UNIT, { DID(SYN) }, { .has = TB_HAS_WSCALE, .wscale = 7 }, NULL },
    { TB_ROW_SYN_BARE, { DID(SYN) }, { 0 }, NULL },
    { TB_ROW_SYN_DATA, { DID(SYN) }, { BYTES(5) }, NULL },
    { TB_ROW_SYN_DATA_FAST_OPEN, { DID(SYN) }, { BYTES(5), .has = TB_HAS_FAST_OPEN }, NULL },
    { TB_ROW_SYN_FAST_OPEN, { DID(SYN) }, { .has = TB_HAS_FAST_OPEN }, NULL },
    { TB_ROW_SYN_REUSED_PORT, { DID(SYN), MARKED(REUSED_PORT) }, { 0 }, NULL },
    { TB_ROW_SYN_ECN, { DID(SYN) }, { .flags = TB_SYN | TB_ECE | TB_CWR }, NULL },
    { TB_ROW_SYN_BOTH, { DID(SYN), BY_SERVER }, { 0 }, NULL },
    { TB_ROW_SYN_CANDIDATE, { DID(SYN), MARKED(INFERRED) }, { 0 }, NULL },
    { TB_ROW_SYN_ACK, { DID(SYN_ACK), BY_SERVER }, { 0 }, NULL },
    { TB_ROW_SYN_ACK_BOTH, { DID(SYN_ACK), BY_SERVER, .tries = 2 }, { 0 }, NULL },
    { TB_ROW_SYN_ACK_FOREIGN, { DID(SYN_ACK), BY_SERVER, MARKED(INFERRED) }, { 0 }, NULL },
    { TB_ROW_SYN_ACK_CARRIES, { DID(SYN_ACK), BY_SERVER }, { BYTES(5) }, NULL },
    { TB_ROW_SYN_ACK_TOOK_DATA, { DID(SYN_ACK), BY_SERVER, .acked = 5 }, { 0 }, NULL },
    { TB_ROW_SYN_ACK_ECN, { DID(SYN_ACK), BY_SERVER }, { .flags = TB_SYN | TB_ECE }, NULL },
    { TB_ROW_HANDSHAKE_ACK, { DID(HANDSHAKE_ACK), OF(HANDSHAKE) }, { 0 }, NULL },
    { TB_ROW_COMPLETES_HANDSHAKE, { DID(FIN), MARKED(COMPLETES_HANDSHAKE) }, { 0 }, NULL },
    { TB_ROW_SYN_AGAIN, { DID(RETRANSMISSION), .tries = 2 }, { .flags = TB_SYN }, NULL },
    { TB_ROW_SYN_ACK_AGAIN,
      { DID(RETRANSMISSION), BY_SERVER, .tries = 255 },
      { .flags = TB_SYN | TB_ACK },
      NULL },
    { TB_ROW_AGAIN_UNANSWERED, { DID(RETRANSMISSION), .tries = 3 }, { .flags = TB_SYN }, NULL },

    { TB_ROW_REQUEST,
      { DID(REQUEST), CLIENT_HAS(TB_EVENT_HTTP_REQUEST | TB_EVENT_REQUEST_ENDS, 9), .fresh = 9 },
      { BYTES(9) },
      GET },
    { TB_ROW_REQUEST_BEGINS,
      { DID(REQUEST), CLIENT_HAS(TB_EVENT_HTTP_REQUEST, 9), .fresh = 9 },
      { BYTES(9) },
      "PURGE /a HTTP/1.1" },
    { TB_ROW_REQUEST_UNNAMED, { DID(REQUEST), CLIENT_HAS(TB_EVENT_HTTP_REQUEST, 9) }, { 0 }, NULL },
    { TB_ROW_REQUESTS, { DID(REQUEST), .exchange = 1, .exchange_last = 3 }, { BYTES(100) }, GET },
    { TB_ROW_REQUEST_MORE, { DID(REQUEST), CLIENT_HAS(0, 90), .fresh = 9 }, { BYTES(9) }, NULL },
    { TB_ROW_REQUEST_LAST,
      { DID(REQUEST), CLIENT_HAS(TB_EVENT_REQUEST_ENDS, 90), .fresh = 9 },
      { BYTES(9) },
      NULL },
    { TB_ROW_REQUEST_PLAIN, { DID(REQUEST), CLIENT_HAS(0, 9), .fresh = 9 }, { BYTES(9) }, NULL },
    { TB_ROW_REQUEST_TLS,
      { DID(REQUEST), CLIENT_HAS(TB_EVENT_TLS, 9), .fresh = 9 },
      { BYTES(9) },
      NULL },
    { TB_ROW_TLS_MORE,
      { DID(RESPONSE), BY_SERVER, SERVER_HAS(TB_EVENT_TLS, 90) },
      { BYTES(9) },
      NULL },
    { TB_ROW_TLS_HANDSHAKE,
      { DID(FIN), BY_SERVER, .has = TB_EVENT_TLS, .fresh = 9 },
      { BYTES(9), .flags = TB_FIN },
      NULL },
    { TB_ROW_MULTIPLEXED, { DID(REQUEST), MARKED(MULTIPLEXED) }, { BYTES(9) }, NULL },
    { TB_ROW_DATA, { DID(REQUEST) }, { BYTES(9) }, NULL },
    { TB_ROW_PARTLY_NEW, { DID(REQUEST), .fresh = 1 }, { BYTES(9) }, NULL },

    { TB_ROW_GREETING, { DID(GREETING), BY_SERVER }, { BYTES(9) }, NULL },
    { TB_ROW_RESPONSE,
      { DID(RESPONSE), BY_SERVER,
        SERVER_HAS(TB_EVENT_HTTP_RESPONSE | TB_EVENT_RESPONSE_ENDS | STARTS | TIMED, 9) },
      { BYTES(9) },
      OK },
    { TB_ROW_RESPONSE_UNTIMED,
      { DID(RESPONSE), BY_SERVER,
        SERVER_HAS(TB_EVENT_HTTP_RESPONSE | TB_EVENT_RESPONSE_ENDS | STARTS, 9) },
      { BYTES(9) },
      OK },
    { TB_ROW_RESPONSE_BEGINS,
      { DID(RESPONSE), BY_SERVER, SERVER_HAS(TB_EVENT_HTTP_RESPONSE | STARTS | TIMED, 9) },
      { BYTES(9) },
      OK },
    { TB_ROW_RESPONSE_BEGINS_UNTIMED,
      { DID(RESPONSE), BY_SERVER, SERVER_HAS(TB_EVENT_HTTP_RESPONSE | STARTS, 9) },
      { BYTES(9) },
      OK },
    { TB_ROW_RESPONSE_UNNAMED,
      { DID(RESPONSE), BY_SERVER, SERVER_HAS(TB_EVENT_HTTP_RESPONSE | STARTS, 9) },
      { BYTES(9) },
      NULL },
    { TB_ROW_RESPONSE_INTERIM,
      { DID(RESPONSE), BY_SERVER, SERVER_HAS(TB_EVENT_HTTP_RESPONSE, 9) },
      { BYTES(9) },
      "HTTP/1.1 100 Continue" },
    { TB_ROW_RESPONSES,
      { DID(RESPONSE), BY_SERVER, .exchange = 1, .exchange_last = 2 },
      { BYTES(9) },
      OK },
    { TB_ROW_RESPONSE_MORE, { DID(RESPONSE), BY_SERVER, SERVER_HAS(0, 90) }, { BYTES(9) }, NULL },
    { TB_ROW_RESPONSE_LAST,
      { DID(RESPONSE), BY_SERVER, SERVER_HAS(TB_EVENT_RESPONSE_ENDS, 90) },
      { BYTES(9) },
      NULL },
    { TB_ROW_RESPONSE_PLAIN,
      { DID(RESPONSE), BY_SERVER, SERVER_HAS(STARTS | TIMED, 9) },
      { BYTES(9) },
      NULL },
    { TB_ROW_RESPONSE_PLAIN_UNTIMED,
      { DID(RESPONSE), BY_SERVER, SERVER_HAS(STARTS, 9) },
      { BYTES(9) },
      NULL },
    { TB_ROW_RESPONSE_TLS,
      { DID(RESPONSE), BY_SERVER, SERVER_HAS(STARTS | TIMED | TB_EVENT_TLS, 9) },
      { BYTES(9) },
      NULL },
    { TB_ROW_RESPONSE_TLS_UNTIMED,
      { DID(RESPONSE), BY_SERVER, SERVER_HAS(STARTS | TB_EVENT_TLS, 9) },
      { BYTES(9) },
      NULL },

    { TB_ROW_ACK_ALL, { DID(ACK_OF_RESPONSE), .acked = 1, SERVER_HAS(0, 1) }, { 0 }, NULL },
    { TB_ROW_ACK_MORE, { DID(ACK_OF_RESPONSE), .acked = 9, SERVER_HAS(0, 90) }, { 0 }, NULL },
    { TB_ROW_ACK_UNSEEN, { DID(ACK_OF_RESPONSE), .unseen = true, .acked = 1 }, { 0 }, NULL },
    { TB_ROW_ACK_PART, { DID(ACK_OF_RESPONSE), .acked = 9, .unacked = 1 }, { 0 }, NULL },
    { TB_ROW_NOT_ANSWERED,
      { DID(ACK_OF_REQUEST), OF(RESPONSE), BY_SERVER, .acked = 9, CLIENT_HAS(0, 9) },
      { 0 },
      NULL },
    { TB_ROW_ANSWERED_WITHIN,
      { DID(ACK_OF_RESPONSE), .unseen = true, .acked = 9, .answered_unseen = true,
        .answered_within_ns = 1 },
      { 0 },
      NULL },
    { TB_ROW_ANSWER_MISSED, { DID(REQUEST), CLIENT_HAS(0, 9), .missed = 40 }, { BYTES(9) }, NULL },
    { TB_ROW_ACK_OCTET_OR_FIN, { DID(ACK), .unseen = true }, { 0 }, NULL },
    { TB_ROW_ACK_AGAIN, { DID(ACK) }, { 0 }, NULL },
    { TB_ROW_ACK_UNKNOWN, { DID(ACK), OF(REQUEST), .unseen = true }, { 0 }, NULL },
    { TB_ROW_ACK, { DID(ACK), OF(REQUEST) }, { 0 }, NULL },
    { TB_ROW_ACK_HANDSHAKE, { DID(ACK), OF(HANDSHAKE) }, { 0 }, NULL },
    { TB_ROW_ACK_TEARDOWN, { DID(ACK), OF(TEARDOWN) }, { 0 }, NULL },
    { TB_ROW_DUP_ACK, { DID(DUP_ACK), OF(TEARDOWN) }, { 0 }, NULL },
    { TB_ROW_DUP_ACK_REQUEST, { DID(DUP_ACK), OF(REQUEST), BY_SERVER }, { 0 }, NULL },
    { TB_ROW_DUP_ACK_RESPONSE, { DID(DUP_ACK), OF(RESPONSE) }, { 0 }, NULL },
    { TB_ROW_SACK, { DID(DUP_ACK), OF(RESPONSE) }, { .sack_count = 1 }, NULL },
    { TB_ROW_CHALLENGE_ACK,
      { DID(CHALLENGE_ACK), .state = { TB_STATE_ESTABLISHED, TB_STATE_ESTABLISHED } },
      { 0 },
      NULL },
    { TB_ROW_HALF_OPEN, { DID(CHALLENGE_ACK), BY_SERVER }, { 0 }, NULL },

    { TB_ROW_RETRANSMISSION, { DID(RETRANSMISSION), OF(TEARDOWN) }, { BYTES(9) }, NULL },
    { TB_ROW_RETRANSMISSION, { DID(FIN), OF(TEARDOWN) }, { .flags = TB_FIN, BYTES(9) }, NULL },
    { TB_ROW_RETRANSMISSION_REQUEST, { DID(RETRANSMISSION), OF(REQUEST) }, { BYTES(9) }, NULL },
    { TB_ROW_RETRANSMISSION_RESPONSE,
      { DID(RETRANSMISSION), OF(RESPONSE), BY_SERVER },
      { BYTES(9) },
      NULL },
    { TB_ROW_RETRANSMISSION_EMPTY, { DID(RETRANSMISSION) }, { 0 }, NULL },
    { TB_ROW_FAST_RETRANSMISSION, { DID(FAST_RETRANSMISSION) }, { BYTES(9) }, NULL },
    { TB_ROW_FAST_RETRANSMISSION_REQUEST,
      { DID(FAST_RETRANSMISSION), OF(REQUEST) },
      { BYTES(9) },
      NULL },
    { TB_ROW_FAST_RETRANSMISSION_RESPONSE,
      { DID(FAST_RETRANSMISSION), OF(RESPONSE), BY_SERVER },
      { BYTES(9) },
      NULL },
    { TB_ROW_OUT_OF_ORDER, { DID(OUT_OF_ORDER), OF(REQUEST) }, { BYTES(9) }, NULL },

    { TB_ROW_WINDOW_UPDATE,
      { DID(WINDOW_UPDATE), .has = TB_EVENT_WINDOW, .window = 9 },
      { .window = 9 },
      NULL },
    { TB_ROW_WINDOW_SHRANK,
      { DID(WINDOW_UPDATE), .has = TB_EVENT_WINDOW | TB_EVENT_WINDOW_CHANGE, .window = 9,
        .window_change = INT32_MIN },
      { .window = 9 },
      NULL },
    { TB_ROW_WINDOW_OPENED,
      { DID(WINDOW_UPDATE), .has = TB_EVENT_WINDOW | TB_EVENT_WINDOW_CHANGE, .window = 9,
        .window_change = 9 },
      { .window = 9 },
      NULL },
    { TB_ROW_WINDOW_UNKNOWN, { DID(WINDOW_UPDATE) }, { .window = 9 }, NULL },
    { TB_ROW_ZERO_WINDOW, { DID(ZERO_WINDOW) }, { 0 }, NULL },
    { TB_ROW_ZERO_WINDOW_ACK, { DID(ZERO_WINDOW), .acked = 9 }, { 0 }, NULL },
    { TB_ROW_ZERO_WINDOW_PROBE, { DID(ZERO_WINDOW_PROBE) }, { BYTES(1) }, NULL },
    { TB_ROW_ZERO_WINDOW_PROBE_ACK, { DID(ZERO_WINDOW_PROBE_ACK) }, { .window = 9 }, NULL },
    { TB_ROW_ZERO_WINDOW_PROBE_ACK_SHUT, { DID(ZERO_WINDOW_PROBE_ACK) }, { 0 }, NULL },
    { TB_ROW_ZERO_WINDOW_PROBE_ACK_OPEN,
      { DID(ZERO_WINDOW_PROBE_ACK), .has = TB_EVENT_WINDOW, .window = 9 },
      { .window = 9 },
      NULL },
    { TB_ROW_KEEP_ALIVE, { DID(KEEP_ALIVE) }, { 0 }, NULL },
    { TB_ROW_KEEP_ALIVE_ACK, { DID(KEEP_ALIVE_ACK) }, { 0 }, NULL },

    { TB_ROW_FIN_PERHAPS_SECOND, { DID(FIN) }, { .flags = TB_FIN }, NULL },
    { TB_ROW_FIN,
      { DID(FIN), .teardown_number = { 1 }, .state = { TB_STATE_FIN_WAIT_1, TB_STATE_CLOSE_WAIT } },
      { .flags = TB_FIN },
      NULL },
    { TB_ROW_FIN_SECOND,
      { DID(FIN), .teardown_number = { 3 }, .state = { TB_STATE_LAST_ACK, TB_STATE_TIME_WAIT } },
      { .flags = TB_FIN },
      NULL },
    { TB_ROW_FIN_ACKS_FIN, { DID(FIN), .teardown_number = { 2, 3 } }, { .flags = TB_FIN }, NULL },
    { TB_ROW_FIN_AT_ONCE,
      { DID(FIN), .teardown_number = { 3 }, .state = { TB_STATE_FIN_WAIT_1, TB_STATE_CLOSING } },
      { .flags = TB_FIN },
      NULL },
    { TB_ROW_AND_FIN, { DID(FIN), .teardown_number = { 1 } }, { BYTES(9) }, NULL },
    { TB_ROW_AND_FIN_SECOND, { DID(FIN), .teardown_number = { 3 } }, { BYTES(9) }, NULL },
    { TB_ROW_AND_FIN_ACKS_FIN, { DID(FIN), .teardown_number = { 2, 3 } }, { BYTES(9) }, NULL },
    { TB_ROW_CUT_UNANSWERED, { DID(FIN), BY_SERVER, .cut = TB_CUT_UNANSWERED }, { 0 }, NULL },
    { TB_ROW_CUT_MID_RESPONSE, { DID(FIN), BY_SERVER, .cut = TB_CUT_MID_RESPONSE }, { 0 }, NULL },
    { TB_ROW_FIN_AGAIN, { DID(RETRANSMISSION), .tries = 2 }, { .flags = TB_FIN }, NULL },
    { TB_ROW_ACK_OF_FIN, { DID(ACK_OF_FIN) }, { 0 }, NULL },
    { TB_ROW_ACK_OF_UNSEEN_FIN, { DID(ACK_OF_FIN), .unseen = true }, { 0 }, NULL },
    { TB_ROW_ACK_OF_FIN_STILL_OPEN,
      { DID(ACK_OF_FIN), .state = { TB_STATE_CLOSE_WAIT, TB_STATE_FIN_WAIT_2 } },
      { 0 },
      NULL },
    { TB_ROW_ACK_OF_FIN_CLOSING,
      { DID(ACK_OF_FIN), .state = { TB_STATE_CLOSING, TB_STATE_TIME_WAIT } },
      { 0 },
      NULL },
    { TB_ROW_ACK_OF_FIN_LAST,
      { DID(ACK_OF_FIN), .state = { TB_STATE_TIME_WAIT, TB_STATE_CLOSED } },
      { 0 },
      NULL },
    { TB_ROW_ACK_OF_FIN_BOTH_WAIT,
      { DID(ACK_OF_FIN), .state = { TB_STATE_TIME_WAIT, TB_STATE_TIME_WAIT } },
      { 0 },
      NULL },

    { TB_ROW_RESET, { DID(RESET) }, { .flags = TB_RST }, NULL },
    { TB_ROW_RESET_REFUSED, { DID(RESET), BY_SERVER, MARKED(REFUSED) }, { .flags = TB_RST }, NULL },
    { TB_ROW_RESET_MID_RESPONSE, { DID(RESET), .cut = TB_CUT_MID_RESPONSE }, { 0 }, NULL },
    { TB_ROW_RESET_UNANSWERED, { DID(RESET), .cut = TB_CUT_UNANSWERED }, { 0 }, NULL },
    { TB_ROW_RESET_INEFFECTIVE, { DID(RESET), MARKED(INEFFECTIVE) }, { 0 }, NULL },
    { TB_ROW_RESET_INFERRED, { DID(RESET), MARKED(INFERRED) }, { 0 }, NULL },
    { TB_ROW_RESET_AFTER_CLOSE, { DID(RESET), .over = true }, { 0 }, NULL },

    { TB_ROW_ICMP_QUOTED, { DID(ICMP_QUOTED), OF(QUOTED) }, { 0 }, NULL },
    { TB_ROW_TRUNCATED, { DID(OTHER), MARKED(TRUNCATED) }, { 0 }, NULL },
    { TB_ROW_OTHER, { DID(OTHER) }, { 0 }, NULL },
    { TB_ROW_ECN_ECHO, { DID(ACK) }, { .flags = TB_ECE }, NULL },
    { TB_ROW_ECN_REDUCED, { DID(ACK) }, { .flags = TB_CWR }, NULL },
    { TB_ROW_LOST_BEFORE, { DID(ACK), MARKED(LOST_BEFORE) }, { 0 }, NULL },
    { TB_ROW_ONE_DIRECTION, { DID(HANDSHAKE_ACK), MARKED(ONE_DIRECTION) }, { 0 }, NULL },
    { TB_ROW_ROLES_INFERRED,
      { DID(FIN), .marks = 1u << TB_MARK_MIDSTREAM | 1u << TB_MARK_INFERRED },
      { 0 },
      NULL },
    { TB_ROW_EXCHANGE_INFERRED, { DID(RESPONSE), BY_SERVER, MARKED(INFERRED) }, { 0 }, NULL },
    { TB_ROW_INFERRED, { DID(KEEP_ALIVE), MARKED(INFERRED) }, { 0 }, NULL },
};

static struct tb_story story_of(const struct way *way)
{
    struct tb_story story = { .event = &way->event, .segment = &way->segment };

    story.start_line[way->event.role] = way->line;
    return story;
}

static bool leads_to_its_row(const struct way *way)
{
    const struct tb_story story = story_of(way);
    enum tb_row chosen[TB_ROWS_MAX];
    size_t count = tb_story_rows(&story, chosen);

    for (size_t i = 0; i < count; i++) {
        if (chosen[i] == way->row)
            return true;
    }
    return false;
}

static void every_row_is_reached(void **state)
{
    bool reached[TB_ROW_COUNT] = { false };

    (void)state;
    for (size_t i = 0; i < LENGTH(ways); i++) {
        if (!leads_to_its_row(&ways[i]))
            fail_msg("another way: %s", rows[ways[i].row].text[TB_LANG_EN]);
        reached[ways[i].row] = true;
    }
    for (size_t i = 0; i < TB_ROW_COUNT; i++) {
        if (!reached[i])
            fail_msg("no way to: %s", rows[i].text[TB_LANG_EN]);
    }
}

static void check_filled(const char *text, enum tb_lang lang)
{
    if (text[0] == '\0' || strpbrk(text, "{}") != NULL || strstr(text, "  ") != NULL ||
        strstr(text, " 1 bytes") != NULL || !is_utf8(text) ||
        !ends_with(text, lang == TB_LANG_JA ? "。" : "."))
        fail_msg("%s", text);
}

static void every_story_is_told_in_whole_sentences(void **state)
{
    char text[ROOM];

    (void)state;
    for (size_t i = 0; i < LENGTH(ways); i++) {
        const struct tb_story story = story_of(&ways[i]);

        for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
            size_t used = tb_text_meaning((enum tb_lang)lang, &story, text, sizeof text);

            assert_int_equal(used, strlen(text));
            check_filled(text, (enum tb_lang)lang);
            tb_text_headline((enum tb_lang)lang, &story, text, sizeof text);
            assert_null(strpbrk(text, "{}"));
            assert_false(ends_with(text, "。") || ends_with(text, "."));
            assert_true(tb_text_info((enum tb_lang)lang, &story, text, sizeof text) > 0);
            assert_true(strlen(text) < 64);
        }
    }
}

static void check_cut(const char *text, size_t used, const char *whole, size_t size)
{
    assert_int_equal(used, strlen(text));
    assert_true(used < size);
    assert_memory_equal(text, whole, used);
    assert_true(is_utf8(text));
    assert_int_equal(text[size], '#');
}

static void a_short_buffer_never_splits_a_character(void **state)
{
    char whole[ROOM];
    char text[ROOM];

    (void)state;
    for (size_t i = 0; i < LENGTH(ways); i++) {
        const struct tb_story story = story_of(&ways[i]);

        for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
            size_t length = tb_text_meaning((enum tb_lang)lang, &story, whole, sizeof whole);

            for (size_t size = 1; size <= length + 1; size++) {
                size_t used;

                memset(text, '#', sizeof text);
                used = tb_text_meaning((enum tb_lang)lang, &story, text, size);
                check_cut(text, used, whole, size);
            }
        }
    }
}

/* ---- values */

static const char *meaning_of(enum tb_lang lang, const struct tb_story *story)
{
    static char text[ROOM];

    tb_text_meaning(lang, story, text, sizeof text);
    return text;
}

static void one_byte_is_singular(void **state)
{
    static const struct tb_event all = { DID(ACK_OF_RESPONSE), .acked = 1, SERVER_HAS(0, 1) };
    static const struct tb_segment segment = { 0 };
    const struct tb_story story = { .event = &all, .segment = &segment };

    (void)state;
    assert_string_equal(meaning_of(TB_LANG_EN, &story),
                        "The client's TCP has received the 1 byte (ACK).");
    assert_string_equal(meaning_of(TB_LANG_JA, &story),
                        "クライアントの TCP が 1 バイトの受信を確認応答しました (ACK)。");
}

#define NAMED(name) .text[TB_OWNER_COMM] = { name, sizeof(name) - 1 }

static void a_process_takes_the_place_of_its_role(void **state)
{
    static const struct tb_event fin = { DID(ACK_OF_FIN),
                                         .state = { TB_STATE_TIME_WAIT, TB_STATE_CLOSED } };
    static const struct tb_owner curl = { NAMED("curl"), .has = TB_OWNER_PID, .pid = 4242 };
    static const struct tb_owner japanese = { NAMED("サーバ") };
    static const struct tb_segment segment = { 0 };
    const struct tb_story story = { .event = &fin,
                                    .segment = &segment,
                                    .owner = { &curl, &japanese } };

    (void)state;
    assert_string_equal(meaning_of(TB_LANG_EN, &story),
                        "curl has received サーバ's FIN (ACK): the connection is closed. curl, "
                        "which closed first, waits in TIME-WAIT for a while in case a late "
                        "segment arrives.");
    assert_string_equal(meaning_of(TB_LANG_JA, &story),
                        "curl がサーバの FIN に確認応答しました (ACK)。"
                        "これで切断は完了です。先に閉じた側なので、"
                        "遅れて届くセグメントに備え TIME-WAIT で待ちます。");
}

static void the_folded_line_tells_processes_of_one_name_apart(void **state)
{
    static const struct tb_event syn = { OF(HANDSHAKE), DID(SYN), .handshake_number = 1 };
    static const struct tb_segment segment = { .flags = TB_SYN };
    static const struct tb_owner curl = { NAMED("curl"), .has = TB_OWNER_PID | TB_OWNER_UID,
                                          .pid = 4242, .uid = 1000 };
    static const struct tb_owner hello = { NAMED("hello"), .has = TB_OWNER_PID | TB_OWNER_FD,
                                           .pid = 20152, .fd = 3 };
    struct tb_story story = { .event = &syn, .segment = &segment, .owner = { &curl, &hello } };
    char text[400];

    (void)state;
    tb_text_headline(TB_LANG_EN, &story, text, sizeof text);
    assert_string_equal(text, "Handshake 1 of 3: curl (4242, uid 1000) asks hello (20152, fd 3) to "
                              "open a connection");
    tb_text_headline(TB_LANG_JA, &story, text, sizeof text);
    assert_string_equal(text, "ハンドシェイク 1/3: curl (4242, uid 1000) が hello (20152, fd 3) に"
                              "接続を要求しました");
    tb_text_info(TB_LANG_EN, &story, text, sizeof text);
    assert_string_equal(text, "handshake 1/3 curl → hello");
    story.owner[TB_ROLE_SERVER] = NULL;
    tb_text_info(TB_LANG_JA, &story, text, sizeof text);
    assert_string_equal(text, "ハンドシェイク 1/3 curl → サーバー");
}

static void ends_that_are_named_alike_are_told_apart(void **state)
{
    static const struct tb_event event = { DID(KEEP_ALIVE) };
    static const struct tb_segment segment = { 0 };
    static const struct tb_owner one = { NAMED("python3"), .has = TB_OWNER_PID, .pid = 7 };
    static const struct tb_owner other = { NAMED("python3"), .has = TB_OWNER_PID, .pid = 8 };
    const struct tb_story story = { .event = &event,
                                    .segment = &segment,
                                    .owner = { &one, &other } };

    (void)state;
    assert_string_equal(meaning_of(TB_LANG_EN, &story),
                        "python3 (client) checks whether python3 (server) is still there (TCP "
                        "keep-alive). No new data is carried.");
    assert_string_equal(meaning_of(TB_LANG_JA, &story),
                        "python3 (サーバー) がまだ応答できるかどうかを、python3 (クライアント) が"
                        "確かめています (TCP キープアライブ)。新しいデータは含みません。");
}

static void an_owner_that_is_not_sure_is_marked(void **state)
{
    static const struct tb_event event = { DID(KEEP_ALIVE_ACK) };
    static const struct tb_segment segment = { 0 };
    static const struct tb_owner nginx = { NAMED("nginx"), .certainty = TB_OWNER_UNSURE };
    const struct tb_story story = { .event = &event, .segment = &segment, .owner = { &nginx } };
    char text[100];

    (void)state;
    assert_string_equal(meaning_of(TB_LANG_EN, &story),
                        "nginx (unsure) answers the keep-alive (ACK): the connection is alive.");
    assert_string_equal(meaning_of(TB_LANG_JA, &story),
                        "nginx (不確実) がキープアライブに応答しました (ACK)。"
                        "コネクションは維持されています。");
    tb_text_info(TB_LANG_EN, &story, text, sizeof text);
    assert_non_null(strstr(text, "nginx? → server"));
}

static void a_process_without_a_name_is_told_by_its_number(void **state)
{
    static const struct tb_event event = { DID(KEEP_ALIVE_ACK) };
    static const struct tb_segment segment = { 0 };
    static const struct tb_owner nameless = { .has = TB_OWNER_PID, .pid = 4242 };
    static const struct tb_owner nobody = { .has = TB_OWNER_UID, .uid = 1000 };
    struct tb_story story = { .event = &event, .segment = &segment, .owner = { &nameless } };

    (void)state;
    assert_string_equal(meaning_of(TB_LANG_EN, &story),
                        "Process 4242 answers the keep-alive (ACK): the connection is alive.");
    assert_string_equal(meaning_of(TB_LANG_JA, &story),
                        "プロセス 4242 がキープアライブに応答しました (ACK)。"
                        "コネクションは維持されています。");
    story.owner[TB_ROLE_CLIENT] = &nobody;
    assert_string_equal(meaning_of(TB_LANG_EN, &story),
                        "The client answers the keep-alive (ACK): the connection is alive.");
}

struct hostile {
    const char *name;
    const char *shown;
};

static void what_comes_from_outside_is_escaped(void **state)
{
    static const struct hostile names[] = {
        { "a\x1b[31mb", "a\\x1b[31mb" },
        { "a\\x1b", "a\\\\x1b" },
        { "tab\there\x7f", "tab\\x09here\\x7f" },
        { "\xff\xfe", "\\xff\\xfe" },
        { "\xc0\xaf", "\\xc0\\xaf" },                   /* overlong */
        { "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },          /* overlong */
        { "\xed\xa0\x80", "\\xed\\xa0\\x80" },          /* a surrogate */
        { "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" }, /* above U+10FFFF */
        { "\xe3\x81", "\\xe3\\x81" },                   /* cut */
        /* right-to-left override, and its end */
        { "a\xe2\x80\xae\xe2\x80\xac", "a\\xe2\\x80\\xae\\xe2\\x80\\xac" },
        { "\xc2\x85", "\\xc2\\x85" }, /* NEL */
        { "\xef\xbb\xbf", "\\xef\\xbb\\xbf" },
        { "日本 \xf0\x9f\x90\x8b", "日本 \xf0\x9f\x90\x8b" },
        { "{dst}", "{dst}" },
    };
    static const struct tb_event event = { DID(KEEP_ALIVE_ACK) };
    static const struct tb_segment segment = { 0 };

    (void)state;
    for (size_t i = 0; i < LENGTH(names); i++) {
        const struct tb_owner owner = { .text[TB_OWNER_COMM] = { names[i].name,
                                                                 strlen(names[i].name) } };
        const struct tb_story story = { .event = &event,
                                        .segment = &segment,
                                        .owner = { &owner, NULL } };
        const char *text = meaning_of(TB_LANG_EN, &story);
        size_t length = strlen(names[i].shown);

        assert_memory_equal(text, names[i].shown, length);
        assert_string_equal(text + length,
                            " answers the keep-alive (ACK): the connection is alive.");
    }
}

static void a_long_name_is_cut_with_an_ellipsis(void **state)
{
    static const struct tb_event event = { DID(KEEP_ALIVE_ACK) };
    static const struct tb_segment segment = { 0 };
    char name[300];
    const struct tb_owner owner = { .text[TB_OWNER_COMM] = { name, sizeof name - 1 } };
    const struct tb_story story = { .event = &event,
                                    .segment = &segment,
                                    .owner = { &owner, NULL } };

    (void)state;
    for (size_t lead = 0; lead < 3; lead++) {
        memset(name, 'a', sizeof name);
        for (size_t at = lead; at + 3 < sizeof name; at += 3)
            memcpy(name + at, "あ", 3);
        name[sizeof name - 1] = '\0';
        assert_true(is_utf8(meaning_of(TB_LANG_EN, &story)));
        assert_non_null(strstr(meaning_of(TB_LANG_EN, &story), "あ… answers"));
        assert_true(strlen(meaning_of(TB_LANG_EN, &story)) < 140);
    }
}

static void a_start_line_ends_with_its_line(void **state)
{
    struct tb_event event = { DID(REQUEST),
                              CLIENT_HAS(TB_EVENT_HTTP_REQUEST | TB_EVENT_REQUEST_ENDS, 9) };
    static const struct tb_segment segment = { BYTES(9) };
    struct tb_story story = { .event = &event, .segment = &segment };
    char line[400];

    (void)state;
    story.start_line[TB_ROLE_CLIENT] = "GET /\x1b] HTTP/1.1\nHost: a";
    assert_string_equal(meaning_of(TB_LANG_EN, &story),
                        "The client sends its request: GET /\\x1b] HTTP/1.1, 9 bytes.");
    memset(line, 'a', sizeof line);
    memcpy(line, "GET /", 5);
    line[sizeof line - 1] = '\0';
    story.start_line[TB_ROLE_CLIENT] = line;
    assert_non_null(strstr(meaning_of(TB_LANG_JA, &story), "aaa…」(9 バイト)"));
    assert_true(strlen(meaning_of(TB_LANG_JA, &story)) < 240);
}

struct duration {
    uint64_t ns;
    const char *english;
    const char *japanese;
};

static void a_duration_shows_three_digits_or_all(void **state)
{
    static const struct duration durations[] = {
        { 0, "0.000 ms", "0.000 ミリ秒" },
        { 321, "321 ns", "321 ナノ秒" },
        { 12000, "0.012 ms", "0.012 ミリ秒" },
        { 12345, "12.345 µs", "12.345 マイクロ秒" },
        { 94000, "0.094 ms", "0.094 ミリ秒" },
        { 94001, "94.001 µs", "94.001 マイクロ秒" },
        { 100001, "0.100 ms", "0.100 ミリ秒" },
        { 21800000, "21.800 ms", "21.800 ミリ秒" },
        { 999999999, "999.999 ms", "999.999 ミリ秒" },
        { 1250000000, "1.250 s", "1.250 秒" },
        { UINT64_MAX, "18446744073.709 s", "18446744073.709 秒" },
    };
    char text[64];

    (void)state;
    for (size_t i = 0; i < LENGTH(durations); i++) {
        tb_text_duration(TB_LANG_EN, durations[i].ns, text, sizeof text);
        assert_string_equal(text, durations[i].english);
        tb_text_duration(TB_LANG_JA, durations[i].ns, text, sizeof text);
        assert_string_equal(text, durations[i].japanese);
    }
}

/* ---- flags */

/* What tcpdump 4.99.3 prints for hand-made headers; "e" is of later releases. */
static void flags_are_spelled_as_tcpdump_spells_them(void **state)
{
    static const struct {
        unsigned flags;
        const char *letters;
        const char *names;
    } known[] = {
        { 0, "none", "" },
        { TB_SYN, "S", "SYN" },
        { TB_SYN | TB_ACK, "S.", "SYN, ACK" },
        { TB_PSH | TB_ACK, "P.", "PSH, ACK" },
        { TB_FIN | TB_ACK, "F.", "FIN, ACK" },
        { TB_FIN | TB_PSH | TB_ACK, "FP.", "FIN, PSH, ACK" },
        { TB_RST, "R", "RST" },
        { TB_RST | TB_ACK, "R.", "RST, ACK" },
        { TB_ACK, ".", "ACK" },
        { TB_ACK | TB_URG, ".U", "ACK, URG" },
        { TB_SYN | TB_ECE | TB_CWR, "SEW", "SYN, ECE, CWR" },
        { TB_FIN | TB_SYN | TB_RST, "FSR", "FIN, SYN, RST" },
        { 0xff, "FSRP.UEW", "FIN, SYN, RST, PSH, ACK, URG, ECE, CWR" },
        { 0xe00, "none", "" },
        { TB_AE, "e", "AE" },
    };
    char text[64];

    (void)state;
    for (size_t i = 0; i < LENGTH(known); i++) {
        tb_text_flags((uint16_t)known[i].flags, text, sizeof text);
        assert_string_equal(text, known[i].letters);
        tb_text_flag_names((uint16_t)known[i].flags, text, sizeof text);
        assert_string_equal(text, known[i].names);
    }
}

/* tcpdump's table is by bit; the three reserved bits print nothing. */
static void every_combination_of_flags_follows_the_rule(void **state)
{
    static const char order[] = "FSRP.UEWe";
    char text[64];

    (void)state;
    for (unsigned flags = 0; flags <= TB_FLAGS; flags++) {
        char expected[16] = "";
        size_t length = 0;

        for (unsigned bit = 0; bit < sizeof order - 1; bit++) {
            if ((flags >> bit & 1u) != 0)
                expected[length++] = order[bit];
        }
        tb_text_flags((uint16_t)flags, text, sizeof text);
        assert_string_equal(text, length > 0 ? expected : "none");
    }
}

/* ---- references and languages */

static void every_place_to_read_more_is_reached(void **state)
{
    static const struct tb_event more[] = {
        { DID(SYN), MARKED(FAST_OPEN) },
        { DID(RESET), MARKED(INEFFECTIVE) },
        { DID(TLS_HANDSHAKE) },
    };
    bool reached[TB_PLACE_COUNT] = { false };

    (void)state;
    for (size_t i = 0; i < LENGTH(ways); i++)
        reached[tb_story_place(&ways[i].event)] = true;
    for (size_t i = 0; i < LENGTH(more); i++)
        reached[tb_story_place(&more[i])] = true;
    for (int i = 0; i < TB_PLACE_COUNT; i++) {
        if (!reached[i])
            fail_msg("place %d", i);
    }
}

static void a_reference_names_the_section_and_links_to_it(void **state)
{
    static const struct tb_event syn = { DID(SYN) };
    static const struct tb_event probe = { DID(ZERO_WINDOW_PROBE) };

    (void)state;
    assert_string_equal(tb_text_reference(TB_LANG_EN, &syn).label, "RFC 9293 section 3.5");
    assert_string_equal(tb_text_reference(TB_LANG_JA, &syn).label, "RFC 9293 3.5 節");
    assert_string_equal(tb_text_reference(TB_LANG_JA, &syn).url,
                        "https://www.rfc-editor.org/rfc/rfc9293#section-3.5");
    assert_string_equal(tb_text_reference(TB_LANG_EN, &probe).url,
                        "https://www.rfc-editor.org/rfc/rfc9293#section-3.8.6.1");
}

static void the_locale_names_the_language(void **state)
{
    (void)state;
    assert_int_equal(tb_text_lang_of_locale("ja_JP.UTF-8"), TB_LANG_JA);
    assert_int_equal(tb_text_lang_of_locale("ja"), TB_LANG_JA);
    assert_int_equal(tb_text_lang_of_locale("ja.UTF-8"), TB_LANG_JA);
    assert_int_equal(tb_text_lang_of_locale("jam_JM"), TB_LANG_EN);
    assert_int_equal(tb_text_lang_of_locale("C.UTF-8"), TB_LANG_EN);
    assert_int_equal(tb_text_lang_of_locale(""), TB_LANG_EN);
    assert_int_equal(tb_text_lang_of_locale(NULL), TB_LANG_EN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_languages_use_the_same_tokens),
        cmocka_unit_test(every_token_is_filled_by_somebody),
        cmocka_unit_test(every_sentence_is_whole_in_both_languages),
        cmocka_unit_test(no_japanese_row_spaces_its_tokens),
        cmocka_unit_test(every_word_is_there_in_both_languages),
        cmocka_unit_test(the_article_reads_as_it_should),
        cmocka_unit_test(the_folded_line_is_the_first_sentence),
        cmocka_unit_test(the_info_prefix_is_short),
        cmocka_unit_test(every_row_is_reached),
        cmocka_unit_test(every_story_is_told_in_whole_sentences),
        cmocka_unit_test(a_short_buffer_never_splits_a_character),
        cmocka_unit_test(one_byte_is_singular),
        cmocka_unit_test(a_process_takes_the_place_of_its_role),
        cmocka_unit_test(the_folded_line_tells_processes_of_one_name_apart),
        cmocka_unit_test(ends_that_are_named_alike_are_told_apart),
        cmocka_unit_test(an_owner_that_is_not_sure_is_marked),
        cmocka_unit_test(a_process_without_a_name_is_told_by_its_number),
        cmocka_unit_test(what_comes_from_outside_is_escaped),
        cmocka_unit_test(a_long_name_is_cut_with_an_ellipsis),
        cmocka_unit_test(a_start_line_ends_with_its_line),
        cmocka_unit_test(a_duration_shows_three_digits_or_all),
        cmocka_unit_test(flags_are_spelled_as_tcpdump_spells_them),
        cmocka_unit_test(every_combination_of_flags_follows_the_rule),
        cmocka_unit_test(every_place_to_read_more_is_reached),
        cmocka_unit_test(a_reference_names_the_section_and_links_to_it),
        cmocka_unit_test(the_locale_names_the_language),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
