/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroups.h - the cgroups that are there */
#ifndef TB_CGROUPS_H
#define TB_CGROUPS_H

#include "sock_event.h"

/* Tells, as CGROUP events, the cgroups of version 2 that the caller may see: from the root of the
 * mount, which in a cgroup namespace is not the machine's. None where they are not mounted; those
 * in a folder that cannot be read are left out. */
void tb_cgroups_tell(tb_sock_event_fn *tell, void *context);

#endif
