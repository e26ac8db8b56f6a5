/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_tls.c - TLS records and hellos, whole, split at every octet and cut short
 *
 * A row is records, and the class of each octet as runs: "h" for the handshake class, "d" for
 * data, each with its number of octets; a "." where the border is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "edge.h"
#include "tls.h"

#define TEXT(literal) literal, sizeof(literal) - 1
#define COUNT(array)  (sizeof(array) / sizeof((array)[0]))
#define RANDOM        "0123456789abcdef0123456789abcdef"
#define RETRY                                                                                      \
    "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"                             \
    "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"
#define CLIENT      TB_TLS_CLIENT_HELLO
#define SERVER      TB_TLS_SERVER_HELLO
#define READ        TB_TLS_HELLO_READ
#define FRONT       "\x03\x03" RANDOM    /* version and random */
#define CHOICES     "\0\0\2\x13\x01\1\0" /* no session, one cipher suite, no compression */
#define CHOICE      "\0\x13\x01\0"
#define CCS         "\x14\3\3\0\1\1"
#define DATA        "\x17\3\3\0\4wxyz"
#define ALPN_H2     "\0\x10\0\5\0\3\2h2"
#define ALPN_BOTH   "\0\x10\0\x0e\0\x0c\2h2\x08http/1.1"
#define ALPN_HTTP1  "\0\x10\0\x0b\0\x09\x08http/1.1"
#define SELECTED_13 "\0\x2b\0\2\3\4"

struct row {
    const char *name;
    const char *input;
    size_t length;
    const char *runs;
    unsigned facts;
};

