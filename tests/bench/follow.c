/* SPDX-License-Identifier: GPL-2.0-or-later */
/* follow.c - how soon a capture program catches packets, and hands them on
 *
 * usage: follow latency COUNT FILE COMMAND [ARGUMENT...]
 *        follow start FILE COMMAND [ARGUMENT...]
 *
 * Starts COMMAND, which writes FILE (pcapng or pcap; a FIFO or a file that need not be there yet),
 * makes connections on loopback, and reads FILE as it grows.
 *
 * latency: prints, of COUNT packets after the first second, milliseconds between a packet's time
 * and the moment when its last octet could be read: least, median, most. The connections, each with
 * one octet to and fro, come every 5 to 45 ms.
 *
 * start: prints milliseconds from exec() to the time of the first packet, and to when it could be
 * read. A connection comes every millisecond. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S     1000000000ull
#define NS_PER_MS    1000000ull
#define LOOK_NS      100000 /* between two looks at the file */
#define WARM_UP_NS   (1 * NS_PER_S)
#define PATIENCE_NS  (30 * NS_PER_S)
#define GAP_MIN_MS   5u
#define GAP_RANGE_MS 40u

/* https://www.ietf.org/archive/id/draft-ietf-opsawg-pcapng-02.html, and -pcap- */
#define BLOCK_SECTION   0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_PACKET    6u
#define OPTION_TSRESOL  9u
#define MAGIC_US        0xa1b2c3d4u
#define MAGIC_NS        0xa1b23c4du
#define PCAP_HEADER     24u
#define PCAP_RECORD     16u

enum {
    ROOM = 4 << 20
};

struct follower {
    int fd;
    uint8_t *data;
    size_t used;
    uint32_t magic;   /* of the file; 0: not read yet */
    uint64_t tick_ns; /* unit of its times */
    uint64_t *delay_ns;
    size_t count;
    size_t wanted;
    uint64_t begun_ns;
    uint64_t first_ns;
};

