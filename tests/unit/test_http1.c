/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_http1.c - the borders of HTTP/1 messages, whole, split at every octet and cut short
 *
 * A row is an input and the borders that must be found in it, written as START, HEAD, END and LOST
 * with the offset in the input where each stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "edge.h"
#include "http1.h"

#define TEXT(literal) literal, sizeof(literal) - 1
#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define HEAD_FACTS    TB_HTTP1_IS_HEAD
#define CONNECT_FACTS TB_HTTP1_IS_CONNECT

struct row {
    const char *name;
    enum tb_http1_kind kind;
    unsigned answers; /* facts of the request, where it is a response */
    const char *input;
    size_t length;
    const char *borders;
};

static const struct row rows[] = {
    { "a_request_without_a_body_ends_with_its_head", TB_HTTP1_REQUEST, 0,
      TEXT("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "START 0 HEAD 27 END 27" },
    { "a_bare_lf_ends_a_line", TB_HTTP1_REQUEST, 0, TEXT("GET / HTTP/1.1\nHost: a\n\n"),
      "START 0 HEAD 24 END 24" },
    { "line_ends_may_be_mixed", TB_HTTP1_REQUEST, 0, TEXT("GET / HTTP/1.1\r\nHost: a\n\r\n"),
      "START 0 HEAD 26 END 26" },
    { "a_request_may_have_no_fields", TB_HTTP1_REQUEST, 0, TEXT("GET / HTTP/1.0\r\n\r\n"),
      "START 0 HEAD 18 END 18" },
    { "empty_lines_before_a_request_belong_to_none", TB_HTTP1_REQUEST, 0,
      TEXT("\r\n\nGET / HTTP/1.1\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
      "START 3 HEAD 21 END 21 START 25 HEAD 43 END 43" },
    { "pipelined_requests_are_separate", TB_HTTP1_REQUEST, 0,
      TEXT("GET /a HTTP/1.1\r\n\r\nHEAD /b HTTP/1.1\r\n\r\nPUT /c "
           "HTTP/1.1\r\nContent-Length:2\r\n\r\nxxDELETE /d HTTP/1.1\r\n\r\n"),
      "START 0 HEAD 19 END 19 START 19 HEAD 39 END 39 START 39 HEAD 76 END 78 START 78 HEAD 100 "
      "END 100" },
    { "a_counted_body_ends_with_its_last_octet", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\n\r\n"),
      "START 0 HEAD 38 END 43 START 43 HEAD 61 END 61" },
    { "field_names_and_codings_have_no_case", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\ncOnTeNt-LENGTH:\t5 \r\n\r\nhello"), "START 0 HEAD 39 END 44" },
    { "a_length_of_zero_is_no_body", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"), "START 0 HEAD 38 END 38" },
    { "equal_lengths_are_one", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\nContent-Length: 5, 5 ,05\r\nContent-Length: 5\r\n\r\nhello"),
      "START 0 HEAD 64 END 69" },
    { "different_lengths_are_lost", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
      "START 0 HEAD 57 LOST 57" },
    { "different_lengths_in_a_list_are_lost", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\nContent-Length: 5,6\r\n\r\nhello"), "START 0 HEAD 40 LOST 40" },
    { "an_empty_length_is_lost", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\nContent-Length: \r\n\r\n"), "START 0 HEAD 37 LOST 37" },
    { "a_length_with_a_sign_is_lost", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\nContent-Length: +5\r\n\r\nhello"), "START 0 HEAD 39 LOST 39" },
    { "a_length_of_two_numbers_is_lost", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\nContent-Length: 5 5\r\n\r\nhello"), "START 0 HEAD 40 LOST 40" },
    { "the_longest_length_is_counted", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\nhello"),
      "START 0 HEAD 57" },
    { "a_longer_length_is_lost", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\nContent-Length: 18446744073709551616\r\n\r\nhello"),
      "START 0 HEAD 57 LOST 57" },
    { "a_folded_length_is_read_on", TB_HTTP1_REQUEST, 0,
      TEXT("POST / HTTP/1.1\r\nContent-Length:\r\n 5\r\n\t,5\r\n\r\nhello"),
      "START 0 HEAD 45 END 50" },
    { "a_folded_line_is_no_field", TB_HTTP1_REQUEST, 0,
      TEXT("GET / HTTP/1.1\r\nX: y\r\n Content-Length: 5\r\n\r\n"), "START 0 HEAD 44 END 44" },
    { "a_fold_before_all_fields_is_passed_over", TB_HTTP1_REQUEST, 0,
      TEXT("GET / HTTP/1.1\r\n Content-Length: 5\r\nA: b\r\n\r\n"), "START 0 HEAD 44 END 44" },
    { "names_that_begin_alike_are_other_fields", TB_HTTP1_REQUEST, 0,
      TEXT("GET / HTTP/1.1\r\nContent-Lengt: 5\r\nContent-Length2: 5\r\nConnection-Length: 5\r\n"
           "C\r\nContent-Length\r\n: 5\r\nTransfer-Encodings: chunked\r\n\r\n"),
      "START 0 HEAD 131 END 131" },
    { "a_space_before_the_colon_does_not_hide_a_field", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\r\nContent-Length : 2\r\n\r\nxx"), "START 0 HEAD 38 END 40" },
    { "chunks_are_counted", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0A\r\n0123456789\r\n"
           "0\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
      "START 0 HEAD 46 END 77 START 77 HEAD 95 END 95" },
    { "chunks_may_end_in_bare_lf", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\nTransfer-Encoding: chunked\n\n5\nhello\n0\n\n"),
      "START 0 HEAD 43 END 54" },
    { "chunk_extensions_and_trailers_are_passed_over", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n3 \r\nabc\r\n"
           "00;z\r\nContent-Length: 7\r\n x\r\nB: c\n\r\nGET / HTTP/1.1\r\n\r\n"),
      "START 0 HEAD 46 END 107 START 107 HEAD 125 END 125" },
    { "chunked_wins_over_a_length", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\r\nContent-Length: x\r\nTransfer-Encoding: gzip, Chunked\r\n"
           "Content-Length: 3\r\n\r\n1\r\na\r\n0\r\n\r\n"),
      "START 0 HEAD 90 END 101" },
    { "codings_on_two_lines_are_one_list", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\r\nTransfer-Encoding: gzip;q=1\r\nTransfer-Encoding: ,chunked "
           ",\r\n\r\n0\r\n\r\n"),
      "START 0 HEAD 78 END 83" },
    { "a_request_whose_last_coding_is_not_chunked_is_lost", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\nContent-Length: 3\r\n\r\nabc"),
      "START 0 HEAD 71 LOST 71" },
    { "a_coding_that_begins_like_chunked_is_not", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\r\nTransfer-Encoding: chunkedx\r\n\r\n"), "START 0 HEAD 47 LOST 47" },
    { "a_chunk_without_a_size_is_lost", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\nTransfer-Encoding: chunked\n\n\r\n"), "START 0 HEAD 43 LOST 43" },
    { "a_chunk_size_of_64_bits_is_counted", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\nTransfer-Encoding: chunked\n\nffffffffffffffff\nabc"),
      "START 0 HEAD 43" },
    { "a_longer_chunk_size_is_lost", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\nTransfer-Encoding: chunked\n\n10000000000000000\n"),
      "START 0 HEAD 43 LOST 59" },
    { "a_chunk_longer_than_it_says_is_lost", TB_HTTP1_REQUEST, 0,
      TEXT("PUT / HTTP/1.1\nTransfer-Encoding: chunked\n\n3\nabcd\n0\n\n"),
      "START 0 HEAD 43 LOST 48" },
    { "a_target_may_hold_anything_but_control_octets", TB_HTTP1_REQUEST, 0,
      TEXT("M-SEARCH *?q=\xe3\x81\x82 b HTTP/1.1\n\n"), "START 0 HEAD 29 END 29" },
    { "spaces_after_the_version_are_passed_over", TB_HTTP1_REQUEST, 0,
      TEXT("GET / HTTP/1.1 \r\n\r\n"), "START 0 HEAD 19 END 19" },
    { "a_greeting_of_another_protocol_is_lost", TB_HTTP1_REQUEST, 0,
      TEXT("EHLO client.example\r\n"), "START 0 LOST 19" },
    { "a_line_of_one_word_is_lost", TB_HTTP1_REQUEST, 0, TEXT("QUIT\r\n"), "START 0 LOST 4" },
    { "a_line_without_a_target_is_lost", TB_HTTP1_REQUEST, 0, TEXT("GET  HTTP/1.1\r\n"),
      "START 0 LOST 4" },
    { "a_request_without_a_version_is_lost", TB_HTTP1_REQUEST, 0, TEXT("GET /\r\n"),
      "START 0 LOST 5" },
    { "a_version_of_two_digits_is_lost", TB_HTTP1_REQUEST, 0, TEXT("GET / HTTP/1.12\r\n"),
      "START 0 LOST 14" },
    { "octets_that_begin_no_token_are_lost_at_once", TB_HTTP1_REQUEST, 0,
      TEXT("\x16\x03\x01\x02\x00\x01"), "LOST 0" },
    { "a_zero_octet_in_a_target_is_lost", TB_HTTP1_REQUEST, 0, TEXT("GET /\0 HTTP/1.1\r\n\r\n"),
      "START 0 LOST 5" },
    { "the_preface_of_http_2_is_recognised_and_then_all_is_lost", TB_HTTP1_REQUEST, 0,
      TEXT("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "START 0 HEAD 18 END 18 LOST 18" },
    { "only_pri_may_say_version_2", TB_HTTP1_REQUEST, 0, TEXT("GET / HTTP/2.0\r\n\r\n"),
      "START 0 LOST 14" },

    { "a_response_with_a_length_ends_after_it", TB_HTTP1_RESPONSE, 0,
      TEXT("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 404 \r\nContent-length: "
           "0\r\n\r\n"),
      "START 0 HEAD 38 END 40 START 40 HEAD 76 END 76" },
    { "a_response_without_a_length_ends_with_the_connection", TB_HTTP1_RESPONSE, 0,
      TEXT("HTTP/1.1 200 OK\n\nHello\nHTTP/1.1 200 OK\n\n"), "START 0 HEAD 17 CLOSED 40" },
    { "a_response_of_http_1_0_likewise", TB_HTTP1_RESPONSE, 0,
      TEXT("HTTP/1.0 200 OK\r\nContent-Type: a\r\n\r\nHello"), "START 0 HEAD 36 CLOSED 41" },
    { "a_response_may_have_no_reason", TB_HTTP1_RESPONSE, 0, TEXT("HTTP/1.1 204\r\n\r\n"),
      "START 0 HEAD 16 END 16" },
    { "204_has_no_body", TB_HTTP1_RESPONSE, 0,
      TEXT("HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n"), "START 0 HEAD 46 END 46" },
    { "304_has_no_body", TB_HTTP1_RESPONSE, 0,
      TEXT("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\nHTTP/1.1 200 "
           "OK\r\nContent-Length: 0\r\n\r\n"),
      "START 0 HEAD 57 END 57 START 57 HEAD 95 END 95" },
    { "a_response_to_head_has_no_body", TB_HTTP1_RESPONSE, HEAD_FACTS,
      TEXT("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"), "START 0 HEAD 38 END 38" },
    { "an_interim_response_is_a_message_of_its_own", TB_HTTP1_RESPONSE, 0,
      TEXT("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 "
           "OK\r\nContent-Length: 1\r\n\r\nx"),
      "START 0 HEAD 25 END 25 START 25 HEAD 62 END 62 START 62 HEAD 100 END 101" },
    { "after_101_all_is_lost", TB_HTTP1_RESPONSE, 0,
      TEXT("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"),
      "START 0 HEAD 48 END 48 LOST 48" },
    { "a_tunnel_follows_a_connect_that_succeeds", TB_HTTP1_RESPONSE, CONNECT_FACTS,
      TEXT("HTTP/1.1 200 Established\r\nContent-Length: 4\r\n\r\n\x16"),
      "START 0 HEAD 47 END 47 LOST 47" },
    { "no_tunnel_follows_a_connect_that_fails", TB_HTTP1_RESPONSE, CONNECT_FACTS,
      TEXT("HTTP/1.1 407 Proxy\r\nContent-Length: 1\r\n\r\nx"), "START 0 HEAD 41 END 42" },
    { "a_chunked_response_ends_with_its_trailer", TB_HTTP1_RESPONSE, 0,
      TEXT("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nT: u\r\n\r\n"),
      "START 0 HEAD 47 END 64" },
    { "a_response_whose_last_coding_is_not_chunked_ends_with_the_connection", TB_HTTP1_RESPONSE, 0,
      TEXT("HTTP/1.1 200 OK\nTransfer-Encoding: chunked, x\nContent-Length: 1\n\nabc"),
      "START 0 HEAD 65 CLOSED 68" },
    { "a_response_with_different_lengths_is_lost", TB_HTTP1_RESPONSE, 0,
      TEXT("HTTP/1.1 200 OK\nContent-Length: 1,2\n\nabc"), "START 0 HEAD 37 LOST 37" },
    { "a_cr_before_crlf_still_ends_a_head", TB_HTTP1_RESPONSE, 0,
      TEXT("HTTP/1.1 204 x\r\r\n\r\r\n"), "START 0 HEAD 20 END 20" },
    { "a_lone_cr_ends_nothing", TB_HTTP1_RESPONSE, 0, TEXT("HTTP/1.1 204 x\r\n\rA: b\r\rC: d\n\n"),
      "START 0 HEAD 29 END 29" },
    { "a_status_of_two_digits_is_lost", TB_HTTP1_RESPONSE, 0, TEXT("HTTP/1.1 20 OK\r\n\r\n"),
      "START 0 LOST 11" },
    { "a_status_of_four_digits_is_lost", TB_HTTP1_RESPONSE, 0, TEXT("HTTP/1.1 2000\r\n\r\n"),
      "START 0 LOST 12" },
    { "a_status_below_100_is_lost", TB_HTTP1_RESPONSE, 0, TEXT("HTTP/1.1 099 x\r\n\r\n"),
      "START 0 LOST 9" },
    { "a_greeting_of_a_mail_server_is_lost", TB_HTTP1_RESPONSE, 0, TEXT("220 mail ESMTP\r\n"),
      "LOST 0" },
    { "a_line_that_only_begins_like_a_response_is_lost", TB_HTTP1_RESPONSE, 0,
      TEXT("HELO there\r\n"), "START 0 LOST 1" },
};

static const char *const border_names[] = {
    [TB_HTTP1_START] = "START",
    [TB_HTTP1_HEAD] = "HEAD",
    [TB_HTTP1_END] = "END",
    [TB_HTTP1_LOST] = "LOST",
};

/* The borders found so far, as text. */
struct trace {
    struct tb_http1 parser;
    unsigned answers;
    size_t offset;
    size_t used;
    bool lost;
    char text[512];
};

static void begin(struct trace *trace, const struct row *row)
{
    memset(trace, 0, sizeof(*trace));
    tb_http1_init(&trace->parser, row->kind);
    trace->answers = row->answers;
}

static void note(struct trace *trace, const char *what)
{
    int added = snprintf(trace->text + trace->used, sizeof(trace->text) - trace->used, "%s%s %zu",
                         trace->used == 0 ? "" : " ", what, trace->offset);

    assert_true(added > 0 && (size_t)added < sizeof(trace->text) - trace->used);
    trace->used += (size_t)added;
}

/* Feeds a piece until it is used up. `data` NULL: missing octets. */
static void feed(struct trace *trace, const uint8_t *data, size_t length)
{
    enum tb_http1_border border = TB_HTTP1_START;
    size_t used = 0;

    while (!trace->lost && border != TB_HTTP1_MORE) {
        size_t now = tb_http1_feed(&trace->parser, data == NULL ? NULL : data + used, length - used,
                                   &border);

        assert_true(now <= length - used);
        used += now;
        trace->offset += now;
        trace->lost = border == TB_HTTP1_LOST;
        if (border == TB_HTTP1_MORE)
            assert_int_equal(used, length);
        else
            note(trace, border_names[border]);
        if (border == TB_HTTP1_START)
            tb_http1_answers(&trace->parser, trace->answers);
    }
}

static void feed_text(struct trace *trace, const char *text, size_t length)
{
    feed(trace, tb_edge_put(text, length), length);
}

static void finish(struct trace *trace)
{
    if (tb_http1_close(&trace->parser))
        note(trace, "CLOSED");
}

static void in_one_piece(const struct row *row)
{
    struct trace trace;

    begin(&trace, row);
    feed_text(&trace, row->input, row->length);
    finish(&trace);
    assert_string_equal(trace.text, row->borders);
}

static void in_two_pieces(const struct row *row)
{
    for (size_t cut = 0; cut <= row->length; cut++) {
        struct trace trace;

        begin(&trace, row);
        feed_text(&trace, row->input, cut);
        feed_text(&trace, row->input + cut, row->length - cut);
        finish(&trace);
        assert_string_equal(trace.text, row->borders);
    }
}

static void in_three_pieces(const struct row *row)
{
    for (size_t first = 0; first <= row->length; first++)
        for (size_t second = first; second <= row->length; second++) {
            struct trace trace;

            begin(&trace, row);
            feed_text(&trace, row->input, first);
            feed_text(&trace, row->input + first, second - first);
            feed_text(&trace, row->input + second, row->length - second);
            finish(&trace);
            assert_string_equal(trace.text, row->borders);
        }
}

static void octet_by_octet(const struct row *row)
{
    struct trace trace;

    begin(&trace, row);
    for (size_t i = 0; i < row->length; i++)
        feed_text(&trace, row->input + i, 1);
    finish(&trace);
    assert_string_equal(trace.text, row->borders);
}

/* What is found in the first octets is the beginning of what is found in all. */
static void cut_short(const struct row *row)
{
    for (size_t length = 0; length <= row->length; length++) {
        struct trace trace;

        begin(&trace, row);
        feed_text(&trace, row->input, length);
        assert_memory_equal(trace.text, row->borders, trace.used);
    }
}

static void has_the_borders_of_its_row(void **state)
{
    const struct row *row = *state;

    in_one_piece(row);
    octet_by_octet(row);
    in_two_pieces(row);
    in_three_pieces(row);
    cut_short(row);
}

/* Facts once the head is complete. */
static const struct {
    enum tb_http1_kind kind;
    unsigned answers;
    const char *head;
    uint16_t status;
    uint16_t facts;
} fact_rows[] = {
    { TB_HTTP1_REQUEST, 0, "GET / HTTP/1.1\n\n", 0, 0 },
    { TB_HTTP1_REQUEST, 0, "HEAD / HTTP/1.1\n\n", 0, TB_HTTP1_IS_HEAD },
    { TB_HTTP1_REQUEST, 0, "HEADS / HTTP/1.1\n\n", 0, 0 },
    { TB_HTTP1_REQUEST, 0, "HEA / HTTP/1.1\n\n", 0, 0 },
    { TB_HTTP1_REQUEST, 0, "head / HTTP/1.1\n\n", 0, 0 },
    { TB_HTTP1_REQUEST, 0, "XHEAD / HTTP/1.1\n\n", 0, 0 },
    { TB_HTTP1_REQUEST, 0, "CONNECT a:1 HTTP/1.1\n\n", 0, TB_HTTP1_IS_CONNECT },
    { TB_HTTP1_REQUEST, 0, "PRI * HTTP/2.0\n\n", 0, TB_HTTP1_H2_PREFACE },
    { TB_HTTP1_REQUEST, 0, "PRI * HTTP/1.1\n\n", 0, 0 },
    { TB_HTTP1_REQUEST, 0, "PUT / HTTP/1.1\nContent-Length: 0\n\n", 0, TB_HTTP1_LENGTH },
    { TB_HTTP1_REQUEST, 0, "PUT / HTTP/1.1\nTransfer-Encoding: a, chunked\n\n", 0,
      TB_HTTP1_CHUNKED },
    { TB_HTTP1_REQUEST, 0, "GET / HTTP/1.1\nConnection: keep-alive\n\n", 0, 0 },
    { TB_HTTP1_REQUEST, 0, "GET / HTTP/1.1\nConnection: closer\n\n", 0, 0 },
    { TB_HTTP1_REQUEST, 0, "GET / HTTP/1.1\nConnection: TE ,Close\nConnection: x\n\n", 0,
      TB_HTTP1_CLOSE },
    { TB_HTTP1_RESPONSE, 0, "HTTP/1.1 200 OK\n\n", 200, TB_HTTP1_UNTIL_CLOSE },
    { TB_HTTP1_RESPONSE, 0, "HTTP/1.1 999\n\n", 999, TB_HTTP1_UNTIL_CLOSE },
    { TB_HTTP1_RESPONSE, 0, "HTTP/1.1 101 x\n\n", 101, TB_HTTP1_TUNNEL },
    { TB_HTTP1_RESPONSE, 0, "HTTP/1.1 100 x\n\n", 100, 0 },
    { TB_HTTP1_RESPONSE, HEAD_FACTS, "HTTP/1.1 200 x\nConnection: close\nContent-Length: 7\n\n",
      200, TB_HTTP1_NO_BODY | TB_HTTP1_LENGTH | TB_HTTP1_CLOSE },
    { TB_HTTP1_RESPONSE, CONNECT_FACTS, "HTTP/1.1 299 x\n\n", 299,
      TB_HTTP1_TO_CONNECT | TB_HTTP1_TUNNEL },
    { TB_HTTP1_RESPONSE, CONNECT_FACTS, "HTTP/1.1 300 x\n\n", 300,
      TB_HTTP1_TO_CONNECT | TB_HTTP1_UNTIL_CLOSE },
};

static void a_complete_head_tells_its_facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(fact_rows); i++) {
        struct tb_http1 parser;
        enum tb_http1_border border;
        size_t length = strlen(fact_rows[i].head);
        const uint8_t *data = tb_edge_put(fact_rows[i].head, length);

        tb_http1_init(&parser, fact_rows[i].kind);
        assert_int_equal(tb_http1_feed(&parser, data, length, &border), 0);
        assert_int_equal(border, TB_HTTP1_START);
        tb_http1_answers(&parser, fact_rows[i].answers);
        assert_int_equal(tb_http1_feed(&parser, data, length - 1, &border), length - 1);
        assert_int_equal(border, TB_HTTP1_MORE);
        assert_int_equal(parser.status, 0);
        assert_int_equal(tb_http1_feed(&parser, data + length - 1, 1, &border), 1);
        assert_int_equal(border, TB_HTTP1_HEAD);
        assert_int_equal(parser.status, fact_rows[i].status);
        assert_int_equal(parser.facts, fact_rows[i].facts);
        assert_int_equal(tb_http1_is_interim(&parser), fact_rows[i].status == 100);
    }
}

static void a_message_forgets_the_one_before_it(void **state)
{
    static const struct row row = { "", TB_HTTP1_REQUEST, 0, NULL, 0, NULL };
    struct trace trace;

    (void)state;
    begin(&trace, &row);
    feed_text(&trace, TEXT("HEAD / HTTP/1.1\nContent-Length: 1\nConnection: close\n\nx"));
    assert_int_equal(trace.parser.facts, TB_HTTP1_IS_HEAD | TB_HTTP1_LENGTH | TB_HTTP1_CLOSE);
    feed_text(&trace, TEXT("GET / HTTP/1.1\n\n"));
    assert_int_equal(trace.parser.facts, 0);
    assert_int_equal(trace.parser.left, 0);
}

/* Octets that the capture lacks: `before` was read, then `missing` are not there. */
static const struct {
    const char *name;
    enum tb_http1_kind kind;
    const char *before;
    size_t missing;
    const char *after;
    const char *borders;
} gap_rows[] = {
    { "missing_octets_of_a_counted_body_pass", TB_HTTP1_REQUEST,
      "PUT / HTTP/1.1\nContent-Length: 9\n\nab", 4, "ghiGET / HTTP/1.1\n\n",
      "START 0 HEAD 34 END 43 START 43 HEAD 59 END 59" },
    { "missing_octets_may_end_a_counted_body", TB_HTTP1_REQUEST,
      "PUT / HTTP/1.1\nContent-Length: 9\n\nab", 7, "GET / HTTP/1.1\n\n",
      "START 0 HEAD 34 END 43 START 43 HEAD 59 END 59" },
    { "missing_octets_beyond_a_counted_body_are_lost", TB_HTTP1_REQUEST,
      "PUT / HTTP/1.1\nContent-Length: 9\n\nab", 8, "", "START 0 HEAD 34 END 43 LOST 43" },
    { "missing_octets_of_a_body_until_close_pass", TB_HTTP1_RESPONSE, "HTTP/1.1 200 OK\n\nab", 5000,
      "x", "START 0 HEAD 17 CLOSED 5020" },
    { "missing_octets_within_a_chunk_pass", TB_HTTP1_RESPONSE,
      "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nff\nab", 253, "\n0\n\n",
      "START 0 HEAD 44 END 306" },
    { "missing_octets_beyond_a_chunk_are_lost", TB_HTTP1_RESPONSE,
      "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\nff\nab", 254, "\n0\n\n",
      "START 0 HEAD 44 LOST 302" },
    { "missing_octets_of_a_head_are_lost", TB_HTTP1_REQUEST, "GET / HTTP/1.1\nA", 1, "\n\n",
      "START 0 LOST 16" },
    { "missing_octets_between_messages_are_lost", TB_HTTP1_REQUEST, "GET / HTTP/1.1\n\n", 1, "",
      "START 0 HEAD 16 END 16 LOST 16" },
};

static void missing_octets_pass_only_where_they_are_counted(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(gap_rows); i++) {
        const struct row row = { gap_rows[i].name, gap_rows[i].kind, 0, NULL, 0, NULL };

        for (size_t cut = 0; cut <= gap_rows[i].missing; cut++) {
            struct trace trace;

            begin(&trace, &row);
            feed_text(&trace, gap_rows[i].before, strlen(gap_rows[i].before));
            feed(&trace, NULL, cut);
            feed(&trace, NULL, gap_rows[i].missing - cut);
            feed_text(&trace, gap_rows[i].after, strlen(gap_rows[i].after));
            finish(&trace);
            assert_string_equal(trace.text, gap_rows[i].borders);
        }
    }
}

static void a_head_may_be_longer_than_any_counter(void **state)
{
    static const struct row row = { "", TB_HTTP1_REQUEST, 0, NULL, 0, NULL };
    static char target[1 << 16];
    struct trace trace;

    (void)state;
    memset(target, 'a', sizeof(target));
    begin(&trace, &row);
    feed_text(&trace, target, sizeof(target));
    feed_text(&trace, TEXT(" /"));
    for (int i = 0; i < 32; i++)
        feed_text(&trace, target, sizeof(target));
    feed_text(&trace, TEXT(" HTTP/1.1\nX: "));
    for (int i = 0; i < 32; i++)
        feed_text(&trace, target, sizeof(target));
    feed_text(&trace, TEXT("\n\n"));
    assert_string_equal(trace.text, "START 0 HEAD 4259857 END 4259857");
}

static void a_lost_parser_stays_lost_until_it_is_started_again(void **state)
{
    struct tb_http1 parser;
    enum tb_http1_border border;
    const char *request = "GET / HTTP/1.1\n\n";

    (void)state;
    tb_http1_init(&parser, TB_HTTP1_REQUEST);
    assert_int_equal(tb_http1_feed(&parser, tb_edge_put("\n\1", 2), 2, &border), 1);
    assert_int_equal(border, TB_HTTP1_LOST);
    assert_int_equal(tb_http1_feed(&parser, tb_edge_put(request, 16), 16, &border), 0);
    assert_int_equal(border, TB_HTTP1_LOST);
    assert_int_equal(tb_http1_feed(&parser, NULL, 0, &border), 0);
    assert_int_equal(border, TB_HTTP1_LOST);
    assert_false(tb_http1_close(&parser));
    tb_http1_init(&parser, TB_HTTP1_REQUEST);
    tb_http1_feed(&parser, tb_edge_put(request, 16), 16, &border);
    assert_int_equal(border, TB_HTTP1_START);
}

static void a_stream_closes_a_message_once(void **state)
{
    static const struct row row = { "", TB_HTTP1_RESPONSE, 0, NULL, 0, NULL };
    struct trace trace;

    (void)state;
    begin(&trace, &row);
    assert_false(tb_http1_close(&trace.parser));
    feed_text(&trace, TEXT("HTTP/1.1 200 OK\n"));
    assert_false(tb_http1_close(&trace.parser));
    feed_text(&trace, TEXT("\nabc"));
    assert_true(tb_http1_close(&trace.parser));
    assert_false(tb_http1_close(&trace.parser));
}

static const struct {
    enum tb_http1_kind kind;
    const char *text;
    bool like;
} like_rows[] = {
    { TB_HTTP1_REQUEST, "GET ", true },
    { TB_HTTP1_REQUEST, "GET / HTTP/1.1", true },
    { TB_HTTP1_REQUEST, "HEAD ", true },
    { TB_HTTP1_REQUEST, "POST ", true },
    { TB_HTTP1_REQUEST, "PUT ", true },
    { TB_HTTP1_REQUEST, "DELETE ", true },
    { TB_HTTP1_REQUEST, "CONNECT ", true },
    { TB_HTTP1_REQUEST, "OPTIONS ", true },
    { TB_HTTP1_REQUEST, "TRACE ", true },
    { TB_HTTP1_REQUEST, "PATCH ", true },
    { TB_HTTP1_REQUEST, "PRI * HTTP/2.0", true },
    { TB_HTTP1_REQUEST, "", false },
    { TB_HTTP1_REQUEST, "GET", false },
    { TB_HTTP1_REQUEST, "get / HTTP/1.1", false },
    { TB_HTTP1_REQUEST, "GETS / HTTP/1.1", false },
    { TB_HTTP1_REQUEST, "HTTP/1.1 200", false },
    { TB_HTTP1_REQUEST, "EHLO a", false },
    { TB_HTTP1_RESPONSE, "HTTP/1.", true },
    { TB_HTTP1_RESPONSE, "HTTP/1.1 200 OK", true },
    { TB_HTTP1_RESPONSE, "HTTP/1", false },
    { TB_HTTP1_RESPONSE, "HTTP/2.0 200", false },
    { TB_HTTP1_RESPONSE, "GET ", false },
};

static void a_message_is_recognised_by_its_first_octets(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(like_rows); i++) {
        size_t length = strlen(like_rows[i].text);

        assert_int_equal(
            tb_http1_looks_like(like_rows[i].kind, tb_edge_put(like_rows[i].text, length), length),
            like_rows[i].like);
        for (size_t cut = 0; cut < length; cut++)
            (void)tb_http1_looks_like(like_rows[i].kind, tb_edge_put(like_rows[i].text, cut), cut);
    }
}

static void every_octet_value_is_survived_everywhere(void **state)
{
    static const char request[] =
        "PUT / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1;e\r\na\r\n0"
        "\r\nT: u\r\n\r\n";
    static const char response[] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n x\r\n\r\nabc";
    static const struct row of[] = {
        { "", TB_HTTP1_REQUEST, 0, TEXT(request), NULL },
        { "", TB_HTTP1_RESPONSE, 0, TEXT(response), NULL },
    };
    char input[sizeof(request) + sizeof(response)];

    (void)state;
    for (size_t i = 0; i < COUNT(of); i++)
        for (size_t place = 0; place < of[i].length; place++)
            for (unsigned octet = 0; octet < 256; octet++) {
                struct trace whole;
                struct trace pieces;

                memcpy(input, of[i].input, of[i].length);
                input[place] = (char)octet;
                begin(&whole, &of[i]);
                feed_text(&whole, input, of[i].length);
                begin(&pieces, &of[i]);
                for (size_t at = 0; at < of[i].length; at++)
                    feed_text(&pieces, input + at, 1);
                assert_string_equal(pieces.text, whole.text);
            }
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(a_complete_head_tells_its_facts),
        cmocka_unit_test(a_message_forgets_the_one_before_it),
        cmocka_unit_test(missing_octets_pass_only_where_they_are_counted),
        cmocka_unit_test(a_head_may_be_longer_than_any_counter),
        cmocka_unit_test(a_lost_parser_stays_lost_until_it_is_started_again),
        cmocka_unit_test(a_stream_closes_a_message_once),
        cmocka_unit_test(a_message_is_recognised_by_its_first_octets),
        cmocka_unit_test(every_octet_value_is_survived_everywhere),
    };
    static struct row copies[COUNT(rows)]; /* a state is not const */
    struct CMUnitTest tests[COUNT(rows) + COUNT(others)];

    memcpy(copies, rows, sizeof(rows));
    for (size_t i = 0; i < COUNT(rows); i++)
        tests[i] =
            (struct CMUnitTest){ rows[i].name, has_the_borders_of_its_row, NULL, NULL, &copies[i] };
    memcpy(&tests[COUNT(rows)], others, sizeof(others));
    return cmocka_run_group_tests_name("http1", tests, NULL, NULL);
}
