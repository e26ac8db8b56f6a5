/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procwire.h - what breathdump and the helper that looks under /proc say to each other
 *
 * Pure: octets in, octets out. Both are one program, so that layouts are those of this machine; but
 * the texts are any process's to choose, and whoever reads believes nothing.
 *
 * Messages go through a stream, each behind its length: of datagrams the kernel lets ten wait
 * (net.unix.max_dgram_qlen). */
#ifndef TB_PROCWIRE_H
#define TB_PROCWIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "procline.h"
#include "sock_event.h"

enum {
    TB_PROCWIRE_MAX = 512 + 2 * (TB_PROC_TEXT_MAX + 1), /* octets of a message */
    TB_PROCWIRE_FRAME_MAX = TB_PROCWIRE_MAX + 16,       /* with its length, and padded */
    TB_PROCWIRE_ROOM = 1 << 16                          /* of a stream that is read */
};

/* What has come of a stream. Zero is nothing. */
struct tb_procwire_stream {
    size_t from; /* what was not taken yet */
    size_t to;
    _Alignas(8) uint8_t octets[TB_PROCWIRE_ROOM];
};

/* Puts the length before the message. Returns the octets written, a multiple of 8. */
size_t tb_procwire_put_frame(uint8_t frame[TB_PROCWIRE_FRAME_MAX], const uint8_t *message,
                             size_t length);

/* Where the stream's next octets belong, and how many have room: more than 0. */
uint8_t *tb_procwire_room(struct tb_procwire_stream *stream, size_t *size);

/* So many came. */
void tb_procwire_came(struct tb_procwire_stream *stream, size_t size);

/* Takes the next whole message, which is valid until tb_procwire_room(), and aligned as
 * tb_procwire_read_event() wants it. 1; 0: more has to come; -EBADMSG: the stream makes no sense.
 */
int tb_procwire_next(struct tb_procwire_stream *stream, const uint8_t **message, size_t *length);

/* To the helper. */
enum tb_procwire_task {
    TB_PROCWIRE_SNAPSHOT, /* tell what is open now, then the end */
    TB_PROCWIRE_LOOK,     /* look for who holds the local end of a connection, or both */
    TB_PROCWIRE_TASK_COUNT
};

struct tb_procwire_request {
    struct tb_tuple tuple; /* with LOOK */
    enum tb_procwire_task task;
    bool opens; /* a packet opened the connection: its local end connects, and both are wanted */
};

/* Returns the octets written. */
size_t tb_procwire_put_request(uint8_t message[TB_PROCWIRE_MAX],
                               const struct tb_procwire_request *request);
bool tb_procwire_read_request(const void *data, size_t length, struct tb_procwire_request *request);

/* From the helper: an event. Longer texts are cut. Returns the octets written. */
size_t tb_procwire_put_event(uint8_t message[TB_PROCWIRE_MAX], const struct tb_sock_event *event);

/* The event's texts are those in `data`, which is aligned as malloc() does it. False where it is no
 * event: *event is then unchanged. */
bool tb_procwire_read_event(const void *data, size_t length, struct tb_sock_event *event);

/* From the helper: the snapshot has ended, with 0 or -errno. */
size_t tb_procwire_put_end(uint8_t message[TB_PROCWIRE_MAX], int error);
bool tb_procwire_read_end(const void *data, size_t length, int *error);

#endif
