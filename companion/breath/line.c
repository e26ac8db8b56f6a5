/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line.c - a text that grows */
#include "line.h"

#include <stdlib.h>
#include <string.h>

#include "pen.h"
#include "shortage.h"

enum {
    SIZE_FIRST = 128,
    ESCAPED = 4, /* octets of "\x1b" */
    DIGITS_MAX = 20
};

const char *tb_line_text(const struct tb_line *line)
{
    return line->text == NULL ? "" : line->text;
}

void tb_line_clear(struct tb_line *line)
{
    line->length = 0;
    line->failed = false;
    if (line->text != NULL)
        line->text[0] = '\0';
}

void tb_line_free(struct tb_line *line)
{
    free(line->text);
    *line = (struct tb_line){ 0 };
}

static void fail(struct tb_line *line)
{
    line->failed = true;
    tb_shortage_note();
}

/* Room for so many octets more, and the terminator. */
static bool reserve(struct tb_line *line, size_t more)
{
    size_t size = line->size == 0 ? SIZE_FIRST : line->size;
    char *text;

    if (more >= SIZE_MAX / 2 - line->length) {
        fail(line);
        return false;
    }
    while (size <= line->length + more)
        size *= 2;
    if (size == line->size)
        return true;
    text = realloc(line->text, size);
    if (text == NULL) {
        fail(line);
        return false;
    }
    line->text = text;
    line->size = size;
    return true;
}

void tb_line_put_octets(struct tb_line *line, const char *octets, size_t length)
{
    if (!reserve(line, length))
        return;
    if (length > 0)
        memcpy(line->text + line->length, octets, length);
    line->length += length;
    line->text[line->length] = '\0';
}

void tb_line_put(struct tb_line *line, const char *text)
{
    tb_line_put_octets(line, text, strlen(text));
}

void tb_line_put_number(struct tb_line *line, uint64_t number)
{
    char digits[DIGITS_MAX];
    size_t first = sizeof(digits);
    uint32_t small;

    for (; number > UINT32_MAX; number /= 10)
        digits[--first] = (char)('0' + number % 10);
    small = (uint32_t)number; /* as nearly all are: much faster to divide */
    do {
        digits[--first] = (char)('0' + small % 10);
        small /= 10;
    } while (small > 0);
    tb_line_put_octets(line, digits + first, sizeof(digits) - first);
}

void tb_line_put_outside(struct tb_line *line, const char *octets, size_t length)
{
    struct tb_pen pen;

    if (length >= SIZE_MAX / ESCAPED || !reserve(line, length * ESCAPED))
        return;
    pen = tb_pen_on(line->text + line->length, line->size - line->length);
    tb_pen_put_outside(&pen, octets, length, length * ESCAPED + 1);
    line->length += pen.used;
}

void tb_line_put_space_before(struct tb_line *line, const char *next)
{
    struct tb_pen pen;

    if (line->length == 0 || !reserve(line, 1))
        return;
    pen = (struct tb_pen){ .text = line->text, .size = line->size, .used = line->length };
    tb_pen_put_space_before(&pen, next);
    line->length = pen.used;
}
