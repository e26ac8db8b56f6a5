/* SPDX-License-Identifier: GPL-2.0-or-later */
/* liverule.h - what may be concluded from a socket that was found while its packet was fresh
 *
 * Pure. A packet is some 100 ms old when it is dissected, and its addresses and ports may be those
 * of another connection by now. They have one socket at a time, so the socket that was found is the
 * connection's if it is known to have been there at a moment at which the capture shows that very
 * connection:
 *
 * - the end sends again after the look, and no other SYN came between; or the capture has gone well
 *   beyond the look without one;
 * - or the kernel says that the socket is older than the packet.
 *
 * Besides, the octets that the socket had received must lie between what the capture had shown of
 * it before the look and what it shows when it has caught up, and a connection that was closed by
 * then has no open socket. Without proof nobody is named.
 *
 * Times are CLOCK_REALTIME, as those of packets. Octets are counted modulo 2^32. */
#ifndef TB_LIVERULE_H
#define TB_LIVERULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "holders.h"
#include "ownership.h"

#define TB_LIVE_FRESH_NS UINT64_C(2000000000) /* a packet of this age has no socket any more */
#define TB_LIVE_LOOK_NS  UINT64_C(20000000)   /* the longest look */

/* --- How much time looks may take ------------------------------------------------------------- */

/* A tenth of the time that passes, and what was not used of it lately. */
#define TB_LIVE_SHARE    UINT64_C(10)
#define TB_LIVE_BURST_NS UINT64_C(200000000)

struct tb_live_budget {
    uint64_t seen_ns; /* CLOCK_MONOTONIC; 0: never */
    int64_t left_ns;
};

bool tb_live_may_look(struct tb_live_budget *budget, uint64_t now_ns);
void tb_live_looked(struct tb_live_budget *budget, uint64_t took_ns);

/* When an end may be asked for again after so many looks in vain: ns after the last one; 0: never
 * more. */
uint64_t tb_live_pause_ns(unsigned looks);

/* --- Who it is -------------------------------------------------------------------------------- */

enum tb_live_result {
    TB_LIVE_NAMED,      /* holder[0] is the only one seen */
    TB_LIVE_GONE,       /* closed by its process */
    TB_LIVE_UNACCEPTED, /* no process has accepted it so far */
    TB_LIVE_HIDDEN,     /* of a process that was not seen */
    TB_LIVE_SEVERAL
};

struct tb_live_reading {
    enum tb_live_result result;
    unsigned doubts;  /* TB_OWNERS_DOUBT_HIDDEN, _UNUSED */
    bool may_improve; /* another look may tell more */
};

/* `connected`: the end is known to be the one that has called connect(). */
struct tb_live_reading tb_live_read(const struct tb_holders *holders, bool connected);

/* --- Whether it is the connection's ----------------------------------------------------------- */

struct tb_live_found {
    uint64_t asked_ns; /* the look was between these two */
    uint64_t answered_ns;
    uint64_t quiet_ns; /* before the look, the socket was there so long ago; 0: not known */
    uint64_t tick_ns;  /* how exact that is */
    uint32_t received; /* octets of the other end, a FIN counted or not */
    uint32_t sent;     /* octets, those sent again counted again */
    bool has_octets;
    bool may_send; /* it has not sent a FIN */
};

/* What the capture has shown of the connection up to a packet. */
struct tb_live_shown {
    uint64_t time_ns;  /* of the packet */
    uint64_t slack_ns; /* so much later than others it may come */
    uint32_t received; /* octets that the end has acknowledged; a FIN counts */
    uint32_t reached;  /* octets that the other end has sent; a FIN counts */
    uint32_t sent;     /* octets that the end has sent; a FIN counts */
    bool has_octets;   /* the three are known */
    bool goes_on;      /* the end has sent this packet, or the capture is beyond it */
    bool finished;     /* the end has sent its FIN */
    bool over;         /* the end is CLOSED or TIME-WAIT */
};

enum tb_live_verdict {
    TB_LIVE_WAITS,   /* nothing speaks against it yet, and not enough for it */
    TB_LIVE_PROVEN,  /* it is the connection's */
    TB_LIVE_REFUTED, /* it is another one's */
};

enum tb_live_verdict tb_live_judge(const struct tb_live_found *found,
                                   const struct tb_live_shown *shown);

#endif
