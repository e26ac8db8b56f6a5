/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storytext.h - sentences without their numbers
 *
 * Thousands of segments say the same with other numbers. A page that holds each sentence once and
 * the numbers of each segment is a fifth as large. */
#ifndef TB_STORYTEXT_H
#define TB_STORYTEXT_H

#include <stddef.h>

#include "line.h"

enum {
    TB_STORY_NUMBERS_MAX = 60,
    TB_STORY_PLACE = 0xe000 /* U+E000 stands for the first number, U+E001 for the next, ... */
};

/* Pointers into the sentences. */
struct tb_story_numbers {
    struct {
        const char *text; /* not terminated */
        size_t length;
    } list[TB_STORY_NUMBERS_MAX];
    size_t count;
};

/* Adds the sentence with its numbers ("78", "0.094") taken out; `numbers` gets those that it does
 * not have yet. What would read as the place of a number becomes U+FFFD. */
void tb_story_text_put(struct tb_line *line, const char *sentence,
                       struct tb_story_numbers *numbers);

#endif
