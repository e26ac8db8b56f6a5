/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place.c - where a file goes, so that nobody else decides it */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "auto.h"

#define OTHERS     (S_IRWXG | S_IRWXO | S_ISUID | S_ISGID)
#define NEW_FLAGS  (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY)
#define OPEN_FLAGS (O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY)
#define LOOK_FLAGS (O_PATH | O_NOFOLLOW | O_CLOEXEC)

enum {
    LINKS_MAX = 40, /* of a path: MAXSYMLINKS of linux/namei.h */
    TRIES = 3
};

/* A path on its way. */
struct walk {
    char rest[PATH_MAX];
    int folder;
    unsigned links;
};

static const char of_link[] = "the way leads over a symbolic link of another user";
static const char of_file[] = "another user's file is there already: choose another name";
static const char of_names[] = "the file that is there has other names too (hard links)";
static const char of_fifo[] = "another user's FIFO is there";
static const char of_change[] = "somebody put something else there meanwhile";

static int refuse(const char **reason, const char *sentence)
{
    *reason = sentence;
    return -EPERM;
}

static bool is_trusted(uid_t owner)
{
    return owner == 0 || owner == geteuid();
}

/* --- The way -------------------------------------------------------------------------------- */

static int move_to(struct walk *walk, int folder)
{
    if (folder < 0)
        return -errno;
    if (walk->folder >= 0)
        (void)close(walk->folder);
    walk->folder = folder;
    return 0;
}

