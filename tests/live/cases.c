/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cases.c - connections whose owners are easily mistaken, and who really had each end
 *
 *   live-cases NAME [IGNORED...]
 *   live-cases serve|ask ADDRESS PORT
 *
 * A case makes its connections on the loopback device of the caller's network namespace and writes
 * a line for each end to stdout:
 *
 *   NAME END LOCAL-ADDRESS PORT REMOTE-ADDRESS PORT PID COMM
 *
 * PID is "-" where nobody may be named. It begins with "?" where that process or nobody may be, and
 * with "~" where it is to be named as unsure. COMM is "a>b" where it changes from one to the other
 * while the connection lives. Lines of the same addresses and ports are in the order of their
 * connections. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "stream.h"

#define COMM_BEFORE "case-before"
#define COMM_AFTER  "case-after"
#define COMM_CLIENT "case-client"
#define COMM_SERVER "case-server"
#define SECOND_NS   1000000000u

enum {
    TIME_WAIT_PORT = 7070, /* breathdump_cases.sh filters by it */
    BACKLOG = 16,
    SYN_OCTETS = 20,
    FLOOD_PROCESSES = 6,
    FLOOD_FIRST_PORT = 20000, /* below those that the kernel chooses */
    FLOOD_PORTS = 500,
    STREAM_WORDS = 64,       /* at once, */
    STREAM_NS = 200000,      /* so far apart */
    CONNECTIONS_NS = 5000000 /* likewise */
};

static const char *case_name;
static const char *address_told = "127.0.0.1"; /* of both ends, as packets have it */

static void must(int result, const char *what)
{
    if (result < 0)
        tb_fail("%s: %s: %s", case_name, what, strerror(errno));
}

static void name_process(const char *comm)
{
    must(prctl(PR_SET_NAME, comm), "PR_SET_NAME");
}

/* --- Sockets ---------------------------------------------------------------------------------- */

static struct sockaddr_in loopback(uint16_t port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_port = htons(port),
                                 .sin_addr = { htonl(INADDR_LOOPBACK) } };
}

static uint16_t port_of(int fd)
{
    struct sockaddr_in address = { 0 };
    socklen_t size = sizeof(address);

    must(getsockname(fd, (struct sockaddr *)&address, &size), "getsockname");
    return ntohs(address.sin_port);
}

/* Port 0: the kernel chooses. */
static int bind_new(uint16_t port)
{
    const struct sockaddr_in address = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;

    must(fd, "socket");
    must(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), "SO_REUSEADDR");
    must(bind(fd, (const struct sockaddr *)&address, sizeof(address)), "bind");
    return fd;
}

static int listen_new(uint16_t port)
{
    int fd = bind_new(port);

    must(listen(fd, BACKLOG), "listen");
    return fd;
}

static void connect_to(int fd, uint16_t port)
{
    const struct sockaddr_in address = loopback(port);

    must(connect(fd, (const struct sockaddr *)&address, sizeof(address)), "connect");
}

static int connect_from(uint16_t local, uint16_t remote)
{
    int fd = bind_new(local);

    connect_to(fd, remote);
    return fd;
}

static int accept_one(int listener)
{
    int fd = accept(listener, NULL, NULL);

    must(fd, "accept");
    return fd;
}

static void send_octet(int fd)
{
    if (send(fd, "x", 1, MSG_NOSIGNAL) != 1)
        tb_fail("%s: send: %s", case_name, strerror(errno));
}

static void take_octet(int fd)
{
    char octet;

    if (read(fd, &octet, 1) != 1)
        tb_fail("%s: read: %s", case_name, strerror(errno));
}

/* Until the peer's end. */
static void take_end(int fd)
{
    char octet;

    while (read(fd, &octet, 1) > 0)
        ;
}

/* Closes with a reset. */
static void abort_connection(int fd)
{
    const struct linger at_once = { .l_onoff = 1 };

    must(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)), "SO_LINGER");
    close(fd);
}

/* --- The truth -------------------------------------------------------------------------------- */

static void tell_text(const char *end, uint16_t local, uint16_t remote, const char *pid,
                      const char *comm)
{
    char line[128];
    int length = snprintf(line, sizeof(line), "%s %s %s %u %s %u %s %s\n", case_name, end,
                          address_told, local, address_told, remote, pid, comm);

    if (write(STDOUT_FILENO, line, (size_t)length) != length)
        tb_fail("%s: the truth: %s", case_name, strerror(errno));
}

