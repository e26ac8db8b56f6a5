/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pen.h - writes UTF-8 into a buffer: whole characters or nothing. For text.c only. */
#ifndef TB_PEN_H
#define TB_PEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Once something did not fit, nothing more is written: what stands is a beginning, never a text
 * with holes. It is always terminated. */
struct tb_pen {
    char *text;
    size_t size;
    size_t used;
    bool full;
};

/* `size` at least 1 */
struct tb_pen tb_pen_on(char *text, size_t size);

/* Our own, valid text, as much of it as fits. */
void tb_pen_put_beginning(struct tb_pen *pen, const char *text, size_t length);

/* Our own, valid text. */
static inline void tb_pen_put_piece(struct tb_pen *pen, const char *text, size_t length)
{
    if (pen->full || length >= pen->size - pen->used) {
        tb_pen_put_beginning(pen, text, length);
        return;
    }
    memcpy(pen->text + pen->used, text, length);
    pen->used += length;
    pen->text[pen->used] = '\0';
}

static inline void tb_pen_put(struct tb_pen *pen, const char *text)
{
    tb_pen_put_piece(pen, text, strlen(text));
}

void tb_pen_put_number(struct tb_pen *pen, uint64_t number, unsigned digits_at_least);

/* Text from outside, which is hostile: what is not a printable character appears as \x1b, a
 * backslash is doubled, and of more than `limit` octets the rest is an ellipsis. */
void tb_pen_put_outside(struct tb_pen *pen, const char *text, size_t length, size_t limit);

/* A space where Latin letters or digits and kana or kanji would touch: between what was written
 * last and `next`. */
void tb_pen_put_space_before(struct tb_pen *pen, const char *next);

#endif
