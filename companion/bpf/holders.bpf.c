/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holders.bpf.c - who holds which socket: one pass over the descriptors of all processes
 *
 * Every file of every process is looked at, but only sockets are told, of whatever family: to ask
 * for the family takes as long as to tell. Of them only the wanted ones where they are few. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "core_types.h"
#include <bpf/bpf_core_read.h>

#include "holders_wire.h"

char LICENSE[] SEC("license") = "GPL";

/* The loader says otherwise. */
const volatile __u32 wanted[TB_HOLDERS_WANTED_MAX] = {};
const volatile __u32 wanted_count = 0; /* 0: all are */

/* Read by the loader, after the pass. */
__u32 processes = 0; /* that have files */
static __u32 last = 0;

static __always_inline int is_wanted(__u32 inode)
{
    if (wanted_count == 0)
        return 1;
    for (__u32 i = 0; i < TB_HOLDERS_WANTED_MAX; i++) {
        if (i < wanted_count && wanted[i] == inode)
            return 1;
    }
    return 0;
}

/* Threads have a comm and credentials of their own. */
static __always_inline long tell_process(struct seq_file *to, struct task_struct *task)
{
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);
    struct tb_wire_holder record = {};

    record.pid = task->tgid;
    record.parent_pid = BPF_CORE_READ(leader, real_parent, tgid);
    record.uid = BPF_CORE_READ(leader, real_cred, euid.val);
    record.start_ns = BPF_CORE_READ(leader, start_boottime);
    BPF_CORE_READ_STR_INTO(&record.comm, leader, comm);
    return bpf_seq_write(to, &record, sizeof(record));
}

/* The kernel passes the files of a process in one go. Where there is no room it passes the file
 * once more. */
static __always_inline long note(struct seq_file *to, struct task_struct *task)
{
    const __u32 pid = task->tgid;
    long error;

    if (pid == last)
        return 0;
    error = tell_process(to, task);
    if (error != 0)
        return error;
    last = pid;
    processes++;
    return 0;
}

/* What was noted at the same file is dropped with it, and is noted again. */
static __always_inline void drop(__u32 noted)
{
    if (noted == processes)
        return;
    processes = noted;
    last = 0;
}

SEC("iter/task_file")
int each_file(struct bpf_iter__task_file *context)
{
    struct task_struct *task = context->task;
    struct file *file = context->file;
    struct tb_wire_holding holding;
    __u32 noted = processes;

    if (!task || !file || note(context->meta->seq, task) != 0)
        return 0;
    if (task->pid != task->tgid && task->files == BPF_CORE_READ(task, group_leader, files))
        return 0; /* a thread, and its files are the process's */
    if (!bpf_sock_from_file(file))
        return 0;
    holding.inode = file->f_inode->i_ino;
    holding.fd = context->fd;
    if (holding.inode == 0 || !is_wanted(holding.inode))
        return 0;
    if (bpf_seq_write(context->meta->seq, &holding, sizeof(holding)) != 0)
        drop(noted);
    return 0;
}
