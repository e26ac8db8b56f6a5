/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proctold.h - which processes the helper has told of, and tells them once
 *
 * A process is told as EXEC, with its texts, before what it holds is; its ancestors are too. Of
 * many processes some are forgotten, and told once more. */
#ifndef TB_PROCTOLD_H
#define TB_PROCTOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "proctarget.h"
#include "procview.h"

enum {
    TB_PROCTOLD_PROCESSES = 4096,
    TB_PROCTOLD_EXECS = 4096,
    TB_PROCTOLD_CGROUPS = 256
};

struct tb_proctold {
    int proc;
    bool arguments; /* of processes are told */
    uint32_t netns; /* inode of the sockets' namespace */
    tb_sock_event_fn *tell;
    void *context;
    struct tb_proctold_process {
        uint64_t start_ns;
        uint32_t pid; /* 0: free */
        char comm[TB_PROC_COMM_MAX + 1];
    } process[TB_PROCTOLD_PROCESSES];
    struct tb_proctold_exec {
        uint64_t time_ns;
        uint32_t pid;
    } exec[TB_PROCTOLD_EXECS];            /* when a process became another program */
    uint64_t cgroup[TB_PROCTOLD_CGROUPS]; /* that were told */
    struct tb_procview_process scratch;
};

/* Tells what the process is, as it was described at `time_ns`, unless that has been told. */
void tb_proctold_tell(struct tb_proctold *told, const struct tb_procview_process *process,
                      uint64_t time_ns);

/* Tells that the process holds the socket, as it was found: HELD, or LISTEN. */
void tb_proctold_holder(struct tb_proctold *told, const struct tb_proctarget *target,
                        const struct tb_procview_process *process, uint32_t fd,
                        enum tb_sock_found found, bool alone);

/* The process runs another program since `time_ns`. */
void tb_proctold_exec(struct tb_proctold *told, uint32_t pid, uint64_t time_ns);

#endif
