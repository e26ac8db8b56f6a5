/* SPDX-License-Identifier: GPL-2.0-or-later */
/* story.c - decides which rows of text.def tell an event
 *
 * What is known of the event becomes a set of facts: its marks, which of its values are known, and
 * some of our own. A rule asks for facts and forbids others; of the sentences the first rule that
 * holds wins, of the additions every one that holds is used. */
#include "story.h"

#include <assert.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Bits 0 to 12 are tb_event.marks, 16 to 31 tb_event.has. */
enum fact {
    FACT_MISSED = 13, /* the answer to the request before this one was not captured */
    FACT_WITHIN,      /* how soon the one to the last request came at the latest is known */
    FACT_UNSEEN,      /* acknowledges what the capture has not shown */
    FACT_BY_SERVER = 32,
    FACT_PAYLOAD,     /* it carries octets */
    FACT_PARTLY_NEW,  /* some of them were sent before */
    FACT_MSS,         /* options */
    FACT_UNIT,        /* window scale */
    FACT_OPTIONS_CUT, /* absent options may have been there */
    FACT_COOKIE,      /* Fast Open option */
    FACT_SACK,
    FACT_SYN, /* flags */
    FACT_FIN,
    FACT_ECE,
    FACT_CWR,
    FACT_AE,
    FACT_SHUT,        /* the window field is 0 */
    FACT_SHRANK,      /* the window is smaller than before */
    FACT_OPENED,      /* the window was 0 before */
    FACT_NEWS,        /* acknowledges octets for the first time */
    FACT_OUTSTANDING, /* and leaves some */
    FACT_WHOLE,       /* and they are the whole request, or response */
    FACT_MESSAGE,     /* an HTTP message of the sender starts here */
    FACT_LINE,        /* and its start line is at hand */
    FACT_STARTS,      /* the first octets of a request, or of a final response */
    FACT_ENDS,        /* the last ones, by HTTP's borders */
    FACT_SEVERAL,     /* of several exchanges */
    FACT_TOTAL,       /* how many octets the request, or response, has so far is known */
    FACT_EXCHANGE,    /* of an exchange, or acknowledges one */
    FACT_AGAIN,       /* this SYN, SYN-ACK or FIN was seen before */
    FACT_SECOND_FIN,
    FACT_ACKS_FIN, /* a FIN that also acknowledges the other one */
    FACT_UNANSWERED,
    FACT_MID_RESPONSE,
    FACT_OVER, /* the connection was closed before */
    FACT_COUNT
};
static_assert(FACT_COUNT <= 64, "a set of facts is 64 bits");
static_assert((unsigned)TB_MARK_COUNT <= FACT_MISSED && FACT_UNSEEN < 16, "the marks take 13 bits");

#define FACT(name)  (UINT64_C(1) << FACT_##name)
#define MARK(name)  (UINT64_C(1) << TB_MARK_##name)
#define HAS(name)   ((uint64_t)TB_EVENT_##name << 16)
#define STEP(name)  (UINT32_C(1) << TB_STEP_##name)
#define PHASE(name) (1u << TB_PHASE_##name)
#define STATE(name) (1u << TB_STATE_##name)

static uint64_t fact_if(enum fact fact, bool condition)
{
    return (uint64_t)condition << fact;
}

static uint64_t facts_of_segment(const struct tb_story *story)
{
    const struct tb_segment *segment = story->segment;
    uint32_t fresh = story->event->fresh;

    return fact_if(FACT_PAYLOAD, segment->length > 0) |
           fact_if(FACT_PARTLY_NEW, fresh > 0 && fresh < segment->length) |
           fact_if(FACT_MSS, (segment->has & TB_HAS_MSS) != 0) |
           fact_if(FACT_UNIT, (segment->has & TB_HAS_WSCALE) != 0) |
           fact_if(FACT_OPTIONS_CUT, (segment->has & TB_HAS_OPTIONS_CUT) != 0) |
           fact_if(FACT_COOKIE, (segment->has & TB_HAS_FAST_OPEN) != 0) |
           fact_if(FACT_SACK, segment->sack_count > 0) |
           fact_if(FACT_SYN, (segment->flags & TB_SYN) != 0) |
           fact_if(FACT_FIN, (segment->flags & TB_FIN) != 0) |
           fact_if(FACT_ECE, (segment->flags & TB_ECE) != 0) |
           fact_if(FACT_CWR, (segment->flags & TB_CWR) != 0) |
           fact_if(FACT_AE, (segment->flags & TB_AE) != 0) |
           fact_if(FACT_SHUT, segment->window == 0);
}

