/* SPDX-License-Identifier: GPL-2.0-or-later */
/* egress.h - through which interface the kernel sends to an address
 *
 * What `ip route get` tells: the kernel's own answer (RTM_GETROUTE, rtnetlink(7)), for the network
 * namespace that the caller is in. It needs no privilege. */
#ifndef TB_EGRESS_H
#define TB_EGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "nlmsg.h"

struct tb_egress {
    uint32_t interface; /* 0: the answer names none */
    bool local;         /* the address is this machine's own: nothing leaves it */
};

/* IPv4 addresses are mapped. Returns 0, -ENETUNREACH where no route leads there, or another
 * -errno. */
int tb_egress_find(const uint8_t address[16], struct tb_egress *egress);

/* Pure: reads a message of the answer, which may be malformed; false where it is no route. */
bool tb_egress_read(const struct tb_nl_message *message, struct tb_egress *egress);

#endif
