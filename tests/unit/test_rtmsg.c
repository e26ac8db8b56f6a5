/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_rtmsg.c - requests, and answers about interfaces, addresses, routes and neighbours
 *
 * The seeds are what Linux 6.18 once answered, but for link-vlan, link-bond and link-wireguard: the
 * kernel at hand had no such kinds, so those have the attributes that vlan_fill_info(),
 * bond_fill_info() and wireguard (which has none) put, in place of a recorded veth's. */
#include "rtmsg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "edge.h"
#include "recorded.h"
#include "tuple.h"

enum {
    BOND_8023AD = 4, /* BOND_MODE_8023AD */
    RECORDED_FLAGS = IFF_UP | IFF_RUNNING,
};

static struct tb_nl_message recorded(const char *name)
{
    static uint8_t octets[TB_RECORDED_MAX];
    char path[64];
    struct tb_nl_rest rest;
    struct tb_nl_message message;

    (void)snprintf(path, sizeof(path), "rtmsg/%s", name);
    rest = (struct tb_nl_rest){ octets, tb_recorded(path, octets) };
    rest.at = tb_edge_put(octets, rest.length);
    assert_true(tb_nl_next(&rest, &message));
    return message;
}

static struct tb_rt_link link_of(const char *name)
{
    const struct tb_nl_message message = recorded(name);
    struct tb_rt_link link;

    assert_true(tb_rt_read_link(&message, &link));
    return link;
}

static struct tb_rt_address address_of(const char *name)
{
    const struct tb_nl_message message = recorded(name);
    struct tb_rt_address address;

    assert_true(tb_rt_read_address(&message, &address));
    return address;
}

static struct tb_rt_route route_of(const char *name, uint32_t way)
{
    const struct tb_nl_message message = recorded(name);
    struct tb_rt_route route;

    assert_true(tb_rt_read_route(&message, way, &route));
    return route;
}

static void is_address(const uint8_t address[16], const char *text)
{
    uint8_t expected[16];
    struct in_addr ipv4;

    if (inet_pton(AF_INET, text, &ipv4) == 1)
        tb_tuple_map_ipv4(expected, &ipv4);
    else
        assert_int_equal(inet_pton(AF_INET6, text, expected), 1);
    assert_memory_equal(address, expected, 16);
}

/* ---- Links */

static void a_recorded_veth_is_read(void **state)
{
    static const uint8_t mac[] = { 2, 0, 0, 0, 0, 0x0a };
    const struct tb_rt_link link = link_of("link-veth");

    (void)state;
    assert_string_equal(link.name, "veth0");
    assert_string_equal(link.kind, "veth");
    assert_int_equal(link.type, ARPHRD_ETHER);
    assert_int_equal(link.mtu, 1500);
    assert_int_equal(link.queue, 1000);
    assert_int_equal(link.flags & RECORDED_FLAGS, RECORDED_FLAGS);
    assert_int_equal(link.state, IF_OPER_UP);
    assert_int_equal(link.mac_length, sizeof(mac));
    assert_memory_equal(link.mac, mac, sizeof(mac));
    assert_int_equal(link.below, 2); /* its other end */
    assert_int_equal(link.master, 0);
    assert_true(link.has_counters);
}

static void what_belongs_to_a_bridge_says_so(void **state)
{
    const struct tb_rt_link port = link_of("link-bridge-port");
    const struct tb_rt_link bridge = link_of("link-bridge");

    (void)state;
    assert_string_equal(port.kind, "veth"); /* not the kind of its master */
    assert_int_equal(port.master, bridge.index);
    assert_string_equal(bridge.kind, "bridge");
}