static void tell(const char *end, uint16_t local, uint16_t remote, pid_t pid, const char *comm)
{
    char text[16];

    snprintf(text, sizeof(text), "%d", (int)pid);
    tell_text(end, local, remote, text, comm);
}

static void tell_nobody(const char *end, uint16_t local, uint16_t remote)
{
    tell_text(end, local, remote, "-", "-");
}

/* `how`: "?" or "~" */
static void tell_vaguely(const char *how, uint16_t local, uint16_t remote, const char *comm)
{
    char text[16];

    snprintf(text, sizeof(text), "%s%d", how, (int)getpid());
    tell_text("server", local, remote, text, comm);
}

/* --- Processes -------------------------------------------------------------------------------- */

static pid_t fork_as(const char *comm)
{
    const pid_t parent = getpid();
    pid_t child = fork();

    must((int)child, "fork");
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent &&
            getppid() != 0) /* it has gone meanwhile; 0: it is in an outer pid namespace */
            _exit(0);
        name_process(comm);
    }
    return child;
}

static void wait_for(pid_t child)
{
    int status;

    must((int)waitpid(child, &status, 0), "waitpid");
    if (status != 0)
        tb_fail("%s: a process ended with status %d", case_name, status);
}

/* Accepts one connection, answers what it asks and waits for its end. */
static pid_t start_server(int listener, const char *comm)
{
    pid_t child = fork_as(comm);
    uint16_t port;
    struct sockaddr_in peer = { 0 };
    socklen_t size = sizeof(peer);
    int fd;

    if (child != 0)
        return child;
    port = port_of(listener);
    fd = accept(listener, (struct sockaddr *)&peer, &size);
    must(fd, "accept");
    close(listener);
    tell("server", port, ntohs(peer.sin_port), getpid(), comm);
    take_octet(fd);
    send_octet(fd);
    take_end(fd);
    close(fd);
    _exit(0);
}

/* Asks and closes; what `fd` has been connected to. */
static void ask_and_close(int fd)
{
    send_octet(fd);
    take_octet(fd);
    close(fd);
}

/* --- IPv6 ------------------------------------------------------------------------------------- */

static struct sockaddr_in6 ipv6_name(const char *address, uint16_t port)
{
    struct sockaddr_in6 name = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

    if (inet_pton(AF_INET6, address, &name.sin6_addr) != 1)
        tb_fail("%s: %s: no address", case_name, address);
    return name;
}

static int ipv6_socket(void)
{
    int fd = socket(AF_INET6, SOCK_STREAM, 0);

    must(fd, "socket");
    return fd;
}

static int listen_ipv6(const char *address)
{
    const struct sockaddr_in6 name = ipv6_name(address, 0);
    int fd = ipv6_socket();
    int no = 0;

    must(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)), "IPV6_V6ONLY");
    must(bind(fd, (const struct sockaddr *)&name, sizeof(name)), "bind");
    must(listen(fd, BACKLOG), "listen");
    return fd;
}

static void ask_ipv6(const char *address, uint16_t port)
{
    const struct sockaddr_in6 name = ipv6_name(address, port);
    int fd = ipv6_socket();

    must(connect(fd, (const struct sockaddr *)&name, sizeof(name)), "connect");
    tell("client", port_of(fd), port, getpid(), COMM_CLIENT);
    ask_and_close(fd);
}

static void run_ipv6(void)
{
    int listener = listen_ipv6("::1");
    uint16_t port = port_of(listener);
    pid_t server;

    address_told = "::1";
    server = start_server(listener, COMM_SERVER);
    name_process(COMM_CLIENT);
    ask_ipv6("::1", port);
    wait_for(server);
}

/* IPv4 between a socket of each kind: in either's kernel structures the address is another. */
static void run_v4_mapped(void)
{
    int listener = listen_ipv6("::");
    uint16_t port = port_of(listener);
    pid_t server = start_server(listener, COMM_SERVER);
    int fd;

    name_process(COMM_CLIENT);
    fd = connect_from(0, port);
    tell("client", port_of(fd), port, getpid(), COMM_CLIENT);
    ask_and_close(fd);
    wait_for(server);
    close(listener);
    listener = listen_new(0);
    port = port_of(listener);
    server = start_server(listener, COMM_SERVER);
    ask_ipv6("::ffff:127.0.0.1", port);
    wait_for(server);
}

