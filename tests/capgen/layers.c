/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layers.c - what stands in front of an IP datagram in a frame: tunnels, tags, link headers */
#include "layers.h"

#include <stdlib.h>
#include <string.h>

#include "ip.h"

/* How a base or a layer is called, and what number it takes. */
struct word {
    const char *name;
    uint32_t most; /* 0: takes none */
};

static const struct word base_words[CG_BASE_COUNT] = {
    [CG_BASE_ETHERNET] = { "ethernet", 0 }, [CG_BASE_LO] = { "lo", 0 },
    [CG_BASE_NULL] = { "null", 0 },         [CG_BASE_NULL_BE] = { "null-be", 0 },
    [CG_BASE_SLL] = { "sll", 0 },           [CG_BASE_SLL2] = { "sll2", 0 },
    [CG_BASE_RAW] = { "raw", 0 },           [CG_BASE_PKTAP] = { "pktap", 0 },
    [CG_BASE_AMSDU] = { "amsdu", 0 },
};

static const struct word layer_words[CG_LAYER_COUNT] = {
    [CG_LAYER_VLAN] = { "vlan", 4094 },
    [CG_LAYER_SVLAN] = { "svlan", 4094 },
    [CG_LAYER_MPLS] = { "mpls", 0xfffff },
    [CG_LAYER_PPPOE] = { "pppoe", 0xffff },
    [CG_LAYER_GRE] = { "gre", 0 },
    [CG_LAYER_IPIP] = { "ipip", 0 },
    [CG_LAYER_VXLAN] = { "vxlan", 0xffffff },
    [CG_LAYER_GENEVE] = { "geneve", 0xffffff },
    [CG_LAYER_GRE_KEY] = { "grekey", 0xffffffff },
    [CG_LAYER_GTPU] = { "gtpu", 0xfffffffe },
    [CG_LAYER_IPIP_OUT] = { "ipip-out", 0 },
    [CG_LAYER_IPV6] = { "ipv6", 0 },
    [CG_LAYER_EXTENSION] = { "ip6ext", 0 },
    [CG_LAYER_FRAGMENT] = { "fragment", 65528 },
};

/* LINKTYPE_..., https://www.tcpdump.org/linktypes.html */
static const uint16_t link_types[CG_BASE_COUNT] = {
    [CG_BASE_ETHERNET] = 1, [CG_BASE_LO] = 1,      [CG_BASE_NULL] = 0,
    [CG_BASE_NULL_BE] = 0,  [CG_BASE_SLL] = 113,   [CG_BASE_SLL2] = 276,
    [CG_BASE_RAW] = 101,    [CG_BASE_PKTAP] = 258, [CG_BASE_AMSDU] = 105,
};

/* Locally administered addresses (IEEE 802: the second bit of the first octet). */
static const uint8_t mac[CG_SIDE_COUNT][6] = { { 0x02, 0, 0, 0, 0, 0x01 },
                                               { 0x02, 0, 0, 0, 0, 0x02 } };
static const uint8_t access_point[6] = { 0x02, 0, 0, 0, 0, 0xff };

#define VXLAN_PORT    4789u /* RFC 7348 */
#define GENEVE_PORT   6081u /* RFC 8926 */
#define GTPU_PORT     2152u /* 3GPP TS 29.281 */
#define TUNNEL_SOURCE 49152u
#define SSAP_SNAP     0xaau

/* The row whose name is the word's part before "="; `count` where there is none. */
static size_t find_word(const struct word *words, size_t count, const char *text, uint32_t *number)
{
    size_t length = strcspn(text, "=");

    for (size_t i = 0; i < count; i++) {
        char *end = NULL;
        unsigned long value = 0;

        if (strlen(words[i].name) != length || strncmp(words[i].name, text, length) != 0)
            continue;
        if ((text[length] == '=') != (words[i].most > 0))
            return count;
        if (words[i].most > 0) {
            value = strtoul(text + length + 1, &end, 10);
            if (*end != '\0' || value == 0 || value > words[i].most)
                return count;
        }
        *number = (uint32_t)value;
        return i;
    }
    return count;
}

bool cg_path_add(struct cg_path *path, const char *word)
{
    uint32_t number = 0;
    size_t base = find_word(base_words, CG_BASE_COUNT, word, &number);
    size_t layer = find_word(layer_words, CG_LAYER_COUNT, word, &number);

    if (base < CG_BASE_COUNT) {
        memset(path, 0, sizeof *path);
        path->base = (enum cg_base)base;
        return true;
    }
    if (layer == CG_LAYER_COUNT || path->layer_count == CG_LAYERS_MAX)
        return false;
    if (layer == CG_LAYER_FRAGMENT && number % 8 != 0) /* RFC 791 section 3.2 */
        return false;
    path->layers[path->layer_count].kind = (enum cg_layer)layer;
    path->layers[path->layer_count++].number = number;
    return true;
}

