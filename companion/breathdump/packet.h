/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet.h - a captured packet, and packets waiting in the order of their times
 *
 * Pure, but for the memory of the packets. */
#ifndef TB_PACKET_H
#define TB_PACKET_H

#include <stddef.h>
#include <stdint.h>

struct tb_packet {
    struct tb_packet *next; /* of the list it is in */
    struct tb_packet *previous;
    uint64_t time_ns;  /* CLOCK_REALTIME */
    uint32_t source;   /* which of the capture's interfaces */
    uint32_t captured; /* octets in `data` */
    uint32_t length;   /* octets the packet had */
    uint8_t data[];
};

/* A copy; NULL: out of memory. Whoever has it frees it with free(). */
struct tb_packet *tb_packet_new(const void *data, uint32_t captured, uint32_t length);

/* Zero is an empty list. */
struct tb_packet_list {
    struct tb_packet *first;
    struct tb_packet *last;
    size_t count;
    size_t octets; /* memory of its packets */
};

/* Puts the packet where its time belongs: behind all that are not later. */
void tb_packet_list_add(struct tb_packet_list *list, struct tb_packet *packet);

/* Takes the packet out of its list. */
void tb_packet_list_remove(struct tb_packet_list *list, struct tb_packet *packet);

/* Takes the first one out; NULL: there is none. */
struct tb_packet *tb_packet_list_take(struct tb_packet_list *list);

/* Frees all packets. */
void tb_packet_list_clear(struct tb_packet_list *list);

#endif
