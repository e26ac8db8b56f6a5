/* SPDX-License-Identifier: GPL-2.0-or-later */
/* classify.c - decides what a segment does
 *
 * The steps are tried in the order of the rules below, and the first that is true wins; the order
 * is the meaning: a FIN that repeats is a FIN only the first time, an ACK that opens a window and
 * covers a request is the request's ACK. */
#include "classify.h"

#include <stddef.h>

#include "seq.h"
#include "state.h"

/* ---- the view */

/* A SYN seen after what follows it: reordered in the capture. */
static bool is_late_syn(const struct tb_view *view)
{
    return view->me->top_known && view->segment->seq + 1u == view->me->start;
}

/* Of a simultaneous open, or of a split handshake, where a bare ACK came before it. */
static bool is_second_half(const struct tb_view *view)
{
    return view->peer->state == TB_STATE_SYN_SENT && !tb_segment_has(view->segment, TB_ACK) &&
           view->me->top == view->me->start && !view->me->fin_seen;
}

static bool repeats_candidate(const struct tb_view *view)
{
    const struct tb_candidate *candidate = &view->flow->candidate;

    return candidate->pending && !candidate->outlived &&
           candidate->from == (uint8_t)view->segment->from &&
           candidate->isn == view->segment->seq && !tb_segment_has(view->segment, TB_ACK);
}

static enum tb_syn_kind kind_of_syn(const struct tb_view *view)
{
    const struct tb_segment *segment = view->segment;
    const struct tb_half *me = view->me;

    if (!tb_segment_has(segment, TB_SYN) || tb_segment_has(segment, TB_RST))
        return TB_SYN_NONE;
    if (repeats_candidate(view))
        return TB_SYN_CANDIDATE_REPEATED;
    if (!me->syn_seen)
        return !me->top_known || is_late_syn(view) || is_second_half(view) ? TB_SYN_FIRST
                                                                           : TB_SYN_FOREIGN;
    if (segment->seq != me->isn)
        return TB_SYN_FOREIGN;
    if (tb_segment_has(segment, TB_ACK))
        return me->syn_ack_seen ? TB_SYN_REPEATED : TB_SYN_FIRST; /* simultaneous open */
    return me->syn_bare ? TB_SYN_REPEATED : TB_SYN_FIRST;
}

/* RFC 7323 section 2.2: the scale holds where both SYNs offered it, and never in a SYN. */
static void read_window(struct tb_view *view)
{
    const struct tb_half *me = view->me;
    const struct tb_half *peer = view->peer;
    uint16_t raw = view->segment->window;
    bool unscaled =
        (me->scale_told && !me->scale_offered) || (peer->scale_told && !peer->scale_offered);
    bool known = unscaled || (me->scale_told && peer->scale_told);

    if (tb_segment_has(view->segment, TB_SYN) || raw == 0 || unscaled)
        view->window = raw;
    else
        view->window = (uint32_t)raw << me->wscale;
    view->window_known = known || raw == 0 || tb_segment_has(view->segment, TB_SYN);
    if (view->window_known && me->window_known)
        view->window_changed = view->window != me->window;
    else
        view->window_changed = me->raw_known && raw != me->window_raw;
}

/* RFC 9293 section 3.5: the active end's first segment after the SYN-ACK. In a simultaneous open,
 * and in a split handshake, both ends sent a bare SYN and there is none. */
static bool is_third_step(const struct tb_view *view)
{
    const struct tb_segment *segment = view->segment;
    const struct tb_half *me = view->me;
    const struct tb_half *peer = view->peer;
    bool active = me->syn_bare || (peer->syn_ack_seen && !me->syn_seen);

    /* it has answered a SYN that is not in the capture */
    if (me->syn_bare && me->syn_ack_seen)
        return false;
    return !view->flow->handshake_done && active && !peer->syn_bare && !view->stray &&
           (segment->flags & (TB_ACK | TB_SYN | TB_RST)) == TB_ACK &&
           (!me->syn_seen || tb_seq_gt(segment->seq, me->isn)) &&
           (!peer->syn_seen || tb_seq_gt(segment->ack, peer->isn));
}

/* RFC 9293 section 3.5.1: an end that still has an old connection answers a SYN by an ACK with the
 * old numbers. */
