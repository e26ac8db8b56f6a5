/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ringfiles.h - the names of several files, as dumpcap gives them, and which have to go
 *
 * Pure: nothing is opened or removed here. */
#ifndef TB_RINGFILES_H
#define TB_RINGFILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* For "DIR/NAME.SUFFIX": "DIR/NAME_00001_20260101120000.SUFFIX", or with the time first
 * "DIR/NAME_20260101120000_00001.SUFFIX". `number` is written modulo 100000. Returns the length
 * without the terminator, or 0 where `size` is too small. */
size_t tb_ring_name(char *name, size_t size, const char *path, uint64_t number,
                    const struct tm *local_time, bool time_first);

/* The names of the last files. */
struct tb_ring;

/* `keep`: how many files to keep; 0: all. NULL: out of memory. NULL may be freed. */
struct tb_ring *tb_ring_new(uint32_t keep);
void tb_ring_free(struct tb_ring *ring);

/* A file of this name comes next. Returns 0 and in *gone the name of the file that has to go for
 * it, valid until the next call, or NULL; or -ENOMEM. */
int tb_ring_push(struct tb_ring *ring, const char *name, const char **gone);

/* The file that was pushed last; NULL: none. */
const char *tb_ring_last(const struct tb_ring *ring);

/* Files pushed so far. */
uint64_t tb_ring_count(const struct tb_ring *ring);

#endif
