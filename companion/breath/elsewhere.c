/* SPDX-License-Identifier: GPL-2.0-or-later */
/* elsewhere.c - who has a port in other network namespaces, such as containers */
#include "elsewhere.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auto.h"
#include "procline.h"

enum {
    NAMESPACES_MAX = 1024, /* more are not entered */
    PATH_OCTETS = 64
};

struct visit {
    struct tb_elsewhere *found;
    struct tb_sockets_filter filter;
    ino_t seen[NAMESPACES_MAX];
    size_t count;
    int own; /* this process's network namespace */
};

static bool is_new(struct visit *visit, ino_t inode)
{
    for (size_t i = 0; i < visit->count; i++) {
        if (visit->seen[i] == inode)
            return false;
    }
    if (visit->count == NAMESPACES_MAX)
        return false;
    visit->seen[visit->count++] = inode;
    return true;
}

/* Only this thread enters, and comes back; that it cannot come back ends the program's answer. */
static int look_inside(struct visit *visit, int other)
{
    int error;

    if (setns(other, CLONE_NEWNET) != 0) {
        visit->found->refused++;
        return 0;
    }
    visit->found->entered++;
    error = tb_sockets_read(&visit->found->sockets, &visit->filter);
    if (setns(visit->own, CLONE_NEWNET) != 0)
        return -errno;
    return error;
}

static int look_at(struct visit *visit, int proc, const char *name)
{
    char path[PATH_OCTETS];
    struct stat file;
    tb_auto_fd int other = -1;
    uint32_t pid;

    if (!tb_proc_is_number(name, &pid))
        return 0;
    (void)snprintf(path, sizeof(path), "%u/ns/net", pid);
    if (fstatat(proc, path, &file, 0) != 0 || !is_new(visit, file.st_ino))
        return 0; /* it has ended, or is hidden */
    other = openat(proc, path, O_RDONLY | O_CLOEXEC);
    return other < 0 ? 0 : look_inside(visit, other);
}

static int look_at_all(struct visit *visit)
{
    const struct dirent *entry;
    struct stat file;
    DIR *proc;
    int error = 0;

    if (fstat(visit->own, &file) != 0)
        return -errno; /* its own sockets would be another's */
    (void)is_new(visit, file.st_ino);
    proc = opendir("/proc");
    if (proc == NULL)
        return -errno;
    while (error == 0 && (entry = readdir(proc)) != NULL)
        error = look_at(visit, dirfd(proc), entry->d_name);
    closedir(proc);
    return error;
}

static int find_owners(struct tb_elsewhere *found)
{
    uint32_t *inodes = calloc(found->sockets.count + 1, sizeof(*inodes));
    int error;

    if (inodes == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < found->sockets.count; i++)
        inodes[i] = found->sockets.list[i].inode;
    error = tb_descriptors_find(&found->owners, inodes, found->sockets.count);
    free(inodes);
    return error;
}

int tb_elsewhere_find(struct tb_elsewhere *found, uint16_t port, bool udp)
{
    static const uint32_t tcp_states = 1u << TB_SOCKET_LISTEN | TB_SOCKETS_BOUND;
    struct visit *visit = calloc(1, sizeof(*visit));
    tb_auto_fd int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    int error;

    *found = (struct tb_elsewhere){ 0 };
    if (visit == NULL)
        return -ENOMEM;
    visit->found = found;
    visit->own = own;
    visit->filter = (struct tb_sockets_filter){ .tcp_states = udp ? 0 : tcp_states,
                                                .udp_states = udp ? 1u << TB_SOCKET_CLOSE : 0,
                                                .local_port = port };
    error = own < 0 ? -errno : look_at_all(visit);
    free(visit);
    return error == 0 ? find_owners(found) : error;
}

void tb_elsewhere_free(struct tb_elsewhere *found)
{
    tb_sockets_free(&found->sockets);
    tb_descriptors_free(&found->owners);
}