static void give_up(const char *what)
{
    fprintf(stderr, "follow: %s: %s\n", what, strerror(errno));
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- Reading ------------------------------------------------------------------------------- */

static uint32_t u32(const uint8_t *octets)
{
    uint32_t number;

    memcpy(&number, octets, sizeof number);
    return number;
}

static uint16_t u16(const uint8_t *octets)
{
    uint16_t number;

    memcpy(&number, octets, sizeof number);
    return number;
}

static void take_packet(struct follower *follower, uint64_t time_ns, uint64_t read_ns)
{
    if (follower->first_ns == 0)
        follower->first_ns = time_ns;
    if (time_ns >= follower->begun_ns + WARM_UP_NS && follower->count < follower->wanted)
        follower->delay_ns[follower->count++] = read_ns > time_ns ? read_ns - time_ns : 0;
}

/* if_tsresol, where it is a power of ten; else microseconds. */
static uint64_t tick_of(const uint8_t *block, size_t length)
{
    uint64_t tick_ns = NS_PER_S;

    for (size_t at = 16; at + 8 <= length - 4; at += 4 + ((size_t)u16(block + at + 2) + 3) / 4 * 4)
        if (u16(block + at) == OPTION_TSRESOL && block[at + 4] <= 9) {
            for (unsigned i = 0; i < block[at + 4]; i++)
                tick_ns /= 10;
            return tick_ns;
        }
    return 1000;
}

/* Octets of the block at hand; 0: it is not whole yet. */
static size_t take_block(struct follower *follower, const uint8_t *block, size_t rest,
                         uint64_t read_ns)
{
    size_t length;

    if (rest < 12)
        return 0;
    length = u32(block + 4);
    if (length < 12 || length > ROOM) {
        errno = EPROTO;
        give_up("pcapng");
    }
    if (length > rest)
        return 0;
    if (u32(block) == BLOCK_INTERFACE)
        follower->tick_ns = tick_of(block, length);
    else if (u32(block) == BLOCK_PACKET)
        take_packet(follower,
                    ((uint64_t)u32(block + 12) << 32 | u32(block + 16)) * follower->tick_ns,
                    read_ns);
    return length;
}

static size_t take_record(struct follower *follower, const uint8_t *record, size_t rest,
                          uint64_t read_ns)
{
    size_t length;

    if (rest < PCAP_RECORD)
        return 0;
    length = PCAP_RECORD + u32(record + 8);
    if (length > rest)
        return 0;
    take_packet(follower,
                (uint64_t)u32(record) * NS_PER_S + (uint64_t)u32(record + 4) * follower->tick_ns,
                read_ns);
    return length;
}

static size_t take_head(struct follower *follower, const uint8_t *head, size_t rest)
{
    if (rest < PCAP_HEADER)
        return 0;
    follower->magic = u32(head);
    follower->tick_ns = follower->magic == MAGIC_NS ? 1 : 1000;
    if (follower->magic == BLOCK_SECTION)
        return u32(head + 4) <= rest ? u32(head + 4) : (follower->magic = 0);
    if (follower->magic != MAGIC_US && follower->magic != MAGIC_NS) {
        errno = EPROTO;
        give_up("neither pcapng nor pcap");
    }
    return PCAP_HEADER;
}

static void take_all(struct follower *follower, uint64_t read_ns)
{
    size_t at = 0;
    size_t length;

    do {
        const uint8_t *data = follower->data + at;
        size_t rest = follower->used - at;

        if (follower->magic == 0)
            length = take_head(follower, data, rest);
        else if (follower->magic == BLOCK_SECTION)
            length = take_block(follower, data, rest, read_ns);
        else
            length = take_record(follower, data, rest, read_ns);
        at += length;
    } while (length > 0);
    memmove(follower->data, follower->data + at, follower->used - at);
    follower->used -= at;
}

static void look(struct follower *follower, const char *path)
{
    ssize_t got;

    if (follower->fd < 0)
        follower->fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (follower->fd < 0)
        return;
    while ((got = read(follower->fd, follower->data + follower->used, ROOM - follower->used)) > 0) {
        follower->used += (size_t)got;
        take_all(follower, now_ns());
    }
}

static void sleep_ns(long length_ns)
{
    const struct timespec length = { .tv_nsec = length_ns };

    nanosleep(&length, NULL);
}

/* --- Traffic ------------------------------------------------------------------------------- */

static int listen_somewhere(struct sockaddr_in *address)
{
    socklen_t length = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    *address =
        (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    if (fd < 0 || bind(fd, (const void *)address, length) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (void *)address, &length) != 0)
        give_up("listen");
    return fd;
}

static void exchange(int listener, const struct sockaddr_in *address)
{
    char octet = 'x';
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int server;

    if (client < 0 || connect(client, (const void *)address, sizeof *address) != 0)
        give_up("connect");
    server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (server < 0 || send(client, &octet, 1, 0) != 1 || recv(server, &octet, 1, 0) != 1 ||
        send(server, &octet, 1, 0) != 1 || recv(client, &octet, 1, 0) != 1)
        give_up("exchange");
    close(client);
    close(server);
}

/* --- The whole ----------------------------------------------------------------------------- */

/* What it says goes to stderr, and is not what is measured. */
static pid_t start(char **command)
{
    pid_t child = fork();

    if (child < 0)
        give_up("fork");
    if (child > 0)
        return child;
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    execvp(command[0], command);
    give_up(command[0]);
    _exit(127);
}

static void stop(pid_t child)
{
    int status;

    (void)kill(child, SIGINT);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
}

static bool is_done(const struct follower *follower)
{
    return follower->wanted == 0 ? follower->first_ns != 0 : follower->count >= follower->wanted;
}

static uint64_t next_gap_ns(const struct follower *follower)
{
    /* no two connections at the same distance: else they keep step with the capture's timers */
    return follower->wanted == 0
               ? NS_PER_MS
               : (GAP_MIN_MS * NS_PER_MS + (uint64_t)random() % (GAP_RANGE_MS * NS_PER_MS));
}

static void follow(struct follower *follower, const char *path, pid_t child)
{
    struct sockaddr_in address;
    int listener = listen_somewhere(&address);
    uint64_t due_ns = 0;

    while (!is_done(follower)) {
        uint64_t time_ns = now_ns();

        if (time_ns >= due_ns) {
            exchange(listener, &address);
            due_ns = time_ns + next_gap_ns(follower);
        }
        look(follower, path);
        if (time_ns - follower->begun_ns > PATIENCE_NS + follower->wanted * NS_PER_MS * 10 ||
            waitpid(child, NULL, WNOHANG) != 0) {
            fprintf(stderr, "follow: no packets, or not as many\n");
            (void)kill(child, SIGINT);
            exit(1);
        }
        sleep_ns(LOOK_NS);
    }
}

static int compare(const void *left, const void *right)
{
    const uint64_t *one = left;
    const uint64_t *other = right;

    return (*one > *other) - (*one < *other);
}

static double ms(uint64_t length_ns)
{
    return (double)length_ns / 1e6;
}

static void print_delays(struct follower *follower)
{
    const uint64_t *delay_ns = follower->delay_ns;
    size_t last = follower->count - 1;

    qsort(follower->delay_ns, follower->count, sizeof *delay_ns, compare);
    printf("%.3f %.3f %.3f\n", ms(delay_ns[0]), ms(delay_ns[last / 2]), ms(delay_ns[last]));
}

int main(int argc, char **argv)
{
    bool is_latency = argc > 4 && strcmp(argv[1], "latency") == 0;
    struct follower follower = { .fd = -1 };
    char **rest = argv + (is_latency ? 3 : 2);
    uint64_t read_ns;
    pid_t child;

    if (argc < 4 || (!is_latency && strcmp(argv[1], "start") != 0)) {
        fprintf(stderr, "usage: follow latency COUNT FILE COMMAND... | follow start FILE "
                        "COMMAND...\n");
        return 2;
    }
    follower.wanted = is_latency ? strtoul(argv[2], NULL, 10) : 0;
    follower.data = malloc(ROOM);
    follower.delay_ns = calloc(follower.wanted + 1, sizeof *follower.delay_ns);
    if (follower.data == NULL || follower.delay_ns == NULL)
        give_up("memory");
    /* a FIFO without a reader would keep the command from starting */
    follower.fd = open(rest[0], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    follower.begun_ns = now_ns();
    child = start(rest + 1);
    follow(&follower, rest[0], child);
    read_ns = now_ns();
    stop(child);
    if (is_latency)
        print_delays(&follower);
    else
        printf("%.3f %.3f\n", ms(follower.first_ns - follower.begun_ns),
               ms(read_ns - follower.begun_ns));
    free(follower.delay_ns);
    free(follower.data);
    return 0;
}