static void loopback_and_tun_are_told_by_type_and_flag(void **state)
{
    const struct tb_rt_link loopback = link_of("link-loopback");
    const struct tb_rt_link tun = link_of("link-tun");

    (void)state;
    assert_true((loopback.flags & IFF_LOOPBACK) != 0);
    assert_string_equal(loopback.kind, "");
    assert_int_equal(loopback.mtu, 65536);
    assert_string_equal(tun.kind, "tun");
    assert_int_equal(tun.type, ARPHRD_NONE);
    assert_int_equal(tun.mac_length, 0);
    assert_true((tun.flags & IFF_POINTOPOINT) != 0);
}

static void vlan_bond_and_wireguard_are_read(void **state)
{
    const struct tb_rt_link vlan = link_of("link-vlan");
    const struct tb_rt_link bond = link_of("link-bond");
    const struct tb_rt_link wireguard = link_of("link-wireguard");

    (void)state;
    assert_string_equal(vlan.name, "veth0.100");
    assert_true(vlan.has_vlan);
    assert_int_equal(vlan.vlan, 100);
    assert_int_equal(vlan.below, 7);
    assert_false(vlan.has_bond_mode);
    assert_true(bond.has_bond_mode);
    assert_int_equal(bond.bond_mode, BOND_8023AD);
    assert_true((bond.flags & IFF_MASTER) != 0);
    assert_false(bond.has_vlan);
    assert_string_equal(wireguard.kind, "wireguard");
    assert_int_equal(wireguard.mac_length, 0);
    assert_false(wireguard.has_vlan || wireguard.has_bond_mode);
}

/* ---- Addresses */

static void addresses_of_both_families_are_read(void **state)
{
    const struct tb_rt_address primary = address_of("address-primary");
    const struct tb_rt_address secondary = address_of("address-secondary");
    const struct tb_rt_address global = address_of("address-v6");
    const struct tb_rt_address local = address_of("address-link-local");

    (void)state;
    is_address(primary.local, "192.0.2.2");
    assert_int_equal(primary.prefix, 24);
    assert_true(primary.has_broadcast);
    is_address(primary.broadcast, "192.0.2.255");
    assert_false(primary.has_peer);
    assert_string_equal(primary.label, "veth0");
    assert_int_equal(primary.valid_s, UINT32_MAX);
    assert_true((secondary.flags & IFA_F_SECONDARY) != 0);
    assert_string_equal(secondary.label, "veth0:1");
    assert_false(secondary.has_broadcast);
    is_address(global.local, "2001:db8::2");
    assert_int_equal(global.scope, RT_SCOPE_UNIVERSE);
    assert_int_equal(local.scope, RT_SCOPE_LINK);
    assert_int_equal(local.family, AF_INET6);
}

static void the_other_end_is_not_taken_for_this_one(void **state)
{
    const struct tb_rt_address address = address_of("address-peer");

    (void)state;
    is_address(address.local, "198.51.100.1");
    assert_true(address.has_peer);
    is_address(address.peer, "198.51.100.2");
}

/* ---- Routes */

static void a_route_is_read(void **state)
{
    const struct tb_rt_route way = route_of("route-default", 0);
    const struct tb_rt_route network = route_of("route-network", 0);
    const struct tb_rt_route ipv6 = route_of("route-v6", 0);

    (void)state;
    assert_int_equal(way.prefix, 0);
    is_address(way.destination, "0.0.0.0");
    assert_true(way.has_gateway);
    is_address(way.gateway, "192.0.2.1");
    assert_int_equal(way.table, RT_TABLE_MAIN);
    assert_int_equal(way.ways, 1);
    is_address(network.destination, "192.0.2.0");
    assert_int_equal(network.prefix, 24);
    assert_false(network.has_gateway);
    assert_true(network.has_source);
    is_address(network.source, "192.0.2.2");
    is_address(ipv6.destination, "2001:db8:1::");
    is_address(ipv6.gateway, "2001:db8::1");
    assert_int_equal(ipv6.metric, 1024);
}

