/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ownerless.c - why a socket has no process */
#include "ownerless.h"

#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>

static const uint8_t any4[16] = { [10] = 0xff, [11] = 0xff };
static const uint8_t any6[16] = { 0 };

static bool is_ipv4(const uint8_t address[16])
{
    return memcmp(address, any4, 12) == 0;
}

bool tb_socket_is_wildcard(const struct tb_socket *socket)
{
    return memcmp(socket->tuple.local, socket->family == AF_INET ? any4 : any6, 16) == 0;
}

bool tb_socket_is_dual(const struct tb_socket *socket)
{
    return socket->family == AF_INET6 && !socket->ipv6_only && tb_socket_is_wildcard(socket);
}

enum tb_ownerless tb_ownerless_why(const struct tb_socket *socket)
{
    if (socket->inode != 0)
        return TB_OWNERLESS_NOT;
    if (socket->protocol != IPPROTO_TCP)
        return TB_OWNERLESS_CLOSED;
    switch ((enum tb_socket_state)socket->state) {
    case TB_SOCKET_SYN_RECV:
        return TB_OWNERLESS_HANDSHAKE;
    case TB_SOCKET_ESTABLISHED:
    case TB_SOCKET_CLOSE_WAIT:
        return TB_OWNERLESS_UNACCEPTED;
    case TB_SOCKET_TIME_WAIT:
        return TB_OWNERLESS_TIME_WAIT;
    case TB_SOCKET_SYN_SENT:
    case TB_SOCKET_FIN_WAIT1:
    case TB_SOCKET_FIN_WAIT2:
    case TB_SOCKET_CLOSE:
    case TB_SOCKET_LAST_ACK:
    case TB_SOCKET_LISTEN:
    case TB_SOCKET_CLOSING:
    case TB_SOCKET_STATE_COUNT:
        break;
    }
    return TB_OWNERLESS_CLOSED;
}

/* 0: it cannot be its listener; the more, the better it fits: inet_lhash2_lookup(). */
static unsigned fits(const struct tb_socket *listener, const struct tb_socket *connection)
{
    if (listener->tuple.local_port != connection->tuple.local_port ||
        listener->state != TB_SOCKET_LISTEN || listener->protocol != IPPROTO_TCP ||
        (listener->interface != 0 && listener->interface != connection->interface))
        return 0;
    if (memcmp(listener->tuple.local, connection->tuple.local, sizeof(any6)) == 0)
        return 4;
    if (!tb_socket_is_wildcard(listener))
        return 0;
    if (!is_ipv4(connection->tuple.local))
        return listener->family == AF_INET6 ? 2 : 0;
    return listener->family == AF_INET ? 3 : tb_socket_is_dual(listener) ? 2 : 0;
}

const struct tb_socket *tb_ownerless_listener(const struct tb_socket *list, size_t count,
                                              const struct tb_socket *connection, size_t *alike)
{
    const struct tb_socket *best = NULL;
    unsigned best_fit = 0;

    *alike = 0;
    for (size_t i = 0; i < count; i++) {
        const unsigned fit = fits(&list[i], connection);

        if (fit > best_fit) {
            best = &list[i];
            best_fit = fit;
            *alike = 0;
        }
        if (fit > 0 && fit == best_fit)
            ++*alike;
    }
    return best;
}
