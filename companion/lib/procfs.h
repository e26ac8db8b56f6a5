/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procfs.h - reads the files of /proc
 *
 * `folder` is a descriptor of a folder in it: an open /proc/PID stays that process's, also after
 * its pid is another's, and fails with ESRCH then. */
#ifndef TB_PROCFS_H
#define TB_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "procline.h"

/* The beginning of a file. Returns its length, or -errno. */
ssize_t tb_procfs_read(int folder, const char *name, char *text, size_t size);

/* The stat and the status of a process, by the file's name below the folder. */
bool tb_procfs_stat(int folder, const char *name, struct tb_proc_stat *stat);
bool tb_procfs_status(int folder, const char *name, struct tb_proc_status *status);

/* Whether /proc lists the processes of others: with hidepid=2 it shows no process 1 either,
 * proc(5). */
bool tb_procfs_lists_all(int proc);

/* Whether there is no pid namespace around the caller's. */
bool tb_procfs_is_outermost(int proc);

/* Whether users and times under /proc are what the kernel itself counts by: the caller is in no
 * user or time namespace of its own. */
bool tb_procfs_is_unmapped(int proc);

/* How far the caller's clocks, and the times under /proc, are ahead of those that the kernel counts
 * by; 0 where it has no time namespaces. */
struct tb_proc_clocks tb_procfs_clocks(void);

#endif
