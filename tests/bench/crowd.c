/* SPDX-License-Identifier: GPL-2.0-or-later */
/* crowd.c - many processes with many open descriptors, that do nothing
 *
 * usage: crowd PROCESSES DESCRIPTORS
 *
 * The descriptors, all in all, are shared out evenly. One of four is a TCP socket, connected on
 * loopback or listening; the others are pipes. Says "ready", and stays until its input ends. */
#define _GNU_SOURCE /* pipe2 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STEP = 8, /* descriptors made at a time: a listener, its client, and six ends of pipes */
    PIPES = 3,
    HELD = 3 /* stdin, stdout and stderr count too */
};

static void give_up(const char *what)
{
    fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void open_sockets(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (listener < 0 || client < 0 || bind(listener, (const void *)&address, length) != 0 ||
        listen(listener, 1) != 0 || getsockname(listener, (void *)&address, &length) != 0 ||
        connect(client, (const void *)&address, length) != 0)
        give_up("socket");
}

/* They stay open until the process ends. */
static void open_descriptors(size_t count)
{
    int ends[2];

    for (size_t made = HELD; made + STEP <= count + STEP / 2; made += STEP) {
        open_sockets();
        for (size_t i = 0; i < PIPES; i++)
            if (pipe2(ends, O_CLOEXEC) != 0)
                give_up("pipe");
    }
}

/* Waits for the end of the pipe, which only the first process has open for writing. */
static void stay(int life, int ready, size_t descriptors)
{
    char octet = 'x';

    open_descriptors(descriptors);
    if (write(ready, &octet, 1) != 1)
        give_up("write");
    close(ready);
    while (read(life, &octet, 1) < 0 && errno == EINTR)
        ;
    _exit(0);
}

static void await_all(int ready, size_t count)
{
    char octet;

    for (size_t i = 0; i < count; i++)
        if (read(ready, &octet, 1) != 1)
            give_up("a process did not get ready");
}

int main(int argc, char **argv)
{
    size_t processes = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
    size_t descriptors = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    int life[2];
    int ready[2];
    char octet;

    if (processes == 0) {
        fprintf(stderr, "usage: crowd PROCESSES DESCRIPTORS\n");
        return 2;
    }
    if (pipe2(life, O_CLOEXEC) != 0 || pipe2(ready, O_CLOEXEC) != 0)
        give_up("pipe");
    for (size_t i = 0; i < processes; i++) {
        pid_t child = fork();

        if (child < 0)
            give_up("fork");
        if (child > 0)
            continue;
        close(life[1]);
        close(ready[0]);
        stay(life[0], ready[1], descriptors / processes);
    }
    close(ready[1]);
    await_all(ready[0], processes);
    printf("ready\n");
    fflush(stdout);
    while (read(STDIN_FILENO, &octet, 1) > 0)
        ;
    close(life[1]);
    while (wait(NULL) > 0)
        ;
    return 0;
}
