/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib.h - keeps who owns which connection, and answers for a packet
 *
 * Pure: fed with events, asked with tuples; no kernel, no clock. Memory is bounded: see
 * tb_attrib_limits. Not thread-safe.
 *
 * The rule. The owner of an active end is the process that connected. The owner of a passive end is
 * the first process that read from it or wrote to it; else the one that accepted it, where that is
 * known; else unknown. Who listens is told apart and never stands in for the owner. Where a socket
 * was open before the watch began, its owner is the process that was found holding it; where
 * several hold it, none is named before one of them uses it. After CLOSE the owner stays for
 * TIME-WAIT's packets, for 120 s or until the same tuple is opened again. A later, other user does
 * not replace the owner. Unknown stays unknown: where events were lost that may have told of
 * another owner, the answer is unsure, and where it may name a wrong one there is none. */
#ifndef TB_ATTRIB_H
#define TB_ATTRIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "owner.h"
#include "sock_event.h"

struct tb_attrib;

struct tb_attrib_limits {
    size_t connections; /* ends kept at most; 0: 262144. The longest closed go first */
    size_t processes;   /* likewise; 0: 65536. The longest ended without a connection go first */
};

/* NULL: out of memory. Destroy with tb_attrib_free(); NULL is allowed there. */
struct tb_attrib *tb_attrib_new(const struct tb_attrib_limits *limits);
void tb_attrib_free(struct tb_attrib *attrib);

/* Takes an event, in the order in which they were told; their times may be a little out of order.
 * 0, or -ENOMEM: the event is lost, which counts as a LOST event. */
int tb_attrib_feed(struct tb_attrib *attrib, const struct tb_sock_event *event);

struct tb_attrib_question {
    struct tb_tuple tuple; /* as the end that is asked for sees it */
    uint64_t time_ns;      /* of the packet, CLOCK_MONOTONIC */
    uint32_t netns;        /* where the packet was captured */
    bool may_open;   /* it carries SYN, or nobody knows: so it is none of a connection that had
                        been closed before */
    bool opens;      /* it carries SYN without ACK: it is the first one of its connection */
    bool only_there; /* its end is in that namespace: loopback. Else: there first, then in any
                        other namespace in which one end alone has this tuple */
};

/* A process as it was at the time asked for. Valid until the next call of tb_attrib_feed() or
 * tb_attrib_expire(). */
struct tb_attrib_answer {
    struct tb_owner owner; /* cleared where unknown */
    uint64_t cgroup;       /* 0: not known */
    uint64_t generation;   /* another number for another end, another owner, or other facts of it:
                              whoever wrote an answer down need not write it again while this is the
                              same; 0: unknown */
    uint64_t listener;     /* likewise of who listened when the end was opened, which is not known
                              any more once that socket is closed: 0 */
};

/* True where the owner is known. */
bool tb_attrib_ask(struct tb_attrib *attrib, const struct tb_attrib_question *question,
                   struct tb_attrib_answer *answer);

/* Whether the end is known to be open or to have been (by OPEN, CONNECT, USE, HELD, SEEN), be its
 * owner known or not, and NOBODY was not told of it: else nobody can be expected to become known.
 */
bool tb_attrib_has_end(struct tb_attrib *attrib, const struct tb_attrib_question *question);

/* Whether `pid` is `ancestor` or descends from it by forks that the watch has seen or that the
 * snapshot told of. A start of 0: the latest process of that pid. */
bool tb_attrib_descends(const struct tb_attrib *attrib, uint32_t pid, uint64_t start_ns,
                        uint32_t ancestor, uint64_t ancestor_start_ns);

/* When the process of that pid started that started at `from_ns` or later, and before `to_ns`; 0:
 * none is known that did. */
uint64_t tb_attrib_start(const struct tb_attrib *attrib, uint32_t pid, uint64_t from_ns,
                         uint64_t to_ns);

/* Forgets what is too old at `now_ns` (CLOCK_MONOTONIC). Call it now and then. */
void tb_attrib_expire(struct tb_attrib *attrib, uint64_t now_ns);

/* What is held, and events told as lost: for the statistics. */
struct tb_attrib_counts {
    size_t connections;
    size_t processes;
    uint64_t lost;
    uint64_t forgotten; /* connections that had to go although they were open */
};

struct tb_attrib_counts tb_attrib_counts(const struct tb_attrib *attrib);

#endif