static const struct row rows[] = {
    { "a_client_hello_without_extensions_is_read", TEXT("\x16\3\1\0\x2d\1\0\0\x29" FRONT CHOICES),
      "h50", CLIENT | READ },
    { "a_client_hello_with_an_empty_list_of_extensions_is_read",
      TEXT("\x16\3\1\0\x2f\1\0\0\x2b" FRONT CHOICES "\0\0"), "h52", CLIENT | READ },
    { "an_offer_of_h2_is_seen", TEXT("\x16\3\1\0\x38\1\0\0\x34" FRONT CHOICES "\0\x09" ALPN_H2),
      "h61", CLIENT | TB_TLS_ALPN | TB_TLS_ALPN_H2 | READ },
    { "an_offer_of_h2_among_others_is_seen",
      TEXT("\x16\3\1\0\x47\1\0\0\x43" FRONT CHOICES "\0\x18\0\0\0\2ab" ALPN_BOTH), "h76",
      CLIENT | TB_TLS_ALPN | TB_TLS_ALPN_H2 | READ },
    { "an_offer_of_http_1_only_is_seen",
      TEXT("\x16\3\1\0\x3e\1\0\0\x3a" FRONT CHOICES "\0\x0f" ALPN_HTTP1), "h67",
      CLIENT | TB_TLS_ALPN | READ },
    { "a_client_only_offers_versions",
      TEXT("\x16\3\1\0\x36\1\0\0\x32" FRONT CHOICES "\0\x07\0\x2b\0\3\2\3\4"), "h59",
      CLIENT | READ },
    { "a_session_id_is_passed_over",
      TEXT("\x16\3\1\0\x3b\1\0\0\x37" FRONT "\3abc\0\2\x13\x01\1\0\0\x09" ALPN_H2), "h64",
      CLIENT | TB_TLS_ALPN | TB_TLS_ALPN_H2 | READ },
    { "a_server_hello_of_tls_1_2_tells_the_protocol_chosen",
      TEXT("\x16\3\3\0\x35\2\0\0\x31" FRONT CHOICE "\0\x09" ALPN_H2), "h58",
      SERVER | TB_TLS_ALPN | TB_TLS_ALPN_H2 | READ },
    { "a_server_hello_of_tls_1_3_tells_its_version",
      TEXT("\x16\3\3\0\x32\2\0\0\x2e" FRONT CHOICE "\0\x06" SELECTED_13 CCS DATA), "h61 d9",
      SERVER | TB_TLS_V13 | READ },
    { "another_version_selected_is_not_tls_1_3",
      TEXT("\x16\3\3\0\x32\2\0\0\x2e" FRONT CHOICE "\0\x06\0\x2b\0\2\3\3"), "h55", SERVER | READ },
    { "a_hello_retry_request_is_no_server_hello",
      TEXT("\x16\3\3\0\x32\2\0\0\x2e\3\3" RETRY CHOICE "\0\x06" SELECTED_13 CCS), "h61", 0 },
    { "a_server_hello_may_follow_a_hello_retry_request",
      TEXT("\x16\3\3\0\x32\2\0\0\x2e\3\3" RETRY CHOICE "\0\x06" SELECTED_13 CCS
           "\x16\3\3\0\x32\2\0\0\x2e" FRONT CHOICE "\0\x06" SELECTED_13 DATA),
      "h116 d9", SERVER | TB_TLS_V13 | READ },
    { "a_hello_request_before_the_hello_is_passed_over",
      TEXT("\x16\3\3\0\4\0\0\0\0\x16\3\1\0\x2d\1\0\0\x29" FRONT CHOICES), "h59", CLIENT | READ },
    { "a_hello_may_be_split_over_records",
      TEXT("\x16\3\1\0\1\1\x16\3\1\0\7\0\0\x34\3\3"
           "01\x16\3\1\0\x30"
           "23456789abcdef0123456789abcdef" CHOICES "\0\x09" ALPN_H2),
      "h71", CLIENT | TB_TLS_ALPN | TB_TLS_ALPN_H2 | READ },
    { "what_follows_the_hello_in_its_record_is_not_read",
      TEXT("\x16\3\3\0\x36\2\0\0\x2e" FRONT CHOICE "\0\x06" SELECTED_13 "\2\0\0\0"), "h59",
      SERVER | TB_TLS_V13 | READ },
    { "another_message_than_a_hello_is_not_read", TEXT("\x16\3\3\0\4\x0b\0\0\0" DATA), "h9 d9", 0 },
    { "each_record_of_data_is_a_run_of_its_own", TEXT(DATA DATA CCS DATA), "d9 d9 h6 d9", 0 },
    { "alerts_and_heartbeats_belong_to_the_handshake_class",
      TEXT("\x15\3\1\0\2\1\0\x18\3\4\0\1x" DATA), "h13 d9", 0 },
    { "a_hello_whose_session_id_is_too_long_is_given_up",
      TEXT("\x16\3\1\0\x2d\1\0\0\x29" FRONT "\x20\0\2\x13\x01\1\0"), "h50", CLIENT },
    { "a_hello_whose_ciphers_are_too_long_is_given_up",
      TEXT("\x16\3\1\0\x2d\1\0\0\x29" FRONT "\0\0\5\x13\x01\1\0"), "h50", CLIENT },
    { "a_hello_whose_extensions_are_too_long_is_given_up",
      TEXT("\x16\3\1\0\x38\1\0\0\x34" FRONT CHOICES "\0\x0a" ALPN_H2), "h61", CLIENT },
    { "a_hello_with_an_extension_too_long_is_given_up",
      TEXT("\x16\3\1\0\x38\1\0\0\x34" FRONT CHOICES "\0\x09\0\x10\0\6\0\3\2h2"), "h61", CLIENT },
    { "a_hello_with_a_list_of_protocols_too_long_is_given_up",
      TEXT("\x16\3\1\0\x38\1\0\0\x34" FRONT CHOICES "\0\x09\0\x10\0\5\0\4\2h2"), "h61",
      CLIENT | TB_TLS_ALPN },
    { "a_hello_with_a_protocol_name_too_long_is_given_up",
      TEXT("\x16\3\1\0\x38\1\0\0\x34" FRONT CHOICES "\0\x09\0\x10\0\5\0\3\3h2"), "h61",
      CLIENT | TB_TLS_ALPN },
    { "a_hello_with_a_version_extension_too_short_is_given_up",
      TEXT("\x16\3\3\0\x32\2\0\0\x2e" FRONT CHOICE "\0\x06\0\x2b\0\1\3\4"), "h55", SERVER },
    { "an_empty_hello_is_given_up", TEXT("\x16\3\1\0\4\1\0\0\0\x16\3\1\0\1\2"), "h15", CLIENT },
    { "octets_that_are_no_record_are_lost", TEXT("GET / HTTP/1.1"), ".", 0 },
    { "a_record_of_an_unknown_type_is_lost", TEXT(DATA "\x19\3\3\0\1x"), "d9 .", 0 },
    { "a_record_of_an_unknown_version_is_lost", TEXT(CCS "\x14\3\5\0\1x"), "h8 .", 0 },
    { "a_record_of_another_protocol_is_lost", TEXT(CCS "\x14\2\3\0\1x"), "h7 .", 0 },
    { "an_empty_record_is_lost", TEXT(DATA "\x17\3\3\0\0x"), "d9 d4 .", 0 },
    { "a_record_too_long_is_lost", TEXT(DATA "\x17\3\3\x48\1x"), "d9 d4 .", 0 },
    { "the_longest_record_is_taken", TEXT("\x17\3\3\x48\0x"), "d6", 0 },
};

