/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unixlist.h - Unix sockets, as /proc/net/unix lists them */
#ifndef TB_UNIXLIST_H
#define TB_UNIXLIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tb_unix_socket {
    char address[20]; /* of the kernel; zeros for who may not know it */
    unsigned references;
    unsigned type; /* SOCK_STREAM, ... */
    unsigned state;
    bool accepts; /* it listens */
    uint64_t inode;
    const char *path; /* in the line; not to be trusted */
    size_t path_length;
};

/* Pure: reads a line, which is terminated and may end in a newline. False: it is no socket's. */
bool tb_unix_read_line(struct tb_unix_socket *socket, const char *line);

typedef void tb_unix_fn(const struct tb_unix_socket *socket, void *context);

/* Tells every socket of the list. Returns 0 or -errno. */
int tb_unix_read(const char *path, tb_unix_fn *tell, void *context);

/* "STREAM" */
const char *tb_unix_type(unsigned type);

/* "LISTENING", "CONNECTED", ..., as netstat has them; "": not connected. */
const char *tb_unix_state(const struct tb_unix_socket *socket);

#endif
