/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prochelper.h - the process that looks under /proc
 *
 * It sees no packets. It gives up every right but two of those to read other processes, and answers
 * over a socket pair: see procwire.h. It ends when its parent does. */
#ifndef TB_PROCHELPER_H
#define TB_PROCHELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "procdiag.h"

/* Descriptors, which the caller opened and goes on to own in its own process. */
struct tb_prochelper {
    struct tb_procdiag diag;
    int pair;       /* a stream: requests come in, events go out */
    int proc;       /* /proc */
    int births;     /* of the process connector; -1: nobody tells of processes that begin and end */
    int deaths;     /* of sockets, as sock_diag tells; -1: nobody does */
    uint32_t netns; /* inode of the sockets' namespace */
    bool arguments; /* of processes are told */
};

/* In a new process: never returns. */
_Noreturn void tb_prochelper_run(const struct tb_prochelper *helper);

/* The socket that tells of processes that begin and end. It needs CAP_NET_ADMIN, and in another
 * network namespace than the first one CAP_SYS_ADMIN: without it -ECONNREFUSED, or another -errno.
 */
int tb_prochelper_open_births(void);

/* The one that tells of sockets that end. */
int tb_prochelper_open_deaths(void);

#endif
