/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ownership.h - which process owns an end of a connection, frame by frame
 *
 * Whoever learns of an owner on a frame's first visit - the notes of a capture file (notes.c), a
 * look-up while Wireshark captures - tells it here with tb_owners_set(); what is drawn asks
 * tb_owners_at(). An owner holds from the frame on that told of it, and the first one for the
 * frames before too: one note is enough for a connection. */
#ifndef TB_OWNERSHIP_H
#define TB_OWNERSHIP_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "foreign.h"
#include "owner.h"
#include "segment.h"

/* Who says so. Of two that speak of one end the higher is believed, whenever it spoke; one rank's
 * later word adds to the earlier. */
enum tb_owners_rank {
    TB_OWNERS_NOBODY,
    TB_OWNERS_LIVE,            /* a look-up of our own while capturing */
    TB_OWNERS_FOREIGN_INDEX,   /* Darwin's process blocks: their numbers do not survive a merge */
    TB_OWNERS_FOREIGN_HEADER,  /* pktap's header */
    TB_OWNERS_FOREIGN_COMMENT, /* another tool's comment */
    TB_OWNERS_NOTE             /* our note */
};

/* Why it is not sure that whom a look has found is the owner. */
#define TB_OWNERS_DOUBT_HIDDEN 0x1u /* others may hold the socket: not all could be looked into */
#define TB_OWNERS_DOUBT_UNUSED 0x2u /* it accepted, perhaps for another: nobody has used it yet */

struct tb_ownership {
    struct tb_owner owner;
    uint32_t frame;    /* that told of it */
    uint8_t mechanism; /* enum tb_mechanism */
    uint8_t tool;      /* enum tb_foreign_tool; where the mechanism is TB_MECHANISM_FOREIGN */
    uint8_t doubts;    /* TB_OWNERS_DOUBT_...; where the mechanism is TB_MECHANISM_LIVE */
};

/* What is known of one connection's ends. A SYN that comes into a connection that is still open may
 * open the next one: who sent it is kept apart until that is known. */
struct tb_owners;

struct tb_conn;

/* On the first visit of `segment`: `owner` owns the end of the connection that sent it or that
 * receives it. Copies what it keeps. Nothing happens where the owner is not known
 * (tb_owner_is_known), where it is the one that is known already, where the connection is doubted
 * (tb_conn.doubted), or where somebody of higher rank has spoken. */
void tb_owners_set(struct tb_conn *conn, const struct tb_segment *segment, enum tb_note_end end,
                   const struct tb_owner *owner, enum tb_mechanism mechanism,
                   enum tb_owners_rank rank);

/* The same, of what another tool has written. `end` TB_NOTE_END_COUNT: one of the two, and it is
 * not said which; nothing is known then of a SYN that is pending. */
void tb_owners_set_foreign(struct tb_conn *conn, const struct tb_segment *segment, unsigned end,
                           const struct tb_foreign *foreign);

/* Whom a look has found at a side; takes the place of whom an earlier look has. NULL: nobody. */
void tb_owners_set_live(struct tb_conn *conn, enum tb_side side, const struct tb_ownership *told);

/* Whether a note of any tool has told of any owner in this file (so far). */
bool tb_owners_noted(void);

/* Who owns one of the two ends, as far as that is known on the segment's frame; NULL: nobody is
 * named so. */
const struct tb_ownership *tb_owners_either_at(const struct tb_conn *conn,
                                               const struct tb_segment *segment);

/* The owner at the time of the segment, whose frame and side are set; NULL: not known (yet). Of a
 * SYN that is pending: the owner in the connection that it opened or would open. */
const struct tb_ownership *tb_owners_at(const struct tb_conn *conn,
                                        const struct tb_segment *segment, enum tb_note_end end);

/* Whether it is certain that this end of the segment is the connection's: not with a SYN that the
 * connection takes no notice of, nor with what follows from one, nor who sent a reset that is
 * ignored, nor where the connection is doubted. */
bool tb_owners_apply(const struct tb_conn *conn, const struct tb_segment *segment,
                     const struct tb_event *event, enum tb_note_end end);

/* The owners of a side so far, in the order of their frames; NULL beyond the last. */
const struct tb_ownership *tb_owners_nth(const struct tb_conn *conn, enum tb_side side, uint32_t n);

/* Whether anybody has told of any owner in this file (so far). */
bool tb_owners_any(void);

/* Another SYN takes the place of the pending one. */
void tb_owners_forget_pending(struct tb_conn *conn);

/* `next` follows `before` on its addresses and ports and takes its pending SYN: the owners that are
 * known by it go over. */
void tb_owners_follow(struct tb_conn *next, struct tb_conn *before);

/* A file begins. */
void tb_owners_reset(void);

#endif
