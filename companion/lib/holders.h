/* SPDX-License-Identifier: GPL-2.0-or-later */
/* holders.h - which processes hold a TCP socket of this machine at this moment
 *
 * Asks sock_diag for the socket, looks for its inode under /proc/PID/fd, and asks again: what is
 * told is true of a moment in between. A pid that was used again meanwhile is told by its start
 * time and left out. Sockets of the caller's network namespace only. Blocks no longer than the
 * budget, but for one system call. */
#ifndef TB_HOLDERS_H
#define TB_HOLDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diagmsg.h"
#include "procline.h"

enum {
    TB_HOLDERS_MAX = 16,
    TB_HOLDERS_QUESTIONS_MAX = 8
};

struct tb_holder {
    uint64_t start_ns; /* since boot, in steps of a clock tick */
    uint32_t pid;      /* in the pid namespace of the caller's /proc */
    uint32_t parent_pid;
    uint32_t uid; /* effective */
    uint32_t fd;  /* the first found */
    char comm[TB_PROC_COMM_MAX + 1];
};

struct tb_holders {
    struct tb_diag_socket socket; /* as it was asked for last */
    struct tb_holder holder[TB_HOLDERS_MAX];
    size_t count;  /* 0: nobody was seen, or no descriptor is open on the socket */
    bool denied;   /* into some process the caller may not look, or does not see it: asking again
                      will not help */
    bool complete; /* every process was looked into; threads that do not share their process's
                      descriptors are not, nor descriptors on their way through a socket */
};

/* `budget_ns`: the most time to take. Returns 0; -ENOENT where no such socket exists but maybe a
 * listening one; -ESTALE where it was gone, or another one, after the look; -ETIME where the time
 * did not suffice to find anybody; or another -errno. */
int tb_holders_find(const struct tb_tuple *tuple, uint64_t budget_ns, struct tb_holders *holders);

struct tb_holders_question {
    struct tb_tuple tuple;
    uint32_t interface; /* on which its packets pass: a socket may be bound to it; 0: not known */
    int error;          /* as tb_holders_find() returns it */
    struct tb_holders holders;
};

/* Several, at most TB_HOLDERS_QUESTIONS_MAX, with one look at the processes. */
void tb_holders_find_all(struct tb_holders_question *question, size_t count, uint64_t budget_ns);

/* Whether the address is one of this machine's, in the caller's network namespace. `interface`: of
 * an IPv6 address that is link-local. */
bool tb_holders_is_here(const uint8_t address[16], uint32_t interface);

#endif
