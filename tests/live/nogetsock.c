/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nogetsock.c - to be preloaded: a kernel that has no TCPDIAG_GETSOCK any more
 *
 * A question of that type is refused as by a kernel that does not know it. How many were refused,
 * and how many were not, is told on standard error when the program ends. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>

typedef ssize_t send_fn(const struct mnl_socket *, const void *, size_t);

static unsigned refused, sent;

static void __attribute__((destructor)) tell(void)
{
    fprintf(stderr, "nogetsock: %u refused, %u sent\n", refused, sent);
}

ssize_t mnl_socket_sendto(const struct mnl_socket *socket, const void *octets, size_t length)
{
    static send_fn *next;
    struct nlmsghdr header;

    if (next == NULL)
        *(void **)&next = dlsym(RTLD_NEXT, "mnl_socket_sendto");
    if (next == NULL || length < sizeof(header))
        abort();
    memcpy(&header, octets, sizeof(header));
    if (header.nlmsg_type == TCPDIAG_GETSOCK) {
        refused++;
        errno = EOPNOTSUPP;
        return -1;
    }
    sent++;
    return next(socket, octets, length);
}