static uint64_t facts_of_window(const struct tb_event *event)
{
    bool known = (event->has & TB_EVENT_WINDOW_CHANGE) != 0;
    bool grew = known && event->window_change > 0;

    return fact_if(FACT_SHRANK, known && event->window_change < 0) |
           fact_if(FACT_OPENED, grew && (uint32_t)event->window_change == event->window);
}

/* The request of a client, the response of a server. */
static uint64_t facts_of_message(const struct tb_event *event)
{
    bool server = event->role == TB_ROLE_SERVER;
    unsigned start = server ? TB_EVENT_HTTP_RESPONSE : TB_EVENT_HTTP_REQUEST;
    unsigned end = server ? TB_EVENT_RESPONSE_ENDS : TB_EVENT_REQUEST_ENDS;
    unsigned count = server ? TB_EVENT_RESPONSE_BYTES : TB_EVENT_REQUEST_BYTES;
    bool starts = server ? (event->has & TB_EVENT_RESPONSE_STARTS) != 0
                         : (event->has & count) != 0 && event->request_bytes <= event->fresh;

    return fact_if(FACT_BY_SERVER, server) | fact_if(FACT_MESSAGE, (event->has & start) != 0) |
           fact_if(FACT_STARTS, starts) | fact_if(FACT_ENDS, (event->has & end) != 0) |
           fact_if(FACT_EXCHANGE, event->exchange != 0) |
           fact_if(FACT_SEVERAL, event->exchange_last > event->exchange) |
           fact_if(FACT_TOTAL, (event->has & count) != 0 && event->exchange != 0);
}

/* What an acknowledgment covers is the other end's. */
static uint64_t facts_of_ack(const struct tb_event *event)
{
    bool server = event->role == TB_ROLE_SERVER;
    unsigned count = server ? TB_EVENT_REQUEST_BYTES : TB_EVENT_RESPONSE_BYTES;
    uint64_t total = server ? event->request_bytes : event->response_bytes;

    return fact_if(FACT_UNSEEN, event->unseen) | fact_if(FACT_MISSED, event->missed > 0) |
           fact_if(FACT_WITHIN, event->answered_unseen) | fact_if(FACT_NEWS, event->acked > 0) |
           fact_if(FACT_OUTSTANDING, event->unacked > 0) |
           fact_if(FACT_WHOLE, (event->has & count) != 0 && total == event->acked);
}

static uint64_t facts_of_close(const struct tb_event *event)
{
    const uint8_t *number = event->teardown_number;

    return fact_if(FACT_AGAIN, event->tries >= 2) |
           fact_if(FACT_SECOND_FIN, number[0] == 3 || number[1] == 3) |
           fact_if(FACT_ACKS_FIN, number[1] != 0) |
           fact_if(FACT_UNANSWERED, event->cut == TB_CUT_UNANSWERED) |
           fact_if(FACT_MID_RESPONSE, event->cut == TB_CUT_MID_RESPONSE) |
           fact_if(FACT_OVER, event->over);
}

static uint64_t facts_of(const struct tb_story *story)
{
    const struct tb_event *event = story->event;
    const char *line = story->start_line[event->role];
    uint64_t facts = event->marks | (uint64_t)event->has << 16;

    facts |= facts_of_window(event) | facts_of_message(event) | facts_of_ack(event) |
             facts_of_close(event);
    facts |= fact_if(FACT_LINE, line != NULL && line[0] != '\0');
    if (story->segment != NULL)
        facts |= facts_of_segment(story);
    return facts;
}

/* An empty mask asks for nothing. */
struct rule {
    uint32_t steps;
    unsigned phases;
    unsigned sender; /* states, after the segment */
    unsigned receiver;
    uint64_t needs;
    uint64_t lacks;
    unsigned row; /* enum tb_row or enum tb_place */
};

#define CLIENT_DATA    .steps = STEP(REQUEST)
#define SERVER_DATA    .steps = STEP(RESPONSE)
#define ANY_DATA       .steps = (STEP(REQUEST) | STEP(RESPONSE))
#define IN_PHASE(name) .phases = PHASE(name)
#define SAY(name)      .row = TB_ROW_##name

