/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.h - what is kept of a visited segment, packed
 *
 * A capture has millions of segments, and most of them are ACKs of which little is known. Pure: no
 * epan, no allocation. */
#ifndef TB_RECORD_H
#define TB_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

struct tb_record {
    struct tb_event event;
    uint32_t connection; /* its number, from 1; 0: none */
    uint32_t acks;       /* frame of the last segment newly acknowledged; 0: none */
    bool linked;         /* occupies sequence space: something may acknowledge it */
    bool half_open;      /* a challenge ACK that answers a SYN */
    bool misfit;         /* its numbers are not the connection's */
};

enum {
    TB_RECORD_MAX = 192 /* octets; test_record.c packs the largest */
};

/* Returns the octets used. */
size_t tb_record_pack(const struct tb_record *record, uint8_t bytes[TB_RECORD_MAX]);

/* `bytes`: as packed. */
void tb_record_unpack(const uint8_t *bytes, struct tb_record *record);

#endif
