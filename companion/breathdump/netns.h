/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netns.h - which network namespace to capture in */
#ifndef TB_NETNS_H
#define TB_NETNS_H

#include <stdint.h>

#include "complaint.h"

/* Moves this thread into the namespace: a name as `ip netns` has it, a path, or a process id. What
 * is open stays where it is. Needs CAP_SYS_ADMIN. 0 or an exit status. */
int tb_netns_enter(const char *name, struct tb_complaint *complaint);

/* Inode number of this thread's namespace; 0: not known. */
uint32_t tb_netns_inode(void);

#endif
