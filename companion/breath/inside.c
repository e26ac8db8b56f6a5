/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inside.c - in which container a process runs */
#include "inside.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <fcntl.h>

#include "auto.h"
#include "container.h"
#include "procfs.h"

enum {
    PATH_OCTETS = 32,
    TEXT_OCTETS = 2 * PATH_MAX /* the line of version 2 is the last one */
};

/* `folder`: what the file's name begins at. */
static bool read_cgroup(int folder, const char *file, char name[TB_CONTAINER_NAME_MAX + 1])
{
    char text[TEXT_OCTETS];
    const ssize_t got = tb_procfs_read(folder, file, text, sizeof(text));
    const char *path;
    size_t length;

    return got > 0 && tb_proc_read_cgroup(text, (size_t)got, &path, &length) &&
           tb_container_read(path, length, name);
}

/* Most processes are in no container, and then one look is enough. Else the open folder stays the
 * process's, and the start time tells that it is the one. */
static bool read_name(const struct tb_process *process, char name[TB_CONTAINER_NAME_MAX + 1])
{
    char path[PATH_OCTETS];
    struct tb_proc_stat stat;
    tb_auto_fd int folder = -1;

    (void)snprintf(path, sizeof(path), "/proc/%u/cgroup", process->pid);
    if (!read_cgroup(AT_FDCWD, path, name))
        return false;
    (void)snprintf(path, sizeof(path), "/proc/%u", process->pid);
    folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return folder >= 0 && tb_procfs_stat(folder, "stat", &stat) &&
           stat.start_ticks == process->start_ticks && read_cgroup(folder, "cgroup", name);
}

bool tb_inside_put(struct tb_line *line, const struct tb_process *process)
{
    char name[TB_CONTAINER_NAME_MAX + 1];

    if (!read_name(process, name))
        return false;
    tb_line_put_outside(line, name, strlen(name));
    return true;
}

void tb_inside_put_note(struct tb_line *line, const struct tb_process *process)
{
    struct tb_line name = { 0 };

    if (tb_inside_put(&name, process)) {
        const bool first = line->length == 0;

        tb_line_put(line, first ? "[" : " [");
        tb_line_put(line, tb_line_text(&name));
        tb_line_put(line, first ? "] " : "]");
    }
    tb_line_free(&name);
}
