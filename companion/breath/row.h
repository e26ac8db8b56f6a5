/* SPDX-License-Identifier: GPL-2.0-or-later */
/* row.h - a row of a table while its cells are written */
#ifndef TB_ROW_H
#define TB_ROW_H

#include "line.h"
#include "table.h"

struct tb_row {
    struct tb_line cell[TB_TABLE_COLUMNS_MAX];
};

/* All cells empty; they keep their memory. */
void tb_row_clear(struct tb_row *row);
void tb_row_free(struct tb_row *row);
void tb_row_add(struct tb_row *row, struct tb_table *table, enum tb_style style);

#endif
