/* SPDX-License-Identifier: GPL-2.0-or-later */
/* classic.h - the columns of the classic commands
 *
 * Elsewhere than on a terminal they have the classic widths, space for space, so that what reads
 * the classic command's output reads ours; on a terminal they fit into it. */
#ifndef TB_CLASSIC_H
#define TB_CLASSIC_H

#include "page.h"
#include "row.h"

struct tb_column {
    const char *heading; /* also in Japanese, as the classic command prints it */
    int width;           /* at least; negative: to the right */
};

struct tb_classic {
    const struct tb_page *page;
    const struct tb_column *columns;
    size_t count;
    struct tb_row row; /* to be filled, then added */
    struct tb_table table;
    bool failed;
};

/* `heading`: the whole line of headings as the classic command has it. To be ended. */
void tb_classic_begin(struct tb_classic *classic, const struct tb_page *page,
                      const struct tb_column *columns, size_t count, const char *heading);

/* Adds the row, and clears it. */
void tb_classic_add(struct tb_classic *classic);

/* Prints what is not printed yet. Returns 0 or -ENOMEM. */
int tb_classic_end(struct tb_classic *classic);

#endif