/* --- Ends that nobody has --------------------------------------------------------------------- */

static void run_refused(void)
{
    int listener = bind_new(0); /* bound, and does not listen */
    uint16_t port = port_of(listener);
    const struct sockaddr_in address = loopback(port);
    int fd = bind_new(0);

    name_process(COMM_CLIENT);
    tell("client", port_of(fd), port, getpid(), COMM_CLIENT);
    tell_nobody("server", port, port_of(fd));
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        tb_fail("refused: it was not");
}

static void run_never_accepted(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t child = fork_as(COMM_CLIENT);
    int fd;

    if (child == 0) {
        close(listener);
        fd = connect_from(0, port);
        tell("client", port_of(fd), port, getpid(), COMM_CLIENT);
        tell_nobody("server", port, port_of(fd));
        send_octet(fd);
        close(fd);
        _exit(0);
    }
    wait_for(child);
}

static void put_16(uint8_t *to, uint32_t number)
{
    to[0] = (uint8_t)(number >> 8);
    to[1] = (uint8_t)number;
}

/* RFC 9293 section 3.1: with a pseudo-header of addresses, protocol and length */
static uint32_t checksum_of(const uint8_t header[SYN_OCTETS])
{
    uint32_t sum = 2 * (0x7f00 + 0x0001) + IPPROTO_TCP + SYN_OCTETS;

    for (size_t i = 0; i < SYN_OCTETS; i += 2)
        sum += (uint32_t)header[i] << 8 | header[i + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    return ~(sum + (sum >> 16));
}

/* A SYN that no socket has sent: the listener's kernel answers, and the sender's resets. */
static void run_forged(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    int spare = bind_new(0);
    const struct sockaddr_in address = loopback(0);
    uint8_t syn[SYN_OCTETS] = { [12] = SYN_OCTETS / 4 << 4, [13] = 0x02 };
    int raw = socket(AF_INET, SOCK_RAW, IPPROTO_TCP);

    must(raw, "a raw socket");
    put_16(syn, port_of(spare));
    put_16(syn + 2, port);
    put_16(syn + 14, 1000); /* window */
    put_16(syn + 16, checksum_of(syn));
    tell_nobody("client", port_of(spare), port);
    tell_nobody("server", port, port_of(spare));
    must((int)sendto(raw, syn, sizeof(syn), 0, (const struct sockaddr *)&address, sizeof(address)),
         "sendto");
}

/* --- Ends without their owner ----------------------------------------------------------------- */

static void run_aborted(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t server = start_server(listener, COMM_SERVER);
    pid_t client = fork_as(COMM_CLIENT);
    int fd;

    if (client == 0) {
        close(listener);
        fd = connect_from(0, port);
        tell("client", port_of(fd), port, getpid(), COMM_CLIENT);
        send_octet(fd);
        take_octet(fd);
        abort_connection(fd);
        _exit(0);
    }
    wait_for(client);
    wait_for(server);
}

/* The server never gets an octet: it accepts a connection that has been reset. */
static void run_aborted_at_once(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t client = fork_as(COMM_CLIENT);
    struct sockaddr_in peer = { 0 };
    socklen_t size = sizeof(peer);
    int fd;

    if (client == 0) {
        close(listener);
        fd = connect_from(0, port);
        tell("client", port_of(fd), port, getpid(), COMM_CLIENT);
        abort_connection(fd);
        _exit(0);
    }
    wait_for(client);
    name_process(COMM_SERVER);
    fd = accept(listener, (struct sockaddr *)&peer, &size);
    if (fd >= 0) {
        take_end(fd);
        tell_vaguely("?", port, ntohs(peer.sin_port), COMM_SERVER);
    }
}

/* The client's end vanishes without a word, as if its machine had. */
static void vanish(int fd)
{
    int on = 1;

    must(setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)), "TCP_REPAIR");
    close(fd);
}