static const struct rule sentences[] = {
    { .steps = STEP(SYN), .needs = MARK(INFERRED), SAY(SYN_CANDIDATE) },
    { .steps = STEP(SYN), .needs = FACT(BY_SERVER), SAY(SYN_BOTH) },
    { .steps = STEP(SYN), SAY(SYN) },
    { .steps = STEP(SYN_ACK), .needs = MARK(INFERRED), .lacks = FACT(AGAIN), SAY(SYN_ACK_FOREIGN) },
    { .steps = STEP(SYN_ACK), .needs = FACT(AGAIN), SAY(SYN_ACK_BOTH) },
    { .steps = STEP(SYN_ACK), SAY(SYN_ACK) },
    { .steps = STEP(HANDSHAKE_ACK), SAY(HANDSHAKE_ACK) },

    { ANY_DATA, .needs = MARK(MULTIPLEXED), SAY(MULTIPLEXED) },
    { CLIENT_DATA, .needs = FACT(SEVERAL), SAY(REQUESTS) },
    { CLIENT_DATA, .needs = FACT(MESSAGE) | FACT(LINE) | FACT(ENDS), SAY(REQUEST) },
    { CLIENT_DATA, .needs = FACT(MESSAGE) | FACT(LINE), SAY(REQUEST_BEGINS) },
    { CLIENT_DATA, .needs = FACT(MESSAGE), SAY(REQUEST_UNNAMED) },
    { CLIENT_DATA, .needs = FACT(ENDS) | FACT(TOTAL), .lacks = FACT(STARTS), SAY(REQUEST_LAST) },
    { CLIENT_DATA, .needs = FACT(STARTS) | FACT(TOTAL) | HAS(TLS), SAY(REQUEST_TLS) },
    { CLIENT_DATA, .needs = FACT(STARTS) | FACT(TOTAL), SAY(REQUEST_PLAIN) },
    { ANY_DATA, .needs = FACT(TOTAL) | HAS(TLS), .lacks = FACT(STARTS), SAY(TLS_MORE) },
    { CLIENT_DATA, .needs = FACT(TOTAL), SAY(REQUEST_MORE) },
    { SERVER_DATA, .needs = FACT(SEVERAL), SAY(RESPONSES) },
    { SERVER_DATA,
      .needs = FACT(MESSAGE) | FACT(LINE) | FACT(STARTS) | FACT(ENDS) | HAS(RESPONSE_TIME),
      SAY(RESPONSE) },
    { SERVER_DATA, .needs = FACT(MESSAGE) | FACT(LINE) | FACT(STARTS) | FACT(ENDS),
      SAY(RESPONSE_UNTIMED) },
    { SERVER_DATA, .needs = FACT(MESSAGE) | FACT(LINE) | FACT(STARTS) | HAS(RESPONSE_TIME),
      SAY(RESPONSE_BEGINS) },
    { SERVER_DATA, .needs = FACT(MESSAGE) | FACT(LINE) | FACT(STARTS),
      SAY(RESPONSE_BEGINS_UNTIMED) },
    { SERVER_DATA, .needs = FACT(MESSAGE) | FACT(LINE), SAY(RESPONSE_INTERIM) },
    { SERVER_DATA, .needs = FACT(MESSAGE), SAY(RESPONSE_UNNAMED) },
    { SERVER_DATA, .needs = FACT(ENDS) | FACT(TOTAL), .lacks = FACT(STARTS), SAY(RESPONSE_LAST) },
    { SERVER_DATA, .needs = FACT(STARTS) | HAS(TLS) | HAS(RESPONSE_TIME), SAY(RESPONSE_TLS) },
    { SERVER_DATA, .needs = FACT(STARTS) | HAS(TLS), SAY(RESPONSE_TLS_UNTIMED) },
    { SERVER_DATA, .needs = FACT(STARTS) | HAS(RESPONSE_TIME), SAY(RESPONSE_PLAIN) },
    { SERVER_DATA, .needs = FACT(STARTS), SAY(RESPONSE_PLAIN_UNTIMED) },
    { SERVER_DATA, .needs = FACT(TOTAL), SAY(RESPONSE_MORE) },
    { ANY_DATA, SAY(DATA) },
    { .steps = STEP(GREETING), SAY(GREETING) },
    { .steps = STEP(TLS_HANDSHAKE), SAY(TLS_HANDSHAKE) },

    { .steps = STEP(ZERO_WINDOW), .needs = FACT(NEWS), SAY(ZERO_WINDOW_ACK) },
    { .steps = STEP(ZERO_WINDOW), SAY(ZERO_WINDOW) },
    { .steps = STEP(ACK_OF_REQUEST) | STEP(ACK_OF_RESPONSE),
      .needs = FACT(UNSEEN),
      SAY(ACK_UNSEEN) },
    { .steps = STEP(ACK_OF_REQUEST) | STEP(ACK_OF_RESPONSE),
      .needs = FACT(OUTSTANDING),
      SAY(ACK_PART) },
    { .steps = STEP(ACK_OF_REQUEST) | STEP(ACK_OF_RESPONSE), .needs = FACT(WHOLE), SAY(ACK_ALL) },
    { .steps = STEP(ACK_OF_REQUEST) | STEP(ACK_OF_RESPONSE), SAY(ACK_MORE) },
    { .steps = STEP(ACK), IN_PHASE(UNKNOWN), .needs = FACT(UNSEEN), SAY(ACK_OCTET_OR_FIN) },
    { .steps = STEP(ACK), IN_PHASE(UNKNOWN), SAY(ACK_AGAIN) },
    { .steps = STEP(ACK), IN_PHASE(HANDSHAKE), SAY(ACK_HANDSHAKE) },
    { .steps = STEP(ACK), IN_PHASE(TEARDOWN), SAY(ACK_TEARDOWN) },
    { .steps = STEP(ACK), .needs = FACT(UNSEEN), SAY(ACK_UNKNOWN) },
    { .steps = STEP(ACK), SAY(ACK) },
    { .steps = STEP(DUP_ACK), IN_PHASE(REQUEST), SAY(DUP_ACK_REQUEST) },
    { .steps = STEP(DUP_ACK), IN_PHASE(RESPONSE), SAY(DUP_ACK_RESPONSE) },
    { .steps = STEP(DUP_ACK), SAY(DUP_ACK) },
    { .steps = STEP(CHALLENGE_ACK), .sender = STATE(UNKNOWN), SAY(HALF_OPEN) },
    { .steps = STEP(CHALLENGE_ACK), SAY(CHALLENGE_ACK) },

    { .steps = STEP(RETRANSMISSION),
      .needs = FACT(AGAIN) | FACT(SYN) | MARK(INFERRED),
      SAY(RETRANSMISSION_EMPTY) },
    { .steps = STEP(RETRANSMISSION),
      .needs = FACT(AGAIN) | FACT(SYN) | FACT(BY_SERVER),
      SAY(SYN_ACK_AGAIN) },
    { .steps = STEP(RETRANSMISSION), .needs = FACT(AGAIN) | FACT(SYN), SAY(SYN_AGAIN) },
    { .steps = STEP(RETRANSMISSION),
      .needs = FACT(AGAIN) | FACT(FIN),
      .lacks = FACT(PAYLOAD),
      SAY(FIN_AGAIN) },
    { .steps = STEP(RETRANSMISSION), .lacks = FACT(PAYLOAD), SAY(RETRANSMISSION_EMPTY) },
    { .steps = STEP(RETRANSMISSION), IN_PHASE(REQUEST), SAY(RETRANSMISSION_REQUEST) },
    { .steps = STEP(RETRANSMISSION), IN_PHASE(RESPONSE), SAY(RETRANSMISSION_RESPONSE) },
    { .steps = STEP(RETRANSMISSION), SAY(RETRANSMISSION) },
    { .steps = STEP(FAST_RETRANSMISSION), IN_PHASE(REQUEST), SAY(FAST_RETRANSMISSION_REQUEST) },
    { .steps = STEP(FAST_RETRANSMISSION), IN_PHASE(RESPONSE), SAY(FAST_RETRANSMISSION_RESPONSE) },
    { .steps = STEP(FAST_RETRANSMISSION), SAY(FAST_RETRANSMISSION) },
    { .steps = STEP(OUT_OF_ORDER), SAY(OUT_OF_ORDER) },

    { .steps = STEP(WINDOW_UPDATE), .lacks = HAS(WINDOW), SAY(WINDOW_UNKNOWN) },
    { .steps = STEP(WINDOW_UPDATE), .needs = FACT(OPENED), SAY(WINDOW_OPENED) },
    { .steps = STEP(WINDOW_UPDATE), .needs = FACT(SHRANK), SAY(WINDOW_SHRANK) },
    { .steps = STEP(WINDOW_UPDATE), SAY(WINDOW_UPDATE) },
    { .steps = STEP(ZERO_WINDOW_PROBE), SAY(ZERO_WINDOW_PROBE) },
    { .steps = STEP(ZERO_WINDOW_PROBE_ACK), .needs = FACT(SHUT), SAY(ZERO_WINDOW_PROBE_ACK_SHUT) },
    { .steps = STEP(ZERO_WINDOW_PROBE_ACK), .needs = HAS(WINDOW), SAY(ZERO_WINDOW_PROBE_ACK_OPEN) },
    { .steps = STEP(ZERO_WINDOW_PROBE_ACK), SAY(ZERO_WINDOW_PROBE_ACK) },
    { .steps = STEP(KEEP_ALIVE), SAY(KEEP_ALIVE) },
    { .steps = STEP(KEEP_ALIVE_ACK), SAY(KEEP_ALIVE_ACK) },

    { .steps = STEP(FIN), .needs = FACT(ACKS_FIN), SAY(FIN_ACKS_FIN) },
    { .steps = STEP(FIN), .needs = FACT(SECOND_FIN), .receiver = STATE(CLOSING), SAY(FIN_AT_ONCE) },
    { .steps = STEP(FIN), .needs = FACT(SECOND_FIN), .sender = STATE(CLOSING), SAY(FIN_AT_ONCE) },
    { .steps = STEP(FIN), .needs = FACT(SECOND_FIN), SAY(FIN_SECOND) },
    { .steps = STEP(FIN), .sender = STATE(UNKNOWN), SAY(FIN_PERHAPS_SECOND) },
    { .steps = STEP(FIN), SAY(FIN) },
    { .steps = STEP(ACK_OF_FIN), .needs = FACT(UNSEEN), SAY(ACK_OF_UNSEEN_FIN) },
    { .steps = STEP(ACK_OF_FIN),
      .sender = STATE(CLOSE_WAIT) | STATE(ESTABLISHED),
      SAY(ACK_OF_FIN_STILL_OPEN) },
    { .steps = STEP(ACK_OF_FIN), .sender = STATE(CLOSING), SAY(ACK_OF_FIN_CLOSING) },
    { .steps = STEP(ACK_OF_FIN),
      .sender = STATE(TIME_WAIT),
      .receiver = STATE(TIME_WAIT),
      SAY(ACK_OF_FIN_BOTH_WAIT) },
    { .steps = STEP(ACK_OF_FIN),
      .sender = STATE(TIME_WAIT),
      .receiver = STATE(CLOSED),
      SAY(ACK_OF_FIN_LAST) },
    { .steps = STEP(ACK_OF_FIN), SAY(ACK_OF_FIN) },

    { .steps = STEP(RESET), .needs = MARK(REFUSED), SAY(RESET_REFUSED) },
    { .steps = STEP(RESET), .needs = FACT(OVER), SAY(RESET_AFTER_CLOSE) },
    { .steps = STEP(RESET), .needs = MARK(INEFFECTIVE), SAY(RESET_INEFFECTIVE) },
    { .steps = STEP(RESET), .needs = FACT(MID_RESPONSE), SAY(RESET_MID_RESPONSE) },
    { .steps = STEP(RESET), .needs = FACT(UNANSWERED), SAY(RESET_UNANSWERED) },
    { .steps = STEP(RESET),
      .needs = MARK(INFERRED),
      .lacks = MARK(MIDSTREAM),
      SAY(RESET_INFERRED) },
    { .steps = STEP(RESET), SAY(RESET) },

    { .steps = STEP(ICMP_QUOTED), SAY(ICMP_QUOTED) },
    { .needs = MARK(TRUNCATED), SAY(TRUNCATED) },
    { SAY(OTHER) },
};

