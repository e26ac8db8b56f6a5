/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storypage_inside.h - what the parts of the story's page share */
#ifndef TB_STORYPAGE_INSIDE_H
#define TB_STORYPAGE_INSIDE_H

#include "storypage.h"

/* What an end is known by: an address and a port. */
struct tb_story_place {
    char *address; /* NULL: not known */
    char port[6];
};

struct tb_story_connection {
    struct tb_story_place place[2]; /* by side */
    uint32_t end[2];                /* as last told, by side */
    int client;                     /* side; as last told */
    uint64_t left_out;
    char *listener; /* JSON; NULL: not known */
};

/* A segment of a row. */
struct tb_story_segment {
    struct tb_story_page *page;
    const struct tb_story_row *row;
    const struct tb_story_row *japanese;
    size_t layer;
    uint32_t connection; /* place on the page */
    unsigned side;       /* who sent it */
    unsigned client;     /* side */
};

/* Adds a comma and the number. */
void tb_story_put_item(struct tb_line *line, int64_t number);

/* tb_story_row_value() of the segment's layer. */
const char *tb_story_segment_value(const struct tb_story_segment *segment,
                                   enum tb_story_field field);

/* Who holds the listening socket, where the connection does not know yet. */
void tb_story_segment_note_listener(const struct tb_story_segment *segment,
                                    struct tb_story_connection *connection);

/* Adds the segment to the page's line. */
void tb_story_segment_write(const struct tb_story_segment *segment);

#endif
