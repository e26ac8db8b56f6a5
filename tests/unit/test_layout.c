/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_layout.c - tables and sentences within 80 columns, in both languages */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "page.h"
#include "table.h"
#include "width.h"

#define LONGEST "[2001:db8:1234:5678:9abc:def0:1234:5678%enp0s31f6]:65535"

enum {
    TERMINAL = 80
};

/* What is printed meanwhile. */
struct sheet {
    FILE *stream;
    char *text;
    size_t length;
};

static void begin(struct sheet *sheet)
{
    sheet->stream = open_memstream(&sheet->text, &sheet->length);
    assert_non_null(sheet->stream);
}

static void end(struct sheet *sheet)
{
    assert_int_equal(fclose(sheet->stream), 0);
    sheet->stream = NULL;
}

/* No line is wider, or ends in a blank. */
static void fits(const struct sheet *sheet, size_t columns)
{
    const char *line = sheet->text;

    while (*line != '\0') {
        const char *newline = strchr(line, '\n');
        size_t length;

        assert_non_null(newline);
        length = (size_t)(newline - line);
        if (tb_width(line, length) > columns)
            fail_msg("wider than %zu columns: %.*s", columns, (int)length, line);
        assert_false(length > 0 && line[length - 1] == ' ');
        line = newline + 1;
    }
}

static void widths_are_those_of_a_terminal(void **state)
{
    static const struct {
        const char *text;
        size_t columns;
    } rows[] = {
        { "", 0 },          { "LISTEN", 6 }, { "状態", 4 }, { "キュー 0/128", 12 },
        { "e\xcc\x81", 1 }, /* a combining accent */
        { "\xff\xfe", 2 },  /* no UTF-8 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(tb_width(rows[i].text, strlen(rows[i].text)), rows[i].columns);
}

static void breaks(const char *text, size_t columns, const char *first, const char *rest)
{
    const char *next;
    const size_t length = tb_width_line(text, columns, &next);

    assert_int_equal(length, strlen(first));
    assert_memory_equal(text, first, length);
    assert_string_equal(next, rest);
}

static void lines_are_broken_where_they_may_be(void **state)
{
    (void)state;
    breaks("one two three", 8, "one two", "three");
    breaks("one two three", 7, "one two", "three");
    breaks("one two three", 6, "one", "two three");
    breaks("one", 3, "one", "");
    breaks("トンネルの中", 6, "トンネ", "ルの中");
    breaks("終わりです。次", 10, "終わりで", "す。次"); /* no line begins with the full stop */
    breaks("ポート8080番", 9, "ポー", "ト8080番");
    breaks("127.0.0.1:8083->127.0.0.1:35644", 24, "127.0.0.1:8083->", "127.0.0.1:35644");
    breaks("abcdefgh", 3, "abc", "defgh");
    breaks("漢", 1, "漢", "");
}

static void add(struct tb_table *table, const char *one, const char *two, const char *three)
{
    const char *const cells[] = { one, two, three };

    tb_table_add(table, TB_STYLE_PLAIN, cells);
}

static void columns_are_aligned(void **state)
{
    struct sheet sheet;
    struct tb_table table;

    (void)state;
    begin(&sheet);
    tb_table_begin(&table, 3);
    add(&table, "種別", "待受アドレス", "状態");
    add(&table, "tcp46", "*:8080", "LISTEN");
    add(&table, "tcp4", "", "");
    tb_table_print(&table, sheet.stream, 0, false);
    end(&sheet);
    assert_string_equal(sheet.text, "種別   待受アドレス  状態\n"
                                    "tcp46  *:8080        LISTEN\n"
                                    "tcp4\n");
    tb_table_free(&table);
    free(sheet.text);
}

static void a_pipe_gets_whole_cells(void **state)
{
    struct sheet sheet;
    struct tb_table table;

    (void)state;
    begin(&sheet);
    tb_table_begin(&table, 3);
    tb_table_may_narrow(&table, 0, 10);
    tb_table_may_narrow(&table, 1, 10);
    add(&table, LONGEST, LONGEST, "LISTEN");
    tb_table_print(&table, sheet.stream, 0, false);
    end(&sheet);
    assert_string_equal(sheet.text, LONGEST "  " LONGEST "  LISTEN\n");
    tb_table_free(&table);
    free(sheet.text);
}

/* Blanks and line ends do not count. */
static void same_octets(const char *one, const char *other)
{
    for (;; one++, other++) {
        one += strspn(one, " \n");
        other += strspn(other, " \n");
        assert_int_equal(*one, *other);
        if (*one == '\0')
            return;
    }
}

static void a_terminal_gets_everything_within_its_width(void **state)
{
    struct sheet sheet;
    struct tb_table table;

    (void)state;
    for (size_t columns = 40; columns <= 120; columns++) {
        begin(&sheet);
        tb_table_begin(&table, 3);
        tb_table_may_narrow(&table, 1, 10);
        tb_table_may_narrow(&table, 2, 10);
        add(&table, "LISTEN", "", LONGEST);
        tb_table_print(&table, sheet.stream, columns, false);
        end(&sheet);
        fits(&sheet, columns);
        same_octets(sheet.text, "LISTEN" LONGEST);
        free(sheet.text);
        tb_table_free(&table);
    }
}

static void a_colour_ends_with_its_line(void **state)
{
    struct sheet sheet;
    struct tb_table table;
    const char *const cells[] = { "LISTEN and more" };

    (void)state;
    begin(&sheet);
    tb_table_begin(&table, 1);
    tb_table_may_narrow(&table, 0, 6);
    tb_table_add(&table, TB_STYLE_GOOD, cells);
    tb_table_print(&table, sheet.stream, 8, true);
    end(&sheet);
    assert_string_equal(sheet.text, "\033[32mLISTEN\033[0m\n\033[32mand more\033[0m\n");
    tb_table_free(&table);
    free(sheet.text);
}

static void every_sentence_fits_a_terminal(void **state)
{
    static const struct tb_token tokens[] = { { "process", "a-long-process (4194304)" },
                                              { "target", LONGEST },
                                              { "socket", LONGEST },
                                              { NULL, NULL } };

    (void)state;
    for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
        struct sheet sheet;
        struct tb_page page = { .columns = TERMINAL,
                                .lang = (enum tb_lang)lang,
                                .explain = TB_EXPLAIN_LONG };

        begin(&sheet);
        page.stream = sheet.stream;
        for (int id = 0; id < TB_SAY_COUNT; id++)
            tb_page_say(&page, (enum tb_say)id, tokens);
        end(&sheet);
        fits(&sheet, TERMINAL);
        free(sheet.text);
    }
}

