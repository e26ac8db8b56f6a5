/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procdiag.c - asks sock_diag about the TCP sockets of one network namespace */
#include "procdiag.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "auto.h"

#define NS_PER_S 1000000000u

enum {
    ANSWER_MAX = 32768, /* the kernel fills no more than that into a datagram of a dump */
    DUMP_TRIES = 3      /* of one that was interrupted by a change */
};

#define CONNECTED_OR_LISTENS (TB_DIAG_ALL_STATES & ~(1u << TB_DIAG_TIME_WAIT))

static int open_netlink(int protocol)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

    return fd < 0 ? -errno : fd;
}

int tb_procdiag_open(struct tb_procdiag *diag)
{
    *diag = (struct tb_procdiag){ .fd = open_netlink(NETLINK_SOCK_DIAG), .routes = -1 };
    if (diag->fd < 0)
        return diag->fd;
    diag->routes = open_netlink(NETLINK_ROUTE);
    return 0;
}

void tb_procdiag_close(struct tb_procdiag *diag)
{
    tb_auto_close_fd(&diag->fd);
    tb_auto_close_fd(&diag->routes);
    diag->fd = -1;
    diag->routes = -1;
}

static int send_request(int fd, const void *request, size_t length)
{
    const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

    return sendto(fd, request, length, 0, (const struct sockaddr *)&kernel, sizeof kernel) < 0
               ? -errno
               : 0;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- Dumps ----------------------------------------------------------------------------------- */

typedef void message_fn(const struct tb_nl_message *message, void *context);

/* 1: the dump goes on. */
static int take_datagram(struct tb_nl_rest rest, uint32_t sequence, message_fn *tell, void *context)
{
    struct tb_nl_message message;

    while (tb_nl_next(&rest, &message)) {
        if (message.sequence != sequence)
            continue;
        if ((message.flags & NLM_F_DUMP_INTR) != 0)
            return -EINTR;
        if (message.type == NLMSG_DONE)
            return 0;
        if (message.type == NLMSG_ERROR)
            return tb_nl_error(&message) != 0 ? tb_nl_error(&message) : -EBADMSG;
        tell(&message, context);
    }
    return 1;
}

/* What is left of a dump that was given up is passed over by its number. */
static int receive_dump(int fd, uint32_t sequence, message_fn *tell, void *context)
{
    _Alignas(struct nlmsghdr) uint8_t answer[ANSWER_MAX];
    int result = 1;

    while (result == 1) {
        ssize_t got = recv(fd, answer, sizeof answer, 0);

        if (got < 0)
            return -errno;
        result = take_datagram((struct tb_nl_rest){ answer, (size_t)got }, sequence, tell, context);
    }
    return result;
}

struct telling {
    tb_procdiag_fn *tell;
    void *context;
};

static void tell_socket(const struct tb_nl_message *message, void *context)
{
    const struct telling *telling = context;
    struct tb_diag_socket found;

    if (tb_diag_read(message, &found))
        telling->tell(&found, telling->context);
}

static int dump_family(struct tb_procdiag *diag, uint8_t family, struct telling *telling)
{
    const struct tb_diag_filter filter = {
        .states = CONNECTED_OR_LISTENS, .family = family, .protocol = IPPROTO_TCP, .octets = true
    };
    uint8_t request[TB_DIAG_REQUEST_MAX];
    size_t length = tb_diag_ask_all(request, &filter, ++diag->sequence);
    int error = send_request(diag->fd, request, length);

    return error != 0 ? error : receive_dump(diag->fd, diag->sequence, tell_socket, telling);
}

int tb_procdiag_all(struct tb_procdiag *diag, tb_procdiag_fn *tell, void *context)
{
    struct telling telling = { tell, context };
    int error = dump_family(diag, AF_INET, &telling);

    return error != 0 ? error : dump_family(diag, AF_INET6, &telling);
}

/* --- One socket ------------------------------------------------------------------------------ */

/* 1: an answer to something else. */
static int read_answer(struct tb_nl_rest rest, uint32_t sequence, struct tb_diag_socket *found)
{
    struct tb_nl_message message;

    if (!tb_nl_next(&rest, &message))
        return -EBADMSG;
    if (message.sequence != sequence)
        return 1;
    if (message.type == NLMSG_ERROR)
        return tb_nl_error(&message) != 0 ? tb_nl_error(&message) : -EBADMSG;
    return tb_diag_read(&message, found) ? 0 : -EBADMSG;
}

/* The kernel answers inside sendto(). */
static int ask_with(struct tb_procdiag *diag, const struct tb_tuple *tuple, uint32_t interface,
                    struct tb_diag_socket *found)
{
    _Alignas(struct nlmsghdr) uint8_t answer[ANSWER_MAX];
    uint8_t request[TB_DIAG_REQUEST_MAX];
    size_t length = tb_diag_ask_one(request, tuple, interface, ++diag->sequence);
    int result = send_request(diag->fd, request, length);

    if (result != 0)
        return result;
    do {
        ssize_t got = recv(diag->fd, answer, sizeof answer, MSG_DONTWAIT);

        if (got < 0)
            return -errno;
        result = read_answer((struct tb_nl_rest){ answer, (size_t)got }, diag->sequence, found);
    } while (result == 1);
    return result;
}

static void add_interface(const struct tb_nl_message *message, void *context)
{
    struct tb_procdiag *diag = context;
    struct tb_nl_rest rest = message->payload;
    struct ifinfomsg body;

    if (message->type == RTM_NEWLINK && tb_nl_take(&rest, &body, sizeof body) &&
        body.ifi_index > 0 && diag->interface_count < TB_PROCDIAG_INTERFACES_MAX)
        diag->interface[diag->interface_count++] = (uint32_t)body.ifi_index;
}

/* Interfaces come and go, and few sockets are bound to one: once a second is often enough. */
static void list_interfaces(struct tb_procdiag *diag)
{
    struct {
        struct nlmsghdr header;
        struct ifinfomsg body;
    } request = { .header = { .nlmsg_len = sizeof request,
                              .nlmsg_type = RTM_GETLINK,
                              .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
                  .body = { .ifi_family = AF_UNSPEC } };
    uint64_t time_ns = now_ns();

    if (diag->routes < 0 || (diag->listed_ns != 0 && time_ns - diag->listed_ns < NS_PER_S))
        return;
    diag->listed_ns = time_ns;
    for (int i = 0; i < DUMP_TRIES; i++) {
        request.header.nlmsg_seq = ++diag->sequence;
        diag->interface_count = 0;
        if (send_request(diag->routes, &request, sizeof request) != 0 ||
            receive_dump(diag->routes, diag->sequence, add_interface, diag) != -EINTR)
            return;
    }
}

static bool is_found(int error, const struct tb_diag_socket *found, const struct tb_tuple *tuple)
{
    return error == 0 && found->state != TB_DIAG_LISTEN && tb_tuple_equal(&found->tuple, tuple);
}

/* A socket that is bound to an interface is found with that interface only. */
int tb_procdiag_ask(struct tb_procdiag *diag, const struct tb_tuple *tuple,
                    struct tb_diag_socket *found)
{
    struct tb_diag_socket first = { 0 };
    int error = ask_with(diag, tuple, 0, &first);

    *found = first;
    if (is_found(error, &first, tuple) || tuple->remote_port == 0 ||
        (error != 0 && error != -ENOENT))
        return error;
    list_interfaces(diag);
    for (size_t i = 0; i < diag->interface_count; i++) {
        struct tb_diag_socket bound = { 0 };
        int result = ask_with(diag, tuple, diag->interface[i], &bound);

        if (result == 0)
            *found = bound;
        if (is_found(result, &bound, tuple))
            return 0;
        if (error != 0)
            error = result;
    }
    if (error == 0 && found->state != TB_DIAG_LISTEN)
        return -ENOENT;
    return error;
}
