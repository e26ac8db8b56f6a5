/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listener.h - a socket that others can come to */
#ifndef TB_LISTENER_H
#define TB_LISTENER_H

#include "probe.h"

/* Opens a socket at the target, of which TCP listens; port 0: the kernel chooses. All addresses are
 * those of IPv4 alone where there is no IPv6. The target is then what it became. Returns the
 * descriptor (close-on-exec, not blocking) or -errno. */
int tb_listener_open(struct tb_target *target);

/* 127.0.0.1, or all addresses. */
void tb_listener_target(struct tb_target *target, uint16_t port, bool public, bool udp);

#endif