#define SENT_DATA                                                                                  \
    (STEP(REQUEST) | STEP(RESPONSE) | STEP(GREETING) | STEP(FIN) | STEP(TLS_HANDSHAKE))
/* These say of themselves that they are not sure, or are nobody's. */
#define SAYS_SO                                                                                    \
    (STEP(OTHER) | STEP(SYN) | STEP(SYN_ACK) | STEP(RESET) | STEP(ICMP_QUOTED) |                   \
     STEP(CHALLENGE_ACK))

/* What makes it inferred was told, once and for the whole connection. */
#define TOLD_BEFORE (MARK(MIDSTREAM) | MARK(ONE_DIRECTION) | HAS(TLS) | MARK(MULTIPLEXED))

static const struct rule additions[] = {
    { .steps = STEP(SYN),
      .needs = FACT(MSS) | FACT(UNIT),
      .lacks = MARK(INFERRED),
      SAY(SYN_MSS_UNIT) },
    { .steps = STEP(SYN),
      .needs = FACT(MSS),
      .lacks = FACT(UNIT) | FACT(OPTIONS_CUT) | MARK(INFERRED),
      SAY(SYN_MSS) },
    { .steps = STEP(SYN),
      .needs = FACT(UNIT),
      .lacks = FACT(MSS) | FACT(OPTIONS_CUT) | MARK(INFERRED),
      SAY(SYN_UNIT) },
    { .steps = STEP(SYN),
      .lacks = FACT(MSS) | FACT(UNIT) | FACT(OPTIONS_CUT) | MARK(INFERRED),
      SAY(SYN_BARE) },
    { .steps = STEP(SYN), .needs = FACT(PAYLOAD) | FACT(COOKIE), SAY(SYN_DATA_FAST_OPEN) },
    { .steps = STEP(SYN), .needs = FACT(PAYLOAD), .lacks = FACT(COOKIE), SAY(SYN_DATA) },
    { .steps = STEP(SYN), .needs = FACT(COOKIE), .lacks = FACT(PAYLOAD), SAY(SYN_FAST_OPEN) },
    { .steps = STEP(SYN), .needs = MARK(REUSED_PORT), SAY(SYN_REUSED_PORT) },
    { .steps = STEP(SYN), .needs = FACT(ECE) | FACT(CWR), SAY(SYN_ECN) },
    { .steps = STEP(SYN_ACK), .needs = FACT(NEWS), SAY(SYN_ACK_TOOK_DATA) },
    { .steps = STEP(SYN_ACK), .needs = FACT(PAYLOAD), SAY(SYN_ACK_CARRIES) },
    { .steps = STEP(SYN_ACK), .needs = FACT(ECE), .lacks = FACT(CWR) | FACT(AE), SAY(SYN_ACK_ECN) },
    { .steps = STEP(RETRANSMISSION),
      .needs = FACT(AGAIN) | FACT(SYN),
      .lacks = MARK(INFERRED),
      SAY(AGAIN_UNANSWERED) },
    { .steps = STEP(RETRANSMISSION),
      .needs = FACT(AGAIN) | FACT(FIN),
      .lacks = FACT(PAYLOAD),
      SAY(AGAIN_UNANSWERED) },
    { .needs = MARK(COMPLETES_HANDSHAKE), SAY(COMPLETES_HANDSHAKE) },
    { .steps = STEP(ACK_OF_REQUEST),
      IN_PHASE(RESPONSE),
      .needs = FACT(EXCHANGE) | HAS(REQUEST_BYTES),
      .lacks = HAS(RESPONSE_BYTES) | FACT(OUTSTANDING) | MARK(LOST_BEFORE),
      SAY(NOT_ANSWERED) },
    { .steps = STEP(FIN), .needs = FACT(PAYLOAD) | FACT(ACKS_FIN), SAY(AND_FIN_ACKS_FIN) },
    { .steps = STEP(FIN),
      .needs = FACT(PAYLOAD) | FACT(SECOND_FIN),
      .lacks = FACT(ACKS_FIN),
      SAY(AND_FIN_SECOND) },
    { .steps = STEP(FIN), .needs = FACT(PAYLOAD), .lacks = FACT(SECOND_FIN), SAY(AND_FIN) },
    { .steps = STEP(FIN), .needs = FACT(UNANSWERED), SAY(CUT_UNANSWERED) },
    { .steps = STEP(FIN), .needs = FACT(MID_RESPONSE), SAY(CUT_MID_RESPONSE) },
    { .steps = SENT_DATA, .needs = FACT(PARTLY_NEW), SAY(PARTLY_NEW) },
    { .steps = STEP(DUP_ACK), .needs = FACT(SACK), SAY(SACK) },
    { .needs = FACT(ECE), .lacks = FACT(SYN) | FACT(AE), SAY(ECN_ECHO) },
    { .needs = FACT(CWR), .lacks = FACT(SYN) | FACT(AE), SAY(ECN_REDUCED) },
    { CLIENT_DATA, .needs = FACT(MISSED), SAY(ANSWER_MISSED) },
    { .steps = STEP(ACK_OF_RESPONSE), .needs = FACT(WITHIN), SAY(ANSWERED_WITHIN) },
    { .steps = STEP(HANDSHAKE_ACK) | STEP(GREETING),
      .needs = MARK(ONE_DIRECTION),
      SAY(ONE_DIRECTION) },
    { .steps = STEP(ACK) | STEP(ACK_OF_FIN),
      .needs = MARK(LOST_BEFORE),
      .lacks = MARK(ONE_DIRECTION) | FACT(UNSEEN),
      SAY(LOST_BEFORE) },
    { .steps = ~(STEP(ACK_OF_REQUEST) | STEP(ACK_OF_RESPONSE) | STEP(ACK) | STEP(ACK_OF_FIN)),
      .needs = MARK(LOST_BEFORE),
      .lacks = MARK(ONE_DIRECTION),
      SAY(LOST_BEFORE) },
    /* Once, where somebody begins to speak or to close: not in every line. HTTP shows the roles. */
    { ANY_DATA, .needs = MARK(MIDSTREAM) | MARK(INFERRED) | FACT(STARTS), .lacks = FACT(MESSAGE),
      SAY(ROLES_INFERRED) },
    { .steps = STEP(FIN),
      .needs = MARK(MIDSTREAM) | MARK(INFERRED),
      .lacks = FACT(SECOND_FIN),
      SAY(ROLES_INFERRED) },
    { ANY_DATA, .needs = MARK(INFERRED), .lacks = TOLD_BEFORE, SAY(EXCHANGE_INFERRED) },
    { .steps = ~(SAYS_SO | STEP(REQUEST) | STEP(RESPONSE)),
      .needs = MARK(INFERRED),
      .lacks = TOLD_BEFORE | FACT(UNSEEN),
      SAY(INFERRED) },
};

