/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suggest.h - the word that was probably meant */
#ifndef TB_SUGGEST_H
#define TB_SUGGEST_H

#include <stddef.h>

/* The one of the words that is nearest to what was typed, where a slip or two of the fingers make
 * the difference (a letter more, less, another, or two exchanged); NULL: none is near enough. Case
 * does not count. */
const char *tb_suggest(const char *typed, const char *const *words, size_t count);

#endif
