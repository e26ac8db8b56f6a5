/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptors_bpf.c - finds holders of sockets by a BPF iterator
 *
 * The iterator sees what /proc hides. So of each process that it names one descriptor is read in
 * /proc too, which proves that the caller may be told: of another one nothing is told but that it
 * is hidden. And a kernel can keep a process from the iterator: it may hold what nobody else holds,
 * and is hidden where the caller may not look into it under /proc either. */
#include "descriptors_inside.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include "auto.h"
#include "bpfholders.h"
#include "heldwire.h"
#include "procfs.h"

#define SECOND_NS 1000000000u

enum {
    PATH_OCTETS = 64,
    TARGET_MAX = 64
};

static_assert(TB_HOLDERS_COMM == TB_PROC_COMM_MAX + 1, "a name fits");

struct iteration {
    struct tb_gathering *gathering;
    const struct tb_inodes *wanted;
    int proc;
    uint64_t tick_ns; /* 0: /proc tells the caller of other users and times than the kernel does */
};

/* ---- What may be told */

/* 0: the caller may read it; -EACCES; -ENOENT: it is not there, or something else by now. */
static int may_read(int proc, uint32_t pid, const struct tb_wire_holding *holding)
{
    char path[PATH_OCTETS], target[TARGET_MAX];
    uint64_t inode;
    ssize_t length;

    (void)snprintf(path, sizeof(path), "%u/fd/%u", pid, holding->fd);
    length = readlinkat(proc, path, target, sizeof(target));
    if (length < 0)
        return errno == EACCES || errno == EPERM ? -EACCES : -ENOENT;
    return tb_proc_is_socket(target, (size_t)length, &inode) && inode == holding->inode ? 0
                                                                                        : -ENOENT;
}

/* One descriptor that can still be read proves that the process is the one and may be told. 1: none
 * of them is wanted. */
static int prove(const struct iteration *iteration, const struct tb_held *held)
{
    int result = 1;

    for (size_t i = 0; i < held->count && (result == 1 || result == -ENOENT); i++) {
        const struct tb_wire_holding holding = tb_held_at(held, i);

        if (tb_inodes_has(iteration->wanted, holding.inode))
            result = may_read(iteration->proc, held->process.pid, &holding);
    }
    return result;
}

static bool is_listed(int proc, uint32_t pid)
{
    char path[PATH_OCTETS];

    (void)snprintf(path, sizeof(path), "%u", pid);
    return faccessat(proc, path, F_OK, 0) == 0;
}

/* ---- Telling */

static int take_facts(const struct iteration *iteration, const struct tb_wire_holder *from,
                      struct tb_process *process)
{
    char stat[PATH_OCTETS], status[PATH_OCTETS];

    if (iteration->tick_ns == 0) {
        (void)snprintf(stat, sizeof(stat), "%u/stat", from->pid);
        (void)snprintf(status, sizeof(status), "%u/status", from->pid);
        return tb_gather_facts(iteration->proc, stat, status, from->pid, process);
    }
    process->start_ticks = from->start_ns / iteration->tick_ns;
    process->pid = from->pid;
    process->parent_pid = from->parent_pid;
    process->uid = from->uid;
    memcpy(process->comm, from->comm, sizeof(process->comm));
    return 0;
}

static int take(const struct iteration *iteration, const struct tb_held *held)
{
    struct tb_process process;
    int error;

    if (take_facts(iteration, &held->process, &process) != 0)
        return 0; /* it has ended */
    error = tb_gather_process(iteration->gathering, &process);
    for (size_t i = 0; i < held->count && error == 0; i++) {
        const struct tb_wire_holding holding = tb_held_at(held, i);

        if (tb_inodes_has(iteration->wanted, holding.inode))
            error = tb_gather_holding(iteration->gathering, process.pid, holding.fd, holding.inode);
    }
    return error;
}

/* Not one of its descriptors is there any more, or its leader has ended, whose folder shows none:
 * /proc is asked for what it has now. */
static int look_again(const struct iteration *iteration, uint32_t pid)
{
    if (!is_listed(iteration->proc, pid)) {
        if (iteration->gathering->found.unlisted)
            tb_gather_hidden(&iteration->gathering->found, pid);
        return 0;
    }
    return tb_descriptors_walk(iteration->gathering, iteration->proc, iteration->wanted, &pid, 1);
}

