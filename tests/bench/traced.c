/* SPDX-License-Identifier: GPL-2.0-or-later */
/* traced.c - what a program does that is captured and traced, and what that costs it
 *
 * usage: traced connect COUNT | traced receive COUNT
 *
 * connect: loopback connections, each connected, accepted and closed. receive: one octet goes to
 * and fro over one connection. Both ends are in this one thread, so that nobody is waited for.
 * Prints microseconds of CPU time (user and system) and of wall-clock time of one connection or
 * receive.
 *
 * The kernel's part of loopback runs in the sender's context: it is in the CPU time. */
#define _GNU_SOURCE /* accept4 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT         9000
#define NET_LOOPBACK 0x7f000000u
/* 28,000 ports an address: in TIME-WAIT they are kept for a minute */
#define ADDRESSES 200u

static void give_up(const char *what)
{
    fprintf(stderr, "traced: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double seconds(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int new_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        give_up("socket");
    return fd;
}

static int listen_anywhere(void)
{
    const struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(PORT) };
    int yes = 1;
    int fd = new_socket();

    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(fd, (const void *)&address, sizeof address) != 0 || listen(fd, 128) != 0)
        give_up("listen");
    return fd;
}

static int connect_to(uint32_t number)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons(PORT),
                                         .sin_addr.s_addr =
                                             htonl(NET_LOOPBACK + 1 + number % ADDRESSES) };
    int fd = new_socket();

    if (connect(fd, (const void *)&address, sizeof address) != 0)
        give_up("connect");
    return fd;
}

static int take_from(int listener)
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

    if (fd < 0)
        give_up("accept");
    return fd;
}

static void connect_often(int listener, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        int client = connect_to(i);
        int server = take_from(listener);

        close(client);
        close(server);
    }
}

static void pass(int from, int to)
{
    char octet = 'x';

    if (send(from, &octet, 1, 0) != 1 || recv(to, &octet, 1, 0) != 1)
        give_up("receive");
}

static void receive_often(int listener, uint32_t count)
{
    int yes = 1;
    int client = connect_to(0);
    int server = take_from(listener);

    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    for (uint32_t i = 0; i < count; i += 2) {
        pass(client, server);
        pass(server, client);
    }
    close(client);
    close(server);
}

int main(int argc, char **argv)
{
    bool connects = argc == 3 && strcmp(argv[1], "connect") == 0;
    uint32_t count = argc == 3 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
    double cpu;
    double wall;
    int listener;

    if (count == 0 || (!connects && strcmp(argv[1], "receive") != 0)) {
        fprintf(stderr, "usage: traced connect COUNT | traced receive COUNT\n");
        return 2;
    }
    listener = listen_anywhere();
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    wall = seconds(CLOCK_MONOTONIC);
    if (connects)
        connect_often(listener, count);
    else
        receive_often(listener, count);
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    printf("%.4f %.4f\n", cpu * 1e6 / count, wall * 1e6 / count);
    return 0;
}
