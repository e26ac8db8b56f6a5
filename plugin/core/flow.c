/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow.c - one TCP connection
 *
 * Theory: an onlooker between two ends sees every segment once, and takes it that what was sent is
 * received. A step looks at the segment against what is known (classify.c, which changes nothing),
 * decides what it does, and then applies it: sequence numbers (track.c), states (state.c), exchange
 * (exchange.c). What turns out to be wrong is corrected from the disproving segment on; an event
 * that was given out is never taken back.
 *
 * The rules, with what they are for, are in docs/phases.md. */
#include "flow.h"

#include <string.h>

#include "apply.h"
#include "seq.h"

enum tb_side tb_flow_client(const struct tb_flow *flow)
{
    return (enum tb_side)flow->client;
}

/* ---- the beginning, and the next connection on the same ports */

static void preload_candidate(struct tb_flow *flow, const struct tb_candidate *candidate)
{
    struct tb_half *half = &flow->half[candidate->from];

    half->seen = true;
    half->syn_seen = true;
    half->syn_bare = true;
    half->tries = 1;
    half->isn = candidate->isn;
    half->start = candidate->isn;
    half->acked = candidate->isn;
    half->top = candidate->isn + 1u;
    half->top_known = true;
    half->syn_ns = candidate->time_ns;
    half->window = candidate->window;
    half->window_raw = candidate->window;
    half->window_known = true;
    half->raw_known = true;
    half->scale_offered = (candidate->has & TB_HAS_WSCALE) != 0;
    half->scale_told = half->scale_offered || (candidate->has & TB_HAS_OPTIONS_CUT) == 0;
    half->wscale = candidate->wscale;
    half->state = TB_STATE_SYN_SENT;
    flow->half[tb_side_other((enum tb_side)candidate->from)].state = TB_STATE_SYN_RECEIVED;
    flow->client = candidate->from;
    flow->role_source = TB_ROLE_BY_SYN;
    flow->preloaded = true;
}

void tb_flow_init(struct tb_flow *flow, const uint16_t port[TB_SIDE_COUNT],
                  const struct tb_flow *before)
{
    memset(flow, 0, sizeof *flow);
    tb_exchange_init(&flow->exchange);
    flow->equal_ports = port[TB_SIDE_A] == port[TB_SIDE_B];
    flow->client = port[TB_SIDE_A] > port[TB_SIDE_B] ? TB_SIDE_A : TB_SIDE_B;
    if (before == NULL)
        return;
    flow->follows = true;
    if (before->candidate.pending)
        preload_candidate(flow, &before->candidate);
}

static bool is_followed_by_syn(const struct tb_flow *flow, const struct tb_segment *segment)
{
    const struct tb_half *me = &flow->half[segment->from];
    const struct tb_half *peer = &flow->half[tb_side_other(segment->from)];
    bool same =
        me->syn_seen ? segment->seq == me->isn : me->top_known && segment->seq + 1u == me->start;

    if (same)
        return false;
    /* An attempt that was never answered has nothing that a blind SYN could harm. */
    return tb_flow_is_over(flow) ||
           (me->syn_bare && !me->syn_acked && !me->open_proved && !peer->seen);
}

bool tb_flow_is_followed_by(const struct tb_flow *flow, const struct tb_segment *segment)
{
    const struct tb_candidate *candidate = &flow->candidate;
    const struct tb_half *me = &flow->half[segment->from];
    bool by_candidate = candidate->pending && candidate->from == (uint8_t)segment->from;

    if (!flow->started || segment->quoted || segment->truncated || tb_segment_has(segment, TB_RST))
        return false;
    if ((segment->flags & (TB_SYN | TB_ACK)) == TB_SYN)
        return is_followed_by_syn(flow, segment);
    if (tb_segment_has(segment, TB_SYN)) {
        if (candidate->pending && !by_candidate && segment->ack == candidate->isn + 1u)
            return true;
        return tb_flow_is_over(flow) && !(me->syn_seen && me->isn == segment->seq);
    }
    return by_candidate && !candidate->outlived && tb_segment_has(segment, TB_ACK) &&
           segment->seq == candidate->isn + 1u && segment->seq != me->top;
}

enum {
    NEAR = 1 << 24 /* several windows are seldom more */
};

