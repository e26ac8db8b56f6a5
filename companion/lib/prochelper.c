/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prochelper.c - the process that looks under /proc */
#include "prochelper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "auto.h"
#include "procfs.h"
#include "prockeep.h"
#include "proclook.h"
#include "procmsg.h"
#include "procsnapshot.h"
#include "procwire.h"

#define NS_PER_S  1000000000u
#define NS_PER_MS 1000000u

enum {
    DATAGRAM_MAX = 8192, /* of the two that tell */
    AT_ONCE = 256,       /* datagrams read before something else is done */
    POLLED = 3
};

struct state {
    const struct tb_prochelper *helper;
    struct tb_procdiag diag;
    struct tb_procwalk walk;
    struct tb_proctold told;
    struct tb_proclook *looks;
    struct tb_procwire_stream stream; /* of requests */
    uint64_t births_ns;               /* nothing that was told before is missing */
    uint64_t deaths_ns;
    struct tb_proc_clocks clocks; /* of this time namespace: the connector has the kernel's */
    bool is_over;                 /* the parent has gone */
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- Telling --------------------------------------------------------------------------------- */

/* Waits while the parent has no time: what it then does not ask for is its loss to count. */
static void send_message(struct state *state, const uint8_t *message, size_t length)
{
    uint8_t frame[TB_PROCWIRE_FRAME_MAX];
    size_t size = tb_procwire_put_frame(frame, message, length);

    if (!state->is_over && send(state->helper->pair, frame, size, MSG_NOSIGNAL) != (ssize_t)size)
        state->is_over = true; /* no signal of ours interrupts it */
}

static void tell(const struct tb_sock_event *event, void *context)
{
    uint8_t message[TB_PROCWIRE_MAX];

    send_message(context, message, tb_procwire_put_event(message, event));
}

static void tell_lost(struct state *state, uint64_t *since_ns, uint64_t time_ns)
{
    struct tb_sock_event event = {
        .kind = TB_SOCK_LOST, .time_ns = time_ns, .since_ns = *since_ns, .lost = 1, .fd = -1
    };

    tell(&event, state);
}

/* --- What the kernel tells ------------------------------------------------------------------- */

typedef void message_fn(struct state *state, const struct tb_nl_message *message);

/* Passes on what waits. True: something was lost, as the kernel has no more room than it has. */
static bool read_told(struct state *state, int fd, message_fn *take)
{
    _Alignas(struct nlmsghdr) uint8_t datagram[DATAGRAM_MAX];

    for (int i = 0; i < AT_ONCE && fd >= 0; i++) {
        ssize_t got = recv(fd, datagram, sizeof datagram, MSG_DONTWAIT);
        struct tb_nl_rest rest = { datagram, got < 0 ? 0 : (size_t)got };
        struct tb_nl_message message;

        if (got < 0)
            return errno == ENOBUFS;
        while (tb_nl_next(&rest, &message))
            take(state, &message);
    }
    return false;
}

static void take_process(struct state *state, const struct tb_nl_message *message)
{
    static const enum tb_sock_event_kind kinds[] = { [TB_PROCMSG_FORK] = TB_SOCK_FORK,
                                                     [TB_PROCMSG_RENAME] = TB_SOCK_RENAME,
                                                     [TB_PROCMSG_EXIT] = TB_SOCK_EXIT };
    struct tb_sock_event event = { .fd = -1 };
    struct tb_procmsg told;

    if (!tb_procmsg_read(message, &told))
        return;
    told.time_ns += (uint64_t)state->clocks.monotonic_ns;
    if (told.kind == TB_PROCMSG_EXEC) {
        tb_proctold_exec(&state->told, told.pid, told.time_ns);
        return;
    }
    if (told.kind == TB_PROCMSG_FORK) {
        tb_proclook_begun(state->looks, told.pid);
        tb_procwalk_begun(&state->walk, told.pid);
    }
    event.kind = (uint8_t)kinds[told.kind];
    event.time_ns = told.time_ns;
    event.process.pid = told.pid;
    event.process.parent_pid = told.parent_pid;
    event.process.comm = told.comm;
    tell(&event, state);
}

static void take_death(struct state *state, const struct tb_nl_message *message)
{
    struct tb_sock_event event = { .kind = TB_SOCK_CLOSE, .fd = -1 };
    struct tb_diag_socket found;

    if (!tb_diag_read(message, &found))
        return;
    event.time_ns = now_ns();
    event.socket = found.cookie;
    event.tuple = found.tuple;
    event.netns = state->helper->netns;
    tell(&event, state);
}

static void read_births(struct state *state)
{
    uint64_t time_ns = now_ns();

    if (read_told(state, state->helper->births, take_process)) {
        tb_procwalk_missed(&state->walk);
        tell_lost(state, &state->births_ns, time_ns);
    }
    state->births_ns = time_ns;
}

/* A death that is missed makes nobody doubtful: a tuple is used again with a packet that is seen.
 */
static void read_deaths(struct state *state)
{
    (void)read_told(state, state->helper->deaths, take_death);
}

/* --- What the parent asks -------------------------------------------------------------------- */

static bool breathe(void *context);

static void remember(const struct tb_diag_socket *socket, uint32_t pid, void *context)
{
    struct state *state = context;

    tb_proclook_remember(state->looks, socket, pid);
}

static void take_snapshot(struct state *state)
{
    const struct tb_procsnapshot snapshot = { .diag = &state->diag,
                                              .walk = &state->walk,
                                              .told = &state->told,
                                              .breathe = breathe,
                                              .held = remember,
                                              .context = state };
    uint8_t message[TB_PROCWIRE_MAX];
    int error = tb_procsnapshot_tell(&snapshot);

    send_message(state, message, tb_procwire_put_end(message, error));
}

static void obey(struct state *state, const struct tb_procwire_request *request)
{
    uint64_t time_ns = now_ns();

    switch (request->task) {
    case TB_PROCWIRE_SNAPSHOT:
        if (!state->walk.is_on)
            take_snapshot(state);
        break;
    case TB_PROCWIRE_LOOK:
        if (!tb_proclook_begin(state->looks, request))
            tell_lost(state, &time_ns, time_ns);
        break;
    case TB_PROCWIRE_TASK_COUNT:
        break;
    }
}

/* There is no room while what came before is obeyed: this is called once more from there. */
static void receive(struct state *state)
{
    size_t size;
    uint8_t *room = tb_procwire_room(&state->stream, &size);
    ssize_t got = size == 0 ? 1 : recv(state->helper->pair, room, size, MSG_DONTWAIT);

    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        state->is_over = true;
    else if (got > 0 && size > 0)
        tb_procwire_came(&state->stream, (size_t)got);
}

static void read_requests(struct state *state)
{
    const uint8_t *message;
    size_t length;
    int result = 0;

    receive(state);
    while (!state->is_over && (result = tb_procwire_next(&state->stream, &message, &length)) == 1) {
        struct tb_procwire_request request;

        if (tb_procwire_read_request(message, length, &request))
            obey(state, &request);
    }
    if (result < 0)
        state->is_over = true;
}

/* What has come meanwhile. The processes first: what they hold is asked for next. */
static bool breathe(void *context)
{
    struct state *state = context;

    read_births(state);
    read_requests(state);
    read_deaths(state);
    tb_proclook_again(state->looks);
    return !state->is_over;
}

/* --- The whole ------------------------------------------------------------------------------- */

static void wait_for_something(const struct state *state)
{
    uint64_t idle_ns = tb_proclook_idle_ns(state->looks);
    struct timespec idle = { .tv_sec = (time_t)(idle_ns / NS_PER_S),
                             .tv_nsec = (long)(idle_ns % NS_PER_S) };
    struct pollfd polled[POLLED] = { { .fd = state->helper->pair, .events = POLLIN },
                                     { .fd = state->helper->births, .events = POLLIN },
                                     { .fd = state->helper->deaths, .events = POLLIN } };

    (void)ppoll(polled, POLLED, idle_ns == UINT64_MAX ? NULL : &idle, NULL);
}

_Noreturn void tb_prochelper_run(const struct tb_prochelper *helper)
{
    struct state *state = calloc(1, sizeof *state);
    struct tb_proclook_options options;

    if (state == NULL)
        _exit(EXIT_FAILURE);
    state->helper = helper;
    state->clocks = tb_procfs_clocks();
    state->diag = helper->diag;
    state->walk.proc = helper->proc;
    state->walk.hears = helper->births >= 0;
    state->told.proc = helper->proc;
    state->told.netns = helper->netns;
    state->told.arguments = helper->arguments;
    state->told.tell = tell;
    state->told.context = state;
    options = (struct tb_proclook_options){ .walk = &state->walk,
                                            .diag = &state->diag,
                                            .told = &state->told,
                                            .breathe = breathe,
                                            .context = state };
    state->looks = tb_proclook_new(&options);
    if (state->looks == NULL || tb_prockeep_lock() != 0)
        _exit(EXIT_FAILURE);
    state->births_ns = now_ns();
    while (breathe(state)) {
        tb_proclook_walk(state->looks);
        if (!state->is_over)
            wait_for_something(state);
    }
    _exit(EXIT_SUCCESS);
}

/* --- Sockets that need rights ---------------------------------------------------------------- */

static int bind_groups(int fd, unsigned groups)
{
    const struct sockaddr_nl name = { .nl_family = AF_NETLINK, .nl_groups = groups };

    return bind(fd, (const struct sockaddr *)&name, sizeof name) != 0 ? -errno : 0;
}

static void make_room(int fd)
{
    static const int octets = 4 << 20;

    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
}

/* In the caller's network namespace; only that of the first has this kind. */
static int open_births_here(void)
{
    const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
    uint8_t request[TB_PROCMSG_REQUEST_MAX];
    tb_auto_fd int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);
    size_t length = tb_procmsg_ask(request, true, 0);
    int error;

