/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply.c - what a segment does to the connection */
#include "apply.h"

#include "seq.h"

/* Which FIN is the first: 1, or 3 for the second, or 0 while the other one may have been
 * acknowledged, unseen, before this one. */
static void number_fin(struct tb_half *me, struct tb_half *peer)
{
    bool late = tb_seq_gt(me->acked, me->fin) && !me->fin_concluded;

    if (!peer->fin_seen) {
        me->fin_number = peer->tail_unseen ? 0 : 1;
        return;
    }
    me->fin_number = peer->fin_number == 0 && late ? 1 : 3;
    if (peer->fin_number == 0)
        peer->fin_number = late ? 3 : 1;
}

static void apply_fin(struct tb_flow *flow, const struct tb_view *view)
{
    struct tb_half *me = &flow->half[view->segment->from];
    struct tb_half *peer = &flow->half[tb_side_other(view->segment->from)];
    bool unaware = peer->fin_seen && !tb_seq_gt(view->segment->ack, peer->fin);

    me->fin_seen = true;
    me->fin = view->reach.end - 1u;
    number_fin(me, peer);
    tb_half_tail_seen(me);
    tb_half_trigger(me, unaware ? TB_SENT_FIN_UNAWARE : TB_SENT_FIN);
}

/* The FIN counts when everything before it has arrived (RFC 9293 section 3.10.7.4). True if it ends
 * the response. */
static bool deliver_fin(struct tb_flow *flow, enum tb_side side)
{
    struct tb_half *half = &flow->half[side];

    if (!half->fin_seen || half->fin_delivered || half->fin_missed ||
        !tb_seq_gt(tb_half_next(half), half->fin))
        return false;
    half->fin_delivered = true;
    tb_half_trigger(&flow->half[tb_side_other(side)], TB_GOT_FIN);
    return tb_flow_role(flow, side) == TB_ROLE_SERVER && tb_exchange_server_fin(&flow->exchange);
}

/* A SACK block above the ack shows a hole before the FIN that was taken for delivered: what filled
 * it in the capture was lost behind it. */
static void disprove_fin(struct tb_flow *flow, const struct tb_view *view)
{
    enum tb_side other = tb_side_other(view->segment->from);
    struct tb_half *peer = &flow->half[other];
    struct tb_half *me = &flow->half[view->segment->from];

    /* an end that is done, by its own last ACK, had received it */
    if (tb_state_next((enum tb_state)me->state, TB_MISSED_FIN) == (enum tb_state)me->state)
        return;
    if (flow->was_reset || !peer->fin_delivered || peer->fin_acked || !view->ack.new_sack ||
        !tb_seq_gt(view->segment->sack[0].from, view->segment->ack))
        return;
    peer->fin_delivered = false;
    peer->fin_missed = true;
    peer->missed.from = view->segment->ack;
    peer->missed.to = view->segment->sack[0].from;
    tb_half_trigger(me, TB_MISSED_FIN);
}

/* The hole is closed by what is sent again, or by the acknowledgment that shows it closed. */
static void fill_missed(struct tb_half *half, uint32_t from, uint32_t to)
{
    if (!half->fin_missed || tb_seq_gt(from, half->missed.from))
        return;
    half->missed.from = tb_seq_max(half->missed.from, to);
    half->fin_missed = tb_seq_lt(half->missed.from, half->missed.to);
}

/* The FIN may have reached it before it was known to be open. */
static void open_end(struct tb_half *half, const struct tb_half *other)
{
    tb_half_trigger(half, TB_PROVED_OPEN);
    if (other->fin_delivered)
        tb_half_trigger(half, TB_GOT_FIN);
}

/* What only an end that has seen the whole handshake sends, although the capture has not. The other
 * end, whose SYN it acknowledges, has done its part of that. */