/* Not below `begin` where that is not long ago, nor further off `top` than that. */
static int compare(uint32_t number, uint32_t top, uint32_t begin, bool begin_known)
{
    const int32_t ahead = tb_seq_diff(number, top);
    const uint32_t length = top - begin;
    const int32_t back = begin_known && length < NEAR ? (int32_t)length : NEAR;

    if (ahead > NEAR)
        return 1;
    return ahead < -back ? -1 : 0;
}

bool tb_flow_fits(const struct tb_flow *flow, const struct tb_segment *segment)
{
    const struct tb_half *me = &flow->half[segment->from];
    const struct tb_half *peer = &flow->half[tb_side_other(segment->from)];

    if (segment->truncated)
        return false;
    if (!tb_segment_has(segment, TB_ACK)) /* a SYN or RST stands where it was acknowledged */
        return me->top_known && segment->seq + tb_segment_has(segment, TB_SYN) == me->top;
    return peer->top_known && (!me->top_known || compare(segment->seq, me->top, 0, false) == 0) &&
           compare(segment->ack, peer->top, peer->syn_seen ? peer->isn + 1u : peer->start, true) ==
               0;
}

bool tb_flow_knows_both(const struct tb_flow *flow)
{
    return flow->half[TB_SIDE_A].top_known && flow->half[TB_SIDE_B].top_known;
}

static int compare_seq(const struct tb_half *me, const struct tb_segment *segment)
{
    const bool is_reset = tb_segment_has(segment, TB_RST); /* may be anybody's guess */

    if (!tb_segment_has(segment, TB_SYN))
        return compare(segment->seq, me->top, me->isn, me->syn_seen && !is_reset);
    return segment->seq == (me->syn_seen ? me->isn : me->start - 1u) ? 0 : -1;
}

enum tb_fit tb_flow_fit(const struct tb_flow *flow, const struct tb_segment *segment)
{
    const struct tb_half *me = &flow->half[segment->from];
    const struct tb_half *peer = &flow->half[tb_side_other(segment->from)];
    const bool has_ack = peer->top_known && tb_segment_has(segment, TB_ACK);
    int seq;
    int ack;

    if (segment->truncated || segment->quoted)
        return TB_FIT_NEAR;
    seq = me->top_known ? compare_seq(me, segment) : 0;
    ack = has_ack ? compare(segment->ack, peer->top, peer->isn, peer->syn_seen) : 0;
    if (me->top_known && tb_segment_has(segment, TB_RST))
        ack = 0; /* its number is what counts (RFC 5961 section 3); some set no other */
    if (seq == 0 && ack == 0)
        return TB_FIT_NEAR;
    if (seq != 0 && ack != 0)
        return TB_FIT_FAR;
    if (tb_segment_has(segment, TB_SYN | TB_RST) || !me->top_known || !has_ack)
        return TB_FIT_OFF;
    return (seq == 0 ? segment->seq == me->top : segment->ack == peer->top) ? TB_FIT_NEAR
                                                                            : TB_FIT_OFF;
}

bool tb_flow_is_over(const struct tb_flow *flow)
{
    if (tb_flow_is_concluded(flow))
        return true;
    return flow->started && tb_state_is_over((enum tb_state)flow->half[TB_SIDE_A].state) &&
           tb_state_is_over((enum tb_state)flow->half[TB_SIDE_B].state);
}

bool tb_flow_may_be_half_open(const struct tb_flow *flow, const struct tb_segment *segment)
{
    const struct tb_half *me = &flow->half[segment->from];
    const struct tb_half *peer = &flow->half[tb_side_other(segment->from)];

    return segment->length == 0 && !tb_segment_has(segment, TB_FIN) && peer->syn_bare &&
           !peer->syn_acked && !me->syn_seen && !me->seen && !tb_flow_is_over(flow);
}

bool tb_flow_takes_back(const struct tb_flow *flow, const struct tb_flow *follower,
                        const struct tb_segment *segment)
{
    const struct tb_half *me = &flow->half[segment->from];
    const struct tb_half *peer = &flow->half[tb_side_other(segment->from)];

    /* what is left of it answers the follower's SYN with old numbers (RFC 9293 section 3.5.1) */
    if (tb_flow_is_over(flow) && !tb_flow_knows_both(follower))
        return false;
    if (tb_segment_has(segment, TB_SYN) && !me->syn_seen) /* answers exactly this SYN */
        return tb_segment_has(segment, TB_ACK) && !me->top_known && peer->syn_seen &&
               segment->ack == peer->isn + 1u;
    if (tb_segment_has(segment, TB_RST) && (tb_flow_is_over(flow) || segment->seq != me->top))
        return false;
    return (me->top_known || tb_segment_has(segment, TB_ACK)) &&
           tb_flow_fit(flow, segment) == TB_FIT_NEAR;
}

