/* SPDX-License-Identifier: GPL-2.0-or-later */
/* http.c - an HTTP server that does as little as possible, and a load for it
 *
 * usage: http serve PORT
 *        http load PORT CONNECTIONS SECONDS keep|close
 *
 * One thread each, by epoll. The server answers whatever ends in an empty line with the same 128
 * octets of text, and closes where asked to. The load sends the next request when the answer to the
 * last is there, on a new connection each or on the same; it prints the requests that were answered
 * and the seconds that took, and is for machines without wrk, which gets more out of the server. */
#define _GNU_SOURCE /* accept4, memmem */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    EVENTS = 256,
    MESSAGE_MAX = 4096,
    BODY = 128,
    CONNECTIONS_MAX = 1000
};

static const char request_keep[] = "GET / HTTP/1.1\r\nHost: bench\r\n\r\n";
static const char request_close[] = "GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n";

static void give_up(const char *what)
{
    fprintf(stderr, "http: %s: %s\n", what, strerror(errno));
    exit(1);
}

static struct sockaddr_in address_of(uint16_t port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons(port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static void add(int poll, int fd)
{
    struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0)
        give_up("epoll");
}

/* --- Serving ------------------------------------------------------------------------------- */

static int listen_on(uint16_t port)
{
    const struct sockaddr_in address = address_of(port);
    int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, (const void *)&address, sizeof address) != 0 || listen(fd, 1024) != 0)
        give_up("listen");
    return fd;
}

static void take_all(int listener, int poll)
{
    int fd;

    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
        add(poll, fd);
}

/* A request comes in one piece on loopback. */
static void answer(int fd, const char *response, size_t length)
{
    char request[MESSAGE_MAX];
    ssize_t got = recv(fd, request, sizeof request, 0);
    bool ends;

    if (got < 0 && errno == EAGAIN)
        return;
    ends = got <= 0 || memmem(request, (size_t)got, "\nConnection: close\r", 19) != NULL;
    if (got > 0 && send(fd, response, length, MSG_NOSIGNAL) != (ssize_t)length)
        ends = true;
    if (ends)
        close(fd);
}

static void serve(uint16_t port)
{
    char response[MESSAGE_MAX];
    int length = snprintf(response, sizeof response,
                          "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n"
                          "\r\n%0*d",
                          BODY, BODY, 0);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    int listener = listen_on(port);
    struct epoll_event events[EVENTS];

    add(poll, listener);
    for (;;) {
        int count = epoll_wait(poll, events, EVENTS, -1);

        for (int i = 0; i < count; i++)
            if (events[i].data.fd == listener)
                take_all(listener, poll);
            else
                answer(events[i].data.fd, response, (size_t)length);
    }
}

/* --- Load ---------------------------------------------------------------------------------- */

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void ask(int fd, bool closes)
{
    const char *request = closes ? request_close : request_keep;
    size_t length = strlen(request);

    if (send(fd, request, length, MSG_NOSIGNAL) != (ssize_t)length)
        give_up("send");
}

static void begin(int poll, uint16_t port, bool closes)
{
    const struct sockaddr_in address = address_of(port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (const void *)&address, sizeof address) != 0)
        give_up("connect");
    add(poll, fd);
    ask(fd, closes);
}

/* 1 where an answer has come. Whoever is to close does when the server has. */
static unsigned go_on(int poll, int fd, uint16_t port, bool closes)
{
    char response[MESSAGE_MAX];
    ssize_t got = recv(fd, response, sizeof response, 0);

    if (got > 0 && !closes)
        ask(fd, false);
    if (got <= 0) {
        close(fd);
        begin(poll, port, closes);
    }
    return got > 0;
}

static void load(uint16_t port, unsigned connections, double seconds, bool closes)
{
    int poll = epoll_create1(EPOLL_CLOEXEC);
    double begun = now();
    struct epoll_event events[EVENTS];
    unsigned long answered = 0;

    for (unsigned i = 0; i < connections; i++)
        begin(poll, port, closes);
    while (now() - begun < seconds) {
        int count = epoll_wait(poll, events, EVENTS, 100);

        for (int i = 0; i < count; i++)
            answered += go_on(poll, events[i].data.fd, port, closes);
    }
    printf("%lu requests in %.2fs\n", answered, now() - begun);
}

int main(int argc, char **argv)
{
    uint16_t port = argc > 2 ? (uint16_t)strtoul(argv[2], NULL, 10) : 0;
    unsigned long connections = argc == 6 ? strtoul(argv[3], NULL, 10) : 0;

    if (argc == 3 && strcmp(argv[1], "serve") == 0)
        serve(port);
    if (argc != 6 || strcmp(argv[1], "load") != 0 || connections == 0 ||
        connections > CONNECTIONS_MAX) {
        fprintf(stderr, "usage: http serve PORT | "
                        "http load PORT CONNECTIONS SECONDS keep|close\n");
        return 2;
    }
    load(port, (unsigned)connections, strtod(argv[4], NULL), strcmp(argv[5], "close") == 0);
    return 0;
}