static void run_half_open(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t client = fork_as(COMM_CLIENT);
    int fd;

    if (client == 0) {
        close(listener);
        fd = connect_from(0, port);
        tell("client", port_of(fd), port, getpid(), COMM_CLIENT);
        tell("server", port, port_of(fd), getppid(), COMM_SERVER);
        send_octet(fd);
        take_octet(fd);
        vanish(fd);
        _exit(0);
    }
    name_process(COMM_SERVER);
    fd = accept_one(listener);
    take_octet(fd);
    send_octet(fd);
    wait_for(client);
    send_octet(fd);
    take_end(fd); /* the reset */
}

/* The client's process has ended when the server closes. */
static void run_time_wait(void)
{
    int listener = listen_new(TIME_WAIT_PORT);
    pid_t client = fork_as(COMM_CLIENT);
    int fd;

    if (client == 0) {
        close(listener);
        fd = connect_from(0, TIME_WAIT_PORT);
        tell("client", port_of(fd), TIME_WAIT_PORT, getpid(), COMM_CLIENT);
        tell("server", TIME_WAIT_PORT, port_of(fd), getppid(), COMM_SERVER);
        ask_and_close(fd);
        _exit(0);
    }
    name_process(COMM_SERVER);
    fd = accept_one(listener);
    take_octet(fd);
    send_octet(fd);
    take_end(fd);
    wait_for(client);
    close(fd);
}

/* --- What is used again ----------------------------------------------------------------------- */

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

/* One connection between the same addresses and ports as the one before. */
static void connect_again(int listener, uint16_t local, bool resets, const char *client_comm,
                          const char *server_comm)
{
    uint16_t port = port_of(listener);
    pid_t server = fork_as(server_comm);
    pid_t client;
    int fd;

    if (server == 0) {
        fd = accept_one(listener);
        tell("server", port, local, getpid(), server_comm);
        take_octet(fd);
        if (!resets) { /* the server's end is the one that is in TIME-WAIT then */
            send_octet(fd);
            shutdown(fd, SHUT_WR);
        }
        take_end(fd);
        _exit(0);
    }
    client = fork_as(client_comm);
    if (client == 0) {
        close(listener);
        fd = connect_from(local, port);
        tell("client", local, port, getpid(), client_comm);
        send_octet(fd);
        if (resets)
            abort_connection(fd);
        else
            take_end(fd);
        _exit(0);
    }
    wait_for(client);
    wait_for(server);
}

static void run_again(bool resets)
{
    static const char *const comms[][2] = { { "case-c-first", "case-s-first" },
                                            { "case-c-second", "case-s-second" },
                                            { "case-c-third", "case-s-third" } };
    int listener = listen_new(0);
    int spare = bind_new(0);
    uint16_t local = port_of(spare);
    uint64_t begun_ns = now_ns();

    close(spare);
    for (size_t i = 0; i < sizeof(comms) / sizeof(comms[0]); i++)
        connect_again(listener, local, resets, comms[i][0], comms[i][1]);
    if (now_ns() - begun_ns > SECOND_NS)
        fprintf(stderr, "%s: took longer than a second\n", case_name);
}

static void run_again_after_reset(void)
{
    run_again(true);
}

static void run_again_in_time_wait(void)
{
    run_again(false);
}

/* Every process connects from the same ports as the one before, as fast as it can. */
static void flood_once(int listener, uint16_t first)
{
    uint16_t port = port_of(listener);
    pid_t server = fork_as(COMM_SERVER);
    pid_t client;

    for (uint16_t i = 0; server == 0 && i < FLOOD_PORTS; i++) {
        int fd = accept_one(listener);

        take_octet(fd);
        tell("server", port, (uint16_t)(first + i), getpid(), COMM_SERVER);
        send_octet(fd);
        take_end(fd);
        close(fd);
    }
    client = server == 0 ? 0 : fork_as(COMM_CLIENT);
    for (uint16_t i = 0; server != 0 && client == 0 && i < FLOOD_PORTS; i++) {
        int fd = connect_from((uint16_t)(first + i), port);

        tell("client", (uint16_t)(first + i), port, getpid(), COMM_CLIENT);
        send_octet(fd);
        take_octet(fd);
        abort_connection(fd);
    }
    if (client == 0)
        _exit(0);
    wait_for(client);
    wait_for(server);
}

static void run_flood(void)
{
    int listener = listen_new(0);

    for (int i = 0; i < FLOOD_PROCESSES; i++)
        flood_once(listener, FLOOD_FIRST_PORT);
}

