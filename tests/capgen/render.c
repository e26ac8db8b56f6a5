/* SPDX-License-Identifier: GPL-2.0-or-later */
/* render.c - segments, ICMP errors and raw frames into a capture file */
#include "render.h"

#include <errno.h>
#include <string.h>

#include "end.h"
#include "ip.h"
#include "layers.h"
#include "tcp.h"

#define START_NS         1767225600000000000u /* 2026-01-01T00:00:00Z */
#define NS_PER_S         1000000000u
#define AMSDU_SUBFRAMES  2u
#define LINUX_QUOTE      548u /* an ICMP error of 576 octets, less its headers (RFC 1812 4.3.2.3) */
#define IP_LENGTH_MAX    65535u
#define ICMP_UNREACHABLE 3u
#define ICMP_FRAG_NEEDED 4u
#define ICMPV6_TOO_BIG   2u

/* What is on its way into the file. */
struct datagram {
    const struct cg_connection *connection;
    const struct cg_path *path;
    enum cg_side side;
    struct cg_ip ip;
    uint64_t time_ns;
    uint32_t pad;
    uint32_t snap;                /* UINT32_MAX: none */
    const struct cg_notes *notes; /* or NULL */
};

static const struct cg_path *path_of(const struct cg_render *render,
                                     const struct cg_connection *connection)
{
    return render->path_is_forced ? &render->path : &connection->path;
}

static bool path_is_v6(const struct cg_path *path)
{
    return cg_path_has(path, CG_LAYER_IPV6) || cg_path_has(path, CG_LAYER_EXTENSION);
}

static struct cg_address address_on(const struct cg_path *path, const struct cg_address *address)
{
    return path_is_v6(path) ? cg_address_to_v6(address) : *address;
}

static enum cg_side other(enum cg_side side)
{
    return side == CG_CLIENT ? CG_SERVER : CG_CLIENT;
}

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int add_frame(struct cg_render *render, const struct datagram *datagram,
                     struct cg_packet *packet)
{
    size_t length = cg_packet_length(packet);
    uint64_t time_ns = render->offset_ns + datagram->time_ns;
    struct cg_frame frame = { .time_ns = START_NS + time_ns,
                              .link_type = cg_base_link_type(datagram->path->base),
                              .data = cg_packet_data(packet),
                              .captured = min(length, datagram->snap),
                              .length = length,
                              .notes = datagram->notes };

    render->end_ns = time_ns;
    if (render->file.snaplen > 0)
        frame.captured = min(frame.captured, render->file.snaplen);
    return cg_file_add(&render->file, &frame);
}

static int flush_amsdu(struct cg_render *render)
{
    struct cg_path path = { .base = CG_BASE_AMSDU };
    struct datagram frame = { .path = &path, .time_ns = render->amsdu_time_ns, .snap = UINT32_MAX };

    if (render->amsdu_connection == NULL)
        return 0;
    cg_amsdu_prepend(&render->subframes, render->amsdu_side);
    render->amsdu_connection = NULL;
    return add_frame(render, &frame, &render->subframes);
}

/* After what is held back. */
static int add_whole_frame(struct cg_render *render, const struct datagram *datagram,
                           struct cg_packet *packet)
{
    int error = flush_amsdu(render);

    return error != 0 ? error : add_frame(render, datagram, packet);
}

/* Two segments that follow each other on one side share a frame, which has the first one's time. */
static int add_subframe(struct cg_render *render, const struct datagram *datagram,
                        struct cg_packet *packet)
{
    struct cg_packet *subframes = &render->subframes;
    size_t length = cg_packet_length(packet);
    uint8_t *at;
    int error = 0;

    if (render->amsdu_connection != datagram->connection || render->amsdu_side != datagram->side ||
        render->amsdu_count == AMSDU_SUBFRAMES)
        error = flush_amsdu(render);
    if (render->amsdu_connection == NULL) {
        cg_packet_clear(subframes);
        render->amsdu_connection = datagram->connection;
        render->amsdu_side = datagram->side;
        render->amsdu_count = 0;
        render->amsdu_time_ns = datagram->time_ns;
    }
    cg_packet_append(subframes, (4 - cg_packet_length(subframes) % 4) % 4);
    at = cg_packet_append(subframes, length);
    if (at == NULL)
        return -EINVAL;
    memcpy(at, cg_packet_data(packet), length);
    render->amsdu_count++;
    return error;
}

