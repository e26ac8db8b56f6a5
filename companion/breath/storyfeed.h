/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storyfeed.h - the packets of a capture, one by one, as a tshark of our own prints them */
#ifndef TB_STORYFEED_H
#define TB_STORYFEED_H

#include <stdbool.h>
#include <sys/types.h>

#include "storyrow.h"
#include "text.h"

struct tb_story_ask {
    const char *path;  /* of tshark */
    int in;            /* the capture: a file that tshark may open anew by /dev/stdin */
    int err;           /* for what it complains of */
    char *filter;      /* NULL: whatever has TCP */
    bool cmdline;      /* arguments of processes too */
    enum tb_lang lang; /* English: all fields; Japanese: frame number and sentence */
};

/* To be set to { .out = -1 }. */
struct tb_story_feed {
    pid_t pid; /* to be waited for by the caller */
    int out;
    char *text;
    size_t size, begin, end;
    bool ended;
};

/* 0 or -errno. */
int tb_story_feed_start(struct tb_story_feed *feed, const struct tb_story_ask *ask);

/* The next packet: 1, and the row is to be released; 0 at the end; or -errno. -EINTR: a signal came
 * (`signals`: of signalfd(2)); -EBADMSG: what was read is no packet. */
int tb_story_feed_next(struct tb_story_feed *feed, int signals, struct tb_story_row *row);

void tb_story_feed_free(struct tb_story_feed *feed);

#endif
