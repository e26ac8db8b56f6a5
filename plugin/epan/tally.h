/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.h - what the tap tells of segments, added up by connection and by exchange
 *
 * Numbers are of the segments that were told, so that a filter holds for them. How a connection was
 * opened and ended is the connection's own matter, asked of the engine when a table is made: no
 * filter makes that wrong, and neither does a single pass. */
#ifndef TB_TALLY_H
#define TB_TALLY_H

#include "ws_compat.h"

#include "spread.h"
#include "tree.h"

/* Which numbers are known: bits of tb_tally_exchange.has */
#define TB_TALLY_REQUEST_BYTES     0x01u
#define TB_TALLY_RESPONSE_BYTES    0x02u
#define TB_TALLY_RESPONSE_TIME     0x04u
#define TB_TALLY_REQUEST_DURATION  0x08u
#define TB_TALLY_RESPONSE_DURATION 0x10u
#define TB_TALLY_RESPONSE_STARTED  0x20u

struct tb_tally_exchange {
    uint64_t request_bytes;
    uint64_t response_bytes;
    uint64_t response_ns;          /* last byte of the request to the first of the response */
    uint64_t request_duration_ns;  /* first to last byte */
    uint64_t response_duration_ns; /* likewise */
    int64_t response_began_ns;     /* since the capture's beginning */
    char *line[TB_ROLE_COUNT];     /* start lines of HTTP, octets from the wire; NULL: none */
    uint32_t frame[TB_ROLE_COUNT]; /* of the last byte of the request, of the response; 0: none */
    uint32_t row;                  /* the window's own: the place of its row, from 1; 0: none */
    uint8_t has;
};

struct tb_tally_side {
    uint64_t bytes;   /* of the frames, as Wireshark's conversations count them */
    uint64_t payload; /* repeated bytes counted once */
    uint32_t packets;
    uint32_t resent; /* segments sent again */
};

struct tb_tally_conn {
    const struct tb_conn *conn; /* NULL: nothing was told of this number */
    struct tb_tally_side side[TB_SIDE_COUNT];
    int64_t first_ns; /* since the capture's beginning */
    int64_t last_ns;
    uint64_t rtt_ns; /* of the handshake; with has_rtt */
    struct tb_spread times;
    struct tb_tally_exchange *exchange; /* by number - 1; NULL where exchanges are not kept */
    uint32_t exchange_room;
    uint32_t exchanges;     /* of which bytes were told */
    uint32_t exchange_last; /* the highest number of these */
    uint32_t rows;          /* the window's own: the place of its first row, from 1; 0: none */
    bool has_rtt;
};

/* All zero: empty, exchanges not kept. */
struct tb_tally {
    struct tb_tally_conn *conn; /* by number - 1 */
    uint32_t room;
    uint32_t count; /* the highest number told */
    bool keep_exchanges;
};

/* Takes a segment; `visit` is what the tap gives. Returns its connection; NULL: it has none. */
struct tb_tally_conn *tb_tally_take(struct tb_tally *tally, const packet_info *pinfo,
                                    const struct tb_visit *visit);

/* Empty again; whether exchanges are kept stays. */
void tb_tally_reset(struct tb_tally *tally);

#endif
