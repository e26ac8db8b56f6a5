/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlink.c - asks the kernel by netlink and reads the whole answer */
#include "netlink.h"

#include <errno.h>
#include <stdlib.h>

#include <libmnl/libmnl.h>
#include <sys/socket.h>

enum {
    DATAGRAM_MAX =
        32768 /* the most that the kernel fills of a dump: af_netlink.c, netlink_dump() */
};

struct tb_netlink {
    struct mnl_socket *socket;
    uint8_t datagram[DATAGRAM_MAX];
};

int tb_netlink_open(struct tb_netlink **netlink, int protocol)
{
    struct tb_netlink *opened = malloc(sizeof(*opened));

    if (opened == NULL)
        return -ENOMEM;
    opened->socket = mnl_socket_open2(protocol, SOCK_CLOEXEC);
    if (opened->socket == NULL) {
        const int error = -errno;

        free(opened);
        return error;
    }
    *netlink = opened;
    return 0;
}

void tb_netlink_close(struct tb_netlink *netlink)
{
    if (netlink == NULL)
        return;
    mnl_socket_close(netlink->socket);
    free(netlink);
}

int tb_netlink_dump(struct tb_netlink *netlink, const void *request, size_t length,
                    uint32_t sequence, tb_nl_fn *tell, void *context, bool *interrupted)
{
    struct tb_nl_dump dump = { tell, context, sequence, false };
    int result = TB_NL_MORE;

    if (mnl_socket_sendto(netlink->socket, request, length) < 0)
        return -errno;
    while (result == TB_NL_MORE) {
        const ssize_t got =
            mnl_socket_recvfrom(netlink->socket, netlink->datagram, sizeof(netlink->datagram));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        result = tb_nl_read_dump(&dump, netlink->datagram, (size_t)got);
    }
    if (result < 0)
        return result;
    *interrupted = dump.interrupted;
    return 0;
}
