/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hostile.c - processes that never hold still, and what each of them held
 *
 *   live-hostile SECONDS DRIVERS TRUTH
 *
 * Each driver starts one process after the other. A process listens on a port of a few that all use
 * again, connects to itself, and then moves its sockets to other descriptors, renames itself,
 * forks, passes a socket to a relative, enters a network namespace of its own, executes itself, and
 * ends. TRUTH is a file that grows by
 *
 *   B ID PID TIME        begins, at TIME or later
 *   S ID INODE 0         holds that socket at some time between its begin and end
 *   C ID LOCAL REMOTE    likewise, the end of a connection with these ports
 *   E ID TIME 0          has ended, at TIME or before
 *
 * with TIME in nanoseconds of CLOCK_MONOTONIC and an ID for each process that no other has. The
 * time of B is taken before fork() and that of E after waitpid(). Prints how many processes there
 * were and how many times something changed. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "truth.h"

enum {
    FIRST_PORT = 40000, /* above those that others use, */
    PORTS = 200,        /* few, so that they are used again */
    RENUMBERED = 4,     /* times */
    FD_FIRST = 20,
    FD_COUNT = 40,
    KINDS = 6,
    HELD = 3, /* sockets of a process */
    LINE_MAX_OCTETS = 128
};

struct shared {
    atomic_ulong processes;
    atomic_ulong events;
};

static struct shared *shared;
static int truth;

static void must(int result, const char *what)
{
    if (result < 0)
        tb_fail("%s: %s", what, strerror(errno));
}

/* second: 0 where the kind has none */
static void tell(char kind, unsigned long id, unsigned long first, unsigned long long second)
{
    char line[LINE_MAX_OCTETS];
    const int length = snprintf(line, sizeof(line), "%c %lu %lu %llu\n", kind, id, first, second);

    if (write(truth, line, (size_t)length) != length)
        tb_fail("writing the truth: %s", strerror(errno));
}

static void changed(unsigned long events)
{
    atomic_fetch_add(&shared->events, events);
}

static unsigned long next_id(void)
{
    return atomic_fetch_add(&shared->processes, 1);
}

static void tell_begin(unsigned long id, uint64_t before)
{
    tell('B', id, (unsigned long)getpid(), before);
}

static void tell_socket(unsigned long id, int fd)
{
    struct stat file;

    must(fstat(fd, &file), "fstat");
    tell('S', id, (unsigned long)file.st_ino, 0);
}

/* --- A process -------------------------------------------------------------------------------- */

static void tell_ends(unsigned long id, int fd)
{
    struct sockaddr_in ends[2] = { 0 };
    socklen_t size = sizeof(ends[0]);

    must(getsockname(fd, (struct sockaddr *)&ends[0], &size), "getsockname");
    must(getpeername(fd, (struct sockaddr *)&ends[1], &size), "getpeername");
    tell('C', id, ntohs(ends[0].sin_port), ntohs(ends[1].sin_port));
}

/* A listener, a connection to it, both ends. False: the port is still another's. */
static bool open_sockets(unsigned long id, unsigned seed, int held[HELD])
{
    struct sockaddr_in place = { .sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)(FIRST_PORT + seed % PORTS)),
                                 .sin_addr = { htonl(INADDR_LOOPBACK) } };
    const struct linger reset = { .l_onoff = 1 };
    const int on = 1;

    held[0] = socket(AF_INET, SOCK_STREAM, 0);
    held[1] = socket(AF_INET, SOCK_STREAM, 0);
    must(held[0] < 0 ? held[0] : held[1], "socket");
    tell_socket(id, held[0]);
    tell_socket(id, held[1]);
    must(setsockopt(held[0], SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), "SO_REUSEADDR");
    must(setsockopt(held[1], SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), "SO_LINGER");
    if (bind(held[0], (struct sockaddr *)&place, sizeof(place)) != 0 || listen(held[0], 4) != 0 ||
        connect(held[1], (struct sockaddr *)&place, sizeof(place)) != 0)
        return false;
    tell_ends(id, held[1]);
    held[2] = accept(held[0], NULL, NULL);
    must(held[2], "accept");
    tell_socket(id, held[2]);
    tell_ends(id, held[2]);
    if (send(held[1], "hello?\n", 7, MSG_NOSIGNAL) < 0)
        return false;
    changed(HELD);
    return true;
}

static void renumber(unsigned seed, int held[HELD])
{
    for (unsigned i = 0; i < RENUMBERED * HELD; i++) {
        const int to = FD_FIRST + (int)((seed + i * 7) % FD_COUNT);
        bool is_taken = false;

        for (int other = 0; other < HELD; other++)
            is_taken = is_taken || held[other] == to;
        if (is_taken)
            continue;
        must(dup2(held[i % HELD], to), "dup2");
        close(held[i % HELD]);
        held[i % HELD] = to;
        changed(1);
    }
}

