/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet.h - octets of a packet that grows at both ends: payload behind, headers in front */
#ifndef CG_PACKET_H
#define CG_PACKET_H

#include <stddef.h>
#include <stdint.h>

enum {
    CG_PACKET_FRONT = 1024, /* more than the deepest stack of headers */
    CG_PACKET_BACK = 66560  /* an IP datagram of the largest size, and padding */
};

struct cg_packet {
    uint8_t octets[CG_PACKET_FRONT + CG_PACKET_BACK];
    size_t from;
    size_t to;
};

void cg_packet_clear(struct cg_packet *packet);
uint8_t *cg_packet_data(struct cg_packet *packet);
size_t cg_packet_length(const struct cg_packet *packet);

/* Room for `length` more octets in front of or behind the others, set to zero. Behind: NULL where
 * there is none left. In front there always is: the stack is bounded by the parser. */
uint8_t *cg_packet_prepend(struct cg_packet *packet, size_t length);
uint8_t *cg_packet_append(struct cg_packet *packet, size_t length);

/* Network order. */
void cg_put16(uint8_t *at, uint32_t number);
void cg_put24(uint8_t *at, uint32_t number);
void cg_put32(uint8_t *at, uint32_t number);
/* Little-endian. */
void cg_put32_le(uint8_t *at, uint32_t number);

/* The Internet checksum (RFC 1071) over several runs of octets: start from 0, finish inverts. Every
 * run but the last has an even length. */
uint32_t cg_sum(uint32_t sum, const uint8_t *octets, size_t length);
uint16_t cg_sum_finish(uint32_t sum);

#endif
