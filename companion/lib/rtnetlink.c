/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rtnetlink.c - interfaces, addresses, routes and neighbours of a network namespace */
#include "rtnetlink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "auto.h"
#include "netlink.h"

enum {
    ROOM_FIRST = 64,
    TRIES = 5, /* of an answer that is interrupted each time */
    SEQUENCE = 1,
    MASKS_MAX = 127 /* words of link modes that a kernel may have: a signed octet counts them */
};

/* Room for one more of `size` octets; NULL: no memory. */
static void *make_room(void *list, size_t count, size_t *room, size_t size)
{
    const size_t more = *room == 0 ? ROOM_FIRST : *room * 2;
    void *grown;

    if (count < *room)
        return list;
    if (more > SIZE_MAX / size)
        return NULL;
    grown = realloc(list, more * size);
    if (grown != NULL)
        *room = more;
    return grown;
}

/* One answer, on a socket of its own: what is left of one that broke off is in nobody's way. */
static int ask_once(const uint8_t *request, size_t length, tb_nl_fn *tell, void *context,
                    bool *interrupted)
{
    struct tb_netlink *netlink;
    int error = tb_netlink_open(&netlink, NETLINK_ROUTE);

    if (error != 0)
        return error;
    error = tb_netlink_dump(netlink, request, length, SEQUENCE, tell, context, interrupted);
    tb_netlink_close(netlink);
    return error;
}

/* *count: of the list that is told to; what was told before an interruption is forgotten. */
static int ask(const uint8_t *request, size_t length, tb_nl_fn *tell, void *context, size_t *count,
               bool *inexact)
{
    bool interrupted = true;

    for (int tries = 0; interrupted && tries < TRIES; tries++) {
        int error;

        *count = 0;
        error = ask_once(request, length, tell, context, &interrupted);
        if (error != 0)
            return error;
    }
    *inexact = *inexact || interrupted;
    return 0;
}

/* ---- Interfaces and addresses */

static int add_link(const struct tb_nl_message *message, void *context)
{
    struct tb_nics *nics = context;
    struct tb_rt_link *links =
        make_room(nics->links, nics->link_count, &nics->link_room, sizeof(*links));

    if (links == NULL)
        return -ENOMEM;
    nics->links = links;
    if (tb_rt_read_link(message, &links[nics->link_count]))
        nics->link_count++;
    return 0;
}

static int add_address(const struct tb_nl_message *message, void *context)
{
    struct tb_nics *nics = context;
    struct tb_rt_address *addresses =
        make_room(nics->addresses, nics->address_count, &nics->address_room, sizeof(*addresses));

    if (addresses == NULL)
        return -ENOMEM;
    nics->addresses = addresses;
    if (tb_rt_read_address(message, &addresses[nics->address_count])) {
        addresses[nics->address_count].order = (uint32_t)nics->address_count;
        nics->address_count++;
    }
    return 0;
}

static int compare_indexes(uint32_t one, uint32_t other)
{
    return (one > other) - (one < other);
}

static int compare_links(const void *left, const void *right)
{
    const struct tb_rt_link *one = left;
    const struct tb_rt_link *other = right;

    return compare_indexes(one->index, other->index);
}

static int compare_addresses(const void *left, const void *right)
{
    const struct tb_rt_address *one = left;
    const struct tb_rt_address *other = right;
    const int order = compare_indexes(one->interface, other->interface);

    return order != 0 ? order : compare_indexes(one->order, other->order);
}

int tb_nics_read(struct tb_nics *nics)
{
    uint8_t request[TB_RT_REQUEST_MAX];
    int error = ask(request, tb_rt_ask_links(request, SEQUENCE), add_link, nics, &nics->link_count,
                    &nics->inexact);

    if (error == 0)
        error = ask(request, tb_rt_ask_addresses(request, AF_UNSPEC, SEQUENCE), add_address, nics,
                    &nics->address_count, &nics->inexact);
    if (error != 0)
        return error;
    if (nics->link_count > 1)
        qsort(nics->links, nics->link_count, sizeof(*nics->links), compare_links);
    if (nics->address_count > 1)
        qsort(nics->addresses, nics->address_count, sizeof(*nics->addresses), compare_addresses);
    return 0;
}

void tb_nics_free(struct tb_nics *nics)
{
    free(nics->links);
    free(nics->addresses);
    *nics = (struct tb_nics){ 0 };
}

const struct tb_rt_link *tb_nics_find(const struct tb_nics *nics, uint32_t index)
{
    const struct tb_rt_link wanted = { .index = index };

    if (nics->link_count == 0)
        return NULL;
    return bsearch(&wanted, nics->links, nics->link_count, sizeof(wanted), compare_links);
}

