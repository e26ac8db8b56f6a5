/* SPDX-License-Identifier: GPL-2.0-or-later */
/* live.h - which process has an end of a connection while Wireshark captures it
 *
 * A plain capture holds no notes. While a packet is fresh this machine is asked who has its socket
 * (holders.h), once for each end of a connection, and a bounded number of times again where that
 * may tell more. A file that is read later has no fresh packets, and names nobody; a capture that
 * comes from another machine has none of its sockets here. Only sockets of the network namespace
 * that Wireshark is in are found, and none in tunnels. What was found out holds until the capture
 * is dissected anew. Linux only: elsewhere livenone.c stands in, and nobody is named. */
#ifndef TB_LIVE_H
#define TB_LIVE_H

#include "ws_compat.h"

#include "conns.h"
#include "event.h"
#include "segment.h"

/* What came of it, for an end of a connection. */
enum tb_live_state {
    TB_LIVE_STATE_NONE, /* not asked */
    TB_LIVE_STATE_BUSY, /* there was no time to ask */
    TB_LIVE_STATE_GONE,
    TB_LIVE_STATE_ELSEWHERE, /* not an address of this machine */
    TB_LIVE_STATE_UNACCEPTED,
    TB_LIVE_STATE_HIDDEN,
    TB_LIVE_STATE_SEVERAL,
    TB_LIVE_STATE_REFUSED, /* the system does not answer */
    TB_LIVE_STATE_FOUND,   /* somebody: tb_live_candidate() */
    TB_LIVE_STATE_COUNT
};

/* Once, at registration. */
void tb_live_register(void);

/* On the first visit, once the notes are read and the connection has taken its step. */
void tb_live_see(const packet_info *pinfo, struct tb_conn *conn, const struct tb_segment *segment,
                 const struct tb_event *event);

enum tb_live_state tb_live_state(const struct tb_conn *conn, enum tb_side side);

/* Who has a socket with these addresses and ports, with TB_LIVE_STATE_FOUND: it is the connection's
 * once tb_owners_at() names him; until then no more is known. Else NULL. */
const struct tb_owner *tb_live_candidate(const struct tb_conn *conn, enum tb_side side);

#endif
