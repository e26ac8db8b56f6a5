/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtmsg.c - NETLINK_ROUTE: requests and answers as octets */
#include "rtmsg.h"

#include <assert.h>
#include <string.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "tuple.h"

enum {
    IPV4_OCTETS = 4,
    IPV6_OCTETS = 16,
    IPV4_AT = 12 /* of a mapped address */
};

static_assert(TB_RT_NAME_MAX == IFNAMSIZ - 1, "names fit");

/* ---- Requests */

struct request {
    uint8_t *octets;
    size_t length;
};

static struct request begin(uint8_t *octets, uint16_t type, uint16_t flags, uint32_t sequence)
{
    const struct nlmsghdr header = { .nlmsg_type = type,
                                     .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
                                     .nlmsg_seq = sequence };

    memset(octets, 0, TB_RT_REQUEST_MAX);
    memcpy(octets, &header, sizeof(header));
    return (struct request){ octets, sizeof(header) };
}

static void put(struct request *request, const void *octets, size_t length)
{
    assert(request->length + length + 3 <= TB_RT_REQUEST_MAX);
    memcpy(request->octets + request->length, octets, length);
    request->length = (request->length + length + 3) & ~(size_t)3;
}

static void put_attribute(struct request *request, uint16_t type, const void *octets, size_t length)
{
    const struct nlattr header = { .nla_len = (uint16_t)(sizeof(header) + length),
                                   .nla_type = type };

    put(request, &header, sizeof(header));
    put(request, octets, length);
}

static size_t end(const struct request *request)
{
    const uint32_t length = (uint32_t)request->length;

    memcpy(request->octets + offsetof(struct nlmsghdr, nlmsg_len), &length, sizeof(length));
    return request->length;
}

/* What is left out are the statistics of IPv6 and of virtual functions, not IFLA_STATS64:
 * net/core/rtnetlink.c, rtnl_fill_vfinfo(); net/ipv6/addrconf.c, inet6_fill_ifla6_attrs(). */
size_t tb_rt_ask_links(uint8_t octets[TB_RT_REQUEST_MAX], uint32_t sequence)
{
    static const uint32_t skip = RTEXT_FILTER_SKIP_STATS;
    static const struct ifinfomsg body = { .ifi_family = AF_UNSPEC };
    struct request request = begin(octets, RTM_GETLINK, NLM_F_DUMP, sequence);

    put(&request, &body, sizeof(body));
    put_attribute(&request, IFLA_EXT_MASK, &skip, sizeof(skip));
    return end(&request);
}

size_t tb_rt_ask_addresses(uint8_t octets[TB_RT_REQUEST_MAX], uint8_t family, uint32_t sequence)
{
    const struct ifaddrmsg body = { .ifa_family = family };
    struct request request = begin(octets, RTM_GETADDR, NLM_F_DUMP, sequence);

    put(&request, &body, sizeof(body));
    return end(&request);
}

size_t tb_rt_ask_routes(uint8_t octets[TB_RT_REQUEST_MAX], uint8_t family, uint32_t sequence)
{
    const struct rtmsg body = { .rtm_family = family };
    struct request request = begin(octets, RTM_GETROUTE, NLM_F_DUMP, sequence);

    put(&request, &body, sizeof(body));
    return end(&request);
}

size_t tb_rt_ask_neighbours(uint8_t octets[TB_RT_REQUEST_MAX], uint8_t family, uint32_t sequence)
{
    const struct ndmsg body = { .ndm_family = family };
    struct request request = begin(octets, RTM_GETNEIGH, NLM_F_DUMP, sequence);

    put(&request, &body, sizeof(body));
    return end(&request);
}

static bool is_ipv4(const uint8_t address[16])
{
    static const uint8_t mapped[IPV4_AT] = { [10] = 0xff, [11] = 0xff };

    return memcmp(address, mapped, sizeof(mapped)) == 0;
}

