/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proctarget.h - a socket whose holders are looked for
 *
 * Pure. */
#ifndef TB_PROCTARGET_H
#define TB_PROCTARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diagmsg.h"

enum {
    TB_PROCTARGET_HOLDERS = 16 /* told of one socket at most */
};

enum tb_proctarget_state {
    TB_PROCTARGET_NEW,   /* not asked for yet */
    TB_PROCTARGET_WAITS, /* nobody can hold it yet: it is not accepted, or not even there */
    TB_PROCTARGET_THERE, /* somebody may hold it */
    TB_PROCTARGET_GONE   /* nobody can hold it any more, or it is none of this machine's */
};

struct tb_proctarget {
    struct tb_tuple tuple;        /* asked for; of a socket that listens, no remote end */
    struct tb_diag_socket socket; /* as answered last */
    uint64_t asked_ns;            /* when it was answered; CLOCK_MONOTONIC */
    struct tb_proctarget_holder {
        uint32_t pid;
        uint32_t fd; /* the lowest */
    } holder[TB_PROCTARGET_HOLDERS];
    size_t count;
    enum tb_proctarget_state state;
    bool has_more; /* holders than there is room for */
    bool is_told;  /* a holder was */
    bool is_nobody_told;
    bool is_in_walk; /* which fills in the holders */
    bool is_walked;  /* and nobody was found since who is to be proven to be alone */
};

/* What sock_diag answered: 0 and a socket, or -errno. Forgets the holders that were found. */
void tb_proctarget_asked(struct tb_proctarget *target, int error,
                         const struct tb_diag_socket *answer, uint64_t time_ns);

/* Puts them into the order in which tb_proctarget_found() wants them. */
void tb_proctarget_sort(struct tb_proctarget **targets, size_t count);

/* The process has the socket of that inode at that descriptor. */
void tb_proctarget_found(struct tb_proctarget *const *targets, size_t count, uint64_t inode,
                         uint32_t pid, uint32_t fd);

#endif
