/* SPDX-License-Identifier: GPL-2.0-or-later */
/* echo.c - sends back what comes: the raw server of `breath serve` */
#include "echo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 64, /* the others wait to be accepted */
    PIECE = 16384,
    DATAGRAM_MAX = 65536,
    CONTROL_OCTETS = 256
};

/* What came is sent before more is read, so that one who never reads is not read from either. */
struct connection {
    int fd; /* 0: none */
    struct tb_tuple ends;
    uint64_t echoed;
    size_t length;
    size_t sent;
    uint8_t piece[PIECE];
};

struct echo {
    struct connection *connection;
    const struct tb_visits *visits;
    int listener;
    int end;
};

/* ---- TCP */

static struct connection *free_place(const struct echo *echo)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (echo->connection[i].fd == 0)
            return &echo->connection[i];
    }
    return NULL;
}

static void accept_one(const struct echo *echo)
{
    struct connection *connection = free_place(echo);
    const int fd = accept4(echo->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

    if (fd < 0)
        return; /* it went before it was accepted */
    connection->fd = fd;
    connection->length = 0;
    connection->echoed = 0;
    if (tb_visitor_ends(fd, &connection->ends) == 0)
        tb_visits_tell(echo->visits, &(const struct tb_visit){ .kind = TB_VISIT_OPENED,
                                                               .ends = connection->ends });
}

static void end(const struct echo *echo, struct connection *connection)
{
    (void)close(connection->fd);
    connection->fd = 0;
    tb_visits_tell(echo->visits, &(const struct tb_visit){ .kind = TB_VISIT_CLOSED,
                                                           .ends = connection->ends,
                                                           .length = connection->echoed });
}

static void read_piece(const struct echo *echo, struct connection *connection)
{
    const ssize_t got = recv(connection->fd, connection->piece, sizeof(connection->piece), 0);

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        end(echo, connection);
        return;
    }
    connection->length = (size_t)got;
    connection->sent = 0;
    tb_visits_tell(echo->visits, &(const struct tb_visit){ .kind = TB_VISIT_DATA,
                                                           .ends = connection->ends,
                                                           .octets = connection->piece,
                                                           .length = connection->length });
}

static void send_piece(const struct echo *echo, struct connection *connection)
{
    const ssize_t sent = send(connection->fd, connection->piece + connection->sent,
                              connection->length - connection->sent, MSG_NOSIGNAL);

    if (sent < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (sent < 0) {
        end(echo, connection);
        return;
    }
    connection->sent += (size_t)sent;
    connection->echoed += (uint64_t)sent;
    if (connection->sent == connection->length)
        connection->length = 0;
}

static void serve(const struct echo *echo, struct connection *connection, short events)
{
    if (connection->length > 0)
        send_piece(echo, connection);
    else if (events != 0)
        read_piece(echo, connection);
}

/* Returns 1 where it is to end, 0 or -errno. */
static int turn(const struct echo *echo)
{
    struct pollfd wanted[CONNECTIONS_MAX + 2] = {
        { .fd = echo->end, .events = POLLIN },
        { .fd = free_place(echo) == NULL ? -1 : echo->listener, .events = POLLIN },
    };

    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        const struct connection *connection = &echo->connection[i];

        wanted[i + 2].fd = connection->fd == 0 ? -1 : connection->fd;
        wanted[i + 2].events = connection->length > 0 ? POLLOUT : POLLIN;
    }
    if (poll(wanted, CONNECTIONS_MAX + 2, -1) < 0)
        return errno == EINTR ? 0 : -errno;
    if (wanted[0].revents != 0)
        return 1;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (wanted[i + 2].fd >= 0 && wanted[i + 2].revents != 0)
            serve(echo, &echo->connection[i], wanted[i + 2].revents);
    }
    if (wanted[1].revents != 0)
        accept_one(echo);
    return 0;
}

int tb_echo_tcp(int listener, int end_fd, const struct tb_visits *visits)
{
    struct echo echo = { .visits = visits, .listener = listener, .end = end_fd };
    int result = 0;

    echo.connection = calloc(CONNECTIONS_MAX, sizeof(*echo.connection));
    if (echo.connection == NULL)
        return -ENOMEM;
    while (result == 0)
        result = turn(&echo);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        if (echo.connection[i].fd != 0)
            (void)close(echo.connection[i].fd);
    }
    free(echo.connection);
    return result < 0 ? result : 0;
}

/* ---- UDP */

/* What the kernel says of the address that a datagram came to (IP_PKTINFO) goes back with the
 * answer, so that it leaves from there. */
static int echo_datagram(int fd, const struct tb_visits *visits, const struct tb_tuple *own)
{
    static uint8_t octets[DATAGRAM_MAX];
    uint8_t control[CONTROL_OCTETS];
    struct sockaddr_storage from = { 0 };
    struct iovec piece = { octets, sizeof(octets) };
    struct msghdr message = { .msg_name = &from,
                              .msg_namelen = sizeof(from),
                              .msg_iov = &piece,
                              .msg_iovlen = 1,
                              .msg_control = control,
                              .msg_controllen = sizeof(control) };
    struct tb_visit visit = { .kind = TB_VISIT_DATAGRAM, .ends = *own, .octets = octets };
    const ssize_t got = recvmsg(fd, &message, 0);

    if (got < 0) /* an ICMP answer to what was sent back is no end of the server */
        return errno == EBADF || errno == EINVAL ? -errno : 0;
    visit.length = (uint64_t)got;
    if (tb_visitor_read_address(&from, visit.ends.remote, &visit.ends.remote_port))
        tb_visits_tell(visits, &visit);
    piece.iov_len = (size_t)got;
    message.msg_flags = 0;
    (void)sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT); /* UDP promises nothing */
    return 0;
}

int tb_echo_udp(int fd, int end_fd, const struct tb_visits *visits)
{
    const int on = 1;
    struct pollfd wanted[] = { { .fd = end_fd, .events = POLLIN }, { .fd = fd, .events = POLLIN } };
    struct sockaddr_storage name = { 0 };
    socklen_t length = sizeof(name);
    struct tb_tuple own = { .local_port = 0 };
    int error = 0;

    if (getsockname(fd, (struct sockaddr *)&name, &length) != 0 ||
        !tb_visitor_read_address(&name, own.local, &own.local_port))
        return -EAFNOSUPPORT;
    if (name.ss_family == AF_INET
            ? setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof(on)) != 0
            : setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof(on)) != 0)
        return -errno;
    while (error == 0) {
        if (poll(wanted, 2, -1) < 0 && errno != EINTR)
            return -errno;
        if (wanted[0].revents != 0)
            return 0;
        if (wanted[1].revents != 0)
            error = echo_datagram(fd, visits, &own);
    }
    return error;
}
