/* SPDX-License-Identifier: GPL-2.0-or-later */
/* row.c - a row of a table while its cells are written */
#include "row.h"

void tb_row_clear(struct tb_row *row)
{
    for (size_t i = 0; i < TB_TABLE_COLUMNS_MAX; i++)
        tb_line_clear(&row->cell[i]);
}

void tb_row_free(struct tb_row *row)
{
    for (size_t i = 0; i < TB_TABLE_COLUMNS_MAX; i++)
        tb_line_free(&row->cell[i]);
}

void tb_row_add(struct tb_row *row, struct tb_table *table, enum tb_style style)
{
    const char *cells[TB_TABLE_COLUMNS_MAX];

    for (size_t i = 0; i < TB_TABLE_COLUMNS_MAX; i++) {
        cells[i] = tb_line_text(&row->cell[i]);
        table->failed = table->failed || row->cell[i].failed;
    }
    tb_table_add(table, style, cells);
}