    if (fd < 0)
        return -errno;
    make_room(fd);
    error = bind_groups(fd, CN_IDX_PROC);
    if (error != 0)
        return error;
    if (sendto(fd, request, length, 0, (const struct sockaddr *)&kernel, sizeof kernel) < 0)
        return -errno;
    return tb_auto_take_fd(&fd);
}

int tb_prochelper_open_births(void)
{
    tb_auto_fd int here = -1;
    tb_auto_fd int first = -1;
    int fd = open_births_here();
    int error;

    if (fd != -ECONNREFUSED)
        return fd;
    here = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    first = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
    if (here < 0 || first < 0 || setns(first, CLONE_NEWNET) != 0)
        return fd;
    fd = open_births_here();
    error = setns(here, CLONE_NEWNET) != 0 ? -errno : 0;
    if (error == 0)
        return fd;
    tb_auto_close_fd(&fd);
    abort(); /* in the wrong namespace nothing of this is true any more */
}

int tb_prochelper_open_deaths(void)
{
    tb_auto_fd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    int error;

    if (fd < 0)
        return -errno;
    make_room(fd);
    error = bind_groups(fd, 1u << (SKNLGRP_INET_TCP_DESTROY - 1) |
                                1u << (SKNLGRP_INET6_TCP_DESTROY - 1));
    return error != 0 ? error : tb_auto_take_fd(&fd);
}
