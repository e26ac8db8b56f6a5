/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interfaces.c - the network interfaces of this thread's network namespace
 *
 * By ioctl and getifaddrs(), not by /sys: that shows the namespace in which it was mounted. */
#include "interfaces.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h> /* before the kernel's, which then leave out what it defines */
#include <net/if_arp.h>

#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define LINK_ETHERNET 1u
#define LINK_RAW      101u
#define LINK_COOKED   276u
#define BITS_PER_MBIT 1000000u
#define NEAR_MAX      2u /* letters to change for a name to be near */

static struct tb_interface *add(struct tb_interfaces *interfaces, const char *name)
{
    struct tb_interface *list =
        realloc(interfaces->list, (interfaces->count + 1) * sizeof *interfaces->list);
    struct tb_interface *interface;

    if (list == NULL)
        return NULL;
    interfaces->list = list;
    interface = &list[interfaces->count++];
    memset(interface, 0, sizeof *interface);
    (void)snprintf(interface->name, sizeof interface->name, "%s", name);
    return interface;
}

static int by_index(const void *one, const void *other)
{
    const struct tb_interface *first = one;
    const struct tb_interface *second = other;

    return first->index < second->index ? -1 : first->index > second->index;
}

/* The driver's name, where there is one. */
static void describe(int fd, struct tb_interface *interface)
{
    struct ethtool_drvinfo driver = { .cmd = ETHTOOL_GDRVINFO };
    struct ifreq request = { .ifr_data = (void *)&driver };

    memcpy(request.ifr_name, interface->name, IFNAMSIZ);
    if (interface->is_loopback)
        (void)snprintf(interface->description, sizeof interface->description, "%s", "loopback");
    else if (ioctl(fd, SIOCETHTOOL, &request) == 0)
        (void)snprintf(interface->description, sizeof interface->description, "driver %.32s",
                       driver.driver);
}

static void read_speed(int fd, struct tb_interface *interface)
{
    struct ethtool_link_settings settings = { .cmd = ETHTOOL_GLINKSETTINGS };
    struct ifreq request = { .ifr_data = (void *)&settings };

    memcpy(request.ifr_name, interface->name, IFNAMSIZ);
    /* Asked with no room for link modes, the kernel says how much it needs, and nothing else: ask
     * again with that. linux/ethtool.h, struct ethtool_link_settings */
    if (ioctl(fd, SIOCETHTOOL, &request) != 0 || settings.link_mode_masks_nwords >= 0)
        return;
    {
        size_t masks = (size_t)-settings.link_mode_masks_nwords * 3 * sizeof(uint32_t);
        struct ethtool_link_settings *whole = calloc(1, sizeof *whole + masks);

        if (whole == NULL)
            return;
        whole->cmd = ETHTOOL_GLINKSETTINGS;
        whole->link_mode_masks_nwords = (int8_t)-settings.link_mode_masks_nwords;
        request.ifr_data = (void *)whole;
        if (ioctl(fd, SIOCETHTOOL, &request) == 0 && whole->speed != (uint32_t)SPEED_UNKNOWN)
            interface->speed = (uint64_t)whole->speed * BITS_PER_MBIT;
        free(whole);
    }
}

static void read_hardware(struct tb_interface *interface, const struct ifaddrs *entry)
{
    const struct sockaddr_ll *link = (const void *)entry->ifa_addr;

    interface->index = (unsigned)link->sll_ifindex;
    interface->hardware_type = link->sll_hatype;
    interface->is_up = (entry->ifa_flags & IFF_UP) != 0;
    interface->is_loopback = (entry->ifa_flags & IFF_LOOPBACK) != 0;
    if (link->sll_hatype == ARPHRD_ETHER && link->sll_halen == sizeof interface->mac) {
        interface->has_mac = true;
        memcpy(interface->mac, link->sll_addr, sizeof interface->mac);
    }
}

static uint8_t prefix_length(const struct sockaddr *netmask)
{
    const struct sockaddr_in6 *mask = (const void *)netmask;
    uint8_t length = 0;

    for (size_t i = 0; mask != NULL && i < 16; i++)
        length = (uint8_t)(length + __builtin_popcount(mask->sin6_addr.s6_addr[i]));
    return length;
}

static void add_address(struct tb_interface *interface, const struct ifaddrs *entry)
{
    if (entry->ifa_addr->sa_family == AF_INET && entry->ifa_netmask != NULL &&
        interface->ipv4_count < TB_INTERFACE_ADDRESSES) {
        uint8_t *place = interface->ipv4[interface->ipv4_count++];

        memcpy(place, &((const struct sockaddr_in *)(const void *)entry->ifa_addr)->sin_addr, 4);
        memcpy(place + 4, &((const struct sockaddr_in *)(const void *)entry->ifa_netmask)->sin_addr,
               4);
    } else if (entry->ifa_addr->sa_family == AF_INET6 &&
               interface->ipv6_count < TB_INTERFACE_ADDRESSES) {
        uint8_t *place = interface->ipv6[interface->ipv6_count++];

        memcpy(place, &((const struct sockaddr_in6 *)(const void *)entry->ifa_addr)->sin6_addr, 16);
        place[16] = prefix_length(entry->ifa_netmask);
    }
}

