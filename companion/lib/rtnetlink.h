/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink.h - interfaces, addresses, routes and neighbours of a network namespace
 *
 * From NETLINK_ROUTE (rtnetlink(7)) by one dump of each kind, however many there are, of the
 * caller's namespace. Anybody may ask. A dump that the kernel marks as interrupted is asked for
 * again. */
#ifndef TB_RTNETLINK_H
#define TB_RTNETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rtmsg.h"

/* Zeroed before the first call; to be freed. */
struct tb_nics {
    struct tb_rt_link *links; /* by index */
    size_t link_count;
    size_t link_room;
    struct tb_rt_address *addresses; /* by the index of their interface, then as told */
    size_t address_count;
    size_t address_room;
    bool inexact; /* they changed each time while they were listed: some may be missing */
};

/* Returns 0 or -errno. */
int tb_nics_read(struct tb_nics *nics);
void tb_nics_free(struct tb_nics *nics);

/* NULL: there is none. */
const struct tb_rt_link *tb_nics_find(const struct tb_nics *nics, uint32_t index);
const struct tb_rt_link *tb_nics_find_name(const struct tb_nics *nics, const char *name);

/* The addresses of the interface; *count of them. */
const struct tb_rt_address *tb_nics_addresses(const struct tb_nics *nics, uint32_t index,
                                              size_t *count);

/* Zeroed before the first call; to be freed. */
struct tb_routes {
    struct tb_rt_route *list; /* IPv4 before IPv6, else as the kernel has them */
    size_t count;
    size_t room;
    bool inexact;
};

/* Of all tables. Returns 0 or -errno. */
int tb_routes_read(struct tb_routes *routes);
void tb_routes_free(struct tb_routes *routes);

/* Which way a packet of this machine to the address takes, from that interface; 0: from any.
 * Returns 0 or -errno: -ENETUNREACH where there is no way. */
int tb_route_ask(const uint8_t address[16], uint32_t interface, struct tb_rt_route *route);

/* Zeroed before the first call; to be freed. */
struct tb_neighbours {
    struct tb_rt_neighbour *list;
    size_t count;
    size_t room;
    bool inexact;
};

/* Those that have a state other than NUD_NONE. Returns 0 or -errno. */
int tb_neighbours_read(struct tb_neighbours *neighbours);
void tb_neighbours_free(struct tb_neighbours *neighbours);

/* The speed of a link in Mbit/s, as its driver tells (ETHTOOL_GLINKSETTINGS). False: it does not
 * know (SPEED_UNKNOWN, which is -1), or the interface has none. */
bool tb_nic_speed(const char *name, uint32_t *mbps);

#endif