/* Everything from the IP header on; `packet` holds what the IP header carries. */
static int add_datagram(struct cg_render *render, const struct datagram *datagram,
                        struct cg_packet *packet)
{
    uint32_t type = datagram->ip.source.v6 ? CG_TYPE_IPV6 : CG_TYPE_IPV4;

    if (cg_packet_length(packet) > IP_LENGTH_MAX - 60)
        return -EINVAL;
    cg_ip_prepend(packet, &datagram->ip);
    cg_path_wrap(packet, datagram->path, datagram->side, type, datagram->ip.id);
    if (cg_packet_append(packet, datagram->pad) == NULL)
        return -EINVAL;
    if (datagram->path->base == CG_BASE_PKTAP && datagram->notes != NULL)
        cg_pktap_note(packet, datagram->notes);
    if (datagram->path->base == CG_BASE_AMSDU)
        return add_subframe(render, datagram, packet);
    return add_whole_frame(render, datagram, packet);
}

static int add_fragments(struct cg_render *render, struct datagram *datagram,
                         struct cg_packet *packet, size_t size)
{
    size_t length = cg_packet_length(packet);
    int error = 0;

    datagram->ip.fragment = true;
    for (size_t offset = 0; offset < length && error == 0; offset += size) {
        size_t part = min(size, length - offset);

        cg_packet_clear(&render->piece);
        memcpy(cg_packet_append(&render->piece, part), cg_packet_data(packet) + offset, part);
        datagram->ip.offset = (uint32_t)offset;
        datagram->ip.more = offset + part < length;
        error = add_datagram(render, datagram, &render->piece);
    }
    return error;
}

static int add_transport(struct cg_render *render, struct datagram *datagram,
                         struct cg_packet *packet)
{
    size_t size = cg_path_number(datagram->path, CG_LAYER_FRAGMENT);

    if (datagram->ip.extension)
        datagram->ip.protocol = cg_ip_prepend_destination_options(packet, datagram->ip.protocol);
    if (size > 0 && cg_packet_length(packet) > size)
        return add_fragments(render, datagram, packet, size);
    return add_datagram(render, datagram, packet);
}

/* Keeps the beginning of the datagram, in case an ICMP error quotes it. */
static void keep_for_quoting(struct cg_render *render, struct cg_end *end,
                             const struct datagram *datagram, struct cg_packet *packet)
{
    struct cg_packet *copy = &render->piece;
    size_t length = cg_packet_length(packet);

    cg_packet_clear(copy);
    memcpy(cg_packet_append(copy, length), cg_packet_data(packet), length);
    cg_ip_prepend(copy, &datagram->ip);
    end->quote_length = min(cg_packet_length(copy), sizeof end->quote);
    memcpy(end->quote, cg_packet_data(copy), end->quote_length);
}

static void init_ip(struct cg_render *render, struct datagram *datagram, uint8_t protocol)
{
    const struct cg_end *from = &datagram->connection->end[datagram->side];
    const struct cg_end *to = &datagram->connection->end[other(datagram->side)];

    datagram->ip.source = address_on(datagram->path, &from->address);
    datagram->ip.destination = address_on(datagram->path, &to->address);
    datagram->ip.protocol = protocol;
    datagram->ip.id = ++render->ip_id[datagram->side];
    datagram->ip.extension = cg_path_has(datagram->path, CG_LAYER_EXTENSION);
}

/* What the segment does to both ends; `payload` was sent from `seq` on. */
static int move_on(struct cg_connection *connection, const struct cg_segment *segment, uint32_t seq,
                   const uint8_t *payload, size_t length)
{
    struct cg_end *from = &connection->end[segment->side];
    struct cg_end *to = &connection->end[other(segment->side)];
    int error;

    if (segment->stray)
        return 0;
    error = cg_end_sent(from, segment->flags, seq, payload, length);
    if (segment->window.stated != CG_UNSTATED && !(segment->flags & CG_RST))
        from->window = cg_tcp_window(connection, segment);
    if (segment->dropped || segment->flags & CG_RST)
        return error;
    cg_end_received(to, segment->flags, seq, length);
    cg_tcp_timestamp(connection, segment, &to->ts_recent);
    return error;
}

