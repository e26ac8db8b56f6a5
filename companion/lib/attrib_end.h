/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib_end.h - the ends of connections that the attribution knows
 *
 * The same tuple in the same network namespace is used again and again: each time is an end of its
 * own here, a generation. Which one a packet belongs to follows from its time. */
#ifndef TB_ATTRIB_END_H
#define TB_ATTRIB_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attrib_process.h"
#include "links.h"
#include "tuple.h"

#define TB_TIME_WAIT_NS 120000000000u /* the owner stays so long after CLOSE */

/* How it is known that the end exists. */
enum tb_end_origin {
    TB_END_CONNECTED, /* by CONNECT: since opened_ns */
    TB_END_PASSIVE,   /* by OPEN or ACCEPT: it was ESTABLISHED at opened_ns */
    TB_END_FOUND,     /* by HELD: it was there at opened_ns or soon after */
    TB_END_USED,      /* by USE alone: likewise */
    TB_END_SEEN,      /* by SEEN: a packet opened it at opened_ns */
    TB_END_GONE,      /* by CLOSE alone: it was there before */
    TB_END_ORIGIN_COUNT
};

struct tb_end {
    struct tb_end *next; /* the latest of another tuple in its bucket; NULL where this is not one */
    struct tb_end
        *older; /* the generation of the tuple, in whatever namespace, that opened before */
    struct tb_link link; /* among the open or the closed */
    struct tb_tuple tuple;
    uint64_t socket; /* 0: not known */
    uint64_t serial; /* of this end */
    uint64_t opened_ns;
    uint64_t closed_ns;       /* TB_TIME_NEVER: it is open */
    uint64_t seen_ns;         /* of its latest event */
    struct tb_process *owner; /* held; NULL: nobody is known */
    uint64_t owner_ns;        /* when it did what makes it the owner */
    uint64_t other_ns;        /* when another process used it first; TB_TIME_NEVER: none */
    uint64_t look_ns;         /* of the look that found it held first */
    uint32_t netns;
    uint32_t uid;         /* of the socket, as told with its owner */
    int32_t fd;           /* the owner's; -1: not known */
    uint32_t generations; /* of the tuple, where this is the latest: at most so many */
    uint8_t origin;
    uint8_t source;    /* enum tb_owner_source */
    bool implied;      /* CLOSE was not told: the next generation was */
    bool is_shared;    /* one look found several processes that hold it */
    bool is_not_alone; /* others may hold it, or have held it when it was looked at */
    bool is_nobodys;   /* a look found nobody who holds it */
    bool is_bare;      /* the owner was told without its start */
};

struct tb_end_table {
    struct tb_end **bucket;
    struct tb_end **recent; /* some that were asked for of late, by their place */
    size_t mask;
    size_t count;
    size_t limit;
    uint64_t seed;
    uint64_t serial;
    uint64_t forgotten;    /* that were open */
    uint64_t forgotten_ns; /* until then ends may have been that are forgotten; 0: none were */
    struct tb_link open;   /* the one that has been silent longest first */
    struct tb_link closed; /* likewise, by when that was told */
    struct tb_process_table *processes;
};

/* By when it was closed. Where a later generation alone tells that it was, only its own events show
 * that it was open. */
static inline uint64_t tb_end_closed(const struct tb_end *end)
{
    return end->implied ? end->seen_ns : end->closed_ns;
}

/* 0 or -ENOMEM. `seed` makes the places in the table hard to guess. */
int tb_end_table_init(struct tb_end_table *table, struct tb_process_table *processes, size_t limit,
                      uint64_t seed);
void tb_end_table_clear(struct tb_end_table *table);

/* A new generation. An earlier one that is open is closed by it, and it by a later one. NULL: out
 * of memory. */
struct tb_end *tb_end_add(struct tb_end_table *table, const struct tb_sock_event *event,
                          enum tb_end_origin origin);

/* Opened at another time than was thought. */
void tb_end_move(struct tb_end_table *table, struct tb_end *end, uint64_t opened_ns);

void tb_end_close(struct tb_end_table *table, struct tb_end *end, uint64_t time_ns);

/* Its latest event is this old. */
void tb_end_touch(struct tb_end_table *table, struct tb_end *end, uint64_t time_ns);

/* The generations of a tuple, of all namespaces, the latest first: begin with NULL. NULL: no more.
 */
struct tb_end *tb_end_next(const struct tb_end_table *table, const struct tb_tuple *tuple,
                           const struct tb_end *end);

/* Forgets the one that has been closed longest, else the one that has been silent longest. False:
 * there is none. */
bool tb_end_forget_one(struct tb_end_table *table);

/* Forgets those whose time is over. */
void tb_end_expire(struct tb_end_table *table, uint64_t now_ns);

#endif
