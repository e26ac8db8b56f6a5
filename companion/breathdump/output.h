/* SPDX-License-Identifier: GPL-2.0-or-later */
/* output.h - whole pcapng blocks on their way to a file, a FIFO or a pipe
 *
 * Blocks collect in a buffer and go out together. A regular file gets them with one write(): it
 * ends at the end of a block whenever this program is killed, but for the moment inside that
 * write(). Where it takes only a part (the disk is full) it is cut back to the last whole block. A
 * FIFO or pipe takes what it has room for; the rest waits, so that a slow reader does not keep this
 * program from its other duties. */
#ifndef TB_OUTPUT_H
#define TB_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pcapng.h"

struct tb_output;

/* Whether the descriptor is a FIFO, a pipe or a socket; else a regular file or a device. */
bool tb_output_is_stream(int fd);

/* Lets whoever reads the FIFO, or begins to within a second, see its end: nothing will be written.
 * Of anything else nothing is changed. */
void tb_output_hang_up(const char *path);

/* NULL: out of memory; NULL may be freed. */
struct tb_output *tb_output_new(void);
void tb_output_free(struct tb_output *output);

/* Goes on in another file, which is counted from 0. What is in the buffer must have been flushed.
 * A stream is made non-blocking. The descriptor stays the caller's. 0 or -errno. */
int tb_output_use(struct tb_output *output, int fd);

/* Room for a block of up to `octets`: add one block to it with a function of pcapng.h. NULL: out of
 * memory. Valid until the next call of any function of this module. */
struct tb_pcapng *tb_output_room(struct tb_output *output, size_t octets);

/* Writes what is in the buffer. A stream may take less: tb_output_waiting(). 0 or -errno, such as
 * -ENOSPC and -EPIPE; then nothing more can be written. */
int tb_output_flush(struct tb_output *output);

/* Octets in the buffer. */
size_t tb_output_waiting(const struct tb_output *output);

/* Octets of the present file, those in the buffer included. */
uint64_t tb_output_octets(const struct tb_output *output);

/* Packets (EPB) that were added to the present file and did not reach it: after a failure. */
uint64_t tb_output_lost_packets(const struct tb_output *output);

#endif