int cg_render_segment(struct cg_render *render, struct cg_connection *connection,
                      const struct cg_segment *segment, struct cg_packet *packet)
{
    struct cg_end *from = &connection->end[segment->side];
    uint32_t seq = cg_end_seq(from, segment);
    size_t payload = packet->from;
    size_t length = cg_packet_length(packet);
    struct datagram datagram = {
        .connection = connection,
        .path = path_of(render, connection),
        .side = segment->side,
        .time_ns = segment->time_ns,
        .pad = segment->pad,
        .snap = segment->snap.stated != CG_UNSTATED ? segment->snap.value : UINT32_MAX,
        .notes = &segment->notes,
    };
    int error;

    init_ip(render, &datagram, CG_PROTOCOL_TCP);
    datagram.ip.ecn = segment->ecn;
    datagram.ip.length_is_told = segment->ip_length.stated != CG_UNSTATED;
    datagram.ip.length = (uint16_t)segment->ip_length.value;
    error = cg_tcp_prepend(packet, connection, segment, seq, &datagram.ip);
    if (error != 0)
        return error;
    error = move_on(connection, segment, seq, packet->octets + payload, length);
    if (error != 0)
        return error;
    keep_for_quoting(render, from, &datagram, packet);
    if (segment->lost)
        return 0;
    if (!render->missed[segment->side])
        return add_transport(render, &datagram, packet);
    render->end_ns = render->offset_ns + segment->time_ns; /* the next source begins when it did */
    return 0;
}

static void prepend_icmp_header(struct cg_packet *packet, const struct cg_icmp *icmp,
                                const struct cg_ip *ip)
{
    uint8_t *header = cg_packet_prepend(packet, 8);
    size_t length = cg_packet_length(packet);
    uint32_t sum = ip->source.v6 ? cg_ip_pseudo_sum(ip, CG_PROTOCOL_ICMPV6, length) : 0;

    header[0] = icmp->type;
    header[1] = icmp->code;
    if (ip->source.v6 && icmp->type == ICMPV6_TOO_BIG)
        cg_put32(header + 4, icmp->mtu);
    if (!ip->source.v6 && icmp->type == ICMP_UNREACHABLE && icmp->code == ICMP_FRAG_NEEDED)
        cg_put16(header + 6, icmp->mtu);
    cg_put16(header + 2, cg_sum_finish(cg_sum(sum, header, length)));
}

int cg_render_icmp(struct cg_render *render, struct cg_connection *connection,
                   const struct cg_icmp *icmp, struct cg_packet *packet)
{
    const struct cg_end *to = &connection->end[icmp->about];
    struct datagram datagram = { .connection = connection,
                                 .path = path_of(render, connection),
                                 .side = other(icmp->about),
                                 .time_ns = icmp->time_ns,
                                 .snap = UINT32_MAX };
    size_t ip_header, length;

    init_ip(render, &datagram, CG_PROTOCOL_ICMP);
    datagram.ip.source = address_on(datagram.path, &icmp->source);
    datagram.ip.extension = false;
    if (datagram.ip.source.v6)
        datagram.ip.protocol = CG_PROTOCOL_ICMPV6;
    if (to->quote_length == 0 || datagram.ip.source.v6 != datagram.ip.destination.v6)
        return -EINVAL;
    ip_header = datagram.ip.source.v6 ? 40 : 20;
    length = icmp->quoted > 0 ? ip_header + icmp->quoted : LINUX_QUOTE;
    length = min(length, to->quote_length);
    cg_packet_clear(packet);
    memcpy(cg_packet_append(packet, length), to->quote, length);
    prepend_icmp_header(packet, icmp, &datagram.ip);
    return add_transport(render, &datagram, packet);
}

int cg_render_raw(struct cg_render *render, const struct cg_connection *connection,
                  uint64_t time_ns, struct cg_packet *packet)
{
    struct datagram datagram = { .path = path_of(render, connection),
                                 .time_ns = time_ns,
                                 .snap = UINT32_MAX };

    return add_whole_frame(render, &datagram, packet);
}

int cg_render_finish(struct cg_render *render)
{
    int error = flush_amsdu(render);

    render->offset_ns = render->end_ns + NS_PER_S;
    render->file.interface[0] = '\0';
    return error;
}