static void prove_open(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event)
{
    struct tb_half *me = &flow->half[view->segment->from];
    struct tb_half *peer = &flow->half[tb_side_other(view->segment->from)];
    bool speaks = view->segment->length > 0 || tb_segment_has(view->segment, TB_FIN);

    if (tb_state_is_synchronised((enum tb_state)me->state) || me->state == TB_STATE_CLOSED)
        return;
    if (me->state == TB_STATE_SYN_RECEIVED && peer->seen && (!speaks || flow->fast_open))
        return;
    peer->passed_over = true;
    open_end(me, peer);
    if (peer->state == TB_STATE_SYN_SENT && tb_segment_has(view->segment, TB_ACK) &&
        tb_seq_gt(view->segment->ack, peer->isn) && !view->ack.unacceptable)
        open_end(peer, me);
    tb_event_mark(event, TB_MARK_LOST_BEFORE);
}

/* It covers what the capture has not seen: the last number is an octet or the FIN. */
static void note_unseen(struct tb_half *peer, const struct tb_view *view)
{
    if (view->ack.unseen == 0)
        return;
    peer->passed_over = true;
    peer->tail_unseen = true;
    peer->tail_alone = view->ack.unseen == 1 && !view->me->fin_seen;
    peer->fin_concluded = view->concludes_fin;
}

static void apply_ack(struct tb_flow *flow, const struct tb_view *view)
{
    enum tb_side other = tb_side_other(view->segment->from);
    struct tb_half *peer = &flow->half[other];

    tb_apply_probe_octet(flow, view);
    tb_half_acked(peer, view->segment, &view->ack);
    if (view->ack.unacceptable)
        return;
    note_unseen(peer, view);
    if (!peer->syn_seen || tb_seq_gt(view->segment->ack, peer->isn))
        tb_half_trigger(peer, TB_GOT_ACK_OF_SYN);
    disprove_fin(flow, view);
    fill_missed(peer, peer->missed.from, view->segment->ack);
    (void)deliver_fin(flow, other); /* the ACK may cover what the capture missed before it */
    if (view->ack.covers_fin || (peer->fin_ack_lost && tb_seq_gt(view->segment->ack, peer->fin))) {
        peer->fin_ack_lost = false;
        peer->closed_by_ack = peer->state == TB_STATE_LAST_ACK;
        tb_half_trigger(peer, TB_GOT_ACK_OF_FIN);
    }
}

void tb_apply_window(struct tb_half *me, const struct tb_view *view)
{
    me->window_raw = view->segment->window;
    me->raw_known = true;
    me->window_known = view->window_known;
    me->window = view->window;
}

static void apply_probes(struct tb_half *me, struct tb_half *peer, const struct tb_view *view,
                         enum tb_step step)
{
    me->owes_probe_ack = false;
    me->owes_keep_alive_ack = false;
    me->owes_challenge = false;
    if (step == TB_STEP_ZERO_WINDOW_PROBE) {
        peer->owes_probe_ack = true;
        if (view->segment->length == 1 && view->segment->seq == me->top) {
            me->probe_pending = true;
            me->probe_octet = view->segment->captured > 0 ? view->segment->payload[0] : 0;
        }
    }
    if (step == TB_STEP_KEEP_ALIVE)
        peer->owes_keep_alive_ack = true;
    if (view->ack.unacceptable || view->reach.wild)
        peer->owes_challenge = true;
    if (step == TB_STEP_DUP_ACK)
        peer->dup_acks = tb_count_up(peer->dup_acks);
}

/* Its side goes on with the old numbers: the SYN was not its own. */
static void outlive_candidate(struct tb_flow *flow, const struct tb_segment *segment)
{
    if (flow->candidate.from == (uint8_t)segment->from && !tb_segment_has(segment, TB_SYN | TB_RST))
        flow->candidate.outlived = true;
}

