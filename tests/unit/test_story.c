/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_story.c - what `breath story` reads of tshark, and what it lets into a page */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <errno.h>

#include <cmocka.h>

#include "edge.h"
#include "escape.h"
#include "names.h"
#include "storypage.h"
#include "storyrow.h"
#include "storytext.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- escape.c */

static void what_could_end_its_place_is_escaped(void **state)
{
    static const struct {
        const char *text;
        const char *html;
        const char *json;
    } rows[] = {
        { "curl", "curl", "\"curl\"" },
        { "</script><b>", "&#60;/script&#62;&#60;b&#62;",
          "\"\\u003c/script\\u003e\\u003cb\\u003e\"" },
        { "\" onload='x", "&#34; onload=&#39;x", "\"\\u0022 onload=\\u0027x\"" },
        { "a&amp;\\u003c", "a&#38;amp;\\u003c", "\"a\\u0026amp;\\u005cu003c\"" },
        { "\x1b[31m\n", "\xef\xbf\xbd[31m\xef\xbf\xbd", "\"\\u001b[31m\\u000a\"" },
        { "\xc2\x85", "\xef\xbf\xbd", "\"\\u0085\"" },
        { "\xe2\x80\xa8\xe2\x80\xa9", "\xe2\x80\xa8\xe2\x80\xa9", "\"\\u2028\\u2029\"" },
        /* NOLINTNEXTLINE(misc-misleading-bidirectional): what is tested */
        { "\xe2\x80\xae", "\xef\xbf\xbd", "\"\\u202e\"" },
        { "\xff\xe2\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
          "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"" },
        { "\xe3\x81\x82", "\xe3\x81\x82", "\"\xe3\x81\x82\"" },
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        struct tb_line line = { 0 };
        const size_t length = strlen(rows[i].text);

        tb_escape_html(&line, (const char *)tb_edge_put(rows[i].text, length), length);
        assert_string_equal(tb_line_text(&line), rows[i].html);
        tb_line_clear(&line);
        tb_escape_json(&line, (const char *)tb_edge_put(rows[i].text, length), length);
        assert_string_equal(tb_line_text(&line), rows[i].json);
        tb_line_free(&line);
    }
}

static void every_octet_becomes_json_without_a_tag(void **state)
{
    (void)state;
    for (int first = 0; first < 256; first++) {
        for (int second = 0; second < 256; second++) {
            const char text[] = { (char)first, (char)second };
            struct tb_line line = { 0 };
            json_t *value;

            tb_escape_json(&line, text, sizeof(text));
            assert_null(strpbrk(tb_line_text(&line), "<>&'"));
            value = json_loads(tb_line_text(&line), JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
            assert_true(json_is_string(value));
            json_decref(value);
            tb_line_free(&line);
        }
    }
}

static void cleaning_keeps_characters_and_length(void **state)
{
    char text[] = "a\t\x7f\xc2\x85\xff\xe3\x81\x82\xe3\x81";

    (void)state;
    tb_escape_clean(text, sizeof(text) - 1);
    assert_string_equal(text, "a?????\xe3\x81\x82??");
}

/* ---- names.c */

static void a_name_keeps_its_number(void **state)
{
    struct tb_names names = { 0 };
    char text[16];

    (void)state;
    assert_false(tb_names_has(&names, "0"));
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 1000; i++) {
            (void)snprintf(text, sizeof(text), "%u", i);
            assert_int_equal(tb_names_add(&names, text), i);
        }
    }
    assert_int_equal(names.count, 1000);
    assert_true(tb_names_has(&names, "999"));
    assert_false(tb_names_has(&names, "1000"));
    tb_names_free(&names);
}

/* ---- story.def */

static bool has_token(const char *text, const char *token, size_t length)
{
    for (; (text = strchr(text, '{')) != NULL; text++)
        if (strncmp(text, token, length) == 0)
            return true;
    return false;
}

/* Every token of the one is in the other. */
static void same_tokens(const char *one, const char *other)
{
    for (const char *at = one; (at = strchr(at, '{')) != NULL; at++) {
        const char *end = strchr(at, '}');

        assert_non_null(end);
        if (!has_token(other, at, (size_t)(end + 1 - at)))
            fail_msg("'%s' and '%s' have other tokens", one, other);
    }
}

