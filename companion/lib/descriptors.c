/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptors.c - which processes hold which sockets at this moment
 *
 * A BPF iterator is loaded in a millisecond and then takes a tenth of what a walk through /proc
 * does: it is worth it where there is much to look at. */
#include "descriptors.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "auto.h"
#include "descriptors_inside.h"
#include "procfs.h"

enum {
    ROOM_FIRST = 64,
    PATH_OCTETS = 64,
    TARGET_MAX = 64, /* "socket:[18446744073709551615]" */
    MANY_PIDS = 80,  /* so many are walked through in the time that loading takes */
    MANY_SOCKETS = 512
};

/* ---- Gathering */

int tb_gather_room(void **list, size_t *room, size_t count, size_t size)
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

int tb_gather_holding(struct tb_gathering *gathering, uint32_t pid, uint32_t fd, uint32_t inode)
{
    struct tb_descriptors *found = &gathering->found;
    void *list = found->holding;
    const int error = tb_gather_room(&list, &gathering->holding_room, found->holding_count,
                                     sizeof(*found->holding));

    found->holding = list;
    if (error == 0)
        found->holding[found->holding_count++] = (struct tb_holding){ inode, pid, fd };
    return error;
}

int tb_gather_process(struct tb_gathering *gathering, const struct tb_process *process)
{
    struct tb_descriptors *found = &gathering->found;
    void *list = found->process;
    const int error = tb_gather_room(&list, &gathering->process_room, found->process_count,
                                     sizeof(*found->process));

    found->process = list;
    if (error == 0)
        found->process[found->process_count++] = *process;
    return error;
}

void tb_gather_hidden(struct tb_descriptors *found, uint32_t pid)
{
    if (found->hidden < TB_DESCRIPTORS_NAMED)
        found->hidden_pid[found->hidden] = pid;
    found->hidden++;
}

bool tb_gather_has_no_files(const struct tb_proc_stat *stat)
{
    return stat->kernel || ((stat->state == 'Z' || stat->state == 'X') && stat->threads <= 1);
}

int tb_gather_facts(int folder, const char *stat_name, const char *status_name, uint32_t pid,
                    struct tb_process *process)
{
    struct tb_proc_stat stat;
    struct tb_proc_status status;

    if (!tb_procfs_stat(folder, stat_name, &stat) ||
        !tb_procfs_status(folder, status_name, &status))
        return -ESRCH;
    process->start_ticks = stat.start_ticks;
    process->pid = pid;
    process->parent_pid = stat.parent_pid;
    process->uid = status.uid;
    memcpy(process->comm, stat.comm, sizeof(process->comm));
    return 0;
}

