/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exchange.h - pairs requests and responses of one connection
 *
 * Where the payload is HTTP/1.x, its messages are the borders; where it is not, a request is the
 * run of client octets up to the next server octet, and a response the run of server octets up to
 * the next client octet. TLS handshake octets form no exchange; in a multiplexed protocol none is
 * told apart. */
#ifndef TB_EXCHANGE_H
#define TB_EXCHANGE_H

#include "event.h"
#include "http1.h"
#include "tls.h"

/* Requests whose facts are kept while they wait for their response. More may wait (pipelining):
 * their numbers stay right, their response times are unknown. */
enum {
    TB_REQUESTS_KEPT = 8
};

struct tb_request {
    uint64_t first_ns;
    uint64_t last_ns;
    uint64_t bytes;
    uint32_t number; /* 0: the place is free */
    uint32_t last_frame;
    uint16_t facts;  /* TB_HTTP1_IS_HEAD, _IS_CONNECT */
    bool complete;   /* all of it was sent; known with HTTP's borders only */
    bool end_missed; /* its last octets are missing from the capture: their time is unknown */
    bool unsized;    /* nor is known how many they are: one more, or a FIN */
    bool unseen;     /* it began before the first octets that the capture has */
    bool doubtful;   /* what may have been an octet of the server's came within it: it may be two */
};

enum tb_exchange_mode {
    TB_EXCHANGE_TRIAL, /* runs, while HTTP is still possible */
    TB_EXCHANGE_RUNS,  /* not a protocol whose borders we read */
    TB_EXCHANGE_HTTP,
    TB_EXCHANGE_TLS, /* runs of application data */
    TB_EXCHANGE_MODE_COUNT
};

struct tb_exchange {
    union {
        struct tb_http1 http;
        struct tb_tls tls;
    } parser[TB_ROLE_COUNT];
    struct tb_request request[TB_REQUESTS_KEPT]; /* at number % TB_REQUESTS_KEPT */
    uint64_t response_first_ns;
    uint64_t response_bytes;
    uint32_t response_in_progress; /* number of the exchange being answered; 0: none */
    uint32_t begun;                /* number of the last request begun; 0: none yet */
    uint32_t answered;             /* number of the last exchange whose response is complete */
    uint32_t heard;  /* number of the last request that something unseen was acknowledged after */
    uint32_t missed; /* octets of that; 0: told */
    uint8_t mode;    /* enum tb_exchange_mode */
    bool lost[TB_ROLE_COUNT]; /* the border of messages or records was lost */
    bool inferred;            /* it was lost once: numbers may be off */
    bool request_open;        /* HTTP: a request has begun and has not ended */
    bool client_spoke;
    bool server_turn;    /* runs: the last new octet was the server's */
    bool response_timed; /* the final response of response_in_progress has begun */
    bool sniffed;        /* the first octets were looked at */
    bool tls13;
    bool multiplexed;
    bool unseen[TB_ROLE_COUNT]; /* it spoke, and the capture has none of its octets so far */
    bool request_waits;         /* client octets that were not seen have not been answered */
    bool lone[TB_ROLE_COUNT]; /* see tb_exchange_doubt(), since a message of the other role began */
    bool response_doubtful;   /* as tb_request.doubtful */
    bool response_unsized;    /* how many octets the latest response has is not known */
};

/* Octets of one direction, in order, not seen before. */
struct tb_octets {
    const uint8_t *data; /* NULL: they are missing from the capture */
    bool before;         /* missing before the segment: no part of it */
    bool unsized;        /* how many is not known for sure: one more, or a FIN */
    bool tail;           /* no turn of their own: they ended the one before, as it turns out */
    uint32_t length;
    uint32_t offset; /* of data in the segment's payload */
    uint64_t time_ns;
    uint32_t frame;
};

/* What the octets of one segment turned out to be. */
enum tb_octets_kind {
    TB_OCTETS_NONE,
    TB_OCTETS_EXCHANGE,
    TB_OCTETS_TLS_HANDSHAKE
};

void tb_exchange_init(struct tb_exchange *exchange);

/* Takes octets of `role`; fills in the event's exchange members and marks. Several calls may fill
 * one event (a gap, then the data). */
enum tb_octets_kind tb_exchange_take(struct tb_exchange *exchange, enum tb_role role,
                                     const struct tb_octets *octets, struct tb_event *event);

/* Octets of `role`, of which the capture has shown none: the other end has acknowledged them. They
 * are a turn of `role`, and no more is known of them. */
void tb_exchange_unseen(struct tb_exchange *exchange, enum tb_role role,
                        const struct tb_octets *octets, struct tb_event *event);

/* One number of `role`'s was acknowledged that the capture has not shown: an octet, and then a turn
 * of its own, or the FIN. What the other role sends next may be more of its message, or another. */
void tb_exchange_doubt(struct tb_exchange *exchange, enum tb_role role);

/* Octets of `role` that fill a hole in the message that the direction sent last: they were counted
 * already, and are told now. */
void tb_exchange_late(const struct tb_exchange *exchange, enum tb_role role,
                      const struct tb_octets *octets, struct tb_event *event);

/* The number of the exchange whose message `role` sent last, or is sending; 0: none. */
uint32_t tb_exchange_current(const struct tb_exchange *exchange, enum tb_role role);

/* What was counted so far of the last request and its answer, for a segment that only acknowledges:
 * exchange, request and response octets. No response octets: it is not answered yet, or the answer
 * is not in the capture. */
void tb_exchange_report(const struct tb_exchange *exchange, struct tb_event *event);

/* The server's direction ended in order. True if that completes a body that runs until close. */
bool tb_exchange_server_fin(struct tb_exchange *exchange);

/* How the exchange would be cut if the connection ended now. */
enum tb_cut tb_exchange_cut(const struct tb_exchange *exchange);

#endif
