/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holders_wire.h - what holders.bpf.c writes and heldwire.c reads; it stays in the process
 *
 * A process that has files, then those of its descriptors that are told, then the next process. */
#ifndef TB_HOLDERS_WIRE_H
#define TB_HOLDERS_WIRE_H

#include <linux/types.h>

enum {
    TB_HOLDERS_WANTED_MAX = 16, /* inodes that the program itself chooses by */
    TB_HOLDERS_COMM = 16        /* TASK_COMM_LEN */
};

struct tb_wire_holder {
    __u32 zero; /* which no inode is */
    __u32 pid;  /* as the first pid namespace counts, and likewise the rest */
    __u32 parent_pid;
    __u32 uid;      /* effective */
    __u64 start_ns; /* CLOCK_BOOTTIME */
    char comm[TB_HOLDERS_COMM];
};

/* Of each process that the pass came to one with inode 0, maybe several times. */
struct tb_wire_holding {
    __u32 inode;
    __u32 fd;
};

#endif
