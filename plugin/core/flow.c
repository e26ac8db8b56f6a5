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

#include "classify.h"
#include "seq.h"
#include "state.h"

/* ---- small helpers */

static void mark(struct tb_event *event, enum tb_mark which)
{
    event->marks = (uint16_t)(event->marks | 1u << which);
}

static void mark_if(struct tb_event *event, enum tb_mark which, bool condition)
{
    if (condition)
        mark(event, which);
}

static void set_value(struct tb_event *event, unsigned what)
{
    event->has = (uint16_t)(event->has | what);
}

static bool has_flag(const struct tb_segment *segment, unsigned flag)
{
    return (segment->flags & flag) != 0;
}

static void trigger(struct tb_half *half, enum tb_trigger what)
{
    half->state = (uint8_t)tb_state_next((enum tb_state)half->state, what);
}

static uint8_t count_up(uint8_t count)
{
    return count == UINT8_MAX ? count : (uint8_t)(count + 1);
}

static enum tb_role role_of(const struct tb_flow *flow, enum tb_side side)
{
    return flow->client == (uint8_t)side ? TB_ROLE_CLIENT : TB_ROLE_SERVER;
}

static bool is_over(const struct tb_flow *flow)
{
    return flow->started && tb_state_is_over((enum tb_state)flow->half[TB_SIDE_A].state) &&
           tb_state_is_over((enum tb_state)flow->half[TB_SIDE_B].state);
}

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
    return is_over(flow) || (me->syn_bare && !me->syn_acked && !peer->seen);
}

bool tb_flow_is_followed_by(const struct tb_flow *flow, const struct tb_segment *segment)
{
    const struct tb_candidate *candidate = &flow->candidate;
    const struct tb_half *me = &flow->half[segment->from];
    bool by_candidate = candidate->pending && candidate->from == (uint8_t)segment->from;

    if (!flow->started || segment->quoted || segment->truncated || has_flag(segment, TB_RST))
        return false;
    if ((segment->flags & (TB_SYN | TB_ACK)) == TB_SYN)
        return is_followed_by_syn(flow, segment);
    if (has_flag(segment, TB_SYN)) {
        if (candidate->pending && !by_candidate && segment->ack == candidate->isn + 1u)
            return true;
        return is_over(flow) && !(me->syn_seen && me->isn == segment->seq);
    }
    return by_candidate && has_flag(segment, TB_ACK) && segment->seq == candidate->isn + 1u &&
           segment->seq != me->top;
}

static void wipe_preloaded(struct tb_flow *flow)
{
    flow->preloaded = false;
    flow->role_source = TB_ROLE_BY_PORT;
    memset(flow->half, 0, sizeof flow->half);
}

static void start(struct tb_flow *flow, const struct tb_segment *segment)
{
    bool bare_syn = (segment->flags & (TB_SYN | TB_ACK | TB_RST)) == TB_SYN;

    if (flow->preloaded && bare_syn && segment->seq != flow->half[segment->from].isn)
        wipe_preloaded(flow);
    flow->started = true;
    if (flow->preloaded)
        return;
    if (flow->equal_ports)
        flow->client = (uint8_t)segment->from;
    if (has_flag(segment, TB_SYN) && !has_flag(segment, TB_RST))
        return;
    flow->midstream = true;
    if (has_flag(segment, TB_RST))
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
    bool syn = has_flag(segment, TB_SYN) && !has_flag(segment, TB_RST);

    if (syn && !has_flag(segment, TB_ACK) && !flow->half[other].syn_bare)
        learn_client(flow, segment->from, TB_ROLE_BY_SYN);
    else if (syn && has_flag(segment, TB_ACK) && !flow->half[segment->from].syn_bare)
        learn_client(flow, other, TB_ROLE_BY_SYN_ACK);
    else if (flow->role_source != TB_ROLE_BY_PORT || segment->captured == 0)
        return;
    else if (tb_http1_looks_like(TB_HTTP1_REQUEST, segment->payload, segment->captured))
        learn_client(flow, segment->from, TB_ROLE_BY_PAYLOAD);
    else if (tb_http1_looks_like(TB_HTTP1_RESPONSE, segment->payload, segment->captured))
        learn_client(flow, other, TB_ROLE_BY_PAYLOAD);
}