static void both_languages_of_the_page_say_the_same_tokens(void **state)
{
    static const char *const words[][2] = {
#define TB_STORY_WORD(key, english, japanese) { english, japanese },
#include "story.def"
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(words); i++) {
        assert_true(words[i][0][0] != '\0' && words[i][1][0] != '\0');
        same_tokens(words[i][0], words[i][1]);
        same_tokens(words[i][1], words[i][0]);
    }
}

/* ---- storytext.c */

/* As the page's script does it. */
static void put_back(struct tb_line *line, const char *text, const struct tb_story_numbers *numbers)
{
    while (*text != '\0') {
        if (text[0] == '\xee' && text[1] == '\x80') {
            const size_t place = (unsigned char)text[2] - 0x80U;

            assert_true(place < numbers->count);
            tb_line_put_octets(line, numbers->list[place].text, numbers->list[place].length);
            text += 3;
        } else {
            tb_line_put_octets(line, text++, 1);
        }
    }
}

static void a_sentence_and_its_numbers_are_the_sentence(void **state)
{
    static const char *const sentences[][2] = {
        { "The client sends 78 bytes, 0.094 ms later.",
          "0.094 ミリ秒後に 78 バイトを送りました。" },
        { "", "" },
        { "9", "9.9.9" },
        { "GET /a1b22/%33 007 1. 2.", "007" },
        { "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 "
          "33 34 "
          "35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53 54 55 56 57 58 59 60 61 62 63",
          "63 62 1" },
    };

    (void)state;
    for (size_t i = 0; i < LENGTH(sentences); i++) {
        struct tb_story_numbers numbers = { .count = 0 };
        struct tb_line text[2] = { { 0 }, { 0 } }, back = { 0 };

        for (size_t lang = 0; lang < 2; lang++)
            tb_story_text_put(&text[lang], sentences[i][lang], &numbers);
        for (size_t lang = 0; lang < 2; lang++) {
            tb_line_clear(&back);
            put_back(&back, tb_line_text(&text[lang]), &numbers);
            assert_string_equal(tb_line_text(&back), sentences[i][lang]);
            tb_line_free(&text[lang]);
        }
        tb_line_free(&back);
    }
}

static void sentences_with_other_numbers_are_the_same(void **state)
{
    struct tb_story_numbers one = { .count = 0 }, other = { .count = 0 };
    struct tb_line first = { 0 }, second = { 0 };

    (void)state;
    tb_story_text_put(&first, "curl (4242) sends 78 bytes.", &one);
    tb_story_text_put(&second, "curl (17) sends 1448 bytes.", &other);
    assert_string_equal(tb_line_text(&first), tb_line_text(&second));
    assert_int_equal(one.count, 2);
    tb_line_free(&first);
    tb_line_free(&second);
}

static void nobody_else_makes_the_place_of_a_number(void **state)
{
    struct tb_story_numbers numbers = { .count = 0 };
    struct tb_line line = { 0 };

    (void)state;
    tb_story_text_put(&line,
                      "a\xee\x80\x80"
                      "b\xee\x84\x80",
                      &numbers);
    assert_string_equal(tb_line_text(&line), "a\xef\xbf\xbd"
                                             "b\xee\x84\x80");
    assert_int_equal(numbers.count, 0);
    tb_line_free(&line);
}

/* ---- storyrow.c */

static int read_row(struct tb_story_row *row, const char *text)
{
    char line[4096];

    assert_true(strlen(text) < sizeof(line));
    (void)snprintf(line, sizeof(line), "%s", text);
    return tb_story_row_read(row, line, strlen(line));
}

static const char tunnel[] =
    "{\"timestamp\":\"1\",\"layers\":{\"frame_number\":[\"7\"],"
    "\"frame_protocols\":[\"eth:ethertype:ip:ipv6:tcp:http:ip:tcp\"],"
    "\"ip_src\":[\"192.0.2.1\",\"192.0.2.2\"],\"ip_dst\":[\"192.0.2.3\",\"192.0.2.4\"],"
    "\"ipv6_src\":[\"2001:db8::1\"],\"ipv6_dst\":[\"2001:db8::2\"],"
    "\"tcp-breath_phase\":[\"request\",\"response\"],\"tcp-breath_exchange\":[\"3\"],"
    "\"tcp-breath_meaning\":[\"one\",\"two\"]}}";

