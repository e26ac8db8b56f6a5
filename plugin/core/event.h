/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event.h - what a segment means: the engine's answer
 *
 * The words are those of docs/phases.md. An event is final: nothing that comes later changes it. */
#ifndef TB_EVENT_H
#define TB_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "segment.h"

/* The chapter of the story that a segment belongs to. */
enum tb_phase {
    TB_PHASE_UNKNOWN,
    TB_PHASE_HANDSHAKE,
    TB_PHASE_REQUEST,
    TB_PHASE_RESPONSE,
    TB_PHASE_WINDOW_UPDATE,
    TB_PHASE_KEEP_ALIVE,
    TB_PHASE_TEARDOWN,
    TB_PHASE_RESET,
    TB_PHASE_QUOTED,
    TB_PHASE_COUNT
};

/* What a segment does in it. */
enum tb_step {
    TB_STEP_OTHER,
    TB_STEP_SYN,
    TB_STEP_SYN_ACK,
    TB_STEP_HANDSHAKE_ACK,
    TB_STEP_REQUEST,
    TB_STEP_ACK_OF_REQUEST,
    TB_STEP_GREETING,
    TB_STEP_RESPONSE,
    TB_STEP_ACK_OF_RESPONSE,
    TB_STEP_WINDOW_UPDATE,
    TB_STEP_ZERO_WINDOW,
    TB_STEP_ZERO_WINDOW_PROBE,
    TB_STEP_ZERO_WINDOW_PROBE_ACK,
    TB_STEP_KEEP_ALIVE,
    TB_STEP_KEEP_ALIVE_ACK,
    TB_STEP_FIN,
    TB_STEP_ACK_OF_FIN,
    TB_STEP_RESET,
    TB_STEP_CHALLENGE_ACK,
    TB_STEP_ICMP_QUOTED,
    TB_STEP_RETRANSMISSION,
    TB_STEP_FAST_RETRANSMISSION,
    TB_STEP_OUT_OF_ORDER,
    TB_STEP_DUP_ACK,
    TB_STEP_ACK,
    TB_STEP_TLS_HANDSHAKE,
    TB_STEP_COUNT
};

/* RFC 9293 section 3.3.2; UNKNOWN where the capture does not tell. */
enum tb_state {
    TB_STATE_UNKNOWN,
    TB_STATE_CLOSED,
    TB_STATE_LISTEN,
    TB_STATE_SYN_SENT,
    TB_STATE_SYN_RECEIVED,
    TB_STATE_ESTABLISHED,
    TB_STATE_FIN_WAIT_1,
    TB_STATE_FIN_WAIT_2,
    TB_STATE_CLOSE_WAIT,
    TB_STATE_CLOSING,
    TB_STATE_LAST_ACK,
    TB_STATE_TIME_WAIT,
    TB_STATE_COUNT
};

enum tb_role {
    TB_ROLE_CLIENT,
    TB_ROLE_SERVER,
    TB_ROLE_COUNT
};

/* Several at once; bit numbers of tb_event.marks. */
enum tb_mark {
    TB_MARK_MIDSTREAM,           /* the capture has not seen this connection's handshake */
    TB_MARK_INFERRED,            /* concluded, not seen */
    TB_MARK_COMPLETES_HANDSHAKE, /* third step of the handshake, and something more */
    TB_MARK_REFUSED,             /* the reset answers a SYN */
    TB_MARK_INEFFECTIVE,         /* the reset is ignored by its receiver */
    TB_MARK_LOST_BEFORE,         /* segments before this one are not in the capture */
    TB_MARK_TRUNCATED,           /* the header is too short to tell */
    TB_MARK_REUSED_PORT,         /* opens a new connection on addresses and ports used before */
    TB_MARK_FAST_OPEN,           /* RFC 7413 */
    TB_MARK_ECN,                 /* RFC 3168: negotiates or signals */
    TB_MARK_MULTIPLEXED,         /* several exchanges share the bytes: none is told apart */
    TB_MARK_ONE_DIRECTION,       /* the other end has sent too, and the capture has none of that */
    TB_MARK_COUNT
};

/* How the exchange stood when a FIN of the server, or a reset, came. */
enum tb_cut {
    TB_CUT_NONE,
    TB_CUT_UNANSWERED,
    TB_CUT_MID_RESPONSE,
    TB_CUT_COUNT
};