/* ---- resets */

static void apply_reset(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event)
{
    enum tb_reset_kind kind = tb_view_reset(view);
    struct tb_half *me = &flow->half[view->segment->from];
    struct tb_half *peer = &flow->half[tb_side_other(view->segment->from)];

    peer->owes_challenge = true;
    if (kind == TB_RESET_IGNORED) {
        mark(event, TB_MARK_INEFFECTIVE);
        return;
    }
    mark_if(event, TB_MARK_REFUSED, kind == TB_RESET_REFUSAL);
    mark_if(event, TB_MARK_INFERRED, kind == TB_RESET_LIKELY || kind == TB_RESET_HALF_OPEN);
    if (kind == TB_RESET_HALF_OPEN) { /* RFC 9293 section 3.5.1: the sender tries its SYN again */
        trigger(peer, TB_GOT_RESET);
        flow->has_stray_ack = false;
        return;
    }
    if (!is_over(flow))
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
    trigger(me, TB_GOT_RESET);
    trigger(peer, TB_GOT_RESET);
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
static void disprove_reset(struct tb_flow *flow, const struct tb_view *view)
{
    const struct tb_segment *segment = view->segment;
    bool news = tb_view_is_data(view) && view->reach.above > 0;

    if (!flow->was_reset || has_flag(segment, TB_SYN | TB_RST))
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

/* ---- SYNs */

static void read_syn_options(struct tb_half *half, const struct tb_segment *segment)
{
    half->scale_offered = (segment->has & TB_HAS_WSCALE) != 0;
    /* RFC 7323 section 2.3: a shift above 14 counts as 14 */
    half->wscale = segment->wscale > 14 ? 14 : segment->wscale;
}

static void register_candidate(struct tb_flow *flow, const struct tb_segment *segment)
{
    struct tb_candidate *candidate = &flow->candidate;

    flow->half[tb_side_other(segment->from)].owes_challenge = true;
    if (has_flag(segment, TB_ACK))
        return;
    candidate->pending = true;
    candidate->from = (uint8_t)segment->from;
    candidate->isn = segment->seq;
    candidate->time_ns = segment->time_ns;
    candidate->window = segment->window;
    candidate->wscale = segment->wscale > 14 ? 14 : segment->wscale;
    candidate->has = segment->has;
}

static void apply_first_syn(struct tb_half *me, const struct tb_segment *segment)
{
    bool late = me->top_known && !me->syn_seen;

    me->syn_seen = true;
    me->isn = segment->seq;
    me->start = segment->seq;
    me->syn_length = segment->length;
    if (late)
        me->syn_acked = tb_seq_gt(me->acked, segment->seq);
    if (has_flag(segment, TB_ACK))
        me->syn_ack_seen = true;
    else
        me->syn_bare = true;
    read_syn_options(me, segment);
}

static void apply_syn_states(struct tb_half *me, struct tb_half *peer, const struct tb_view *view)
{
    bool ack = has_flag(view->segment, TB_ACK);
    bool acks_syn = ack && (!peer->syn_seen || tb_seq_gt(view->segment->ack, peer->isn));

    if (view->syn == TB_SYN_REPEATED) {
        if (!me->open_proved)
            trigger(me, ack ? TB_RESENT_SYN_ACK : TB_RESENT_SYN);
        if (acks_syn)
            trigger(peer, TB_GOT_SYN_ACK);
        else if (!ack && !peer->seen)
            trigger(peer, TB_GOT_SYN); /* after a reset of the old connection: half-open */
        peer->owes_challenge = !ack && tb_state_is_synchronised((enum tb_state)peer->state);
        return;
    }
    trigger(me, ack ? TB_SENT_SYN_ACK : TB_SENT_SYN);
    if (!ack)
        trigger(peer, TB_GOT_SYN);
    if (acks_syn) {
        trigger(peer, TB_GOT_ACK_OF_SYN);
        trigger(peer, TB_GOT_SYN_ACK);
    }
}

/* RFC 7413 section 3: the SYN-ACK accepts the data of the SYN, or does not, and then it is sent
 * again. */
static void settle_fast_open(struct tb_flow *flow, struct tb_half *peer, const struct tb_view *view)
{
    if (view->syn != TB_SYN_FIRST || !has_flag(view->segment, TB_ACK) || !peer->syn_bare ||
        peer->syn_length == 0)
        return;
    if (tb_seq_gt(view->segment->ack, peer->isn + 1u)) {
        flow->fast_open = true;
        return;
    }
    if (peer->top != peer->isn + 1u + peer->syn_length)
        return; /* it went on already */
    peer->top = peer->isn + 1u;
    peer->parsing = false;
    tb_exchange_init(&flow->exchange);
}

/* ---- the exchange */

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
    found = tb_exchange_take(&flow->exchange, role_of(flow, segment->from), &octets, event);
    if (data != NULL || *kind == TB_OCTETS_NONE)
        *kind = found;
}

/* Gives the payload that is next in order to the exchange, after what the capture has missed. */
static enum tb_octets_kind give_payload(struct tb_flow *flow, const struct tb_view *view,
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

static enum tb_step step_of_data(const struct tb_flow *flow, const struct tb_view *view,
                                 enum tb_octets_kind kind, bool client_spoke)
{
    if (kind == TB_OCTETS_TLS_HANDSHAKE)
        return TB_STEP_TLS_HANDSHAKE;
    if (view->by_client)
        return TB_STEP_REQUEST;
    return client_spoke || flow->midstream ? TB_STEP_RESPONSE : TB_STEP_GREETING;
}

/* The octet that a zero-window probe carried was taken: it belongs to the stream from now on. */
static void take_probe_octet(struct tb_flow *flow, const struct tb_view *view)
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

/* ---- applying a segment */

static void apply_fin(struct tb_flow *flow, const struct tb_view *view)
{
    struct tb_half *me = &flow->half[view->segment->from];
    const struct tb_half *peer = &flow->half[tb_side_other(view->segment->from)];
    bool unaware = peer->fin_seen && !tb_seq_gt(view->segment->ack, peer->fin);

    me->fin_seen = true;
    me->fin = view->reach.end - 1u;
    me->fin_number = peer->fin_seen ? 3 : 1;
    trigger(me, unaware ? TB_SENT_FIN_UNAWARE : TB_SENT_FIN);
}

/* The FIN counts when everything before it has arrived (RFC 9293 section 3.10.7.4). */
static void deliver_fin(struct tb_flow *flow, enum tb_side side)
{
    struct tb_half *half = &flow->half[side];

    if (!half->fin_seen || half->fin_delivered || half->fin_missed ||
        !tb_seq_gt(tb_half_next(half), half->fin))
        return;
    half->fin_delivered = true;
    trigger(&flow->half[tb_side_other(side)], TB_GOT_FIN);
    if (role_of(flow, side) == TB_ROLE_SERVER)
        tb_exchange_server_fin(&flow->exchange);
}

/* A SACK block above the ack shows a hole before the FIN that was taken for delivered: what filled
 * it in the capture was lost behind it. */
static void disprove_fin(struct tb_flow *flow, const struct tb_view *view)
{
    enum tb_side other = tb_side_other(view->segment->from);
    struct tb_half *peer = &flow->half[other];

    if (flow->was_reset || !peer->fin_delivered || peer->fin_acked || !view->ack.new_sack ||
        !tb_seq_gt(view->segment->sack[0].from, view->segment->ack))
        return;
    peer->fin_delivered = false;
    peer->fin_missed = true;
    peer->missed.from = view->segment->ack;
    peer->missed.to = view->segment->sack[0].from;
    trigger(&flow->half[view->segment->from], TB_MISSED_FIN);
}

/* The hole is closed by what is sent again, or by the acknowledgment that shows it closed. */
static void fill_missed(struct tb_half *half, uint32_t from, uint32_t to)
{
    if (!half->fin_missed || tb_seq_gt(from, half->missed.from))
        return;
    half->missed.from = tb_seq_max(half->missed.from, to);
    half->fin_missed = tb_seq_lt(half->missed.from, half->missed.to);
}

/* What only an end that has seen the whole handshake sends, although the capture has not. */
static void prove_open(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event)
{
    struct tb_half *me = &flow->half[view->segment->from];
    bool speaks = view->segment->length > 0 || has_flag(view->segment, TB_FIN);

    if (tb_state_is_synchronised((enum tb_state)me->state) || me->state == TB_STATE_CLOSED)
        return;
    if (me->state == TB_STATE_SYN_RECEIVED && (!speaks || flow->fast_open))
        return;
    trigger(me, TB_PROVED_OPEN);
    mark(event, TB_MARK_LOST_BEFORE);
}

static void apply_ack(struct tb_flow *flow, const struct tb_view *view)
{
    enum tb_side other = tb_side_other(view->segment->from);
    struct tb_half *peer = &flow->half[other];

    take_probe_octet(flow, view);
    tb_half_acked(peer, view->segment, &view->ack);
    if (view->ack.unacceptable)
        return;
    if (!peer->syn_seen || tb_seq_gt(view->segment->ack, peer->isn))
        trigger(peer, TB_GOT_ACK_OF_SYN);
    disprove_fin(flow, view);
    fill_missed(peer, peer->missed.from, view->segment->ack);
    deliver_fin(flow, other); /* the ACK may cover what the capture missed before it */
    if (view->ack.covers_fin || (peer->fin_ack_lost && tb_seq_gt(view->segment->ack, peer->fin))) {
        peer->fin_ack_lost = false;
        peer->closed_by_ack = peer->state == TB_STATE_LAST_ACK;
        trigger(peer, TB_GOT_ACK_OF_FIN);
    }
}

static void apply_window(struct tb_half *me, const struct tb_view *view)
{
    me->window_raw = view->segment->window;
    me->raw_known = true;
    me->window_known = view->window_known;
    me->window = view->window;
}

static void report_window(const struct tb_view *view, struct tb_event *event)
{
    if (!view->window_known || has_flag(view->segment, TB_RST))
        return;
    event->window = view->window;
    set_value(event, TB_EVENT_WINDOW);
    if (!view->me->window_known)
        return;
    event->window_change = (int32_t)(view->window - view->me->window);
    set_value(event, TB_EVENT_WINDOW_CHANGE);
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
        peer->dup_acks = count_up(peer->dup_acks);
}

/* "its sender goes on with the old numbers": the SYN was not its own. */
static void drop_candidate(struct tb_flow *flow, const struct tb_segment *segment)
{
    if (flow->candidate.from == (uint8_t)segment->from && !has_flag(segment, TB_SYN | TB_RST))
        flow->candidate.pending = false;
}

/* ---- the report */

static void report_times(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event)
{
    uint64_t now = view->segment->time_ns;
    const struct tb_half *me = view->me;
    const struct tb_half *peer = view->peer;

    if (view->syn == TB_SYN_FIRST && has_flag(view->segment, TB_ACK) && peer->syn_bare &&
        !me->syn_bare && now >= peer->syn_ns) {
        event->rtt_server_ns = now - peer->syn_ns;
        flow->rtt_ns[view->segment->from] = event->rtt_server_ns;
        set_value(event, TB_EVENT_RTT_SERVER);
    }
    if (!view->third_step)
        return;
    event->handshake_number = 3;
    if (me->syn_bare && now >= me->syn_ns) {
        event->rtt_ns = now - me->syn_ns;
        set_value(event, TB_EVENT_RTT);
    }
    if (peer->syn_ack_seen && now >= peer->syn_ns) {
        event->rtt_client_ns = now - peer->syn_ns;
        flow->rtt_ns[view->segment->from] = event->rtt_client_ns;
        set_value(event, TB_EVENT_RTT_CLIENT);
    }
}

static void report_numbers(const struct tb_flow *flow, const struct tb_view *view,
                           struct tb_event *event)
{
    const struct tb_half *me = &flow->half[view->segment->from];
    unsigned at = 0;

    if (view->syn != TB_SYN_NONE) {
        event->handshake_number = has_flag(view->segment, TB_ACK) ? 2 : 1;
        event->tries = view->syn == TB_SYN_FOREIGN ? 1 : me->tries;
    }
    if (view->ack.covers_fin)
        event->teardown_number[at++] = (uint8_t)(view->peer->fin_number + 1);
    if (has_flag(view->segment, TB_FIN) && view->syn == TB_SYN_NONE && me->fin_seen &&
        !has_flag(view->segment, TB_RST)) {
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
    bool data_in_syn = has_flag(segment, TB_SYN) && segment->length > 0;

    mark_if(event, TB_MARK_MIDSTREAM, flow->midstream);
    mark_if(event, TB_MARK_INFERRED,
            flow->midstream || flow->inferred || flow->role_source < TB_ROLE_BY_SYN_ACK ||
                view->me->gaps.overflowed || view->reach.wild || view->syn == TB_SYN_FOREIGN ||
                view->syn == TB_SYN_CANDIDATE_REPEATED);
    mark_if(event, TB_MARK_LOST_BEFORE,
            (view->reach.gap && view->syn == TB_SYN_NONE && !has_flag(segment, TB_RST)) ||
                (view->ack.beyond && !view->ack.unacceptable && view->peer->seen));
    mark_if(event, TB_MARK_FAST_OPEN,
            has_flag(segment, TB_SYN) && (data_in_syn || (segment->has & TB_HAS_FAST_OPEN) != 0));
    mark_if(event, TB_MARK_ECN, has_flag(segment, TB_ECE | TB_CWR));
}

static void report_ends(const struct tb_flow *flow, struct tb_event *event)
{
    enum tb_side client = (enum tb_side)flow->client;

    event->state[TB_ROLE_CLIENT] = (enum tb_state)flow->half[client].state;
    event->state[TB_ROLE_SERVER] = (enum tb_state)flow->half[tb_side_other(client)].state;
}

/* ---- the step */

static void apply_syn(struct tb_flow *flow, const struct tb_view *view)
{
    struct tb_half *me = &flow->half[view->segment->from];
    struct tb_half *peer = &flow->half[tb_side_other(view->segment->from)];

    if (view->syn == TB_SYN_FOREIGN || view->syn == TB_SYN_CANDIDATE_REPEATED) {
        register_candidate(flow, view->segment);
        return;
    }
    if (view->syn == TB_SYN_FIRST) {
        apply_first_syn(me, view->segment);
        settle_fast_open(flow, peer, view);
    }
    me->tries = count_up(me->tries);
    me->syn_ns = view->segment->time_ns;
    tb_half_saw(me, view->segment, &view->reach);
    apply_syn_states(me, peer, view);
    tb_half_acked(peer, view->segment, &view->ack);
    apply_window(me, view);
}

static void apply_ordinary(struct tb_flow *flow, const struct tb_view *view, enum tb_step step,
                           struct tb_event *event)
{
    struct tb_half *me = &flow->half[view->segment->from];
    struct tb_half *peer = &flow->half[tb_side_other(view->segment->from)];

    prove_open(flow, view, event);
    apply_probes(me, peer, view, step);
    if (has_flag(view->segment, TB_ACK))
        apply_ack(flow, view);
    me->open_proved = true;
    flow->handshake_done = flow->handshake_done || view->third_step;
    if (step != TB_STEP_ZERO_WINDOW_PROBE)
        tb_half_saw(me, view->segment, &view->reach);
    if (view->first_fin)
        apply_fin(flow, view);
    if (has_flag(view->segment, TB_FIN) && me->fin_seen)
        me->fin_tries = count_up(me->fin_tries);
    if (has_flag(view->segment, TB_FIN) && me->fin_acked && !view->first_fin &&
        (me->state != TB_STATE_CLOSED || me->closed_by_ack)) {
        me->fin_ack_lost = true;
        trigger(me, TB_RESENT_FIN);
    }
    fill_missed(me, view->segment->seq, view->reach.end);
    deliver_fin(flow, view->segment->from);
    if (view->first_fin && tb_seq_gt(me->acked, me->fin)) { /* its first copy was missed */
        me->fin_acked = true;
        me->closed_by_ack = me->state == TB_STATE_LAST_ACK;
        trigger(me, TB_GOT_ACK_OF_FIN);
    }
    apply_window(me, view);
    if (flow->candidate.pending)
        drop_candidate(flow, view->segment);
}

static void apply_stray_ack(struct tb_flow *flow, const struct tb_segment *segment)
{
    flow->has_stray_ack = true;
    flow->stray_ack = segment->ack;
    flow->half[segment->from].state = TB_STATE_UNKNOWN; /* it has an old connection */
}

/* Acts on the segment and gives its step. */
static enum tb_step apply(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event)
{
    bool client_spoke = flow->exchange.client_spoke;
    enum tb_octets_kind kind = TB_OCTETS_NONE;
    enum tb_step step;

    if (tb_view_is_data(view) || (view->syn == TB_SYN_FIRST && view->segment->length > 0)) {
        struct tb_event unused = { 0 };

        kind = give_payload(flow, view, view->syn == TB_SYN_NONE ? event : &unused);
    }
    step = tb_view_step(view, step_of_data(flow, view, kind, client_spoke));
    event->phase = tb_view_phase(view, step);
    if (has_flag(view->segment, TB_RST))
        apply_reset(flow, view, event);
    else if (view->syn != TB_SYN_NONE)
        apply_syn(flow, view);
    else if (view->stray)
        apply_stray_ack(flow, view->segment);
    else
        apply_ordinary(flow, view, step, event);
    return step;
}

static void step_flow(struct tb_flow *flow, const struct tb_segment *segment,
                      struct tb_event *event)
{
    bool first = !flow->started;
    struct tb_view view;

    if (first)
        start(flow, segment);
    learn_roles(flow, segment);
    event->role = role_of(flow, segment->from);
    tb_view_init(&view, flow, segment);
    disprove_reset(flow, &view);
    event->fresh = view.fresh;
    event->acked = view.ack.data;
    event->over = is_over(flow);
    /* These speak of the segment against what was known before it. */
    report_window(&view, event);
    report_times(flow, &view, event);
    report_marks(flow, &view, event);
    event->step = apply(flow, &view, event);
    report_numbers(flow, &view, event);
    mark_if(event, TB_MARK_COMPLETES_HANDSHAKE,
            view.third_step && event->step != TB_STEP_HANDSHAKE_ACK);
    mark_if(event, TB_MARK_REUSED_PORT, first && flow->follows);
    if (view.first_fin && event->role == TB_ROLE_SERVER)
        event->cut = tb_exchange_cut(&flow->exchange);
    event->unacked = tb_half_unacked(&flow->half[tb_side_other(segment->from)]);
    if (event->exchange == 0 &&
        (event->step == TB_STEP_ACK_OF_REQUEST || event->step == TB_STEP_ACK_OF_RESPONSE)) {
        event->exchange = flow->exchange.multiplexed ? 0 : flow->exchange.begun;
        event->exchange_last = event->exchange;
        tb_exchange_report(&flow->exchange, event);
    }
    report_ends(flow, event);
}

/* Nobody's segment, or one that tells nothing: it moves no state. */
static void step_aside(const struct tb_flow *flow, const struct tb_segment *segment,
                       struct tb_event *event)
{
    event->role = role_of(flow, segment->from);
    event->phase = segment->quoted ? TB_PHASE_QUOTED : TB_PHASE_UNKNOWN;
    event->step = segment->quoted ? TB_STEP_ICMP_QUOTED : TB_STEP_OTHER;
    mark_if(event, TB_MARK_TRUNCATED, segment->truncated);
    mark_if(event, TB_MARK_INFERRED, flow->role_source < TB_ROLE_BY_SYN_ACK);
    mark_if(event, TB_MARK_MIDSTREAM, flow->midstream);
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