static bool is_stray_ack(const struct tb_view *view)
{
    const struct tb_half *peer = view->peer;

    return view->bare && peer->syn_bare && !peer->syn_acked && !view->me->syn_seen &&
           !view->me->seen &&
           (tb_seq_le(view->segment->ack, peer->isn) || tb_seq_gt(view->segment->ack, peer->top));
}

/* Payload octets never seen before: the SYN and the FIN have numbers but are not payload. */
static uint32_t fresh_payload(const struct tb_view *view)
{
    uint32_t end = view->reach.data + view->segment->length;
    uint32_t fresh = view->reach.filled;

    if (!view->me->top_known)
        return view->segment->length;
    if (view->me->fin_seen && tb_seq_gt(end, view->me->fin))
        end = view->me->fin; /* nothing comes after a FIN */
    if (tb_seq_gt(end, view->me->top))
        fresh += end - tb_seq_max(view->reach.data, view->me->top);
    return fresh < view->segment->length ? fresh : view->segment->length;
}

void tb_view_init(struct tb_view *view, const struct tb_flow *flow,
                  const struct tb_segment *segment)
{
    const struct tb_half *me = &flow->half[segment->from];
    const struct tb_half *peer = &flow->half[tb_side_other(segment->from)];

    *view = (struct tb_view){ .flow = flow, .segment = segment, .me = me, .peer = peer };
    view->by_client = flow->client == (uint8_t)segment->from;
    view->bare =
        segment->length == 0 && (segment->flags & (TB_SYN | TB_FIN | TB_RST | TB_ACK)) == TB_ACK;
    view->reach = tb_half_reach(me, segment);
    view->ack = tb_half_ack_news(peer, me, segment);
    view->syn = kind_of_syn(view);
    view->stray = is_stray_ack(view);
    view->third_step = is_third_step(view);
    /* Nothing comes after a FIN: one below what was sent already is none. */
    view->first_fin = !me->fin_seen && !view->reach.wild &&
                      (segment->flags & (TB_FIN | TB_SYN | TB_RST)) == TB_FIN &&
                      (!me->top_known || tb_seq_ge(view->reach.end, me->top));
    view->concludes_fin = view->bare && view->ack.unseen == 1 && me->fin_seen && !peer->fin_seen;
    view->fresh = fresh_payload(view);
    read_window(view);
}

/* ---- resets */

/* How far a reset may miss the number that is known, where octets are missing: what the receiver
 * would take at most without scaling, unless its window is known. */
static uint32_t reset_slack(const struct tb_half *receiver)
{
    return receiver->window_known && receiver->window > UINT16_MAX ? receiver->window : UINT16_MAX;
}

enum tb_reset_kind tb_view_reset(const struct tb_view *view)
{
    const struct tb_segment *segment = view->segment;
    const struct tb_half *me = view->me;
    const struct tb_half *peer = view->peer;

    if (view->flow->has_stray_ack && segment->seq == view->flow->stray_ack)
        return TB_RESET_HALF_OPEN;
    if (peer->state == TB_STATE_SYN_SENT && !me->syn_seen) {
        /* RFC 9293 section 3.10.7.3: in SYN-SENT the ACK decides */
        return tb_segment_has(segment, TB_ACK) && tb_seq_gt(segment->ack, peer->isn) &&
                       tb_seq_le(segment->ack, peer->top)
                   ? TB_RESET_REFUSAL
                   : TB_RESET_IGNORED;
    }
    if (!me->top_known)
        return TB_RESET_LIKELY;
    if (segment->seq == tb_half_next(me))
        return me->gaps.count == 0 && me->seen ? TB_RESET_EXACT : TB_RESET_LIKELY;
    /* What the receiver last asked for: it is due still if the octets from there on were lost. A
     * receiver in CLOSED expects nothing any more (RFC 9293 section 3.10.7.1). */
    if (me->seen && segment->seq == me->acked && me->acked != me->start &&
        peer->state != TB_STATE_CLOSED)
        return TB_RESET_LIKELY;
    if (me->gaps.count == 0 && me->seen)
        return TB_RESET_IGNORED;
    return tb_seq_ge(segment->seq, tb_half_next(me)) &&
                   segment->seq - tb_half_next(me) <= reset_slack(peer) + (me->top - me->acked)
               ? TB_RESET_LIKELY
               : TB_RESET_IGNORED;
}

