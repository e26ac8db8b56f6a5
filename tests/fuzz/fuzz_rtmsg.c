/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_rtmsg.c - the input is a datagram of NETLINK_ROUTE */
#include <string.h>

#include <sys/socket.h>

#include "../unit/edge.h"
#include "pieces.h"
#include "rtmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool fits(uint8_t family, uint8_t prefix)
{
    return (family == AF_INET && prefix <= 32) || (family == AF_INET6 && prefix <= 128);
}

static void read_link(const struct tb_nl_message *message)
{
    struct tb_rt_link link;

    if (!tb_rt_read_link(message, &link))
        return;
    REQUIRE(link.index > 0 && link.mac_length <= TB_RT_MAC_MAX);
    REQUIRE(strnlen(link.name, sizeof(link.name)) < sizeof(link.name) && link.name[0] != '\0');
    REQUIRE(strnlen(link.kind, sizeof(link.kind)) < sizeof(link.kind));
    REQUIRE(!link.has_vlan || strcmp(link.kind, "vlan") == 0);
    REQUIRE(!link.has_bond_mode || strcmp(link.kind, "bond") == 0);
}

static void read_routes(const struct tb_nl_message *message)
{
    struct tb_rt_route route;
    uint32_t ways = 0;

    while (tb_rt_read_route(message, ways, &route)) {
        REQUIRE(fits(route.family, route.prefix));
        REQUIRE(route.way == ways && ways < route.ways);
        ways++;
    }
    REQUIRE(ways == 0 || ways == route.ways);
}

static void read_others(const struct tb_nl_message *message)
{
    struct tb_rt_address address;
    struct tb_rt_neighbour neighbour;

    if (tb_rt_read_address(message, &address)) {
        REQUIRE(fits(address.family, address.prefix));
        REQUIRE(strnlen(address.label, sizeof(address.label)) < sizeof(address.label));
    }
    if (tb_rt_read_neighbour(message, &neighbour))
        REQUIRE(neighbour.mac_length <= TB_RT_MAC_MAX && neighbour.interface > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_nl_rest rest;
    struct tb_nl_message message;

    if (size > 1 << 14)
        return -1;
    rest = (struct tb_nl_rest){ tb_edge_put(data, size), size };
    while (tb_nl_next(&rest, &message)) {
        read_link(&message);
        read_routes(&message);
        read_others(&message);
    }
    return 0;
}