#undef SAY
#define SAY(name) .row = TB_PLACE_##name

static const struct rule places[] = {
    { .steps = STEP(SYN) | STEP(SYN_ACK), .needs = MARK(FAST_OPEN), SAY(FAST_OPEN) },
    { .steps = STEP(SYN), .needs = MARK(INFERRED), SAY(BLIND_SYN) },
    { .steps = STEP(SYN) | STEP(SYN_ACK) | STEP(HANDSHAKE_ACK), SAY(OPENING) },
    { ANY_DATA, .needs = MARK(MULTIPLEXED), SAY(MULTIPLEXING) },
    { ANY_DATA, .needs = FACT(SEVERAL), SAY(HTTP_PIPELINING) },
    { CLIENT_DATA, .needs = FACT(MESSAGE), SAY(HTTP_REQUEST) },
    { SERVER_DATA, .needs = FACT(MESSAGE) | FACT(STARTS), SAY(HTTP_RESPONSE) },
    { SERVER_DATA, .needs = FACT(MESSAGE), SAY(HTTP_INTERIM) },
    { ANY_DATA, .needs = HAS(TLS), SAY(TLS_RECORDS) },
    { ANY_DATA, SAY(DATA) },
    { .steps = STEP(GREETING), SAY(DATA) },
    { .steps = STEP(TLS_HANDSHAKE), SAY(TLS_HANDSHAKE) },
    { .steps = STEP(ACK_OF_REQUEST) | STEP(ACK_OF_RESPONSE) | STEP(ACK), SAY(SEQUENCE_NUMBERS) },
    { .steps = STEP(WINDOW_UPDATE) | STEP(ZERO_WINDOW), SAY(WINDOW) },
    { .steps = STEP(ZERO_WINDOW_PROBE) | STEP(ZERO_WINDOW_PROBE_ACK), SAY(ZERO_WINDOW_PROBING) },
    { .steps = STEP(KEEP_ALIVE) | STEP(KEEP_ALIVE_ACK), SAY(KEEP_ALIVES) },
    { .steps = STEP(FIN) | STEP(ACK_OF_FIN), SAY(CLOSING) },
    { .steps = STEP(RESET), .needs = MARK(REFUSED), SAY(RESET_GENERATION) },
    { .steps = STEP(RESET), .needs = MARK(INEFFECTIVE), SAY(BLIND_RESET) },
    { .steps = STEP(RESET), SAY(RESET_PROCESSING) },
    { .steps = STEP(CHALLENGE_ACK), .sender = STATE(UNKNOWN), SAY(HALF_OPEN) },
    { .steps = STEP(CHALLENGE_ACK), SAY(BLIND_RESET) },
    { .steps = STEP(RETRANSMISSION), SAY(RETRANSMISSION_TIMEOUT) },
    { .steps = STEP(FAST_RETRANSMISSION), SAY(FAST_RETRANSMIT) },
    { .steps = STEP(DUP_ACK), SAY(DUPLICATE_ACK) },
    { .steps = STEP(OUT_OF_ORDER), SAY(SEQUENCE_NUMBERS) },
    { .steps = STEP(ICMP_QUOTED), SAY(ICMP) },
    { SAY(HEADER) },
};

