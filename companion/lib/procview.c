/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procview.c - looks into the processes under /proc */
#include "procview.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "auto.h"

#define NS_PER_S 1000000000u

/* PROC_PID_INIT_INO: include/linux/proc_ns.h. From another namespace not all processes are seen. */
#define FIRST_PID_NAMESPACE 0xEFFFFFFCu

enum {
    PIDS_FIRST = 1024,
    PATH_SIZE = 32,       /* "2147483647/fd/2147483647" */
    TARGET_MAX = 64,      /* "socket:[18446744073709551615]" */
    ENTRIES_OCTETS = 8192 /* of a folder, at once */
};

/* What getdents64() gives: getdents(2). */
struct entry {
    uint64_t inode;
    int64_t next;
    uint16_t length;
    uint8_t type;
    char name[];
};

typedef int name_fn(const char *name, void *context);

/* opendir() would take memory for each process. Stops where `tell` does not return 0. */
static int each_name(int folder, name_fn *tell, void *context)
{
    _Alignas(struct entry) char entries[ENTRIES_OCTETS];
    int error = 0;

    for (;;) {
        long got = syscall(SYS_getdents64, folder, entries, sizeof entries);

        if (got <= 0)
            return got == 0 ? 0 : -errno;
        for (long at = 0; error == 0 && at < got;) {
            const struct entry *entry = (const void *)&entries[at];

            error = tell(entry->name, context);
            at += entry->length;
        }
        if (error != 0)
            return error;
    }
}

static ssize_t read_text(int folder, const char *name, char *text, size_t size)
{
    tb_auto_fd int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, size);

    return got < 0 ? -errno : got;
}

static int gone_or(int error)
{
    return error == -ESRCH ? -ENOENT : error;
}

/* --- Which processes ------------------------------------------------------------------------- */

static int add_pid(const char *name, void *context)
{
    struct tb_procview_pids *pids = context;
    uint32_t pid;

    if (!tb_proc_is_number(name, &pid) || pid == 0)
        return 0;
    if (pids->count == pids->size) {
        size_t size = pids->size == 0 ? PIDS_FIRST : pids->size * 2;
        uint32_t *larger = realloc(pids->pid, size * sizeof *larger);

        if (larger == NULL)
            return -ENOMEM;
        pids->pid = larger;
        pids->size = size;
    }
    pids->pid[pids->count++] = pid;
    return 0;
}

/* Numbers are given upwards and begin again: seen from the last one downwards. */
static int newest_first(const void *left, const void *right)
{
    uint32_t one = *(const uint32_t *)left;
    uint32_t other = *(const uint32_t *)right;

    return (one < other) - (one > other);
}

int tb_procview_list(int proc, uint32_t last_pid, struct tb_procview_pids *pids)
{
    tb_auto_fd int folder = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error;

    if (folder < 0)
        return -errno;
    pids->count = 0;
    error = each_name(folder, add_pid, pids);
    if (error != 0 || pids->count == 0)
        return error;
    for (size_t i = 0; i < pids->count; i++)
        pids->pid[i] -= last_pid + 1; /* what was given last becomes the greatest */
    qsort(pids->pid, pids->count, sizeof *pids->pid, newest_first);
    for (size_t i = 0; i < pids->count; i++)
        pids->pid[i] += last_pid + 1;
    return 0;
}

bool tb_procview_last_pid(int proc, uint32_t *pid)
{
    char text[TB_PROC_TEXT_MAX];
    ssize_t got = read_text(proc, "loadavg", text, sizeof text);

    return got > 0 && tb_proc_read_last_pid(text, (size_t)got, pid);
}

/* With hidepid=2 process 1 is not to be seen either: proc(5). */
bool tb_procview_shows_all(int proc)
{
    struct stat space;
    struct stat first;

    return fstatat(proc, "self/ns/pid", &space, 0) == 0 && space.st_ino == FIRST_PID_NAMESPACE &&
           fstatat(proc, "1", &first, 0) == 0;
}

/* --- A process's sockets --------------------------------------------------------------------- */

struct search {
    tb_procview_socket_fn *tell;
    void *context;
    int folder;
    bool has_any; /* descriptor */
};

static int take_fd(const char *name, void *context)
{
    struct search *search = context;
    char target[TARGET_MAX];
    uint64_t inode;
    uint32_t fd;
    ssize_t length;

    if (!tb_proc_is_number(name, &fd))
        return 0;
    search->has_any = true;
    length = readlinkat(search->folder, name, target, sizeof target);
    if (length < 0)
        return errno == ENOENT ? 0 : -errno; /* it was closed meanwhile */
    if (tb_proc_is_socket(target, (size_t)length, &inode))
        search->tell(fd, inode, search->context);
    return 0;
}

static int read_stat(int proc, const char *path, struct tb_proc_stat *stat)
{
    char text[TB_PROC_TEXT_MAX];
    ssize_t got = read_text(proc, path, text, sizeof text);

    if (got < 0)
        return gone_or((int)got);
    return tb_proc_read_stat(text, (size_t)got, stat) ? 0 : -ENOENT;
}

