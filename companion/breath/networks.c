/* SPDX-License-Identifier: GPL-2.0-or-later */
/* networks.c - the networks of this machine's own addresses */
#include "networks.h"

#include <ifaddrs.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "endpoint.h"
#include "tuple.h"

enum {
    IPV4_AT = 12 /* of a mapped address */
};

static unsigned ones(const uint8_t *mask, size_t length)
{
    unsigned count = 0;

    while (count < length * 8 && (mask[count / 8] & (0x80u >> count % 8)) != 0)
        count++;
    return count;
}

void tb_networks_put_prefix(struct tb_line *line, const uint8_t address[16], const uint8_t *mask)
{
    const size_t from = tb_endpoint_is_ipv4(address) ? IPV4_AT : 0;
    uint8_t network[16];

    memcpy(network, address, sizeof(network));
    for (size_t i = from; i < sizeof(network); i++)
        network[i] &= mask[i - from];
    tb_endpoint_put_address(line, network);
    tb_line_put(line, "/");
    tb_line_put_number(line, ones(mask, sizeof(network) - from));
}

/* Of the address of an entry, mapped, and its mask; false: it is of another family. */
static bool read_entry(const struct ifaddrs *entry, uint8_t address[16], uint8_t mask[16])
{
    if (entry->ifa_addr == NULL || entry->ifa_netmask == NULL)
        return false;
    if (entry->ifa_addr->sa_family == AF_INET) {
        struct sockaddr_in name, netmask;

        memcpy(&name, entry->ifa_addr, sizeof(name));
        memcpy(&netmask, entry->ifa_netmask, sizeof(netmask));
        tb_tuple_map_ipv4(address, &name.sin_addr);
        memcpy(mask, &netmask.sin_addr, 4);
        return true;
    }
    if (entry->ifa_addr->sa_family == AF_INET6) {
        struct sockaddr_in6 name, netmask;

        memcpy(&name, entry->ifa_addr, sizeof(name));
        memcpy(&netmask, entry->ifa_netmask, sizeof(netmask));
        memcpy(address, &name.sin6_addr, 16);
        memcpy(mask, &netmask.sin6_addr, 16);
        return true;
    }
    return false;
}

bool tb_networks_put(struct tb_line *line, const uint8_t address[16])
{
    struct ifaddrs *list;
    bool found = false;

    if (getifaddrs(&list) != 0)
        return false;
    for (const struct ifaddrs *entry = list; entry != NULL && !found; entry = entry->ifa_next) {
        uint8_t own[16], mask[16];
        size_t length;

        if (!read_entry(entry, own, mask) || memcmp(own, address, sizeof(own)) != 0)
            continue;
        length = tb_endpoint_is_ipv4(own) ? 4 : 16;
        found = ones(mask, length) < length * 8;
        if (found)
            tb_networks_put_prefix(line, own, mask);
    }
    freeifaddrs(list);
    return found;
}
