/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts.bpf.h - copies what is known of a process and of a socket into a record */
#ifndef TB_FACTS_BPF_H
#define TB_FACTS_BPF_H

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "core_types.h"
#include <bpf/bpf_core_read.h>

#include "owner_wire.h"

/* How a member is read. Of what a tracepoint gives, the verifier knows the type: a load is enough.
 * Of any other pointer a helper copies, which takes ten times as long. Pointers are copied always:
 * the verifier searches all the kernel's types by name for each one that is loaded (Linux 6.4 and
 * later: btf_nested_type_is_trusted()), so that a hundred of them take a tenth of a second. */
enum access {
    TYPED,
    COPIED
};

#define FACT(how, pointer, member)                                                                 \
    ((how) == TYPED ? (pointer)->member : BPF_CORE_READ(pointer, member))

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

/* When the running process began. It is asked so often that its one pointer may be loaded; the
 * helper is there since Linux 5.11, and where it is not, the verifier does not look at its call. */
static __always_inline __u64 current_start_ns(void)
{
    if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
        return bpf_get_current_task_btf()->group_leader->start_boottime;
    return BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), group_leader,
                         start_boottime);
}

/* inet_sport and not skc_num, which is 0 by the time a socket is closed: tcp_set_state() gives the
 * port back first. It is behind what the verifier knows of the socket. */
static __always_inline void read_socket(struct tb_wire_socket *to, struct sock *sk, enum access how)
{
    to->socket = (__u64)sk;
    to->family = FACT(how, sk, __sk_common.skc_family);
    to->state = FACT(how, sk, __sk_common.skc_state);
    to->local_port = BPF_CORE_READ((struct inet_sock *)sk, inet_sport);
    to->remote_port = FACT(how, sk, __sk_common.skc_dport);
    to->netns = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
    to->uid = FACT(how, sk, sk_uid.val);
    if (to->family == AF_INET) {
        *(__be32 *)to->local = FACT(how, sk, __sk_common.skc_rcv_saddr);
        *(__be32 *)to->remote = FACT(how, sk, __sk_common.skc_daddr);
    } else if (bpf_core_field_exists(sk->__sk_common.skc_v6_daddr)) {
        BPF_CORE_READ_INTO(&to->local, sk, __sk_common.skc_v6_rcv_saddr);
        BPF_CORE_READ_INTO(&to->remote, sk, __sk_common.skc_v6_daddr);
    }
}

/* Multipath TCP's own sockets have another protocol; their subflows are TCP like any other. */
static __always_inline int is_tcp(struct sock *sk, enum access how)
{
    __u16 family = FACT(how, sk, __sk_common.skc_family);

    return (family == AF_INET || family == AF_INET6) && FACT(how, sk, sk_protocol) == IPPROTO_TCP;
}

#endif
