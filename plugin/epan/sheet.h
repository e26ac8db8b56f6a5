/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sheet.h - a table on a terminal of 80 columns, and in JSON
 *
 * A row takes as many lines as its columns say. A text that is too long for its column pushes what
 * follows to the next line, under the column where it belongs. */
#ifndef TB_SHEET_H
#define TB_SHEET_H

#include "rows.h"

/* Both append to `out`. */
void tb_sheet_headings(GString *out, const struct tb_columns *columns, enum tb_lang lang);
void tb_sheet_row(GString *out, const struct tb_columns *columns, const struct tb_row *row);

/* "key": value, ... of the columns that JSON has; no braces. What is not known is null. */
void tb_sheet_members(GString *out, const struct tb_columns *columns, const struct tb_row *row);

/* A string of JSON, with its quotes. `text` is UTF-8. */
void tb_sheet_string(GString *out, const char *text);

#endif
