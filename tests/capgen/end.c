/* SPDX-License-Identifier: GPL-2.0-or-later */
/* end.c - one end of a connection: which numbers follow on */
#include "end.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_WINDOW     65535u
#define DEFAULT_CLIENT_ISN 1000u
#define DEFAULT_SERVER_ISN 5000u
#define STREAM_MAX         0x4000000u /* a repeated number far behind is not content of ours */

/* How far `a` is ahead of `b` (RFC 9293 section 3.4). */
static int32_t distance(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

void cg_end_init(struct cg_end *end, enum cg_side side)
{
    memset(end, 0, sizeof *end);
    end->isn = side == CG_CLIENT ? DEFAULT_CLIENT_ISN : DEFAULT_SERVER_ISN;
    end->window = DEFAULT_WINDOW;
}

void cg_end_free(struct cg_end *end)
{
    free(end->stream.data);
    end->stream = (struct cg_stream){ 0 };
}

uint32_t cg_end_seq(const struct cg_end *end, const struct cg_segment *segment)
{
    uint32_t next = end->next;

    if (!end->opened)
        next = segment->flags & CG_SYN ? end->isn : end->isn + 1;
    if (segment->seq.stated == CG_ABSOLUTE)
        return segment->seq.value;
    return segment->seq.stated == CG_RELATIVE ? next + segment->seq.value : next;
}

void cg_end_generate(const struct cg_end *end, uint32_t seq, uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        uint32_t place = seq + (uint32_t)i - (end->isn + 1);

        octets[i] =
            place < end->stream.length ? end->stream.data[place] : (uint8_t)('a' + place % 26);
    }
}

static int reserve(struct cg_stream *stream, size_t length)
{
    size_t size = stream->size == 0 ? 4096 : stream->size;
    uint8_t *data;

    while (size < length)
        size *= 2;
    if (size == stream->size)
        return 0;
    data = realloc(stream->data, size);
    if (data == NULL)
        return -ENOMEM;
    stream->data = data;
    stream->size = size;
    return 0;
}

/* Keeps what was sent; letters where a segment was left out. */
static int remember(struct cg_end *end, uint32_t seq, const uint8_t *payload, size_t length)
{
    struct cg_stream *stream = &end->stream;
    uint32_t place = seq - (end->isn + 1);
    size_t until = place + length;

    if (length == 0 || place > STREAM_MAX || until <= stream->length)
        return 0;
    if (reserve(stream, until) != 0)
        return -ENOMEM;
    if (place > stream->length)
        cg_end_generate(end, end->isn + 1 + (uint32_t)stream->length, stream->data + stream->length,
                        place - stream->length);
    memcpy(stream->data + place, payload, length);
    stream->length = until;
    return 0;
}

static uint32_t octets_in_sequence(uint32_t flags, size_t length)
{
    return (uint32_t)length + (flags & CG_SYN ? 1u : 0) + (flags & CG_FIN ? 1u : 0);
}

int cg_end_sent(struct cg_end *end, uint32_t flags, uint32_t seq, const uint8_t *payload,
                size_t length)
{
    uint32_t after = seq + octets_in_sequence(flags, length);

    if (!end->opened && flags & CG_SYN)
        end->isn = seq;
    else if (!end->opened && !(flags & CG_RST) && !end->explicit_isn)
        end->isn = seq - 1;
    if (!end->opened || distance(after, end->next) > 0)
        end->next = after;
    end->opened = true;
    return remember(end, flags & CG_SYN ? seq + 1 : seq, payload, length);
}

/* Joins what was received beyond holes to what is complete now. */
static void take_ahead(struct cg_end *end)
{
    for (size_t i = 0; i < end->ahead_count;) {
        if (distance(end->ahead[i].from, end->received) > 0) {
            i++;
            continue;
        }
        if (distance(end->ahead[i].to, end->received) > 0)
            end->received = end->ahead[i].to;
        end->ahead[i] = end->ahead[--end->ahead_count];
        i = 0;
    }
}

void cg_end_received(struct cg_end *end, uint32_t flags, uint32_t seq, size_t length)
{
    uint32_t after = seq + octets_in_sequence(flags, length);

    if (flags & CG_SYN || !end->heard)
        end->received = seq;
    end->heard = true;
    if (distance(seq, end->received) > 0 && after != seq && end->ahead_count < CG_RANGES_MAX) {
        end->ahead[end->ahead_count].from = seq;
        end->ahead[end->ahead_count++].to = after;
    }
    if (distance(seq, end->received) <= 0 && distance(after, end->received) > 0)
        end->received = after;
    take_ahead(end);
}
