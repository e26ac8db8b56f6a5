/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storyfeed.c - the packets of a capture, one by one, as a tshark of our own prints them */
#include "storyfeed.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "program.h"

enum {
    ARGUMENTS_MAX = 2 * TB_STORY_FIELD_COUNT + 32,
    PIECE = 65536,
    LINE_OCTETS_MAX = 1 << 24 /* of a packet's line; the longest sentences are 1000 times shorter */
};

struct call {
    char *argument[ARGUMENTS_MAX];
    char name[TB_STORY_FIELD_COUNT][TB_STORY_NAME_MAX];
    size_t count;
};

static void add_fields(struct call *call, size_t first, size_t behind, bool cmdline)
{
    static char field[] = "-e";

    for (size_t i = first; i < behind; i++) {
        if (!cmdline && (i == TB_STORY_CLIENT_CMDLINE || i == TB_STORY_SERVER_CMDLINE))
            continue;
        tb_story_field_name(i, call->name[i]);
        call->argument[call->count++] = field;
        call->argument[call->count++] = call->name[i];
    }
}

static void put_call(const struct tb_story_ask *ask, struct call *call)
{
    static char name[] = "tshark", read[] = "-r", standard[] = "/dev/stdin", twice[] = "-2",
                numbers[] = "-n", display[] = "-Y", ours[] = "tcp-breath", type[] = "-T",
                ek[] = "ek", option[] = "-o", prefix[] = "tcp-breath.info_prefix:FALSE",
                english[] = "tcp-breath.language:en", japanese[] = "tcp-breath.language:ja";
    char *const fixed[] = { name,
                            read,
                            standard,
                            twice,
                            numbers,
                            type,
                            ek,
                            option,
                            prefix,
                            option,
                            ask->lang == TB_LANG_JA ? japanese : english,
                            display,
                            ask->filter == NULL ? ours : ask->filter };

    memcpy(call->argument, fixed, sizeof(fixed));
    call->count = sizeof(fixed) / sizeof(fixed[0]);
    if (ask->lang == TB_LANG_JA)
        add_fields(call, TB_STORY_FRAME, TB_STORY_MEANING + 1, false);
    else
        add_fields(call, TB_STORY_FRAME, TB_STORY_FIELD_COUNT, ask->cmdline);
    assert(call->count < ARGUMENTS_MAX);
}

int tb_story_feed_start(struct tb_story_feed *feed, const struct tb_story_ask *ask)
{
    struct call call = { .count = 0 };
    struct tb_program program = { .path = ask->path,
                                  .arguments = call.argument,
                                  .in = ask->in,
                                  .err = ask->err,
                                  .kept = -1,
                                  .unprivileged = true };
    int between[2];

    put_call(ask, &call);
    if (pipe2(between, O_CLOEXEC) != 0)
        return -errno;
    program.out = between[1];
    feed->out = between[0];
    feed->pid = tb_program_start(&program);
    (void)close(between[1]);
    return feed->pid < 0 ? (int)feed->pid : 0;
}

/* ---- What it prints */

static char *whole_line(const struct tb_story_feed *feed)
{
    return feed->end == feed->begin
               ? NULL
               : memchr(feed->text + feed->begin, '\n', feed->end - feed->begin);
}

/* Room for a piece more. */
static int make_room(struct tb_story_feed *feed)
{
    char *text;

    if (feed->begin > 0) {
        memmove(feed->text, feed->text + feed->begin, feed->end - feed->begin);
        feed->end -= feed->begin;
        feed->begin = 0;
    }
    if (feed->size - feed->end >= PIECE)
        return 0;
    if (feed->size > LINE_OCTETS_MAX)
        return -EMSGSIZE;
    text = realloc(feed->text, feed->size * 2 + PIECE);
    if (text == NULL)
        return -ENOMEM;
    feed->text = text;
    feed->size = feed->size * 2 + PIECE;
    return 0;
}

static int read_piece(struct tb_story_feed *feed)
{
    const int error = make_room(feed);
    ssize_t got;

    if (error != 0)
        return error;
    got = read(feed->out, feed->text + feed->end, PIECE);
    if (got < 0)
        return errno == EINTR ? 0 : -errno;
    feed->end += (size_t)got;
    feed->ended = got == 0;
    return 0;
}

/* Until a line is there or the end. -EINTR: a signal came. */
static int await_line(struct tb_story_feed *feed, int signals)
{
    int error = 0;

    while (error == 0 && !feed->ended && whole_line(feed) == NULL) {
        struct pollfd wanted[] = { { .fd = feed->out, .events = POLLIN },
                                   { .fd = signals, .events = POLLIN } };

        if (poll(wanted, 2, -1) < 0)
            error = errno == EINTR ? 0 : -errno;
        else if (wanted[1].revents != 0)
            error = -EINTR;
        else
            error = read_piece(feed);
    }
    return error;
}

int tb_story_feed_next(struct tb_story_feed *feed, int signals, struct tb_story_row *row)
{
    int found = 0;

    while (found == 0) {
        const int error = await_line(feed, signals);
        char *line = feed->text + feed->begin;
        char *end;

        if (error != 0)
            return error;
        end = whole_line(feed);
        if (end == NULL)
            return 0;
        *end = '\0';
        feed->begin += (size_t)(end + 1 - line);
        /* every second line is an "index" one, for a database */
        if (end != line && strncmp(line, "{\"index\"", 8) != 0)
            found = tb_story_row_read(row, line, (size_t)(end - line));
    }
    return found;
}

void tb_story_feed_free(struct tb_story_feed *feed)
{
    if (feed->out >= 0)
        (void)close(feed->out);
    free(feed->text);
}