/* Which of the values below are known: bits of tb_event.has */
#define TB_EVENT_WINDOW            0x0001u /* window */
#define TB_EVENT_WINDOW_CHANGE     0x0002u /* window_change */
#define TB_EVENT_REQUEST_BYTES     0x0004u /* request_bytes */
#define TB_EVENT_RESPONSE_BYTES    0x0008u /* response_bytes */
#define TB_EVENT_RESPONSE_TIME     0x0010u /* response_time_ns */
#define TB_EVENT_REQUEST_DURATION  0x0020u /* request_duration_ns */
#define TB_EVENT_RESPONSE_DURATION 0x0040u
#define TB_EVENT_RTT               0x0080u /* rtt_ns */
#define TB_EVENT_RTT_SERVER        0x0100u /* rtt_server_ns */
#define TB_EVENT_RTT_CLIENT        0x0200u /* rtt_client_ns */
#define TB_EVENT_HTTP_REQUEST                                                                      \
    0x0400u /* an HTTP/1 request starts here: http_start[TB_ROLE_CLIENT] */
#define TB_EVENT_HTTP_RESPONSE   0x0800u /* likewise a response: http_start[TB_ROLE_SERVER] */
#define TB_EVENT_REQUEST_ENDS    0x1000u /* by HTTP's borders the last request byte is here */
#define TB_EVENT_RESPONSE_ENDS   0x2000u /* likewise the last response byte */
#define TB_EVENT_TLS             0x4000u /* the payload is TLS records */
#define TB_EVENT_RESPONSE_STARTS 0x8000u /* the first byte of a (final) response is here */

struct tb_event {
    enum tb_phase phase;
    enum tb_step step;
    enum tb_role role;                  /* of the sender */
    enum tb_state state[TB_ROLE_COUNT]; /* after the segment was sent and received */
    enum tb_cut cut;
    bool answered_unseen;               /* answered_within_ns is known */
    bool unseen;                        /* it acknowledges what the capture has not shown */
    bool over;                          /* both ends were done (CLOSED or TIME-WAIT) before it */
    uint16_t marks;                     /* 1u << enum tb_mark */
    uint16_t has;                       /* TB_EVENT_... */
    uint8_t handshake_number;           /* 1 to 3; 0: not of the handshake */
    uint8_t teardown_number[2];         /* 1 to 4; 0: none; two where a FIN acknowledges a FIN */
    uint8_t tries;                      /* how often this SYN, SYN-ACK, FIN or reset was seen, this
                                           one included; 0: none of these; 255: or more */
    uint32_t exchange;                  /* number of the first exchange with bytes here, from 1;
                                           0: none */
    uint32_t exchange_last;             /* number of the last one: pipelining */
    uint32_t request_in;                /* frame of the last request byte; 0: unknown */
    uint32_t acked;                     /* octets of data that this segment newly acknowledges */
    uint32_t unacked;                   /* octets of the peer's data still to be acknowledged */
    uint32_t fresh;                     /* octets of payload not seen before */
    uint32_t http_start[TB_ROLE_COUNT]; /* offset of the message's start line in the payload */
    uint32_t window;                    /* octets: what the sender can take, scaled */
    int32_t window_change;              /* octets, against the sender's previous segment */
    uint32_t missed;                    /* octets of the answer before this request, which the
                                           capture has not shown: so many at most; 0: none */
    uint64_t answered_within_ns;        /* last request byte to the acknowledgment of something
                                           that was sent after it, and that was not shown */
    uint64_t request_bytes;             /* of exchange_last, up to this segment */
    uint64_t response_bytes;            /* of the exchange being answered, up to this segment */
    uint64_t response_time_ns;          /* last request byte to first response byte */
    uint64_t request_duration_ns;       /* first to last request byte so far */
    uint64_t response_duration_ns;      /* first to last response byte so far */
    uint64_t rtt_ns;                    /* SYN to handshake-ack */
    uint64_t rtt_server_ns;             /* SYN to SYN-ACK */
    uint64_t rtt_client_ns;             /* SYN-ACK to handshake-ack */
};

static inline bool tb_event_is(const struct tb_event *event, enum tb_mark mark)
{
    return (event->marks >> mark & 1u) != 0;
}

/* For the engine. */
static inline void tb_event_mark(struct tb_event *event, enum tb_mark mark)
{
    event->marks = (uint16_t)(event->marks | 1u << mark);
}

static inline void tb_event_mark_if(struct tb_event *event, enum tb_mark mark, bool condition)
{
    if (condition)
        tb_event_mark(event, mark);
}

static inline void tb_event_set(struct tb_event *event, unsigned what)
{
    event->has = (uint16_t)(event->has | what);
}

/* Identifiers, English in every language ("window-update", "SYN-SENT", "client", "midstream").
 * Static strings; an argument out of range gives "unknown". */
const char *tb_phase_name(enum tb_phase phase);
const char *tb_step_name(enum tb_step step);
const char *tb_state_name(enum tb_state state);
const char *tb_role_name(enum tb_role role);
const char *tb_mark_name(enum tb_mark mark);

#endif
