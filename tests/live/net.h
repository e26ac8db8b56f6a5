/* SPDX-License-Identifier: GPL-2.0-or-later */
/* net.h - network namespaces of our own and the wire between them */
#ifndef TB_LIVE_NET_H
#define TB_LIVE_NET_H

#include <stdbool.h>

#include "end.h"

enum {
    TB_NET_CLIENT_PORT = 40001,
    TB_NET_SERVER_PORT = 8080 /* trace.c filters by it */
};

enum tb_wire {
    TB_WIRE_RELAY, /* a TUN device at each end; this process carries every packet */
    TB_WIRE_VETH,  /* two namespaces, a virtual Ethernet cable */
    TB_WIRE_LO,    /* both ends on the loopback device of one namespace */
    TB_WIRE_COUNT
};

#define TB_NET_DEVICE "tb0"

struct tb_net {
    enum tb_wire wire;
    int ns[TB_END_COUNT];  /* namespaces; the same one twice for TB_WIRE_LO */
    int tun[TB_END_COUNT]; /* TB_WIRE_RELAY: non-blocking, raw IP packets; else -1 */
    struct tb_pair pair;   /* addresses that no other run uses at the same time */
};

/* Leaves the calling process in a mount namespace of its own, where file systems can be mounted
 * that nobody else sees. */
void tb_net_isolate(void);

/* Makes the namespaces and the wire. Skips the test where the system does not allow it. */
void tb_net_make(struct tb_net *net, enum tb_wire wire);

/* Puts the calling process into an end's namespace. */
void tb_net_enter(const struct tb_net *net, enum tb_end end);

/* Writes a setting under /proc/sys/net of the end's namespace; false where it cannot. */
bool tb_net_set(const struct tb_net *net, enum tb_end end, const char *path, const char *value);

const char *tb_wire_name(enum tb_wire wire);

#endif