static int take_process(const struct iteration *iteration, const struct tb_held *held)
{
    switch (prove(iteration, held)) {
    case 0:
        return take(iteration, held);
    case -EACCES:
        tb_gather_hidden(&iteration->gathering->found, held->process.pid);
        return 0;
    case -ENOENT:
        return look_again(iteration, held->process.pid);
    default: /* none is wanted */
        return 0;
    }
}

/* How long a tick of start_ticks is (nsec_to_clock_t() of kernel/time/time.c). */
static uint64_t tick_ns(int proc)
{
    const long ticks = sysconf(_SC_CLK_TCK);

    if (ticks <= 0 || SECOND_NS % (unsigned long)ticks != 0 || !tb_procfs_is_unmapped(proc))
        return 0;
    return SECOND_NS / (unsigned long)ticks;
}

/* ---- Processes that the iterator does not come to */

/* The set of those that it came to. */
static int list_seen(const struct tb_bpfholders *all, struct tb_inodes *set)
{
    struct tb_nl_rest rest = { all->octets, all->length };
    uint32_t *pid = calloc(all->processes + 1, sizeof(*pid));
    struct tb_held held;
    size_t used = 0;
    int error;

    if (pid == NULL)
        return -ENOMEM;
    while (used < all->processes && tb_held_next(&rest, &held) > 0)
        pid[used++] = held.process.pid;
    error = tb_inodes_make(set, pid, used);
    free(pid);
    return error;
}

/* The right to read where its program is, is the right to read its descriptors: proc(5). */
static bool is_hidden(int proc, uint32_t pid)
{
    char path[PATH_OCTETS], octet;
    struct tb_proc_stat stat;

    (void)snprintf(path, sizeof(path), "%u/exe", pid);
    if (readlinkat(proc, path, &octet, sizeof(octet)) >= 0 || (errno != EACCES && errno != EPERM))
        return false;
    (void)snprintf(path, sizeof(path), "%u/stat", pid);
    return !tb_procfs_stat(proc, path, &stat) || !tb_gather_has_no_files(&stat);
}

/* Threads of the kernel are the most of those that it did not come to. */
static int find_hidden(struct tb_gathering *gathering, int proc, const struct tb_bpfholders *all,
                       const struct tb_lists *lists)
{
    struct tb_inodes seen;
    const int error = list_seen(all, &seen);

    if (error != 0)
        return error;
    for (size_t i = 0; i < lists->pids; i++) {
        if (!tb_inodes_has(&seen, lists->pid[i]) && is_hidden(proc, lists->pid[i]))
            tb_gather_hidden(&gathering->found, lists->pid[i]);
    }
    tb_inodes_free(&seen);
    return 0;
}

/* ---- Both */

static int take_all(const struct iteration *iteration, const struct tb_bpfholders *all)
{
    struct tb_nl_rest rest = { all->octets, all->length };
    struct tb_held held;
    int error = 0, result = 1;

    while (error == 0 && (result = tb_held_next(&rest, &held)) > 0)
        error = take_process(iteration, &held);
    return error != 0 ? error : result;
}

int tb_descriptors_iterate(struct tb_gathering *gathering, int proc, const struct tb_inodes *wanted,
                           const struct tb_lists *lists)
{
    const struct iteration iteration = { gathering, wanted, proc, tick_ns(proc) };
    struct tb_descriptors *found = &gathering->found;
    struct tb_bpfholders all = { 0 };
    size_t seen_hidden;
    int error = tb_bpfholders_look(&all, lists->inode, lists->inodes);

    if (error != 0)
        return error;
    error = find_hidden(gathering, proc, &all, lists);
    seen_hidden = found->hidden;
    if (error == 0)
        error = take_all(&iteration, &all);
    free(all.octets);
    if (error != 0)
        return error;
    seen_hidden = found->hidden - seen_hidden;
    found->looked_into = all.processes < seen_hidden ? 0 : all.processes - seen_hidden;
    found->unlisted = false; /* it has seen them all the same */
    found->by_bpf = true;
    return 0;
}
