/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diag.h - the kernel's word, asked for: NETLINK_SOCK_DIAG
 *
 * Unlike the tracepoint it also knows the minisockets: requests (SYN-RECEIVED) and TIME-WAIT, whose
 * sub-state (FIN-WAIT-2 or TIME-WAIT) it reports. */
#ifndef TB_LIVE_DIAG_H
#define TB_LIVE_DIAG_H

#include "end.h"

/* Opens a socket that asks the calling process's present namespace. */
int tb_diag_open(void);

/* The state of `end`'s socket of the connection. Without such a socket: TCP_LISTEN where one
 * listens on its port, else TCP_CLOSE. */
int tb_diag_state(int fd, const struct tb_pair *pair, enum tb_end end);

#endif
