/* SPDX-License-Identifier: GPL-2.0-or-later */
/* encap.c - what encloses a TCP segment in its frame: which tunnel it travels in */
#include "encap.h"

#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

enum layer {
    END, /* TCP, at last */
    LOST,
    ETHERNET,
    VLAN,
    MPLS,
    PPPOE,
    PPP,
    IP, /* of either version */
    IPV4,
    IPV6,
    ICMP,
    ICMPV6,
    ETHERIP,
    GRE,
    UDP,
    VXLAN,
    VXLAN_GPE,
    GENEVE,
    GTPU,
    NULL_LINK,
    SLL,
    SLL2,
    LAYER_COUNT
};

struct reader {
    const uint8_t *at;
    size_t left;
    uint64_t numbers; /* hash */
    uint64_t ends;    /* hash */
    uint32_t tag;     /* the first VLAN's: it counts where it is not alone */
    bool tagged;
    bool found;
};

static unsigned word16(const uint8_t *octets)
{
    return (unsigned)octets[0] << 8 | octets[1];
}

static uint32_t word32(const uint8_t *octets)
{
    return (uint32_t)word16(octets) << 16 | word16(octets + 2);
}

static uint64_t mix(uint64_t hash, uint64_t number)
{
    hash = (hash ^ number) * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio: Knuth, volume 3 */
    return hash ^ hash >> 29;
}

static void note_number(struct reader *reader, enum layer layer, uint32_t number)
{
    if (reader->tagged)
        reader->numbers = mix(reader->numbers, (uint64_t)VLAN << 32 | reader->tag);
    reader->tagged = false;
    reader->found = true;
    reader->numbers = mix(reader->numbers, (uint64_t)layer << 32 | number);
}

static uint64_t hash_of(const uint8_t *octets, size_t size)
{
    uint64_t hash = size;

    for (size_t i = 0; i < size; i += 4)
        hash = mix(hash, word32(octets + i));
    return hash;
}

/* Both directions alike. */
static void note_ends(struct reader *reader, const uint8_t *from, const uint8_t *to, size_t size)
{
    const bool turned = memcmp(from, to, size) > 0;

    reader->ends = mix(reader->ends, hash_of(turned ? to : from, size));
    reader->ends = mix(reader->ends, hash_of(turned ? from : to, size));
}

static bool has(const struct reader *reader, size_t length)
{
    return reader->left >= length;
}

/* False where there is no more. */
static bool skip(struct reader *reader, size_t length)
{
    if (!has(reader, length))
        return false;
    reader->at += length;
    reader->left -= length;
    return true;
}

/* ---- what follows */

struct next {
    uint16_t number;
    uint8_t layer;
};

static enum layer look_up(const struct next *table, size_t length, unsigned number)
{
    for (size_t i = 0; i < length; i++)
        if (table[i].number == number)
            return (enum layer)table[i].layer;
    return LOST;
}

static enum layer of_ethertype(unsigned type)
{
    static const struct next table[] = {
        { 0x0800, IPV4 }, { 0x86dd, IPV6 },     { 0x8100, VLAN }, { 0x88a8, VLAN },
        { 0x9100, VLAN }, { 0x8847, MPLS },     { 0x8848, MPLS }, { 0x8864, PPPOE },
        { 0x880b, PPP },  { 0x6558, ETHERNET },
    };

    return look_up(table, LENGTH(table), type);
}

static enum layer of_protocol(unsigned protocol)
{
    static const struct next table[] = {
        { 6, END },  { 17, UDP },    { 4, IPV4 },     { 41, IPV6 },  { 47, GRE },
        { 1, ICMP }, { 58, ICMPV6 }, { 97, ETHERIP }, { 137, MPLS },
    };

    return look_up(table, LENGTH(table), protocol);
}

static enum layer of_port(unsigned port)
{
    static const struct next table[] = {
        { 4789, VXLAN },     { 8472, VXLAN }, /* Linux's, before there was a number */
        { 4790, VXLAN_GPE }, { 6081, GENEVE }, { 2152, GTPU }, { 4754, GRE }, { 6635, MPLS },
    };

