/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe.c - whether bind() works, tried, and which sockets can be in its way */
#include "probe.h"

#include <errno.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "auto.h"
#include "endpoint.h"
#include "ownerless.h"

enum {
    IPV4_AT = 12 /* of a mapped address */
};

static const uint8_t any4[16] = { [10] = 0xff, [11] = 0xff };
static const uint8_t any6[16] = { 0 };

static bool is_any(const uint8_t address[16])
{
    return memcmp(address, any4, sizeof(any4)) == 0 || memcmp(address, any6, sizeof(any6)) == 0;
}

static bool is_any_of_both(const uint8_t address[16])
{
    return memcmp(address, any6, sizeof(any6)) == 0;
}

void tb_target_put(struct tb_line *line, const struct tb_target *target)
{
    const bool ipv4 = tb_endpoint_is_ipv4(target->address);

    tb_line_put(line, ipv4 ? "" : "[");
    tb_endpoint_put_address(line, target->address);
    tb_line_put(line, ipv4 ? ":" : "]:");
    tb_line_put_number(line, target->port);
}

static int bind_ipv4(int fd, const struct tb_target *target)
{
    struct sockaddr_in name = { .sin_family = AF_INET, .sin_port = htons(target->port) };

    memcpy(&name.sin_addr, target->address + IPV4_AT, sizeof(name.sin_addr));
    return bind(fd, (const struct sockaddr *)&name, sizeof(name));
}

/* IPV6_V6ONLY off, whatever net.ipv6.bindv6only says: the case that takes the most. */
static int bind_ipv6(int fd, const struct tb_target *target)
{
    struct sockaddr_in6 name = { .sin6_family = AF_INET6, .sin6_port = htons(target->port) };
    const int off = 0;

    memcpy(&name.sin6_addr, target->address, sizeof(name.sin6_addr));
    if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) != 0)
        return -1;
    return bind(fd, (const struct sockaddr *)&name, sizeof(name));
}

int tb_probe_bind(const struct tb_target *target, bool reuse_address)
{
    const bool ipv4 = tb_endpoint_is_ipv4(target->address);
    const int on = 1;
    tb_auto_fd int fd = socket(ipv4 ? AF_INET : AF_INET6,
                               (target->udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
    int result;

    if (fd < 0)
        return -errno;
    if (reuse_address && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
        return -errno;
    result = ipv4 ? bind_ipv4(fd, target) : bind_ipv6(fd, target);
    return result == 0 ? 0 : -errno;
}

bool tb_target_meets(const struct tb_target *target, const struct tb_socket *socket)
{
    const bool target4 = tb_endpoint_is_ipv4(target->address);
    const bool socket4 = tb_endpoint_is_ipv4(socket->tuple.local);

    if (socket->tuple.local_port != target->port ||
        (socket->protocol == IPPROTO_UDP) != target->udp)
        return false;
    if (is_any_of_both(target->address) || tb_socket_is_dual(socket))
        return true;
    if (target4 != socket4)
        return false;
    return is_any(target->address) || is_any(socket->tuple.local) ||
           memcmp(target->address, socket->tuple.local, sizeof(any6)) == 0;
}

/* The less, the likelier. */
static unsigned rank(const struct tb_socket *socket)
{
    if (socket->state == TB_SOCKET_LISTEN)
        return 0;
    if (socket->state == TB_SOCKET_CLOSE)
        return 1;
    return socket->state == TB_SOCKET_TIME_WAIT ? 3 : 2;
}

const struct tb_socket *tb_target_cause(const struct tb_target *target,
                                        const struct tb_socket *list, size_t count)
{
    const struct tb_socket *cause = NULL;

    for (size_t i = 0; i < count; i++) {
        if (tb_target_meets(target, &list[i]) && (cause == NULL || rank(&list[i]) < rank(cause)))
            cause = &list[i];
    }
    return cause;
}