/* ---- the steps, in the order in which they are tried */

static bool is_reset(const struct tb_view *view)
{
    return tb_segment_has(view->segment, TB_RST);
}

static bool is_syn(const struct tb_view *view)
{
    return (view->syn == TB_SYN_FIRST || view->syn == TB_SYN_FOREIGN) &&
           !tb_segment_has(view->segment, TB_ACK);
}

static bool is_syn_ack(const struct tb_view *view)
{
    return (view->syn == TB_SYN_FIRST || view->syn == TB_SYN_FOREIGN) &&
           tb_segment_has(view->segment, TB_ACK);
}

static bool is_fin(const struct tb_view *view)
{
    bool dropped =
        view->reach.wild && !view->me->fin_seen; /* moves nothing, is a FIN all the same */

    return view->first_fin || (dropped && tb_segment_has(view->segment, TB_FIN));
}

static bool peer_window_is_zero(const struct tb_view *view)
{
    return view->peer->raw_known && view->peer->window_raw == 0;
}

/* 0 or 1 octet, at most the last one again, outside handshake and teardown */
static bool probes(const struct tb_view *view)
{
    return view->segment->length <= 1 && view->me->top_known && view->me->seen &&
           (view->segment->flags & (TB_SYN | TB_FIN | TB_RST)) == 0 && !view->third_step;
}

static bool reuses_last_number(const struct tb_view *view)
{
    return view->segment->seq == view->me->top - 1u;
}

/* RFC 9293 section 3.8.6.1. Linux repeats the number before the first unacknowledged octet. */
static bool is_zero_window_probe(const struct tb_view *view)
{
    const struct tb_segment *segment = view->segment;
    const struct tb_half *me = view->me;

    if (!probes(view) || !peer_window_is_zero(view))
        return false;
    if (segment->seq == me->top)
        return segment->length == 1;
    return reuses_last_number(view) || segment->seq == me->acked - 1u ||
           (segment->seq == me->acked && segment->length == 1);
}

/* RFC 9293 section 3.8.4: reuses the last sequence number, nothing being under way. */
static bool is_keep_alive(const struct tb_view *view)
{
    bool unheard = view->peer->passed_over && !view->peer->seen; /* what it acknowledged */

    return probes(view) && !peer_window_is_zero(view) && reuses_last_number(view) &&
           (view->me->acked == view->me->top || unheard) &&
           (!view->me->fin_seen || view->me->state == TB_STATE_FIN_WAIT_2) &&
           tb_state_is_synchronised((enum tb_state)view->me->state);
}

static bool occupies_numbers(const struct tb_view *view)
{
    return view->segment->length > 0 || tb_segment_has(view->segment, TB_SYN | TB_FIN);
}

static bool is_repetition(const struct tb_view *view)
{
    if (view->syn == TB_SYN_REPEATED || view->syn == TB_SYN_CANDIDATE_REPEATED)
        return true;
    return occupies_numbers(view) && view->reach.above == 0 && view->reach.filled == 0;
}

/* RFC 5681 section 3.2 */
static bool is_fast_retransmission(const struct tb_view *view)
{
    enum {
        DUP_ACK_THRESHOLD = 3
    };

    return is_repetition(view) && view->me->dup_acks >= DUP_ACK_THRESHOLD &&
           view->segment->seq == view->me->acked && view->segment->length > 0;
}

static bool is_out_of_order(const struct tb_view *view)
{
    return occupies_numbers(view) && view->reach.above == 0 && view->reach.filled > 0;
}

bool tb_view_is_data(const struct tb_view *view)
{
    return view->segment->length > 0 && view->fresh > 0 && !view->reach.wild &&
           !tb_segment_has(view->segment, TB_SYN | TB_RST) && !is_zero_window_probe(view);
}

static bool is_data(const struct tb_view *view)
{
    return view->segment->length > 0;
}

static bool is_handshake_ack(const struct tb_view *view)
{
    return view->third_step;
}

/* The other end's probe, or keep-alive, gets an empty answer that acknowledges what is known, or
 * the probe's octet. */
static bool answers_probe(const struct tb_view *view)
{
    return view->bare && (view->ack.repeats ||
                          (view->peer->probe_pending && view->ack.fresh && !view->ack.beyond));
}

