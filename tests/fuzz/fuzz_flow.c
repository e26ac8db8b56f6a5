/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_flow.c - streams of segments through the engine, with what must always hold
 *
 * The input is read as a list of moves: who sends, which flags, where the numbers stand relative to
 * what was sent before (in order, one back, at the ack, far off), how much payload of which kind.
 * So most streams are nearly right, which is where the engine decides. */
#include <sanitizer/allocator_interface.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "flow.h"
#include "pieces.h"
#include "seq.h"
#include "state.h"

struct input {
    const uint8_t *at;
    const uint8_t *end;
};

static uint32_t take(struct input *input, unsigned octets)
{
    uint32_t value = 0;

    while (octets-- > 0)
        value = value << 8 | (input->at < input->end ? *input->at++ : 0u);
    return value;
}

static const char *const payloads[] = {
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello",
    "HEAD / HTTP/1.1\n\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.0 200 OK\r\n\r\nuntil close",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "\x16\x03\x01\x01\x01\x01",
    "\x17\x03\x03\x01\x01x",
    "220 smtp\r\n",
    "x",
};

static void choose_payload(struct input *input, struct tb_segment *segment)
{
    unsigned kind = take(input, 1);
    const char *text = payloads[kind % (sizeof payloads / sizeof payloads[0])];

    if (kind < 96)
        return;
    if (kind < 200) {
        segment->payload = (const uint8_t *)text;
        segment->length = (uint32_t)strlen(text);
        segment->captured = segment->length;
        if (kind >= 180) /* cut by the snaplen */
            segment->captured = segment->length / 2;
    } else if (kind < 240) {
        size_t left = (size_t)(input->end - input->at);

        segment->length = (uint32_t)(left < kind - 199 ? left : kind - 199);
        segment->captured = segment->length;
        segment->payload = input->at;
        input->at += segment->length;
    } else {
        segment->length = take(input, 2);
    }
}

static uint32_t choose_number(struct input *input, unsigned way, const struct tb_half *half)
{
    switch (way % 8) {
    case 0:
    case 1:
    case 2:
        return half->top;
    case 3:
        return half->top - 1;
    case 4:
        return half->acked;
    case 5:
        return half->acked - 1;
    case 6:
        return half->top + (uint32_t)(int32_t)(int16_t)take(input, 2);
    default:
        return take(input, 4);
    }
}

static void choose_options(struct input *input, struct tb_segment *segment,
                           const struct tb_half *peer)
{
    unsigned what = take(input, 1);

    segment->has = (uint8_t)(what & (TB_HAS_WSCALE | TB_HAS_FAST_OPEN | TB_HAS_MSS));
    segment->wscale = (uint8_t)(what >> 3 & 15);
    segment->sack_count = (uint8_t)(what >> 7 ? 1 + (what & 1) : 0);
    for (unsigned i = 0; i < segment->sack_count; i++) {
        segment->sack[i].from = peer->top + take(input, 1);
        segment->sack[i].to = segment->sack[i].from + take(input, 1);
    }
}

static void choose_segment(struct input *input, const struct tb_flow *flow,
                           struct tb_segment *segment, uint64_t *now)
{
    static const uint16_t flags[] = { TB_ACK,          TB_ACK | TB_PSH, TB_SYN,
                                      TB_SYN | TB_ACK, TB_FIN | TB_ACK, TB_RST,
                                      TB_RST | TB_ACK, TB_ACK };
    unsigned move = take(input, 1);
    unsigned numbers = take(input, 1);
    const struct tb_half *me;
    const struct tb_half *peer;

    memset(segment, 0, sizeof *segment);
    segment->from = (enum tb_side)(move & 1);
    me = &flow->half[segment->from];
    peer = &flow->half[tb_side_other(segment->from)];
    segment->flags =
        (move >> 1 & 15) == 15 ? (uint16_t)(take(input, 2) & TB_FLAGS) : flags[move >> 1 & 7];
    segment->quoted = (move >> 5) == 7;
    segment->truncated = (move >> 5) == 6;
    segment->seq = choose_number(input, numbers, me);
    segment->ack = choose_number(input, numbers >> 3, peer);
    segment->window = (numbers >> 6) == 3 ? 0 : (uint16_t)(100 * (1 + (numbers >> 6)));
    choose_payload(input, segment);
    if (move >> 7)
        choose_options(input, segment, peer);
    *now += take(input, 1) * 1000u;
    segment->time_ns = *now;
}

