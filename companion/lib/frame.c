/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame.c - the two ends of the TCP segment in a captured frame
 *
 * Every step takes its octets from `rest` and fails where they are not there. */
#include "frame.h"

#include <stddef.h>

/* https://www.tcpdump.org/linktypes.html; DLT_RAW is 12, and 14 on OpenBSD */
enum {
    LINK_NULL = 0,
    LINK_ETHERNET = 1,
    LINK_DLT_RAW = 12,
    LINK_DLT_RAW_OPENBSD = 14,
    LINK_RAW = 101,
    LINK_LOOP = 108,
    LINK_LINUX_SLL = 113,
    LINK_IPV4 = 228,
    LINK_IPV6 = 229,
    LINK_LINUX_SLL2 = 276
};

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_VLAN = 0x8100, /* IEEE 802.1Q */
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_QINQ = 0x88a8, /* IEEE 802.1ad */
    ETHERTYPE_QINQ_OLD = 0x9100
};

/* IANA's protocol numbers */
enum {
    NEXT_HOP_BY_HOP = 0,
    NEXT_TCP = 6,
    NEXT_ROUTING = 43,
    NEXT_FRAGMENT = 44,
    NEXT_AUTHENTICATION = 51,
    NEXT_DESTINATION = 60,
    NEXT_MOBILITY = 135,
    NEXT_HIP = 139,
    NEXT_SHIM6 = 140
};

enum {
    TAGS_MAX = 4,       /* VLAN tags, one in another */
    EXTENSIONS_MAX = 16 /* extension headers of IPv6 */
};

#define TCP_FLAGS_AT 13u /* RFC 9293 section 3.1 */
#define TCP_SYN      0x02u
#define TCP_ACK      0x10u

struct rest {
    const uint8_t *octets;
    size_t length;
};

static const uint8_t *take(struct rest *rest, size_t count)
{
    const uint8_t *taken = rest->octets;

    if (rest->length < count)
        return NULL;
    rest->octets += count;
    rest->length -= count;
    return taken;
}

static uint16_t u16(const uint8_t *octets)
{
    return (uint16_t)(octets[0] << 8 | octets[1]);
}

static bool read_tcp(struct rest rest, struct tb_frame *frame)
{
    const uint8_t *ports;

    if (rest.length < 4)
        return false;
    ports = rest.octets;
    frame->sender.local_port = u16(ports);
    frame->sender.remote_port = u16(ports + 2);
    frame->may_open = rest.length <= TCP_FLAGS_AT || (ports[TCP_FLAGS_AT] & TCP_SYN) != 0;
    frame->opens =
        rest.length > TCP_FLAGS_AT && (ports[TCP_FLAGS_AT] & (TCP_SYN | TCP_ACK)) == TCP_SYN;
    return true;
}

static bool read_ipv4(struct rest rest, struct tb_frame *frame)
{
    const uint8_t *header = take(&rest, 20); /* RFC 791 section 3.1 */
    size_t length;

    if (header == NULL || header[0] >> 4 != 4)
        return false;
    length = (size_t)(header[0] & 0x0f) * 4;
    if (length < 20 || header[9] != NEXT_TCP || (u16(header + 6) & 0x1fff) != 0 ||
        take(&rest, length - 20) == NULL)
        return false;
    tb_tuple_map_ipv4(frame->sender.local, header + 12);
    tb_tuple_map_ipv4(frame->sender.remote, header + 16);
    return read_tcp(rest, frame);
}

/* Passes over one extension header. False: it is none that is known, or the rest of a fragment. */
static bool pass_extension(struct rest *rest, uint8_t *next)
{
    const uint8_t *header = take(rest, 8); /* none is shorter: RFC 8200 section 4 */
    size_t more;

    if (header == NULL)
        return false;
    switch (*next) {
    case NEXT_FRAGMENT:
        if ((u16(header + 2) & 0xfff8) != 0)
            return false;
        more = 0;
        break;
    case NEXT_AUTHENTICATION: /* RFC 4302 section 2.2: in units of 4, less 2 */
        if (header[1] == 0)
            return false;
        more = (size_t)header[1] * 4;
        break;
    case NEXT_HOP_BY_HOP:
    case NEXT_ROUTING:
    case NEXT_DESTINATION:
    case NEXT_MOBILITY:
    case NEXT_HIP:
    case NEXT_SHIM6:
        more = (size_t)header[1] * 8;
        break;
    default:
        return false;
    }
    *next = header[0];
    return take(rest, more) != NULL;
}

static bool read_ipv6(struct rest rest, struct tb_frame *frame)
{
    const uint8_t *header = take(&rest, 40); /* RFC 8200 section 3 */
    uint8_t next;

    if (header == NULL || header[0] >> 4 != 6)
        return false;
    next = header[6];
    for (size_t i = 0; i < EXTENSIONS_MAX && next != NEXT_TCP; i++)
        if (!pass_extension(&rest, &next))
            return false;
    if (next != NEXT_TCP)
        return false;
    memcpy(frame->sender.local, header + 8, 16);
    memcpy(frame->sender.remote, header + 24, 16);
    return read_tcp(rest, frame);
}

static bool read_ip(struct rest rest, struct tb_frame *frame)
{
    if (rest.length == 0)
        return false;
    return rest.octets[0] >> 4 == 4 ? read_ipv4(rest, frame) : read_ipv6(rest, frame);
}

static bool read_ethertype(struct rest rest, uint16_t type, struct tb_frame *frame)
{
    for (size_t i = 0; i < TAGS_MAX && (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ ||
                                        type == ETHERTYPE_QINQ_OLD);
         i++) {
        const uint8_t *tag = take(&rest, 4);

        if (tag == NULL)
            return false;
        type = u16(tag + 2);
    }
    if (type == ETHERTYPE_IPV4)
        return read_ipv4(rest, frame);
    return type == ETHERTYPE_IPV6 && read_ipv6(rest, frame);
}

/* `type_at`: where in a header of `length` octets the EtherType is. */
static bool read_typed(struct rest rest, size_t length, size_t type_at, struct tb_frame *frame)
{
    const uint8_t *header = take(&rest, length);

    return header != NULL && read_ethertype(rest, u16(header + type_at), frame);
}

/* The address family comes first. Its number is the capturing machine's own, so the version of IP
 * tells. */
static bool read_family(struct rest rest, struct tb_frame *frame)
{
    return take(&rest, 4) != NULL && read_ip(rest, frame);
}

static bool read_link(uint32_t link_type, struct rest rest, struct tb_frame *frame)
{
    switch (link_type) {
    case LINK_ETHERNET:
        return read_typed(rest, 14, 12, frame);
    case LINK_LINUX_SLL:
        return read_typed(rest, 16, 14, frame);
    case LINK_LINUX_SLL2:
        return read_typed(rest, 20, 0, frame);
    case LINK_NULL:
    case LINK_LOOP:
        return read_family(rest, frame);
    case LINK_RAW:
    case LINK_DLT_RAW:
    case LINK_DLT_RAW_OPENBSD:
    case LINK_IPV4:
    case LINK_IPV6:
        return read_ip(rest, frame);
    default:
        return false;
    }
}

bool tb_frame_read(uint32_t link_type, const uint8_t *octets, size_t captured,
                   struct tb_frame *frame)
{
    struct tb_frame read = { .may_open = false };

    if (!read_link(link_type, (struct rest){ octets, captured }, &read))
        return false;
    *frame = read;
    return true;
}
