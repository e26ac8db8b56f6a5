/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netlink.h - asks the kernel by netlink and reads the whole answer
 *
 * Through libmnl. An answer that the kernel marks as interrupted (NLM_F_DUMP_INTR: what is listed
 * changed meanwhile) is told to the caller, who asks again. */
#ifndef TB_NETLINK_H
#define TB_NETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nlmsg.h"

struct tb_netlink; /* the caller's from open to close */

/* `protocol`: NETLINK_SOCK_DIAG, NETLINK_ROUTE. Returns 0 or -errno. */
int tb_netlink_open(struct tb_netlink **netlink, int protocol);
void tb_netlink_close(struct tb_netlink *netlink);

/* Sends a request of a dump (NLM_F_DUMP) and tells every message of the answer. *interrupted: it is
 * not of one moment. Returns 0 or -errno; part may have been told then. After an error the socket
 * is of no further use. */
int tb_netlink_dump(struct tb_netlink *netlink, const void *request, size_t length,
                    uint32_t sequence, tb_nl_fn *tell, void *context, bool *interrupted);

#endif
