/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtmsg.h - NETLINK_ROUTE: what is asked of the kernel about network interfaces, addresses, routes
 * and neighbours, and what it answers
 *
 * Pure: octets in, octets out. Answers may be malformed: what does not fit is left out, and what
 * lacks its header is no answer. IPv4 addresses are mapped (tuple.h). Layouts: rtnetlink(7),
 * include/uapi/linux/{if_link,if_addr,rtnetlink,neighbour}.h; the kernel's side:
 * net/core/rtnetlink.c, net/ipv4/{devinet,fib_semantics}.c, net/ipv6/{addrconf,route}.c,
 * net/core/neighbour.c. */
#ifndef TB_RTMSG_H
#define TB_RTMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nlmsg.h"

enum {
    TB_RT_REQUEST_MAX = 128, /* octets */
    TB_RT_NAME_MAX = 15,     /* of an interface: IFNAMSIZ - 1 */
    TB_RT_KIND_MAX = 31,     /* "veth"; the kernel's own are shorter than 16 */
    TB_RT_MAC_MAX = 32       /* MAX_ADDR_LEN */
};

/* As the kernel counts them: struct rtnl_link_stats64. */
struct tb_rt_counters {
    uint64_t packets;
    uint64_t octets;
    uint64_t errors;
    uint64_t dropped; /* received: with those for which the hardware had no room */
    uint64_t overruns;
    uint64_t frame; /* received: of wrong length, form or checksum; sent: carrier errors */
    uint64_t other; /* received: multicast; sent: collisions */
};

struct tb_rt_link {
    uint32_t index;
    uint32_t flags; /* IFF_UP, ... */
    uint32_t mtu;
    uint32_t queue;    /* packets that may wait to be sent */
    uint32_t master;   /* index of the bridge or bond that it belongs to; 0: none */
    uint32_t below;    /* index of what it is made on (VLAN), or of its other end (veth); 0: none */
    uint16_t type;     /* ARPHRD_ETHER, ... */
    uint16_t vlan;     /* number of the VLAN; where has_vlan */
    uint8_t state;     /* IF_OPER_UP, ... (RFC 2863) */
    uint8_t bond_mode; /* where has_bond_mode */
    uint8_t mac_length;
    uint8_t mac[TB_RT_MAC_MAX];
    char name[TB_RT_NAME_MAX + 1]; /* octets from outside */
    char kind[TB_RT_KIND_MAX + 1]; /* "veth", "bridge"; empty: hardware, loopback, or not told */
    bool below_elsewhere;          /* `below` is an index of another network namespace */
    bool has_vlan;
    bool has_bond_mode;
    bool has_counters;
    struct tb_rt_counters received;
    struct tb_rt_counters sent;
};

struct tb_rt_address {
    uint32_t interface;
    uint32_t order;       /* for whoever keeps several; not read */
    uint32_t flags;       /* IFA_F_PERMANENT, ... */
    uint32_t valid_s;     /* UINT32_MAX: for ever */
    uint32_t preferred_s; /* likewise */
    uint8_t family;
    uint8_t prefix; /* at most 32 or 128 */
    uint8_t scope;  /* RT_SCOPE_UNIVERSE, ... */
    bool has_peer;
    bool has_broadcast;
    uint8_t local[16];
    uint8_t peer[16]; /* of a point-to-point interface */
    uint8_t broadcast[16];
    char label[TB_RT_NAME_MAX + 1]; /* IPv4: "eth0:1" */
};

/* One way of a route; a route that shares its load among several is told several times. */
struct tb_rt_route {
    uint32_t table;
    uint32_t metric;
    uint32_t interface; /* 0: none */
    uint32_t flags;     /* RTM_F_..., RTNH_F_... of the way */
    uint32_t mss;       /* RTAX_ADVMSS */
    uint32_t window;
    uint32_t rtt; /* in eighths of a millisecond */
    uint32_t ways;
    uint32_t way;    /* which one this is, from 0 */
    uint32_t weight; /* of this way, from 1 */
    uint8_t family;
    uint8_t prefix; /* at most 32 or 128 */
    uint8_t type;   /* RTN_UNICAST, ... */
    uint8_t protocol;
    uint8_t scope;
    bool has_gateway;
    bool has_source;
    uint8_t destination[16];
    uint8_t gateway[16]; /* may be of the other family (RTA_VIA) */
    uint8_t source[16];  /* that packets get as their own */
};

struct tb_rt_neighbour {
    uint32_t interface;
    uint16_t state; /* NUD_REACHABLE, ... */
    uint8_t family;
    uint8_t flags; /* NTF_ROUTER, ... */
    uint8_t mac_length;
    uint8_t mac[TB_RT_MAC_MAX];
    uint8_t address[16];
};

/* Requests; each returns the octets written. `family`: AF_INET, AF_INET6, AF_UNSPEC for both. */
size_t tb_rt_ask_links(uint8_t request[TB_RT_REQUEST_MAX], uint32_t sequence);
size_t tb_rt_ask_addresses(uint8_t request[TB_RT_REQUEST_MAX], uint8_t family, uint32_t sequence);
size_t tb_rt_ask_routes(uint8_t request[TB_RT_REQUEST_MAX], uint8_t family, uint32_t sequence);
size_t tb_rt_ask_neighbours(uint8_t request[TB_RT_REQUEST_MAX], uint8_t family, uint32_t sequence);

/* Which way a packet of this machine to the address takes, from that interface; 0: from any. Not a
 * dump: an acknowledgment follows the answer. */
size_t tb_rt_ask_way(uint8_t request[TB_RT_REQUEST_MAX], const uint8_t address[16],
                     uint32_t interface, uint32_t sequence);

/* Each reads a message of its type; false where it is no such thing. */
bool tb_rt_read_link(const struct tb_nl_message *message, struct tb_rt_link *link);
bool tb_rt_read_address(const struct tb_nl_message *message, struct tb_rt_address *address);
bool tb_rt_read_neighbour(const struct tb_nl_message *message, struct tb_rt_neighbour *neighbour);

/* The route's way of that number; false also where it has no such way. */
bool tb_rt_read_route(const struct tb_nl_message *message, uint32_t way, struct tb_rt_route *route);

#endif