size_t tb_rt_ask_way(uint8_t octets[TB_RT_REQUEST_MAX], const uint8_t address[16],
                     uint32_t interface, uint32_t sequence)
{
    const size_t from = is_ipv4(address) ? IPV4_AT : 0;
    const struct rtmsg body = { .rtm_family = from > 0 ? AF_INET : AF_INET6,
                                .rtm_dst_len = (uint8_t)((IPV6_OCTETS - from) * 8),
                                .rtm_flags = RTM_F_LOOKUP_TABLE };
    struct request request = begin(octets, RTM_GETROUTE, NLM_F_ACK, sequence);

    put(&request, &body, sizeof(body));
    put_attribute(&request, RTA_DST, address + from, IPV6_OCTETS - from);
    if (interface != 0)
        put_attribute(&request, RTA_OIF, &interface, sizeof(interface));
    return end(&request);
}

/* ---- Values of attributes; what does not fit is left as it was */

static void read_u32(const struct tb_nl_attribute *attribute, uint32_t *value)
{
    if (attribute->payload.length >= sizeof(*value))
        memcpy(value, attribute->payload.at, sizeof(*value));
}

static bool read_u16(const struct tb_nl_attribute *attribute, uint16_t *value)
{
    if (attribute->payload.length < sizeof(*value))
        return false;
    memcpy(value, attribute->payload.at, sizeof(*value));
    return true;
}

static bool read_u8(const struct tb_nl_attribute *attribute, uint8_t *value)
{
    if (attribute->payload.length < sizeof(*value))
        return false;
    *value = attribute->payload.at[0];
    return true;
}

/* `size`: with the terminator. */
static void read_text(const struct tb_nl_attribute *attribute, char *text, size_t size)
{
    size_t length = 0;

    while (length < attribute->payload.length && attribute->payload.at[length] != '\0')
        length++;
    if (length >= size)
        return;
    memcpy(text, attribute->payload.at, length);
    text[length] = '\0';
}

static bool read_address(const struct tb_nl_attribute *attribute, uint8_t family,
                         uint8_t address[16])
{
    if (family == AF_INET && attribute->payload.length >= IPV4_OCTETS) {
        tb_tuple_map_ipv4(address, attribute->payload.at);
        return true;
    }
    if (family == AF_INET6 && attribute->payload.length >= IPV6_OCTETS) {
        memcpy(address, attribute->payload.at, IPV6_OCTETS);
        return true;
    }
    return false;
}

static void read_mac(const struct tb_nl_attribute *attribute, uint8_t mac[TB_RT_MAC_MAX],
                     uint8_t *length)
{
    if (attribute->payload.length > TB_RT_MAC_MAX)
        return;
    if (attribute->payload.length > 0)
        memcpy(mac, attribute->payload.at, attribute->payload.length);
    *length = (uint8_t)attribute->payload.length;
}

static bool is_internet(uint8_t family)
{
    return family == AF_INET || family == AF_INET6;
}

static uint8_t prefix_max(uint8_t family)
{
    return family == AF_INET ? IPV4_OCTETS * 8 : IPV6_OCTETS * 8;
}

/* The unspecified address of a family: that of a default route. */
static void set_unspecified(uint8_t address[16], uint8_t family)
{
    static const uint8_t zero[IPV4_OCTETS] = { 0 };

    memset(address, 0, IPV6_OCTETS);
    if (family == AF_INET)
        tb_tuple_map_ipv4(address, zero);
}

/* ---- Links */

static void read_kind_data(const struct tb_nl_attribute *data, struct tb_rt_link *link)
{
    struct tb_nl_rest rest = data->payload;
    struct tb_nl_attribute attribute;

    while (tb_nl_next_attribute(&rest, &attribute)) {
        if (strcmp(link->kind, "vlan") == 0 && attribute.type == IFLA_VLAN_ID)
            link->has_vlan = read_u16(&attribute, &link->vlan);
        else if (strcmp(link->kind, "bond") == 0 && attribute.type == IFLA_BOND_MODE)
            link->has_bond_mode = read_u8(&attribute, &link->bond_mode);
    }
}

