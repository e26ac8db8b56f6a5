/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcp.c - the TCP header in front of a payload
 *
 * Options come in the order of Linux (net/ipv4/tcp_output.c, tcp_options_write), or of BSD and
 * macOS in a SYN of an end with that setting. */
#include "tcp.h"

#include <errno.h>
#include <string.h>

#define OPTION_END       0u
#define OPTION_NOP       1u
#define OPTION_MSS       2u
#define OPTION_WS        3u
#define OPTION_SACKOK    4u
#define OPTION_SACK      5u
#define OPTION_TS        8u
#define OPTION_FAST_OPEN 34u
#define TICK_NS          1000000u
#define WINDOW_MAX       65535u

struct options {
    uint8_t octets[CG_OPTIONS_MAX + 64]; /* overlong lists are built first, and refused then */
    size_t length;
};

static uint8_t *add(struct options *options, size_t length)
{
    uint8_t *at = options->octets + options->length;

    options->length += length;
    return at;
}

static void add_octet(struct options *options, uint8_t octet)
{
    *add(options, 1) = octet;
}

static void add_nops(struct options *options, size_t count)
{
    memset(add(options, count), OPTION_NOP, count);
}

static void add_option(struct options *options, uint8_t kind, uint8_t length)
{
    add_octet(options, kind);
    add_octet(options, length);
}

static void add_mss(struct options *options, uint32_t mss)
{
    add_option(options, OPTION_MSS, 4);
    cg_put16(add(options, 2), mss);
}

static void add_ws(struct options *options, uint32_t shift)
{
    add_nops(options, 1);
    add_option(options, OPTION_WS, 3);
    add_octet(options, (uint8_t)shift);
}

static void add_timestamps(struct options *options, uint32_t value, uint32_t echo)
{
    add_option(options, OPTION_TS, 10);
    cg_put32(add(options, 4), value);
    cg_put32(add(options, 4), echo);
}

static void add_cookie(struct options *options, const struct cg_segment *segment)
{
    add_option(options, OPTION_FAST_OPEN, (uint8_t)(2 + segment->cookie_length));
    memcpy(add(options, segment->cookie_length), segment->cookie, segment->cookie_length);
    add_nops(options, (4 - options->length % 4) % 4);
}

static void add_sack(struct options *options, const struct cg_segment *segment)
{
    add_nops(options, 2);
    add_option(options, OPTION_SACK, (uint8_t)(2 + 8 * segment->sack_count));
    for (size_t i = 0; i < segment->sack_count; i++) {
        cg_put32(add(options, 4), segment->sack[i].from);
        cg_put32(add(options, 4), segment->sack[i].to);
    }
}

static const struct cg_end *sender(const struct cg_connection *connection,
                                   const struct cg_segment *segment)
{
    return &connection->end[segment->side];
}

static const struct cg_end *receiver(const struct cg_connection *connection,
                                     const struct cg_segment *segment)
{
    return &connection->end[segment->side == CG_CLIENT ? CG_SERVER : CG_CLIENT];
}

/* A RST that answers a SYN has no options; neither has any segment once one end has not offered
 * them. */
static bool has_timestamps(const struct cg_connection *connection, const struct cg_segment *segment)
{
    const struct cg_end *from = sender(connection, segment);

    if (segment->no_options || segment->no_timestamps)
        return false;
    if (segment->ts_value.stated != CG_UNSTATED || segment->ts_echo.stated != CG_UNSTATED)
        return true;
    if (segment->flags & CG_RST)
        return false;
    return from->has_ts && (segment->flags & CG_SYN || receiver(connection, segment)->has_ts);
}

bool cg_tcp_timestamp(const struct cg_connection *connection, const struct cg_segment *segment,
                      uint32_t *value)
{
    if (!has_timestamps(connection, segment))
        return false;
    *value = segment->ts_value.stated == CG_ABSOLUTE
                 ? segment->ts_value.value
                 : sender(connection, segment)->ts_start + (uint32_t)(segment->time_ns / TICK_NS);
    return true;
}

static uint32_t timestamp_echo(const struct cg_connection *connection,
                               const struct cg_segment *segment)
{
    if (segment->ts_echo.stated == CG_ABSOLUTE)
        return segment->ts_echo.value;
    return segment->flags & CG_ACK ? sender(connection, segment)->ts_recent : 0;
}

/* MSS, and what else this side's SYN offers. */
struct offer {
    bool mss, ws, sackok, ts;
    uint32_t mss_value, ws_value, ts_value, ts_echo;
};

static struct offer make_offer(const struct cg_connection *connection,
                               const struct cg_segment *segment)
{
    const struct cg_end *from = sender(connection, segment);
    bool syn = (segment->flags & CG_SYN) != 0 && !segment->no_options;
    bool mss_stated = segment->mss.stated != CG_UNSTATED;
    bool ws_stated = segment->ws.stated != CG_UNSTATED;
    struct offer offer = {
        .mss = mss_stated || (syn && from->has_mss),
        .ws = ws_stated || (syn && from->has_ws),
        .sackok = segment->sackok || (syn && from->sackok),
        .mss_value = mss_stated ? segment->mss.value : from->mss,
        .ws_value = ws_stated ? segment->ws.value : from->ws,
        .ts_echo = timestamp_echo(connection, segment),
    };

    offer.ts = cg_tcp_timestamp(connection, segment, &offer.ts_value);
    return offer;
}