static void wipe_preloaded(struct tb_flow *flow)
{
    flow->preloaded = false;
    flow->role_source = TB_ROLE_BY_PORT;
    memset(flow->half, 0, sizeof flow->half);
}

/* Whether the SYN or SYN-ACK has nothing to do with the SYN that was carried over. */
static bool is_apart(const struct tb_flow *flow, const struct tb_segment *segment)
{
    const uint32_t isn = flow->half[flow->client].isn;

    if (!tb_segment_has(segment, TB_SYN) || tb_segment_has(segment, TB_RST))
        return false;
    if (tb_segment_has(segment, TB_ACK))
        return segment->from == tb_flow_client(flow) || segment->ack != isn + 1u;
    return segment->seq != flow->half[segment->from].isn;
}

static void start(struct tb_flow *flow, const struct tb_segment *segment)
{
    if (flow->preloaded && is_apart(flow, segment))
        wipe_preloaded(flow);
    flow->started = true;
    if (flow->preloaded)
        return;
    if (flow->equal_ports)
        flow->client = (uint8_t)segment->from;
    if (tb_segment_has(segment, TB_SYN) && !tb_segment_has(segment, TB_RST))
        return;
    flow->midstream = true;
    if (tb_segment_has(segment, TB_RST))
        return;
    flow->half[TB_SIDE_A].state = TB_STATE_ESTABLISHED;
    flow->half[TB_SIDE_B].state = TB_STATE_ESTABLISHED;
}

/* ---- roles */

/* Earlier events keep their roles; the exchange under way ends. */
static void learn_client(struct tb_flow *flow, enum tb_side side, enum tb_role_source source)
{
    if (source <= flow->role_source || flow->roles_changed)
        return;
    flow->role_source = (uint8_t)source;
    if (flow->client == (uint8_t)side)
        return;
    flow->client = (uint8_t)side;
    if (flow->half[TB_SIDE_A].seen || flow->half[TB_SIDE_B].seen) {
        flow->roles_changed = true;
        tb_exchange_init(&flow->exchange);
    }
}

static void learn_roles(struct tb_flow *flow, const struct tb_segment *segment)
{
    enum tb_side other = tb_side_other(segment->from);
    bool syn = tb_segment_has(segment, TB_SYN) && !tb_segment_has(segment, TB_RST);

    if (syn && !tb_segment_has(segment, TB_ACK) && !flow->half[other].syn_bare)
        learn_client(flow, segment->from, TB_ROLE_BY_SYN);
    else if (syn && tb_segment_has(segment, TB_ACK) && !flow->half[segment->from].syn_bare)
        learn_client(flow, other, TB_ROLE_BY_SYN_ACK);
    else if (flow->role_source != TB_ROLE_BY_PORT || segment->captured == 0)
        return;
    else if (tb_http1_looks_like(TB_HTTP1_REQUEST, segment->payload, segment->captured))
        learn_client(flow, segment->from, TB_ROLE_BY_PAYLOAD);
    else if (tb_http1_looks_like(TB_HTTP1_RESPONSE, segment->payload, segment->captured))
        learn_client(flow, other, TB_ROLE_BY_PAYLOAD);
}

/* ---- the report */

static void report_window(const struct tb_view *view, struct tb_event *event)
{
    if (!view->window_known || tb_segment_has(view->segment, TB_RST))
        return;
    event->window = view->window;
    tb_event_set(event, TB_EVENT_WINDOW);
    if (!view->me->window_known)
        return;
    event->window_change = (int32_t)(view->window - view->me->window);
    tb_event_set(event, TB_EVENT_WINDOW_CHANGE);
}

