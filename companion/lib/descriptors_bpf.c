/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptors_bpf.c - finds holders of sockets by a BPF iterator
 *
 * The iterator sees what /proc hides. So of each process that it names one descriptor is read in
 * /proc too, which proves that the caller may be told: of another one nothing is told but that it
 * is hidden. */
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
        iteration->gathering->found.hidden += iteration->gathering->found.unlisted;
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
        iteration->gathering->found.hidden++;
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

static void conclude(struct tb_descriptors *found, size_t processes)
{
    found->looked_into = processes < found->hidden ? 0 : processes - found->hidden;
    found->unlisted = false; /* it has seen them all the same */
    found->by_bpf = true;
}

int tb_descriptors_iterate(struct tb_gathering *gathering, int proc, const struct tb_inodes *wanted,
                           const uint32_t *inodes, size_t count)
{
    const struct iteration iteration = { gathering, wanted, proc, tick_ns(proc) };
    struct tb_bpfholders all = { 0 };
    struct tb_nl_rest rest;
    struct tb_held held;
    int error = tb_bpfholders_look(&all, inodes, count);
    int result = 1;

    if (error != 0)
        return error;
    rest = (struct tb_nl_rest){ all.octets, all.length };
    while (error == 0 && (result = tb_held_next(&rest, &held)) > 0)
        error = take_process(&iteration, &held);
    free(all.octets);
    if (error == 0)
        error = result;
    if (error == 0)
        conclude(&gathering->found, all.processes);
    return error;
}
