/* SPDX-License-Identifier: GPL-2.0-or-later */
/* processes.h - the numbers of the processes whose blocks a file has
 *
 * Pure but for memory. A process is (pid, start time). */
#ifndef TB_PROCESSES_H
#define TB_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero is an empty table. */
struct tb_processes {
    struct tb_processes_slot {
        uint64_t start_ns;
        uint32_t pid; /* 0: a free slot */
        uint32_t number;
    } * slots;
    size_t size; /* a power of two, or 0 */
    size_t count;
};

/* The number of a process, from 0 in the order of being asked for; *is_new tells whether it was
 * asked for the first time. `pid` is not 0. 0 or -ENOMEM. */
int tb_processes_number(struct tb_processes *processes, uint32_t pid, uint64_t start_ns,
                        uint32_t *number, bool *is_new);

/* Empties it and frees its memory. */
void tb_processes_clear(struct tb_processes *processes);

#endif
