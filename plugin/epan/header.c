/* SPDX-License-Identifier: GPL-2.0-or-later */
/* header.c - the octets of a TCP header become the engine's segment */
#include "header.h"

#include <string.h>

/* Where the fields stand (RFC 9293 section 3.1) */
enum {
    AT_SEQ = 4,
    AT_ACK = 8,
    AT_OFFSET = 12,
    AT_FLAGS = 12,
    AT_WINDOW = 14,
    AFTER_WINDOW = 16
};

/* Option kinds (IANA: TCP Option Kind Numbers) */
enum {
    OPTION_END = 0,
    OPTION_NOP = 1,
    OPTION_MSS = 2,
    OPTION_WSCALE = 3,
    OPTION_SACK_PERMITTED = 4,
    OPTION_SACK = 5,
    OPTION_TIMESTAMPS = 8,
    OPTION_FAST_OPEN = 34,  /* RFC 7413 section 4.1.1 */
    OPTION_EXPERIMENT = 254 /* RFC 6994: two octets say whose */
};

enum {
    FAST_OPEN_MAGIC = 0xf989 /* RFC 7413 appendix A.1 */
};

static uint16_t get_16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get_32(const uint8_t *at)
{
    return (uint32_t)get_16(at) << 16 | get_16(at + 2);
}

static void take_sack(const uint8_t *body, size_t length, struct tb_segment *segment)
{
    for (; length >= 8 && segment->sack_count < TB_SACK_BLOCKS; body += 8, length -= 8) {
        segment->sack[segment->sack_count].from = get_32(body);
        segment->sack[segment->sack_count].to = get_32(body + 4);
        segment->sack_count++;
    }
}

/* `body`: the option without its kind and length; `length`: octets of it. An option of a length
 * that its kind cannot have says nothing. */
static void take_option(uint8_t kind, const uint8_t *body, size_t length,
                        struct tb_segment *segment)
{
    switch (kind) {
    case OPTION_MSS:
        if (length == 2) {
            segment->mss = get_16(body);
            segment->has |= TB_HAS_MSS;
        }
        break;
    case OPTION_WSCALE:
        if (length == 1) {
            segment->wscale = body[0];
            segment->has |= TB_HAS_WSCALE;
        }
        break;
    case OPTION_SACK_PERMITTED:
        if (length == 0)
            segment->has |= TB_HAS_SACK_PERMITTED;
        break;
    case OPTION_SACK:
        take_sack(body, length, segment);
        break;
    case OPTION_TIMESTAMPS:
        if (length == 8)
            segment->has |= TB_HAS_TIMESTAMPS;
        break;
    case OPTION_FAST_OPEN:
        segment->has |= TB_HAS_FAST_OPEN;
        break;
    case OPTION_EXPERIMENT:
        if (length >= 2 && get_16(body) == FAST_OPEN_MAGIC)
            segment->has |= TB_HAS_FAST_OPEN;
        break;
    default: /* not an enumeration of ours: any octet may stand there */
        break;
    }
}

/* As most senders lay them out (RFC 7323 appendix A): two NOPs, then timestamps, nothing else. */
static bool are_timestamps(const uint8_t *at, const uint8_t *end)
{
    static const uint8_t usual[] = { OPTION_NOP, OPTION_NOP, OPTION_TIMESTAMPS, 10 };

    return end - at == 12 && memcmp(at, usual, sizeof(usual)) == 0;
}

static void take_options(const uint8_t *at, const uint8_t *end, struct tb_segment *segment)
{
    if (are_timestamps(at, end)) {
        segment->has |= TB_HAS_TIMESTAMPS;
        return;
    }
    while (at < end && *at != OPTION_END) {
        if (*at == OPTION_NOP) {
            at++;
            continue;
        }
        if (end - at < 2 || at[1] < 2 || at[1] > end - at)
            return;
        take_option(at[0], at + 2, at[1] - 2u, segment);
        at += at[1];
    }
}

size_t tb_header_length(const uint8_t *octets, size_t captured)
{
    size_t length = captured > AT_OFFSET ? (size_t)(octets[AT_OFFSET] >> 4) * 4 : TB_HEADER_MIN;

    if (length < TB_HEADER_MIN)
        length = TB_HEADER_MIN;
    return length < captured ? length : captured;
}

void tb_header_parse(const uint8_t *octets, size_t captured, size_t reported,
                     struct tb_segment *segment)
{
    size_t said;
    size_t held;

    memset(segment, 0, sizeof(*segment));
    segment->truncated = true;
    if (captured >= AT_SEQ + 4)
        segment->seq = get_32(octets + AT_SEQ);
    if (captured >= AT_ACK + 4)
        segment->ack = get_32(octets + AT_ACK);
    if (captured < AFTER_WINDOW)
        return;
    segment->flags = get_16(octets + AT_FLAGS) & TB_FLAGS;
    segment->window = get_16(octets + AT_WINDOW);
    said = (size_t)(octets[AT_OFFSET] >> 4) * 4;
    if (said < TB_HEADER_MIN)
        return;
    segment->truncated = false;
    held = tb_header_length(octets, captured);
    if (held > TB_HEADER_MIN)
        take_options(octets + TB_HEADER_MIN, octets + held, segment);
    if (held < said)
        segment->has |= TB_HAS_OPTIONS_CUT;
    if (reported <= said)
        return;
    segment->length = (uint32_t)(reported - said);
    if (captured > said) {
        segment->payload = octets + said;
        segment->captured = (uint32_t)(captured - said);
        if (segment->captured > segment->length)
            segment->captured = segment->length;
    }
}