/* The classes found so far, octet by octet; 'D' begins a record of data. */
struct trace {
    struct tb_tls parser;
    size_t used;
    char classes[512];
};

static void begin(struct trace *trace)
{
    memset(trace, 0, sizeof(*trace));
    tb_tls_init(&trace->parser);
}

static void note(struct trace *trace, char what)
{
    assert_true(trace->used < sizeof(trace->classes) - 1);
    trace->classes[trace->used++] = what;
}

/* Feeds a piece until it is used up, or the border is lost: then one '.' ends the trace. */
static void feed(struct trace *trace, const uint8_t *data, size_t length)
{
    size_t used = 0;

    while (used < length) {
        enum tb_tls_class what;
        unsigned before = trace->parser.data_records;
        size_t now =
            tb_tls_feed(&trace->parser, data == NULL ? NULL : data + used, length - used, &what);

        assert_true(now <= length - used);
        assert_int_equal(now == 0, what == TB_TLS_NONE);
        assert_true(trace->parser.data_records - before <= (what == TB_TLS_DATA ? 1u : 0u));
        if (what == TB_TLS_NONE) {
            if (trace->used == 0 || trace->classes[trace->used - 1] != '.')
                note(trace, '.');
            return;
        }
        for (size_t i = 0; i < now; i++)
            note(trace, (char)(what == TB_TLS_HANDSHAKE                         ? 'h'
                               : i == 0 && trace->parser.data_records != before ? 'D'
                                                                                : 'd'));
        used += now;
    }
}

static void feed_text(struct trace *trace, const char *text, size_t length)
{
    feed(trace, tb_edge_put(text, length), length);
}

/* The trace of a row's runs. */
static void expect(struct trace *trace, const char *runs)
{
    memset(trace, 0, sizeof(*trace));
    while (*runs != '\0') {
        char class = *runs++;
        char *end = NULL;
        unsigned long count = class == '.' ? 1 : strtoul(runs, &end, 10);

        for (unsigned long i = 0; i < count; i++)
            note(trace, (char)(class == 'd' && i == 0 ? 'D' : class));
        runs = end == NULL ? runs : end;
        runs += *runs == ' ';
    }
}

static void assert_found(const struct trace *trace, const struct row *row)
{
    struct trace expected;

    expect(&expected, row->runs);
    assert_string_equal(trace->classes, expected.classes);
    assert_int_equal(trace->parser.facts, row->facts);
}

static void in_pieces(const struct row *row, size_t first, size_t second)
{
    struct trace trace;

    begin(&trace);
    feed_text(&trace, row->input, first);
    feed_text(&trace, row->input + first, second - first);
    feed_text(&trace, row->input + second, row->length - second);
    assert_found(&trace, row);
}

static void has_the_runs_and_facts_of_its_row(void **state)
{
    const struct row *row = *state;
    struct trace trace;

    for (size_t first = 0; first <= row->length; first++)
        for (size_t second = first; second <= row->length; second++)
            in_pieces(row, first, second);
    begin(&trace);
    for (size_t i = 0; i < row->length; i++)
        feed_text(&trace, row->input + i, 1);
    assert_found(&trace, row);
    for (size_t length = 0; length < row->length; length++) {
        struct trace expected;

        expect(&expected, row->runs);
        begin(&trace);
        feed_text(&trace, row->input, length);
        assert_memory_equal(trace.classes, expected.classes, trace.used);
        assert_int_equal(trace.parser.facts & ~row->facts, 0);
    }
}

static void runs_are_as_long_as_they_can_be(void **state)
{
    static const char input[] = CCS CCS "\x16\3\3\0\1x" DATA DATA;
    static const size_t runs[] = { 18, 9, 9 };
    const uint8_t *data = tb_edge_put(input, sizeof(input) - 1);
    size_t used = 0;
    struct tb_tls parser;

    (void)state;
    tb_tls_init(&parser);
    for (size_t i = 0; i < COUNT(runs); i++) {
        enum tb_tls_class what;

        assert_int_equal(tb_tls_feed(&parser, data + used, sizeof(input) - 1 - used, &what),
                         runs[i]);
        assert_int_equal(what, i == 0 ? TB_TLS_HANDSHAKE : TB_TLS_DATA);
        assert_int_equal(parser.data_records, i);
        used += runs[i];
    }
    assert_int_equal(parser.records, 5);
}