/* As macOS has it in a SYN: mss, nop, wscale, nop, nop, timestamps, sackOK, eol. */
static void add_bsd(struct options *options, const struct offer *offer)
{
    if (offer->mss)
        add_mss(options, offer->mss_value);
    if (offer->ws)
        add_ws(options, offer->ws_value);
    if (offer->ts) {
        add_nops(options, 2);
        add_timestamps(options, offer->ts_value, offer->ts_echo);
    }
    if (offer->sackok)
        add_option(options, OPTION_SACKOK, 2);
    while (options->length % 4 != 0)
        add_octet(options, OPTION_END);
}

static void add_linux(struct options *options, const struct offer *offer)
{
    if (offer->mss)
        add_mss(options, offer->mss_value);
    if (offer->sackok != offer->ts)
        add_nops(options, 2);
    if (offer->sackok)
        add_option(options, OPTION_SACKOK, 2);
    if (offer->ts)
        add_timestamps(options, offer->ts_value, offer->ts_echo);
    if (offer->ws)
        add_ws(options, offer->ws_value);
}

static void add_options(struct options *options, const struct cg_connection *connection,
                        const struct cg_segment *segment)
{
    struct offer offer = make_offer(connection, segment);

    if (sender(connection, segment)->bsd)
        add_bsd(options, &offer);
    else
        add_linux(options, &offer);
    if (segment->fast_open)
        add_cookie(options, segment);
    if (segment->sack_count > 0)
        add_sack(options, segment);
}

/* The shift is used once both ends have offered it, and never in a SYN (RFC 7323 section 2.2). */
static unsigned window_shift(const struct cg_connection *connection,
                             const struct cg_segment *segment)
{
    const struct cg_end *from = sender(connection, segment);
    bool scaled = from->has_ws && receiver(connection, segment)->has_ws;

    return scaled && !(segment->flags & CG_SYN) ? from->ws : 0;
}

uint32_t cg_tcp_window(const struct cg_connection *connection, const struct cg_segment *segment)
{
    return segment->window.value << window_shift(connection, segment);
}

/* Rounded up, as Linux does (tcp_select_window). */
static uint32_t window_field(const struct cg_connection *connection,
                             const struct cg_segment *segment)
{
    const struct cg_end *from = sender(connection, segment);
    unsigned shift = window_shift(connection, segment);
    uint32_t field = (from->window + (1u << shift) - 1) >> shift;

    if (segment->window.stated != CG_UNSTATED)
        return segment->window.value;
    if (segment->flags & CG_RST)
        return 0;
    return field < WINDOW_MAX ? field : WINDOW_MAX;
}

static uint32_t ack_field(const struct cg_connection *connection, const struct cg_segment *segment)
{
    const struct cg_end *from = sender(connection, segment);
    uint32_t follows = from->heard ? from->received : receiver(connection, segment)->isn + 1;

    if (segment->ack.stated == CG_ABSOLUTE)
        return segment->ack.value;
    if (segment->ack.stated == CG_RELATIVE)
        return follows + segment->ack.value;
    return segment->flags & CG_ACK ? follows : 0;
}

int cg_tcp_prepend(struct cg_packet *packet, const struct cg_connection *connection,
                   const struct cg_segment *segment, uint32_t seq, const struct cg_ip *ip)
{
    struct options options = { .length = 0 };
    uint8_t *header;
    uint32_t offset, sum;

    add_options(&options, connection, segment);
    if (options.length > CG_OPTIONS_MAX)
        return -EINVAL;
    memcpy(cg_packet_prepend(packet, options.length), options.octets, options.length);
    header = cg_packet_prepend(packet, 20);
    offset = segment->offset.stated != CG_UNSTATED ? segment->offset.value
                                                   : (uint32_t)(20 + options.length) / 4;
    cg_put16(header, sender(connection, segment)->port);
    cg_put16(header + 2, receiver(connection, segment)->port);
    cg_put32(header + 4, seq);
    cg_put32(header + 8, ack_field(connection, segment));
    cg_put16(header + 12, offset << 12 | segment->flags);
    cg_put16(header + 14, window_field(connection, segment));
    cg_put16(header + 18, segment->urgent.value);
    sum = cg_ip_pseudo_sum(ip, CG_PROTOCOL_TCP, cg_packet_length(packet));
    sum = cg_sum(sum, header, cg_packet_length(packet));
    cg_put16(header + 16,
             segment->bad_checksum ? cg_sum_finish(sum) ^ 0x5555u : (uint32_t)cg_sum_finish(sum));
    return 0;
}
