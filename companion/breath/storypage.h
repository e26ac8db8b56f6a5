/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storypage.h - the story of a capture as one HTML page
 *
 * Segments are written as they come; what they have in common (sentences, connections, processes)
 * is kept until the end. So memory grows with the connections, not with the segments, and the page
 * is to be thrown away where it was not finished. */
#ifndef TB_STORYPAGE_H
#define TB_STORYPAGE_H

#include <stdint.h>
#include <stdio.h>

#include "names.h"
#include "say.h"
#include "storyrow.h"

enum tb_story_names {
    TB_STORY_NAMES_SENTENCE,
    TB_STORY_NAMES_FLAGS,
    TB_STORY_NAMES_RFC,
    TB_STORY_NAMES_END,
    TB_STORY_NAMES_INTERFACE,
    TB_STORY_NAMES_MECHANISM,
    TB_STORY_NAMES_CONNECTION, /* by number, as digits */
    TB_STORY_NAMES_COUNT
};

struct tb_story_connection;

struct tb_story_page {
    FILE *out;
    const char *file;      /* name of the capture */
    const char *filter;    /* NULL: none */
    const char *complaint; /* of a capture that breaks off; NULL: it does not */
    const char *version;
    enum tb_lang lang;
    bool cmdline;   /* arguments of processes are asked for */
    uint64_t limit; /* segments on the page */

    uint64_t shown; /* out, as the rest */
    uint64_t left_out;
    uint64_t connections_left_out;
    char start[TB_STORY_NAME_MAX]; /* of the capture's first frame, as tshark prints it */
    int64_t last_ns;
    uint32_t last_interface;
    struct tb_names names[TB_STORY_NAMES_COUNT];
    struct tb_story_connection *connections;
    uint32_t connection_size;
    uint8_t *seen; /* of connections left out: a bit by number */
    size_t seen_size;
    struct tb_line line;
};

/* Everything before the first segment. */
void tb_story_page_begin(struct tb_story_page *page);

/* The packet's segments. `japanese`: the same packet, with its sentence in Japanese. 0, or -errno;
 * -EBADMSG: the two are not of one packet. */
int tb_story_page_add(struct tb_story_page *page, const struct tb_story_row *row,
                      const struct tb_story_row *japanese);

/* Everything behind the last. 0, or -errno of writing. */
int tb_story_page_end(struct tb_story_page *page);

void tb_story_page_free(struct tb_story_page *page);

#endif
