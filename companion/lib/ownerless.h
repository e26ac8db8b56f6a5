/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ownerless.h - why a socket has no process
 *
 * Pure. From the socket's state and inode and from what the search of the processes could see; the
 * kernel's rules: an inode is given to a connection by accept() (sock_graft()), and taken away when
 * its last descriptor is closed (sock_orphan()). */
#ifndef TB_OWNERLESS_H
#define TB_OWNERLESS_H

#include <stdbool.h>
#include <stddef.h>

#include "sockets.h"

enum tb_ownerless {
    TB_OWNERLESS_NOT,        /* it has an inode: a process may hold it */
    TB_OWNERLESS_HANDSHAKE,  /* SYN_RECV: a listener's connection that is not open yet */
    TB_OWNERLESS_UNACCEPTED, /* open, and nobody has called accept() */
    TB_OWNERLESS_CLOSED,     /* its process has closed it; the kernel finishes the conversation */
    TB_OWNERLESS_TIME_WAIT,  /* closed at both ends, kept for a while: RFC 9293 section 3.6.1 */
    TB_OWNERLESS_COUNT
};

enum tb_ownerless tb_ownerless_why(const struct tb_socket *socket);

/* Which of the listeners took the connection in: of those with its local port the one with its very
 * address, else the one on all addresses; SO_REUSEPORT lets several be alike, then the first.
 * `list` may hold other sockets too. NULL: none of them. */
const struct tb_socket *tb_ownerless_listener(const struct tb_socket *list, size_t count,
                                              const struct tb_socket *connection, size_t *alike);

/* Whether the address is all addresses of the socket's family: 0.0.0.0 or ::. */
bool tb_socket_is_wildcard(const struct tb_socket *socket);

/* Whether it takes IPv4 and IPv6: an IPv6 socket on all addresses without IPV6_V6ONLY. */
bool tb_socket_is_dual(const struct tb_socket *socket);

#endif
