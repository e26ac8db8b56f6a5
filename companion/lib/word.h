/* SPDX-License-Identifier: GPL-2.0-or-later */
/* word.h - what the tools say, in the reader's language
 *
 * The sentences stand in the code in English, and in word.def beside their Japanese: a test finds
 * those that are missing there. */
#ifndef TB_WORD_H
#define TB_WORD_H

#include <stdbool.h>

/* "en" or "ja" from here on; before that, or for NULL, the first of LC_ALL, LC_MESSAGES and LANG
 * that is set decides. False for another language: nothing is changed then. Not thread-safe. */
bool tb_word_choose(const char *language);

/* Whether it is Japanese that is spoken. */
bool tb_word_is_japanese(void);

/* The sentence, or format of printf(), in that language; itself where it has no other. */
__attribute__((format_arg(1))) const char *tb_word(const char *english);

/* Of two sentences or formats the one for this number of things, likewise. */
__attribute__((format_arg(2), format_arg(3))) const char *
tb_word_count(unsigned long long count, const char *one, const char *several);

/* What an errno, or -errno, means, as a part of such a sentence; where the language has no words
 * for it (errors.def) the system's own, in brackets. Valid until the next call. Not thread-safe. */
const char *tb_word_error(int error);

#endif
