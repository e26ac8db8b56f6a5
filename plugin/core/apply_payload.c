/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply_payload.c - gives the payload to the exchange, in order */
#include "apply.h"

#include "seq.h"

/* In place of an offset: octets that the capture missed before the segment. */
#define BEFORE UINT32_MAX

static void offer(struct tb_flow *flow, const struct tb_segment *segment, const uint8_t *data,
                  uint32_t offset, uint32_t length, struct tb_event *event,
                  enum tb_octets_kind *kind)
{
    struct tb_octets octets = { .data = data,
                                .before = offset == BEFORE,
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

/* What the other end acknowledges, and the capture has not seen: it came before this segment. */
void tb_apply_missing(struct tb_flow *flow, const struct tb_view *view)
{
    struct tb_half *peer = &flow->half[tb_side_other(view->segment->from)];
    struct tb_segment missing = { .time_ns = view->segment->time_ns,
                                  .frame = view->segment->frame,
                                  .from = tb_side_other(view->segment->from) };
    enum tb_octets_kind kind = TB_OCTETS_NONE;
    struct tb_event unused = { 0 };

    if (view->ack.beyond && !view->ack.unacceptable && peer->parsing &&
        tb_seq_gt(view->segment->ack, peer->parsed))
        offer(flow, &missing, NULL, BEFORE, view->segment->ack - peer->parsed, &unused, &kind);
}

/* Gives the payload that is next in order to the exchange, after what the capture has missed. */
enum tb_octets_kind tb_apply_payload(struct tb_flow *flow, const struct tb_view *view,
                                     struct tb_event *event)
{
    const struct tb_segment *segment = view->segment;
    struct tb_half *me = &flow->half[segment->from];
    enum tb_octets_kind kind = TB_OCTETS_NONE;
    uint32_t done = 0;

    if (!me->parsing) {
        me->parsing = true;
        me->parsed = me->syn_seen ? me->isn + 1u : view->reach.data;
        me->message = me->parsed;
    }
    if (tb_seq_gt(view->reach.data, me->parsed))
        offer(flow, segment, NULL, BEFORE, view->reach.data - me->parsed, event, &kind);
    else
        done = me->parsed - view->reach.data;
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
