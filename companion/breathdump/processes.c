/* SPDX-License-Identifier: GPL-2.0-or-later */
/* processes.c - the numbers of the processes whose blocks a file has */
#include "processes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 64u

static size_t hash(uint32_t pid, uint64_t start_ns)
{
    uint64_t mixed = (start_ns ^ pid) * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio */

    return (size_t)(mixed >> 32);
}

/* The slot of the process, or the free one where it belongs. One is always free. */
static struct tb_processes_slot *find(const struct tb_processes *processes, uint32_t pid,
                                      uint64_t start_ns)
{
    size_t at = hash(pid, start_ns) & (processes->size - 1);

    while (processes->slots[at].pid != 0 &&
           (processes->slots[at].pid != pid || processes->slots[at].start_ns != start_ns))
        at = (at + 1) & (processes->size - 1);
    return &processes->slots[at];
}

static int grow(struct tb_processes *processes)
{
    struct tb_processes grown = { .size = processes->size == 0 ? FIRST_SIZE : processes->size * 2,
                                  .count = processes->count };

    grown.slots = calloc(grown.size, sizeof *grown.slots);
    if (grown.slots == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < processes->size; i++) {
        const struct tb_processes_slot *slot = &processes->slots[i];

        if (slot->pid != 0)
            *find(&grown, slot->pid, slot->start_ns) = *slot;
    }
    free(processes->slots);
    *processes = grown;
    return 0;
}

int tb_processes_number(struct tb_processes *processes, uint32_t pid, uint64_t start_ns,
                        uint32_t *number, bool *is_new)
{
    struct tb_processes_slot *slot;

    if (processes->count * 2 >= processes->size && grow(processes) != 0)
        return -ENOMEM;
    slot = find(processes, pid, start_ns);
    *is_new = slot->pid == 0;
    if (*is_new)
        *slot = (struct tb_processes_slot){ start_ns, pid, (uint32_t)processes->count++ };
    *number = slot->number;
    return 0;
}

void tb_processes_clear(struct tb_processes *processes)
{
    free(processes->slots);
    memset(processes, 0, sizeof *processes);
}