/* Of a leader that has ended before its threads no descriptors are shown. */
static int check_empty(int proc, uint32_t pid)
{
    struct tb_proc_stat stat;
    char path[PATH_SIZE];
    int error;

    (void)snprintf(path, sizeof path, "%u/stat", pid);
    error = read_stat(proc, path, &stat);
    if (error != 0)
        return error;
    return stat.state == 'Z' && stat.threads > 1 ? -EBUSY : 0;
}

int tb_procview_sockets(int proc, uint32_t pid, tb_procview_socket_fn *tell, void *context)
{
    struct search search = { .tell = tell, .context = context };
    char path[PATH_SIZE];
    tb_auto_fd int folder = -1;
    int error;

    (void)snprintf(path, sizeof path, "%u/fd", pid);
    folder = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return gone_or(-errno);
    search.folder = folder;
    error = gone_or(each_name(folder, take_fd, &search));
    if (error != 0)
        return error;
    return search.has_any ? 0 : check_empty(proc, pid);
}

/* --- What a process is ----------------------------------------------------------------------- */

static bool is_that_socket(int folder, uint32_t fd, uint64_t inode)
{
    char path[PATH_SIZE];
    char target[TARGET_MAX];
    uint64_t found;
    ssize_t length;

    (void)snprintf(path, sizeof path, "fd/%u", fd);
    length = readlinkat(folder, path, target, sizeof target);
    return length > 0 && tb_proc_is_socket(target, (size_t)length, &found) && found == inode;
}

/* A name that fills the room may have been cut. */
static void read_exe(int folder, struct tb_procview_process *process)
{
    ssize_t got = readlinkat(folder, "exe", process->exe, TB_PROC_TEXT_MAX);
    size_t length = 0;

    if (got > 0 && got < TB_PROC_TEXT_MAX)
        length = tb_proc_exe_length(process->exe, (size_t)got);
    process->exe[length] = '\0';
    process->told.exe = process->exe;
}

static void read_arguments(int folder, struct tb_procview_process *process)
{
    ssize_t got = read_text(folder, "cmdline", process->arguments, sizeof process->arguments);

    if (got <= 0)
        return;
    process->told.arguments = process->arguments;
    process->told.arguments_length = (size_t)got;
}

/* *group: the process that the number belongs to, where it is a thread's. */
static int read_identity(int folder, struct tb_procview_process *process, uint32_t *group)
{
    char text[TB_PROC_TEXT_MAX];
    struct tb_proc_stat stat;
    struct tb_proc_status status;
    int error = read_stat(folder, "stat", &stat);
    long ticks = sysconf(_SC_CLK_TCK);
    ssize_t got = read_text(folder, "status", text, sizeof text);

    if (error != 0)
        return error;
    if (got < 0)
        return gone_or((int)got);
    if (ticks <= 0 || !tb_proc_read_status(text, (size_t)got, &status))
        return -ENOENT;
    *group = status.group;
    memcpy(process->comm, stat.comm, sizeof process->comm);
    process->told =
        (struct tb_sock_process){ .start_ns = stat.start_ticks * (NS_PER_S / (uint64_t)ticks),
                                  .pid = stat.pid,
                                  .parent_pid = stat.parent_pid,
                                  .uid = status.uid,
                                  .in_kernel = stat.kernel,
                                  .comm = process->comm };
    return 0;
}

/* FNV-1a: https://www.rfc-editor.org/rfc/rfc9923 */
static uint64_t number_of(const char *text)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 0x100000001b3u;
    return hash == 0 ? 1 : hash;
}

static void read_cgroup(int folder, struct tb_procview_process *process)
{
    char text[TB_PROC_TEXT_MAX];
    ssize_t got = read_text(folder, "cgroup", text, sizeof text);
    const char *path;
    size_t length;

    process->cgroup[0] = '\0';
    if (got <= 0 || !tb_proc_read_cgroup(text, (size_t)got, &path, &length))
        return;
    memcpy(process->cgroup, path, length);
    process->cgroup[length] = '\0';
    process->told.cgroup = number_of(process->cgroup);
}

static int open_process(int proc, uint32_t pid)
{
    char path[PATH_SIZE];
    int folder;

    (void)snprintf(path, sizeof path, "%u", pid);
    folder = openat(proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return folder < 0 ? gone_or(-errno) : folder;
}

/* The folder stays that process's when its number is another's. */
int tb_procview_describe(int proc, uint32_t pid, uint32_t fd, uint64_t inode, bool arguments,
                         struct tb_procview_process *process)
{
    tb_auto_fd int folder = open_process(proc, pid);
    uint32_t group;
    int error = folder < 0 ? folder : read_identity(folder, process, &group);

    if (error == 0 && group != pid) {
        tb_auto_close_fd(&folder);
        folder = open_process(proc, group);
        error = folder < 0 ? folder : read_identity(folder, process, &group);
    }
    if (error != 0)
        return error;
    if (group != process->told.pid)
        return -ENOENT;
    read_exe(folder, process);
    read_cgroup(folder, process);
    if (arguments)
        read_arguments(folder, process);
    return inode != 0 && !is_that_socket(folder, fd, inode) ? -ESTALE : 0;
}
