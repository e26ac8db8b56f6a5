/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holding.c - processes that hold an end of a connection on loopback, and say so
 *
 *   live-holding serve PORT one|fork|late  each connection gets an answer to each request
 *   live-holding ask|ask6 PORT FROM        asks again and again from the port, until SIGTERM
 *   live-holding once PORT FROM            asks once
 *   live-holding reuse PORT FROM           two processes, one after the other, from one port
 *
 * Each line of stdout is "PID END PORT": who holds the client's or the server's end of the
 * connection that has the client's PORT, in the order in which they came to it.
 *
 * Servers have an IPv6 socket, which takes IPv4 too; ask6 asks over IPv6.
 *
 * one: the process that accepts answers. fork: it has a child by then that holds the socket too and
 * never uses it. late: it accepts no connection before SIGUSR1. reuse: the first one asks and
 * resets the connection; the second one, which was there before, at once makes another from the
 * same port and asks the same again and again, until SIGTERM. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

enum {
    BACKLOG = 16,
    TEXT_SIZE = 64,
    PAUSE_MS = 200
};

static const char request[] = "hello?\n";
static const char answer[] = "hello\n";

static void must(int result, const char *what)
{
    if (result < 0)
        tb_fail("%s: %s", what, strerror(errno));
}

static volatile sig_atomic_t told_to_end, told_to_accept;

static void take_signal(int number)
{
    if (number == SIGUSR1)
        told_to_accept = 1;
    else
        told_to_end = 1;
}

/* So long, or until a signal. */
static void pause_for(long ms)
{
    const struct timespec time = { .tv_nsec = ms * 1000000 };

    nanosleep(&time, NULL);
}

/* Either family. */
struct name {
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    };
    socklen_t size;
};

static struct name loopback(const char *port, bool ipv6)
{
    const in_port_t number = htons((uint16_t)strtol(port, NULL, 10));
    struct name name = { .size = ipv6 ? sizeof(name.ipv6) : sizeof(name.ipv4) };

    if (ipv6)
        name.ipv6 = (struct sockaddr_in6){ .sin6_family = AF_INET6,
                                           .sin6_port = number,
                                           .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    else
        name.ipv4 = (struct sockaddr_in){ .sin_family = AF_INET,
                                          .sin_port = number,
                                          .sin_addr = { htonl(INADDR_LOOPBACK) } };
    return name;
}

static void tell(const char *end, int client_port)
{
    printf("%d %s %d\n", (int)getpid(), end, client_port);
}

/* --- The server ------------------------------------------------------------------------------- */

static void answer_all(int fd)
{
    char text[TEXT_SIZE];

    while (read(fd, text, sizeof(text)) > 0)
        must((int)send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL), "send");
}

static void handle(int fd, int client_port, bool forks)
{
    pid_t child = forks ? fork() : 0;

    if (forks && child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pause();
    }
    tell("server", client_port);
    answer_all(fd);
    if (forks) {
        kill(child, SIGKILL);
        waitpid(child, NULL, 0);
    }
    close(fd);
}

static int listen_at(const char *port)
{
    struct name name = loopback(port, true);
    int listener = socket(AF_INET6, SOCK_STREAM, 0);
    int on = 1, off = 0;

    name.ipv6.sin6_addr = in6addr_any;
    must(listener, "socket");
    must(setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)), "IPV6_V6ONLY");
    must(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "SO_REUSEADDR");
    must(bind(listener, &name.any, name.size), "bind");
    must(listen(listener, BACKLOG), "listen");
    return listener;
}

static int serve(const char *port, const char *manner)
{
    int listener = listen_at(port);

    for (;;) {
        struct pollfd wait = { .fd = listener, .events = POLLIN };
        struct name client = { .size = sizeof(client.ipv6) };
        int fd;

        if (poll(&wait, 1, -1) < 0 && errno != EINTR)
            tb_fail("poll: %s", strerror(errno));
        while (strcmp(manner, "late") == 0 && !told_to_accept)
            pause_for(PAUSE_MS);
        fd = accept(listener, &client.any, &client.size);
        must(fd, "accept");
        if (fork() == 0) { /* a process each: none of them waits for another */
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            close(listener);
            handle(fd, ntohs(client.ipv6.sin6_port), strcmp(manner, "fork") == 0);
            _exit(0);
        }
        close(fd);
    }
}

/* --- Clients ---------------------------------------------------------------------------------- */

static int connect_from(const char *port, const char *from, bool ipv6)
{
    const struct name name = loopback(port, ipv6);
    const struct name own = loopback(from, ipv6);
    int fd = socket(name.any.sa_family, SOCK_STREAM, 0);
    int on = 1;

    must(fd, "socket");
    must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "SO_REUSEADDR");
    must(bind(fd, &own.any, own.size), "bind");
    must(connect(fd, &name.any, name.size), "connect");
    tell("client", (int)strtol(from, NULL, 10));
    return fd;
}

static void ask_once(int fd)
{
    char text[TEXT_SIZE];

    must((int)send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL), "send");
    if (recv(fd, text, sizeof(answer) - 1, MSG_WAITALL) != sizeof(answer) - 1)
        tb_fail("no answer: %s", strerror(errno));
}

static void ask(const char *port, const char *from, bool ipv6, bool goes_on)
{
    int fd = connect_from(port, from, ipv6);

    do {
        ask_once(fd);
        if (goes_on)
            pause_for(PAUSE_MS);
    } while (goes_on && !told_to_end);
    close(fd);
}

static void ask_and_reset(const char *port, const char *from)
{
    const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
    int fd = connect_from(port, from, false);

    ask_once(fd);
    must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), "SO_LINGER");
    close(fd);
}

static int reuse(const char *port, const char *from)
{
    int turn[2];
    char octet = 0;

    must(pipe(turn), "pipe");
    if (fork() == 0) {
        pause_for(PAUSE_MS); /* both are there */
        ask_and_reset(port, from);
        must((int)write(turn[1], &octet, 1), "write");
        exit(EXIT_SUCCESS);
    }
    must((int)read(turn[0], &octet, 1), "read");
    ask(port, from, false, true);
    return EXIT_SUCCESS;
}

int main(int count, char **arguments)
{
    const struct sigaction action = { .sa_handler = take_signal };
    const char *what = count > 1 ? arguments[1] : "";

    tb_fail_name("holding");
    setvbuf(stdout, NULL, _IOLBF, 0);
    must(sigaction(SIGUSR1, &action, NULL), "sigaction");
    if (count == 4 && strcmp(what, "serve") == 0)
        return serve(arguments[2], arguments[3]);
    must(sigaction(SIGTERM, &action, NULL), "sigaction");
    if (count == 4 && strcmp(what, "reuse") == 0)
        return reuse(arguments[2], arguments[3]);
    if (count != 4 ||
        (strcmp(what, "ask") != 0 && strcmp(what, "ask6") != 0 && strcmp(what, "once") != 0))
        tb_fail("usage: live-holding serve PORT one|fork|late | ask|ask6|once|reuse PORT FROM");
    ask(arguments[2], arguments[3], strcmp(what, "ask6") == 0, strcmp(what, "once") != 0);
    return EXIT_SUCCESS;
}
