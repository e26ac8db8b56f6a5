/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_calls.c - what get, dial and capture are made of: addresses, outcomes, content, octets */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <netdb.h>

#include <cmocka.h>

#include "dechunk.h"
#include "edge.h"
#include "octets.h"
#include "outcome.h"
#include "url.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- URLs */

static void a_url_is_taken_apart(void **state)
{
    static const struct {
        const char *text;
        const char *host;
        const char *target;
        uint16_t port;
        bool ipv6;
    } rows[] = {
        { "http://127.0.0.1:8080/", "127.0.0.1", "/", 8080, false },
        { "http://localhost", "localhost", "/", 80, false },
        { "localhost:8080/a?b=c#d", "localhost", "/a?b=c", 8080, false },
        { "http://[::1]:8080/x", "::1", "/x", 8080, true },
        { "[::1]", "::1", "/", 80, true },
        { "http://example.com?q", "example.com", "/?q", 80, false },
        { "example.com:65535#x", "example.com", "/", 65535, false },
        { "example.com:/", NULL, NULL, 0, false },
        { "http://h:1/x@y", "h", "/x@y", 1, false },
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct tb_url url = { .port = 1 };

        if (rows[i].host == NULL) {
            assert_int_equal(tb_url_read(rows[i].text, &url), TB_URL_BAD);
            continue;
        }
        assert_int_equal(tb_url_read(rows[i].text, &url), TB_URL_FINE);
        assert_string_equal(url.host, rows[i].host);
        assert_string_equal(url.target, rows[i].target);
        assert_int_equal(url.port, rows[i].port);
        assert_int_equal(url.ipv6, rows[i].ipv6);
    }
}

static void what_could_become_another_request_is_no_url(void **state)
{
    static const char *const bad[] = { "",
                                       "http://",
                                       "http:///x",
                                       ":80",
                                       "http://a b/",
                                       "http://a/\r\nHost: b",
                                       "http://a/\x7f",
                                       "http://a/\xc3\xa9",
                                       "http://user:secret@a/",
                                       "http://a:0/",
                                       "http://a:65536/",
                                       "http://a:8080x/",
                                       "http://a:123456/",
                                       "http://[::1/",
                                       "http://[::1]8080/",
                                       "http://[]/" };
    static const char *const other[] = { "https://a/", "ftp://a/", "file:///etc/passwd" };
    static char endless[TB_URL_TARGET_MAX + 16];
    struct tb_url url = { .port = 4242 };

    (void)state;
    for (size_t i = 0; i < LENGTH(bad); i++)
        assert_int_equal(tb_url_read(bad[i], &url), TB_URL_BAD);
    for (size_t i = 0; i < LENGTH(other); i++)
        assert_int_equal(tb_url_read(other[i], &url), TB_URL_NOT_HTTP);
    memset(endless, 'x', sizeof(endless) - 1);
    assert_int_equal(tb_url_read(endless, &url), TB_URL_BAD); /* the host */
    endless[0] = 'a';
    endless[1] = '/';
    assert_int_equal(tb_url_read(endless, &url), TB_URL_BAD); /* the target */
    endless[1] = '?';
    assert_int_equal(tb_url_read(endless, &url), TB_URL_BAD);
    assert_int_equal(url.port, 4242);
}

/* ---- Outcomes */

static void each_failure_has_its_own_name(void **state)
{
    static const struct {
        int error;
        enum tb_outcome outcome;
        enum tb_exit status;
    } rows[] = {
        { 0, TB_OUTCOME_OK, TB_EXIT_FOUND },
        { ECONNREFUSED, TB_OUTCOME_REFUSED, TB_EXIT_NOTHING },
        { -ECONNREFUSED, TB_OUTCOME_REFUSED, TB_EXIT_NOTHING },
        { ETIMEDOUT, TB_OUTCOME_TIMED_OUT, TB_EXIT_NOTHING },
        { EHOSTUNREACH, TB_OUTCOME_NO_HOST, TB_EXIT_NOTHING },
        { ENETUNREACH, TB_OUTCOME_NO_NETWORK, TB_EXIT_NOTHING },
        { ECONNRESET, TB_OUTCOME_RESET, TB_EXIT_NOTHING },
        { EPIPE, TB_OUTCOME_RESET, TB_EXIT_NOTHING },
        { EACCES, TB_OUTCOME_FORBIDDEN, TB_EXIT_REFUSED },
        { EPERM, TB_OUTCOME_FORBIDDEN, TB_EXIT_REFUSED },
        { EINVAL, TB_OUTCOME_OTHER, TB_EXIT_REFUSED },
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        assert_int_equal(tb_outcome_of(rows[i].error), rows[i].outcome);
        assert_int_equal(tb_outcome_status(rows[i].outcome), rows[i].status);
    }
    assert_int_equal(tb_outcome_of_lookup(EAI_NONAME), TB_OUTCOME_NO_NAME);
    assert_int_equal(tb_outcome_of_lookup(EAI_AGAIN), TB_OUTCOME_NO_NAME_SERVER);
    assert_int_equal(tb_outcome_of_lookup(0), TB_OUTCOME_OK);
    for (size_t i = 0; i < TB_OUTCOME_COUNT; i++) {
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(tb_outcome_name((enum tb_outcome)i),
                                    tb_outcome_name((enum tb_outcome)j));
    }
    assert_int_not_equal(tb_outcome_say(TB_OUTCOME_REFUSED, true),
                         tb_outcome_say(TB_OUTCOME_REFUSED, false));
    assert_int_not_equal(tb_outcome_why(TB_OUTCOME_TIMED_OUT, true),
                         tb_outcome_why(TB_OUTCOME_TIMED_OUT, false));
}

