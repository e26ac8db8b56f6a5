/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conns.h - the connections of a file
 *
 * Our own map, not Wireshark's conversations: it opens another one at any SYN with another initial
 * sequence number, also at a blind one into a living connection. */
#ifndef TB_CONNS_H
#define TB_CONNS_H

#include "ws_compat.h"

#include "encap.h"
#include "flow.h"
#include "links.h"

/* Both ends in canonical order: side A is the lower address, then the lower port. */
struct tb_conn_key {
    uint8_t address[TB_SIDE_COUNT][16];
    uint16_t port[TB_SIDE_COUNT];
    uint32_t kind;   /* what pinfo tells: VLAN, kind of address */
    uint64_t place;  /* of a loopback address: whose, where the file tells; else 0 */
    uint64_t tunnel; /* struct tb_encap's id, of one direction or of both */
};

struct tb_conn {
    struct tb_conn_key key;
    uint64_t tunnel[TB_SIDE_COUNT];   /* by which its segments came; with tunnel_known */
    bool tunnel_known[TB_SIDE_COUNT]; /* a segment of the side was seen */
    uint64_t tunnel_ends;             /* struct tb_encap's, of the first segment */
    uint32_t number;                  /* from 1, in the order of their first segments */
    uint32_t opened;                  /* frame of the first segment, where that is a SYN; else 0 */
    enum tb_side opener;              /* who sent it */
    bool opened_with_request;         /* the data of that SYN was accepted, and answered */
    bool answered;                    /* the other end has spoken, or must have */
    bool asked[TB_SIDE_COUNT];        /* the side's last segment is a SYN */
    uint32_t exchanges;               /* places in response_in */
    uint32_t *response_in; /* frame of the last response octet, by number of the exchange - 1 */
    struct tb_links links[TB_SIDE_COUNT]; /* segments of this side to be acknowledged */
    struct tb_link *next_syn; /* asks for the next connection while this one is open, or NULL */
    enum tb_side next_from;   /* who sent it */
    struct tb_conn *next;     /* the next connection on the same addresses and ports, or NULL */
    struct tb_conn *before;   /* the one that the key was given to before, or NULL */
    uint64_t place;           /* network namespace of its first segment; 0: not told */
    bool has_double;          /* the same addresses and ports are used at another place too */
    struct tb_owners *owners; /* NULL: nothing was told of them */
    struct tb_live *live; /* what this machine was asked about its ends; NULL: nothing (live.h) */
    uint32_t doubted;     /* from this frame on what looks like its segments may be those of
                             another connection with the same ends, in another tunnel or another
                             network of a merged capture; 0: none */
    uint16_t marks;       /* all that its segments bear: 1u << enum tb_mark */
    struct tb_flow flow;
};

/* Once, at registration. */
void tb_conns_register(void);

/* A file begins: forgets the one before. */
void tb_conns_reset(void);

/* The connection that the segment belongs to: makes one where it is the first on its addresses and
 * ports and in its tunnel, or the first of the next connection there. The other direction may take
 * another tunnel, or none: the sequence numbers tell. They also tell the connections of a file
 * apart that was put together from captures of several places, where the same addresses and ports
 * are used twice at the same time; where breathdump has told whose network they are of, their
 * handshakes do, however close the numbers are. Sets segment->from, and *misfit: its numbers are
 * not the connection's, but no other's either. */
struct tb_conn *tb_conns_find(const packet_info *pinfo, const uint16_t port[2],
                              const struct tb_encap *encap, struct tb_segment *segment,
                              bool *misfit);

/* Whether the packet, which is one of its segments, was captured in another network namespace, or
 * on another machine, than its first. */
bool tb_conn_is_elsewhere(const struct tb_conn *conn, const packet_info *pinfo);

/* From this frame on nobody is named on its segments. */
void tb_conn_doubt(struct tb_conn *conn, uint32_t frame);

uint32_t tb_conns_count(void);

/* By number; NULL where there is none. */
struct tb_conn *tb_conns_numbered(uint32_t number);

/* Whether the segment, whose side is set, is the SYN that asks for the next connection: next_syn,
 * or the same once more. */
bool tb_conn_is_next_syn(const struct tb_conn *conn, const struct tb_segment *segment);

/* Which side sent a segment from there. */
enum tb_side tb_conn_sender(const struct tb_conn *conn, const address *from, uint16_t port);

/* Notes the frame of the last response octet so far of an exchange, counted from 1. */
void tb_conn_responded(struct tb_conn *conn, uint32_t exchange, uint32_t frame);

/* Frame of the last response octet; 0: none was seen (yet). */
uint32_t tb_conn_response_in(const struct tb_conn *conn, uint32_t exchange);

#endif