static bool is_zero_window_probe_ack(const struct tb_view *view)
{
    return view->me->owes_probe_ack && answers_probe(view);
}

static bool is_keep_alive_ack(const struct tb_view *view)
{
    return view->me->owes_keep_alive_ack && answers_probe(view);
}

static bool is_ack_of_fin(const struct tb_view *view)
{
    return view->bare && (view->ack.covers_fin || view->concludes_fin);
}

static bool is_zero_window(const struct tb_view *view)
{
    return view->bare && view->segment->window == 0;
}

static bool is_ack_of_request(const struct tb_view *view)
{
    return view->bare && view->ack.data > 0 && !view->by_client;
}

static bool is_ack_of_response(const struct tb_view *view)
{
    return view->bare && view->ack.data > 0 && view->by_client;
}

static bool is_window_update(const struct tb_view *view)
{
    return view->bare && view->window_changed && view->ack.repeats && !view->ack.new_sack &&
           view->segment->seq == view->me->top && !view->stray;
}

/* RFC 5961 sections 3 to 5; RFC 9293 section 3.10.7.4 */
static bool is_challenge_ack(const struct tb_view *view)
{
    return view->stray || (view->bare && view->me->owes_challenge && view->ack.repeats);
}

/* RFC 5681 section 2; with SACK, RFC 6675 section 2: new information above the ack */
static bool is_dup_ack(const struct tb_view *view)
{
    bool same = view->ack.repeats && !view->window_changed && view->me->raw_known &&
                view->peer->top != view->peer->acked;

    return view->bare && (same || (view->ack.new_sack && view->ack.repeats));
}

static bool is_ack(const struct tb_view *view)
{
    return tb_segment_has(view->segment, TB_ACK);
}

/* What a segment looks like from outside: few rules are worth asking. */
enum {
    EMPTY = 1,  /* no payload */
    FILLED = 2, /* payload */
    MARKED = 4, /* SYN, FIN or RST, with payload or without */
    ANY = EMPTY | FILLED | MARKED
};

struct rule {
    enum tb_step step;
    unsigned looks; /* it can hold of such segments only */
    bool (*holds)(const struct tb_view *view);
};

static const struct rule rules[] = {
    { TB_STEP_RESET, MARKED, is_reset },
    { TB_STEP_SYN, MARKED, is_syn },
    { TB_STEP_SYN_ACK, MARKED, is_syn_ack },
    { TB_STEP_FIN, MARKED, is_fin },
    { TB_STEP_ZERO_WINDOW_PROBE, EMPTY | FILLED, is_zero_window_probe },
    { TB_STEP_KEEP_ALIVE, EMPTY | FILLED, is_keep_alive },
    { TB_STEP_FAST_RETRANSMISSION, FILLED | MARKED, is_fast_retransmission },
    { TB_STEP_RETRANSMISSION, FILLED | MARKED, is_repetition },
    { TB_STEP_OUT_OF_ORDER, FILLED | MARKED, is_out_of_order },
    { TB_STEP_RESPONSE, FILLED | MARKED, is_data }, /* or what the exchange says of it */
    { TB_STEP_HANDSHAKE_ACK, ANY, is_handshake_ack },
    { TB_STEP_ZERO_WINDOW_PROBE_ACK, EMPTY, is_zero_window_probe_ack },
    { TB_STEP_KEEP_ALIVE_ACK, EMPTY, is_keep_alive_ack },
    { TB_STEP_ACK_OF_FIN, EMPTY, is_ack_of_fin },
    { TB_STEP_ZERO_WINDOW, EMPTY, is_zero_window },
    { TB_STEP_ACK_OF_REQUEST, EMPTY, is_ack_of_request },
    { TB_STEP_ACK_OF_RESPONSE, EMPTY, is_ack_of_response },
    { TB_STEP_WINDOW_UPDATE, EMPTY, is_window_update },
    { TB_STEP_CHALLENGE_ACK, ANY, is_challenge_ack },
    { TB_STEP_DUP_ACK, EMPTY, is_dup_ack },
    { TB_STEP_ACK, ANY, is_ack },
};