const struct tb_rt_link *tb_nics_find_name(const struct tb_nics *nics, const char *name)
{
    for (size_t i = 0; i < nics->link_count; i++) {
        if (strcmp(nics->links[i].name, name) == 0)
            return &nics->links[i];
    }
    return NULL;
}

const struct tb_rt_address *tb_nics_addresses(const struct tb_nics *nics, uint32_t index,
                                              size_t *count)
{
    size_t low = 0, high = nics->address_count, end;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (nics->addresses[middle].interface < index)
            low = middle + 1;
        else
            high = middle;
    }
    end = low;
    while (end < nics->address_count && nics->addresses[end].interface == index)
        end++;
    *count = end - low;
    return *count > 0 ? nics->addresses + low : NULL;
}

/* ---- Routes */

static int add_route(const struct tb_nl_message *message, void *context)
{
    struct tb_routes *routes = context;

    for (uint32_t way = 0;; way++) {
        struct tb_rt_route *list =
            make_room(routes->list, routes->count, &routes->room, sizeof(*list));

        if (list == NULL)
            return -ENOMEM;
        routes->list = list;
        if (!tb_rt_read_route(message, way, &list[routes->count]))
            return 0;
        routes->count++;
    }
}

int tb_routes_read(struct tb_routes *routes)
{
    uint8_t request[TB_RT_REQUEST_MAX];

    return ask(request, tb_rt_ask_routes(request, AF_UNSPEC, SEQUENCE), add_route, routes,
               &routes->count, &routes->inexact);
}

void tb_routes_free(struct tb_routes *routes)
{
    free(routes->list);
    *routes = (struct tb_routes){ 0 };
}

int tb_route_ask(const uint8_t address[16], uint32_t interface, struct tb_rt_route *route)
{
    uint8_t request[TB_RT_REQUEST_MAX];
    struct tb_routes routes = { 0 };
    bool interrupted;
    int error = ask_once(request, tb_rt_ask_way(request, address, interface, SEQUENCE), add_route,
                         &routes, &interrupted);

    if (error == 0 && routes.count == 0)
        error = -ENETUNREACH;
    if (error == 0)
        *route = routes.list[0];
    tb_routes_free(&routes);
    return error;
}

/* ---- Neighbours */

static int add_neighbour(const struct tb_nl_message *message, void *context)
{
    struct tb_neighbours *neighbours = context;
    struct tb_rt_neighbour *list =
        make_room(neighbours->list, neighbours->count, &neighbours->room, sizeof(*list));

    if (list == NULL)
        return -ENOMEM;
    neighbours->list = list;
    if (tb_rt_read_neighbour(message, &list[neighbours->count]) &&
        list[neighbours->count].state != NUD_NONE)
        neighbours->count++;
    return 0;
}

int tb_neighbours_read(struct tb_neighbours *neighbours)
{
    uint8_t request[TB_RT_REQUEST_MAX];

    return ask(request, tb_rt_ask_neighbours(request, AF_UNSPEC, SEQUENCE), add_neighbour,
               neighbours, &neighbours->count, &neighbours->inexact);
}

void tb_neighbours_free(struct tb_neighbours *neighbours)
{
    free(neighbours->list);
    *neighbours = (struct tb_neighbours){ 0 };
}

/* ---- Speed */

union settings {
    struct ethtool_link_settings head;
    uint8_t octets[sizeof(struct ethtool_link_settings) + sizeof(uint32_t) * 3 * MASKS_MAX];
};

static bool ask_settings(int fd, const char *name, union settings *settings)
{
    struct ifreq request = { .ifr_data = (void *)settings };

    memcpy(request.ifr_name, name, strlen(name) + 1);
    return ioctl(fd, SIOCETHTOOL, &request) == 0;
}

bool tb_nic_speed(const char *name, uint32_t *mbps)
{
    tb_auto_fd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    union settings settings = { .head = { .cmd = ETHTOOL_GLINKSETTINGS } };
    int words;

    /* First the kernel says by a negative number how many words its masks have. */
    if (fd < 0 || strlen(name) >= IFNAMSIZ || !ask_settings(fd, name, &settings) ||
        settings.head.link_mode_masks_nwords >= 0)
        return false;
    words = -settings.head.link_mode_masks_nwords;
    if (words > MASKS_MAX)
        return false;
    settings = (union settings){ .head = { .cmd = ETHTOOL_GLINKSETTINGS,
                                           .link_mode_masks_nwords = (int8_t)words } };
    if (!ask_settings(fd, name, &settings) || settings.head.speed == (uint32_t)SPEED_UNKNOWN ||
        settings.head.speed == 0)
        return false;
    *mbps = settings.head.speed;
    return true;
}
