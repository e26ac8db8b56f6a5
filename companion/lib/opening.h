/* SPDX-License-Identifier: GPL-2.0-or-later */
/* opening.h - sees every packet that opens a TCP connection, on every interface of the caller's
 * network namespace
 *
 * A packet socket with a filter of its own: at once, and whatever is captured otherwise. Opening it
 * needs CAP_NET_RAW, reading it nothing. */
#ifndef TB_OPENING_H
#define TB_OPENING_H

#include <stdbool.h>
#include <stdint.h>

#include "tuple.h"

/* Returns the descriptor, or -errno. */
int tb_opening_open(void);

typedef void tb_opening_fn(const struct tb_tuple *tuple, uint64_t time_ns, void *context);

/* Tells of those that wait, each as its sender sees it, with the packet's time on CLOCK_MONOTONIC.
 * A packet that passes several interfaces may be told for each. Returns whether all were told: else
 * more wait. */
bool tb_opening_read(int fd, tb_opening_fn *tell, void *context);

/* How many were lost since this was asked last. */
uint64_t tb_opening_lost(int fd);

#endif
