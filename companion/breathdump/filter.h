/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filter.h - writes only the connections of certain processes or users
 *
 * Pure but for memory. Who owns an end may become known after its packets: the undecided ones wait
 * in a room of limited size, connection by connection. What is said of a connection holds until its
 * tuple is opened again. Packets that leave the room late are written late: behind packets with
 * later times. */
#ifndef TB_FILTER_H
#define TB_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "owner.h"
#include "packet.h"
#include "tuple.h"

enum tb_choice {
    TB_CHOICE_WRITE,
    TB_CHOICE_LEAVE, /* leave it out */
    TB_CHOICE_WAIT
};

/* What is known of the ends of a packet's connection. */
struct tb_filter_view {
    struct tb_tuple tuple;
    uint64_t now_ns; /* CLOCK_MONOTONIC */
    bool opens;      /* it is a SYN without ACK: the first of a connection */
    struct {
        const struct tb_owner *owner; /* NULL: not known */
        bool is_here; /* the end is known to be this machine's: its owner may become known */
    } end[2];
};

/* Whether an owner is wanted. */
typedef bool tb_filter_wants_fn(const struct tb_owner *owner, void *context);

struct tb_filter_options {
    tb_filter_wants_fn *wants;
    void *context;
    size_t octets;        /* that may wait; 0: 64 MiB */
    uint64_t stranger_ns; /* how long the packets of a connection wait of which an end is not known
                             to be this machine's; 0: 1 s */
};

struct tb_filter;

/* NULL: out of memory. NULL may be freed. */
struct tb_filter *tb_filter_new(const struct tb_filter_options *options);
void tb_filter_free(struct tb_filter *filter);

/* What to do with a packet. WAIT: give it to tb_filter_keep(). */
enum tb_choice tb_filter_choose(struct tb_filter *filter, const struct tb_filter_view *view);

/* Takes an undecided packet; the longest waiting ones may have to go for it: they are counted as
 * dropped. 0 or -ENOMEM: then it is the caller's still. */
int tb_filter_keep(struct tb_filter *filter, const struct tb_filter_view *view,
                   struct tb_packet *packet);

/* Asks anew about each connection that has packets waiting: `look` fills in what is known of the
 * given packet's now. Packets that are to be written now are put into `ready`. */
typedef void tb_filter_look_fn(const struct tb_packet *packet, struct tb_filter_view *view,
                               void *context);
void tb_filter_review(struct tb_filter *filter, tb_filter_look_fn *look, void *context,
                      struct tb_packet_list *ready);

struct tb_filter_counts {
    size_t waiting;
    uint64_t left_out; /* they belong to others */
    uint64_t dropped;  /* undecided: no room, or nobody was found in time */
};

/* `at_end`: those that wait now count as dropped. */
struct tb_filter_counts tb_filter_counts(const struct tb_filter *filter, bool at_end);

#endif