/* The data mean nothing without the kind, which stands before them. */
static void read_kind(const struct tb_nl_attribute *info, struct tb_rt_link *link)
{
    struct tb_nl_rest rest = info->payload;
    struct tb_nl_attribute attribute;

    while (tb_nl_next_attribute(&rest, &attribute)) {
        if (attribute.type == IFLA_INFO_KIND)
            read_text(&attribute, link->kind, sizeof(link->kind));
        else if (attribute.type == IFLA_INFO_DATA)
            read_kind_data(&attribute, link);
    }
}

/* The sums are those of /proc/net/dev: net/core/net-procfs.c, dev_seq_printf_stats(). */
static void read_counters(const struct tb_nl_attribute *attribute, struct tb_rt_link *link)
{
    struct rtnl_link_stats64 stats = { 0 };
    const size_t length = attribute->payload.length;

    /* An older kernel has fewer. */
    if (length < offsetof(struct rtnl_link_stats64, rx_compressed))
        return;
    memcpy(&stats, attribute->payload.at, length < sizeof(stats) ? length : sizeof(stats));
    link->received = (struct tb_rt_counters){
        .packets = stats.rx_packets,
        .octets = stats.rx_bytes,
        .errors = stats.rx_errors,
        .dropped = stats.rx_dropped + stats.rx_missed_errors,
        .overruns = stats.rx_fifo_errors,
        .frame = stats.rx_length_errors + stats.rx_over_errors + stats.rx_crc_errors +
                 stats.rx_frame_errors,
        .other = stats.multicast,
    };
    link->sent = (struct tb_rt_counters){
        .packets = stats.tx_packets,
        .octets = stats.tx_bytes,
        .errors = stats.tx_errors,
        .dropped = stats.tx_dropped,
        .overruns = stats.tx_fifo_errors,
        .frame = stats.tx_carrier_errors + stats.tx_aborted_errors + stats.tx_window_errors +
                 stats.tx_heartbeat_errors,
        .other = stats.collisions,
    };
    link->has_counters = true;
}

static void read_link_attribute(const struct tb_nl_attribute *attribute, struct tb_rt_link *link)
{
    switch (attribute->type) {
    case IFLA_IFNAME:
        read_text(attribute, link->name, sizeof(link->name));
        break;
    case IFLA_MTU:
        read_u32(attribute, &link->mtu);
        break;
    case IFLA_TXQLEN:
        read_u32(attribute, &link->queue);
        break;
    case IFLA_MASTER:
        read_u32(attribute, &link->master);
        break;
    case IFLA_LINK:
        read_u32(attribute, &link->below);
        break;
    case IFLA_LINK_NETNSID:
        link->below_elsewhere = true;
        break;
    case IFLA_OPERSTATE:
        (void)read_u8(attribute, &link->state);
        break;
    case IFLA_ADDRESS:
        read_mac(attribute, link->mac, &link->mac_length);
        break;
    case IFLA_LINKINFO:
        read_kind(attribute, link);
        break;
    case IFLA_STATS64:
        read_counters(attribute, link);
        break;
    default: /* what is not asked here */
        break;
    }
}

bool tb_rt_read_link(const struct tb_nl_message *message, struct tb_rt_link *link)
{
    struct tb_nl_rest rest = message->payload;
    struct tb_nl_attribute attribute;
    struct ifinfomsg body;
    struct tb_rt_link read = { 0 };

    if (message->type != RTM_NEWLINK || !tb_nl_take(&rest, &body, sizeof(body)) ||
        body.ifi_index <= 0)
        return false;
    read.index = (uint32_t)body.ifi_index;
    read.flags = body.ifi_flags;
    read.type = body.ifi_type;
    while (tb_nl_next_attribute(&rest, &attribute))
        read_link_attribute(&attribute, &read);
    if (read.name[0] == '\0')
        return false;
    *link = read;
    return true;
}

/* ---- Addresses */

/* What the attributes say, before it is known which of them is this machine's own. */
struct address_parts {
    uint8_t address[16];
    bool has_address;
    bool has_local;
};