static enum tb_step step_of_data(const struct tb_flow *flow, const struct tb_view *view,
                                 enum tb_octets_kind kind, bool client_spoke)
{
    if (kind == TB_OCTETS_TLS_HANDSHAKE)
        return TB_STEP_TLS_HANDSHAKE;
    if (view->by_client)
        return TB_STEP_REQUEST;
    return client_spoke || flow->midstream ? TB_STEP_RESPONSE : TB_STEP_GREETING;
}

static void apply_ordinary(struct tb_flow *flow, const struct tb_view *view, enum tb_step step,
                           struct tb_event *event)
{
    struct tb_half *me = &flow->half[view->segment->from];
    struct tb_half *peer = &flow->half[tb_side_other(view->segment->from)];

    prove_open(flow, view, event);
    apply_probes(me, peer, view, step);
    if (tb_segment_has(view->segment, TB_ACK))
        apply_ack(flow, view);
    me->open_proved = true;
    flow->handshake_done = flow->handshake_done || view->third_step;
    if (step != TB_STEP_ZERO_WINDOW_PROBE)
        tb_half_saw(me, view->segment, &view->reach);
    if (view->first_fin)
        apply_fin(flow, view);
    if (tb_segment_has(view->segment, TB_FIN) && me->fin_seen)
        me->fin_tries = tb_count_up(me->fin_tries);
    if (tb_segment_has(view->segment, TB_FIN) && me->fin_acked && !view->first_fin &&
        (me->state != TB_STATE_CLOSED || me->closed_by_ack)) {
        me->fin_ack_lost = true;
        tb_half_trigger(me, TB_RESENT_FIN);
    }
    fill_missed(me, view->segment->seq, view->reach.end);
    if (deliver_fin(flow, view->segment->from) && event->exchange != 0)
        tb_event_set(event, TB_EVENT_RESPONSE_ENDS);
    if (view->first_fin && tb_seq_gt(me->acked, me->fin)) { /* its first copy was missed */
        me->fin_acked = true;
        me->closed_by_ack = me->state == TB_STATE_LAST_ACK;
        tb_half_trigger(me, TB_GOT_ACK_OF_FIN);
    }
    tb_apply_window(me, view);
    if (flow->candidate.pending)
        outlive_candidate(flow, view->segment);
}

static void apply_stray_ack(struct tb_flow *flow, const struct tb_segment *segment)
{
    flow->has_stray_ack = true;
    flow->stray_ack = segment->ack;
    flow->half[segment->from].state = TB_STATE_UNKNOWN; /* it has an old connection */
}

/* Whether the data of a SYN is accepted is not known yet: its event tells nothing of it. */
static void hold_payload_of_syn(struct tb_flow *flow, const struct tb_view *view)
{
    struct tb_event unused = { 0 };

    (void)tb_apply_payload(flow, view, &unused);
}

enum tb_step tb_apply(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event)
{
    bool client_spoke = flow->exchange.client_spoke || (!view->by_client && view->ack.data > 0);
    enum tb_octets_kind kind = TB_OCTETS_NONE;
    enum tb_step step;

    flow->exchange.client_spoke = client_spoke; /* as acknowledged, though perhaps not captured */
    if (view->ack.unseen > 0)
        tb_apply_missing(flow, view, event);
    client_spoke = client_spoke || flow->exchange.lone[TB_ROLE_CLIENT]; /* perhaps: no greeting */
    if (tb_view_is_data(view))
        kind = tb_apply_payload(flow, view, event);
    else if (view->syn == TB_SYN_FIRST && view->segment->length > 0)
        hold_payload_of_syn(flow, view);
    step = tb_view_step(view, step_of_data(flow, view, kind, client_spoke));
    event->phase = tb_view_phase(view, step);
    if (tb_segment_has(view->segment, TB_RST))
        tb_apply_reset(flow, view, event);
    else if (view->syn != TB_SYN_NONE)
        tb_apply_syn(flow, view);
    else if (view->stray)
        apply_stray_ack(flow, view->segment);
    else
        apply_ordinary(flow, view, step, event);
    return step;
}