bool cg_path_has(const struct cg_path *path, enum cg_layer kind)
{
    for (size_t i = 0; i < path->layer_count; i++)
        if (path->layers[i].kind == kind)
            return true;
    return false;
}

uint32_t cg_path_number(const struct cg_path *path, enum cg_layer kind)
{
    for (size_t i = 0; i < path->layer_count; i++)
        if (path->layers[i].kind == kind)
            return path->layers[i].number;
    return 0;
}

uint16_t cg_base_link_type(enum cg_base base)
{
    return link_types[base];
}

static enum cg_side other(enum cg_side side)
{
    return side == CG_CLIENT ? CG_SERVER : CG_CLIENT;
}

static void prepend_ethernet(struct cg_packet *packet, enum cg_side from, uint32_t type)
{
    uint8_t *header = cg_packet_prepend(packet, 14);

    memcpy(header, mac[other(from)], 6);
    memcpy(header + 6, mac[from], 6);
    cg_put16(header + 12, type);
}

/* Tunnels run between 203.0.113.1, on the client's side, and 203.0.113.2. */
static struct cg_ip tunnel_ip(enum cg_side from, uint8_t protocol, uint16_t id)
{
    struct cg_ip ip = { .protocol = protocol, .id = id };
    const struct cg_address ends[CG_SIDE_COUNT] = { { .octets = { 203, 0, 113, 1 } },
                                                    { .octets = { 203, 0, 113, 2 } } };

    ip.source = ends[from];
    ip.destination = ends[other(from)];
    return ip;
}

static void prepend_udp(struct cg_packet *packet, enum cg_side from, uint32_t port, uint16_t id)
{
    const struct cg_ip ip = tunnel_ip(from, CG_PROTOCOL_UDP, id);
    uint8_t *header = cg_packet_prepend(packet, 8);
    size_t length = cg_packet_length(packet);

    cg_put16(header, TUNNEL_SOURCE);
    cg_put16(header + 2, port);
    cg_put16(header + 4, (uint32_t)length);
    cg_put16(header + 6,
             cg_sum_finish(cg_sum(cg_ip_pseudo_sum(&ip, CG_PROTOCOL_UDP, length), header, length)));
    cg_ip_prepend(packet, &ip);
}

static void prepend_vxlan(struct cg_packet *packet, enum cg_side from, uint32_t network,
                          uint32_t type, uint16_t id)
{
    uint8_t *header;

    prepend_ethernet(packet, from, type);
    header = cg_packet_prepend(packet, 8);
    header[0] = 0x08; /* the network identifier is valid */
    cg_put24(header + 4, network);
    prepend_udp(packet, from, VXLAN_PORT, id);
}

static void prepend_geneve(struct cg_packet *packet, enum cg_side from, uint32_t network,
                           uint32_t type, uint16_t id)
{
    uint8_t *header;

    prepend_ethernet(packet, from, type);
    header = cg_packet_prepend(packet, 8);
    cg_put16(header + 2, CG_TYPE_TEB);
    cg_put24(header + 4, network);
    prepend_udp(packet, from, GENEVE_PORT, id);
}

static void prepend_gtpu(struct cg_packet *packet, enum cg_side from, uint32_t endpoint,
                         uint16_t id)
{
    const size_t length = cg_packet_length(packet);
    uint8_t *header = cg_packet_prepend(packet, 8);

    header[0] = 0x30; /* version 1, GTP; no options */
    header[1] = 255;  /* G-PDU */
    cg_put16(header + 2, (uint32_t)length);
    cg_put32(header + 4, from == CG_CLIENT ? endpoint : endpoint + 1);
    prepend_udp(packet, from, GTPU_PORT, id);
}

static void prepend_gre(struct cg_packet *packet, enum cg_side from, uint32_t type, uint16_t id)
{
    const struct cg_ip ip = tunnel_ip(from, CG_PROTOCOL_GRE, id);

    cg_put16(cg_packet_prepend(packet, 4) + 2, type);
    cg_ip_prepend(packet, &ip);
}

static void prepend_gre_key(struct cg_packet *packet, enum cg_side from, uint32_t key,
                            uint32_t type, uint16_t id)
{
    const struct cg_ip ip = tunnel_ip(from, CG_PROTOCOL_GRE, id);
    uint8_t *header = cg_packet_prepend(packet, 8);

    header[0] = 0x20; /* a key is present: RFC 2890 section 2 */
    cg_put16(header + 2, type);
    cg_put32(header + 4, key);
    cg_ip_prepend(packet, &ip);
}