static void lines_of_other_kinds_are_told_apart(void **state)
{
    struct tb_story_row row;

    (void)state;
    assert_int_equal(read_row(&row, "{\"index\":{\"_index\":\"packets\"}}"), 0);
    assert_int_equal(read_row(&row, "{\"layers\":[]}"), 0);
    assert_int_equal(read_row(&row, "tshark: 1"), -EBADMSG);
    assert_int_equal(read_row(&row, "[1]"), -EBADMSG);
    assert_int_equal(read_row(&row, ""), -EBADMSG);
    assert_int_equal(read_row(&row, "{\"layers\":{}}"), 1);
    assert_int_equal(row.layers, 0);
    assert_null(tb_story_row_value(&row, TB_STORY_PHASE, 0));
    tb_story_row_release(&row);
}

static void a_line_cut_anywhere_is_none(void **state)
{
    (void)state;
    for (size_t length = 0; length < sizeof(tunnel) - 1; length++) {
        char line[sizeof(tunnel)];
        struct tb_story_row row;

        memcpy(line, tunnel, sizeof(tunnel));
        line[length] = '\0';
        assert_int_equal(tb_story_row_read(&row, line, length), -EBADMSG);
    }
}

static void a_value_of_several_headers_is_told_only_where_each_has_one(void **state)
{
    struct tb_story_row row;

    (void)state;
    assert_int_equal(read_row(&row, tunnel), 1);
    assert_int_equal(row.layers, 2);
    assert_string_equal(tb_story_row_value(&row, TB_STORY_PHASE, 1), "response");
    assert_string_equal(tb_story_row_value(&row, TB_STORY_MEANING, 0), "one");
    assert_null(tb_story_row_value(&row, TB_STORY_EXCHANGE, 0));
    assert_null(tb_story_row_value(&row, TB_STORY_EXCHANGE, 1));
    assert_null(tb_story_row_value(&row, TB_STORY_STEP, 0));
    assert_string_equal(tb_story_row_value(&row, TB_STORY_FRAME, 1), "7");
    tb_story_row_release(&row);
}

static void an_address_is_that_of_the_layer_below(void **state)
{
    struct tb_story_row row;

    (void)state;
    assert_int_equal(read_row(&row, tunnel), 1);
    assert_string_equal(tb_story_row_address(&row, true, 0), "2001:db8::1");
    assert_string_equal(tb_story_row_address(&row, false, 0), "2001:db8::2");
    assert_string_equal(tb_story_row_address(&row, true, 1), "192.0.2.2");
    assert_string_equal(tb_story_row_address(&row, false, 1), "192.0.2.4");
    assert_null(tb_story_row_address(&row, true, 2));
    tb_story_row_release(&row);
}

static void octets_that_are_no_text_do_not_spoil_a_line(void **state)
{
    struct tb_story_row row;

    (void)state;
    assert_int_equal(read_row(&row, "{\"layers\":{\"frame_interface_name\":[\"a\xff\x01z\"]}}"), 1);
    assert_string_equal(tb_story_row_value(&row, TB_STORY_INTERFACE, 0), "a??z");
    tb_story_row_release(&row);
}

static void times_are_read_to_the_nanosecond(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t ns;
    } rows[] = {
        { "0.000000000", true, 0 },
        { "0.020270001", true, 20270001 },
        { "-0.5", true, -500000000 },
        { "1767225643.528209000", true, 1767225643528209000 },
        { "12", true, 12000000000 },
        { "0.1234567899", true, 123456789 },
        { "9223372036.75", true, 9223372036750000000 },
        { "9223372037", false, 0 },
        { "99999999999999999999", false, 0 },
        { "1.2.3", false, 0 },
        { "1e3", false, 0 },
        { "0.123456789x", false, 0 },
        { ".5", false, 0 },
        { "-", false, 0 },
        { "", false, 0 },
    };
    int64_t ns;

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        ns = 0;
        if (tb_story_nanoseconds(rows[i].text, &ns) != rows[i].good || ns != rows[i].ns)
            fail_msg("'%s' is read as %lld", rows[i].text, (long long)ns);
    }
    assert_false(tb_story_nanoseconds(NULL, &ns));
}

