/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procfs.c - reads the files of /proc */
#include "procfs.h"

#include <errno.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auto.h"

/* PROC_PID_INIT_INO and so on: include/linux/proc_ns.h */
#define FIRST_PID_NAMESPACE  0xEFFFFFFCu
#define FIRST_USER_NAMESPACE 0xEFFFFFFDu
#define FIRST_TIME_NAMESPACE 0xEFFFFFFAu

ssize_t tb_procfs_read(int folder, const char *name, char *text, size_t size)
{
    tb_auto_fd int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    if (fd < 0)
        return -errno;
    got = read(fd, text, size);
    return got < 0 ? -errno : got;
}

bool tb_procfs_stat(int folder, const char *name, struct tb_proc_stat *stat)
{
    char text[TB_PROC_TEXT_MAX];
    const ssize_t got = tb_procfs_read(folder, name, text, sizeof(text));

    return got > 0 && tb_proc_read_stat(text, (size_t)got, stat);
}

bool tb_procfs_status(int folder, const char *name, struct tb_proc_status *status)
{
    char text[TB_PROC_TEXT_MAX];
    const ssize_t got = tb_procfs_read(folder, name, text, sizeof(text));

    return got > 0 && tb_proc_read_status(text, (size_t)got, status);
}

bool tb_procfs_lists_all(int proc)
{
    struct stat first;

    return fstatat(proc, "1", &first, 0) == 0;
}

/* A kernel without namespaces of that kind has no such file. */
static bool is_first(int proc, const char *name, ino_t first)
{
    struct stat space;

    return fstatat(proc, name, &space, 0) == 0 ? space.st_ino == first : errno == ENOENT;
}

bool tb_procfs_is_unmapped(int proc)
{
    return is_first(proc, "self/ns/user", FIRST_USER_NAMESPACE) &&
           is_first(proc, "self/ns/time", FIRST_TIME_NAMESPACE);
}

bool tb_procfs_is_outermost(int proc)
{
    struct stat space;

    return fstatat(proc, "self/ns/pid", &space, 0) == 0 && space.st_ino == FIRST_PID_NAMESPACE;
}

struct tb_proc_clocks tb_procfs_clocks(void)
{
    struct tb_proc_clocks clocks = { 0 };
    char text[TB_PROC_TEXT_MAX];
    const ssize_t got = tb_procfs_read(AT_FDCWD, "/proc/self/timens_offsets", text, sizeof(text));

    if (got > 0)
        (void)tb_proc_read_clocks(text, (size_t)got, &clocks);
    return clocks;
}
