/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_say.c - the sentences of breath, in both languages, and what fills them */
#include "say.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <utf8proc.h>

static bool has_token(const char *sentence, const char *token, size_t length)
{
    for (const char *at = strchr(sentence, '{'); at != NULL; at = strchr(at + 1, '{')) {
        if (strncmp(at, token, length) == 0)
            return true;
    }
    return false;
}

/* Every token of the one is in the other. */
static void same_tokens(const char *one, const char *other)
{
    for (const char *at = strchr(one, '{'); at != NULL; at = strchr(at + 1, '{')) {
        const char *end = strchr(at, '}');

        assert_non_null(end);
        if (!has_token(other, at, (size_t)(end + 1 - at)))
            fail_msg("'%s' and '%s' have other tokens", one, other);
    }
}

static void both_languages_say_the_same_tokens(void **state)
{
    (void)state;
    for (int id = 0; id < TB_SAY_COUNT; id++) {
        const char *english = tb_say_raw(TB_LANG_EN, (enum tb_say)id);
        const char *japanese = tb_say_raw(TB_LANG_JA, (enum tb_say)id);

        same_tokens(english, japanese);
        same_tokens(japanese, english);
    }
}

static void every_row_is_valid_and_not_empty(void **state)
{
    (void)state;
    for (int id = 0; id < TB_SAY_COUNT; id++) {
        for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
            const char *text = tb_say_raw((enum tb_lang)lang, (enum tb_say)id);
            const size_t length = strlen(text);

            assert_true(length > 0);
            for (size_t at = 0; at < length;) {
                utf8proc_int32_t code;
                const utf8proc_ssize_t octets = utf8proc_iterate(
                    (const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(length - at), &code);

                assert_true(octets > 0 && code >= ' ');
                at += (size_t)octets;
            }
        }
    }
}

static void says(enum tb_lang lang, enum tb_say id, const struct tb_token *tokens,
                 const char *expected)
{
    struct tb_line line = { 0 };

    tb_say(&line, lang, id, tokens);
    assert_string_equal(tb_line_text(&line), expected);
    tb_line_free(&line);
}

static void tokens_are_filled_in(void **state)
{
    (void)state;
    says(TB_LANG_EN, TB_SAY_SERVICE, TB_TOKENS({ "port", "8080" }, { "service", "http-alt" }),
         "8080 is \"http-alt\" in /etc/services.");
    says(TB_LANG_EN, TB_SAY_NO_FIREWALL, NULL, "Firewalls are not looked at.");
}

static void japanese_has_a_space_beside_latin_letters(void **state)
{
    (void)state;
    says(TB_LANG_JA, TB_SAY_CELL_STARTED,
         TB_TOKENS({ "age", "2 分" }, { "parents", "bash (19870)" }), "2 分前 bash (19870)");
    says(TB_LANG_JA, TB_SAY_REACH_NETWORK, TB_TOKENS({ "network", "192.0.2.0/24" }),
         "192.0.2.0/24 のホスト");
    says(TB_LANG_JA, TB_SAY_CELL_CLOSED, NULL, "(プロセスは close 済み)");
}

static void a_value_that_looks_like_a_token_is_none(void **state)
{
    (void)state;
    says(TB_LANG_EN, TB_SAY_EXE, TB_TOKENS({ "path", "/tmp/{path}" }), "exe /tmp/{path}");
    says(TB_LANG_EN, TB_SAY_EXE, NULL, "exe {path}");
}

static void what_comes_from_outside_steers_no_terminal(void **state)
{
    struct tb_line line = { 0 };
    static const char name[] = "a\033[31m\xc2\x9b\xff\\\n";

    (void)state;
    tb_line_put(&line, "<");
    tb_line_put_outside(&line, name, sizeof(name) - 1);
    tb_line_put(&line, ">");
    assert_string_equal(tb_line_text(&line), "<a\\x1b[31m\\xc2\\x9b\\xff\\\\\\x0a>");
    tb_line_free(&line);
}

static void a_line_grows(void **state)
{
    struct tb_line line = { 0 };

    (void)state;
    assert_string_equal(tb_line_text(&line), "");
    for (unsigned i = 0; i < 1000; i++)
        tb_line_put_number(&line, i % 10);
    assert_int_equal(line.length, 1000);
    assert_int_equal(strlen(tb_line_text(&line)), 1000);
    tb_line_clear(&line);
    tb_line_put_number(&line, UINT64_MAX);
    assert_string_equal(tb_line_text(&line), "18446744073709551615");
    assert_false(line.failed);
    tb_line_free(&line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_languages_say_the_same_tokens),
        cmocka_unit_test(every_row_is_valid_and_not_empty),
        cmocka_unit_test(tokens_are_filled_in),
        cmocka_unit_test(japanese_has_a_space_beside_latin_letters),
        cmocka_unit_test(a_value_that_looks_like_a_token_is_none),
        cmocka_unit_test(what_comes_from_outside_steers_no_terminal),
        cmocka_unit_test(a_line_grows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
