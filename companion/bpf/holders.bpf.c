/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holders.bpf.c - who holds which socket: one pass over the descriptors of all processes
 *
 * Every file of every process is looked at, but only a socket of the internet families is told, and
 * of those only the wanted ones where they are few. */
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

/* The kernel passes the files of a process in one go. Where there is no room it passes the file
 * once more. */
static __always_inline void note(struct seq_file *to, __u32 pid)
{
    const struct tb_wire_holding record = { .pid = pid };

    if (pid == last || bpf_seq_write(to, &record, sizeof(record)) != 0)
        return;
    last = pid;
    processes++;
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
    struct tb_wire_holding record = {};
    struct socket *socket;
    struct sock *sk;
    __u32 noted = processes;
    __u16 family;

    if (!task || !file)
        return 0;
    record.pid = task->tgid;
    note(context->meta->seq, record.pid);
    if (task->pid != task->tgid && task->files == BPF_CORE_READ(task, group_leader, files))
        return 0; /* a thread, and its files are the process's */
    if (file->f_inode->i_sb->s_magic != SOCKFS_MAGIC)
        return 0;
    record.inode = file->f_inode->i_ino;
    if (!is_wanted(record.inode))
        return 0;
    socket = file->private_data;
    sk = BPF_CORE_READ(socket, sk);
    if (!sk)
        return 0;
    family = BPF_CORE_READ(sk, __sk_common.skc_family);
    if (family != AF_INET && family != AF_INET6)
        return 0;
    record.fd = context->fd;
    if (bpf_seq_write(context->meta->seq, &record, sizeof(record)) != 0)
        drop(noted);
    return 0;
}
