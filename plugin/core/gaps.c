/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gaps.c - octets of one direction that the capture has passed over */
#include "gaps.h"

#include <string.h>

#include "seq.h"

static struct tb_range intersect(struct tb_range a, struct tb_range b)
{
    struct tb_range both = { tb_seq_max(a.from, b.from), tb_seq_lt(a.to, b.to) ? a.to : b.to };

    if (tb_seq_lt(both.to, both.from))
        both.to = both.from;
    return both;
}

static void remove_at(struct tb_gaps *gaps, unsigned index)
{
    gaps->count--;
    memmove(&gaps->range[index], &gaps->range[index + 1],
            (gaps->count - index) * sizeof gaps->range[0]);
}

static void insert_after(struct tb_gaps *gaps, unsigned index, struct tb_range range)
{
    if (gaps->count == TB_GAPS_MAX) {
        gaps->overflowed = true;
        return;
    }
    memmove(&gaps->range[index + 2], &gaps->range[index + 1],
            (gaps->count - index - 1u) * sizeof gaps->range[0]);
    gaps->range[index + 1] = range;
    gaps->count++;
}

void tb_gaps_add(struct tb_gaps *gaps, uint32_t from, uint32_t to)
{
    if (gaps->count == TB_GAPS_MAX) {
        gaps->overflowed = true;
        return;
    }
    gaps->range[gaps->count].from = from;
    gaps->range[gaps->count].to = to;
    gaps->count++;
}

/* Cuts `hit`, which lies inside range `index`, out of it. True if the range is gone. */
static bool cut(struct tb_gaps *gaps, unsigned index, struct tb_range hit)
{
    struct tb_range *gap = &gaps->range[index];
    struct tb_range rest = { hit.to, gap->to };

    if (hit.from == gap->from && hit.to == gap->to) {
        remove_at(gaps, index);
        return true;
    }
    if (hit.from == gap->from) {
        gap->from = hit.to;
    } else {
        gap->to = hit.from;
        if (rest.from != rest.to)
            insert_after(gaps, index, rest);
    }
    return false;
}

uint32_t tb_gaps_fill(struct tb_gaps *gaps, struct tb_range range)
{
    uint32_t filled = 0;
    unsigned index = 0;

    while (index < gaps->count) {
        struct tb_range hit = intersect(gaps->range[index], range);

        filled += hit.to - hit.from;
        if (hit.from == hit.to || !cut(gaps, index, hit))
            index++;
    }
    return filled;
}

uint32_t tb_gaps_overlap(const struct tb_gaps *gaps, struct tb_range range)
{
    uint32_t missing = 0;

    for (unsigned index = 0; index < gaps->count; index++) {
        struct tb_range hit = intersect(gaps->range[index], range);

        missing += hit.to - hit.from;
    }
    return missing;
}

void tb_gaps_acked(struct tb_gaps *gaps, uint32_t ack)
{
    while (gaps->count > 0 && tb_seq_le(gaps->range[0].to, ack))
        remove_at(gaps, 0);
    if (gaps->count > 0 && tb_seq_lt(gaps->range[0].from, ack))
        gaps->range[0].from = ack;
}

uint32_t tb_gaps_next(const struct tb_gaps *gaps, uint32_t top)
{
    return gaps->count > 0 ? gaps->range[0].from : top;
}
