/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storywords.h - the words of the story's page: its own, and the plugin's */
#ifndef TB_STORYWORDS_H
#define TB_STORYWORDS_H

#include "line.h"

/* Adds them in both languages to the JSON object that the line ends in: "words" by key, and
 * "phases", "steps", "marks", "sources" and "states" in the order of their enumerations. */
void tb_story_words_put(struct tb_line *line);

#endif
