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
static __u32 told = 0; /* the process that stands before the next descriptor */

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

/* The kernel passes the files of a process in one go. */
static __always_inline void count(__u32 pid)
{
    if (pid == last)
        return;
    last = pid;
    processes++;
}

/* Threads have a comm and credentials of their own. */
static __always_inline long tell_process(struct seq_file *seq, struct task_struct *task)
{
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);
    struct tb_wire_holder record = {};

    record.pid = task->tgid;
    record.parent_pid = BPF_CORE_READ(leader, real_parent, tgid);
    record.uid = BPF_CORE_READ(leader, real_cred, euid.val);
    record.start_ns = BPF_CORE_READ(leader, start_boottime);
    BPF_CORE_READ_STR_INTO(&record.comm, leader, comm);
    return bpf_seq_write(seq, &record, sizeof(record));
}

/* Of a file for which the buffer had no room the kernel keeps nothing, and asks for it again. */
static __always_inline void tell(struct seq_file *seq, struct task_struct *task,
                                 const struct tb_wire_holding *holding)
{
    const __u32 before = told;
    const __u32 pid = task->tgid;

    if (told != pid) {
        if (tell_process(seq, task) != 0)
            return;
        told = pid;
    }
    if (bpf_seq_write(seq, holding, sizeof(*holding)) != 0)
        told = before;
}

SEC("iter/task_file")
int each_file(struct bpf_iter__task_file *context)
{
    struct task_struct *task = context->task;
    struct file *file = context->file;
    struct tb_wire_holding holding;

    if (!task || !file)
        return 0;
    count(task->tgid);
    if (task->pid != task->tgid && task->files == BPF_CORE_READ(task, group_leader, files))
        return 0; /* a thread, and its files are the process's */
    if (!bpf_sock_from_file(file))
        return 0;
    holding.inode = file->f_inode->i_ino;
    holding.fd = context->fd;
    if (holding.inode != 0 && is_wanted(holding.inode))
        tell(context->meta->seq, task, &holding);
    return 0;
}
