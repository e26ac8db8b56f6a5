/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procview.h - looks into the processes under /proc
 *
 * `proc` is a descriptor of /proc, or of a folder that looks like it. Processes come and go while
 * one looks: that is no error. */
#ifndef TB_PROCVIEW_H
#define TB_PROCVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procline.h"
#include "sock_event.h"

struct tb_procview_pids {
    uint32_t *pid;
    size_t count;
    size_t size; /* room */
};

/* Lists all processes, the newest first as far as their numbers tell: those that were given last,
 * as `last_pid` says, come first. pids->pid is the caller's to free, also after an error; it is
 * used again. 0 or -errno. */
int tb_procview_list(int proc, uint32_t last_pid, struct tb_procview_pids *pids);

/* The pid that was given last. False: cannot be told. */
bool tb_procview_last_pid(int proc, uint32_t *pid);

/* False where /proc does not show every process of the machine: it is that of another pid
 * namespace, or mounted with hidepid=2 for others than us. */
bool tb_procview_shows_all(int proc);

typedef void tb_procview_socket_fn(uint32_t fd, uint64_t inode, void *context);

/* Tells every descriptor of the process that is a socket; threads that do not share their process's
 * descriptors are not looked into, nor descriptors on their way through a socket. 0: all were told;
 * -ENOENT: the process has gone; else some may not have been told. */
int tb_procview_sockets(int proc, uint32_t pid, tb_procview_socket_fn *tell, void *context);

/* A process with its texts. told.cgroup is a number of our own for the path: it is the same for the
 * same path. */
struct tb_procview_process {
    struct tb_sock_process told; /* points into the rest */
    char comm[TB_PROC_COMM_MAX + 1];
    char exe[TB_PROC_TEXT_MAX + 1];
    char arguments[TB_PROC_TEXT_MAX];
    char cgroup[TB_PROC_TEXT_MAX + 1]; /* its path; "": not known */
};

/* Describes the process, which is told by its pid or by that of one of its threads; where `inode`
 * is not 0, only if descriptor `fd` of that very process is that socket. What the caller may not
 * read of it is not known. 0; -ESTALE: not (or no longer) that socket; -ENOENT: the process has
 * gone. */
int tb_procview_describe(int proc, uint32_t pid, uint32_t fd, uint64_t inode, bool arguments,
                         struct tb_procview_process *process);

#endif
