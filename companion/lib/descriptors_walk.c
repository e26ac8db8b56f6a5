/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptors_walk.c - finds holders of sockets by a walk through /proc
 *
 * A few threads share the list of pids. Each process costs an open, one or two getdents64 and a
 * readlinkat for each descriptor; its name is read only where it holds one of the sockets, and
 * once.
 * "../stat" as seen from an open /proc/PID/fd is of the same process, whatever happens to its pid.
 */
#include "descriptors_inside.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "auto.h"
#include "procfs.h"

enum {
    THREADS_MAX = 4,
    PIDS_A_THREAD = 128, /* fewer are not worth a thread */
    PIDS_AT_ONCE = 16,
    ENTRIES_OCTETS = 16384,
    PATH_OCTETS = 64,
    TARGET_MAX = 64 /* "socket:[18446744073709551615]" */
};

/* What the threads share. */
struct search {
    const struct tb_inodes *wanted; /* NULL: all */
    const uint32_t *pid;
    size_t pid_count;
    atomic_size_t next;
    int proc;
};

struct worker {
    struct search *search;
    struct tb_gathering gathering;
    int error;
    _Alignas(struct dirent64) char entries[ENTRIES_OCTETS];
};

/* ---- One process */

/* A folder of descriptors, and where its process's files are from there. */
struct place {
    int fds;
    const char *stat;
    const char *status;
    uint32_t pid;
};

static int look_at(struct worker *worker, const struct place *place, const char *name)
{
    char target[TARGET_MAX];
    uint64_t inode;
    uint32_t fd;
    ssize_t length;

    if (!tb_proc_is_number(name, &fd))
        return 0;
    length = readlinkat(place->fds, name, target, sizeof(target));
    if (length < 0 && (errno == ENOENT || errno == ESRCH)) /* closed meanwhile */
        return 0;
    if (length < 0) /* by exec it may have become somebody else's */
        return -errno;
    if (!tb_proc_is_socket(target, (size_t)length, &inode) || inode > UINT32_MAX ||
        (worker->search->wanted != NULL && !tb_inodes_has(worker->search->wanted, (uint32_t)inode)))
        return 0;
    return tb_gather_holding(&worker->gathering, place->pid, fd, (uint32_t)inode);
}

/* Returns how many entries there are, or -errno. */
static int scan(struct worker *worker, const struct place *place)
{
    int entries = 0;

    for (;;) {
        const ssize_t got = getdents64(place->fds, worker->entries, sizeof(worker->entries));

        if (got < 0)
            return -errno;
        if (got == 0)
            return entries;
        for (ssize_t at = 0; at < got;) {
            const struct dirent64 *entry = (const void *)(worker->entries + at);
            const int error = look_at(worker, place, entry->d_name);

            if (error != 0)
                return error;
            entries += entry->d_name[0] != '.';
            at += entry->d_reclen;
        }
    }
}

/* Looks through a folder of descriptors. Returns how many there are; or -errno, and then nothing of
 * the process has been kept. */
static int look_through(struct worker *worker, const struct place *place)
{
    const size_t before = worker->gathering.found.holding_count;
    struct tb_process process;
    int entries = scan(worker, place);
    int error = entries < 0 ? entries : 0;

    if (error == 0 && worker->gathering.found.holding_count > before) {
        error = tb_gather_facts(place->fds, place->stat, place->status, place->pid, &process);
        if (error == 0)
            error = tb_gather_process(&worker->gathering, &process);
    }
    if (error == 0)
        return entries;
    worker->gathering.found.holding_count = before;
    return error;
}

/* The leader has ended, so that its own folder shows nothing; the other threads go on with the
 * files of the process. */
