/* SPDX-License-Identifier: GPL-2.0-or-later */
/* truth.c - what the processes of a population write down about themselves */
#include "truth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

static int truth_fd = -1;

void tb_truth_begin(int fd)
{
    truth_fd = fd;
}

uint64_t tb_truth_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

struct end_text {
    char address[INET6_ADDRSTRLEN];
    unsigned port;
};

typedef int ask_fn(int socket, struct sockaddr *address, socklen_t *size);

static void ask(ask_fn *name_of, int socket, struct end_text *text)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof(address);
    struct sockaddr_in ipv4;
    struct sockaddr_in6 ipv6;

    if (name_of(socket, (struct sockaddr *)&address, &size) != 0)
        tb_fail("name of a socket: %s", strerror(errno));
    memcpy(&ipv4, &address, sizeof(ipv4));
    memcpy(&ipv6, &address, sizeof(ipv6));
    if (address.ss_family == AF_INET)
        inet_ntop(AF_INET, &ipv4.sin_addr, text->address, sizeof(text->address));
    else
        inet_ntop(AF_INET6, &ipv6.sin6_addr, text->address, sizeof(text->address));
    text->port = ntohs(address.ss_family == AF_INET ? ipv4.sin_port : ipv6.sin6_port);
}

void tb_truth_tell(const char *end, int socket, const char *comm, uint64_t time_ns)
{
    char line[TB_TRUTH_LINE_MAX];
    struct end_text local;
    struct end_text remote;
    int length;

    ask(getsockname, socket, &local);
    ask(getpeername, socket, &remote);
    length =
        snprintf(line, sizeof(line), "%s %s %u %s %u %d %s %llu\n", end, local.address, local.port,
                 remote.address, remote.port, (int)getpid(), comm, (unsigned long long)time_ns);
    if (write(truth_fd, line, (size_t)length) != length)
        tb_fail("writing the truth: %s", strerror(errno));
}