static bool asks(unsigned mask, unsigned value)
{
    return mask == 0 || (mask >> value & 1u) != 0;
}

static bool holds(const struct rule *rule, enum tb_step step, const struct tb_event *event,
                  uint64_t facts)
{
    enum tb_role other = event->role == TB_ROLE_CLIENT ? TB_ROLE_SERVER : TB_ROLE_CLIENT;

    return asks(rule->steps, step) && (facts & rule->needs) == rule->needs &&
           (facts & rule->lacks) == 0 && asks(rule->phases, event->phase) &&
           asks(rule->sender, event->state[event->role]) &&
           asks(rule->receiver, event->state[other]);
}

/* The last rule of each table always holds. */
static unsigned first_that_holds(const struct rule *rules, enum tb_step step,
                                 const struct tb_event *event, uint64_t facts)
{
    while (!holds(rules, step, event, facts))
        rules++;
    return rules->row;
}

/* A FIN with data is told as its data, new or old; that it is a FIN is added. */
static enum tb_step step_to_tell(const struct tb_event *event, uint64_t facts)
{
    if (event->step != TB_STEP_FIN || (facts & FACT(PAYLOAD)) == 0)
        return event->step;
    if (event->fresh == 0)
        return TB_STEP_RETRANSMISSION;
    if ((facts & HAS(TLS)) != 0 && (facts & (FACT(EXCHANGE) | MARK(MULTIPLEXED))) == 0)
        return TB_STEP_TLS_HANDSHAKE;
    return (facts & FACT(BY_SERVER)) != 0 ? TB_STEP_RESPONSE : TB_STEP_REQUEST;
}

