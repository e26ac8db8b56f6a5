/* SPDX-License-Identifier: GPL-2.0-or-later */
/* width.h - columns of a terminal that a text takes, and where it may be broken
 *
 * Pure. Texts are UTF-8; an octet that is none counts as one column. Widths are Unicode's
 * (utf8proc): no locale is asked. Characters of ambiguous width count as one column; our own texts
 * have none. */
#ifndef TB_WIDTH_H
#define TB_WIDTH_H

#include <stddef.h>

/* Of the first `length` octets. */
size_t tb_width(const char *text, size_t length);

/* How many octets of the text make the next line of at most so many columns (at least 2), spaces at
 * its end not counted; *next: where the one behind it begins. It is broken at a space or between
 * Japanese characters, where Japanese lets a line begin; a word that is longer than a line behind a
 * colon, or where it must be. At least one character is taken. */
size_t tb_width_line(const char *text, size_t columns, const char **next);

#endif
