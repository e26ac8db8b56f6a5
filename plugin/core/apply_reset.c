/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply_reset.c - what a reset does to the connection */
#include "apply.h"

/* What the server answers is in the capture. */
static bool server_is_heard(const struct tb_flow *flow, enum tb_side from)
{
    enum tb_side server = tb_side_other((enum tb_side)flow->client);

    return from == server || flow->half[server].seen;
}

void tb_apply_reset(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event)
{
    enum tb_reset_kind kind = tb_view_reset(view);
    struct tb_half *me = &flow->half[view->segment->from];
    struct tb_half *peer = &flow->half[tb_side_other(view->segment->from)];

    peer->owes_challenge = true;
    if (kind == TB_RESET_IGNORED) {
        tb_event_mark(event, TB_MARK_INEFFECTIVE);
        return;
    }
    tb_event_mark_if(event, TB_MARK_REFUSED, kind == TB_RESET_REFUSAL);
    tb_event_mark_if(event, TB_MARK_INFERRED,
                     kind == TB_RESET_LIKELY || kind == TB_RESET_HALF_OPEN);
    if (kind == TB_RESET_HALF_OPEN) { /* RFC 9293 section 3.5.1: the sender tries its SYN again */
        tb_half_trigger(peer, TB_GOT_RESET);
        flow->has_stray_ack = false;
        return;
    }
    if (!tb_flow_is_over(flow) && server_is_heard(flow, view->segment->from))
        event->cut = tb_exchange_cut(&flow->exchange);
    if (kind != TB_RESET_REFUSAL) {
        flow->was_reset = true;
        flow->reset_by = (uint8_t)view->segment->from;
        flow->reset_ns = view->segment->time_ns;
        flow->state_before_reset[TB_SIDE_A] = flow->half[TB_SIDE_A].state;
        flow->state_before_reset[TB_SIDE_B] = flow->half[TB_SIDE_B].state;
    }
    me->closed_by_ack = false;
    peer->closed_by_ack = false;
    tb_half_trigger(me, TB_GOT_RESET);
    tb_half_trigger(peer, TB_GOT_RESET);
}

/* What the receiver had sent before the reset reached it is seen up to one round trip later,
 * counted from where the capture was taken: as long as it took to answer in the handshake. */
static bool may_have_crossed(const struct tb_flow *flow, const struct tb_segment *segment)
{
    return segment->time_ns >= flow->reset_ns &&
           segment->time_ns - flow->reset_ns < flow->rtt_ns[segment->from];
}

static void reopen(struct tb_flow *flow, enum tb_side side)
{
    flow->half[side].state = flow->state_before_reset[side];
    flow->inferred = true;
}

/* RFC 5961 section 3: a challenge ACK, or new data, of the receiver shows that the reset was not
 * accepted; data of its supposed sender, that it was forged, which tells nothing of the receiver.
 */
void tb_disprove_reset(struct tb_flow *flow, const struct tb_view *view)
{
    const struct tb_segment *segment = view->segment;
    bool news = tb_view_is_data(view) && view->reach.above > 0;

    if (!flow->was_reset || tb_segment_has(segment, TB_SYN | TB_RST))
        return;
    if (flow->reset_by == (uint8_t)segment->from) {
        if (news)
            reopen(flow, segment->from);
        return;
    }
    if (!(view->bare && view->ack.repeats) && !(news && !may_have_crossed(flow, segment)))
        return;
    flow->was_reset = false;
    reopen(flow, TB_SIDE_A);
    reopen(flow, TB_SIDE_B);
}
