/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply_payload.c - gives the payload to the exchange, in order */
#include "apply.h"

#include "seq.h"

static void offer(struct tb_flow *flow, const struct tb_segment *segment, const uint8_t *data,
                  uint32_t offset, uint32_t length, struct tb_event *event,
                  enum tb_octets_kind *kind)
{
    struct tb_octets octets = { .data = data,
                                .length = length,
                                .offset = offset,
                                .time_ns = segment->time_ns,
                                .frame = segment->frame };
    enum tb_role role = tb_flow_role(flow, segment->from);
    uint32_t before = tb_exchange_current(&flow->exchange, role);
    struct tb_half *me = &flow->half[segment->from];
    enum tb_octets_kind found;

    if (length == 0)
        return;
    found = tb_exchange_take(&flow->exchange, role, &octets, event);
    if (tb_exchange_current(&flow->exchange, role) != before)
        me->message = me->parsed;
    me->parsed += length;
    if (data != NULL || *kind == TB_OCTETS_NONE)
        *kind = found;
}

/* Payload that fills a hole: the hole was counted when it was passed over. */
static void tell_late(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event)
{
    const struct tb_segment *segment = view->segment;
    struct tb_octets octets = { .data = segment->payload,
                                .length = segment->length,
                                .time_ns = segment->time_ns,
                                .frame = segment->frame };

    if (tb_seq_ge(view->reach.data, flow->half[segment->from].message))
        tb_exchange_late(&flow->exchange, tb_flow_role(flow, segment->from), &octets, event);
}

static void start_parsing(struct tb_half *half, uint32_t known)
{
    if (half->parsing)
        return;
    half->parsing = true;
    half->parsed = half->syn_seen ? half->isn + 1u : known;
    half->message = half->parsed;
}

/* Octets that the capture has missed, up to `end`, as `octets` says. */
static void pass_over(struct tb_flow *flow, enum tb_side side, uint32_t end,
                      struct tb_octets octets, struct tb_event *event)
{
    struct tb_half *half = &flow->half[side];
    enum tb_role role = tb_flow_role(flow, side);
    uint32_t before = tb_exchange_current(&flow->exchange, role);

    octets.before = true;
    octets.length = end - half->parsed;
    if (half->octets_seen)
        (void)tb_exchange_take(&flow->exchange, role, &octets, event);
    else
        tb_exchange_unseen(&flow->exchange, role, &octets, event);
    if (tb_exchange_current(&flow->exchange, role) != before)
        half->message = half->parsed;
    half->parsed = end;
}

/* Likewise; the number that was left because it may have been a FIN was an octet. */
static void pass_over_all(struct tb_flow *flow, enum tb_side side, uint32_t end,
                          struct tb_octets octets, struct tb_event *event)
{
    struct tb_half *half = &flow->half[side];

    if (half->tail_unseen && half->parsed + 1u == half->top && tb_seq_ge(end, half->top)) {
        octets.tail = true;
        pass_over(flow, side, half->top, octets, event);
        octets.tail = false;
    }
    if (tb_seq_gt(end, half->parsed))
        pass_over(flow, side, end, octets, event);
}

/* What the other end acknowledges, and the capture has not seen: it came before this segment. The
 * last number may be its FIN, and is left until something shows that it was an octet. */
void tb_apply_missing(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event)
{
    enum tb_side side = tb_side_other(view->segment->from);
    struct tb_half *peer = &flow->half[side];
    struct tb_octets octets = { .unsized = true,
                                .time_ns = view->segment->time_ns,
                                .frame = view->segment->frame };
    struct tb_event told = { 0 };

    start_parsing(peer, peer->top);
    if (view->ack.data == 0)
        tb_exchange_doubt(&flow->exchange, tb_flow_role(flow, side));
    pass_over_all(flow, side, view->segment->ack - 1u, octets, &told);
    event->answered_unseen = told.answered_unseen;
    event->answered_within_ns = told.answered_within_ns;
}

/* Gives the payload that is next in order to the exchange, after what the capture has missed. */
enum tb_octets_kind tb_apply_payload(struct tb_flow *flow, const struct tb_view *view,
                                     struct tb_event *event)
{
    const struct tb_segment *segment = view->segment;
    struct tb_half *me = &flow->half[segment->from];
    const struct tb_octets octets = { .time_ns = segment->time_ns, .frame = segment->frame };
    enum tb_octets_kind kind = TB_OCTETS_NONE;
    uint32_t done = 0;

    start_parsing(me, view->reach.data);
    if (tb_seq_gt(view->reach.data, me->parsed))
        pass_over_all(flow, segment->from, view->reach.data, octets, event);
    else
        done = me->parsed - view->reach.data;
    me->octets_seen = true;
    if (done >= segment->length) {
        tell_late(flow, view, event);
        return TB_OCTETS_NONE;
    }
    if (done < segment->captured)
        offer(flow, segment, segment->payload + done, done, segment->captured - done, event, &kind);
    if (done < segment->captured)
        done = segment->captured;
    offer(flow, segment, NULL, done, segment->length - done, event, &kind);
    return kind;
}

/* The octet that a zero-window probe carried was taken: it belongs to the stream from now on. */
void tb_apply_probe_octet(struct tb_flow *flow, const struct tb_view *view)
{
    enum tb_side side = tb_side_other(view->segment->from);
    struct tb_half *peer = &flow->half[side];
    enum tb_octets_kind kind = TB_OCTETS_NONE;

    if (peer->probe_pending && view->ack.fresh && view->segment->ack == peer->top + 1u &&
        peer->parsing && peer->parsed == peer->top) {
        struct tb_segment probe = { .time_ns = view->segment->time_ns,
                                    .frame = view->segment->frame,
                                    .from = side };
        struct tb_event unused = { 0 };

        offer(flow, &probe, &peer->probe_octet, 0, 1, &unused, &kind);
    }
}
