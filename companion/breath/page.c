/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page.c - what a command prints for people: a table, what it means, and what to do next */
#include "page.h"

#include <stdint.h>
#include <string.h>

#include "width.h"

enum {
    INDENT = 2,
    HINT_GAP = 4,   /* at least, between two hints of a line */
    CONTINUED = 2,  /* columns of " \\" at the end of a line */
    WHY_COLUMN = 40 /* where the reason behind a next step begins */
};

struct tb_page tb_page_talk(const struct tb_page *page)
{
    struct tb_page talk = *page;

    if (page->explain < TB_EXPLAIN_SHORT)
        talk.stream = stderr;
    return talk;
}

void tb_page_table(const struct tb_page *page, const struct tb_table *table)
{
    tb_table_print(table, page->stream, page->columns, page->colour);
}

static void put_blanks(const struct tb_page *page, size_t count)
{
    while (count-- > 0)
        (void)putc(' ', page->stream);
}

void tb_page_line(const struct tb_page *page, const char *text, size_t indent)
{
    size_t begun = 0;

    do {
        const char *next = text + strlen(text);
        const size_t length =
            page->columns == 0 ? strlen(text) : tb_width_line(text, page->columns - begun, &next);

        put_blanks(page, begun);
        (void)fwrite(text, 1, length, page->stream);
        (void)putc('\n', page->stream);
        text = next;
        begun = indent;
    } while (*text != '\0');
}

static size_t prose_columns(const struct tb_page *page)
{
    return page->columns > 0 && page->columns < TB_PAGE_WIDTH ? page->columns : TB_PAGE_WIDTH;
}

void tb_page_put(const struct tb_page *page, size_t indent, size_t later, const char *text)
{
    while (*text != '\0') {
        const char *next = text + strlen(text);
        const size_t length = page->columns == 0
                                  ? strlen(text)
                                  : tb_width_line(text, prose_columns(page) - indent, &next);

        put_blanks(page, indent);
        (void)fwrite(text, 1, length, page->stream);
        (void)putc('\n', page->stream);
        text = next;
        indent = later;
    }
}

void tb_page_heading(const struct tb_page *page, const char *text)
{
    (void)fprintf(page->stream, "\n%s%s%s\n\n",
                  page->colour ? tb_style_begin(TB_STYLE_HEADING) : "", text,
                  page->colour ? tb_style_end(TB_STYLE_HEADING) : "");
}

void tb_page_tell(const struct tb_page *page, enum tb_say id, const struct tb_token *tokens)
{
    struct tb_line line = { 0 };

    tb_say(&line, page->lang, id, tokens);
    tb_page_put(page, INDENT, INDENT, tb_line_text(&line));
    tb_line_free(&line);
}

void tb_page_say(const struct tb_page *page, enum tb_say id, const struct tb_token *tokens)
{
    if (page->explain >= TB_EXPLAIN_SHORT)
        tb_page_tell(page, id, tokens);
}

void tb_page_say_more(const struct tb_page *page, enum tb_say id, const struct tb_token *tokens)
{
    if (page->explain >= TB_EXPLAIN_LONG)
        tb_page_tell(page, id, tokens);
}

void tb_page_gap(const struct tb_page *page)
{
    if (page->explain >= TB_EXPLAIN_SHORT)
        (void)putc('\n', page->stream);
}

static size_t width_of(const char *text)
{
    return tb_width(text, strlen(text));
}

static size_t label_columns(const struct tb_page *page)
{
    static const enum tb_say labels[] = { TB_SAY_SAME_AS, TB_SAY_NOW, TB_SAY_NEXT };
    size_t widest = 0;

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        const size_t width = width_of(tb_say_raw(page->lang, labels[i]));

        widest = width > widest ? width : widest;
    }
    return widest;
}

