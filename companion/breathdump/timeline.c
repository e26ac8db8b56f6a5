/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeline.c - which moment of CLOCK_MONOTONIC a moment of CLOCK_REALTIME was
 *
 * Between two samples the clock had the one difference or the other. A time is taken by that of the
 * two under which it falls between them, the newest pair of samples first; before the first sample
 * that is kept, by its difference, and behind the last one by that one's. */
#include "timeline.h"

#include <stdbool.h>

/* Differences this near are one: reading two clocks one after the other does not tell more. */
#define SAME_NS 1000

static struct tb_timeline_sample *sample_at(struct tb_timeline *timeline, size_t age)
{
    return &timeline->samples[(timeline->count - 1 - age) % TB_TIMELINE_SAMPLES];
}

static const struct tb_timeline_sample *sample_of(const struct tb_timeline *timeline, size_t age)
{
    return &timeline->samples[(timeline->count - 1 - age) % TB_TIMELINE_SAMPLES];
}

static bool is_near(int64_t one, int64_t other)
{
    return one - other <= SAME_NS && other - one <= SAME_NS;
}

void tb_timeline_add(struct tb_timeline *timeline, uint64_t monotonic_ns, uint64_t realtime_ns)
{
    int64_t offset_ns = (int64_t)(realtime_ns - monotonic_ns);

    /* Of a run of equal differences the first and the last are kept. */
    if (timeline->count < 2 || !is_near(sample_at(timeline, 0)->offset_ns, offset_ns) ||
        !is_near(sample_at(timeline, 1)->offset_ns, offset_ns))
        timeline->count++;
    *sample_at(timeline, 0) = (struct tb_timeline_sample){ monotonic_ns, offset_ns };
}

/* Whether the time falls between two samples if its difference was `offset_ns`. */
static bool falls_between(uint64_t realtime_ns, int64_t offset_ns, uint64_t from_ns, uint64_t to_ns,
                          uint64_t *monotonic_ns)
{
    *monotonic_ns = realtime_ns - (uint64_t)offset_ns;
    return *monotonic_ns >= from_ns && *monotonic_ns <= to_ns;
}

uint64_t tb_timeline_monotonic_ns(const struct tb_timeline *timeline, uint64_t realtime_ns)
{
    size_t kept =
        timeline->count < TB_TIMELINE_SAMPLES ? timeline->count : (size_t)TB_TIMELINE_SAMPLES;
    const struct tb_timeline_sample *oldest;
    uint64_t monotonic_ns;

    if (kept == 0)
        return 0;
    for (size_t age = 0; age + 1 < kept; age++) {
        const struct tb_timeline_sample *after = sample_of(timeline, age);
        const struct tb_timeline_sample *before = sample_of(timeline, age + 1);

        if (falls_between(realtime_ns, after->offset_ns, before->monotonic_ns, after->monotonic_ns,
                          &monotonic_ns) ||
            falls_between(realtime_ns, before->offset_ns, before->monotonic_ns, after->monotonic_ns,
                          &monotonic_ns))
            return monotonic_ns;
    }
    oldest = sample_of(timeline, kept - 1);
    monotonic_ns = realtime_ns - (uint64_t)oldest->offset_ns;
    if ((int64_t)(monotonic_ns - oldest->monotonic_ns) < 0)
        return monotonic_ns;
    return realtime_ns - (uint64_t)sample_of(timeline, 0)->offset_ns;
}
