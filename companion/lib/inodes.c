/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inodes.c - a set of inode numbers, asked once for every descriptor of the machine */
#include "inodes.h"

#include <errno.h>
#include <stdlib.h>

enum {
    SLOTS_LEAST = 16
};

int tb_inodes_make(struct tb_inodes *set, const uint32_t *inodes, size_t count)
{
    size_t slots = SLOTS_LEAST;
    struct tb_inodes made = { 0 };

    while (slots / 2 < count) /* half full at most: runs stay short */
        slots *= 2;
    made.slot = calloc(slots, sizeof(*made.slot));
    if (made.slot == NULL)
        return -ENOMEM;
    made.mask = slots - 1;
    for (size_t i = 0; i < count; i++) {
        size_t at = tb_inodes_first(&made, inodes[i]);

        while (made.slot[at] != 0 && made.slot[at] != inodes[i])
            at = (at + 1) & made.mask;
        if (made.slot[at] == 0 && inodes[i] != 0)
            made.count++;
        made.slot[at] = inodes[i] != 0 ? inodes[i] : made.slot[at];
    }
    *set = made;
    return 0;
}

void tb_inodes_free(struct tb_inodes *set)
{
    free(set->slot);
    *set = (struct tb_inodes){ 0 };
}
