/* SPDX-License-Identifier: GPL-2.0-or-later */
/* page.h - what a command prints for people: a table, what it means, and what to do next
 *
 * A terminal gets columns within its width and explanations; a pipe gets the columns only. */
#ifndef TB_PAGE_H
#define TB_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "say.h"
#include "table.h"

enum tb_explain {
    TB_EXPLAIN_OFF,
    TB_EXPLAIN_SHORT,
    TB_EXPLAIN_LONG
};

enum {
    TB_PAGE_WIDTH = 80,      /* of a terminal that does not say, and of prose on any */
    TB_PAGE_WIDTH_LEAST = 40 /* narrower ones break our lines as they like */
};

/* breath's exit statuses. */
enum tb_exit {
    TB_EXIT_FOUND = 0,
    TB_EXIT_NOTHING = 1, /* nothing is there, and the search was complete; why: bind() would work */
    TB_EXIT_USAGE = 2,
    TB_EXIT_HIDDEN = 3, /* something was hidden from the caller */
    TB_EXIT_REFUSED = 4 /* the system refused */
};

struct tb_page {
    FILE *stream;
    size_t columns; /* of the terminal; 0: not limited */
    enum tb_lang lang;
    enum tb_explain explain;
    bool colour;
};

/* Where talk goes that is no answer for a program: stderr where explanations are not wanted. */
struct tb_page tb_page_talk(const struct tb_page *page);

void tb_page_table(const struct tb_page *page, const struct tb_table *table);

/* A line as it is; on a terminal, what does not fit goes on below, so many columns to the right. */
void tb_page_line(const struct tb_page *page, const char *text, size_t indent);

/* A paragraph, where explanations are wanted; tb_page_tell(): also where they are not. */
void tb_page_say(const struct tb_page *page, enum tb_say id, const struct tb_token *tokens);
void tb_page_tell(const struct tb_page *page, enum tb_say id, const struct tb_token *tokens);

/* Likewise, where long explanations are wanted. */
void tb_page_say_more(const struct tb_page *page, enum tb_say id, const struct tb_token *tokens);

/* A paragraph of any text, its first line and the later ones so far to the right; a pipe gets one
 * line. */
void tb_page_put(const struct tb_page *page, size_t indent, size_t later, const char *text);

/* Between two parts of a long page. */
void tb_page_heading(const struct tb_page *page, const char *text);

/* An empty line between the table and what it means. */
void tb_page_gap(const struct tb_page *page);

/* The classic command of the same answer and the modern one; NULL: there is none. */
void tb_page_same(const struct tb_page *page, const char *classic, const char *modern);

/* The next step, and why. */
void tb_page_next(const struct tb_page *page, const char *command, enum tb_say why);

/* As the last line of a screen whose status is not 0: it is said. */
void tb_page_status(const struct tb_page *page, enum tb_exit status);

#endif
