/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ip.h - IPv4 and IPv6 headers in front of a packet */
#ifndef CG_IP_H
#define CG_IP_H

#include "model.h"

#define CG_PROTOCOL_ICMP   1u
#define CG_PROTOCOL_IPIP   4u
#define CG_PROTOCOL_TCP    6u
#define CG_PROTOCOL_UDP    17u
#define CG_PROTOCOL_IPV6   41u
#define CG_PROTOCOL_GRE    47u
#define CG_PROTOCOL_ICMPV6 58u

#define CG_TYPE_IPV4  0x0800u /* Ethernet types */
#define CG_TYPE_VLAN  0x8100u
#define CG_TYPE_IPV6  0x86ddu
#define CG_TYPE_MPLS  0x8847u
#define CG_TYPE_PPPOE 0x8864u
#define CG_TYPE_SVLAN 0x88a8u
#define CG_TYPE_TEB   0x6558u

struct cg_ip {
    struct cg_address source; /* both of one family */
    struct cg_address destination;
    uint8_t protocol;
    uint16_t id;
    uint8_t ecn;
    bool extension;      /* IPv6: hop-by-hop options in front */
    bool fragment;       /* this is one of several: */
    bool more;           /* not the last */
    uint32_t offset;     /* octets */
    bool length_is_told; /* the header states another length: */
    uint16_t length;
};

/* Reads "192.0.2.1" or "2001:db8::1". */
bool cg_address_parse(const char *text, struct cg_address *address);

/* 2001:db8:: with the IPv4 address in the last four octets; IPv6 addresses stay. */
struct cg_address cg_address_to_v6(const struct cg_address *address);

/* The pseudo header's part of a TCP, UDP or ICMPv6 checksum. */
uint32_t cg_ip_pseudo_sum(const struct cg_ip *ip, uint8_t protocol, size_t length);

/* Puts destination options in front of an IPv6 payload of protocol `next`; returns their own
 * protocol number. */
uint8_t cg_ip_prepend_destination_options(struct cg_packet *packet, uint8_t next);

/* Puts the IP header, and what extension headers it needs, in front. */
void cg_ip_prepend(struct cg_packet *packet, const struct cg_ip *ip);

#endif
