/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet.h - just enough of IPv4 and TCP to know a segment again, and to forge one */
#ifndef TB_LIVE_PACKET_H
#define TB_LIVE_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "end.h"

#define TB_FLAG_FIN 0x01u
#define TB_FLAG_SYN 0x02u
#define TB_FLAG_RST 0x04u
#define TB_FLAG_PSH 0x08u
#define TB_FLAG_ACK 0x10u

enum {
    TB_PACKET_FORGED_SIZE = 40 /* IPv4 and TCP headers without options */
};

struct tb_packet {
    enum tb_end from;
    uint8_t flags;
    uint16_t window;
    uint32_t seq;
    uint32_t ack;
    uint32_t length; /* octets of payload */
};

/* False for anything but a segment of this connection. */
bool tb_packet_parse(const struct tb_pair *pair, const uint8_t *ip, size_t size,
                     struct tb_packet *packet);

/* The sequence number after the segment; SYN and FIN count one. */
uint32_t tb_packet_end(const struct tb_packet *packet);

/* Writes a segment without payload and options (packet->length is not used). */
void tb_packet_forge(const struct tb_pair *pair, const struct tb_packet *packet,
                     uint8_t ip[TB_PACKET_FORGED_SIZE]);

#endif
