/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hello.c - one HTTP request and its response over the loopback device, in the article's order
 *
 *   live-hello CAPTURES
 *
 * Waits until as many captures run in this network namespace, then listens on port 8080, asks
 * itself for / and closes at the client first. Every step waits for its acknowledgment, so that
 * each gets a segment of its own. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

enum {
    PORT = 8080,
    LOOKS = 4000, /* this often, */
    LOOK_NS = 5000000
};

static void must(int result, const char *what)
{
    if (result < 0)
        tb_fail("%s: %s", what, strerror(errno));
}

/* A line for each packet socket; the sixth word says whether it runs. */
static bool says_running(char *line)
{
    char *rest = NULL;
    const char *word = strtok_r(line, " ", &rest);

    for (int column = 1; word && column < 6; column++)
        word = strtok_r(NULL, " ", &rest);
    return word && strcmp(word, "1") == 0;
}

static bool captures_run(int wanted)
{
    FILE *list = fopen("/proc/net/packet", "re");
    char line[256];
    int found = 0;

    if (!list)
        tb_fail("/proc/net/packet: %s", strerror(errno));
    while (fgets(line, sizeof(line), list))
        found += says_running(line);
    fclose(list);
    return found >= wanted;
}

static bool is_acked(int fd)
{
    int unacked = 0;

    must(ioctl(fd, SIOCOUTQ, &unacked), "SIOCOUTQ");
    return unacked == 0;
}

/* SIOCOUTQ counts data only. */
static bool is_fin_acked(int fd)
{
    struct tcp_info info;
    socklen_t size = sizeof(info);

    must(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size), "TCP_INFO");
    return info.tcpi_state == TCP_FIN_WAIT2;
}

static void wait_for(bool (*test)(int), int argument, const char *what)
{
    const struct timespec pause = { .tv_nsec = LOOK_NS };

    for (int i = 0; i < LOOKS; i++) {
        if (test(argument))
            return;
        nanosleep(&pause, NULL);
    }
    tb_fail("this never came: %s", what);
}

static void say(int from, int to, const char *text)
{
    char heard[256];
    const size_t size = strlen(text);

    if (send(from, text, size, MSG_NOSIGNAL) != (ssize_t)size ||
        recv(to, heard, size, MSG_WAITALL) != (ssize_t)size)
        tb_fail("sending or receiving: %s", strerror(errno));
    wait_for(is_acked, from, "the acknowledgment of the data");
}

int main(int count, char **arguments)
{
    const struct sockaddr_in address = { .sin_family = AF_INET,
                                         .sin_port = htons(PORT),
                                         .sin_addr = { htonl(INADDR_LOOPBACK) } };
    const struct sockaddr *where = (const struct sockaddr *)&address;
    int listener, client, server;

    if (count != 2)
        tb_fail("usage: live-hello CAPTURES");
    wait_for(captures_run, (int)strtol(arguments[1], NULL, 10), "all captures");
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(bind(listener, where, sizeof(address)), "bind");
    must(listen(listener, 1), "listen");
    must(connect(client, where, sizeof(address)), "connect");
    server = accept(listener, NULL, NULL);
    must(server, "accept");
    say(client, server, "GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n");
    say(server, client, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nHelloWorld");
    must(shutdown(client, SHUT_WR), "shutdown");
    wait_for(is_fin_acked, client, "the acknowledgment of the FIN");
    must(close(server), "close");
    must(close(client), "close");
    return EXIT_SUCCESS;
}