static void every_way_of_a_route_is_read(void **state)
{
    const struct tb_nl_message message = recorded("route-ways");
    const struct tb_rt_route first = route_of("route-ways", 0);
    const struct tb_rt_route second = route_of("route-ways", 1);
    struct tb_rt_route none;

    (void)state;
    assert_int_equal(first.ways, 2);
    assert_int_equal(first.weight, 3);
    is_address(first.gateway, "192.0.2.1");
    is_address(second.gateway, "198.51.100.2");
    assert_int_equal(second.weight, 1);
    assert_int_equal(second.metric, 7);
    assert_true(first.interface != second.interface);
    assert_false(tb_rt_read_route(&message, 2, &none));
}

static void a_gateway_may_be_of_the_other_family(void **state)
{
    const struct tb_rt_route route = route_of("route-via-v6", 0);

    (void)state;
    is_address(route.destination, "100.64.0.0");
    is_address(route.gateway, "fe80::1");
    assert_int_equal(route.mss, 1000);
    assert_int_equal(route.window, 5000);
    assert_int_equal(route.rtt, 10);
}

static void kinds_of_routes_are_told_apart(void **state)
{
    const struct tb_rt_route refused = route_of("route-unreachable", 0);
    const struct tb_rt_route own = route_of("route-local", 0);
    const struct tb_rt_route way = route_of("way-local", 0);

    (void)state;
    assert_int_equal(refused.type, RTN_UNREACHABLE);
    assert_int_equal(refused.interface, 0);
    assert_int_equal(own.type, RTN_LOCAL);
    assert_int_equal(own.table, RT_TABLE_LOCAL);
    assert_int_equal(way.type, RTN_LOCAL);
    assert_int_equal(way.interface, 1); /* lo */
}

/* ---- Neighbours */

static void a_neighbour_is_read(void **state)
{
    static const uint8_t mac[] = { 2, 0, 0, 0, 0, 1 };
    const struct tb_nl_message message = recorded("neighbour-v6");
    struct tb_rt_neighbour neighbour;

    (void)state;
    assert_true(tb_rt_read_neighbour(&message, &neighbour));
    is_address(neighbour.address, "2001:db8::1");
    assert_int_equal(neighbour.mac_length, sizeof(mac));
    assert_memory_equal(neighbour.mac, mac, sizeof(mac));
    assert_int_equal(neighbour.state, NUD_PERMANENT);
    assert_true((neighbour.flags & NTF_ROUTER) != 0);
}

/* ---- Hostile */

static const char *const all[] = {
    "link-loopback", "link-veth",    "link-bridge",      "link-bridge-port",   "link-tun",
    "link-vlan",     "link-bond",    "link-wireguard",   "address-primary",    "address-secondary",
    "address-v6",    "address-peer", "address-loopback", "address-link-local", "route-default",
    "route-network", "route-ways",   "route-via-v6",     "route-unreachable",  "route-local",
    "route-v6",      "way-local",    "way-unicast",      "neighbour",          "neighbour-v6",
};

static void read_anything(const struct tb_nl_message *message)
{
    struct tb_rt_link link;
    struct tb_rt_address address;
    struct tb_rt_route route;
    struct tb_rt_neighbour neighbour;

    if (tb_rt_read_link(message, &link))
        assert_true(strlen(link.name) <= TB_RT_NAME_MAX && link.mac_length <= TB_RT_MAC_MAX);
    if (tb_rt_read_address(message, &address))
        assert_true(address.prefix <= 128);
    for (uint32_t way = 0; tb_rt_read_route(message, way, &route); way++)
        assert_true(way < route.ways);
    if (tb_rt_read_neighbour(message, &neighbour))
        assert_true(neighbour.mac_length <= TB_RT_MAC_MAX);
}

static void an_answer_cut_anywhere_is_read_safely(void **state)
{
    uint8_t octets[TB_RECORDED_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const struct tb_nl_message whole = recorded(all[i]);
        const size_t length = whole.payload.length;

        memcpy(octets, whole.payload.at, length);
        for (size_t cut = 0; cut <= length; cut++) {
            const struct tb_nl_message message = { .type = whole.type,
                                                   .payload = { tb_edge_put(octets, cut), cut } };

            read_anything(&message);
        }
    }
}