/* ---- Finding */

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
        if (tb_gather_room(&list, &room, used, sizeof(uint32_t)) != 0) {
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

static int iterate(struct tb_gathering *gathering, int proc, const struct tb_inodes *wanted,
                   const struct tb_lists *lists)
{
    struct tb_descriptors *found = &gathering->found;
    const int error =
        found->outside ? -EPERM : tb_descriptors_iterate(gathering, proc, wanted, lists);

    if (error != 0) /* what was found until then will be found again */
        found->process_count = found->holding_count = found->looked_into = found->hidden = 0;
    return error;
}

/* Where it is refused, and that is usual, the walk is made. */
static int gather(struct tb_gathering *gathering, int proc, enum tb_descriptors_how how,
                  const struct tb_inodes *wanted, const struct tb_lists *lists)
{
    const bool much = lists->pids >= MANY_PIDS || wanted->count >= MANY_SOCKETS;
    int error = -ENOSYS;

    if (how == TB_DESCRIPTORS_BPF || (how == TB_DESCRIPTORS_AUTO && much))
        error = iterate(gathering, proc, wanted, lists);
    if (error != 0 && how != TB_DESCRIPTORS_BPF)
        error = tb_descriptors_walk(gathering, proc, wanted, lists->pid, lists->pids);
    return error;
}

static int find(struct tb_gathering *gathering, enum tb_descriptors_how how, const uint32_t *inodes,
                size_t count, const struct tb_inodes *wanted)
{
    DIR *proc = opendir("/proc");
    struct tb_lists lists = { .inode = inodes, .inodes = count };
    uint32_t *pid;
    int error = 0;

    if (proc == NULL)
        return -errno;
    gathering->found.unlisted = !tb_procfs_lists_all(dirfd(proc));
    gathering->found.outside = !tb_procfs_is_outermost(dirfd(proc));
    pid = list_pids(proc, &lists.pids);
    lists.pid = pid;
    error = pid == NULL ? -errno : gather(gathering, dirfd(proc), how, wanted, &lists);
    free(pid);
    closedir(proc);
    return error;
}

int tb_descriptors_find_by(struct tb_descriptors *found, enum tb_descriptors_how how,
                           const uint32_t *inodes, size_t count)
{
    struct tb_gathering gathering = { .process_room = 0 };
    struct tb_inodes wanted;
    int error = tb_inodes_make(&wanted, inodes, count);

    *found = (struct tb_descriptors){ 0 };
    if (error != 0)
        return error;
    if (wanted.count > 0)
        error = find(&gathering, how, inodes, count, &wanted);
    tb_inodes_free(&wanted);
    if (error == 0)
        error = tb_gather_order(&gathering.found);
    if (error != 0)
        tb_descriptors_free(&gathering.found);
    *found = gathering.found;
    return error;
}

int tb_descriptors_find(struct tb_descriptors *found, const uint32_t *inodes, size_t count)
{
    return tb_descriptors_find_by(found, TB_DESCRIPTORS_AUTO, inodes, count);
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

static int add_without_sockets(struct tb_gathering *gathering, int proc, uint32_t pid)
{
    char stat[PATH_OCTETS], status[PATH_OCTETS];
    struct tb_process process;
    int error;

    (void)snprintf(stat, sizeof(stat), "%u/stat", pid);
    (void)snprintf(status, sizeof(status), "%u/status", pid);
    error = tb_gather_facts(proc, stat, status, pid, &process);
    return error == 0 ? tb_gather_process(gathering, &process) : error;
}

int tb_descriptors_of(struct tb_descriptors *found, uint32_t pid)
{
    struct tb_gathering gathering = { .process_room = 0 };
    tb_auto_fd int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int error = proc < 0 ? -errno : tb_descriptors_visit(&gathering, proc, pid);

    if (error == 0)
        error = reason(&gathering.found, proc, pid);
    if (error == 0 && gathering.found.process_count == 0)
        error = add_without_sockets(&gathering, proc, pid);
    if (error == 0)
        error = tb_gather_order(&gathering.found);
    if (error != 0)
        tb_descriptors_free(&gathering.found);
    *found = gathering.found;
    return error;
}

/* ---- Again */

static bool holds(int proc, const struct tb_process *process, const struct tb_holding *holding)
{
    char path[PATH_OCTETS], target[TARGET_MAX];
    uint64_t inode;
    ssize_t length;

    (void)snprintf(path, sizeof(path), "%u/fd/%u", process->pid, holding->fd);
    length = readlinkat(proc, path, target, sizeof(target));
    return length > 0 && tb_proc_is_socket(target, (size_t)length, &inode) &&
           inode == holding->inode;
}

static bool is_the_same(int proc, const struct tb_process *process)
{
    char path[PATH_OCTETS];
    struct tb_proc_stat stat;

    (void)snprintf(path, sizeof(path), "%u/stat", process->pid);
    return tb_procfs_stat(proc, path, &stat) && stat.start_ticks == process->start_ticks &&
           strcmp(stat.comm, process->comm) == 0;
}

bool tb_descriptors_hold(const struct tb_descriptors *found)
{
    tb_auto_fd int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool held = proc >= 0;

    for (size_t i = 0; i < found->process_count && held; i++)
        held = is_the_same(proc, &found->process[i]);
    for (size_t i = 0; i < found->holding_count && held; i++)
        held = holds(proc, &found->process[found->holding[i].process], &found->holding[i]);
    return held;
}

int tb_descriptors_copy(struct tb_descriptors *to, const struct tb_descriptors *from)
{
    struct tb_descriptors copy = *from;

    copy.process = calloc(from->process_count + 1, sizeof(*copy.process));
    copy.holding = calloc(from->holding_count + 1, sizeof(*copy.holding));
    copy.slot = calloc(from->slot_mask + 1, sizeof(*copy.slot));
    if (copy.process == NULL || copy.holding == NULL || copy.slot == NULL) {
        tb_descriptors_free(&copy);
        return -ENOMEM;
    }
    if (from->process_count > 0)
        memcpy(copy.process, from->process, from->process_count * sizeof(*copy.process));
    if (from->holding_count > 0)
        memcpy(copy.holding, from->holding, from->holding_count * sizeof(*copy.holding));
    if (from->slot != NULL)
        memcpy(copy.slot, from->slot, (from->slot_mask + 1) * sizeof(*copy.slot));
    *to = copy;
    return 0;
}

void tb_descriptors_free(struct tb_descriptors *found)
{
    free(found->process);
    free(found->holding);
    free(found->slot);
    *found = (struct tb_descriptors){ 0 };
}

bool tb_descriptors_complete(const struct tb_descriptors *found)
{
    return found->hidden == 0 && !found->unlisted && !found->outside;
}