static void hints_fit_a_terminal(void **state)
{
    (void)state;
    for (int lang = 0; lang < TB_LANG_COUNT; lang++) {
        struct sheet sheet;
        struct tb_page page = { .columns = TERMINAL,
                                .lang = (enum tb_lang)lang,
                                .explain = TB_EXPLAIN_SHORT };

        begin(&sheet);
        page.stream = sheet.stream;
        tb_page_same(&page, "netstat -tlnp | grep :8080", "ss -tlnp 'sport = :8080'");
        tb_page_same(&page, "netstat -tuanp | grep :8080",
                     "ss -tuanp 'sport = :8080 or dport = :8080'");
        tb_page_same(&page, "lsof -p 1", NULL);
        tb_page_next(&page, "breath who 8080", TB_SAY_NEXT_WHO);
        tb_page_next(&page, "sudo breath conns established 192.0.2.1 192.0.2.2", TB_SAY_NEXT_SUDO);
        end(&sheet);
        fits(&sheet, TERMINAL);
        free(sheet.text);
    }
}

static void explanations_are_as_long_as_asked_for(void **state)
{
    struct sheet sheet;
    struct tb_page page = { .explain = TB_EXPLAIN_OFF };

    (void)state;
    begin(&sheet);
    page.stream = sheet.stream;
    tb_page_say(&page, TB_SAY_NO_FIREWALL, NULL);
    tb_page_same(&page, "netstat", "ss");
    tb_page_next(&page, "breath who 80", TB_SAY_NEXT_WHO);
    tb_page_status(&page, TB_EXIT_HIDDEN);
    tb_page_gap(&page);
    page.explain = TB_EXPLAIN_SHORT;
    tb_page_say_more(&page, TB_SAY_NO_FIREWALL, NULL);
    end(&sheet);
    assert_string_equal(sheet.text, "");
    free(sheet.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_are_those_of_a_terminal),
        cmocka_unit_test(lines_are_broken_where_they_may_be),
        cmocka_unit_test(columns_are_aligned),
        cmocka_unit_test(a_pipe_gets_whole_cells),
        cmocka_unit_test(a_terminal_gets_everything_within_its_width),
        cmocka_unit_test(a_colour_ends_with_its_line),
        cmocka_unit_test(every_sentence_fits_a_terminal),
        cmocka_unit_test(hints_fit_a_terminal),
        cmocka_unit_test(explanations_are_as_long_as_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
