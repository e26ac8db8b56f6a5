/* SPDX-License-Identifier: GPL-2.0-or-later */
/* spread.c - how times spread */
#include "spread.h"

#include <stdbool.h>
#include <string.h>

#include <glib.h>

enum {
    FIRST_ROOM = 4
};

/* Whether `a` stands above `b`: the greatest of the low ones, the least of the high ones. */
static bool is_above(bool low, uint64_t a, uint64_t b)
{
    return low ? a > b : a < b;
}

static void swap(uint64_t *a, uint64_t *b)
{
    const uint64_t kept = *a;

    *a = *b;
    *b = kept;
}

static void push(struct tb_heap *heap, bool low, uint64_t time)
{
    uint32_t at = heap->count;

    if (heap->count == heap->room) {
        heap->room = heap->room == 0 ? FIRST_ROOM : heap->room * 2;
        heap->time = g_renew(uint64_t, heap->time, heap->room);
    }
    heap->time[heap->count++] = time;
    while (at > 0 && is_above(low, heap->time[at], heap->time[(at - 1) / 2])) {
        swap(&heap->time[at], &heap->time[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
}

static uint64_t pop(struct tb_heap *heap, bool low)
{
    const uint64_t top = heap->time[0];
    uint32_t at = 0;

    heap->time[0] = heap->time[--heap->count];
    for (;;) {
        uint32_t best = at;

        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < heap->count; child++)
            if (is_above(low, heap->time[child], heap->time[best]))
                best = child;
        if (best == at)
            return top;
        swap(&heap->time[at], &heap->time[best]);
        at = best;
    }
}

/* The rank of the percentile among `count`, from 1. */
static uint64_t rank95(uint64_t count)
{
    return (count * 95 + 99) / 100;
}

static void place(struct tb_spread *spread, uint64_t time)
{
    if (spread->low.count == 0 || time <= spread->low.time[0])
        push(&spread->low, true, time);
    else
        push(&spread->high, false, time);
    while (spread->low.count > rank95(spread->count))
        push(&spread->high, false, pop(&spread->low, true));
    while (spread->low.count < rank95(spread->count))
        push(&spread->low, true, pop(&spread->high, false));
}

void tb_spread_add(struct tb_spread *spread, uint64_t time_ns)
{
    const uint64_t before = spread->count++;

    if (before == 0 || time_ns < spread->min)
        spread->min = time_ns;
    if (before == 0 || time_ns > spread->max)
        spread->max = time_ns;
    spread->sum += time_ns;
    if (before == 0)
        return; /* most connections have one exchange: no heaps for it */
    if (before == 1) {
        const uint64_t first = spread->sum - time_ns;

        spread->count = 1;
        place(spread, first);
        spread->count = 2;
    }
    place(spread, time_ns);
}

void tb_spread_add_all(struct tb_spread *spread, const struct tb_spread *more)
{
    if (more->count == 1)
        tb_spread_add(spread, more->min);
    for (uint32_t i = 0; i < more->low.count; i++)
        tb_spread_add(spread, more->low.time[i]);
    for (uint32_t i = 0; i < more->high.count; i++)
        tb_spread_add(spread, more->high.time[i]);
}

uint64_t tb_spread_mean(const struct tb_spread *spread)
{
    return (spread->sum + spread->count / 2) / spread->count;
}

uint64_t tb_spread_p95(const struct tb_spread *spread)
{
    return spread->count == 1 ? spread->min : spread->low.time[0];
}

void tb_spread_free(struct tb_spread *spread)
{
    g_free(spread->low.time);
    g_free(spread->high.time);
    memset(spread, 0, sizeof(*spread));
}