static void report_times(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event)
{
    uint64_t now = view->segment->time_ns;
    const struct tb_half *me = view->me;
    const struct tb_half *peer = view->peer;

    if (view->syn == TB_SYN_FIRST && tb_segment_has(view->segment, TB_ACK) && peer->syn_bare &&
        !me->syn_bare && now >= peer->syn_ns) {
        event->rtt_server_ns = now - peer->syn_ns;
        flow->rtt_ns[view->segment->from] = event->rtt_server_ns;
        tb_event_set(event, TB_EVENT_RTT_SERVER);
    }
    if (!view->third_step)
        return;
    event->handshake_number = 3;
    if (me->syn_bare && now >= me->syn_ns) {
        event->rtt_ns = now - me->syn_ns;
        tb_event_set(event, TB_EVENT_RTT);
    }
    if (peer->syn_ack_seen && now >= peer->syn_ns) {
        event->rtt_client_ns = now - peer->syn_ns;
        flow->rtt_ns[view->segment->from] = event->rtt_client_ns;
        tb_event_set(event, TB_EVENT_RTT_CLIENT);
    }
}

static void report_numbers(const struct tb_flow *flow, const struct tb_view *view,
                           struct tb_event *event)
{
    const struct tb_half *me = &flow->half[view->segment->from];
    unsigned at = 0;

    if (view->syn != TB_SYN_NONE) {
        event->handshake_number = tb_segment_has(view->segment, TB_ACK) ? 2 : 1;
        event->tries = view->syn == TB_SYN_FOREIGN ? 1 : me->tries;
    }
    if (view->ack.covers_fin && view->peer->fin_number != 0)
        event->teardown_number[at++] = (uint8_t)(view->peer->fin_number + 1);
    if (view->concludes_fin)
        event->teardown_number[at++] = 4;
    if (tb_segment_has(view->segment, TB_FIN) && view->syn == TB_SYN_NONE && me->fin_seen &&
        !tb_segment_has(view->segment, TB_RST)) {
        event->teardown_number[at] = me->fin_number;
        event->tries = me->fin_tries;
    }
    if (at == 1 && event->teardown_number[1] == 1) { /* the first FIN again, and the last ACK */
        event->teardown_number[1] = event->teardown_number[0];
        event->teardown_number[0] = 1;
    }
}

static void report_marks(const struct tb_flow *flow, const struct tb_view *view,
                         struct tb_event *event)
{
    const struct tb_segment *segment = view->segment;
    bool data_in_syn = tb_segment_has(segment, TB_SYN) && segment->length > 0;

    tb_event_mark_if(event, TB_MARK_MIDSTREAM, flow->midstream);
    tb_event_mark_if(event, TB_MARK_INFERRED,
                     flow->midstream || flow->inferred || flow->role_source < TB_ROLE_BY_SYN_ACK ||
                         view->me->gaps.overflowed || view->reach.wild ||
                         view->syn == TB_SYN_FOREIGN || view->syn == TB_SYN_CANDIDATE_REPEATED);
    tb_event_mark_if(
        event, TB_MARK_LOST_BEFORE,
        (view->reach.gap && view->syn == TB_SYN_NONE && !tb_segment_has(segment, TB_RST)) ||
            (view->ack.beyond && !view->ack.unacceptable && view->peer->seen));
    tb_event_mark_if(event, TB_MARK_FAST_OPEN,
                     tb_segment_has(segment, TB_SYN) &&
                         (data_in_syn || (segment->has & TB_HAS_FAST_OPEN) != 0));
    tb_event_mark_if(event, TB_MARK_ECN, tb_segment_has(segment, TB_ECE | TB_CWR));
}

/* `side` may have sent its FIN, and may not: which of the states of closing it is, is open. */
static bool may_have_closed(const struct tb_flow *flow, enum tb_side side)
{
    const struct tb_half *half = &flow->half[side];

    return half->tail_unseen && !half->fin_seen &&
           (half->tail_alone || flow->half[tb_side_other(side)].fin_seen);
}

static enum tb_state state_to_tell(const struct tb_flow *flow, enum tb_side side)
{
    enum tb_state state = (enum tb_state)flow->half[side].state;

    if (!tb_state_is_synchronised(state)) /* a reset leaves no doubt */
        return state;
    if (flow->half[side].fin_concluded)
        return TB_STATE_CLOSED; /* it had the last word: RFC 9293 figure 12 */
    if (flow->half[tb_side_other(side)].fin_concluded)
        return TB_STATE_TIME_WAIT;
    return may_have_closed(flow, TB_SIDE_A) || may_have_closed(flow, TB_SIDE_B) ? TB_STATE_UNKNOWN
                                                                                : state;
}

