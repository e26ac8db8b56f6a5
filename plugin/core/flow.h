/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flow.h - one TCP connection: takes its segments in capture order, answers each with an event
 *
 * The memory is the caller's and its size is fixed: a connection costs sizeof(struct tb_flow),
 * however long it lives. Nothing here allocates, blocks or fails. */
#ifndef TB_FLOW_H
#define TB_FLOW_H

#include "event.h"
#include "exchange.h"
#include "segment.h"
#include "track.h"

/* A SYN with another ISN on a connection that is open: perhaps the next connection, perhaps an
 * attack (RFC 5961 section 4). */
struct tb_candidate {
    uint64_t time_ns;
    uint32_t isn;
    uint16_t window;
    uint16_t mss;
    uint8_t wscale;
    uint8_t has;
    uint8_t from; /* enum tb_side */
    bool pending;
    bool outlived; /* its side went on with the old numbers: only a SYN-ACK shows that it opened a
                      connection beside this one */
};

/* How the roles are known, best last. */
enum tb_role_source {
    TB_ROLE_BY_PORT,
    TB_ROLE_BY_PAYLOAD,
    TB_ROLE_BY_SYN_ACK,
    TB_ROLE_BY_SYN
};

/* For embedding; the members are the engine's. */
struct tb_flow {
    struct tb_half half[TB_SIDE_COUNT]; /* what each side has sent */
    struct tb_exchange exchange;
    struct tb_candidate candidate;
    uint64_t reset_ns;              /* when the last effective reset was seen */
    uint64_t rtt_ns[TB_SIDE_COUNT]; /* how long a side took to answer in the handshake, as seen
                                       where the capture was taken; 0: unknown */
    uint32_t stray_ack;             /* an ACK that answered a SYN with old numbers: half-open */
    uint8_t state_before_reset[TB_SIDE_COUNT]; /* enum tb_state */
    uint8_t client;                            /* enum tb_side */
    uint8_t role_source;                       /* enum tb_role_source */
    uint8_t reset_by;                          /* enum tb_side; with was_reset */
    bool started;                              /* a segment has moved it */
    bool preloaded; /* carries a candidate SYN of the flow before, nothing else yet */
    bool follows;   /* the addresses and ports were used before */
    bool midstream;
    bool inferred;  /* a state was restored or concluded: from here on */
    bool was_reset; /* and what it ended may be restored: state_before_reset */
    bool handshake_done;
    bool fast_open; /* data in the SYN was accepted */
    bool has_stray_ack;
    bool roles_changed;
    bool equal_ports; /* who speaks first is the client, for want of better */
};

/* Starts a connection. `port` by side: a guess at the roles where nothing better is seen.
 * `before`: the flow that tb_flow_is_followed_by() was true of, or NULL: its candidate SYN, if it
 * had one, is carried over, and the event of the first segment bears TB_MARK_REUSED_PORT. */
void tb_flow_init(struct tb_flow *flow, const uint16_t port[TB_SIDE_COUNT],
                  const struct tb_flow *before);

/* Whether `segment` is the next connection on the same addresses and ports: the caller then
 * initialises a new flow with `before` and steps that one. Ask before each step. */
bool tb_flow_is_followed_by(const struct tb_flow *flow, const struct tb_segment *segment);

/* Whether the segment's numbers fit the connection: it acknowledges what the other end has sent,
 * and stands where its own end is, as far as these are known. That of another connection has
 * other numbers, by chance: they are chosen from 2^32 (RFC 9293 section 3.4.1). */
bool tb_flow_fits(const struct tb_flow *flow, const struct tb_segment *segment);

/* How near the segment's numbers are to those of the connection: within 2^24, which several windows
 * seldom exceed, and not below its beginning. */
enum tb_fit {
    TB_FIT_NEAR, /* all that can be compared; also where nothing can, or where one is exactly what
                    is due: then the capture has lost much of the other direction */
    TB_FIT_OFF,  /* one of the two is far off, or the only one that can be compared: it is another
                    connection's in all likelihood */
    TB_FIT_FAR   /* both are far off: it is another connection's */
};

/* Where tb_flow_is_followed_by() is false. A SYN has to stand exactly at the connection's own. */
enum tb_fit tb_flow_fit(const struct tb_flow *flow, const struct tb_segment *segment);

/* Whether the segment belongs to this connection, which has a follower on the same addresses and
 * ports by now, and not to that: it repeats its SYN, or its numbers fit. Two at once there are only
 * in a file that was put together from several captures, or, once this one is over, what comes
 * late. */
bool tb_flow_takes_back(const struct tb_flow *flow, const struct tb_flow *follower,
                        const struct tb_segment *segment);

/* Whether numbers of both ends are known. */
bool tb_flow_knows_both(const struct tb_flow *flow);

/* Whether both ends are done: CLOSED or TIME-WAIT. */
bool tb_flow_is_over(const struct tb_flow *flow);

/* Whether an ACK may be that of an end that still has an old connection and is asked for a new one
 * (RFC 9293 section 3.5.1). */
bool tb_flow_may_be_half_open(const struct tb_flow *flow, const struct tb_segment *segment);

/* Takes the next segment. Every member of *event is set. */
void tb_flow_step(struct tb_flow *flow, const struct tb_segment *segment, struct tb_event *event);

/* Which side is the client, as far as known now. */
enum tb_side tb_flow_client(const struct tb_flow *flow);

#endif
