/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockets.c - a population of sockets in every state that lasts, for who lists them
 *
 * usage: live-sockets PORT CONNECTIONS CHILDREN
 *
 * Says "ready PID", and holds everything until its input ends. From PORT on, all on loopback:
 *
 *   PORT      IPv4 listener, shared with CHILDREN children; CONNECTIONS connections to it, accepted
 *   PORT + 1  listener on all addresses of both families; one connection that nobody accepts
 *   PORT + 2  IPv6 only
 *   PORT + 3  defers accept: one connection whose server's end stays SYN_RECV
 *   PORT + 4  bound, does not listen
 *   PORT + 5  client ends that closed first: TIME_WAIT
 *   PORT + 6  client ends that closed first, and the server has not: FIN_WAIT2 and CLOSE_WAIT
 *   PORT + 7  UDP */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

enum {
    BACKLOG = 64,
    DEFER_S = 60,
    MANY_MAX = 100000
};

static int on = 1;

static struct sockaddr_in6 ipv6(uint16_t port, bool loopback)
{
    const struct sockaddr_in6 name = { .sin6_family = AF_INET6,
                                       .sin6_port = htons(port),
                                       .sin6_addr = loopback ? in6addr_loopback : in6addr_any };

    return name;
}

static struct sockaddr_in ipv4(uint16_t port)
{
    const struct sockaddr_in name = { .sin_family = AF_INET,
                                      .sin_port = htons(port),
                                      .sin_addr = { htonl(INADDR_LOOPBACK) } };

    return name;
}

static int bound4(int type, uint16_t port)
{
    const struct sockaddr_in name = ipv4(port);
    const int fd = socket(AF_INET, type, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd, (const struct sockaddr *)&name, sizeof(name)) != 0)
        tb_fail("port %u: %s", port, strerror(errno));
    return fd;
}

static int listener4(uint16_t port)
{
    const int fd = bound4(SOCK_STREAM, port);

    if (listen(fd, BACKLOG) != 0)
        tb_fail("listen: %s", strerror(errno));
    return fd;
}

static void listener6(uint16_t port, bool only)
{
    const struct sockaddr_in6 name = ipv6(port, only);
    const int fd = socket(AF_INET6, SOCK_STREAM, 0);
    const int v6only = only;

    if (fd < 0 || setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only, sizeof(v6only)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
        bind(fd, (const struct sockaddr *)&name, sizeof(name)) != 0 || listen(fd, BACKLOG) != 0)
        tb_fail("IPv6 port %u: %s", port, strerror(errno));
}

static int connected(uint16_t port)
{
    const struct sockaddr_in name = ipv4(port);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)&name, sizeof(name)) != 0)
        tb_fail("connect to port %u: %s", port, strerror(errno));
    return fd;
}

static int accepted(int listener)
{
    const int fd = accept(listener, NULL, NULL);

    if (fd < 0)
        tb_fail("accept: %s", strerror(errno));
    return fd;
}

/* Until the peer's FIN is there. */
static void read_end(int fd)
{
    char octet;

    if (read(fd, &octet, 1) != 0)
        tb_fail("no FIN");
}

/* Until the other end of the pipe is closed. */
static void wait_for_end(int fd)
{
    char octet;

    while (read(fd, &octet, 1) > 0)
        ;
}

static void close_first(uint16_t port, int count, bool both)
{
    const int listener = listener4(port);

    for (int i = 0; i < count; i++) {
        const int client = connected(port), server = accepted(listener);

        close(client);
        read_end(server);
        if (both)
            close(server);
    }
    if (both)
        close(listener);
}

static void defer(uint16_t port)
{
    const int fd = listener4(port);
    const int seconds = DEFER_S;

    if (setsockopt(fd, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds, sizeof(seconds)) != 0)
        tb_fail("TCP_DEFER_ACCEPT: %s", strerror(errno));
    (void)connected(port);
}

/* Children with the listener, and names that want care. They end with the pipe. */
static void share(int children, int pipe_end)
{
    for (int i = 0; i < children; i++) {
        if (fork() != 0)
            continue;
        (void)prctl(PR_SET_NAME, i % 2 == 0 ? "a) \033[31m(b" : "child", 0, 0, 0);
        wait_for_end(pipe_end);
        _exit(0);
    }
}

static int number(const char *word, int most)
{
    char *end;
    const long value = strtol(word, &end, 10);

    if (*end != '\0' || value < 0 || value > most)
        tb_fail("%s: not a number up to %d", word, most);
    return (int)value;
}

int main(int count, char **arguments)
{
    int ends[2], port, connections, shared;

    if (count != 4 || pipe(ends) != 0)
        tb_fail("usage: live-sockets PORT CONNECTIONS CHILDREN");
    port = number(arguments[1], UINT16_MAX - 8);
    connections = number(arguments[2], MANY_MAX);
    shared = listener4((uint16_t)port);
    if (fork() == 0) { /* what follows is not the children's */
        close(ends[1]);
        share(number(arguments[3], MANY_MAX), ends[0]);
        wait_for_end(ends[0]);
        while (wait(NULL) > 0)
            ;
        _exit(0);
    }
    close(ends[0]);
    for (int i = 0; i < connections; i++) {
        (void)connected((uint16_t)port);
        (void)accepted(shared);
    }
    listener6((uint16_t)(port + 1), false);
    (void)connected((uint16_t)(port + 1));
    listener6((uint16_t)(port + 2), true);
    defer((uint16_t)(port + 3));
    (void)bound4(SOCK_STREAM, (uint16_t)(port + 4));
    close_first((uint16_t)(port + 5), 3, true);
    close_first((uint16_t)(port + 6), 2, false);
    (void)bound4(SOCK_DGRAM, (uint16_t)(port + 7));
    (void)printf("ready %d\n", (int)getpid());
    (void)fflush(stdout);
    wait_for_end(STDIN_FILENO);
    close(ends[1]);
    while (wait(NULL) > 0)
        ;
    return 0;
}
