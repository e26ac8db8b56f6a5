/* SPDX-License-Identifier: GPL-2.0-or-later */
/* drop_privileges.h - breathdump gives up what it may do, before it looks at a packet
 *
 * What is left afterwards: the descriptors that are open, memory, time, signals, waiting for
 * children; making and removing files in one folder where several files are written. Whatever a
 * hostile packet makes of this program, it cannot start another one, open a socket, or read a file.
 *
 * Root is not root any more by then (identity.h), but where several files are made in a folder of
 * his: without any capability he can still make files, and remove them, wherever root owns the
 * folder, if he can name it. Landlock forbids that; a kernel without it does not. */
#ifndef TB_DROP_PRIVILEGES_H
#define TB_DROP_PRIVILEGES_H

#include "complaint.h"

/* No program that this one would start could have a capability: their bounding set is emptied, as
 * far as CAP_SETPCAP allows. To be called while this program has it, after its children were made:
 * whoever is no longer root has it no longer. */
void tb_drop_bounding(void);

/* Drops every capability and the right to new privileges, confines itself by Landlock, where the
 * kernel has it, and by a seccomp filter. `folder`: a descriptor of where files will be made and
 * removed; -1: nowhere. One-way. 0 or an exit status. */
int tb_drop_privileges(int folder, struct tb_complaint *complaint);

#endif
