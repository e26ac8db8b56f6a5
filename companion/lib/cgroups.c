/* SPDX-License-Identifier: GPL-2.0-or-later */
/* cgroups.c - the cgroups that are there
 *
 * The number of a folder's inode is the cgroup's id (kernfs_ino() of include/linux/kernfs.h), where
 * inodes have 64 bits. */
#include "cgroups.h"

#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    CGROUPS_MAX = 65536, /* the first ones are told */
    LINE_MAX_OCTETS = 8192
};

struct folder {
    struct folder *next;
    uint64_t id;
    char path[]; /* from the mount's root; "": that itself */
};

struct walk {
    struct folder *waiting; /* to be looked into */
    tb_sock_event_fn *tell;
    void *context;
    size_t told;
    int root;
};

/* The descriptor of the mount's root, or -1. */
static int open_mount(void)
{
    char octets[LINE_MAX_OCTETS];
    struct mntent entry;
    FILE *mounts = setmntent("/proc/self/mounts", "re");
    int fd = -1;

    if (mounts == NULL)
        return -1;
    while (fd < 0 && getmntent_r(mounts, &entry, octets, sizeof octets) != NULL)
        if (strcmp(entry.mnt_type, "cgroup2") == 0)
            fd = open(entry.mnt_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    (void)endmntent(mounts);
    return fd;
}

/* Without a name: the root. Out of memory: it is left out. */
static void add(struct walk *walk, const char *parent, const char *name, uint64_t id)
{
    size_t size = strlen(parent) + 1 + strlen(name) + 1;
    struct folder *folder = malloc(sizeof *folder + size);

    if (folder == NULL)
        return;
    folder->id = id;
    if (name[0] == '\0')
        folder->path[0] = '\0';
    else
        (void)snprintf(folder->path, size, "%s/%s", parent, name);
    folder->next = walk->waiting;
    walk->waiting = folder;
}

static void tell(struct walk *walk, const struct folder *folder)
{
    const struct tb_sock_event event = {
        .kind = TB_SOCK_CGROUP, .fd = -1, .path = folder->path, .process = { .cgroup = folder->id }
    };

    walk->told++;
    walk->tell(&event, walk->context);
}

static DIR *open_folder(const struct walk *walk, const struct folder *folder)
{
    const char *relative = folder->path[0] == '\0' ? "." : folder->path + 1;
    int fd = openat(walk->root, relative, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);

    if (directory == NULL && fd >= 0)
        (void)close(fd);
    return directory;
}

static void look_into(struct walk *walk, const struct folder *folder)
{
    DIR *directory = open_folder(walk, folder);
    const struct dirent *entry;

    if (directory == NULL)
        return;
    while ((entry = readdir(directory)) != NULL)
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
            add(walk, folder->path, entry->d_name, entry->d_ino);
    (void)closedir(directory);
}

void tb_cgroups_tell(tb_sock_event_fn *tell_event, void *context)
{
    struct walk walk = { .tell = tell_event, .context = context, .root = open_mount() };

    if (walk.root < 0)
        return;
    if (sizeof(ino_t) == sizeof(uint64_t))
        add(&walk, "", "", 0);
    while (walk.waiting != NULL) {
        struct folder *folder = walk.waiting;

        walk.waiting = folder->next;
        if (folder->path[0] != '\0' && walk.told < CGROUPS_MAX)
            tell(&walk, folder);
        if (walk.told < CGROUPS_MAX)
            look_into(&walk, folder);
        free(folder);
    }
    (void)close(walk.root);
}
