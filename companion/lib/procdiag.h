/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procdiag.h - asks sock_diag about the TCP sockets of one network namespace
 *
 * Of the namespace in which it was opened, for ever; no privileges. */
#ifndef TB_PROCDIAG_H
#define TB_PROCDIAG_H

#include <stddef.h>
#include <stdint.h>

#include "diagmsg.h"

enum {
    TB_PROCDIAG_INTERFACES_MAX = 32 /* that are tried for a socket that is bound to one */
};

struct tb_procdiag {
    int fd;     /* -1: closed */
    int routes; /* tells of the interfaces */
    uint32_t sequence;
    uint32_t interface[TB_PROCDIAG_INTERFACES_MAX];
    size_t interface_count;
    uint64_t listed_ns; /* when they were listed; CLOCK_MONOTONIC */
};

/* 0 or -errno. */
int tb_procdiag_open(struct tb_procdiag *diag);
void tb_procdiag_close(struct tb_procdiag *diag);

/* The socket with this tuple, whatever interface it is bound to; where there is none, the socket
 * that listens for it. 0; -ENOENT: neither is there; or another -errno. */
int tb_procdiag_ask(struct tb_procdiag *diag, const struct tb_tuple *tuple,
                    struct tb_diag_socket *found);

typedef void tb_procdiag_fn(const struct tb_diag_socket *socket, void *context);

/* Tells every socket that is connected or listens. 0 or -errno: not all were told. */
int tb_procdiag_all(struct tb_procdiag *diag, tb_procdiag_fn *tell, void *context);

#endif
