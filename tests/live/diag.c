/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diag.c - the kernel's word, asked for: NETLINK_SOCK_DIAG */
#include "diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

enum {
    ANSWER_SIZE = 32768 /* the largest part that netlink sends (linux/netlink.h) */
};

int tb_diag_open(void)
{
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

    if (fd < 0)
        tb_skip("no NETLINK_SOCK_DIAG: %s", strerror(errno));
    return fd;
}

static void ask(int fd)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 body;
    } request = {
        .header = { .nlmsg_len = sizeof(request),
                    .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP },
        .body = { .sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = ~0u },
    };

    if (send(fd, &request, sizeof(request), 0) < 0)
        tb_fail("sock_diag: %s", strerror(errno));
}

static bool is_ours(const struct inet_diag_sockid *id, const struct sockaddr_in *near,
                    const struct sockaddr_in *far)
{
    return id->idiag_sport == near->sin_port && id->idiag_dport == far->sin_port &&
           id->idiag_src[0] == near->sin_addr.s_addr && id->idiag_dst[0] == far->sin_addr.s_addr;
}

/* A living socket is the kernel's word before a TIME-WAIT one of the same addresses, and both are
 * before the listener. */
static int better(int known, int found)
{
    if (known == TCP_CLOSE || known == TCP_LISTEN || known == TCP_TIME_WAIT)
        return found == TCP_LISTEN && known == TCP_TIME_WAIT ? known : found;
    return known;
}

static int weigh(int known, const struct inet_diag_msg *socket, const struct tb_pair *pair,
                 enum tb_end end)
{
    const struct sockaddr_in *near = &pair->address[end];

    if (is_ours(&socket->id, near, &pair->address[tb_end_other(end)]))
        return better(known, socket->idiag_state);
    if (socket->idiag_state == TCP_LISTEN && socket->id.idiag_sport == near->sin_port)
        return better(known, TCP_LISTEN);
    return known;
}

/* Takes one part of the answer; false at its end. NLMSG_OK() and NLMSG_NEXT() mix signed and
 * unsigned, hence by hand. */
static bool take(const char *part, size_t size, const struct tb_pair *pair, enum tb_end end,
                 int *state)
{
    struct nlmsghdr header;
    struct inet_diag_msg socket;

    for (size_t at = 0; at + sizeof(header) <= size; at += NLMSG_ALIGN(header.nlmsg_len)) {
        memcpy(&header, part + at, sizeof(header));
        if (header.nlmsg_type == NLMSG_DONE)
            return false;
        if (header.nlmsg_type == NLMSG_ERROR || header.nlmsg_len < NLMSG_LENGTH(sizeof(socket)))
            tb_fail("sock_diag refuses");
        memcpy(&socket, part + at + NLMSG_HDRLEN, sizeof(socket));
        *state = weigh(*state, &socket, pair, end);
    }
    return true;
}

int tb_diag_state(int fd, const struct tb_pair *pair, enum tb_end end)
{
    static char part[ANSWER_SIZE];
    int state = TCP_CLOSE;
    ssize_t got;

    ask(fd);
    do {
        got = recv(fd, part, sizeof(part), 0);
        if (got <= 0)
            tb_fail("sock_diag answers: %s", strerror(errno));
    } while (take(part, (size_t)got, pair, end, &state));
    return state;
}
