/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gaps.h - octets of one direction that the capture has passed over: a bounded set of ranges */
#ifndef TB_GAPS_H
#define TB_GAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "segment.h"

/* Linux sends at most four SACK blocks; more holes than twice that at a time are rare. */
enum {
    TB_GAPS_MAX = 8
};

struct tb_gaps {
    struct tb_range range[TB_GAPS_MAX]; /* ascending, disjoint, never empty */
    uint8_t count;
    bool overflowed; /* a gap was forgotten: what fills it will look like a repetition */
};

/* Adds the range above all others. `from` and `to` must differ. */
void tb_gaps_add(struct tb_gaps *gaps, uint32_t from, uint32_t to);

/* Takes `range` out of the gaps; returns how many of its octets were missing. */
uint32_t tb_gaps_fill(struct tb_gaps *gaps, struct tb_range range);

/* How many octets of `range` are missing; changes nothing. */
uint32_t tb_gaps_overlap(const struct tb_gaps *gaps, struct tb_range range);

/* Forgets the gaps below `ack`: the receiver has these octets. */
void tb_gaps_acked(struct tb_gaps *gaps, uint32_t ack);

/* The receiver's next expected octet, given that `top` is the end of what was seen. */
uint32_t tb_gaps_next(const struct tb_gaps *gaps, uint32_t top);

#endif