static void prepend_ipip(struct cg_packet *packet, enum cg_side from, uint32_t type, uint16_t id)
{
    uint8_t protocol = type == CG_TYPE_IPV6 ? CG_PROTOCOL_IPV6 : CG_PROTOCOL_IPIP;
    const struct cg_ip ip = tunnel_ip(from, protocol, id);

    cg_ip_prepend(packet, &ip);
}

static void prepend_tag(struct cg_packet *packet, uint32_t vlan, uint32_t type)
{
    uint8_t *header = cg_packet_prepend(packet, 4);

    cg_put16(header, vlan);
    cg_put16(header + 2, type);
}

static void prepend_label(struct cg_packet *packet, uint32_t label, bool bottom)
{
    uint8_t *header = cg_packet_prepend(packet, 4);

    cg_put32(header, label << 12 | (bottom ? 0x100u : 0) | 64); /* RFC 3032 section 2.1 */
}

static void prepend_pppoe(struct cg_packet *packet, uint32_t session, uint32_t type)
{
    size_t length = 2 + cg_packet_length(packet);
    uint8_t *header = cg_packet_prepend(packet, 8);

    header[0] = 0x11; /* version 1, type 1; code 0: session data (RFC 2516) */
    cg_put16(header + 2, session);
    cg_put16(header + 4, (uint32_t)length);
    cg_put16(header + 6, type == CG_TYPE_IPV6 ? 0x0057 : 0x0021); /* PPP's protocol numbers */
}

/* One layer in front; returns the Ethernet type of what the packet now is. */
static uint32_t wrap_layer(struct cg_packet *packet, const struct cg_path *path, size_t index,
                           enum cg_side from, uint32_t type, uint16_t id)
{
    uint32_t number = path->layers[index].number;

    switch (path->layers[index].kind) {
    case CG_LAYER_VLAN:
        prepend_tag(packet, number, type);
        return CG_TYPE_VLAN;
    case CG_LAYER_SVLAN:
        prepend_tag(packet, number, type);
        return CG_TYPE_SVLAN;
    case CG_LAYER_MPLS:
        prepend_label(packet, number, type != CG_TYPE_MPLS);
        return CG_TYPE_MPLS;
    case CG_LAYER_PPPOE:
        prepend_pppoe(packet, number, type);
        return CG_TYPE_PPPOE;
    case CG_LAYER_GRE:
        prepend_gre(packet, from, type, id);
        return CG_TYPE_IPV4;
    case CG_LAYER_IPIP:
        prepend_ipip(packet, from, type, id);
        return CG_TYPE_IPV4;
    case CG_LAYER_VXLAN:
        prepend_vxlan(packet, from, number, type, id);
        return CG_TYPE_IPV4;
    case CG_LAYER_GENEVE:
        prepend_geneve(packet, from, number, type, id);
        return CG_TYPE_IPV4;
    case CG_LAYER_GRE_KEY:
        prepend_gre_key(packet, from, number, type, id);
        return CG_TYPE_IPV4;
    case CG_LAYER_GTPU:
        prepend_gtpu(packet, from, number, id);
        return CG_TYPE_IPV4;
    case CG_LAYER_IPIP_OUT:
        if (from != CG_CLIENT)
            break;
        prepend_ipip(packet, from, type, id);
        return CG_TYPE_IPV4;
    case CG_LAYER_IPV6:
    case CG_LAYER_EXTENSION:
    case CG_LAYER_FRAGMENT:
    case CG_LAYER_COUNT:
        break;
    }
    return type;
}

/* The address family as BSD and macOS number it, in the order of the machine that captured. */
static void prepend_null(struct cg_packet *packet, uint32_t type, bool big_endian)
{
    uint8_t *header = cg_packet_prepend(packet, 4);
    uint32_t family = type == CG_TYPE_IPV6 ? 30 : 2;

    if (big_endian)
        cg_put32(header, family);
    else
        cg_put32_le(header, family);
}

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html; seen from the client's machine */
static void prepend_sll(struct cg_packet *packet, enum cg_side from, uint32_t type)
{
    uint8_t *header = cg_packet_prepend(packet, 16);

    cg_put16(header, from == CG_CLIENT ? 4 : 0); /* from us, to us */
    cg_put16(header + 2, 1);                     /* ARPHRD_ETHER */
    cg_put16(header + 4, 6);
    memcpy(header + 6, mac[from], 6);
    cg_put16(header + 14, type);
}

