/* SPDX-License-Identifier: GPL-2.0-or-later */
/* descriptors_order.c - puts the holders that were found in order, and finds those of a socket
 *
 * There are 100,000 of them on a busy machine, and several questions about each socket: so they are
 * sorted digit by digit, and a table of places answers. */
#include "descriptors_inside.h"

#include <errno.h>
#include <stdlib.h>

enum {
    SLOTS_LEAST = 16,
    DIGIT_BITS = 11, /* of a pass of sorting: 2,048 counters stay in the first cache */
    DIGITS = 1 << DIGIT_BITS
};

static int compare_numbers(uint32_t one, uint32_t other)
{
    return (one > other) - (one < other);
}

static int compare_processes(const void *left, const void *right)
{
    const struct tb_process *one = left;
    const struct tb_process *other = right;

    return compare_numbers(one->pid, other->pid);
}

enum key {
    KEY_FD,
    KEY_PROCESS,
    KEY_INODE
};

static uint32_t key_of(const struct tb_holding *holding, enum key key)
{
    return key == KEY_FD ? holding->fd : key == KEY_PROCESS ? holding->process : holding->inode;
}

/* Sorts by some bits of the key; what is equal there stays in its order. */
static void sort_by_digit(struct tb_holding *to, const struct tb_holding *from, size_t count,
                          enum key key, unsigned shift)
{
    size_t place[DIGITS] = { 0 };
    size_t next = 0;

    for (size_t i = 0; i < count; i++)
        place[key_of(&from[i], key) >> shift & (DIGITS - 1)]++;
    for (size_t i = 0; i < DIGITS; i++) {
        const size_t of_digit = place[i];

        place[i] = next;
        next += of_digit;
    }
    for (size_t i = 0; i < count; i++)
        to[place[key_of(&from[i], key) >> shift & (DIGITS - 1)]++] = from[i];
}

/* By inode, then process, then descriptor: the last key is sorted by first. 0 or -ENOMEM. */
static int sort_holdings(struct tb_descriptors *found)
{
    static const enum key keys[] = { KEY_FD, KEY_PROCESS, KEY_INODE };
    struct tb_holding *spare = malloc(found->holding_count * sizeof(*spare));

    if (spare == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        uint32_t most = 0;

        for (size_t j = 0; j < found->holding_count; j++) {
            const uint32_t value = key_of(&found->holding[j], keys[i]);

            most = value > most ? value : most;
        }
        for (unsigned shift = 0; shift < 32 && most >> shift > 0; shift += DIGIT_BITS) {
            struct tb_holding *sorted = spare;

            sort_by_digit(sorted, found->holding, found->holding_count, keys[i], shift);
            spare = found->holding;
            found->holding = sorted;
        }
    }
    free(spare);
    return 0;
}

/* Where the holdings of an inode begin: they are asked for several times for each socket. */
static int make_index(struct tb_descriptors *found)
{
    size_t slots = SLOTS_LEAST;

    while (slots / 2 < found->holding_count) /* half full at most: runs stay short */
        slots *= 2;
    found->slot = calloc(slots, sizeof(*found->slot));
    if (found->slot == NULL)
        return -ENOMEM;
    found->slot_mask = slots - 1;
    for (size_t i = 0; i < found->holding_count; i++) {
        const uint32_t inode = found->holding[i].inode;
        size_t at = tb_inodes_spread(inode) & found->slot_mask;

        if (i > 0 && found->holding[i - 1].inode == inode)
            continue;
        while (found->slot[at] != 0)
            at = (at + 1) & found->slot_mask;
        found->slot[at] = (uint32_t)i + 1;
    }
    return 0;
}

/* Those of a process come one after the other. */
static void find_places(struct tb_descriptors *found)
{
    uint32_t pid = 0, place = 0;

    for (size_t i = 0; i < found->holding_count; i++) {
        if (i == 0 || found->holding[i].process != pid) {
            const struct tb_process key = { .pid = found->holding[i].process };
            const struct tb_process *process = bsearch(&key, found->process, found->process_count,
                                                       sizeof(*process), compare_processes);

            pid = key.pid;
            place = process == NULL ? 0 : (uint32_t)(process - found->process);
        }
        found->holding[i].process = place;
    }
}

int tb_gather_order(struct tb_descriptors *found)
{
    int error;

    if (found->holding_count == 0)
        return 0;
    qsort(found->process, found->process_count, sizeof(*found->process), compare_processes);
    find_places(found);
    error = sort_holdings(found);
    return error == 0 ? make_index(found) : error;
}

const struct tb_holding *tb_descriptors_of_inode(const struct tb_descriptors *found, uint32_t inode,
                                                 size_t *count)
{
    size_t at = tb_inodes_spread(inode) & found->slot_mask;
    size_t first, behind;

    *count = 0;
    while (found->holding_count > 0 && found->slot[at] != 0) {
        first = behind = found->slot[at] - 1;
        while (behind < found->holding_count && found->holding[behind].inode == inode)
            behind++;
        *count = behind - first;
        if (*count > 0)
            return &found->holding[first];
        at = (at + 1) & found->slot_mask;
    }
    return NULL;
}