static void check_half(const struct tb_half *half, const struct tb_half *other)
{
    enum tb_state state = (enum tb_state)half->state;
    bool sent_fin = state == TB_STATE_FIN_WAIT_1 || state == TB_STATE_FIN_WAIT_2 ||
                    state == TB_STATE_CLOSING || state == TB_STATE_LAST_ACK ||
                    state == TB_STATE_TIME_WAIT;
    bool got_fin = state == TB_STATE_CLOSE_WAIT || state == TB_STATE_CLOSING ||
                   state == TB_STATE_LAST_ACK || state == TB_STATE_TIME_WAIT;

    REQUIRE(state < TB_STATE_COUNT);
    REQUIRE(!sent_fin || half->fin_seen);
    REQUIRE(!got_fin || other->fin_delivered);
    REQUIRE(state != TB_STATE_FIN_WAIT_2 || half->fin_acked);
    REQUIRE(state != TB_STATE_TIME_WAIT || half->fin_acked);
    REQUIRE(!half->top_known || tb_seq_le(half->acked, half->top));
    REQUIRE(half->gaps.count <= TB_GAPS_MAX);
    for (unsigned i = 0; i < half->gaps.count; i++) {
        REQUIRE(tb_seq_lt(half->gaps.range[i].from, half->gaps.range[i].to));
        REQUIRE(tb_seq_le(half->gaps.range[i].to, half->top));
        REQUIRE(i == 0 || tb_seq_lt(half->gaps.range[i - 1].to, half->gaps.range[i].from));
    }
}

static bool is_one_of(enum tb_state state, unsigned states)
{
    return (states >> state & 1u) != 0;
}

/* RFC 9293 section 3.6: who got a FIN faces one that sent it, and whose FIN was acknowledged faces
 * one that got it; an end that is CLOSED, opens anew or is unknown may face any (section 3.5.1). */
static void check_pair(enum tb_state one, enum tb_state other)
{
    const unsigned alone = 1u << TB_STATE_UNKNOWN | 1u << TB_STATE_CLOSED | 1u << TB_STATE_SYN_SENT;
    const unsigned last = 1u << TB_STATE_CLOSING | 1u << TB_STATE_LAST_ACK;
    const unsigned fin_acked = 1u << TB_STATE_FIN_WAIT_2 | 1u << TB_STATE_TIME_WAIT;
    const unsigned got_fin = last | 1u << TB_STATE_CLOSE_WAIT | 1u << TB_STATE_TIME_WAIT;
    const unsigned sent_fin = last | fin_acked | 1u << TB_STATE_FIN_WAIT_1;

    REQUIRE(one < TB_STATE_COUNT && other < TB_STATE_COUNT);
    REQUIRE(one != TB_STATE_SYN_SENT || other != TB_STATE_SYN_SENT);
    if (is_one_of(one, alone) || is_one_of(other, alone))
        return;
    REQUIRE(!is_one_of(one, got_fin) || is_one_of(other, sent_fin));
    REQUIRE(!is_one_of(one, fin_acked) || is_one_of(other, got_fin));
}

static void check_event(const struct tb_flow *flow, const struct tb_segment *segment,
                        const struct tb_event *event)
{
    const struct tb_exchange *exchange = &flow->exchange;

    REQUIRE(event->phase < TB_PHASE_COUNT && event->step < TB_STEP_COUNT);
    REQUIRE(event->marks < 1u << TB_MARK_COUNT);
    REQUIRE((event->exchange == 0) == (event->exchange_last == 0));
    REQUIRE(event->exchange <= event->exchange_last);
    REQUIRE(event->exchange_last <= exchange->begun);
    REQUIRE(event->exchange != 0 || event->request_in == 0);
    REQUIRE(event->exchange != 0 || (event->has & TB_EVENT_RESPONSE_TIME) == 0);
    REQUIRE(exchange->answered <= exchange->begun);
    REQUIRE(exchange->response_in_progress <= exchange->begun);
    REQUIRE(event->fresh <= segment->length || segment->quoted);
    REQUIRE(event->http_start[TB_ROLE_CLIENT] < segment->length || segment->length == 0);
    REQUIRE(event->http_start[TB_ROLE_SERVER] < segment->length || segment->length == 0);
    REQUIRE(event->handshake_number <= 3 && event->teardown_number[0] <= 4);
    REQUIRE(event->teardown_number[1] == 0 ||
            event->teardown_number[0] < event->teardown_number[1]);
    check_pair(event->state[TB_ROLE_CLIENT], event->state[TB_ROLE_SERVER]);
    check_pair(event->state[TB_ROLE_SERVER], event->state[TB_ROLE_CLIENT]);
    /* "each of the latter is a defect to look into": only a header that tells nothing */
    if (event->step == TB_STEP_OTHER)
        REQUIRE(segment->truncated || (segment->flags & (TB_ACK | TB_SYN | TB_FIN | TB_RST)) == 0);
}