/* ---- Chunks */

/* The content, read in pieces of that many octets. */
static struct tb_line content_of(const char *message, size_t length, size_t piece)
{
    struct tb_dechunk chunks = { 0 };
    struct tb_line content = { 0 };

    for (size_t at = 0; at < length;) {
        const size_t left = length - at < piece ? length - at : piece;
        const uint8_t *octets = tb_edge_put((const uint8_t *)message + at, left);
        const uint8_t *found = NULL;
        size_t some = 0;
        const size_t used = tb_dechunk_next(&chunks, octets, left, &found, &some);

        assert_true(used >= 1 && used <= left);
        assert_true(some == 0 || (found >= octets && found + some <= octets + left));
        tb_line_put_octets(&content, (const char *)found, some);
        at += used;
    }
    return content;
}

static void chunks_give_their_content_however_they_are_cut(void **state)
{
    static const struct {
        const char *message;
        const char *content;
    } rows[] = {
        { "5\r\nhello\r\n0\r\n\r\n", "hello" },
        { "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: 5\r\n\r\n", "abcde" },
        { "0A\r\n0123456789\r\n0\r\n\r\n", "0123456789" },
        { "0\r\n\r\n", "" },
        { "2\nab\n1\nc\n0\n\n", "abc" },    /* bare LF, which some send */
        { "2\r\nabcd\r\n", "ab" },          /* longer than it says: nothing is told */
        { "fffffffffffffffff\r\nabc", "" }, /* no such length */
        { "5\r\nhel", "hel" },              /* cut */
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        for (size_t piece = 1; piece <= strlen(rows[i].message); piece++) {
            struct tb_line content = content_of(rows[i].message, strlen(rows[i].message), piece);

            assert_string_equal(tb_line_text(&content), rows[i].content);
            tb_line_free(&content);
        }
    }
}

/* ---- Octets */

static void a_line_of_tsharks_is_read(void **state)
{
    static const char *const other[] = { "",           "0000",     "0000  ",  "Frame (87 bytes):",
                                         "    1\t0.0", "000  00 ", "0000  0", "0000  zz " };
    struct tb_line octets = { 0 };

    (void)state;
    assert_true(
        tb_octets_read("0010  00 3c ff 0a                                       .<..", &octets));
    assert_int_equal(octets.length, 4);
    assert_memory_equal(octets.text, "\x00\x3c\xff\x0a", 4);
    assert_true(tb_octets_read(
        "10000  30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66   0123456789abcdef", &octets));
    assert_int_equal(octets.length, 20);
    for (size_t i = 0; i < LENGTH(other); i++)
        assert_false(tb_octets_read(other[i], &octets));
    assert_int_equal(octets.length, 20);
    tb_line_free(&octets);
}

static void the_link_layer_is_passed_over(void **state)
{
    static const uint8_t ethernet[64] = { [12] = 0x08 };
    static const uint8_t tagged[64] = { [12] = 0x88, [13] = 0xa8, [16] = 0x81 };

    (void)state;
    assert_int_equal(tb_octets_link(1, ethernet, 64), 14);
    assert_int_equal(tb_octets_link(1, tagged, 64), 22);
    assert_int_equal(tb_octets_link(1, tb_edge_put(tagged, 14), 14), 14);
    assert_int_equal(tb_octets_link(1, tb_edge_put(ethernet, 13), 13), 13);
    assert_int_equal(tb_octets_link(15, ethernet, 64), 4);
    assert_int_equal(tb_octets_link(25, ethernet, 64), 16);
    assert_int_equal(tb_octets_link(210, ethernet, 64), 20);
    assert_int_equal(tb_octets_link(7, ethernet, 64), 0);
    assert_int_equal(tb_octets_link(9999, ethernet, 64), 0);
    assert_int_equal(tb_octets_link(15, ethernet, 2), 2);
}

static void octets_look_as_tcpdump_prints_them(void **state)
{
    static const uint8_t octets[] = "GET / HTTP/1.1\r\nHost: a\r\n\x1b[2J";
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);

    (void)state;
    assert_non_null(stream);
    tb_octets_print_hex(stream, octets, 18);
    assert_int_equal(fflush(stream), 0);
    assert_string_equal(text,
                        "\t0x0000:  4745 5420 2f20 4854 5450 2f31 2e31 0d0a  GET / HTTP/1.1..\n"
                        "\t0x0010:  486f                                     Ho\n");
    rewind(stream);
    tb_octets_print_text(stream, octets, sizeof(octets) - 1);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, "GET / HTTP/1.1\nHost: a\n.[2J\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_taken_apart),
        cmocka_unit_test(what_could_become_another_request_is_no_url),
        cmocka_unit_test(each_failure_has_its_own_name),
        cmocka_unit_test(chunks_give_their_content_however_they_are_cut),
        cmocka_unit_test(a_line_of_tsharks_is_read),
        cmocka_unit_test(the_link_layer_is_passed_over),
        cmocka_unit_test(octets_look_as_tcpdump_prints_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
