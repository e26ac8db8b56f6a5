/* SPDX-License-Identifier: GPL-2.0-or-later */
/* starts.c - which process a pid is: when it started, for pids are used again */
#include "starts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auto.h"
#include "clocks.h"
#include "procfs.h"

static int open_proc(void)
{
    return open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
}

bool tb_start_of(uint32_t pid, uint64_t *start_ns, uint32_t *leader)
{
    tb_auto_fd int proc = open_proc();
    char name[32];
    struct tb_proc_stat stat;
    struct tb_proc_status status;

    *leader = 0;
    (void)snprintf(name, sizeof name, "%u/status", pid);
    if (!tb_procfs_status(proc, name, &status))
        return false;
    if (status.group != pid) {
        *leader = status.group;
        return false;
    }
    (void)snprintf(name, sizeof name, "%u/stat", pid);
    if (!tb_procfs_stat(proc, name, &stat))
        return false;
    *start_ns = stat.start_ticks * tb_start_step_ns();
    return true;
}

uint64_t tb_start_step_ns(void)
{
    return TB_NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK);
}

bool tb_start_is_outermost(void)
{
    tb_auto_fd int proc = open_proc();

    return tb_procfs_is_outermost(proc);
}

bool tb_start_is_procs(void)
{
    char digits[16];
    ssize_t length = readlink("/proc/self", digits, sizeof digits - 1);

    if (length <= 0)
        return false;
    digits[length] = '\0';
    return strtoul(digits, NULL, 10) == (unsigned long)getpid();
}
