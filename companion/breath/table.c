/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.c - rows of cells in aligned columns */
#include "table.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "shortage.h"
#include "width.h"

enum {
    SIZE_FIRST = 4096,
    SHEET_OCTETS = 16384, /* written at once */
    LEAST = 4 /* columns of the terminal to which any may be narrowed that may be at all */
};

/* What is to be written to a stream, of which each call would take its lock. */
struct sheet {
    FILE *stream;
    size_t used;
    char text[SHEET_OCTETS];
};

static const char *const begins[] = {
    [TB_STYLE_PLAIN] = "",           [TB_STYLE_HEADING] = "\033[1m", [TB_STYLE_GOOD] = "\033[32m",
    [TB_STYLE_WARNING] = "\033[33m", [TB_STYLE_FAINT] = "\033[2m",
};
static_assert(sizeof(begins) / sizeof(begins[0]) == TB_STYLE_COUNT, "a row a style");

const char *tb_style_begin(enum tb_style style)
{
    return begins[style];
}

const char *tb_style_end(enum tb_style style)
{
    return style == TB_STYLE_PLAIN ? "" : "\033[0m";
}

void tb_table_begin(struct tb_table *table, size_t columns)
{
    assert(columns > 0 && columns <= TB_TABLE_COLUMNS_MAX);
    *table = (struct tb_table){ .columns = columns };
}

void tb_table_free(struct tb_table *table)
{
    free(table->text);
    *table = (struct tb_table){ 0 };
}

void tb_table_may_narrow(struct tb_table *table, size_t column, size_t least)
{
    table->least[column] = least;
}

void tb_table_right(struct tb_table *table, size_t column)
{
    table->right[column] = true;
}

static bool reserve(struct tb_table *table, size_t more)
{
    size_t size = table->size == 0 ? SIZE_FIRST : table->size;
    char *text;

    while (size - table->used < more)
        size *= 2;
    if (size == table->size)
        return true;
    text = realloc(table->text, size);
    if (text == NULL) {
        table->failed = true;
        tb_shortage_note();
        return false;
    }
    table->text = text;
    table->size = size;
    return true;
}

void tb_table_add(struct tb_table *table, enum tb_style style, const char *const *cells)
{
    size_t length[TB_TABLE_COLUMNS_MAX] = { 0 };
    size_t more = 1;

    for (size_t i = 0; i < table->columns; i++) {
        length[i] = strlen(cells[i]);
        more += length[i] + 1;
    }
    if (!reserve(table, more))
        return;
    table->text[table->used++] = (char)style;
    for (size_t i = 0; i < table->columns; i++) {
        const size_t width = tb_width(cells[i], length[i]);

        memcpy(table->text + table->used, cells[i], length[i] + 1);
        table->used += length[i] + 1;
        if (width > table->width[i])
            table->width[i] = width;
    }
}

static size_t total(const struct tb_table *table, const size_t *width)
{
    size_t sum = (table->columns - 1) * TB_TABLE_GAP;

    for (size_t i = 0; i < table->columns; i++)
        sum += width[i];
    return sum;
}

/* The widest that may be narrowed further; as many as there are columns: none. */
static size_t find_widest(const struct tb_table *table, const size_t *width, bool below_least)
{
    size_t widest = table->columns;

    for (size_t i = 0; i < table->columns; i++) {
        const size_t least = below_least ? LEAST : table->least[i];

        if (table->least[i] > 0 && width[i] > least &&
            (widest == table->columns || width[i] > width[widest]))
            widest = i;
    }
    return widest;
}

/* Takes one column of the terminal after the other from the widest; where all are as narrow as they
 * should be at least, they become narrower still: a line that is too long is worse. */
static void narrow(const struct tb_table *table, size_t limit, size_t *width)
{
    size_t excess = total(table, width);

    for (excess = excess > limit ? excess - limit : 0; excess > 0; excess--) {
        size_t widest = find_widest(table, width, false);

        if (widest == table->columns)
            widest = find_widest(table, width, true);
        if (widest == table->columns)
            return;
        width[widest]--;
    }
}

static void flush(struct sheet *sheet)
{
    (void)fwrite(sheet->text, 1, sheet->used, sheet->stream);
    sheet->used = 0;
}

static void put(struct sheet *sheet, const char *octets, size_t length)
{
    if (length > sizeof(sheet->text) - sheet->used)
        flush(sheet);
    if (length > sizeof(sheet->text)) {
        (void)fwrite(octets, 1, length, sheet->stream);
        return;
    }
    memcpy(sheet->text + sheet->used, octets, length);
    sheet->used += length;
}

static void put_blanks(struct sheet *sheet, size_t count)
{
    while (count-- > 0)
        put(sheet, " ", 1);
}

/* The octets of a cell's first line, the columns of the terminal that it takes, and what is left.
 */
static size_t first_line(const char *cell, size_t width, size_t *columns, const char **next)
{
    size_t length = strlen(cell);

    *columns = tb_width(cell, length);
    if (*columns > width || (length > 0 && cell[length - 1] == ' ')) {
        length = tb_width_line(cell, width, next);
        *columns = tb_width(cell, length);
    } else {
        *next = cell + length;
    }
    return length;
}

/* Prints the first line of what is left of the cells, and goes to the next. False: nothing is left.
 */
static bool put_line(const struct tb_table *table, struct sheet *sheet, const size_t *width,
                     const char **rest)
{
    size_t owed = 0;
    bool more = false;

    for (size_t i = 0; i < table->columns; i++) {
        const char *next = rest[i];
        size_t columns;
        const size_t length = first_line(rest[i], width[i], &columns, &next);
        const size_t blanks = width[i] - columns;

        if (length > 0) {
            put_blanks(sheet, owed + (table->right[i] ? blanks : 0));
            owed = table->right[i] ? 0 : blanks;
            put(sheet, rest[i], length);
        } else {
            owed += blanks;
        }
        owed += TB_TABLE_GAP;
        rest[i] = next;
        more = more || *next != '\0';
    }
    return more;
}

static const char *print_row(const struct tb_table *table, struct sheet *sheet, const size_t *width,
                             const char *row, bool colour)
{
    const enum tb_style style = (enum tb_style)row[0];
    const char *rest[TB_TABLE_COLUMNS_MAX];
    bool more = true;

    row++;
    for (size_t i = 0; i < table->columns; i++) {
        rest[i] = row;
        row += strlen(row) + 1;
    }
    while (more) {
        if (colour)
            put(sheet, tb_style_begin(style), strlen(tb_style_begin(style)));
        more = put_line(table, sheet, width, rest);
        if (colour)
            put(sheet, tb_style_end(style), strlen(tb_style_end(style)));
        put(sheet, "\n", 1);
    }
    return row;
}

void tb_table_print(const struct tb_table *table, FILE *stream, size_t limit, bool colour)
{
    size_t width[TB_TABLE_COLUMNS_MAX];
    struct sheet sheet;
    const char *row = table->text;

    sheet.stream = stream;
    sheet.used = 0;
    for (size_t i = 0; i < table->columns; i++)
        width[i] = table->width[i] < 2 ? 2 : table->width[i]; /* of one Japanese character */
    if (limit > 0)
        narrow(table, limit, width);
    while (row != NULL && row < table->text + table->used)
        row = print_row(table, &sheet, width, row, colour);
    flush(&sheet);
}