    return look_up(table, LENGTH(table), port);
}

/* ---- a layer each: passes it and returns the next */

static enum layer take_ethernet(struct reader *reader)
{
    const uint8_t *header = reader->at;

    return skip(reader, 14) ? of_ethertype(word16(header + 12)) : LOST;
}

/* IEEE 802.1Q clause 9.6 */
static enum layer take_vlan(struct reader *reader)
{
    const uint8_t *header = reader->at;
    uint32_t tag;

    if (!skip(reader, 4))
        return LOST;
    tag = word16(header) & 0xfffu;
    if (reader->found || reader->tagged) {
        note_number(reader, VLAN, tag);
    } else {
        reader->tag = tag;
        reader->tagged = true;
    }
    return of_ethertype(word16(header + 2));
}

/* RFC 3032 section 2.1; what follows is told by its first four bits (RFC 4928 section 3) */
static enum layer take_mpls(struct reader *reader)
{
    bool bottom = false;

    while (!bottom) {
        const uint8_t *entry = reader->at;

        if (!skip(reader, 4))
            return LOST;
        note_number(reader, MPLS, word32(entry) >> 12);
        bottom = entry[2] & 1u;
    }
    if (!has(reader, 1))
        return LOST;
    switch (reader->at[0] >> 4) {
    case 4:
        return IPV4;
    case 6:
        return IPV6;
    case 0: /* the control word of a pseudowire: RFC 4385 section 3 */
        return skip(reader, 4) ? ETHERNET : LOST;
    default:
        return ETHERNET;
    }
}

/* RFC 2516 section 4 */
static enum layer take_pppoe(struct reader *reader)
{
    const uint8_t *header = reader->at;

    if (!skip(reader, 6))
        return LOST;
    note_number(reader, PPPOE, word16(header + 2));
    return PPP;
}

/* RFC 1661 section 2, RFC 1662 section 3.1; the address, the control field and the upper octet of
 * the protocol may have been left out */
static enum layer take_ppp(struct reader *reader)
{
    unsigned protocol;

    if (has(reader, 2) && word16(reader->at) == 0xff03)
        skip(reader, 2);
    if (!has(reader, 2))
        return LOST;
    protocol = reader->at[0] & 1u ? reader->at[0] : word16(reader->at);
    skip(reader, reader->at[0] & 1u ? 1 : 2);
    return protocol == 0x0021 ? IPV4 : protocol == 0x0057 ? IPV6 : protocol == 0x0281 ? MPLS : LOST;
}

static enum layer take_ip(struct reader *reader)
{
    if (!has(reader, 1))
        return LOST;
    return reader->at[0] >> 4 == 4 ? IPV4 : reader->at[0] >> 4 == 6 ? IPV6 : LOST;
}

/* What an IP packet carries; its addresses count where that is a tunnel. */
static enum layer carried(struct reader *reader, unsigned protocol, bool later_fragment,
                          const uint8_t *ends, size_t size)
{
    const enum layer next = of_protocol(protocol);

    if (next == END || (later_fragment && (next == ICMP || next == ICMPV6)))
        return END;
    if (next != ICMP && next != ICMPV6) {
        note_ends(reader, ends, ends + size, size);
        note_number(reader, next, protocol);
    }
    return later_fragment ? LOST : next;
}

/* RFC 791 section 3.1 */
static enum layer take_ipv4(struct reader *reader)
{
    const uint8_t *header = reader->at;
    size_t length;

    if (!has(reader, 20))
        return LOST;
    length = (size_t)(header[0] & 0xfu) * 4;
    if (header[0] >> 4 != 4 || length < 20 || !skip(reader, length))
        return LOST;
    return carried(reader, header[9], (word16(header + 6) & 0x1fffu) != 0, header + 12, 4);
}

