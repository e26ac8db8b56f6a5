/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spread.h - how times spread: the least, the mean, the 95th percentile, the greatest
 *
 * Exact at any moment, at O(log n) a time: the smaller ones and the greater ones stand in a heap
 * each, and the percentile between them. */
#ifndef TB_SPREAD_H
#define TB_SPREAD_H

#include <stdint.h>

/* All zero: none yet. The heaps are GLib's memory, freed by tb_spread_free(). */
struct tb_spread {
    uint64_t min;
    uint64_t max;
    uint64_t sum;
    uint64_t count;
    struct tb_heap {
        uint64_t *time;
        uint32_t count;
        uint32_t room;
    } low, high;
};

void tb_spread_add(struct tb_spread *spread, uint64_t time_ns);

/* All that `more` has. */
void tb_spread_add_all(struct tb_spread *spread, const struct tb_spread *more);

/* With count > 0. The percentile is the nearest rank: the least time that 95 % of them, or more,
 * do not exceed. */
uint64_t tb_spread_mean(const struct tb_spread *spread);
uint64_t tb_spread_p95(const struct tb_spread *spread);

/* Empty again. */
void tb_spread_free(struct tb_spread *spread);

#endif