static void rename_often(unsigned seed)
{
    char name[16];

    for (unsigned i = 0; i < RENUMBERED; i++) {
        (void)snprintf(name, sizeof(name), "h%u-%u", seed % PORTS, i);
        must(prctl(PR_SET_NAME, name), "PR_SET_NAME");
        changed(1);
    }
}

static void finish(pid_t child, unsigned long id)
{
    must((int)waitpid(child, NULL, 0), "waitpid");
    tell('E', id, (unsigned long)tb_truth_now(), 0);
    changed(1);
}

/* The child has what the parent has, until it ends. */
static void fork_holder(int held[HELD])
{
    const unsigned long id = next_id();
    const uint64_t before = tb_truth_now();
    const pid_t child = fork();

    must((int)child, "fork");
    if (child == 0) {
        tell_begin(id, before);
        for (int i = 0; i < HELD; i++) {
            tell_socket(id, held[i]);
            if (i > 0)
                tell_ends(id, held[i]);
        }
        changed(1);
        _exit(0);
    }
    finish(child, id);
}

static void send_descriptor(int through, int fd)
{
    char octet = 'x';
    struct iovec data = { &octet, 1 };
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
    };
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(header), &fd, sizeof(fd));
    must((int)sendmsg(through, &message, 0), "sendmsg");
}

static int receive_descriptor(int through)
{
    char octet;
    struct iovec data = { &octet, 1 };
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)
    };
    int fd;

    must((int)recvmsg(through, &message, 0), "recvmsg");
    if (CMSG_FIRSTHDR(&message) == NULL)
        tb_fail("no descriptor came");
    memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
    return fd;
}

/* The accepted end goes to a child that has none, and is closed here. */
static void pass_on(int held[HELD])
{
    const unsigned long id = next_id();
    const uint64_t before = tb_truth_now();
    int pair[2];
    pid_t child;

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
    child = fork();
    must((int)child, "fork");
    if (child == 0) {
        tell_begin(id, before);
        for (int i = 0; i < HELD; i++) { /* it has them for a moment */
            tell_socket(id, held[i]);
            if (i > 0)
                tell_ends(id, held[i]);
            close(held[i]);
        }
        held[2] = receive_descriptor(pair[1]);
        tell_ends(id, held[2]);
        (void)send(held[2], "hello\n", 6, MSG_NOSIGNAL);
        _exit(0);
    }
    send_descriptor(pair[0], held[2]);
    close(held[2]);
    held[2] = dup(held[1]);
    close(pair[0]);
    close(pair[1]);
    changed(2);
    finish(child, id);
}

/* Its sockets stay where they are. */
static void leave_namespace(void)
{
    must(unshare(CLONE_NEWNET), "CLONE_NEWNET");
    changed(1);
}

static void execute_itself(char *program)
{
    char again[] = "--again";
    char *const arguments[] = { program, again, NULL };

    changed(1);
    execv("/proc/self/exe", arguments);
    tb_fail("exec: %s", strerror(errno));
}

static void be_process(unsigned long id, char *program)
{
    const unsigned seed = (unsigned)(id * 2654435761u >> 7);
    int held[HELD];

    if (!open_sockets(id, seed, held))
        return;
    rename_often(seed);
    renumber(seed, held);
    switch (id % KINDS) {
    case 0:
        fork_holder(held);
        break;
    case 1:
        pass_on(held);
        break;
    case 2:
        execute_itself(program);
        break;
    case 3:
        if (id % 8 == 3) /* namespaces are slow to make */
            leave_namespace();
        break;
    default:
        sched_yield();
    }
    renumber(seed + 1, held);
}

/* --- The whole -------------------------------------------------------------------------------- */

static void drive(uint64_t end_ns, char *program)
{
    while (tb_truth_now() < end_ns) {
        const unsigned long id = next_id();
        const uint64_t before = tb_truth_now();
        const pid_t child = fork();

        must((int)child, "fork");
        if (child == 0) {
            tell_begin(id, before);
            be_process(id, program);
            _exit(0);
        }
        finish(child, id);
    }
}

int main(int count, char **arguments)
{
    uint64_t end_ns;

    tb_fail_name("hostile");
    if (count == 2 && strcmp(arguments[1], "--again") == 0)
        return 0; /* the sockets end with it */
    if (count != 4)
        tb_fail("usage: live-hostile SECONDS DRIVERS TRUTH");
    truth = open(arguments[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    must(truth, arguments[3]);
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        tb_fail("mmap: %s", strerror(errno));
    end_ns = tb_truth_now() + strtoull(arguments[1], NULL, 10) * 1000000000u;
    for (long i = strtol(arguments[2], NULL, 10); i > 0; i--) {
        const pid_t driver = fork();

        must((int)driver, "fork");
        if (driver == 0) {
            drive(end_ns, arguments[0]);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    printf("%lu processes, %lu changes\n", atomic_load(&shared->processes),
           atomic_load(&shared->events));
    return 0;
}
