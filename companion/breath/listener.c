/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listener.c - a socket that others can come to */
#include "listener.h"

#include <errno.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "auto.h"
#include "endpoint.h"
#include "visitor.h"

enum {
    WAITING = 64, /* connections that are not accepted yet */
    IPV4_AT = 12  /* of a mapped address */
};

void tb_listener_target(struct tb_target *target, uint16_t port, bool public, bool udp)
{
    const struct in_addr loopback = { htonl(INADDR_LOOPBACK) };

    *target = (struct tb_target){ .port = port, .udp = udp };
    if (!public)
        tb_tuple_map_ipv4(target->address, &loopback);
}

static int bind_to(int fd, const struct tb_target *target, bool ipv4)
{
    struct sockaddr_in name4 = { .sin_family = AF_INET, .sin_port = htons(target->port) };
    struct sockaddr_in6 name6 = { .sin6_family = AF_INET6, .sin6_port = htons(target->port) };
    const int on = 1, off = 0;

    /* TCP: connections of an earlier server may still wait in TIME_WAIT. Of UDP it would let two
     * have the same port. */
    if (!target->udp && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
        return -errno;
    if (ipv4) {
        memcpy(&name4.sin_addr, target->address + IPV4_AT, sizeof(name4.sin_addr));
        return bind(fd, (const struct sockaddr *)&name4, sizeof(name4)) == 0 ? 0 : -errno;
    }
    memcpy(&name6.sin6_addr, target->address, sizeof(name6.sin6_addr));
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) != 0)
        return -errno;
    return bind(fd, (const struct sockaddr *)&name6, sizeof(name6)) == 0 ? 0 : -errno;
}

static int open_one(struct tb_target *target)
{
    const bool ipv4 = tb_endpoint_is_ipv4(target->address);
    struct sockaddr_storage name = { 0 };
    socklen_t length = sizeof(name);
    tb_auto_fd int fd =
        socket(ipv4 ? AF_INET : AF_INET6,
               (target->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error;

    if (fd < 0)
        return -errno;
    error = bind_to(fd, target, ipv4);
    if (error != 0)
        return error;
    if ((!target->udp && listen(fd, WAITING) != 0) ||
        getsockname(fd, (struct sockaddr *)&name, &length) != 0)
        return -errno;
    if (!tb_visitor_read_address(&name, target->address, &target->port))
        return -EAFNOSUPPORT;
    return tb_auto_take_fd(&fd);
}

int tb_listener_open(struct tb_target *target)
{
    static const uint8_t any4[16] = { [10] = 0xff, [11] = 0xff };
    static const uint8_t any6[16] = { 0 };
    int fd = open_one(target);

    if ((fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL) &&
        memcmp(target->address, any6, sizeof(any6)) == 0) {
        memcpy(target->address, any4, sizeof(any4));
        fd = open_one(target);
    }
    return fd;
}
