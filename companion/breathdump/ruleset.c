/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ruleset.c - what Landlock is to refuse, by the version that the kernel has */
#include "ruleset.h"

#define FS_WRITE_FILE  (1ull << 1)
#define FS_REMOVE_FILE (1ull << 5)
#define FS_MAKE_REG    (1ull << 8)
#define FS_TRUNCATE    (1ull << 14)
#define NET_ALL        3ull /* bind and connect, TCP */
#define SCOPE_ALL      3ull /* abstract sockets, signals */

#define NET_ABI   4
#define SCOPE_ABI 6

/* Every file access that an ABI can handle: one bit more or several with some versions. */
static uint64_t fs_access_of(long abi)
{
    static const unsigned bits[] = { 0, 13, 14, 15, 15, 16 };

    if (abi >= (long)(sizeof bits / sizeof *bits))
        abi = sizeof bits / sizeof *bits - 1;
    return (1ull << bits[abi]) - 1;
}

struct tb_ruleset tb_ruleset_of(long abi)
{
    return (struct tb_ruleset){ .access_fs = fs_access_of(abi),
                                .access_net = abi >= NET_ABI ? NET_ALL : 0,
                                .scoped = abi >= SCOPE_ABI ? SCOPE_ALL : 0 };
}

uint64_t tb_ruleset_in_folder(long abi)
{
    return (FS_WRITE_FILE | FS_REMOVE_FILE | FS_MAKE_REG | FS_TRUNCATE) & fs_access_of(abi);
}