/* A body that lasts until close ends with the server's FIN, a run with the next request, a response
 * with the octet that is said to end it. */
static void check_exchange(const struct tb_flow *flow, const struct tb_flow *before,
                           const struct tb_event *event)
{
    const struct tb_exchange *exchange = &flow->exchange;
    enum tb_side server = tb_side_other(tb_flow_client(flow));
    bool closed = flow->half[server].fin_delivered && !before->half[server].fin_delivered;
    struct tb_http1 http = exchange->parser[TB_ROLE_SERVER].http;

    REQUIRE(exchange->response_in_progress == 0 ||
            exchange->response_in_progress > exchange->answered);
    if (before->exchange.mode == TB_EXCHANGE_RUNS && exchange->begun > before->exchange.begun)
        REQUIRE(exchange->answered + 1 == exchange->begun);
    if (closed && exchange->mode == TB_EXCHANGE_HTTP && exchange->response_in_progress != 0)
        REQUIRE(!tb_http1_close(&http));
    if ((event->has & TB_EVENT_RESPONSE_ENDS) != 0)
        REQUIRE(exchange->answered >= event->exchange);
    /* what came with a SYN may be taken back by the SYN-ACK */
    REQUIRE(exchange->begun >= before->exchange.begun || event->step == TB_STEP_SYN_ACK ||
            before->roles_changed != flow->roles_changed);
}

/* --- Mutation: in whole segments ----------------------------------------------------------------
 */

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t max_size, unsigned seed);

enum {
    MOVES_MAX = 1024,
    PORTS = 1 /* the first octet is of the ports */
};

/* Where each segment begins, and behind them the end of the last: how many octets one takes does
 * not depend on the ones before. */
struct moves {
    size_t at[MOVES_MAX + 1];
    size_t count;
};

static void find_moves(const uint8_t *data, size_t size, struct moves *moves)
{
    static const struct tb_flow nothing;
    struct input input = { data + (size < PORTS ? size : PORTS), data + size };
    struct tb_segment segment;
    uint64_t now = 0;

    moves->count = 0;
    while (input.at < input.end && moves->count < MOVES_MAX) {
        moves->at[moves->count++] = (size_t)(input.at - data);
        choose_segment(&input, &nothing, &segment, &now);
    }
    moves->at[moves->count] = (size_t)(input.at - data);
}

static size_t length_of(const struct moves *moves, size_t move)
{
    return moves->at[move + 1] - moves->at[move];
}

/* Puts octets before `at`, where there is room for them. */
static size_t insert(uint8_t *data, size_t size, size_t max_size, size_t at, const uint8_t *octets,
                     size_t length)
{
    if (size + length > max_size)
        return size;
    memmove(data + at + length, data + at, size - at);
    memcpy(data + at, octets, length);
    return size + length;
}

static size_t take_out(uint8_t *data, size_t size, const struct moves *moves, size_t move)
{
    memmove(data + moves->at[move], data + moves->at[move + 1], size - moves->at[move + 1]);
    return size - length_of(moves, move);
}

/* What a capture has of a connection's course, in the harness's own code: SYN, SYN-ACK, ACK, a
 * request, its answer, an ACK of either end, FINs, resets, window 0. */
static const uint8_t likely[][6] = {
    { 4, 0, 0, 0 },   { 7, 0, 0, 0 },   { 0, 0, 0, 0 },      { 2, 0, 96, 0 }, { 3, 0, 99, 0 },
    { 1, 0, 0, 0 },   { 8, 0, 0, 0 },   { 9, 0, 0, 0 },      { 10, 0, 0, 0 }, { 13, 0, 0, 0 },
    { 1, 192, 0, 0 }, { 0, 192, 0, 0 }, { 2, 3, 107, 0, 0 }, { 0, 24, 0, 0 }, { 3, 0, 102, 0 },
};

static size_t put_likely(uint8_t *data, size_t size, size_t max_size, size_t at, uint32_t number)
{
    return insert(data, size, max_size, at, likely[number % (sizeof likely / sizeof likely[0])], 4);
}

static size_t put_again(uint8_t *data, size_t size, size_t max_size, const struct moves *moves,
                        size_t move, size_t at)
{
    uint8_t copy[256];
    const size_t length = length_of(moves, move);

    if (length > sizeof copy)
        return size;
    memcpy(copy, data + moves->at[move], length);
    return insert(data, size, max_size, at, copy, length);
}