/* https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html */
static void prepend_sll2(struct cg_packet *packet, enum cg_side from, uint32_t type)
{
    uint8_t *header = cg_packet_prepend(packet, 20);

    cg_put16(header, type);
    cg_put32(header + 4, 2); /* interface index */
    cg_put16(header + 8, 1); /* ARPHRD_ETHER */
    header[10] = from == CG_CLIENT ? 4 : 0;
    header[11] = 6;
    memcpy(header + 12, mac[from], 6);
}

/* Darwin's struct pktap_header, bsd/net/pktap.h; little-endian on every machine that has it. */
static void prepend_pktap(struct cg_packet *packet, enum cg_side from, uint32_t type)
{
    static const char name[] = "en0";
    uint8_t *header;

    prepend_ethernet(packet, from, type);
    header = cg_packet_prepend(packet, 108);
    cg_put32_le(header, 108);
    cg_put32_le(header + 4, 1); /* a packet follows */
    cg_put32_le(header + 8, 1); /* of DLT_EN10MB */
    memcpy(header + 12, name, sizeof name);
    cg_put32_le(header + 36, from == CG_CLIENT ? 2 : 1); /* out, in */
    cg_put32_le(header + 40, type == CG_TYPE_IPV6 ? 30 : 2);
    cg_put32_le(header + 44, 14);         /* octets of the link header */
    header[80] = 6;                       /* IFT_ETHER */
    cg_put32_le(header + 52, UINT32_MAX); /* no process: pid -1 */
    cg_put32_le(header + 84, UINT32_MAX);
}

void cg_pktap_note(struct cg_packet *packet, const struct cg_notes *notes)
{
    uint8_t *header = cg_packet_data(packet);

    if (notes->way != CG_WAY_UNSAID)
        cg_put32_le(header + 36, notes->way);
    if (notes->pid != 0) {
        cg_put32_le(header + 52, notes->pid);
        memcpy(header + 56, notes->process, sizeof notes->process);
    }
}

/* IEEE 802.11-2020 section 9.3.2.2: destination, source, length, LLC and SNAP. */
static void prepend_subframe(struct cg_packet *packet, enum cg_side from, uint32_t type)
{
    size_t length = 8 + cg_packet_length(packet);
    uint8_t *header = cg_packet_prepend(packet, 22);

    memcpy(header, mac[other(from)], 6);
    memcpy(header + 6, mac[from], 6);
    cg_put16(header + 12, (uint32_t)length);
    header[14] = SSAP_SNAP;
    header[15] = SSAP_SNAP;
    header[16] = 3;
    cg_put16(header + 20, type);
}

static void wrap_base(struct cg_packet *packet, enum cg_base base, enum cg_side from, uint32_t type)
{
    switch (base) {
    case CG_BASE_ETHERNET:
        prepend_ethernet(packet, from, type);
        break;
    case CG_BASE_LO:
        cg_put16(cg_packet_prepend(packet, 14) + 12, type);
        break;
    case CG_BASE_NULL:
        prepend_null(packet, type, false);
        break;
    case CG_BASE_NULL_BE:
        prepend_null(packet, type, true);
        break;
    case CG_BASE_SLL:
        prepend_sll(packet, from, type);
        break;
    case CG_BASE_SLL2:
        prepend_sll2(packet, from, type);
        break;
    case CG_BASE_PKTAP:
        prepend_pktap(packet, from, type);
        break;
    case CG_BASE_AMSDU:
        prepend_subframe(packet, from, type);
        break;
    case CG_BASE_RAW:
    case CG_BASE_COUNT:
        break;
    }
}

void cg_path_wrap(struct cg_packet *packet, const struct cg_path *path, enum cg_side from,
                  uint32_t type, uint16_t id)
{
    for (size_t i = path->layer_count; i > 0; i--)
        type = wrap_layer(packet, path, i - 1, from, type, id);
    wrap_base(packet, path->base, from, type);
}

void cg_amsdu_prepend(struct cg_packet *subframes, enum cg_side from)
{
    uint8_t *header = cg_packet_prepend(subframes, 26);
    bool to_access_point = from == CG_CLIENT;

    header[0] = 0x88; /* QoS data */
    header[1] = to_access_point ? 1 : 2;
    memcpy(header + 4, to_access_point ? access_point : mac[CG_CLIENT], 6);
    memcpy(header + 10, to_access_point ? mac[CG_CLIENT] : access_point, 6);
    memcpy(header + 16, access_point, 6);
    header[24] = 0x80; /* QoS control: an A-MSDU is present */
}
