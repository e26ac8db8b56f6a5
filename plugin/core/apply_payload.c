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
    enum tb_octets_kind found;

    if (length == 0)
        return;
    found = tb_exchange_take(&flow->exchange, tb_flow_role(flow, segment->from), &octets, event);
    if (data != NULL || *kind == TB_OCTETS_NONE)
        *kind = found;
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
    }
    if (tb_seq_gt(view->reach.data, me->parsed))
        offer(flow, segment, NULL, BEFORE, view->reach.data - me->parsed, event, &kind);
    else
        done = me->parsed - view->reach.data;
    if (done >= segment->length)
        return TB_OCTETS_NONE;
    if (done < segment->captured)
        offer(flow, segment, segment->payload + done, done, segment->captured - done, event, &kind);
    if (done < segment->captured)
        done = segment->captured;
    offer(flow, segment, NULL, done, segment->length - done, event, &kind);
    me->parsed = view->reach.data + segment->length;
    return kind;
}

/* The octet that a zero-window probe carried was taken: it belongs to the stream from now on. */
void tb_apply_probe_octet(struct tb_flow *flow, const struct tb_view *view)
{
    enum tb_side side = tb_side_other(view->segment->from);
    struct tb_half *peer = &flow->half[side];
    struct tb_segment probe = { .time_ns = view->segment->time_ns,
                                .frame = view->segment->frame,
                                .from = side };
    enum tb_octets_kind kind = TB_OCTETS_NONE;
    struct tb_event unused = { 0 };

    if (!peer->probe_pending || !view->ack.fresh || view->segment->ack != peer->top + 1u)
        return;
    if (peer->parsing && peer->parsed == peer->top) {
        offer(flow, &probe, &peer->probe_octet, 0, 1, &unused, &kind);
        peer->parsed++;
    }
}
