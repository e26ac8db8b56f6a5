/* SPDX-License-Identifier: GPL-2.0-or-later */
/* classic.c - the columns of the classic commands */
#include "classic.h"

#include <errno.h>
#include <string.h>

#include "width.h"

enum {
    LEAST = 4 /* columns of the terminal to which ours may be narrowed */
};

void tb_classic_begin(struct tb_classic *classic, const struct tb_page *page,
                      const struct tb_column *columns, size_t count, const char *heading)
{
    *classic = (struct tb_classic){ .page = page, .columns = columns, .count = count };
    tb_table_begin(&classic->table, count);
    if (page->columns == 0) {
        (void)fprintf(page->stream, "%s\n", heading);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        tb_table_may_narrow(&classic->table, i, LEAST);
        tb_line_put(&classic->row.cell[i], columns[i].heading);
    }
    tb_row_add(&classic->row, &classic->table, TB_STYLE_HEADING);
    tb_row_clear(&classic->row);
}

static void put_blanks(FILE *stream, size_t count)
{
    while (count-- > 0)
        (void)putc(' ', stream);
}

/* One space between two columns; none behind the last. */
static void print_row(const struct tb_classic *classic)
{
    FILE *stream = classic->page->stream;

    for (size_t i = 0; i < classic->count; i++) {
        const char *text = tb_line_text(&classic->row.cell[i]);
        const int width = classic->columns[i].width;
        const size_t least = (size_t)(width < 0 ? -width : width);
        const size_t used = tb_width(text, strlen(text));
        const size_t owed = used < least ? least - used : 0;

        if (width < 0)
            put_blanks(stream, owed);
        (void)fputs(text, stream);
        if (width > 0)
            put_blanks(stream, owed);
        (void)fputs(i + 1 < classic->count ? " " : "\n", stream);
    }
}

void tb_classic_add(struct tb_classic *classic)
{
    for (size_t i = 0; i < classic->count; i++)
        classic->failed = classic->failed || classic->row.cell[i].failed;
    if (classic->page->columns == 0)
        print_row(classic);
    else
        tb_row_add(&classic->row, &classic->table, TB_STYLE_PLAIN);
    tb_row_clear(&classic->row);
}

int tb_classic_end(struct tb_classic *classic)
{
    const bool failed = classic->failed || classic->table.failed;

    if (!failed && classic->page->columns > 0)
        tb_page_table(classic->page, &classic->table);
    tb_row_free(&classic->row);
    tb_table_free(&classic->table);
    return failed ? -ENOMEM : 0;
}