static void missing_octets_pass_within_a_record(void **state)
{
    struct trace trace;

    (void)state;
    begin(&trace);
    feed_text(&trace, TEXT("\x17\3\3\0\4w"));
    feed(&trace, NULL, 2);
    feed_text(&trace, TEXT("z" CCS));
    assert_string_equal(trace.classes, "Ddddddddd"
                                       "hhhhhh");
    feed(&trace, NULL, 1);
    feed_text(&trace, TEXT(DATA));
    assert_string_equal(trace.classes, "Ddddddddd"
                                       "hhhhhh.");
}

static void missing_octets_beyond_a_record_lose_the_border(void **state)
{
    struct trace trace;

    (void)state;
    begin(&trace);
    feed_text(&trace, TEXT("\x17\3\3\0\4w"));
    feed(&trace, NULL, 4);
    assert_string_equal(trace.classes, "Ddddddddd.");
}

static void a_hello_with_missing_octets_is_not_read_further(void **state)
{
    static const char hello[] = "\x16\3\1\0\x38\1\0\0\x34" FRONT CHOICES "\0\x09" ALPN_H2;

    (void)state;
    for (size_t gap = 5; gap + 1 < sizeof(hello); gap++) {
        struct trace trace;

        begin(&trace);
        feed_text(&trace, hello, gap);
        feed(&trace, NULL, 1);
        feed_text(&trace, hello + gap + 1, sizeof(hello) - gap - 2);
        assert_int_equal(trace.used, sizeof(hello) - 1);
        assert_int_equal(trace.parser.facts & (READ | TB_TLS_ALPN_H2), 0);
        assert_int_equal(trace.parser.at, 0);
    }
}

static void counters_of_records_saturate(void **state)
{
    struct tb_tls parser;
    enum tb_tls_class what;
    const uint8_t *data = tb_edge_put(TEXT(DATA));

    (void)state;
    tb_tls_init(&parser);
    for (unsigned i = 0; i < 70000; i++)
        assert_int_equal(tb_tls_feed(&parser, data, 9, &what), 9);
    assert_int_equal(parser.records, UINT16_MAX);
    assert_int_equal(parser.data_records, UINT16_MAX);
}

static const struct {
    const char *text;
    size_t length;
    bool like;
} like_rows[] = {
    { TEXT("\x16\3\1\2\0"), true },    { TEXT("\x14\3\3\0\1"), true },
    { TEXT("\x18\3\4\0\1"), true },    { TEXT("\x17\3\0\x48\0"), true },
    { TEXT("\x17\3\3\x48\1"), false }, { TEXT("\x17\3\3\0\0"), false },
    { TEXT("\x13\3\3\0\1"), false },   { TEXT("\x19\3\3\0\1"), false },
    { TEXT("\x16\2\1\2\0"), false },   { TEXT("\x16\3\5\2\0"), false },
    { TEXT("\x16\3\1\2"), false },     { TEXT(""), false },
    { TEXT("GET /"), false },
};

static void a_record_is_recognised_by_its_header(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(like_rows); i++)
        assert_int_equal(tb_tls_looks_like(tb_edge_put(like_rows[i].text, like_rows[i].length),
                                           like_rows[i].length),
                         like_rows[i].like);
}

static void every_octet_value_is_survived_everywhere(void **state)
{
    char input[256];

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t place = 0; place < rows[i].length; place++)
            for (unsigned octet = 0; octet < 256; octet++) {
                struct trace whole;
                struct trace pieces;

                memcpy(input, rows[i].input, rows[i].length);
                input[place] = (char)octet;
                begin(&whole);
                feed_text(&whole, input, rows[i].length);
                begin(&pieces);
                for (size_t at = 0; at < rows[i].length; at++)
                    feed_text(&pieces, input + at, 1);
                assert_string_equal(pieces.classes, whole.classes);
                assert_int_equal(pieces.parser.facts, whole.parser.facts);
            }
}

int main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(runs_are_as_long_as_they_can_be),
        cmocka_unit_test(missing_octets_pass_within_a_record),
        cmocka_unit_test(missing_octets_beyond_a_record_lose_the_border),
        cmocka_unit_test(a_hello_with_missing_octets_is_not_read_further),
        cmocka_unit_test(counters_of_records_saturate),
        cmocka_unit_test(a_record_is_recognised_by_its_header),
        cmocka_unit_test(every_octet_value_is_survived_everywhere),
    };
    static struct row copies[COUNT(rows)]; /* a state is not const */
    struct CMUnitTest tests[COUNT(rows) + COUNT(others)];

    memcpy(copies, rows, sizeof(rows));
    for (size_t i = 0; i < COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){ rows[i].name, has_the_runs_and_facts_of_its_row, NULL, NULL,
                                        &copies[i] };
    memcpy(&tests[COUNT(rows)], others, sizeof(others));
    return cmocka_run_group_tests_name("tls", tests, NULL, NULL);
}
