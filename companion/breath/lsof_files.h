/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lsof_files.h - everything that a process has open, as lsof tells it */
#ifndef TB_LSOF_FILES_H
#define TB_LSOF_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "line.h"

struct tb_lsof_file {
    struct tb_line fd;     /* "cwd", "txt", "mem", "3u" */
    struct tb_line type;   /* "REG", "DIR", "CHR", "FIFO", "unix", ... */
    struct tb_line device; /* "8,1" */
    struct tb_line size;   /* of a file in octets, else "0t0" and the like: the offset */
    struct tb_line node;
    struct tb_line name; /* as it may be printed */
    uint64_t socket;     /* inode of a socket; 0: it is none */
};

typedef void tb_lsof_file_fn(const struct tb_lsof_file *file, void *context);

/* Tells every file. -ESRCH: there is no such process; -EACCES: the caller may not look into it. */
int tb_lsof_files(uint32_t pid, tb_lsof_file_fn *tell, void *context);

/* Pure: reads a line of /proc/PID/maps without its newline. False: it maps no file. *path points
 * into the line; *deleted: the name is gone. */
struct tb_lsof_map {
    uint64_t inode;
    uint32_t major;
    uint32_t minor;
    const char *path;
    size_t path_length;
    bool deleted;
};
bool tb_lsof_read_map(const char *line, size_t length, struct tb_lsof_map *map);

#endif