/* To where the rest begins. */
static int begin(struct walk *walk)
{
    if (walk->rest[0] != '/')
        return walk->folder >= 0 ? 0 : move_to(walk, open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
    return move_to(walk, open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

/* Takes the first part off the rest. */
static int next_part(struct walk *walk, char part[NAME_MAX + 1])
{
    size_t slashes = strspn(walk->rest, "/");
    size_t length = strcspn(walk->rest + slashes, "/");
    size_t more = strspn(walk->rest + slashes + length, "/");

    if (length > NAME_MAX)
        return -ENAMETOOLONG;
    if (length == 0)
        return slashes > 0 ? -EISDIR : -ENOENT;
    memcpy(part, walk->rest + slashes, length);
    part[length] = '\0';
    if (more > 0 && walk->rest[slashes + length + more] == '\0')
        more--; /* "DIR/": one slash stays */
    memmove(walk->rest, walk->rest + slashes + length + more,
            strlen(walk->rest + slashes + length + more) + 1);
    return 0;
}

/* Somebody may have made a second name of a link that is not his own, in a folder of his own. */
static bool may_be_planted(int folder, const struct stat *link)
{
    struct stat status;

    return link->st_nlink > 1 && (fstat(folder, &status) != 0 || !is_trusted(status.st_uid) ||
                                  (status.st_mode & (S_IWGRP | S_IWOTH)) != 0);
}

/* What the link says comes before the rest. */
static int put_link(struct walk *walk, int link)
{
    char target[PATH_MAX];
    ssize_t length = readlinkat(link, "", target, sizeof target - 1);
    size_t rest = strlen(walk->rest);

    if (length <= 0)
        return length < 0 ? -errno : -ENOENT;
    if ((size_t)length + 1 + rest >= sizeof walk->rest)
        return -ENAMETOOLONG;
    if (rest > 0) {
        memmove(walk->rest + length + 1, walk->rest, rest + 1);
        walk->rest[length] = '/';
    } else {
        walk->rest[length] = '\0';
    }
    memcpy(walk->rest, target, (size_t)length);
    return begin(walk);
}

static bool is_kernels(int link)
{
    struct statfs system;

    return fstatfs(link, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

/* The end of the way: moves the folder into the place. */
static int arrive(struct walk *walk, struct tb_place *place, const char *part)
{
    (void)snprintf(place->name, sizeof place->name, "%s", part);
    place->folder = tb_auto_take_fd(&walk->folder);
    return 0;
}

static int follow(struct walk *walk, struct tb_place *place, const char *part, int link,
                  const struct stat *status, const char **reason)
{
    if (!is_trusted(status->st_uid) || may_be_planted(walk->folder, status))
        return refuse(reason, of_link);
    if (++walk->links > LINKS_MAX)
        return -ELOOP;
    if (!is_kernels(link))
        return put_link(walk, link);
    if (walk->rest[0] != '\0')
        return move_to(walk, openat(walk->folder, part, O_PATH | O_DIRECTORY | O_CLOEXEC));
    place->is_kernels = true;
    return arrive(walk, place, part);
}

/* One part of the way. */
static int step(struct walk *walk, struct tb_place *place, const char **reason)
{
    char part[NAME_MAX + 1];
    int error = next_part(walk, part);
    tb_auto_fd int here = error == 0 ? openat(walk->folder, part, LOOK_FLAGS) : -1;
    struct stat status;

    if (error != 0)
        return error;
    if (here < 0)
        return errno == ENOENT && walk->rest[0] == '\0' ? arrive(walk, place, part) : -errno;
    if (fstat(here, &status) != 0)
        return -errno;
    if (S_ISLNK(status.st_mode))
        return follow(walk, place, part, here, &status, reason);
    if (walk->rest[0] == '\0')
        return arrive(walk, place, part);
    return S_ISDIR(status.st_mode) ? move_to(walk, tb_auto_take_fd(&here)) : -ENOTDIR;
}

int tb_place_find(struct tb_place *place, const char *path, const char **reason)
{
    struct walk walk = { .folder = -1 };
    int error = 0;

    *reason = NULL;
    *place = (struct tb_place){ .folder = -1 };
    if (strlen(path) >= sizeof walk.rest)
        return -ENAMETOOLONG;
    memcpy(walk.rest, path, strlen(path) + 1);
    error = begin(&walk);
    while (error == 0 && place->folder < 0)
        error = step(&walk, place, reason);
    if (walk.folder >= 0)
        (void)close(walk.folder);
    return error;
}

void tb_place_close(struct tb_place *place)
{
    if (place->folder >= 0)
        (void)close(place->folder);
    place->folder = -1;
}

/* --- Its end -------------------------------------------------------------------------------- */

static int judge(const struct stat *status, const char **reason)
{
    if (S_ISDIR(status->st_mode))
        return -EISDIR;
    if (S_ISLNK(status->st_mode))
        return refuse(reason, of_change);
    if (S_ISFIFO(status->st_mode) && !is_trusted(status->st_uid))
        return refuse(reason, of_fifo);
    if (!S_ISREG(status->st_mode))
        return 0;
    if (status->st_uid != geteuid())
        return refuse(reason, of_file);
    return status->st_nlink > 1 ? refuse(reason, of_names) : 0;
}

/* Whoever had it open for reading has it still: nothing can be done about that. */
static int empty(int fd, const struct stat *status)
{
    if ((status->st_mode & OTHERS) != 0 && fchmod(fd, S_IRUSR | S_IWUSR) != 0)
        return -errno;
    return ftruncate(fd, 0) != 0 || fcntl(fd, F_SETFL, 0) != 0 ? -errno : 0;
}

/* What is there. -ENOENT: not any more. */
static int open_old(const struct tb_place *place, const char **reason)
{
    tb_auto_fd int there = openat(place->folder, place->name, LOOK_FLAGS);
    tb_auto_fd int fd = -1;
    struct stat before;
    struct stat status;
    int error;

    if (there < 0 || fstat(there, &before) != 0)
        return -errno;
    error = judge(&before, reason);
    if (error != 0)
        return error;
    /* a FIFO is waited for; for one that has taken the place of a file nobody waits */
    fd = openat(place->folder, place->name,
                S_ISREG(before.st_mode) ? OPEN_FLAGS | O_NONBLOCK : OPEN_FLAGS);
    if (fd < 0 || fstat(fd, &status) != 0)
        return -errno;
    if (status.st_dev != before.st_dev || status.st_ino != before.st_ino)
        return refuse(reason, of_change);
    error = judge(&status, reason);
    if (error == 0 && S_ISREG(status.st_mode))
        error = empty(fd, &status);
    return error != 0 ? error : tb_auto_take_fd(&fd);
}

/* As a shell's ">" would. */
static int open_kernels(const struct tb_place *place)
{
    int fd = openat(place->folder, place->name, O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);

    return fd < 0 ? -errno : fd;
}

int tb_place_open(const struct tb_place *place, const char **reason)
{
    int fd = -ENOENT;

    *reason = NULL;
    if (place->is_kernels)
        return open_kernels(place);
    for (int i = 0; i < TRIES && fd == -ENOENT; i++) {
        fd = openat(place->folder, place->name, NEW_FLAGS, S_IRUSR | S_IWUSR);
        if (fd >= 0 || errno != EEXIST)
            return fd >= 0 ? fd : -errno;
        fd = open_old(place, reason);
    }
    return fd;
}

int tb_place_open_path(const char *path, const char **reason)
{
    struct tb_place place;
    int fd = tb_place_find(&place, path, reason);

    if (fd == 0)
        fd = tb_place_open(&place, reason);
    tb_place_close(&place);
    return fd;
}

/* --- More of them ---------------------------------------------------------------------------- */

int tb_place_rename(struct tb_place *place, const char *name)
{
    if (strlen(name) >= sizeof place->name)
        return -ENAMETOOLONG;
    (void)snprintf(place->name, sizeof place->name, "%s", name);
    return 0;
}

int tb_place_create(const struct tb_place *place, const char **reason)
{
    int error = 0;

    *reason = NULL;
    for (int i = 0; i < TRIES && error == 0; i++) {
        int fd = openat(place->folder, place->name, NEW_FLAGS, S_IRUSR | S_IWUSR);
        struct stat status;

        if (fd >= 0 || errno != EEXIST)
            return fd >= 0 ? fd : -errno;
        if (fstatat(place->folder, place->name, &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (!S_ISREG(status.st_mode) || status.st_uid != geteuid())
            return refuse(reason, status.st_uid != geteuid() ? of_file : of_change);
        error = unlinkat(place->folder, place->name, 0) != 0 && errno != ENOENT ? -errno : 0;
    }
    return error != 0 ? error : -EEXIST;
}

void tb_place_remove(const struct tb_place *place, const char *name)
{
    (void)unlinkat(place->folder, name, 0); /* gone already: all the better */
}
