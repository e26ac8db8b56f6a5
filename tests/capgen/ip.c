/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ip.c - IPv4 and IPv6 headers in front of a packet */
#include "ip.h"

#include <arpa/inet.h>
#include <string.h>

#define HOPS                64u
#define NEXT_HOP_BY_HOP     0u
#define NEXT_FRAGMENT       44u
#define NEXT_DESTINATION    60u
#define IPV4_DONT_FRAGMENT  0x4000u
#define IPV4_MORE_FRAGMENTS 0x2000u

bool cg_address_parse(const char *text, struct cg_address *address)
{
    struct cg_address parsed = { .v6 = strchr(text, ':') != NULL };

    if (inet_pton(parsed.v6 ? AF_INET6 : AF_INET, text, parsed.octets) != 1)
        return false;
    *address = parsed;
    return true;
}

struct cg_address cg_address_to_v6(const struct cg_address *address)
{
    struct cg_address mapped = { .v6 = true, .octets = { 0x20, 0x01, 0x0d, 0xb8 } };

    if (address->v6)
        return *address;
    memcpy(mapped.octets + 12, address->octets, 4);
    return mapped;
}

uint32_t cg_ip_pseudo_sum(const struct cg_ip *ip, uint8_t protocol, size_t length)
{
    size_t size = ip->source.v6 ? 16 : 4;
    uint8_t tail[8] = { 0 };
    uint32_t sum;

    cg_put32(tail, (uint32_t)length);
    tail[7] = protocol;
    sum = cg_sum(0, ip->source.octets, size);
    sum = cg_sum(sum, ip->destination.octets, size);
    return cg_sum(sum, tail, sizeof tail);
}

/* An options header of eight octets, all padding (RFC 8200 section 4.2). */
static void prepend_options(struct cg_packet *packet, uint8_t next)
{
    uint8_t *header = cg_packet_prepend(packet, 8);

    header[0] = next;
    header[2] = 1; /* PadN */
    header[3] = 4;
}

uint8_t cg_ip_prepend_destination_options(struct cg_packet *packet, uint8_t next)
{
    prepend_options(packet, next);
    return NEXT_DESTINATION;
}

static void prepend_v4(struct cg_packet *packet, const struct cg_ip *ip)
{
    size_t length = 20 + cg_packet_length(packet);
    uint8_t *header = cg_packet_prepend(packet, 20);
    uint32_t fragment = ip->fragment ? ip->offset / 8 : IPV4_DONT_FRAGMENT;

    header[0] = 0x45;
    header[1] = ip->ecn;
    cg_put16(header + 2, ip->length_is_told ? ip->length : (uint32_t)length);
    cg_put16(header + 4, ip->id);
    cg_put16(header + 6, fragment | (ip->more ? IPV4_MORE_FRAGMENTS : 0));
    header[8] = HOPS;
    header[9] = ip->protocol;
    memcpy(header + 12, ip->source.octets, 4);
    memcpy(header + 16, ip->destination.octets, 4);
    cg_put16(header + 10, cg_sum_finish(cg_sum(0, header, 20)));
}

static void prepend_fragment_header(struct cg_packet *packet, const struct cg_ip *ip, uint8_t next)
{
    uint8_t *header = cg_packet_prepend(packet, 8);

    header[0] = next;
    cg_put16(header + 2, ip->offset | (ip->more ? 1 : 0)); /* the low three bits are not offset */
    cg_put32(header + 4, ip->id);
}

static void prepend_v6(struct cg_packet *packet, const struct cg_ip *ip)
{
    uint8_t next = ip->protocol;
    uint8_t *header;
    size_t length;

    if (ip->fragment) {
        prepend_fragment_header(packet, ip, next);
        next = NEXT_FRAGMENT;
    }
    if (ip->extension) {
        prepend_options(packet, next);
        next = NEXT_HOP_BY_HOP;
    }
    length = cg_packet_length(packet);
    header = cg_packet_prepend(packet, 40);
    header[0] = 0x60;
    header[1] = (uint8_t)(ip->ecn << 4);
    cg_put16(header + 4, ip->length_is_told ? ip->length : (uint32_t)length);
    header[6] = next;
    header[7] = HOPS;
    memcpy(header + 8, ip->source.octets, 16);
    memcpy(header + 24, ip->destination.octets, 16);
}

void cg_ip_prepend(struct cg_packet *packet, const struct cg_ip *ip)
{
    if (ip->source.v6)
        prepend_v6(packet, ip);
    else
        prepend_v4(packet, ip);
}
