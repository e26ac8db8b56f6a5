/* SPDX-License-Identifier: GPL-2.0-or-later */
/* wanted.h - whose connections are to be written
 *
 * Pure. */
#ifndef TB_WANTED_H
#define TB_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "owner.h"

enum {
    TB_WANTED_MAX = 64 /* named by each of --pid, --process, --user */
};

/* All counts 0: everybody's. */
struct tb_wanted {
    uint32_t pids[TB_WANTED_MAX];
    uint64_t starts_ns[TB_WANTED_MAX]; /* of those: starts.h */
    uint64_t step_ns;
    size_t pid_count;
    struct tb_octet_string processes[TB_WANTED_MAX]; /* not empty */
    size_t process_count;
    uint32_t users[TB_WANTED_MAX];
    size_t user_count;
};

/* Whether only some connections are wanted. */
bool tb_wanted_is_some(const struct tb_wanted *wanted);

/* Whether the owner is one of those: by any of the lists. A process is known by its pid and its
 * start, which has to be told; by its name, which the kernel keeps 15 octets of; or by the file
 * name of its program. */
bool tb_wanted_matches(const struct tb_wanted *wanted, const struct tb_owner *owner);

#endif
