/* SPDX-License-Identifier: GPL-2.0-or-later */
/* http1.h - where HTTP/1.x messages begin and end (RFC 9112), octet by octet
 *
 * One parser per direction. It is fed the direction's octets in order, keeps no payload and reports
 * borders. It never allocates; malformed input gives TB_HTTP1_LOST, never an error that stops. */
#ifndef TB_HTTP1_H
#define TB_HTTP1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tb_http1_kind {
    TB_HTTP1_REQUEST,
    TB_HTTP1_RESPONSE
};

/* What tb_http1_feed came upon. */
enum tb_http1_border {
    TB_HTTP1_MORE,  /* everything consumed, no border */
    TB_HTTP1_START, /* the next octet is the first of a message's start line */
    TB_HTTP1_HEAD,  /* the head is complete: its facts are known (method, status) */
    TB_HTTP1_END,   /* the message is complete */
    TB_HTTP1_LOST   /* not HTTP/1, or octets are missing where they had to be read: the rest of this
                       input is not consumed; only tb_http1_init starts again */
};

struct tb_http1 {
    uint64_t left; /* octets of the body or the chunk still to come; in a head, the length given */
    uint64_t number; /* the parser's own: the number being read */
    uint16_t status; /* response: 100 to 999 once the head is complete, else 0 */
    uint16_t facts;  /* TB_HTTP1_... below, of the current message */
    uint16_t code;   /* the parser's own: status as read so far */
    uint8_t kind;    /* enum tb_http1_kind */
    uint8_t at;      /* the parser's own: where in the message it stands */
    uint8_t field;   /* the parser's own: which method or header field is being recognised */
    uint8_t word;    /* the parser's own: progress within what is being recognised */
};

/* Facts of the current message (facts) */
#define TB_HTTP1_IS_HEAD     0x01u /* request: the method is HEAD */
#define TB_HTTP1_IS_CONNECT  0x02u /* request: the method is CONNECT */
#define TB_HTTP1_CHUNKED     0x04u /* Transfer-Encoding ends in chunked */
#define TB_HTTP1_LENGTH      0x08u /* Content-Length was given */
#define TB_HTTP1_UNTIL_CLOSE 0x10u /* response: the body ends with the connection */
#define TB_HTTP1_NO_BODY     0x20u /* set by the caller through tb_http1_answers: HEAD */
#define TB_HTTP1_TUNNEL      0x40u /* what follows the head is not HTTP/1: 101, or 2xx to CONNECT */
#define TB_HTTP1_H2_PREFACE  0x80u /* request: "PRI * HTTP/2.0" (RFC 9113 section 3.4) */
#define TB_HTTP1_TO_CONNECT  0x100u /* set by tb_http1_answers: answers CONNECT */
#define TB_HTTP1_CLOSE       0x200u /* Connection: close was given */

void tb_http1_init(struct tb_http1 *parser, enum tb_http1_kind kind);

/* Response parser, after TB_HTTP1_START: which request it answers (facts of the request's parser;
 * only IS_HEAD and IS_CONNECT count). 0 where unknown. */
void tb_http1_answers(struct tb_http1 *parser, unsigned request_facts);

/* Feeds up to `length` octets, stops at the first border. Returns the octets consumed, which can be
 * 0 together with a border. `data` NULL: these octets are missing from the capture; they pass where
 * a body is counted or runs until close, anywhere else the border is LOST.
 * Call again with the rest, be it empty, until the border is MORE or LOST: the END of a message
 * without a body follows its HEAD so. After the END of a message with TB_HTTP1_TUNNEL or
 * TB_HTTP1_H2_PREFACE every octet is LOST. A head whose body cannot be delimited (conflicting
 * Content-Length; a request with a Transfer-Encoding that does not end in chunked) is followed by
 * LOST. */
size_t tb_http1_feed(struct tb_http1 *parser, const uint8_t *data, size_t length,
                     enum tb_http1_border *border);

/* The stream ended (FIN). True if that completes a message (body until close). */
bool tb_http1_close(struct tb_http1 *parser);

/* Interim response (1xx other than 101): ends without ending the exchange. */
bool tb_http1_is_interim(const struct tb_http1 *parser);

/* Whether the octets begin like a message of this kind (method token and space known from RFC 9110
 * section 9.3 and RFC 5789, or "HTTP/1."): for joining a stream in the middle, and for telling
 * roles. False for fewer octets than it takes to tell. */
bool tb_http1_looks_like(enum tb_http1_kind kind, const uint8_t *data, size_t length);

#endif