static unsigned looks_of(const struct tb_segment *segment)
{
    if (tb_segment_has(segment, TB_SYN | TB_FIN | TB_RST))
        return MARKED;
    return segment->length > 0 ? FILLED : EMPTY;
}

enum tb_step tb_view_step(const struct tb_view *view, enum tb_step data)
{
    const unsigned looks = looks_of(view->segment);

    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        if ((rules[i].looks & looks) != 0 && rules[i].holds(view))
            return rules[i].step == TB_STEP_RESPONSE ? data : rules[i].step;
    }
    return TB_STEP_OTHER;
}

/* ---- the phase */

static enum tb_phase phase_of_bytes(bool from_client)
{
    return from_client ? TB_PHASE_REQUEST : TB_PHASE_RESPONSE;
}

/* The chapter of what a repeated, or late, segment carries. */
static enum tb_phase phase_of_content(const struct tb_view *view)
{
    if (tb_segment_has(view->segment, TB_SYN))
        return TB_PHASE_HANDSHAKE;
    if (view->segment->length == 0 && tb_segment_has(view->segment, TB_FIN))
        return TB_PHASE_TEARDOWN;
    return phase_of_bytes(view->by_client);
}

/* The chapter of what an ACK that brings no news speaks of: the octets before its number, or for a
 * duplicate the ones at it. */
static enum tb_phase phase_of_ack(const struct tb_view *view, bool asks)
{
    const struct tb_half *peer = view->peer;
    uint32_t ack = view->segment->ack;

    /* One octet, or the FIN; or the answer to something that is not in the capture. */
    if (view->ack.unseen == 1 || (!peer->seen && view->ack.repeats && !asks))
        return TB_PHASE_UNKNOWN;
    if (peer->fin_seen && (tb_seq_gt(ack, peer->fin) || (asks && ack == peer->fin)))
        return TB_PHASE_TEARDOWN;
    if (!asks && peer->syn_seen && ack == peer->isn + 1u)
        return TB_PHASE_HANDSHAKE;
    return phase_of_bytes(!view->by_client);
}

enum tb_phase tb_view_phase(const struct tb_view *view, enum tb_step step)
{
    switch (step) {
    case TB_STEP_SYN:
    case TB_STEP_SYN_ACK:
    case TB_STEP_HANDSHAKE_ACK:
        return TB_PHASE_HANDSHAKE;
    case TB_STEP_REQUEST:
        return TB_PHASE_REQUEST;
    case TB_STEP_ACK_OF_REQUEST:
        return tb_seq_lt(view->segment->ack, view->peer->top) &&
                       tb_half_unacked(view->peer) > view->ack.data
                   ? TB_PHASE_REQUEST
                   : TB_PHASE_RESPONSE;
    case TB_STEP_GREETING:
    case TB_STEP_RESPONSE:
    case TB_STEP_ACK_OF_RESPONSE:
        return TB_PHASE_RESPONSE;
    case TB_STEP_WINDOW_UPDATE:
    case TB_STEP_ZERO_WINDOW:
    case TB_STEP_ZERO_WINDOW_PROBE:
    case TB_STEP_ZERO_WINDOW_PROBE_ACK:
        return TB_PHASE_WINDOW_UPDATE;
    case TB_STEP_KEEP_ALIVE:
    case TB_STEP_KEEP_ALIVE_ACK:
        return TB_PHASE_KEEP_ALIVE;
    case TB_STEP_FIN:
    case TB_STEP_ACK_OF_FIN:
        return TB_PHASE_TEARDOWN;
    case TB_STEP_RESET:
    case TB_STEP_CHALLENGE_ACK:
        return TB_PHASE_RESET;
    case TB_STEP_ICMP_QUOTED:
        return TB_PHASE_QUOTED;
    case TB_STEP_RETRANSMISSION:
    case TB_STEP_FAST_RETRANSMISSION:
    case TB_STEP_OUT_OF_ORDER:
        return phase_of_content(view);
    case TB_STEP_TLS_HANDSHAKE:
        return phase_of_bytes(view->by_client);
    case TB_STEP_DUP_ACK:
        return phase_of_ack(view, true);
    case TB_STEP_ACK:
        return phase_of_ack(view, false);
    case TB_STEP_OTHER:
    case TB_STEP_COUNT:
        break;
    }
    return TB_PHASE_UNKNOWN;
}