/* "  same as: ", all labels of one width. */
static void put_label(const struct tb_page *page, enum tb_say label)
{
    const char *text = tb_say_raw(page->lang, label);

    put_blanks(page, INDENT);
    if (page->colour)
        (void)fputs(tb_style_begin(TB_STYLE_FAINT), page->stream);
    (void)fputs(text, page->stream);
    if (page->colour)
        (void)fputs(tb_style_end(TB_STYLE_FAINT), page->stream);
    put_blanks(page, label_columns(page) - width_of(text) + 1);
}

/* How many octets of a command go into a line of so many columns: up to a space that is in no
 * quotes. All of it where it fits or has no such space. */
static size_t piece_of(const char *command, size_t columns)
{
    size_t piece = 0;
    bool quoted = false;

    if (width_of(command) <= columns)
        return strlen(command);
    for (size_t i = 0; command[i] != '\0'; i++) {
        quoted = quoted != (command[i] == '\'');
        if (command[i] != ' ' || quoted)
            continue;
        if (piece > 0 && tb_width(command, i) > columns - CONTINUED)
            return piece;
        piece = i;
    }
    return piece > 0 ? piece : strlen(command);
}

/* On a terminal a long one goes on below, so that it can still be copied. Returns in which column
 * it ends. */
static size_t put_command(const struct tb_page *page, const char *command)
{
    const size_t indent = INDENT + label_columns(page) + 1;
    const size_t room = page->columns == 0 ? SIZE_MAX : prose_columns(page) - indent;
    size_t piece;

    while ((piece = piece_of(command, room)) < strlen(command)) {
        (void)fprintf(page->stream, "%.*s \\\n", (int)piece, command);
        put_blanks(page, indent);
        command += piece + 1;
    }
    (void)fputs(command, page->stream);
    return indent + width_of(command);
}

static void put_hint(const struct tb_page *page, enum tb_say label, const char *command)
{
    put_label(page, label);
    (void)put_command(page, command);
    (void)putc('\n', page->stream);
}

void tb_page_same(const struct tb_page *page, const char *classic, const char *modern)
{
    const size_t label = INDENT + label_columns(page) + 1;
    const size_t now = width_of(tb_say_raw(page->lang, TB_SAY_NOW)) + 1;

    if (page->explain < TB_EXPLAIN_SHORT)
        return;
    if (classic == NULL || modern == NULL ||
        label + width_of(classic) + HINT_GAP + now + width_of(modern) > prose_columns(page)) {
        if (classic != NULL)
            put_hint(page, TB_SAY_SAME_AS, classic);
        if (modern != NULL)
            put_hint(page, TB_SAY_NOW, modern);
        return;
    }
    put_label(page, TB_SAY_SAME_AS);
    (void)fprintf(page->stream, "%s", classic);
    put_blanks(page, HINT_GAP);
    (void)fprintf(page->stream, "%s %s\n", tb_say_raw(page->lang, TB_SAY_NOW), modern);
}

void tb_page_next(const struct tb_page *page, const char *command, enum tb_say why)
{
    const char *reason = tb_say_raw(page->lang, why);
    size_t column, gap;

    if (page->explain < TB_EXPLAIN_SHORT)
        return;
    put_label(page, TB_SAY_NEXT);
    column = put_command(page, command);
    gap = column + 2 < WHY_COLUMN ? WHY_COLUMN - column : 2;
    if (page->columns > 0 && column + gap + width_of(reason) + 2 > prose_columns(page)) {
        (void)putc('\n', page->stream);
        gap = INDENT + label_columns(page) + 1;
    }
    put_blanks(page, gap);
    (void)fprintf(page->stream, "(%s)\n", reason);
}

void tb_page_status(const struct tb_page *page, enum tb_exit status)
{
    const char digit[2] = { (char)('0' + status), '\0' };

    if (status != TB_EXIT_FOUND)
        tb_page_say(page, TB_SAY_STATUS, TB_TOKENS({ "status", digit }));
}
