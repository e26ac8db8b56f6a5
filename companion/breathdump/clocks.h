/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clocks.h - the two clocks, in nanoseconds */
#ifndef TB_CLOCKS_H
#define TB_CLOCKS_H

#include <stdint.h>
#include <time.h>

#define TB_NS_PER_S  1000000000ull
#define TB_NS_PER_MS 1000000ull

static inline uint64_t tb_clock_ns(clockid_t clock)
{
    struct timespec now;

    (void)clock_gettime(clock, &now); /* fails for clocks that do not exist only */
    return (uint64_t)now.tv_sec * TB_NS_PER_S + (uint64_t)now.tv_nsec;
}

static inline uint64_t tb_monotonic_ns(void)
{
    return tb_clock_ns(CLOCK_MONOTONIC);
}

static inline uint64_t tb_realtime_ns(void)
{
    return tb_clock_ns(CLOCK_REALTIME);
}

#endif
