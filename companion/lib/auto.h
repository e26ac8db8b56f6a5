/* SPDX-License-Identifier: GPL-2.0-or-later */
/* auto.h - what is given back on every path: descriptors and memory
 *
 *     tb_auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
 *     tb_auto_free char *text = malloc(size);
 *
 * To keep one, take it out: `return tb_auto_take_fd(&fd);`. A compiler extension: for companion
 * only. */
#ifndef TB_AUTO_H
#define TB_AUTO_H

#include <stdlib.h>
#include <unistd.h>

static inline void tb_auto_close_fd(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void tb_auto_free_memory(void *pointer)
{
    free(*(void **)pointer);
}

static inline int tb_auto_take_fd(int *fd)
{
    const int taken = *fd;

    *fd = -1;
    return taken;
}

#define tb_auto_fd   __attribute__((cleanup(tb_auto_close_fd)))
#define tb_auto_free __attribute__((cleanup(tb_auto_free_memory)))

#endif
