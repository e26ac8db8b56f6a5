/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply_syn.c - what a SYN or SYN-ACK does to the connection */
#include "apply.h"

#include "seq.h"

static void read_syn_options(struct tb_half *half, const struct tb_segment *segment)
{
    half->scale_offered = (segment->has & TB_HAS_WSCALE) != 0;
    half->scale_told = half->scale_offered || (segment->has & TB_HAS_OPTIONS_CUT) == 0;
    /* RFC 7323 section 2.3: a shift above 14 counts as 14 */
    half->wscale = segment->wscale > 14 ? 14 : segment->wscale;
}

static void register_candidate(struct tb_flow *flow, const struct tb_segment *segment)
{
    struct tb_candidate *candidate = &flow->candidate;

    flow->half[tb_side_other(segment->from)].owes_challenge = true;
    if (tb_segment_has(segment, TB_ACK))
        return;
    candidate->pending = true;
    candidate->outlived = false;
    candidate->from = (uint8_t)segment->from;
    candidate->isn = segment->seq;
    candidate->time_ns = segment->time_ns;
    candidate->window = segment->window;
    candidate->wscale = segment->wscale > 14 ? 14 : segment->wscale;
    candidate->has = segment->has;
}

static void apply_first_syn(struct tb_half *me, const struct tb_segment *segment)
{
    bool known = me->top_known && !me->syn_seen;
    bool late = known && segment->seq + 1u == me->start;

    me->syn_seen = true;
    me->isn = segment->seq;
    me->start = segment->seq;
    me->syn_length = segment->length;
    if (known && !late)
        me->top_known = false; /* a split handshake: the ACK before it had no number of its own */
    if (late)
        me->syn_acked = tb_seq_gt(me->acked, segment->seq);
    if (tb_segment_has(segment, TB_ACK))
        me->syn_ack_seen = true;
    else
        me->syn_bare = true;
    read_syn_options(me, segment);
}

static void apply_syn_states(struct tb_half *me, struct tb_half *peer, const struct tb_view *view)
{
    bool ack = tb_segment_has(view->segment, TB_ACK);
    bool acks_syn = ack && (!peer->syn_seen || tb_seq_gt(view->segment->ack, peer->isn));

    if (view->syn == TB_SYN_REPEATED) {
        if (!me->open_proved)
            tb_half_trigger(me, ack ? TB_RESENT_SYN_ACK : TB_RESENT_SYN);
        if (acks_syn)
            tb_half_trigger(peer, TB_GOT_SYN_ACK);
        else if (!ack && !peer->seen)
            tb_half_trigger(peer, TB_GOT_SYN); /* after a reset of the old connection: half-open */
        peer->owes_challenge = !ack && tb_state_is_synchronised((enum tb_state)peer->state);
        return;
    }
    tb_half_trigger(me, ack ? TB_SENT_SYN_ACK : TB_SENT_SYN);
    if (!ack)
        tb_half_trigger(peer, TB_GOT_SYN);
    if (acks_syn) {
        tb_half_trigger(peer, TB_GOT_ACK_OF_SYN);
        tb_half_trigger(peer, TB_GOT_SYN_ACK);
    }
}

/* RFC 7413 section 3: the SYN-ACK accepts the data of the SYN, or does not, and then it is sent
 * again. */
static void settle_fast_open(struct tb_flow *flow, struct tb_half *peer, const struct tb_view *view)
{
    if (view->syn != TB_SYN_FIRST || !tb_segment_has(view->segment, TB_ACK) || !peer->syn_bare ||
        peer->syn_length == 0)
        return;
    if (tb_seq_gt(view->segment->ack, peer->isn + 1u)) {
        flow->fast_open = true;
        return;
    }
    /* More than its SYN was seen: it went on already, whatever order the capture shows. */
    if (view->segment->ack != peer->isn + 1u || tb_seq_gt(peer->acked, peer->isn + 1u) ||
        peer->open_proved)
        return;
    peer->top = peer->isn + 1u;
    peer->parsing = false;
    peer->octets_seen = false;
    tb_exchange_init(&flow->exchange);
}

void tb_apply_syn(struct tb_flow *flow, const struct tb_view *view)
{
    struct tb_half *me = &flow->half[view->segment->from];
    struct tb_half *peer = &flow->half[tb_side_other(view->segment->from)];

    if (view->syn == TB_SYN_FOREIGN || view->syn == TB_SYN_CANDIDATE_REPEATED) {
        register_candidate(flow, view->segment);
        return;
    }
    if (view->syn == TB_SYN_FIRST) {
        /* simultaneous open: the SYN that it answers is not in the capture */
        peer->passed_over = peer->passed_over ||
                            (me->syn_bare && tb_segment_has(view->segment, TB_ACK) && !peer->seen);
        apply_first_syn(me, view->segment);
        settle_fast_open(flow, peer, view);
    }
    me->tries = tb_count_up(me->tries);
    me->syn_ns = view->segment->time_ns;
    tb_half_saw(me, view->segment, &view->reach);
    apply_syn_states(me, peer, view);
    tb_half_acked(peer, view->segment, &view->ack);
    tb_apply_window(me, view);
}