/* Takes what comes, until it is killed. */
static void drain_stream(int listener)
{
    char octets[4096];
    int fd = accept_one(listener);

    while (read(fd, octets, sizeof(octets)) > 0)
        ;
    _exit(0);
}

static void pause_for(long time_ns)
{
    const struct timespec time = { .tv_nsec = time_ns };

    nanosleep(&time, NULL);
}

static void send_stream(void)
{
    uint64_t words[STREAM_WORDS];
    int yes = 1;
    int fd = connect_from(0, STREAM_PORT);

    must(setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes)), "TCP_NODELAY");
    for (uint64_t next = 0;; next += STREAM_WORDS) {
        for (size_t i = 0; i < STREAM_WORDS; i++)
            words[i] = next + i;
        /* what blocks is sent whole, so that each segment begins with a word */
        if (send(fd, words, sizeof(words), MSG_NOSIGNAL) != (ssize_t)sizeof(words))
            tb_fail("load: send: %s", strerror(errno));
        pause_for(STREAM_NS);
    }
}

/* A stream, and beside it short connections without end. */
static void run_load(void)
{
    int listener = listen_new(STREAM_PORT);

    if (fork_as(COMM_SERVER) == 0)
        drain_stream(listener);
    if (fork_as(COMM_CLIENT) == 0)
        send_stream();
    close(listener);
    listener = listen_new(0);
    for (;;) {
        pid_t server = start_server(listener, COMM_SERVER);
        pid_t client = fork_as(COMM_CLIENT);

        if (client == 0) {
            ask_and_close(connect_from(0, port_of(listener)));
            _exit(0);
        }
        wait_for(client);
        wait_for(server);
        pause_for(CONNECTIONS_NS);
    }
}

