/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sheet.c - a table on a terminal of 80 columns, and in JSON */
#include "sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    TERMINAL_CELLS = 80,
    TEXT_CELLS = 70, /* shown of a text at most: JSON has all of it */
    TEXT_INDENT = 7, /* below the first column, a number */
    NUMBER_OCTETS = 32
};

/* Where a line stands. */
struct place {
    GString *out;
    size_t cell;
    uint8_t line; /* of the row */
    bool begun;
};

static size_t cells_of(gunichar character)
{
    if (g_unichar_iszerowidth(character))
        return 0;
    return g_unichar_iswide(character) ? 2 : 1;
}

/* The cells of `text`, of which no more than TEXT_CELLS count; *length: the octets of these. */
static size_t measure(const char *text, size_t *length)
{
    size_t cells = 0;
    const char *at = text;

    while (*at != '\0') {
        const size_t more = cells_of(g_utf8_get_char(at));

        if (cells + more > TEXT_CELLS)
            break;
        cells += more;
        at += g_utf8_skip[(uint8_t)*at]; /* g_utf8_next_char() casts const away */
    }
    *length = (size_t)(at - text);
    return cells;
}

static void put_spaces(struct place *place, size_t count)
{
    g_string_append_printf(place->out, "%*s", (int)count, "");
    place->cell += count;
}

static void put_break(struct place *place)
{
    while (place->out->len > 0 && place->out->str[place->out->len - 1] == ' ')
        g_string_truncate(place->out, place->out->len - 1);
    g_string_append_c(place->out, '\n');
    place->cell = 0;
}

static void put_left(struct place *place, const char *text, size_t width)
{
    size_t length;
    const size_t cells = measure(text, &length);
    const bool cut = text[length] != '\0';
    const size_t after = place->cell + width;

    if (width == 0 && place->cell + cells > TERMINAL_CELLS) {
        put_break(place);
        put_spaces(place, TEXT_INDENT);
    }
    g_string_append_len(place->out, text, (gssize)length);
    g_string_append(place->out, cut ? "…" : "");
    place->cell += cells + cut;
    if (width == 0)
        return;
    if (place->cell > after)
        put_break(place);
    put_spaces(place, after - place->cell);
}

static void put_right(struct place *place, const char *text, size_t width)
{
    size_t length;
    const size_t cells = measure(text, &length);

    if (cells < width)
        put_spaces(place, width - cells);
    g_string_append(place->out, text);
    place->cell += cells;
}

/* Before each column of the terminal. */
static void go_on(struct place *place, const struct tb_column *column)
{
    if (place->begun && column->line != place->line)
        put_break(place);
    place->line = column->line;
    place->begun = true;
}

/* Between a column and a text: the row's mark, once. */
static void put_separator(struct place *place, const char **mark)
{
    if (place->cell == 0)
        return;
    g_string_append(place->out, *mark);
    place->cell++;
    *mark = " ";
}

void tb_sheet_headings(GString *out, const struct tb_columns *columns, enum tb_lang lang)
{
    struct place place = { .out = out };
    const char *space = " ";

    for (size_t i = 0; i < columns->count; i++) {
        const struct tb_column *column = &columns->column[i];
        const char *label = tb_text_label(lang, column->label);

        if ((column->seen & TB_SEEN_TERMINAL) == 0)
            continue;
        go_on(&place, column);
        if (column->kind == TB_KIND_TEXT) {
            put_separator(&place, &space);
            put_left(&place, label, column->width);
        } else {
            put_right(&place, label, column->width);
        }
    }
    put_break(&place);
}

void tb_sheet_row(GString *out, const struct tb_columns *columns, const struct tb_row *row)
{
    struct place place = { .out = out };
    const char *mark = row->starred ? "*" : row->shared ? "+" : " ";

    for (size_t i = 0; i < columns->count; i++) {
        const struct tb_column *column = &columns->column[i];
        char number[NUMBER_OCTETS];

        if ((column->seen & TB_SEEN_TERMINAL) == 0)
            continue;
        go_on(&place, column);
        if (column->kind == TB_KIND_TEXT) {
            put_separator(&place, &mark);
            put_left(&place, row->value[i].known ? row->value[i].text : "-", column->width);
        } else {
            tb_value_write(column, &row->value[i], number, sizeof(number));
            put_right(&place, number, column->width);
        }
    }
    put_break(&place);
}

/* ---- JSON */

void tb_sheet_string(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (; *text != '\0'; text++) {
        const uint8_t octet = (uint8_t)*text;

        if (octet == '"' || octet == '\\')
            g_string_append_c(out, '\\');
        if (octet < 0x20 || octet == 0x7f)
            g_string_append_printf(out, "\\u%04x", octet);
        else
            g_string_append_c(out, *text);
    }
    g_string_append_c(out, '"');
}

static void put_seconds(GString *out, int64_t ns)
{
    const uint64_t number = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

    g_string_append_printf(out, "%s%" PRIu64 ".%09" PRIu64, ns < 0 ? "-" : "", number / 1000000000,
                           number % 1000000000);
}

static void put_value(GString *out, const struct tb_column *column, const struct tb_value *value)
{
    if (!value->known) {
        g_string_append(out, "null");
        return;
    }
    switch ((enum tb_kind)column->kind) {
    case TB_KIND_TEXT:
        tb_sheet_string(out, value->text);
        break;
    case TB_KIND_COUNT:
    case TB_KIND_LONG:
        g_string_append_printf(out, "%" PRId64, value->number);
        break;
    case TB_KIND_MS:
    case TB_KIND_SECONDS:
        put_seconds(out, value->number);
        break;
    case TB_KIND_YES:
        g_string_append(out, value->number != 0 ? "true" : "false");
        break;
    }
}

void tb_sheet_members(GString *out, const struct tb_columns *columns, const struct tb_row *row)
{
    const char *comma = "";

    for (size_t i = 0; i < columns->count; i++) {
        const struct tb_column *column = &columns->column[i];

        if ((column->seen & TB_SEEN_JSON) == 0)
            continue;
        g_string_append(out, comma);
        tb_sheet_string(out, column->key);
        g_string_append(out, ": ");
        put_value(out, column, &row->value[i]);
        comma = ", ";
    }
}