static void read_address_attribute(const struct tb_nl_attribute *attribute,
                                   struct tb_rt_address *address, struct address_parts *parts)
{
    struct ifa_cacheinfo times;

    switch (attribute->type) {
    case IFA_ADDRESS:
        parts->has_address = read_address(attribute, address->family, parts->address);
        break;
    case IFA_LOCAL:
        parts->has_local = read_address(attribute, address->family, address->local);
        break;
    case IFA_BROADCAST:
        address->has_broadcast = read_address(attribute, address->family, address->broadcast);
        break;
    case IFA_LABEL:
        read_text(attribute, address->label, sizeof(address->label));
        break;
    case IFA_FLAGS:
        read_u32(attribute, &address->flags);
        break;
    case IFA_CACHEINFO:
        if (attribute->payload.length < sizeof(times))
            break;
        memcpy(&times, attribute->payload.at, sizeof(times));
        address->valid_s = times.ifa_valid;
        address->preferred_s = times.ifa_prefered;
        break;
    default: /* what is not asked here */
        break;
    }
}

bool tb_rt_read_address(const struct tb_nl_message *message, struct tb_rt_address *address)
{
    struct tb_nl_rest rest = message->payload;
    struct tb_nl_attribute attribute;
    struct ifaddrmsg body;
    struct address_parts parts = { .has_address = false };
    struct tb_rt_address read = { .valid_s = UINT32_MAX, .preferred_s = UINT32_MAX };

    if (message->type != RTM_NEWADDR || !tb_nl_take(&rest, &body, sizeof(body)) ||
        !is_internet(body.ifa_family) || body.ifa_prefixlen > prefix_max(body.ifa_family))
        return false;
    read.interface = body.ifa_index;
    read.family = body.ifa_family;
    read.prefix = body.ifa_prefixlen;
    read.scope = body.ifa_scope;
    read.flags = body.ifa_flags;
    while (tb_nl_next_attribute(&rest, &attribute))
        read_address_attribute(&attribute, &read, &parts);
    if (!parts.has_address && !parts.has_local)
        return false;
    /* With IFA_LOCAL, IFA_ADDRESS is the other end's, or the same: if_addr.h. */
    if (!parts.has_local)
        memcpy(read.local, parts.address, sizeof(read.local));
    else if (parts.has_address && memcmp(parts.address, read.local, sizeof(read.local)) != 0)
        read.has_peer = true;
    if (read.has_peer)
        memcpy(read.peer, parts.address, sizeof(read.peer));
    *address = read;
    return true;
}

/* ---- Routes */

static void read_via(const struct tb_nl_attribute *attribute, struct tb_rt_route *route)
{
    struct tb_nl_attribute gateway = *attribute;
    uint16_t family;

    if (!read_u16(attribute, &family) || family > UINT8_MAX)
        return;
    gateway.payload.at += sizeof(family);
    gateway.payload.length -= sizeof(family);
    route->has_gateway = read_address(&gateway, (uint8_t)family, route->gateway);
}

static void read_metrics(const struct tb_nl_attribute *metrics, struct tb_rt_route *route)
{
    struct tb_nl_rest rest = metrics->payload;
    struct tb_nl_attribute attribute;

    while (tb_nl_next_attribute(&rest, &attribute)) {
        if (attribute.type == RTAX_ADVMSS)
            read_u32(&attribute, &route->mss);
        else if (attribute.type == RTAX_WINDOW)
            read_u32(&attribute, &route->window);
        else if (attribute.type == RTAX_RTT)
            read_u32(&attribute, &route->rtt);
    }
}

static void read_route_attribute(const struct tb_nl_attribute *attribute, struct tb_rt_route *route)
{
    switch (attribute->type) {
    case RTA_DST:
        (void)read_address(attribute, route->family, route->destination);
        break;
    case RTA_GATEWAY:
        route->has_gateway = read_address(attribute, route->family, route->gateway);
        break;
    case RTA_VIA:
        read_via(attribute, route);
        break;
    case RTA_PREFSRC:
        route->has_source = read_address(attribute, route->family, route->source);
        break;
    case RTA_OIF:
        read_u32(attribute, &route->interface);
        break;
    case RTA_PRIORITY:
        read_u32(attribute, &route->metric);
        break;
    case RTA_TABLE:
        read_u32(attribute, &route->table);
        break;
    case RTA_METRICS:
        read_metrics(attribute, route);
        break;
    default: /* what is not asked here */
        break;
    }
}

