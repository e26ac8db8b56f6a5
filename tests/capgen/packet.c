/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet.c - octets of a packet that grows at both ends: payload behind, headers in front */
#include "packet.h"

#include <assert.h>
#include <string.h>

void cg_packet_clear(struct cg_packet *packet)
{
    packet->from = CG_PACKET_FRONT;
    packet->to = CG_PACKET_FRONT;
}

uint8_t *cg_packet_data(struct cg_packet *packet)
{
    return packet->octets + packet->from;
}

size_t cg_packet_length(const struct cg_packet *packet)
{
    return packet->to - packet->from;
}

uint8_t *cg_packet_prepend(struct cg_packet *packet, size_t length)
{
    assert(length <= packet->from);
    packet->from -= length;
    memset(packet->octets + packet->from, 0, length);
    return packet->octets + packet->from;
}

uint8_t *cg_packet_append(struct cg_packet *packet, size_t length)
{
    uint8_t *at = packet->octets + packet->to;

    if (length > sizeof packet->octets - packet->to)
        return NULL;
    memset(at, 0, length);
    packet->to += length;
    return at;
}

void cg_put16(uint8_t *at, uint32_t number)
{
    at[0] = (uint8_t)(number >> 8);
    at[1] = (uint8_t)number;
}

void cg_put24(uint8_t *at, uint32_t number)
{
    at[0] = (uint8_t)(number >> 16);
    cg_put16(at + 1, number);
}

void cg_put32(uint8_t *at, uint32_t number)
{
    cg_put16(at, number >> 16);
    cg_put16(at + 2, number);
}

void cg_put32_le(uint8_t *at, uint32_t number)
{
    for (size_t i = 0; i < 4; i++)
        at[i] = (uint8_t)(number >> 8 * i);
}

uint32_t cg_sum(uint32_t sum, const uint8_t *octets, size_t length)
{
    for (size_t i = 0; i < length; i++)
        sum += i % 2 == 0 ? (uint32_t)octets[i] << 8 : octets[i];
    return (sum & 0xffff) + (sum >> 16);
}

uint16_t cg_sum_finish(uint32_t sum)
{
    while (sum >> 16 != 0)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}