static void numbers_are_digits(void **state)
{
    uint64_t number = 0;

    (void)state;
    assert_true(tb_story_number("18446744073709551615", &number) && number == UINT64_MAX);
    assert_false(tb_story_number("18446744073709551616", &number));
    assert_false(tb_story_number("-1", &number));
    assert_false(tb_story_number("1 ", &number));
    assert_false(tb_story_number("", &number));
    assert_false(tb_story_number(NULL, &number));
}

/* ---- storypage.c */

/* A segment of a connection, from either side. */
static void put_segment(struct tb_story_page *page, unsigned frame, unsigned connection,
                        bool client, const char *name)
{
    char english[2048], japanese[256];
    struct tb_story_row row, told;

    (void)snprintf(
        english, sizeof(english),
        "{\"layers\":{\"frame_number\":[\"%u\"],\"frame_time_epoch\":[\"1767225600.5\"],"
        "\"frame_time_relative\":[\"%u.000000000\"],\"frame_protocols\":[\"eth:ip:tcp\"],"
        "\"ip_src\":[\"192.0.2.%d\"],\"ip_dst\":[\"192.0.2.%d\"],\"tcp_srcport\":[\"%d\"],"
        "\"tcp_dstport\":[\"%d\"],\"tcp_len\":[\"5\"],\"tcp-breath_phase\":[\"request\"],"
        "\"tcp-breath_step\":[\"request\"],\"tcp-breath_connection\":[\"%u\"],"
        "\"tcp-breath_role\":[\"%s\"],\"tcp-breath_meaning\":[\"%s sends 5 bytes.\"],"
        "\"tcp-breath_rfc\":[\"javascript:alert(1)\"],"
        "\"tcp-breath_client_process\":[\"%s\"],\"tcp-breath_client_cmdline\":[\"secret\"]}}",
        frame, frame, client ? 1 : 2, client ? 2 : 1, client ? 4000 : 80, client ? 80 : 4000,
        connection, client ? "client" : "server", name, name);
    (void)snprintf(japanese, sizeof(japanese),
                   "{\"layers\":{\"frame_number\":[\"%u\"],\"tcp-breath_meaning\":[\"%s 5\"]}}",
                   frame, name);
    assert_int_equal(read_row(&row, english), 1);
    assert_int_equal(read_row(&told, japanese), 1);
    assert_int_equal(tb_story_page_add(page, &row, &told), 0);
    tb_story_row_release(&row);
    tb_story_row_release(&told);
}

/* The page's document; *text: the whole page. */
static json_t *finish(struct tb_story_page *page, char **text)
{
    static const char begin[] = "<script type=\"application/json\" id=\"data\">";
    const char *start, *end;
    json_t *data;

    assert_int_equal(tb_story_page_end(page), 0);
    assert_int_equal(fclose(page->out), 0);
    start = strstr(*text, begin);
    assert_non_null(start);
    start += sizeof(begin) - 1;
    end = strstr(start, "</script>");
    assert_non_null(end);
    data = json_loadb(start, (size_t)(end - start), 0, NULL);
    assert_non_null(data);
    return data;
}

static const char hostile[] = "</script><img src=x onerror=alert(1)>";

static void a_page_holds_what_came_and_no_more_than_the_limit(void **state)
{
    char *text = NULL;
    size_t size = 0;
    struct tb_story_page page = { .file = hostile, .version = "1", .limit = 3 };
    json_t *data, *segment;

    (void)state;
    page.out = open_memstream(&text, &size);
    tb_story_page_begin(&page);
    put_segment(&page, 1, 1, true, hostile);
    put_segment(&page, 2, 1, false, hostile);
    put_segment(&page, 3, 2, true, "curl");
    put_segment(&page, 4, 2, false, "curl");
    put_segment(&page, 5, 3, true, "curl");
    put_segment(&page, 6, 3, true, "curl");
    put_segment(&page, 7, 4, true, "curl");
    data = finish(&page, &text);

    assert_null(strstr(text, hostile));
    assert_null(strstr(text, "<img"));
    assert_null(strstr(text, "javascript:"));
    assert_null(strstr(text, "secret"));
    assert_int_equal(json_array_size(json_object_get(data, "segments")), 3);
    assert_int_equal(json_array_size(json_object_get(data, "connections")), 2);
    assert_int_equal(json_integer_value(json_object_get(data, "left_out")), 4);
    assert_int_equal(json_integer_value(json_object_get(data, "connections_left_out")), 2);
    assert_string_equal(json_string_value(json_object_get(data, "file")), hostile);
    segment = json_array_get(json_object_get(data, "segments"), 1);
    assert_int_equal(json_integer_value(json_array_get(segment, 1)), 2);          /* frame */
    assert_int_equal(json_integer_value(json_array_get(segment, 2)), 1000000000); /* time since */
    assert_int_equal(json_integer_value(json_array_get(segment, 3)), 1);          /* side */
    json_decref(data);
    free(text);
    tb_story_page_free(&page);
}

