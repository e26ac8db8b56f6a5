/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptors.c - which processes hold which sockets at this moment
 *
 * A few threads share the list of pids. Each process costs an open, one or two getdents64 and a
 * readlinkat for each descriptor; its name is read only where it holds one of the sockets, and
 * once.
 * "../stat" as seen from an open /proc/PID/fd is of the same process, whatever happens to its pid.
 */
#include "descriptors.h"

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
#include "inodes.h"
#include "procfs.h"

enum {
    THREADS_MAX = 4,
    PIDS_A_THREAD = 128, /* fewer are not worth a thread */
    PIDS_AT_ONCE = 16,
    ROOM_FIRST = 64,
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
    struct tb_descriptors found; /* holding.process is a pid yet */
    size_t process_room;
    size_t holding_room;
    int error;
    _Alignas(struct dirent64) char entries[ENTRIES_OCTETS];
};

static int grow(void **list, size_t *room, size_t count, size_t size)
{
    const size_t wanted = *room == 0 ? ROOM_FIRST : *room * 2;
    void *grown;

    if (count < *room)
        return 0;
    if (wanted > SIZE_MAX / size)
        return -ENOMEM;
    grown = realloc(*list, wanted * size);
    if (grown == NULL)
        return -ENOMEM;
    *list = grown;
    *room = wanted;
    return 0;
}

static int add_holding(struct worker *worker, uint32_t pid, uint32_t fd, uint32_t inode)
{
    struct tb_descriptors *found = &worker->found;
    void *list = found->holding;
    const int error =
        grow(&list, &worker->holding_room, found->holding_count, sizeof(*found->holding));

    found->holding = list;
    if (error == 0)
        found->holding[found->holding_count++] = (struct tb_holding){ inode, pid, fd };
    return error;
}

static int add_process(struct worker *worker, const struct tb_process *process)
{
    struct tb_descriptors *found = &worker->found;
    void *list = found->process;
    const int error =
        grow(&list, &worker->process_room, found->process_count, sizeof(*found->process));

    found->process = list;
    if (error == 0)
        found->process[found->process_count++] = *process;
    return error;
}

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
    if (length < 0) /* closed meanwhile; or it has become somebody else's by exec */
        return errno == EACCES || errno == EPERM ? -EACCES : 0;
    if (!tb_proc_is_socket(target, (size_t)length, &inode) || inode > UINT32_MAX ||
        (worker->search->wanted != NULL && !tb_inodes_has(worker->search->wanted, (uint32_t)inode)))
        return 0;
    return add_holding(worker, place->pid, fd, (uint32_t)inode);
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

static int read_process(const struct place *place, struct tb_process *process)
{
    struct tb_proc_stat stat;
    struct tb_proc_status status;

    if (!tb_procfs_stat(place->fds, place->stat, &stat) ||
        !tb_procfs_status(place->fds, place->status, &status))
        return -ESRCH;
    process->start_ticks = stat.start_ticks;
    process->pid = place->pid;
    process->parent_pid = stat.parent_pid;
    process->uid = status.uid;
    memcpy(process->comm, stat.comm, sizeof(process->comm));
    return 0;
}

/* Looks through a folder of descriptors. Returns how many there are; or -errno, and then nothing of
 * the process has been kept. */
