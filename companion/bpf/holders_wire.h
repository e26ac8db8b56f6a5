/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holders_wire.h - what holders.bpf.c writes and bpfholders.c reads; it stays in the process */
#ifndef TB_HOLDERS_WIRE_H
#define TB_HOLDERS_WIRE_H

#include <linux/types.h>

enum {
    TB_HOLDERS_WANTED_MAX = 16 /* inodes that the program itself chooses by */
};

/* Of each process that the pass came to one with inode 0, maybe several times. */
struct tb_wire_holding {
    __u32 inode;
    __u32 pid; /* of the process, in the initial pid namespace */
    __u32 fd;
};

#endif