static int look_at_threads(struct worker *worker, uint32_t pid)
{
    char path[PATH_OCTETS];
    const struct dirent *entry;
    DIR *tasks;
    int fd, result = 0;

    (void)snprintf(path, sizeof(path), "%u/task", pid);
    fd = openat(worker->search->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    tasks = fdopendir(fd);
    if (tasks == NULL) {
        close(fd);
        return -ENOMEM;
    }
    while (result == 0 && (entry = readdir(tasks)) != NULL) {
        struct place place = { -1, "../../../stat", "../../../status", pid };
        uint32_t thread;
        int fds;

        if (!tb_proc_is_number(entry->d_name, &thread))
            continue;
        (void)snprintf(path, sizeof(path), "%u/fd", thread);
        fds = openat(fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fds < 0)
            continue;
        place.fds = fds;
        result = look_through(worker, &place);
        close(fds);
    }
    closedir(tasks);
    return result;
}

static bool is_gone(int error)
{
    return error == -ENOENT || error == -ESRCH;
}

/* It ended, or the caller may not look into it. */
static int cannot_look(struct worker *worker, uint32_t pid, int error)
{
    char path[PATH_OCTETS];
    struct tb_proc_stat stat;

    if (is_gone(error))
        return 0;
    if (error != -EACCES && error != -EPERM)
        return error;
    (void)snprintf(path, sizeof(path), "%u/stat", pid);
    if (!tb_procfs_stat(worker->search->proc, path, &stat) || !tb_gather_has_no_files(&stat))
        tb_gather_hidden(&worker->gathering.found, pid);
    return 0;
}

/* Nothing is open: a thread of the kernel's, one that has ended, or a program that closed all. */
static int look_closer(struct worker *worker, const struct place *place)
{
    struct tb_proc_stat stat;
    int result;

    if (!tb_procfs_stat(place->fds, place->stat, &stat) || tb_gather_has_no_files(&stat))
        return 0;
    if (stat.state == 'Z') {
        result = look_at_threads(worker, place->pid);
        if (result < 0)
            return cannot_look(worker, place->pid, result);
    }
    worker->gathering.found.looked_into++;
    return 0;
}

static int visit(struct worker *worker, uint32_t pid)
{
    char path[PATH_OCTETS];
    struct place place = { -1, "../stat", "../status", pid };
    tb_auto_fd int fds = -1;
    int entries;

    (void)snprintf(path, sizeof(path), "%u/fd", pid);
    fds = openat(worker->search->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fds < 0)
        return cannot_look(worker, pid, -errno);
    place.fds = fds;
    entries = look_through(worker, &place);
    if (entries < 0)
        return cannot_look(worker, pid, entries);
    if (entries == 0)
        return look_closer(worker, &place);
    worker->gathering.found.looked_into++;
    return 0;
}

/* ---- All of them */

static void *work(void *argument)
{
    struct worker *worker = argument;
    struct search *search = worker->search;
    size_t from = atomic_fetch_add(&search->next, PIDS_AT_ONCE);

    while (from < search->pid_count && worker->error == 0) {
        for (size_t i = from;
             i < from + PIDS_AT_ONCE && i < search->pid_count && worker->error == 0; i++)
            worker->error = visit(worker, search->pid[i]);
        from = atomic_fetch_add(&search->next, PIDS_AT_ONCE);
    }
    return NULL;
}

static size_t choose_threads(size_t pids)
{
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    size_t threads = cpus > 0 && cpus < THREADS_MAX ? (size_t)cpus : THREADS_MAX;

    while (threads > 1 && pids / threads < PIDS_A_THREAD)
        threads--;
    return threads;
}

static int append(struct tb_descriptors *to, const struct tb_descriptors *from)
{
    struct tb_holding *holding = NULL;
    struct tb_process *process = NULL;

    to->looked_into += from->looked_into;
    for (size_t i = 0; i < from->hidden && i < TB_DESCRIPTORS_NAMED; i++)
        tb_gather_hidden(to, from->hidden_pid[i]);
    if (from->hidden > TB_DESCRIPTORS_NAMED)
        to->hidden += from->hidden - TB_DESCRIPTORS_NAMED;
    if (from->holding_count == 0)
        return 0;
    holding = realloc(to->holding, (to->holding_count + from->holding_count) * sizeof(*holding));
    if (holding == NULL)
        return -ENOMEM;
    to->holding = holding;
    process = realloc(to->process, (to->process_count + from->process_count) * sizeof(*process));
    if (process == NULL)
        return -ENOMEM;
    to->process = process;
    memcpy(holding + to->holding_count, from->holding, from->holding_count * sizeof(*holding));
    memcpy(process + to->process_count, from->process, from->process_count * sizeof(*process));
    to->holding_count += from->holding_count;
    to->process_count += from->process_count;
    return 0;
}

/* A thread that cannot be had is done without. */
static int run(struct worker *worker, size_t threads)
{
    pthread_t thread[THREADS_MAX];
    size_t started = 1;

    while (started < threads && pthread_create(&thread[started], NULL, work, &worker[started]) == 0)
        started++;
    (void)work(&worker[0]);
    for (size_t i = 1; i < started; i++)
        (void)pthread_join(thread[i], NULL);
    for (size_t i = 0; i < started; i++) {
        if (worker[i].error != 0)
            return worker[i].error;
    }
    return 0;
}

int tb_descriptors_walk(struct tb_gathering *gathering, int proc, const struct tb_inodes *wanted,
                        const uint32_t *pid, size_t pids)
{
    struct search search = { .wanted = wanted, .pid = pid, .pid_count = pids, .proc = proc };
    const size_t threads = choose_threads(pids);
    struct worker *worker = calloc(threads, sizeof(*worker));
    int error;

    if (worker == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < threads; i++)
        worker[i].search = &search;
    error = run(worker, threads);
    for (size_t i = 0; i < threads; i++) {
        if (error == 0)
            error = append(&gathering->found, &worker[i].gathering.found);
        tb_descriptors_free(&worker[i].gathering.found);
    }
    free(worker);
    return error;
}

int tb_descriptors_visit(struct tb_gathering *gathering, int proc, uint32_t pid)
{
    struct search search = { .proc = proc };
    struct worker *worker = calloc(1, sizeof(*worker));
    int error;

    if (worker == NULL)
        return -ENOMEM;
    worker->search = &search;
    error = visit(worker, pid);
    *gathering = worker->gathering;
    free(worker);
    return error;
}