static int look_through(struct worker *worker, const struct place *place)
{
    const size_t before = worker->found.holding_count;
    struct tb_process process;
    int entries = scan(worker, place);
    int error = entries < 0 ? entries : 0;

    if (error == 0 && worker->found.holding_count > before) {
        error = read_process(place, &process);
        if (error == 0)
            error = add_process(worker, &process);
    }
    if (error == 0)
        return entries;
    worker->found.holding_count = before;
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

/* Whether it cannot have a file: a thread of the kernel's own, or one that has ended. */
static bool has_no_files(const struct tb_proc_stat *stat)
{
    return stat->kernel || ((stat->state == 'Z' || stat->state == 'X') && stat->threads <= 1);
}

static bool is_shortage(int error)
{
    return error == -EMFILE || error == -ENFILE || error == -ENOMEM;
}

/* It ended, or the caller may not look into it. */
static int cannot_look(struct worker *worker, uint32_t pid, int error)
{
    char path[PATH_OCTETS];
    struct tb_proc_stat stat;

    if (is_shortage(error))
        return error;
    if (error != -EACCES && error != -EPERM)
        return 0;
    (void)snprintf(path, sizeof(path), "%u/stat", pid);
    if (!tb_procfs_stat(worker->search->proc, path, &stat) || !has_no_files(&stat))
        worker->found.hidden++;
    return 0;
}

/* Nothing is open: a thread of the kernel's, one that has ended, or a program that closed all. */
static int look_closer(struct worker *worker, const struct place *place)
{
    struct tb_proc_stat stat;
    int result;

    if (!tb_procfs_stat(place->fds, place->stat, &stat) || has_no_files(&stat))
        return 0;
    if (stat.state == 'Z') {
        result = look_at_threads(worker, place->pid);
        if (result < 0)
            return cannot_look(worker, place->pid, result);
    }
    worker->found.looked_into++;
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
    worker->found.looked_into++;
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
    to->hidden += from->hidden;
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
static int run(struct search *search, struct worker *worker, size_t threads)
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
    return search->pid_count > 0 ? 0 : -ENOENT;
}

static int walk(struct search *search, struct tb_descriptors *found)
{
    const size_t threads = choose_threads(search->pid_count);
    struct worker *worker = calloc(threads, sizeof(*worker));
    int error;

    if (worker == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < threads; i++)
        worker[i].search = search;
    error = run(search, worker, threads);
    for (size_t i = 0; i < threads; i++) {
        if (error == 0)
            error = append(found, &worker[i].found);
        tb_descriptors_free(&worker[i].found);
    }
    free(worker);
    return error;
}

/* Returns the list of pids, which is the caller's to free; NULL, errno: it cannot be read. */
static uint32_t *list_pids(DIR *proc, size_t *count)
{
    const struct dirent *entry;
    void *list = NULL;
    size_t room = 0, used = 0;

    while ((entry = readdir(proc)) != NULL) {
        uint32_t pid;

        if (!tb_proc_is_number(entry->d_name, &pid))
            continue;
        if (grow(&list, &room, used, sizeof(uint32_t)) != 0) {
            free(list);
            errno = ENOMEM;
            return NULL;
        }
        ((uint32_t *)list)[used++] = pid;
    }
    if (list == NULL)
        errno = ENOENT; /* not even this process: no /proc is mounted there */
    *count = used;
    return list;
}

/* ---- Putting in order */

static int compare_numbers(uint32_t one, uint32_t other)
{
    return (one > other) - (one < other);
}

static int compare_processes(const void *left, const void *right)
{
    const struct tb_process *one = left;
    const struct tb_process *other = right;

    return compare_numbers(one->pid, other->pid);
}

static int compare_holdings(const void *left, const void *right)
{
    const struct tb_holding *one = left;
    const struct tb_holding *other = right;
    int order = compare_numbers(one->inode, other->inode);

    if (order == 0)
        order = compare_numbers(one->process, other->process);
    return order != 0 ? order : compare_numbers(one->fd, other->fd);
}

/* Pids become places; each pid of a holding is in the list of processes. */
static void put_in_order(struct tb_descriptors *found)
{
    if (found->holding_count == 0)
        return;
    qsort(found->process, found->process_count, sizeof(*found->process), compare_processes);
    qsort(found->holding, found->holding_count, sizeof(*found->holding), compare_holdings);
    for (size_t i = 0; i < found->holding_count; i++) {
        const struct tb_process key = { .pid = found->holding[i].process };
        const struct tb_process *process = bsearch(&key, found->process, found->process_count,
                                                   sizeof(*process), compare_processes);

        found->holding[i].process = process == NULL ? 0 : (uint32_t)(process - found->process);
    }
}

static int find(struct tb_descriptors *found, const struct tb_inodes *wanted)
{
    struct search search = { .wanted = wanted };
    DIR *proc = opendir("/proc");
    uint32_t *pid;
    int error = 0;

    if (proc == NULL)
        return -errno;
    search.proc = dirfd(proc);
    found->unlisted = !tb_procfs_lists_all(search.proc);
    found->outside = !tb_procfs_is_outermost(search.proc);
    pid = list_pids(proc, &search.pid_count);
    search.pid = pid;
    error = pid == NULL ? -errno : walk(&search, found);
    free(pid);
    closedir(proc);
    if (error == 0)
        put_in_order(found);
    return error;
}

int tb_descriptors_find(struct tb_descriptors *found, const uint32_t *inodes, size_t count)
{
    struct tb_inodes wanted;
    int error = tb_inodes_make(&wanted, inodes, count);

    *found = (struct tb_descriptors){ 0 };
    if (error != 0)
        return error;
    if (wanted.count > 0)
        error = find(found, &wanted);
    tb_inodes_free(&wanted);
    if (error != 0)
        tb_descriptors_free(found);
    return error;
}

/* Why nothing was looked into. */
static int reason(const struct tb_descriptors *found, int proc, uint32_t pid)
{
    char path[PATH_OCTETS];
    struct tb_proc_stat stat;

    if (found->looked_into > 0)
        return 0;
    (void)snprintf(path, sizeof(path), "%u/stat", pid);
    if (!tb_procfs_stat(proc, path, &stat))
        return -ESRCH;
    return found->hidden > 0 ? -EACCES : 0;
}

static int add_without_sockets(struct worker *worker, uint32_t pid)
{
    char stat[PATH_OCTETS], status[PATH_OCTETS];
    const struct place place = { worker->search->proc, stat, status, pid };
    struct tb_process process;

    (void)snprintf(stat, sizeof(stat), "%u/stat", pid);
    (void)snprintf(status, sizeof(status), "%u/status", pid);
    return read_process(&place, &process) == 0 ? add_process(worker, &process) : -ESRCH;
}

int tb_descriptors_of(struct tb_descriptors *found, uint32_t pid)
{
    struct search search = { .wanted = NULL };
    struct worker *worker = calloc(1, sizeof(*worker));
    tb_auto_fd int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error;

    if (worker == NULL)
        return -ENOMEM;
    search.proc = proc;
    worker->search = &search;
    error = proc < 0 ? -errno : visit(worker, pid);
    if (error == 0)
        error = reason(&worker->found, proc, pid);
    if (error == 0 && worker->found.process_count == 0)
        error = add_without_sockets(worker, pid);
    *found = worker->found;
    free(worker);
    if (error == 0)
        put_in_order(found);
    else
        tb_descriptors_free(found);
    return error;
}

void tb_descriptors_free(struct tb_descriptors *found)
{
    free(found->process);
    free(found->holding);
    *found = (struct tb_descriptors){ 0 };
}

bool tb_descriptors_complete(const struct tb_descriptors *found)
{
    return found->hidden == 0 && !found->unlisted && !found->outside;
}

/* The place of the first holding whose inode is at least that. */
static size_t first_from(const struct tb_descriptors *found, uint64_t inode)
{
    size_t low = 0, high = found->holding_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (found->holding[middle].inode < inode)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct tb_holding *tb_descriptors_of_inode(const struct tb_descriptors *found, uint32_t inode,
                                                 size_t *count)
{
    const size_t first = first_from(found, inode);

    *count = first_from(found, (uint64_t)inode + 1) - first;
    return *count > 0 ? &found->holding[first] : NULL;
}