/* `pid` 0: any. */
static pid_t fork_with_pid(pid_t pid)
{
    struct clone_args arguments = { .exit_signal = SIGCHLD };

    if (pid != 0) {
        arguments.set_tid = (uint64_t)(uintptr_t)&pid;
        arguments.set_tid_size = 1;
    }
    return (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
}

static void run_pid_again(void)
{
    static const char *const comms[] = { "case-one-life", "case-two-lives" };
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t pid = 0;

    for (size_t i = 0; i < 2; i++) {
        pid_t server = start_server(listener, COMM_SERVER);
        pid_t client = fork_with_pid(pid);

        must((int)client, "clone3");
        if (client == 0) {
            int fd;

            name_process(comms[i]);
            close(listener);
            fd = connect_from(0, port);
            tell("client", port_of(fd), port, getpid(), comms[i]);
            ask_and_close(fd);
            _exit(0);
        }
        wait_for(client);
        wait_for(server);
        if (pid != 0 && pid != client)
            tb_fail("pid-again: it is another");
        pid = client;
    }
}

/* --- Who has it, and what he is called -------------------------------------------------------- */

/* The client's pid is another inside. */
static void run_pid_namespace(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t server = start_server(listener, COMM_SERVER);
    int fd = bind_new(0);
    uint16_t local = port_of(fd);
    pid_t client;

    must(unshare(CLONE_NEWPID), "unshare");
    client = fork_as(COMM_CLIENT);
    if (client == 0) {
        if (getpid() != 1)
            tb_fail("pid-namespace: not the first process there");
        close(listener);
        connect_to(fd, port);
        ask_and_close(fd);
        _exit(0);
    }
    close(fd);
    tell("client", local, port, client, COMM_CLIENT);
    wait_for(client);
    wait_for(server);
}

static void *connect_in_thread(void *listening)
{
    const uint16_t *port = listening;
    int fd;

    name_process("case-thread");
    fd = connect_from(0, *port);
    tell("client", port_of(fd), *port, getpid(), "case-leader");
    ask_and_close(fd);
    return NULL;
}

static void run_thread(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t server = start_server(listener, COMM_SERVER);
    pthread_t thread;

    close(listener);
    name_process("case-leader");
    errno = pthread_create(&thread, NULL, connect_in_thread, &port);
    must(-errno, "pthread_create");
    pthread_join(thread, NULL);
    wait_for(server);
}

static void run_rename(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t server = start_server(listener, COMM_SERVER);
    int fd;

    close(listener);
    name_process(COMM_BEFORE);
    fd = connect_from(0, port);
    tell("client", port_of(fd), port, getpid(), COMM_BEFORE ">" COMM_AFTER);
    name_process(COMM_AFTER);
    ask_and_close(fd);
    wait_for(server);
}

/* Another program goes on with the descriptor. */
static void run_exec(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t server = start_server(listener, COMM_SERVER);
    pid_t client = fork_as(COMM_BEFORE);

    if (client == 0) {
        int fd = connect_from(0, port);

        tell("client", port_of(fd), port, getpid(), COMM_BEFORE ">" COMM_AFTER);
        must(dup2(fd, STDIN_FILENO), "dup2");
        close(fd);
        close(listener);
        must(symlink("/proc/self/exe", COMM_AFTER) == 0 || errno == EEXIST ? 0 : -1, COMM_AFTER);
        execl("./" COMM_AFTER, COMM_AFTER, "go-on", (char *)NULL);
        must(-1, "exec");
    }
    close(listener);
    wait_for(client);
    wait_for(server);
}

static void run_go_on(void)
{
    ask_and_close(STDIN_FILENO);
}

/* The child uses what its parent has connected; the parent ends first. */
static void run_fork(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t server = start_server(listener, COMM_SERVER);
    pid_t client = fork_as(COMM_CLIENT);
    int alive[2];

    close(listener);
    if (client == 0) {
        int fd = connect_from(0, port);
        char octet;

        tell("client", port_of(fd), port, getpid(), COMM_CLIENT);
        must(pipe(alive), "pipe");
        if (fork() != 0)
            _exit(0);
        name_process("case-child");
        close(alive[1]);
        if (read(alive[0], &octet, 1) != 0) /* until the parent has ended */
            tb_fail("fork: the parent lives");
        ask_and_close(fd);
        _exit(0);
    }
    wait_for(client);
    wait_for(server);
}

/* RFC 9293 section 3.5: simultaneous open, of a socket with itself. */
static void run_self(void)
{
    int fd = bind_new(0);
    uint16_t port = port_of(fd);

    name_process(COMM_CLIENT);
    tell("client", port, port, getpid(), COMM_CLIENT);
    connect_to(fd, port);
    ask_and_close(fd);
}

/* --- What is open when the capture begins ----------------------------------------------------- */

/* Waits until the capture runs: stdin says so. */
static void wait_for_capture(void)
{
    take_octet(STDIN_FILENO);
}

/* No other thread has the descriptor. */
static void *wait_in_thread(void *listening)
{
    const uint16_t *port = listening;
    int fd;

    must(unshare(CLONE_FILES), "unshare");
    fd = connect_from(0, *port);
    tell("client", port_of(fd), *port, getpid(), COMM_CLIENT);
    wait_for_capture();
    ask_and_close(fd);
    return NULL;
}

static void run_threads_own(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t server = start_server(listener, COMM_SERVER);
    pthread_t thread;

    close(listener);
    name_process(COMM_CLIENT);
    errno = pthread_create(&thread, NULL, wait_in_thread, &port);
    must(-errno, "pthread_create");
    pthread_join(thread, NULL);
    wait_for(server);
}

static void run_established(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t server = start_server(listener, COMM_SERVER);
    int fd;

    close(listener);
    name_process(COMM_CLIENT);
    fd = connect_from(0, port);
    tell("client", port_of(fd), port, getpid(), COMM_CLIENT);
    wait_for_capture();
    ask_and_close(fd);
    wait_for(server);
}

/* Two processes hold the server's end when the capture begins; one of them reads. */
static void run_shared(void)
{
    int listener = listen_new(0);
    uint16_t port = port_of(listener);
    pid_t client = fork_as(COMM_CLIENT);
    pid_t reader;
    int fd;

    if (client == 0) {
        close(listener);
        fd = connect_from(0, port);
        tell("client", port_of(fd), port, getpid(), COMM_CLIENT);
        wait_for_capture();
        ask_and_close(fd);
        _exit(0);
    }
    name_process("case-other");
    fd = accept_one(listener);
    close(listener);
    reader = fork_as("case-reader");
    if (reader == 0) {
        struct sockaddr_in peer = { 0 };
        socklen_t size = sizeof(peer);

        must(getpeername(fd, (struct sockaddr *)&peer, &size), "getpeername");
        tell_vaguely("~", port, ntohs(peer.sin_port), "case-reader");
        take_octet(fd);
        send_octet(fd);
        take_end(fd);
        _exit(0);
    }
    wait_for(reader);
    wait_for(client);
}

/* --- One end here, the other elsewhere -------------------------------------------------------- */

static struct sockaddr_in read_place(char **arguments)
{
    struct sockaddr_in place = { .sin_family = AF_INET };

    if (inet_pton(AF_INET, arguments[0], &place.sin_addr) != 1)
        tb_fail("%s: no address", arguments[0]);
    place.sin_port = htons((uint16_t)strtol(arguments[1], NULL, 10));
    return place;
}

static void tell_far(const char *end, int fd, const char *comm)
{
    struct sockaddr_in local = { 0 };
    struct sockaddr_in remote = { 0 };
    socklen_t size = sizeof(local);
    char text[2][INET_ADDRSTRLEN];

    must(getsockname(fd, (struct sockaddr *)&local, &size), "getsockname");
    size = sizeof(remote);
    must(getpeername(fd, (struct sockaddr *)&remote, &size), "getpeername");
    inet_ntop(AF_INET, &local.sin_addr, text[0], sizeof(text[0]));
    inet_ntop(AF_INET, &remote.sin_addr, text[1], sizeof(text[1]));
    printf("%s %s %s %u %s %u %d %s\n", case_name, end, text[0], ntohs(local.sin_port), text[1],
           ntohs(remote.sin_port), (int)getpid(), comm);
}

static void serve_far(char **arguments)
{
    const struct sockaddr_in place = read_place(arguments);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int fd;

    name_process(COMM_SERVER);
    must(listener, "socket");
    must(bind(listener, (const struct sockaddr *)&place, sizeof(place)), "bind");
    must(listen(listener, BACKLOG), "listen");
    fd = accept_one(listener);
    tell_far("server", fd, COMM_SERVER);
    take_octet(fd);
    send_octet(fd);
    take_end(fd);
}

static void ask_far(char **arguments)
{
    const struct sockaddr_in place = read_place(arguments);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    name_process(COMM_CLIENT);
    must(fd, "socket");
    must(connect(fd, (const struct sockaddr *)&place, sizeof(place)), "connect");
    tell_far("client", fd, COMM_CLIENT);
    ask_and_close(fd);
}

/* --- Names that want out of their place ------------------------------------------------------- */

/* The arguments are what it is about. */
static void run_hostile(void)
{
    int fd = bind_new(0);
    uint16_t port = port_of(fd);

    name_process("\xff\x1b[2J\"%n\n{}\xc2\x9b");
    tell("client", port, port, getpid(), "hostile");
    connect_to(fd, port);
    ask_and_close(fd);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    { "refused", run_refused },
    { "never-accepted", run_never_accepted },
    { "forged", run_forged },
    { "aborted", run_aborted },
    { "aborted-at-once", run_aborted_at_once },
    { "half-open", run_half_open },
    { "time-wait", run_time_wait },
    { "again-after-reset", run_again_after_reset },
    { "again-in-time-wait", run_again_in_time_wait },
    { "flood", run_flood },
    { "load", run_load },
    { "pid-again", run_pid_again },
    { "pid-namespace", run_pid_namespace },
    { "thread", run_thread },
    { "rename", run_rename },
    { "exec", run_exec },
    { "go-on", run_go_on },
    { "fork", run_fork },
    { "self", run_self },
    { "ipv6", run_ipv6 },
    { "v4-mapped", run_v4_mapped },
    { "hostile", run_hostile },
    { "established", run_established },
    { "threads-own", run_threads_own },
    { "shared", run_shared },
};

int main(int count, char **arguments)
{
    tb_fail_name("cases");
    case_name = count > 1 ? arguments[1] : "";
    if (count == 4 && strcmp(case_name, "serve") == 0) {
        serve_far(arguments + 2);
        return EXIT_SUCCESS;
    }
    if (count == 4 && strcmp(case_name, "ask") == 0) {
        ask_far(arguments + 2);
        return EXIT_SUCCESS;
    }
    for (size_t i = 0; count >= 2 && i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (strcmp(case_name, cases[i].name) == 0) {
            cases[i].run();
            return EXIT_SUCCESS;
        }
    }
    tb_fail("usage: live-cases NAME [IGNORED...] | serve ADDRESS PORT | ask ADDRESS PORT");
}
