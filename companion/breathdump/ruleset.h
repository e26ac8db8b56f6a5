/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ruleset.h - what Landlock is to refuse, by the version that the kernel has
 *
 * Pure. The source: Documentation/userspace-api/landlock.rst, include/uapi/linux/landlock.h. */
#ifndef TB_RULESET_H
#define TB_RULESET_H

#include <stdint.h>

/* As struct landlock_ruleset_attr of ABI 6; the headers at hand may be older. A kernel that does
 * not know a member takes it as long as it is zero. */
struct tb_ruleset {
    uint64_t access_fs;
    uint64_t access_net; /* from ABI 4 */
    uint64_t scoped;     /* from ABI 6 */
};

/* All that this ABI (from 1) can refuse. */
struct tb_ruleset tb_ruleset_of(long abi);

/* Of that, what remains allowed in the folder of several files: to make, write and remove them. */
uint64_t tb_ruleset_in_folder(long abi);

#endif
