/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.h - rows of cells in aligned columns
 *
 * On a terminal no line is longer than it: a cell that does not fit goes on below itself. Elsewhere
 * the columns are as wide as they need to be. Nothing is ever cut. */
#ifndef TB_TABLE_H
#define TB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    TB_TABLE_COLUMNS_MAX = 12,
    TB_TABLE_GAP = 2 /* columns of the terminal between two of ours */
};

enum tb_style { /* of a row, where colours are wanted */
    TB_STYLE_PLAIN,
    TB_STYLE_HEADING,
    TB_STYLE_GOOD,
    TB_STYLE_WARNING,
    TB_STYLE_FAINT,
    TB_STYLE_COUNT
};

struct tb_table {
    size_t columns;
    size_t width[TB_TABLE_COLUMNS_MAX]; /* of the widest cell */
    size_t least[TB_TABLE_COLUMNS_MAX]; /* may be narrowed to this; 0: never */
    bool right[TB_TABLE_COLUMNS_MAX];   /* numbers, which stand at the right */
    char *text;                         /* a row: its style, then its cells, each terminated */
    size_t used;
    size_t size;
    bool failed; /* no memory */
};

/* At most TB_TABLE_COLUMNS_MAX columns. To be freed. */
void tb_table_begin(struct tb_table *table, size_t columns);
void tb_table_free(struct tb_table *table);

/* The column may be narrowed to so many (at least 2) columns of the terminal. */
void tb_table_may_narrow(struct tb_table *table, size_t column, size_t least);

/* The column's cells stand at its right side. */
void tb_table_right(struct tb_table *table, size_t column);

/* As many cells as there are columns; they are copied. */
void tb_table_add(struct tb_table *table, enum tb_style style, const char *const *cells);

/* `limit`: columns of the terminal; 0: none. */
void tb_table_print(const struct tb_table *table, FILE *stream, size_t limit, bool colour);

/* What begins and ends a style on a terminal. */
const char *tb_style_begin(enum tb_style style);
const char *tb_style_end(enum tb_style style);

#endif