static size_t put_elsewhere(uint8_t *data, size_t size, const struct moves *moves, size_t move,
                            size_t to)
{
    uint8_t copy[256];
    const size_t length = length_of(moves, move);
    const size_t at = moves->at[to] > moves->at[move] ? moves->at[to] - length : moves->at[to];

    if (length > sizeof copy || to == move + 1)
        return size;
    memcpy(copy, data + moves->at[move], length);
    return insert(data, take_out(data, size, moves, move), size, at, copy, length);
}

/* One octet of its head: who sends, which flags, which numbers, which payload. */
static size_t change_head(uint8_t *data, size_t size, const struct moves *moves, size_t move,
                          uint32_t number)
{
    const size_t length = length_of(moves, move);
    const size_t place = moves->at[move] + number % 3 % length;

    data[place] = (uint8_t)(number & 1 ? data[place] ^ 1u << (number >> 4 & 7) : number >> 8);
    return size;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    static struct moves moves;
    uint64_t state = seed;
    const uint32_t what = tb_random(&state) % 10;
    const uint32_t number = tb_random(&state);
    size_t move;
    size_t to;

    find_moves(data, size, &moves);
    if (what >= 7 || moves.count == 0 || size > max_size)
        return LLVMFuzzerMutate(data, size, max_size);
    move = tb_random(&state) % moves.count;
    to = tb_random(&state) % (moves.count + 1);
    switch (what) {
    case 0:
        return take_out(data, size, &moves, move); /* lost in the capture */
    case 1:
        return put_again(data, size, max_size, &moves, move, moves.at[to]); /* sent again */
    case 2:
        return put_again(data, size, max_size, &moves, move, moves.at[move]); /* captured twice */
    case 3:
        return put_elsewhere(data, size, &moves, move, to); /* out of order */
    case 4:
    case 5:
        return change_head(data, size, &moves, move, number);
    default:
        return put_likely(data, size, max_size, moves.at[to], number);
    }
}

/* The beginning of one connection, and the end of another. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
                                 size_t other_size, uint8_t *out, size_t max_size, unsigned seed)
{
    static struct moves begins;
    static struct moves ends;
    uint64_t state = seed;
    size_t begin;
    size_t from;
    size_t length;

    find_moves(one, one_size, &begins);
    find_moves(other, other_size, &ends);
    begin = begins.at[tb_random(&state) % (begins.count + 1)];
    from = ends.at[tb_random(&state) % (ends.count + 1)];
    if (begin > max_size)
        begin = max_size;
    memcpy(out, one, begin);
    length = other_size - from;
    if (length > max_size - begin)
        length = max_size - begin;
    memcpy(out + begin, other + from, length);
    return begin + length;
}

/* --- The engine allocates nothing --------------------------------------------------------------
 */

static unsigned allocations;

static void count_allocation(const volatile void *at, size_t size)
{
    (void)at;
    (void)size;
    allocations++;
}

static void ignore_release(const volatile void *at)
{
    (void)at;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return __sanitizer_install_malloc_and_free_hooks(count_allocation, ignore_release) > 0 ? 0 : 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { data, data + size };
    uint16_t port[TB_SIDE_COUNT] = { 49152, 80 };
    struct tb_flow flow;
    struct tb_flow twin;
    struct tb_flow before;
    uint64_t now = 1000000;
    uint32_t frame = 0;

    if (take(&input, 1) & 1)
        port[TB_SIDE_B] = port[TB_SIDE_A];
    memset(&flow, 0, sizeof flow);
    tb_flow_init(&flow, port, NULL);
    while (input.at < input.end) {
        struct tb_segment segment;
        struct tb_event event;
        struct tb_event again;

        choose_segment(&input, &flow, &segment, &now);
        segment.frame = ++frame;
        if (tb_flow_is_followed_by(&flow, &segment)) {
            twin = flow;
            tb_flow_init(&flow, port, &twin);
        }
        memcpy(&twin, &flow, sizeof flow);
        memset(&event, 0, sizeof event);
        memset(&again, 0, sizeof again);
        before = flow;
        allocations = 0;
        tb_flow_step(&flow, &segment, &event);
        REQUIRE(allocations == 0);
        tb_flow_step(&twin, &segment, &again);
        REQUIRE(memcmp(&event, &again, sizeof event) == 0);
        check_half(&flow.half[TB_SIDE_A], &flow.half[TB_SIDE_B]);
        check_half(&flow.half[TB_SIDE_B], &flow.half[TB_SIDE_A]);
        check_event(&flow, &segment, &event);
        check_exchange(&flow, &before, &event);
    }
    return 0;
}
