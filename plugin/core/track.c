/* SPDX-License-Identifier: GPL-2.0-or-later */
/* track.c - what one end of a connection has sent */
#include "track.h"

#include "seq.h"

/* The largest window of RFC 7323 section 2.2: nobody may have more under way. */
enum {
    WINDOW_MAX = 1 << 30
};

struct tb_reach tb_half_reach(const struct tb_half *half, const struct tb_segment *segment)
{
    bool syn = tb_segment_has(segment, TB_SYN);
    struct tb_reach reach = { 0 };

    reach.data = segment->seq + (syn ? 1u : 0u);
    reach.end = reach.data + segment->length + (tb_segment_has(segment, TB_FIN) && !syn ? 1u : 0u);
    if (!half->top_known) {
        reach.above = reach.end - segment->seq;
        return reach;
    }
    if (half->fin_seen && tb_seq_gt(reach.end, half->fin))
        reach.end = half->fin + 1u; /* nothing comes after a FIN (RFC 9293 section 3.6) */
    reach.gap = tb_seq_gt(segment->seq, half->top) && tb_seq_gt(reach.end, segment->seq);
    if (tb_seq_gt(reach.end, half->top) && tb_seq_gt(reach.end, segment->seq))
        reach.above = reach.end - tb_seq_max(segment->seq, half->top);
    reach.wild = reach.gap && segment->seq - half->top > (uint32_t)WINDOW_MAX;
    if (half->gaps.count > 0) {
        struct tb_range octets = { segment->seq, reach.end };

        reach.filled = tb_gaps_overlap(&half->gaps, octets);
    }
    return reach;
}

void tb_half_tail_seen(struct tb_half *half)
{
    half->tail_unseen = false;
    half->tail_alone = false;
    half->fin_concluded = false;
}

void tb_half_saw(struct tb_half *half, const struct tb_segment *segment,
                 const struct tb_reach *reach)
{
    struct tb_range octets = { segment->seq, reach->end };

    half->seen = true;
    if (reach->wild)
        return;
    if (!half->top_known) {
        half->top_known = true;
        half->top = reach->end;
        half->start = segment->seq;
        half->acked = segment->seq;
        return;
    }
    if (reach->gap && reach->end != segment->seq)
        tb_gaps_add(&half->gaps, half->top, segment->seq);
    if (reach->filled > 0)
        (void)tb_gaps_fill(&half->gaps, octets);
    if (reach->above > 0) {
        half->top = reach->end;
        half->probe_pending = false;
    }
    if (segment->length > 0 && tb_seq_ge(reach->data + segment->length, half->top))
        tb_half_tail_seen(half);
    /* Where no acknowledgments are in the capture the base moves with the data. */
    if (half->top - half->acked > (uint32_t)WINDOW_MAX) {
        half->acked = half->top - (uint32_t)WINDOW_MAX;
        tb_gaps_acked(&half->gaps, half->acked);
    }
}

static bool first_block_is_dsack(const struct tb_segment *segment)
{
    const struct tb_range *block = segment->sack;

    /* RFC 2883 section 4: below the ack, or inside the second block */
    return tb_seq_le(block[0].to, segment->ack) ||
           (segment->sack_count > 1 && tb_seq_ge(block[0].from, block[1].from) &&
            tb_seq_le(block[0].to, block[1].to));
}

static bool reports_new_sack(const struct tb_half *half, const struct tb_segment *segment)
{
    if (segment->sack_count == 0 || first_block_is_dsack(segment))
        return false;
    return segment->sack[0].from != half->sacked.from || segment->sack[0].to != half->sacked.to;
}

/* Octets of payload in [from, to): the SYN and the FIN have numbers but are none. */
static uint32_t data_between(const struct tb_half *half, uint32_t from, uint32_t to)
{
    if (half->syn_seen && from == half->isn)
        from++;
    if (half->fin_seen && tb_seq_gt(to, half->fin))
        to = half->fin;
    return tb_seq_gt(to, from) ? to - from : 0;
}

/* What an acknowledgment may cover beyond what was seen, as the trace of lost packets: as much as
 * the other end has said that it can take. Where a direction is not in the capture at all,
 * anything. */
static uint32_t may_be_under_way(const struct tb_half *half, const struct tb_half *other)
{
    if (half->seen && other->window_known)
        return other->window > UINT16_MAX ? other->window : UINT16_MAX;
    return (uint32_t)WINDOW_MAX;
}

struct tb_ack_news tb_half_ack_news(const struct tb_half *half, const struct tb_half *other,
                                    const struct tb_segment *segment)
{
    uint32_t ack = segment->ack;
    struct tb_ack_news news = { 0 };
    bool probe_taken;

    if (!tb_segment_has(segment, TB_ACK) || !half->top_known)
        return news;
    probe_taken = half->probe_pending && ack == half->top + 1u;
    news.beyond = tb_seq_gt(ack, half->top) && !probe_taken;
    if (news.beyond && ack - half->top > may_be_under_way(half, other)) {
        news.unacceptable = true;
        return news;
    }
    news.fresh = tb_seq_gt(ack, half->acked);
    news.repeats = ack == half->acked;
    news.covers_fin = half->fin_seen && !half->fin_acked && tb_seq_gt(ack, half->fin);
    if (news.fresh)
        news.data = data_between(half, half->acked, ack);
    if (news.beyond)
        news.unseen = ack - half->top;
    if (news.unseen == 1 && news.data == 1)
        news.data = 0; /* a FIN, for all that is known */
    news.new_sack = reports_new_sack(half, segment);
    return news;
}

void tb_half_acked(struct tb_half *half, const struct tb_segment *segment,
                   const struct tb_ack_news *news)
{
    uint32_t ack = segment->ack;

    if (!tb_segment_has(segment, TB_ACK) || news->unacceptable)
        return;
    if (!half->top_known) {
        half->top_known = true;
        half->top = ack;
        half->start = ack;
        half->acked = ack;
        return;
    }
    if (segment->sack_count > 0 && !first_block_is_dsack(segment))
        half->sacked = segment->sack[0];
    if (!news->fresh)
        return;
    if (tb_seq_gt(ack, half->top)) {
        half->top = ack;
        half->probe_pending = false;
    }
    half->acked = ack;
    half->dup_acks = 0;
    tb_gaps_acked(&half->gaps, ack);
    half->syn_acked = half->syn_acked || (half->syn_seen && tb_seq_gt(ack, half->isn));
    half->fin_acked = half->fin_acked || news->covers_fin;
}

uint32_t tb_half_unacked(const struct tb_half *half)
{
    if (!half->top_known)
        return 0;
    return data_between(half, half->acked, half->top);
}

uint32_t tb_half_next(const struct tb_half *half)
{
    return tb_gaps_next(&half->gaps, half->top);
}
