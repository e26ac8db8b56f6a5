/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockets.c - the TCP and UDP sockets of a network namespace */
#include "sockets.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "netlink.h"

enum {
    ROOM_FIRST = 64,
    TRIES = 5 /* of an answer that is interrupted each time */
};

static_assert(sizeof(struct tb_socket) == 60, "small");

static int make_room(struct tb_sockets *sockets)
{
    const size_t room = sockets->room == 0 ? ROOM_FIRST : sockets->room * 2;
    struct tb_socket *list;

    if (sockets->count < sockets->room)
        return 0;
    if (room > SIZE_MAX / sizeof(*list))
        return -ENOMEM;
    list = realloc(sockets->list, room * sizeof(*list));
    if (list == NULL)
        return -ENOMEM;
    sockets->list = list;
    sockets->room = room;
    return 0;
}

int tb_sockets_add(struct tb_sockets *sockets, uint8_t protocol,
                   const struct tb_nl_message *message)
{
    struct tb_diag_socket told;
    int error;

    if (!tb_diag_read(message, &told))
        return 0;
    error = make_room(sockets);
    if (error != 0)
        return error;
    sockets->list[sockets->count++] = (struct tb_socket){
        .tuple = told.tuple,
        .inode = (uint32_t)told.inode, /* idiag_inode is a __u32 */
        .uid = told.uid,
        .interface = told.interface,
        .receive_queue = told.receive_queue,
        .send_queue = told.send_queue,
        .family = told.family,
        .protocol = protocol,
        .state = told.state,
        .ipv6_only = told.ipv6_only,
    };
    return 0;
}

struct adding {
    struct tb_sockets *sockets;
    uint8_t protocol;
};

static int add(const struct tb_nl_message *message, void *context)
{
    const struct adding *adding = context;

    return tb_sockets_add(adding->sockets, adding->protocol, message);
}

/* One answer, on a socket of its own: what is left of one that broke off is in nobody's way. */
static int ask_once(struct adding *adding, const struct tb_diag_filter *filter, bool *interrupted)
{
    static const uint32_t sequence = 1;
    uint8_t request[TB_DIAG_REQUEST_MAX];
    struct tb_netlink *netlink;
    int error = tb_netlink_open(&netlink, NETLINK_SOCK_DIAG);

    if (error != 0)
        return error;
    error = tb_netlink_dump(netlink, request, tb_diag_ask_all(request, filter, sequence), sequence,
                            add, adding, interrupted);
    tb_netlink_close(netlink);
    return error;
}

static int ask(struct tb_sockets *sockets, const struct tb_diag_filter *filter)
{
    struct adding adding = { sockets, filter->protocol };
    const size_t before = sockets->count;
    bool interrupted = true;

    for (int tries = 0; interrupted && tries < TRIES; tries++) {
        int error;

        sockets->count = before;
        error = ask_once(&adding, filter, &interrupted);
        if (error == -ENOENT) /* no such protocol in this kernel: there are no sockets of it */
            return 0;
        if (error != 0)
            return error;
    }
    if (interrupted)
        sockets->inexact = true;
    return 0;
}

static int ask_of_each_family(struct tb_sockets *sockets, struct tb_diag_filter asked)
{
    static const uint8_t families[] = { AF_INET, AF_INET6 };
    int error = 0;

    for (size_t i = 0; i < sizeof(families) && error == 0; i++) {
        asked.family = families[i];
        error = ask(sockets, &asked);
    }
    return error;
}

/* The kernel looks through all its connections for each question, whatever the family. */
static int ask_of_both_families(struct tb_sockets *sockets, struct tb_diag_filter asked)
{
    const size_t before = sockets->count;
    struct adding adding = { sockets, asked.protocol };
    bool interrupted = false;

    asked.family = AF_UNSPEC;
    if (ask_once(&adding, &asked, &interrupted) == 0 && !interrupted)
        return 0;
    sockets->count = before;
    return ask_of_each_family(sockets, asked);
}

int tb_sockets_read(struct tb_sockets *sockets, const struct tb_sockets_filter *filter)
{
    struct tb_diag_filter asked = { .states = filter->tcp_states,
                                    .local_port = filter->local_port,
                                    .remote_port = filter->remote_port,
                                    .either_port = filter->either_port,
                                    .protocol = IPPROTO_TCP };
    int error = asked.states != 0 ? ask_of_both_families(sockets, asked) : 0;

    asked.states = filter->udp_states;
    asked.protocol = IPPROTO_UDP;
    return error == 0 && asked.states != 0 ? ask_of_each_family(sockets, asked) : error;
}

void tb_sockets_free(struct tb_sockets *sockets)
{
    free(sockets->list);
    *sockets = (struct tb_sockets){ 0 };
}

static int compare_numbers(unsigned one, unsigned other)
{
    return (one > other) - (one < other);
}

static unsigned rank(const struct tb_socket *socket)
{
    const bool waits = socket->state == TB_SOCKET_LISTEN || socket->state == TB_SOCKET_CLOSE;

    return (socket->protocol == IPPROTO_TCP ? 0u : 2u) + (waits ? 0u : 1u);
}

static int compare(const void *left, const void *right)
{
    const struct tb_socket *one = left;
    const struct tb_socket *other = right;
    int order = compare_numbers(rank(one), rank(other));

    if (order == 0)
        order = compare_numbers(one->tuple.local_port, other->tuple.local_port);
    if (order == 0)
        order = memcmp(one->tuple.local, other->tuple.local, sizeof(one->tuple.local));
    if (order == 0)
        order = compare_numbers(one->tuple.remote_port, other->tuple.remote_port);
    if (order == 0)
        order = memcmp(one->tuple.remote, other->tuple.remote, sizeof(one->tuple.remote));
    return order != 0 ? order : compare_numbers(one->inode, other->inode);
}

void tb_sockets_sort(struct tb_sockets *sockets)
{
    if (sockets->count > 1)
        qsort(sockets->list, sockets->count, sizeof(*sockets->list), compare);
}
