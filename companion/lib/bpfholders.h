/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpfholders.h - every holder of a socket by one pass of a BPF iterator
 *
 * It sees what /proc hides from the caller: who tells it to somebody asks /proc first. Needs
 * CAP_BPF and CAP_PERFMON, and Linux 5.17 or later, which fits the program to its types by itself.
 */
#ifndef TB_BPFHOLDERS_H
#define TB_BPFHOLDERS_H

#include <stddef.h>
#include <stdint.h>

struct tb_bpfholders {
    uint8_t *octets; /* for tb_held_next(); the caller's to free */
    size_t length;
    size_t processes; /* that have files */
};

/* Where there are at most TB_HOLDERS_WANTED_MAX inodes, only those are told; else all sockets of
 * whatever family, and the caller chooses. Returns 0 or -errno. */
int tb_bpfholders_look(struct tb_bpfholders *found, const uint32_t *inodes, size_t count);

#endif