static size_t choose_rows(const struct tb_event *event, uint64_t facts, unsigned rows[TB_ROWS_MAX])
{
    size_t count = 0;

    rows[count++] = first_that_holds(sentences, step_to_tell(event, facts), event, facts);
    for (size_t i = 0; i < LENGTH(additions) && count < TB_ROWS_MAX; i++) {
        if (holds(&additions[i], event->step, event, facts))
            rows[count++] = additions[i].row;
    }
    return count;
}

size_t tb_story_rows(const struct tb_story *story, enum tb_row rows[TB_ROWS_MAX])
{
    unsigned row[TB_ROWS_MAX];
    const size_t count = choose_rows(story->event, facts_of(story), row);

    for (size_t i = 0; i < count; i++)
        rows[i] = (enum tb_row)row[i];
    return count;
}

struct tb_choice tb_story_choose(const struct tb_story *story)
{
    const struct tb_event *event = story->event;
    const uint64_t facts = facts_of(story);
    struct tb_choice choice;

    choice.count = choose_rows(event, facts, choice.row);
    choice.place = first_that_holds(places, event->step, event, facts);
    return choice;
}

enum tb_place tb_story_place(const struct tb_event *event)
{
    const struct tb_story story = { .event = event };

    return (enum tb_place)first_that_holds(places, event->step, event, facts_of(&story));
}
