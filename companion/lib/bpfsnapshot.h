/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpfsnapshot.h - what the BPF iterators find: processes, and who holds which socket */
#ifndef TB_BPFSNAPSHOT_H
#define TB_BPFSNAPSHOT_H

#include <stdbool.h>

#include "procline.h"
#include "sock_event.h"

struct tb_bpfsnapshot {
    int tasks_link;                      /* descriptors of the iterators' links */
    int files_link;                      /* likewise */
    const struct tb_proc_clocks *clocks; /* of this time namespace */
    bool sees_all;                       /* the iterators pass every process of the machine */
    bool arguments;                      /* tell them */
};

/* Tells the cgroups, the processes as EXEC, then the sockets as HELD and LISTEN. What /proc does
 * not let the caller read of a process is told as not known. 0 or -errno; part may have been told
 * then. */
int tb_bpfsnapshot_tell(const struct tb_bpfsnapshot *snapshot, tb_sock_event_fn *tell,
                        void *context);

#endif
