/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procmsg.h - the process connector: what the kernel tells of processes that begin and end
 *
 * Pure: octets in, octets out. Layouts: include/uapi/linux/connector.h and cn_proc.h; the kernel's
 * side: drivers/connector/cn_proc.c. */
#ifndef TB_PROCMSG_H
#define TB_PROCMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nlmsg.h"

enum {
    TB_PROCMSG_REQUEST_MAX = 64
};

enum tb_procmsg_kind {
    TB_PROCMSG_FORK,
    TB_PROCMSG_EXEC,
    TB_PROCMSG_RENAME, /* the leader's name is another one */
    TB_PROCMSG_EXIT    /* the leader has ended; other threads may go on */
};

struct tb_procmsg {
    uint64_t time_ns;    /* CLOCK_MONOTONIC */
    uint32_t pid;        /* of a process; in the initial pid namespace */
    uint32_t parent_pid; /* with FORK */
    enum tb_procmsg_kind kind;
    char comm[16]; /* with RENAME */
};

/* Asks to be told, or no longer. Returns the octets written. */
size_t tb_procmsg_ask(uint8_t request[TB_PROCMSG_REQUEST_MAX], bool listen, uint32_t port_id);

/* False for what is of a thread only, of no interest here, or malformed. */
bool tb_procmsg_read(const struct tb_nl_message *message, struct tb_procmsg *event);

#endif