/* Counts the ways of RTA_MULTIPATH, and reads the one of that number. */
static uint32_t read_ways(struct tb_nl_rest rest, uint32_t way, struct tb_rt_route *route)
{
    struct rtnexthop hop;
    uint32_t ways = 0;

    for (; rest.length >= sizeof(hop); ways++) {
        struct tb_nl_rest inside;
        struct tb_nl_attribute attribute;
        size_t step;

        memcpy(&hop, rest.at, sizeof(hop));
        if (hop.rtnh_len < sizeof(hop) || hop.rtnh_len > rest.length)
            break;
        inside = (struct tb_nl_rest){ rest.at + sizeof(hop), hop.rtnh_len - sizeof(hop) };
        if (ways == way) {
            route->interface = hop.rtnh_ifindex > 0 ? (uint32_t)hop.rtnh_ifindex : 0;
            route->flags |= hop.rtnh_flags;
            route->weight = hop.rtnh_hops + 1u;
            while (tb_nl_next_attribute(&inside, &attribute))
                read_route_attribute(&attribute, route);
        }
        step = (hop.rtnh_len + 3u) & ~(size_t)3;
        step = step < rest.length ? step : rest.length;
        rest.at += step;
        rest.length -= step;
    }
    return ways;
}

bool tb_rt_read_route(const struct tb_nl_message *message, uint32_t way, struct tb_rt_route *route)
{
    struct tb_nl_rest rest = message->payload;
    struct tb_nl_attribute attribute, ways = { .type = 0 };
    struct rtmsg body;
    struct tb_rt_route read = { .ways = 1, .way = way, .weight = 1 };

    if (message->type != RTM_NEWROUTE || !tb_nl_take(&rest, &body, sizeof(body)) ||
        !is_internet(body.rtm_family) || body.rtm_dst_len > prefix_max(body.rtm_family))
        return false;
    read.family = body.rtm_family;
    read.prefix = body.rtm_dst_len;
    read.table = body.rtm_table;
    read.type = body.rtm_type;
    read.protocol = body.rtm_protocol;
    read.scope = body.rtm_scope;
    read.flags = body.rtm_flags;
    set_unspecified(read.destination, read.family);
    while (tb_nl_next_attribute(&rest, &attribute)) {
        if (attribute.type == RTA_MULTIPATH)
            ways = attribute;
        else
            read_route_attribute(&attribute, &read);
    }
    if (ways.type == RTA_MULTIPATH)
        read.ways = read_ways(ways.payload, way, &read);
    if (way >= read.ways)
        return false;
    *route = read;
    return true;
}

/* ---- Neighbours */

bool tb_rt_read_neighbour(const struct tb_nl_message *message, struct tb_rt_neighbour *neighbour)
{
    struct tb_nl_rest rest = message->payload;
    struct tb_nl_attribute attribute;
    struct ndmsg body;
    struct tb_rt_neighbour read = { 0 };
    bool has_address = false;

    if (message->type != RTM_NEWNEIGH || !tb_nl_take(&rest, &body, sizeof(body)) ||
        !is_internet(body.ndm_family) || body.ndm_ifindex <= 0)
        return false;
    read.interface = (uint32_t)body.ndm_ifindex;
    read.family = body.ndm_family;
    read.state = body.ndm_state;
    read.flags = body.ndm_flags;
    while (tb_nl_next_attribute(&rest, &attribute)) {
        if (attribute.type == NDA_DST)
            has_address = read_address(&attribute, read.family, read.address);
        else if (attribute.type == NDA_LLADDR)
            read_mac(&attribute, read.mac, &read.mac_length);
    }
    if (!has_address)
        return false;
    *neighbour = read;
    return true;
}