/* RFC 8200 sections 3 and 4; RFC 4302 section 2.2 */
static enum layer take_ipv6(struct reader *reader)
{
    const uint8_t *header = reader->at;
    bool later_fragment = false;
    unsigned protocol;

    if (!has(reader, 40) || header[0] >> 4 != 6)
        return LOST;
    protocol = header[6];
    skip(reader, 40);
    while (!later_fragment) {
        const uint8_t *more = reader->at;
        size_t length;

        if (protocol != 0 && protocol != 43 && protocol != 44 && protocol != 51 && protocol != 60)
            break;
        if (!has(reader, 8))
            return LOST;
        length = protocol == 44   ? 8
                 : protocol == 51 ? ((size_t)more[1] + 2) * 4
                                  : ((size_t)more[1] + 1) * 8;
        later_fragment = protocol == 44 && word16(more + 2) >> 3 != 0;
        protocol = more[0];
        if (!skip(reader, length))
            return LOST;
    }
    return carried(reader, protocol, later_fragment, header + 8, 16);
}

/* RFC 792, RFC 4443: an error quotes the packet that it is about behind eight octets */
static enum layer take_icmp(struct reader *reader)
{
    static const uint8_t errors[] = { 3, 4, 5, 11, 12 };
    const uint8_t type = has(reader, 1) ? reader->at[0] : 0;

    if (!skip(reader, 8) || memchr(errors, type, sizeof(errors)) == NULL)
        return LOST;
    return IP;
}

static enum layer take_icmpv6(struct reader *reader)
{
    const uint8_t type = has(reader, 1) ? reader->at[0] : 0;

    return skip(reader, 8) && type >= 1 && type <= 4 ? IP : LOST;
}

/* RFC 3378 section 3 */
static enum layer take_etherip(struct reader *reader)
{
    return skip(reader, 2) ? ETHERNET : LOST;
}

enum {
    GRE_CHECKSUM = 0x8000, /* RFC 2784 section 2.1, RFC 2890 section 2, RFC 2637 section 4.1 */
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACKNOWLEDGMENT = 0x0080, /* version 1 */
    GRE_VERSION = 0x0007
};

static enum layer take_gre(struct reader *reader)
{
    const uint8_t *header = reader->at;
    unsigned flags;
    unsigned version;
    uint32_t key = 0;

    if (!skip(reader, 4))
        return LOST;
    flags = word16(header);
    version = flags & GRE_VERSION;
    if (version > 1 || flags & GRE_ROUTING || (flags & GRE_CHECKSUM && !skip(reader, 4)))
        return LOST;
    if (flags & GRE_KEY) {
        if (!has(reader, 4))
            return LOST;
        key = version == 1 ? word16(reader->at + 2) : word32(reader->at);
        skip(reader, 4);
    }
    note_number(reader, GRE, key);
    if ((flags & GRE_SEQUENCE && !skip(reader, 4)) ||
        (version == 1 && flags & GRE_ACKNOWLEDGMENT && !skip(reader, 4)))
        return LOST;
    return of_ethertype(word16(header + 2));
}

static enum layer take_udp(struct reader *reader)
{
    const uint8_t *header = reader->at;
    enum layer next;

    if (!skip(reader, 8))
        return LOST;
    next = of_port(word16(header + 2));
    return next != LOST ? next : of_port(word16(header));
}

static bool pass_network(struct reader *reader, enum layer layer)
{
    const uint8_t *header = reader->at;

    if (!skip(reader, 8))
        return false;
    note_number(reader, layer, word32(header + 4) >> 8);
    return true;
}

/* RFC 7348 section 5 */
static enum layer take_vxlan(struct reader *reader)
{
    return pass_network(reader, VXLAN) ? ETHERNET : LOST;
}

/* draft-ietf-nvo3-vxlan-gpe section 3 */
static enum layer take_vxlan_gpe(struct reader *reader)
{
    const uint8_t *header = reader->at;

