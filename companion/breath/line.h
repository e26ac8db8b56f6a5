/* SPDX-License-Identifier: GPL-2.0-or-later */
/* line.h - a text that grows
 *
 * Valid UTF-8 and terminated, as long as what is put in is. Where memory ends, `failed` is set and
 * the text stays as it was; whoever prints it asks. */
#ifndef TB_LINE_H
#define TB_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tb_line {
    char *text; /* NULL: nothing yet */
    size_t length;
    size_t size;
    bool failed;
};

/* Never NULL. */
const char *tb_line_text(const struct tb_line *line);

void tb_line_clear(struct tb_line *line); /* keeps the memory */
void tb_line_free(struct tb_line *line);

void tb_line_put(struct tb_line *line, const char *text);
void tb_line_put_octets(struct tb_line *line, const char *octets, size_t length);
void tb_line_put_number(struct tb_line *line, uint64_t number);

/* Text from outside, which may steer a terminal: what is not printable appears as \x1b, a backslash
 * is doubled. */
void tb_line_put_outside(struct tb_line *line, const char *octets, size_t length);

/* A space where Latin letters or digits and kana or kanji would touch. */
void tb_line_put_space_before(struct tb_line *line, const char *next);

#endif
