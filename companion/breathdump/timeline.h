/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeline.h - which moment of CLOCK_MONOTONIC a moment of CLOCK_REALTIME was
 *
 * Packets are stamped with the one clock, events with the other, and the difference between them
 * changes: slowly while the clock is disciplined, by leaps when it is set. Pure: the caller reads
 * both clocks again and again and tells what they said. */
#ifndef TB_TIMELINE_H
#define TB_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

enum {
    TB_TIMELINE_SAMPLES = 64
};

struct tb_timeline {
    struct tb_timeline_sample {
        uint64_t monotonic_ns;
        int64_t offset_ns; /* realtime - monotonic */
    } samples[TB_TIMELINE_SAMPLES];
    size_t count; /* taken so far, the last ones kept */
};

/* Both clocks, read at one moment. Samples of an unchanged difference replace each other, so that
 * the history reaches back to the last changes. */
void tb_timeline_add(struct tb_timeline *timeline, uint64_t monotonic_ns, uint64_t realtime_ns);

/* The monotonic time of a recent moment. Where the clock was set back, a real time happened twice:
 * the later one is taken. 0 where no sample has been taken. */
uint64_t tb_timeline_monotonic_ns(const struct tb_timeline *timeline, uint64_t realtime_ns);

#endif
