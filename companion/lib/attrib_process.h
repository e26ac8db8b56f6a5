/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib_process.h - the processes that the attribution knows, and what each was at which time
 *
 * A process keeps its last few images: an image is what it was called and what it ran from one time
 * to the next. Whoever needs a process for longer than one event holds it. Those that nobody holds
 * are forgotten first when there are too many, the ended ones before the others. */
#ifndef TB_ATTRIB_PROCESS_H
#define TB_ATTRIB_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "links.h"
#include "sock_event.h"

#define TB_TIME_NEVER UINT64_MAX

enum {
    TB_IMAGES = 4, /* of a process */
    TB_COMM_SIZE = 16
};

/* What exec told. Shared by images and, after fork, by processes. */
struct tb_program {
    size_t users;
    uint64_t told_ns;
    size_t exe_length;
    size_t arguments_length; /* with a space between each two */
    char octets[];           /* exe, then arguments */
};

struct tb_image {
    uint64_t from_ns;           /* until the next one's */
    uint64_t seen_ns;           /* when its name was told last */
    uint64_t serial;            /* of these facts */
    struct tb_program *program; /* NULL: not known */
    char comm[TB_COMM_SIZE];    /* "": not known */
};

struct tb_process {
    struct tb_process *next;   /* in its bucket: a later one of the same pid comes first */
    struct tb_link link;       /* among those that nobody holds */
    struct tb_process *parent; /* held; NULL: not known */
    uint64_t start_ns;         /* 0: not known */
    uint64_t start_told_ns;    /* when it was */
    uint64_t first_ns;         /* of the first event that told of it */
    uint64_t ended_ns;         /* TB_TIME_NEVER: it lives */
    uint64_t serial;
    uint64_t cgroup;
    uint32_t pid;
    uint32_t parent_pid;
    size_t holders;
    size_t image_count;
    bool was_something_else;          /* before its first image */
    struct tb_image image[TB_IMAGES]; /* the earliest first */
};

struct tb_process_table {
    struct tb_process **bucket;
    size_t mask;
    size_t count;
    size_t limit;
    size_t program_octets;
    uint64_t serial;      /* the last one given */
    struct tb_link idle;  /* they live, nobody holds them */
    struct tb_link ended; /* they have ended, nobody holds them */
};

/* 0 or -ENOMEM. */
int tb_process_table_init(struct tb_process_table *table, size_t limit);
void tb_process_table_clear(struct tb_process_table *table);

/* The process that the event tells of (its pid is not 0), with what the event tells about it. A new
 * one is made where there is none. NULL: out of memory, or full of processes that are held. */
struct tb_process *tb_process_tell(struct tb_process_table *table,
                                   const struct tb_sock_event *event);

/* `start_ns` 0: the latest of that pid. NULL: not known. */
struct tb_process *tb_process_find(const struct tb_process_table *table, uint32_t pid,
                                   uint64_t start_ns);

/* The latest of that pid that started at `from_ns` or later, and before `to_ns`. */
struct tb_process *tb_process_find_between(const struct tb_process_table *table, uint32_t pid,
                                           uint64_t from_ns, uint64_t to_ns);

/* What it was at the time, or at the earliest time that is known. NULL where it is not known any
 * more. */
const struct tb_image *tb_process_image(const struct tb_process *process, uint64_t time_ns);

/* NULL is allowed in both. */
struct tb_process *tb_process_hold(struct tb_process *process);
void tb_process_drop(struct tb_process_table *table, struct tb_process *process);

bool tb_process_descends(const struct tb_process_table *table, const struct tb_process *process,
                         const struct tb_process *ancestor);

/* Forgets one that nobody holds; false: there is none. */
bool tb_process_forget_one(struct tb_process_table *table);

/* Forgets those that nobody holds and that ended before. */
void tb_process_expire(struct tb_process_table *table, uint64_t before_ns);

#endif