/* What contradicts the sender's state, which its segment shows, is not known after all. */
static void report_ends(const struct tb_flow *flow, struct tb_event *event)
{
    enum tb_side client = (enum tb_side)flow->client;
    enum tb_role other = event->role == TB_ROLE_CLIENT ? TB_ROLE_SERVER : TB_ROLE_CLIENT;

    event->state[TB_ROLE_CLIENT] = state_to_tell(flow, client);
    event->state[TB_ROLE_SERVER] = state_to_tell(flow, tb_side_other(client));
    if (tb_states_can_meet(event->state[TB_ROLE_CLIENT], event->state[TB_ROLE_SERVER]))
        return;
    event->state[other] = TB_STATE_UNKNOWN;
    tb_event_mark(event, TB_MARK_INFERRED);
}

/* What is said of the end that the capture does not show is concluded from the other's segments. */
static void report_one_direction(const struct tb_view *view, struct tb_event *event)
{
    if (view->concludes_fin)
        tb_event_mark(event, TB_MARK_INFERRED);
    if (!view->peer->passed_over || view->peer->seen)
        return;
    tb_event_mark(event, TB_MARK_ONE_DIRECTION);
    tb_event_mark(event, TB_MARK_INFERRED);
}

/* ---- the step */

static void step_flow(struct tb_flow *flow, const struct tb_segment *segment,
                      struct tb_event *event)
{
    bool first = !flow->started;
    struct tb_view view;

    if (first)
        start(flow, segment);
    learn_roles(flow, segment);
    event->role = tb_flow_role(flow, segment->from);
    tb_view_init(&view, flow, segment);
    tb_disprove_reset(flow, &view);
    event->fresh = view.fresh;
    event->acked = view.ack.data;
    event->unseen = tb_segment_has(segment, TB_ACK) && (!view.peer->top_known || view.ack.beyond);
    event->over = tb_flow_is_over(flow);
    /* These speak of the segment against what was known before it. */
    report_window(&view, event);
    report_times(flow, &view, event);
    report_marks(flow, &view, event);
    event->step = tb_apply(flow, &view, event);
    report_numbers(flow, &view, event);
    report_one_direction(&view, event);
    tb_event_mark_if(event, TB_MARK_COMPLETES_HANDSHAKE,
                     view.third_step && event->step != TB_STEP_HANDSHAKE_ACK);
    tb_event_mark_if(event, TB_MARK_REUSED_PORT, first && flow->follows);
    if (view.first_fin && event->role == TB_ROLE_SERVER)
        event->cut = tb_exchange_cut(&flow->exchange);
    event->unacked = tb_half_unacked(&flow->half[tb_side_other(segment->from)]);
    if (event->exchange == 0 &&
        (event->step == TB_STEP_ACK_OF_REQUEST || event->step == TB_STEP_ACK_OF_RESPONSE)) {
        tb_exchange_report(&flow->exchange, event);
    }
    report_ends(flow, event);
}

/* Nobody's segment, or one that tells nothing: it moves no state. */
static void step_aside(const struct tb_flow *flow, const struct tb_segment *segment,
                       struct tb_event *event)
{
    event->role = tb_flow_role(flow, segment->from);
    event->phase = segment->quoted ? TB_PHASE_QUOTED : TB_PHASE_UNKNOWN;
    event->step = segment->quoted ? TB_STEP_ICMP_QUOTED : TB_STEP_OTHER;
    tb_event_mark_if(event, TB_MARK_TRUNCATED, segment->truncated);
    tb_event_mark_if(event, TB_MARK_INFERRED, flow->role_source < TB_ROLE_BY_SYN_ACK);
    tb_event_mark_if(event, TB_MARK_MIDSTREAM, flow->midstream);
    report_ends(flow, event);
}

void tb_flow_step(struct tb_flow *flow, const struct tb_segment *segment, struct tb_event *event)
{
    memset(event, 0, sizeof *event);
    if (segment->quoted || segment->truncated)
        step_aside(flow, segment, event);
    else
        step_flow(flow, segment, event);
}