static void each_octet_may_be_wrong(void **state)
{
    uint8_t octets[TB_RECORDED_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        const struct tb_nl_message whole = recorded(all[i]);
        const size_t length = whole.payload.length;

        memcpy(octets, whole.payload.at, length);
        for (size_t at = 0; at < length; at++) {
            const uint8_t right = octets[at];
            struct tb_nl_message message = { .type = whole.type };

            octets[at] = (uint8_t)~right;
            message.payload = (struct tb_nl_rest){ tb_edge_put(octets, length), length };
            read_anything(&message);
            octets[at] = right;
        }
    }
}

static void another_type_of_message_is_not_read(void **state)
{
    struct tb_nl_message message = recorded("link-veth");
    struct tb_rt_link link;
    struct tb_rt_address address;

    (void)state;
    message.type = RTM_DELLINK;
    assert_false(tb_rt_read_link(&message, &link));
    message.type = RTM_NEWADDR; /* of family 0 */
    assert_false(tb_rt_read_address(&message, &address));
}

/* ---- Requests */

static void requests_are_whole_messages(void **state)
{
    static const uint8_t ipv6[16] = { 0x20, 1, 0x0d, 0xb8, [15] = 1 };
    uint8_t ipv4[16];
    uint8_t request[TB_RT_REQUEST_MAX];
    struct tb_nl_message message;
    struct tb_nl_rest rest = { request, tb_rt_ask_links(request, 7) };
    struct rtmsg body;

    (void)state;
    assert_true(tb_nl_next(&rest, &message));
    assert_int_equal(rest.length, 0);
    assert_int_equal(message.type, RTM_GETLINK);
    assert_int_equal(message.sequence, 7);
    assert_int_equal(message.flags, NLM_F_REQUEST | NLM_F_DUMP);
    is_address(ipv6, "2001:db8::1");
    tb_tuple_map_ipv4(ipv4, "\300\0\2\1");
    rest = (struct tb_nl_rest){ request, tb_rt_ask_way(request, ipv4, 3, 8) };
    assert_true(tb_nl_next(&rest, &message));
    assert_int_equal(message.flags, NLM_F_REQUEST | NLM_F_ACK);
    assert_true(tb_nl_take(&message.payload, &body, sizeof(body)));
    assert_int_equal(body.rtm_family, AF_INET);
    assert_int_equal(body.rtm_dst_len, 32);
    rest = (struct tb_nl_rest){ request, tb_rt_ask_way(request, ipv6, 0, 9) };
    assert_true(tb_nl_next(&rest, &message));
    assert_true(tb_nl_take(&message.payload, &body, sizeof(body)));
    assert_int_equal(body.rtm_family, AF_INET6);
    assert_int_equal(body.rtm_dst_len, 128);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recorded_veth_is_read),
        cmocka_unit_test(what_belongs_to_a_bridge_says_so),
        cmocka_unit_test(loopback_and_tun_are_told_by_type_and_flag),
        cmocka_unit_test(vlan_bond_and_wireguard_are_read),
        cmocka_unit_test(addresses_of_both_families_are_read),
        cmocka_unit_test(the_other_end_is_not_taken_for_this_one),
        cmocka_unit_test(a_route_is_read),
        cmocka_unit_test(every_way_of_a_route_is_read),
        cmocka_unit_test(a_gateway_may_be_of_the_other_family),
        cmocka_unit_test(kinds_of_routes_are_told_apart),
        cmocka_unit_test(a_neighbour_is_read),
        cmocka_unit_test(an_answer_cut_anywhere_is_read_safely),
        cmocka_unit_test(each_octet_may_be_wrong),
        cmocka_unit_test(another_type_of_message_is_not_read),
        cmocka_unit_test(requests_are_whole_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
