/* SPDX-License-Identifier: GPL-2.0-or-later */
/* visitor.c - who is at an end of a connection that may be on this machine too */
#include "visitor.h"

#include <errno.h>
#include <string.h>

#include <sys/socket.h>

#include "endpoint.h"
#include "probe.h"

static const uint8_t any4[16] = { [10] = 0xff, [11] = 0xff };
static const uint8_t any6[16] = { 0 };

/* A datagram's sender need not be connected, nor bound to one address. */
static bool may_be_sender(const struct tb_socket *socket, const struct tb_tuple *end)
{
    if (socket->tuple.local_port != end->local_port)
        return false;
    if (memcmp(socket->tuple.local, end->local, sizeof(end->local)) != 0 &&
        memcmp(socket->tuple.local, any4, sizeof(any4)) != 0 &&
        memcmp(socket->tuple.local, any6, sizeof(any6)) != 0)
        return false;
    return socket->tuple.remote_port == 0 || socket->tuple.remote_port == end->remote_port;
}

static bool is_wanted(const struct tb_socket *socket, const void *context)
{
    const struct tb_tuple *end = context;

    return socket->protocol == IPPROTO_UDP ? may_be_sender(socket, end)
                                           : tb_tuple_equal(&socket->tuple, end);
}

int tb_visitor_find(struct tb_visitor *visitor, const struct tb_tuple *end, bool udp)
{
    const struct tb_sockets_filter filter = { .tcp_states = udp ? 0 : TB_DIAG_ALL_STATES,
                                              .udp_states = udp ? TB_DIAG_ALL_STATES : 0,
                                              .local_port = end->local_port,
                                              .remote_port = udp ? 0 : end->remote_port };
    struct tb_target target = { .port = 0, .udp = true };
    int error;

    *visitor = (struct tb_visitor){ .socket = NULL };
    error = tb_view_read(&visitor->view, &filter, 1, is_wanted, end);
    if (error != 0)
        return error;
    /* of several that could have sent a datagram none is said to have */
    if (visitor->view.sockets.count == 1)
        visitor->socket = &visitor->view.sockets.list[0];
    memcpy(target.address, end->local, sizeof(target.address));
    visitor->own = tb_probe_bind(&target, false) == 0; /* only an own address can be bound to */
    return 0;
}

void tb_visitor_free(struct tb_visitor *visitor)
{
    tb_view_free(&visitor->view);
}

void tb_visitor_put(const struct tb_visitor *visitor, enum tb_lang lang, struct tb_line *line)
{
    if (visitor->socket != NULL)
        tb_view_put_owner(&visitor->view, visitor->socket, lang, line);
    else if (visitor->view.sockets.count > 1)
        tb_say(line, lang, TB_SAY_VISITOR_ONE_OF_SEVERAL, NULL);
    else
        tb_say(line, lang, visitor->own ? TB_SAY_VISITOR_GONE : TB_SAY_VISITOR_ELSEWHERE, NULL);
}

json_t *tb_visitor_json(const struct tb_visitor *visitor)
{
    return visitor->socket == NULL ? json_null()
                                   : tb_view_json_socket(&visitor->view, visitor->socket);
}

bool tb_visitor_read_address(const struct sockaddr_storage *name, uint8_t address[16],
                             uint16_t *port)
{
    if (name->ss_family == AF_INET) {
        struct sockaddr_in ipv4;

        memcpy(&ipv4, name, sizeof(ipv4));
        tb_tuple_map_ipv4(address, &ipv4.sin_addr);
        *port = ntohs(ipv4.sin_port);
        return true;
    }
    if (name->ss_family == AF_INET6) {
        struct sockaddr_in6 ipv6;

        memcpy(&ipv6, name, sizeof(ipv6));
        memcpy(address, &ipv6.sin6_addr, sizeof(ipv6.sin6_addr));
        *port = ntohs(ipv6.sin6_port);
        return true;
    }
    return false;
}

int tb_visitor_ends(int fd, struct tb_tuple *ends)
{
    struct sockaddr_storage local = { 0 }, remote = { 0 };
    socklen_t local_length = sizeof(local), remote_length = sizeof(remote);

    if (getsockname(fd, (struct sockaddr *)&local, &local_length) != 0 ||
        getpeername(fd, (struct sockaddr *)&remote, &remote_length) != 0)
        return -errno;
    if (!tb_visitor_read_address(&local, ends->local, &ends->local_port) ||
        !tb_visitor_read_address(&remote, ends->remote, &ends->remote_port))
        return -EAFNOSUPPORT;
    return 0;
}

void tb_visitor_put_end(struct tb_line *line, const uint8_t address[16], uint16_t port)
{
    struct tb_target target = { .port = port };

    memcpy(target.address, address, sizeof(target.address));
    tb_target_put(line, &target);
}
