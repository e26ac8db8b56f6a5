/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts.bpf.h - copies what is known of a process and of a socket into a record */
#ifndef TB_FACTS_BPF_H
#define TB_FACTS_BPF_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "core_types.h"
#include <bpf/bpf_core_read.h>

#include "owner_wire.h"

/* The process is its leader: threads have a comm and credentials of their own. */
static __always_inline void read_process(struct tb_wire_process *to, struct task_struct *task)
{
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);

    to->start_ns = BPF_CORE_READ(leader, start_boottime);
    to->cgroup = BPF_CORE_READ(leader, cgroups, dfl_cgrp, kn, id);
    to->pid = BPF_CORE_READ(leader, tgid);
    to->parent_pid = BPF_CORE_READ(leader, real_parent, tgid);
    to->uid = BPF_CORE_READ(leader, real_cred, euid.val);
    to->in_kernel = (BPF_CORE_READ(leader, flags) & PF_KTHREAD) != 0;
    BPF_CORE_READ_STR_INTO(&to->comm, leader, comm);
}

/* inet_sport and not skc_num, which is 0 by the time a socket is closed: tcp_set_state() gives the
 * port back first. */
static __always_inline void read_socket(struct tb_wire_socket *to, struct sock *sk)
{
    to->socket = (__u64)sk;
    to->family = BPF_CORE_READ(sk, __sk_common.skc_family);
    to->state = BPF_CORE_READ(sk, __sk_common.skc_state);
    to->local_port = BPF_CORE_READ((struct inet_sock *)sk, inet_sport);
    to->remote_port = BPF_CORE_READ(sk, __sk_common.skc_dport);
    to->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
    to->uid = BPF_CORE_READ(sk, sk_uid.val);
    if (to->family == AF_INET) {
        BPF_CORE_READ_INTO((__be32 *)to->local, sk, __sk_common.skc_rcv_saddr);
        BPF_CORE_READ_INTO((__be32 *)to->remote, sk, __sk_common.skc_daddr);
    } else if (bpf_core_field_exists(sk->__sk_common.skc_v6_daddr)) {
        BPF_CORE_READ_INTO(&to->local, sk, __sk_common.skc_v6_rcv_saddr);
        BPF_CORE_READ_INTO(&to->remote, sk, __sk_common.skc_v6_daddr);
    }
}

/* Multipath TCP's own sockets have another protocol; their subflows are TCP like any other. */
static __always_inline int is_tcp(struct sock *sk)
{
    __u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

    return (family == AF_INET || family == AF_INET6) &&
           BPF_CORE_READ(sk, sk_protocol) == IPPROTO_TCP;
}

#endif
