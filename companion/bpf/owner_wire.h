/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner_wire.h - the records that the BPF programs write and bpfwire.c reads
 *
 * Host order, but for addresses and ports as far as said. A record never leaves the machine, nor
 * the process that loaded the programs. */
#ifndef TB_OWNER_WIRE_H
#define TB_OWNER_WIRE_H

#include <linux/types.h>

enum {
    TB_WIRE_COMM = 16, /* TASK_COMM_LEN of include/linux/sched.h */
    TB_WIRE_TEXT_MAX =
        4096 /* octets of a program's name, and again of its arguments; a power of 2 */
};

enum tb_wire_kind {
    TB_WIRE_CONNECT = 1, /* these: struct tb_wire_socket */
    TB_WIRE_OPEN,
    TB_WIRE_USE,
    TB_WIRE_LISTEN,
    TB_WIRE_HELD,
    TB_WIRE_CLOSE,
    TB_WIRE_FORK, /* these: struct tb_wire_task */
    TB_WIRE_RENAME,
    TB_WIRE_EXIT,
    TB_WIRE_TASK,  /* the snapshot found the process */
    TB_WIRE_EXEC,  /* these: struct tb_wire_exec */
    TB_WIRE_CGROUP /* a cgroup was made: process.cgroup is its id, and the name is its path */
};

struct tb_wire_process {
    __u64 start_ns; /* start_boottime of the thread group's leader */
    __u64 cgroup;   /* id of the cgroup (version 2); 0: not known */
    __u32 pid;      /* 0: no process */
    __u32 parent_pid;
    __u32 uid;       /* effective */
    __u32 in_kernel; /* 1: a thread of the kernel */
    char comm[TB_WIRE_COMM];
};

struct tb_wire_task {
    __u64 time_ns; /* CLOCK_MONOTONIC */
    __u32 kind;    /* enum tb_wire_kind */
    __s32 fd;      /* with HELD and LISTEN: the descriptor, or -1 */
    struct tb_wire_process process;
};

struct tb_wire_socket {
    struct tb_wire_task task;
    __u64 socket;     /* struct sock's address: an identity inside this run, never to be shown */
    __u8 local[16];   /* IPv4: the first four octets */
    __u8 remote[16];  /* likewise */
    __u16 family;     /* AF_INET or AF_INET6 */
    __u16 local_port; /* both in network order */
    __u16 remote_port;
    __u16 state; /* enum tcp_state of include/net/tcp_states.h */
    __u32 netns;
    __u32 uid;
};

/* The texts follow it, one upon the other. */
struct tb_wire_exec {
    struct tb_wire_task task;
    __u32 exe_length;       /* octets of the program's name, NUL included; 0: none */
    __u32 arguments_length; /* octets of the arguments, as they are in memory */
};

#endif
