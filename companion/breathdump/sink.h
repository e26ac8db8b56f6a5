/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sink.h - the file, FIFO or files that packets go to
 *
 * The only writer. Every file stands alone: it has its own section, interfaces, process blocks and
 * statistics. */
#ifndef TB_SINK_H
#define TB_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blocks.h"
#include "complaint.h"
#include "options.h"

struct tb_sink;

struct tb_sink_options {
    const char *path;         /* "-": stdout */
    struct tb_limits *limits; /* must outlive the sink */
    struct tb_section section;
    const struct tb_described_interface *interfaces; /* likewise */
    size_t interface_count;
    /* fills in an interface's statistics at the end of a file; begun, ended and delivered are the
     * sink's */
    void (*count)(size_t interface, struct tb_statistics *statistics, void *context);
    void *context;
};

/* Whether the path is a FIFO, a pipe or stdout that is one. */
bool tb_sink_is_stream(const char *path);

/* Opens the first file as somebody who can (identity.h). Waits for the reader of a FIFO. 0 or an
 * exit status. Destroy with tb_sink_free(); NULL is allowed there. */
int tb_sink_open(const char *path, struct tb_limits *limits, struct tb_sink **sink,
                 struct tb_complaint *complaint);

/* The capture begins: the first file gets its section and interfaces. 0 or an exit status, here and
 * below; after a failure only tb_sink_free() and what reads counts may follow. */
int tb_sink_begin(struct tb_sink *sink, const struct tb_sink_options *options,
                  struct tb_complaint *complaint);

/* A packet, with its note and the process that a reader is told of who knows of one process a
 * packet (each NULL: none). *verdict says what is to be done next: tb_sink_next_file() or the end.
 */
int tb_sink_put(struct tb_sink *sink, const struct tb_packet *packet, const char *note,
                const struct tb_owner *owner, enum tb_limits_verdict *verdict,
                struct tb_complaint *complaint);

/* Ends the file and goes on in the next one. Notes are due anew. */
int tb_sink_next_file(struct tb_sink *sink, struct tb_complaint *complaint);

/* Hands what is there over to the kernel. */
int tb_sink_flush(struct tb_sink *sink, struct tb_complaint *complaint);

/* Ends the last file with its statistics. A stream's reader gets `patience_ns` to take the rest. */
int tb_sink_end(struct tb_sink *sink, uint64_t patience_ns, struct tb_complaint *complaint);

void tb_sink_free(struct tb_sink *sink);

/* The folder in which more files will be made and removed; -1: there will be one file only. The
 * sink's own. */
int tb_sink_folder(const struct tb_sink *sink);

/* To poll for POLLOUT where a stream's reader is slow; -1: it is not. To poll with no event where
 * it is a stream: POLLERR says that its reader has gone. */
int tb_sink_stream_fd(const struct tb_sink *sink, bool *is_waiting);

/* So much is waiting for a slow reader that no packets should be read for now. */
bool tb_sink_is_full(const struct tb_sink *sink);

/* The stream's reader has gone, as poll() says: nothing can be written any more. An exit status. */
int tb_sink_lose_reader(struct tb_sink *sink, struct tb_complaint *complaint);

/* Whether the reader of the stream has gone: why it failed. */
bool tb_sink_reader_has_gone(const struct tb_sink *sink);

/* Whether writing failed: nothing more can be written. */
bool tb_sink_has_failed(const struct tb_sink *sink);

struct tb_progress *tb_sink_progress(struct tb_sink *sink);

/* The file that is being written. */
const char *tb_sink_name(const struct tb_sink *sink);

/* Packets that are in files; octets of them in all files. */
uint64_t tb_sink_packets(const struct tb_sink *sink);
uint64_t tb_sink_octets(const struct tb_sink *sink);

#endif
