/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptors_bpf.c - finds holders of sockets by a BPF iterator
 *
 * The iterator sees what /proc hides. So each process that it names is looked up in /proc too: of
 * one whose descriptors the caller may not read there nothing is told but that it is hidden. And a
 * kernel can keep a process from the iterator: it may hold what nobody else holds, and is hidden
 * where the caller may not look into it under /proc either. */
#include "descriptors_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "auto.h"
#include "bpfholders.h"
#include "procfs.h"

enum {
    PATH_OCTETS = 64,
    TARGET_MAX = 64
};

static int compare_numbers(uint32_t one, uint32_t other)
{
    return (one > other) - (one < other);
}

static int compare(const void *left, const void *right)
{
    const struct tb_wire_holding *one = left;
    const struct tb_wire_holding *other = right;
    const int order = compare_numbers(one->pid, other->pid);

    return order != 0 ? order : compare_numbers(one->fd, other->fd);
}

/* Keeps those that are wanted. Returns how many. */
static size_t choose(struct tb_wire_holding *list, size_t count, const struct tb_inodes *wanted)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (tb_inodes_has(wanted, list[i].inode))
            list[kept++] = list[i];
    }
    if (kept > 1)
        qsort(list, kept, sizeof(*list), compare);
    return kept;
}

/* `folder`: of a process or of one of its threads. 0: the caller may read it; -EACCES; -ENOENT: it
 * is something else by now. */
static int may_read(int folder, const struct tb_wire_holding *holding)
{
    char path[PATH_OCTETS], target[TARGET_MAX];
    uint64_t inode;
    ssize_t length;

    (void)snprintf(path, sizeof(path), "fd/%u", holding->fd);
    length = readlinkat(folder, path, target, sizeof(target));
    if (length < 0)
        return errno == EACCES || errno == EPERM ? -EACCES : -ENOENT;
    return tb_proc_is_socket(target, (size_t)length, &inode) && inode == holding->inode ? 0
                                                                                        : -ENOENT;
}

/* One descriptor that can still be read proves that the process is the one and may be told. */
static int prove(int folder, const struct tb_wire_holding *list, size_t count)
{
    int result = -ENOENT;

    for (size_t i = 0; i < count && result == -ENOENT; i++)
        result = may_read(folder, &list[i]);
    return result;
}

/* The leader has ended, so that its own folder shows nothing; the other threads go on with the
 * files of the process. */
static int prove_by_threads(int process, const struct tb_wire_holding *list, size_t count)
{
    const int fd = openat(process, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *tasks = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    int result = -ENOENT;

    if (tasks == NULL && fd >= 0)
        (void)close(fd);
    while (tasks != NULL && result == -ENOENT && (entry = readdir(tasks)) != NULL) {
        tb_auto_fd int thread = -1;
        uint32_t number;

        if (tb_proc_is_number(entry->d_name, &number))
            thread = openat(fd, entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (thread >= 0)
            result = prove(thread, list, count);
    }
    if (tasks != NULL)
        (void)closedir(tasks);
    return result;
}

/* The descriptors of one process. One that has ended is passed over. */
static int take_process(struct tb_gathering *gathering, int proc,
                        const struct tb_wire_holding *list, size_t count)
{
    char path[PATH_OCTETS];
    struct tb_process process;
    tb_auto_fd int folder = -1;
    int result;

    (void)snprintf(path, sizeof(path), "%u", list->pid);
    folder = openat(proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    result = folder < 0 ? -errno : prove(folder, list, count);
    if (folder >= 0 && result == -ENOENT)
        result = prove_by_threads(folder, list, count);
    if (result == -EACCES || (folder < 0 && gathering->found.unlisted))
        tb_gather_hidden(&gathering->found, list->pid);
    if (result != 0 || tb_gather_facts(folder, "stat", "status", list->pid, &process) != 0)
        return 0;
    result = tb_gather_process(gathering, &process);
    for (size_t i = 0; i < count && result == 0; i++)
        result = tb_gather_holding(gathering, list[i].pid, list[i].fd, list[i].inode);
    return result;
}

/* ---- Processes that the iterator does not come to */

/* The set of those that it came to. */
static int list_seen(const struct tb_wire_holding *list, size_t count, struct tb_inodes *set)
{
    uint32_t *pid = calloc(count + 1, sizeof(*pid));
    size_t used = 0;
    int error;

    if (pid == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++) {
        if (list[i].inode == 0)
            pid[used++] = list[i].pid;
    }
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
    const int error = list_seen(all->list, all->count, &seen);

    if (error != 0)
        return error;
    for (size_t i = 0; i < lists->pids; i++) {
        if (!tb_inodes_has(&seen, lists->pid[i]) && is_hidden(proc, lists->pid[i]))
            tb_gather_hidden(&gathering->found, lists->pid[i]);
    }
    tb_inodes_free(&seen);
    return 0;
}

int tb_descriptors_iterate(struct tb_gathering *gathering, int proc, const struct tb_inodes *wanted,
                           const struct tb_lists *lists)
{
    struct tb_bpfholders all = { 0 };
    int error = tb_bpfholders_look(&all, lists->inode, lists->inodes);
    size_t kept, seen_hidden;

    if (error != 0)
        return error;
    error = find_hidden(gathering, proc, &all, lists);
    seen_hidden = gathering->found.hidden;
    kept = choose(all.list, all.count, wanted);
    for (size_t from = 0, to; from < kept && error == 0; from = to) {
        for (to = from + 1; to < kept && all.list[to].pid == all.list[from].pid; to++)
            ;
        error = take_process(gathering, proc, &all.list[from], to - from);
    }
    free(all.list);
    seen_hidden = gathering->found.hidden - seen_hidden;
    all.processes -= all.processes < seen_hidden ? 0 : seen_hidden;
    gathering->found.looked_into = all.processes;
    gathering->found.unlisted = false; /* it has seen them all the same */
    gathering->found.by_bpf = true;
    return error;
}
