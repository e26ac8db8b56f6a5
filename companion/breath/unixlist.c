/* SPDX-License-Identifier: GPL-2.0-or-later */
/* unixlist.c - Unix sockets, as /proc/net/unix lists them */
#include "unixlist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/socket.h>

#define ACCEPTS (1u << 16) /* __SO_ACCEPTCON: include/uapi/linux/net.h */

/* "0000000000000000: 00000002 00000000 00010000 0001 01 4242 /run/x.sock": unix_seq_show() */
bool tb_unix_read_line(struct tb_unix_socket *socket, const char *line)
{
    unsigned flags;
    unsigned long long inode;
    int end = 0;

    /* NOLINTNEXTLINE(cert-err34-c): the kernel's own numbers, and the word is bounded */
    if (sscanf(line, "%19[0-9a-f]: %x %*x %x %x %x %llu%n", socket->address, &socket->references,
               &flags, &socket->type, &socket->state, &inode, &end) < 6 ||
        end == 0)
        return false;
    socket->accepts = (flags & ACCEPTS) != 0;
    socket->inode = inode;
    socket->path = line + end + (line[end] == ' ');
    socket->path_length = strcspn(socket->path, "\n");
    return true;
}

int tb_unix_read(const char *path, tb_unix_fn *tell, void *context)
{
    FILE *list = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;

    if (list == NULL)
        return -errno;
    while (getline(&line, &room, list) > 0) {
        struct tb_unix_socket socket;

        if (tb_unix_read_line(&socket, line))
            tell(&socket, context);
    }
    free(line);
    (void)fclose(list);
    return 0;
}

const char *tb_unix_type(unsigned type)
{
    switch (type) {
    case SOCK_STREAM:
        return "STREAM";
    case SOCK_DGRAM:
        return "DGRAM";
    case SOCK_SEQPACKET:
        return "SEQPACKET";
    default:
        return "UNKNOWN";
    }
}

/* enum socket_state of include/uapi/linux/net.h */
const char *tb_unix_state(const struct tb_unix_socket *socket)
{
    static const char *const names[] = { "FREE", "", "CONNECTING", "CONNECTED", "DISCONNECTING" };

    if (socket->state == 1 && socket->accepts)
        return "LISTENING";
    return socket->state < sizeof(names) / sizeof(names[0]) ? names[socket->state] : "UNKNOWN";
}
