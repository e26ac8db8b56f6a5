/* SPDX-License-Identifier: GPL-2.0-or-later */
/* story.h - decides which rows of text.def tell an event; fills nothing in. For text.c only. */
#ifndef TB_STORY_H
#define TB_STORY_H

#include "text.h"

/* The sentences. */
enum tb_row {
#define TB_TEXT(id, english, japanese) TB_ROW_##id,
#include "text.def"
    TB_ROW_COUNT
};

/* The places to read more. */
enum tb_place {
#define TB_REFERENCE(id, rfc, section) TB_PLACE_##id,
#include "text.def"
    TB_PLACE_COUNT
};

/* The sentence comes first, then what is added to it. Returns how many, at least 1. */
size_t tb_story_rows(const struct tb_story *story, enum tb_row rows[TB_ROWS_MAX]);

enum tb_place tb_story_place(const struct tb_event *event);

/* All of it. */
struct tb_choice tb_story_choose(const struct tb_story *story);

#endif
