/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_word.c - the tools' sentences in both languages */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "word.h"

static const struct pair {
    const char *english;
    const char *japanese;
} pairs[] = {
#define WORD(english, japanese) { english, japanese },
#include "word.def"
#undef WORD
};

enum {
    PAIRS = sizeof pairs / sizeof *pairs
};

/* The next conversion of a format, "%.200s" or the like; its length, 0 at the end. */
static size_t next_conversion(const char **at)
{
    static const char ends[] = "dsuxcg";
    const char *begin;

    *at = strchr(*at, '%');
    if (*at == NULL)
        return 0;
    begin = *at;
    while (**at != '\0' && strchr(ends, **at) == NULL)
        ++*at;
    assert_true(**at != '\0');
    return (size_t)(++*at - begin);
}

static void test_each_format_takes_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < PAIRS; i++) {
        const char *english = pairs[i].english;
        const char *japanese = pairs[i].japanese;
        size_t length;

        do {
            length = next_conversion(&english);
            assert_int_equal(length, next_conversion(&japanese));
            if (length != 0)
                assert_memory_equal(english - length, japanese - length, length);
        } while (length != 0);
    }
}

static void test_none_stands_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < PAIRS; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(pairs[i].english, pairs[j].english);
}

static void test_language(void **state)
{
    static const struct {
        const char *all;
        const char *messages;
        const char *lang;
        bool japanese;
    } cases[] = { { NULL, NULL, NULL, false },          { NULL, NULL, "ja_JP.UTF-8", true },
                  { NULL, NULL, "ja", true },           { NULL, NULL, "jav_ID", false },
                  { NULL, "C", "ja_JP.UTF-8", false },  { "", "ja.UTF-8", "C", true },
                  { "en_US.UTF-8", "ja", "ja", false }, { "ja_JP", "C", "C", true } };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
        const char *const values[] = { cases[i].all, cases[i].messages, cases[i].lang };

        for (size_t j = 0; j < 3; j++)
            assert_int_equal(
                values[j] == NULL ? unsetenv(names[j]) : setenv(names[j], values[j], 1), 0);
        assert_int_equal(tb_word_is_japanese(), cases[i].japanese);
    }
}

static void test_a_choice_wins(void **state)
{
    (void)state;
    assert_int_equal(setenv("LC_ALL", "ja_JP.UTF-8", 1), 0);
    assert_true(tb_word_choose("en"));
    assert_string_equal(tb_word("out of memory"), "out of memory");
    assert_false(tb_word_choose("fr"));
    assert_false(tb_word_is_japanese());
    assert_true(tb_word_choose("ja"));
    assert_string_equal(tb_word("out of memory"), "メモリが足りません");
    assert_string_equal(tb_word("eth0"), "eth0");
    assert_true(tb_word_choose(NULL));
    assert_true(tb_word_is_japanese());
}

static void test_what_the_system_refuses(void **state)
{
    static const int known[] = { EPERM, ENOENT, EACCES, ENOSPC, EDQUOT, ENODEV, EIO, EMFILE };

    (void)state;
    assert_true(tb_word_choose("en"));
    assert_string_equal(tb_word_error(ENOSPC), strerror(ENOSPC));
    assert_true(tb_word_choose("ja"));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        for (const char *at = tb_word_error(known[i]); *at != '\0'; at++)
            assert_true((unsigned char)*at >= 0x80); /* no English in it */
    assert_string_equal(tb_word_error(-ENOSPC), tb_word_error(ENOSPC));
    assert_string_equal(tb_word_error(EDOM), "システムのエラー [Numerical argument out of domain]");
    assert_true(tb_word_choose(NULL));
}

static void test_one_is_not_several(void **state)
{
    (void)state;
    assert_true(tb_word_choose("en"));
    assert_string_equal(tb_word_count(1, "one", "several"), "one");
    assert_string_equal(tb_word_count(0, "one", "several"), "several");
    assert_true(tb_word_choose(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_format_takes_the_same),
        cmocka_unit_test(test_none_stands_twice),
        cmocka_unit_test(test_language),
        cmocka_unit_test(test_a_choice_wins),
        cmocka_unit_test(test_what_the_system_refuses),
        cmocka_unit_test(test_one_is_not_several),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
