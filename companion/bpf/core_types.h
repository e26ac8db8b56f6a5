/* SPDX-License-Identifier: GPL-2.0-or-later */
/* core_types.h - those members of the kernel's types that the programs read
 *
 * Neither complete nor in order: libbpf finds each member in the running kernel's BTF by name
 * (CO-RE). So nothing generated from one kernel is needed. */
#ifndef TB_CORE_TYPES_H
#define TB_CORE_TYPES_H

#include <linux/types.h>

enum {
    AF_INET = 2, /* include/linux/socket.h */
    AF_INET6 = 10,
    IPPROTO_TCP = 6,          /* include/uapi/linux/in.h */
    PF_KTHREAD = 0x00200000,  /* include/linux/sched.h */
    SOCKFS_MAGIC = 0x534F434B /* include/uapi/linux/magic.h */
};

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
    int counter;
} atomic_t;

typedef struct {
    unsigned int val;
} kuid_t;

struct ns_common {
    unsigned int inum;
};

struct net {
    struct ns_common ns;
};

typedef struct {
    struct net *net;
} possible_net_t;

struct in6_addr {
    union {
        __u8 u6_addr8[16];
    } in6_u;
};

struct sock_common {
    __be32 skc_daddr;
    __be32 skc_rcv_saddr;
    __be16 skc_dport;
    unsigned short skc_family;
    volatile unsigned char skc_state;
    possible_net_t skc_net;
    struct in6_addr skc_v6_daddr; /* where IPv6 is built in */
    struct in6_addr skc_v6_rcv_saddr;
};

typedef struct {
    int owned;
} socket_lock_t;

struct socket;

struct sock {
    struct sock_common __sk_common;
    socket_lock_t sk_lock;
    struct socket *sk_socket;
    __u16 sk_protocol;
    kuid_t sk_uid;
};

struct inet_sock {
    __be16 inet_sport;
};

struct tcp_sock {
    __u32 segs_out;
};

struct super_block {
    unsigned long s_magic;
};

struct inode {
    unsigned long i_ino;
    struct super_block *i_sb;
};

struct file {
    void *private_data;
    struct inode *f_inode;
};

struct socket {
    struct file *file;
    struct sock *sk;
};

struct proto_ops {
    void *sendpage; /* until Linux 6.4: how sendfile() sends */
};

struct kernfs_node {
    __u64 id;
};

struct cgroup_root {
    int hierarchy_id;
};

struct cgroup {
    struct kernfs_node *kn;
    struct cgroup_root *root;
};

struct css_set {
    struct cgroup *dfl_cgrp;
};

struct cred {
    kuid_t euid;
};

struct signal_struct {
    atomic_t live;
};

struct mm_struct {
    unsigned long arg_start;
    unsigned long arg_end;
};

struct files_struct;

struct task_struct {
    int pid;
    int tgid;
    unsigned int flags;
    unsigned int in_execve : 1;
    struct task_struct *group_leader;
    struct task_struct *real_parent;
    __u64 start_boottime;
    char comm[16];
    const struct cred *real_cred;
    struct css_set *cgroups;
    struct mm_struct *mm;
    struct files_struct *files;
    struct signal_struct *signal;
};

struct linux_binprm {
    const char *filename;
};

struct seq_file;

struct bpf_iter_meta {
    struct seq_file *seq;
};

struct bpf_iter__task {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
};

struct bpf_iter__task_file {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
    __u32 fd;
    struct file *file;
};

#pragma clang attribute pop

#endif