static struct tb_interface *named(const struct tb_interfaces *interfaces, const char *name)
{
    for (size_t i = 0; i < interfaces->count; i++)
        if (strcmp(interfaces->list[i].name, name) == 0)
            return &interfaces->list[i];
    return NULL;
}

static int read_entries(struct tb_interfaces *interfaces, const struct ifaddrs *entries)
{
    struct tb_interface *interface = add(interfaces, TB_ANY);

    if (interface == NULL)
        return -ENOMEM;
    interface->is_up = true;
    (void)snprintf(interface->description, sizeof interface->description, "%s",
                   "all interfaces together");
    for (const struct ifaddrs *at = entries; at != NULL; at = at->ifa_next) {
        if (at->ifa_addr == NULL || at->ifa_addr->sa_family != AF_PACKET)
            continue;
        interface = add(interfaces, at->ifa_name);
        if (interface == NULL)
            return -ENOMEM;
        read_hardware(interface, at);
    }
    for (const struct ifaddrs *at = entries; at != NULL; at = at->ifa_next) {
        interface = named(interfaces, at->ifa_name);
        if (interface != NULL && at->ifa_addr != NULL)
            add_address(interface, at);
    }
    return 0;
}

int tb_interfaces_read(struct tb_interfaces *interfaces)
{
    struct tb_interfaces found = { NULL, 0 };
    struct ifaddrs *entries;
    int fd;
    int error;

    if (getifaddrs(&entries) != 0)
        return -errno;
    error = read_entries(&found, entries);
    freeifaddrs(entries);
    if (error != 0) {
        tb_interfaces_free(&found);
        return error;
    }
    qsort(found.list, found.count, sizeof *found.list, by_index);
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (size_t i = 0; fd >= 0 && i < found.count; i++) {
        if (found.list[i].index == 0)
            continue;
        describe(fd, &found.list[i]);
        read_speed(fd, &found.list[i]);
    }
    if (fd >= 0)
        (void)close(fd);
    *interfaces = found;
    return 0;
}

void tb_interfaces_free(struct tb_interfaces *interfaces)
{
    free(interfaces->list);
    interfaces->list = NULL;
    interfaces->count = 0;
}

const struct tb_interface *tb_interfaces_find(const struct tb_interfaces *interfaces,
                                              const char *name)
{
    const struct tb_interface *interface = named(interfaces, name);
    char *end;
    unsigned long number;

    if (interface != NULL || *name < '0' || *name > '9')
        return interface;
    number = strtoul(name, &end, 10);
    if (*end != '\0' || number == 0 || number > interfaces->count)
        return NULL;
    return &interfaces->list[number - 1];
}

static size_t least(size_t one, size_t two, size_t three)
{
    size_t smaller = one < two ? one : two;

    return smaller < three ? smaller : three;
}

/* Letters to insert, remove or replace to get from one to the other (Levenshtein); both are short.
 * Longer ones are not near. */
static size_t distance(const char *one, const char *other)
{
    size_t row[IFNAMSIZ + 1];
    size_t width = strlen(other);

    if (width > IFNAMSIZ || strlen(one) > IFNAMSIZ)
        return SIZE_MAX;
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; one[i] != '\0'; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t replaced = diagonal + (one[i] != other[j]);

            diagonal = row[j + 1];
            row[j + 1] = least(replaced, row[j] + 1, row[j + 1] + 1);
        }
    }
    return row[width];
}

/* Near: few letters differ, but not all; or one begins like the other. */
static bool is_near(const char *one, const char *other)
{
    size_t differ = distance(one, other);
    size_t shorter = strlen(one) < strlen(other) ? strlen(one) : strlen(other);

    if (shorter >= 2 && strncmp(one, other, shorter) == 0)
        return true;
    return differ <= NEAR_MAX && differ < shorter;
}

void tb_interfaces_near(const struct tb_interfaces *interfaces, const char *name, char *near,
                        size_t size)
{
    size_t used = 0;

    near[0] = '\0';
    for (size_t i = 0; i < interfaces->count && used < size; i++)
        if (is_near(name, interfaces->list[i].name)) {
            int length = snprintf(near + used, size - used, "%s%s", used > 0 ? ", " : "",
                                  interfaces->list[i].name);

            used += length > 0 ? (size_t)length : 0;
        }
}

unsigned tb_interface_link_type(const struct tb_interface *interface)
{
    if (interface->index == 0)
        return LINK_COOKED;
    switch (interface->hardware_type) {
    case ARPHRD_ETHER:
    case ARPHRD_LOOPBACK:
        return LINK_ETHERNET;
    case ARPHRD_NONE: /* tun, wireguard */
    case ARPHRD_PPP:
    case ARPHRD_TUNNEL:
    case ARPHRD_TUNNEL6:
    case ARPHRD_SIT:
    case ARPHRD_IPGRE:
        return LINK_RAW;
    default:
        return LINK_COOKED;
    }
}
