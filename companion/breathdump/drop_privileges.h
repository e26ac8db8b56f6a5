/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drop_privileges.h - breathdump gives up what it may do, before it looks at a packet
 *
 * What is left afterwards: the descriptors that are open, memory, time, signals, waiting for
 * children; opening, creating and removing files in one directory where several files are written.
 * Whatever a hostile packet makes of this program, it cannot start another one, open a socket, or
 * read a file. */
#ifndef TB_DROP_PRIVILEGES_H
#define TB_DROP_PRIVILEGES_H

#include "complaint.h"

/* Drops every capability and the right to new privileges, confines itself by Landlock, where the
 * kernel has it, and by a seccomp filter. `directory`: where files will be created and removed;
 * NULL: nowhere. One-way. 0 or an exit status. */
int tb_drop_privileges(const char *directory, struct tb_complaint *complaint);

#endif
