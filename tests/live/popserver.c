/* SPDX-License-Identifier: GPL-2.0-or-later */
/* popserver.c - the servers of a population: every way in which a connection finds its handler */
#include "popserver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"
#include "truth.h"

enum {
    WORKERS = 4,
    BACKLOG = 1024
};

static const struct tb_popserver *served; /* by this process and its children */
static int listener = -1;
static uint16_t listening_port;

static void must(int result, const char *what)
{
    if (result < 0)
        tb_fail("%s: %s: %s", served == NULL ? "population" : served->name, what, strerror(errno));
}

/* --- One connection --------------------------------------------------------------------------- */

/* The truth is told before the peer can see the end: when all clients have ended, it is complete.
 */
static void handle(int fd)
{
    static const char text[] = "hello\n";
    char request[64];

    if (!served->speaks_first)
        must((int)read(fd, request, sizeof(request)), "read");
    else
        must((int)write(fd, text, sizeof(text) - 1), "write");
    tb_truth_tell("handler", fd, served->comm, tb_truth_now());
    if (!served->speaks_first)
        must((int)write(fd, text, sizeof(text) - 1), "write");
    close(fd);
}

/* To be handled by another process. */
static int accept_for_another(void)
{
    int fd = accept(listener, NULL, NULL);

    must(fd, "accept");
    tb_truth_tell("acceptor", fd, served->comm, tb_truth_now());
    return fd;
}

static int accept_one(void)
{
    int fd = accept(listener, NULL, NULL);

    must(fd, "accept");
    return fd;
}

static void accept_and_handle(void)
{
    for (;;)
        handle(accept_one());
}

/* --- Servers ---------------------------------------------------------------------------------- */

static int listen_anew(void)
{
    struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_port = htons(listening_port) };
    socklen_t size = sizeof(address);
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int no = 0;
    int yes = 1;

    must(fd, "socket");
    must(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)), "IPV6_V6ONLY");
    must(setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes)), "SO_REUSEPORT");
    must(bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind");
    must(listen(fd, BACKLOG), "listen");
    must(getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
    listening_port = ntohs(address.sin6_port);
    return fd;
}

static pid_t fork_child(void)
{
    pid_t child = fork();

    must((int)child, "fork");
    return child;
}

static void run_forking(void)
{
    signal(SIGCHLD, SIG_IGN); /* nobody waits for them */
    for (;;) {
        int fd = accept_for_another();

        if (fork_child() == 0) {
            handle(fd);
            _exit(0);
        }
        close(fd);
    }
}

static void run_prefork(void)
{
    for (int i = 1; i < WORKERS; i++) {
        if (fork_child() == 0)
            break;
    }
    accept_and_handle();
}

/* Each listens for itself; what comes is spread by the kernel. */
static void run_reuseport(void)
{
    for (int i = 1; i < WORKERS; i++) {
        if (fork_child() == 0) {
            close(listener);
            listener = listen_anew();
            break;
        }
    }
    accept_and_handle();
}

/* Threads have names of their own. */
static void *run_thread(void *unused)
{
    (void)unused;
    prctl(PR_SET_NAME, "pop-a-thread");
    accept_and_handle();
    return NULL;
}

static void run_threaded(void)
{
    for (int i = 0; i < WORKERS; i++) {
        pthread_t thread;

        errno = pthread_create(&thread, NULL, run_thread, NULL);
        must(-errno, "pthread_create");
    }
    for (;;)
        pause();
}

/* --- Descriptors that are passed -------------------------------------------------------------- */

union passed {
    struct cmsghdr header;
    char octets[CMSG_SPACE(sizeof(int))];
};

static void pass(int to, int fd)
{
    char octet = 0;
    union passed control = { 0 };
    struct iovec data = { &octet, 1 };
    struct msghdr message = { .msg_iov = &data,
                              .msg_iovlen = 1,
                              .msg_control = control.octets,
                              .msg_controllen = sizeof(control.octets) };

    control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
                                       .cmsg_level = SOL_SOCKET,
                                       .cmsg_type = SCM_RIGHTS };
    memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
    must((int)sendmsg(to, &message, 0), "sendmsg");
}

static int get_passed(int from)
{
    char octet;
    int fd;
    union passed control = { 0 };
    struct iovec data = { &octet, 1 };
    struct msghdr message = { .msg_iov = &data,
                              .msg_iovlen = 1,
                              .msg_control = control.octets,
                              .msg_controllen = sizeof(control.octets) };

    must((int)recvmsg(from, &message, 0), "recvmsg");
    memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
    return fd;
}

static void run_passing(void)
{
    int worker[WORKERS];

    for (int i = 0; i < WORKERS; i++) {
        int pair[2];

        must(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), "socketpair");
        if (fork_child() == 0) {
            close(listener);
            for (;;)
                handle(get_passed(pair[1]));
        }
        close(pair[1]);
        worker[i] = pair[0];
    }
    for (int i = 0;; i = (i + 1) % WORKERS) {
        int fd = accept_for_another();

        pass(worker[i], fd);
        close(fd);
    }
}

const struct tb_popserver tb_popservers[] = {
    { "single", "pop-single", false, accept_and_handle },
    { "forking", "pop-forking", false, run_forking },
    { "prefork", "pop-prefork", false, run_prefork },
    { "threaded", "pop-threaded", false, run_threaded },
    { "reuseport", "pop-reuseport", false, run_reuseport },
    { "passing", "pop-passing", false, run_passing },
    { "greeting", "pop-greeting", true, run_forking },
    { NULL, NULL, false, NULL },
};

/* --- Starting and stopping -------------------------------------------------------------------- */

pid_t tb_popserver_start(const struct tb_popserver *server, uint16_t *port)
{
    int ready[2];
    pid_t group;

    served = server;
    must(pipe(ready), "pipe");
    group = fork_child();
    if (group == 0) {
        setpgid(0, 0);
        prctl(PR_SET_NAME, server->comm);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        listener = listen_anew();
        must((int)write(ready[1], &listening_port, sizeof(listening_port)), "write");
        close(ready[0]);
        close(ready[1]);
        server->run();
        _exit(1);
    }
    close(ready[1]);
    if (read(ready[0], port, sizeof(*port)) != (ssize_t)sizeof(*port))
        tb_fail("%s: the server did not start", server->name);
    close(ready[0]);
    return group;
}

void tb_popserver_stop(pid_t group)
{
    kill(-group, SIGKILL);
    waitpid(group, NULL, 0);
}