    if (!pass_network(reader, VXLAN_GPE))
        return LOST;
    switch (header[3]) {
    case 1:
        return IPV4;
    case 2:
        return IPV6;
    case 3:
        return ETHERNET;
    default:
        return LOST;
    }
}

/* RFC 8926 section 3.4 */
static enum layer take_geneve(struct reader *reader)
{
    const uint8_t *header = reader->at;

    if (!has(reader, 8) || !skip(reader, 8 + (size_t)(header[0] & 0x3fu) * 4))
        return LOST;
    note_number(reader, GENEVE, word32(header + 4) >> 8);
    return of_ethertype(word16(header + 2));
}

/* 3GPP TS 29.281 section 5 */
static enum layer take_gtpu(struct reader *reader)
{
    enum {
        G_PDU = 255,
        VERSION_1 = 0x30, /* with the bit that tells it from GTP' */
        MORE = 0x07
    };
    const uint8_t *header = reader->at;
    uint8_t next = 0;

    if (!skip(reader, 8) || (header[0] & 0xf0u) != VERSION_1 || header[1] != G_PDU)
        return LOST;
    note_number(reader, GTPU, word32(header + 4));
    if (header[0] & MORE) {
        if (!skip(reader, 4))
            return LOST;
        next = header[11];
    }
    while (next != 0) {
        const size_t length = has(reader, 1) ? (size_t)reader->at[0] * 4 : 0;

        if (length == 0 || !skip(reader, length))
            return LOST;
        next = reader->at[-1];
    }
    return IP;
}

static enum layer take_null(struct reader *reader)
{
    return skip(reader, 4) ? IP : LOST;
}

static enum layer take_sll(struct reader *reader)
{
    const uint8_t *header = reader->at;

    return skip(reader, 16) ? of_ethertype(word16(header + 14)) : LOST;
}

static enum layer take_sll2(struct reader *reader)
{
    const uint8_t *header = reader->at;

    return skip(reader, 20) ? of_ethertype(word16(header)) : LOST;
}

/* Each passes at least an octet, or is followed by one that does. */
static enum layer (*const takers[LAYER_COUNT])(struct reader *) = {
    [ETHERNET] = take_ethernet, [VLAN] = take_vlan,       [MPLS] = take_mpls,
    [PPPOE] = take_pppoe,       [PPP] = take_ppp,         [IP] = take_ip,
    [IPV4] = take_ipv4,         [IPV6] = take_ipv6,       [ICMP] = take_icmp,
    [ICMPV6] = take_icmpv6,     [ETHERIP] = take_etherip, [GRE] = take_gre,
    [UDP] = take_udp,           [VXLAN] = take_vxlan,     [VXLAN_GPE] = take_vxlan_gpe,
    [GENEVE] = take_geneve,     [GTPU] = take_gtpu,       [NULL_LINK] = take_null,
    [SLL] = take_sll,           [SLL2] = take_sll2,
};

static enum layer first_layer(enum tb_encap_link link)
{
    switch (link) {
    case TB_ENCAP_LINK_ETHERNET:
        return ETHERNET;
    case TB_ENCAP_LINK_IP:
        return IP;
    case TB_ENCAP_LINK_NULL:
        return NULL_LINK;
    case TB_ENCAP_LINK_PPP:
        return PPP;
    case TB_ENCAP_LINK_SLL:
        return SLL;
    case TB_ENCAP_LINK_SLL2:
        return SLL2;
    case TB_ENCAP_LINK_OTHER:
        break;
    }
    return LOST;
}

struct tb_encap tb_encap_read(enum tb_encap_link link, const uint8_t *frame, size_t length)
{
    struct reader reader = { .at = frame, .left = length };
    struct tb_encap encap = { 0 };
    enum layer layer = first_layer(link);

    while (layer != END && layer != LOST)
        layer = takers[layer](&reader);
    encap.whole = layer == END;
    encap.ends = reader.ends;
    if (reader.found || !encap.whole)
        encap.id = mix(reader.numbers, reader.ends) | 1u;
    return encap;
}
