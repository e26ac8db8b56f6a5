/* SPDX-License-Identifier: GPL-2.0-or-later */
/* place.h - where a file goes, so that nobody else decides it
 *
 * Root writes captures into /tmp and into other users' folders, where they may have put something
 * under the name that he will use: a symbolic link or a hard link to a file that he would
 * overwrite, a file that they own, a FIFO that they read. fs.protected_symlinks and the like
 * (proc_sys_fs(5)) are about that, but may be off, and are for sticky folders only. So the path is
 * followed here, part by part. A symbolic link is followed where root owns it, or the user as whom
 * this program acts at that moment (the effective one). At its end a file is made; one that is
 * there is written over where that user owns it and it has no other name, and is his alone (0600)
 * from then on; a FIFO is taken where he or root owns it, and a device always. */
#ifndef TB_PLACE_H
#define TB_PLACE_H

#include <limits.h>
#include <stdbool.h>

/* A name in a folder. */
struct tb_place {
    int folder; /* -1: none */
    char name[NAME_MAX + 1];
    bool is_kernels; /* a link of /proc to what a process has open: the kernel follows it */
};

/* Follows all of the path but what stands at its end. 0; or -errno and in *reason a static sentence
 * why it is refused, NULL: as the errno says. To be ended with tb_place_close(). */
int tb_place_find(struct tb_place *place, const char *path, const char **reason);
void tb_place_close(struct tb_place *place);

/* Opens it for writing, empty. Blocks while a FIFO has no reader. Returns a descriptor, or as
 * above. */
int tb_place_open(const struct tb_place *place, const char **reason);

/* The two at once. */
int tb_place_open_path(const char *path, const char **reason);

/* Another name in the same folder; it must not hold a slash. 0 or -ENAMETOOLONG. */
int tb_place_rename(struct tb_place *place, const char *name);

/* Makes a new file of that name, as far as confine.h leaves it to this program: a file of the same
 * user's that is there already goes, whatever else is there is refused. As tb_place_open(). */
int tb_place_create(const struct tb_place *place, const char **reason);

/* Removes a file of that name in the folder, where there is one. */
void tb_place_remove(const struct tb_place *place, const char *name);

#endif
