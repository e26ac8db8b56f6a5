/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptors.h - which processes hold which sockets at this moment
 *
 * Looks into every process under /proc, once for all sockets that are asked about, and says what it
 * could not look into: an owner that was not found may be there. Descriptors that only one thread
 * of a process has (unshare(CLONE_FILES)) are not seen, nor such as are on their way through a
 * socket (SCM_RIGHTS). */
#ifndef TB_DESCRIPTORS_H
#define TB_DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procline.h"

/* A process that holds at least one of the sockets. */
struct tb_process {
    uint64_t start_ticks;
    uint32_t pid; /* in the pid namespace of the caller's /proc */
    uint32_t parent_pid;
    uint32_t uid;                    /* effective */
    char comm[TB_PROC_COMM_MAX + 1]; /* as it is, unescaped */
};

struct tb_holding {
    uint32_t inode;
    uint32_t process; /* place in the list of processes */
    uint32_t fd;
};

enum {
    TB_DESCRIPTORS_NAMED = 3
};

struct tb_descriptors {
    struct tb_process *process; /* by pid */
    size_t process_count;
    struct tb_holding *holding; /* by inode, then process, then descriptor */
    size_t holding_count;
    uint32_t *slot; /* for tb_descriptors_of_inode() only */
    size_t slot_mask;
    size_t looked_into; /* processes; the kernel's own threads are not counted */
    size_t hidden;      /* processes that the caller may not look into, */
    uint32_t hidden_pid[TB_DESCRIPTORS_NAMED]; /* and which, of the first ones */
    bool unlisted; /* /proc does not even list the processes of others (hidepid) */
    bool by_bpf;   /* then `looked_into` counts those that have files open, and `hidden` those
                      that the caller may not look into and that hold one of the sockets or
                      that the kernel keeps from BPF too */
    bool outside;  /* there may be processes outside of this pid namespace */
};

enum tb_descriptors_how {
    TB_DESCRIPTORS_AUTO, /* what is faster and allowed */
    TB_DESCRIPTORS_WALK, /* through /proc */
    TB_DESCRIPTORS_BPF   /* or nothing */
};

/* Looks for the holders of those inodes (a set; 0 is passed over). With none it looks into nothing.
 * Returns 0 or -errno. The result is the caller's to free by tb_descriptors_free(). */
int tb_descriptors_find(struct tb_descriptors *found, const uint32_t *inodes, size_t count);

/* Likewise, by that way. */
int tb_descriptors_find_by(struct tb_descriptors *found, enum tb_descriptors_how how,
                           const uint32_t *inodes, size_t count);

/* All sockets that one process holds, of whatever kind. `inodes` of the result are not asked for
 * but told. -ESRCH: no such process; -EACCES: the caller may not look into it. */
int tb_descriptors_of(struct tb_descriptors *found, uint32_t pid);

/* Whether everybody who was found still holds his socket. That nobody else holds one is not said.
 */
bool tb_descriptors_hold(const struct tb_descriptors *found);

/* A copy, to be freed too. Returns 0 or -ENOMEM. */
int tb_descriptors_copy(struct tb_descriptors *to, const struct tb_descriptors *from);

void tb_descriptors_free(struct tb_descriptors *found);

/* Every process was looked into. */
bool tb_descriptors_complete(const struct tb_descriptors *found);

/* The first holding of the inode and how many follow it, itself included; NULL and 0: none. */
const struct tb_holding *tb_descriptors_of_inode(const struct tb_descriptors *found, uint32_t inode,
                                                 size_t *count);

#endif