static void arguments_are_there_where_they_are_asked_for(void **state)
{
    char *text = NULL;
    size_t size = 0;
    struct tb_story_page page = { .file = "a", .version = "1", .limit = 3, .cmdline = true };

    (void)state;
    page.out = open_memstream(&text, &size);
    tb_story_page_begin(&page);
    put_segment(&page, 1, 1, true, "curl");
    json_decref(finish(&page, &text));
    assert_non_null(strstr(text, "secret"));
    free(text);
    tb_story_page_free(&page);
}

static void two_outputs_that_drift_apart_are_noticed(void **state)
{
    char *text = NULL;
    size_t size = 0;
    struct tb_story_page page = { .file = "a", .version = "1", .limit = 3 };
    struct tb_story_row row, told;

    (void)state;
    page.out = open_memstream(&text, &size);
    assert_int_equal(read_row(&row, tunnel), 1);
    assert_int_equal(read_row(&told, "{\"layers\":{\"frame_number\":[\"8\"]}}"), 1);
    assert_int_equal(tb_story_page_add(&page, &row, &told), -EBADMSG);
    tb_story_row_release(&row);
    tb_story_row_release(&told);
    (void)fclose(page.out);
    free(text);
    tb_story_page_free(&page);
}

/* Damaged lines: any answer but a crash, and a page that is JSON still. */
static void damaged_lines_do_no_harm(void **state)
{
    char *text = NULL;
    size_t size = 0;
    struct tb_story_page page = { .file = "a", .version = "1", .limit = 1000 };
    uint64_t random = 1;

    (void)state;
    page.out = open_memstream(&text, &size);
    tb_story_page_begin(&page);
    for (unsigned i = 0; i < 20000; i++) {
        char line[sizeof(tunnel)];
        struct tb_story_row row;

        memcpy(line, tunnel, sizeof(tunnel));
        for (unsigned hits = 0; hits <= i % 4; hits++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            line[(random >> 33) % (sizeof(line) - 1)] = (char)(random >> 55);
        }
        if (tb_story_row_read(&row, line, sizeof(line) - 1) != 1)
            continue;
        (void)tb_story_page_add(&page, &row, &row);
        tb_story_row_release(&row);
    }
    assert_true(page.shown > 100);
    json_decref(finish(&page, &text));
    free(text);
    tb_story_page_free(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_could_end_its_place_is_escaped),
        cmocka_unit_test(every_octet_becomes_json_without_a_tag),
        cmocka_unit_test(cleaning_keeps_characters_and_length),
        cmocka_unit_test(a_name_keeps_its_number),
        cmocka_unit_test(both_languages_of_the_page_say_the_same_tokens),
        cmocka_unit_test(a_sentence_and_its_numbers_are_the_sentence),
        cmocka_unit_test(sentences_with_other_numbers_are_the_same),
        cmocka_unit_test(nobody_else_makes_the_place_of_a_number),
        cmocka_unit_test(lines_of_other_kinds_are_told_apart),
        cmocka_unit_test(a_line_cut_anywhere_is_none),
        cmocka_unit_test(a_value_of_several_headers_is_told_only_where_each_has_one),
        cmocka_unit_test(an_address_is_that_of_the_layer_below),
        cmocka_unit_test(octets_that_are_no_text_do_not_spoil_a_line),
        cmocka_unit_test(times_are_read_to_the_nanosecond),
        cmocka_unit_test(numbers_are_digits),
        cmocka_unit_test(a_page_holds_what_came_and_no_more_than_the_limit),
        cmocka_unit_test(arguments_are_there_where_they_are_asked_for),
        cmocka_unit_test(two_outputs_that_drift_apart_are_noticed),
        cmocka_unit_test(damaged_lines_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
