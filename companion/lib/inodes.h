/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inodes.h - a set of inode numbers, asked once for every descriptor of the machine */
#ifndef TB_INODES_H
#define TB_INODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tb_inodes {
    uint32_t *slot; /* 0: empty */
    size_t mask;    /* slots less one: a power of two less one */
    size_t count;
};

/* Without 0, which is no inode. Returns 0 or -ENOMEM. To be freed. */
int tb_inodes_make(struct tb_inodes *set, const uint32_t *inodes, size_t count);
void tb_inodes_free(struct tb_inodes *set);

/* sockfs numbers one after the other (get_next_ino()), so a multiplication spreads them well; who
 * could choose the numbers gains nothing by a slow look-up of his own. */
static inline size_t tb_inodes_spread(uint32_t inode)
{
    return (size_t)((inode * UINT64_C(0x9e3779b97f4a7c15)) >> 32); /* 2^64 / phi */
}

static inline size_t tb_inodes_first(const struct tb_inodes *set, uint32_t inode)
{
    return tb_inodes_spread(inode) & set->mask;
}

static inline bool tb_inodes_has(const struct tb_inodes *set, uint32_t inode)
{
    size_t at = tb_inodes_first(set, inode);

    while (set->slot[at] != 0 && set->slot[at] != inode)
        at = (at + 1) & set->mask;
    return set->slot[at] != 0 && inode != 0;
}

#endif
