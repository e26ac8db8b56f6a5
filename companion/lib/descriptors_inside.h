/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptors_inside.h - what the ways of finding holders share; only for descriptors*.c */
#ifndef TB_DESCRIPTORS_INSIDE_H
#define TB_DESCRIPTORS_INSIDE_H

#include "descriptors.h"
#include "inodes.h"

/* Holders while they are gathered: holding.process is a pid yet. */
struct tb_gathering {
    struct tb_descriptors found;
    size_t process_room;
    size_t holding_room;
};

/* What is looked for, and where: each a list and how many are in it. */
struct tb_lists {
    const uint32_t *inode;
    size_t inodes;
    const uint32_t *pid;
    size_t pids;
};

/* 0 or -ENOMEM. */
int tb_gather_holding(struct tb_gathering *gathering, uint32_t pid, uint32_t fd, uint32_t inode);
int tb_gather_process(struct tb_gathering *gathering, const struct tb_process *process);

/* Makes room in a list whose members are of that size. 0 or -ENOMEM. */
int tb_gather_room(void **list, size_t *room, size_t count, size_t size);

/* What is told of a process, by the names of its files below the folder. -ESRCH: it has ended. */
int tb_gather_facts(int folder, const char *stat, const char *status, uint32_t pid,
                    struct tb_process *process);

/* Puts what was gathered in order: pids become places, each of which is in the list of processes.
 * 0 or -ENOMEM. */
int tb_gather_order(struct tb_descriptors *found);
/* Counts a process that the caller may not look into. */
void tb_gather_hidden(struct tb_descriptors *found, uint32_t pid);

/* Whether it cannot have a file: a thread of the kernel's own, or one that has ended. */
bool tb_gather_has_no_files(const struct tb_proc_stat *stat);

/* By a walk through /proc, open as `proc`. 0 or -errno; to be freed either way. */
int tb_descriptors_walk(struct tb_gathering *gathering, int proc, const struct tb_inodes *wanted,
                        const uint32_t *pid, size_t pids);

/* All sockets of one process. */
int tb_descriptors_visit(struct tb_gathering *gathering, int proc, uint32_t pid);

/* By a BPF iterator; -ENOSYS where it was not built in. */
int tb_descriptors_iterate(struct tb_gathering *gathering, int proc, const struct tb_inodes *wanted,
                           const struct tb_lists *lists);

#endif
