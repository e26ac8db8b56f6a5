/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet.c - a captured packet, and packets waiting in the order of their times */
#include "packet.h"

#include <stdlib.h>
#include <string.h>

struct tb_packet *tb_packet_new(const void *data, uint32_t captured, uint32_t length)
{
    struct tb_packet *packet = malloc(sizeof *packet + captured);

    if (packet == NULL)
        return NULL;
    memset(packet, 0, sizeof *packet);
    packet->captured = captured;
    packet->length = length;
    if (captured > 0)
        memcpy(packet->data, data, captured);
    return packet;
}

void tb_packet_list_add(struct tb_packet_list *list, struct tb_packet *packet)
{
    struct tb_packet *before = list->last;

    while (before != NULL && before->time_ns > packet->time_ns)
        before = before->previous;
    packet->previous = before;
    packet->next = before == NULL ? list->first : before->next;
    if (packet->previous == NULL)
        list->first = packet;
    else
        packet->previous->next = packet;
    if (packet->next == NULL)
        list->last = packet;
    else
        packet->next->previous = packet;
    list->count++;
    list->octets += sizeof *packet + packet->captured;
}

void tb_packet_list_remove(struct tb_packet_list *list, struct tb_packet *packet)
{
    if (packet->previous == NULL)
        list->first = packet->next;
    else
        packet->previous->next = packet->next;
    if (packet->next == NULL)
        list->last = packet->previous;
    else
        packet->next->previous = packet->previous;
    packet->next = NULL;
    packet->previous = NULL;
    list->count--;
    list->octets -= sizeof *packet + packet->captured;
}

struct tb_packet *tb_packet_list_take(struct tb_packet_list *list)
{
    struct tb_packet *packet = list->first;

    if (packet != NULL) {
        /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what is freed was taken out before */
        tb_packet_list_remove(list, packet);
    }
    return packet;
}

void tb_packet_list_clear(struct tb_packet_list *list)
{
    struct tb_packet *packet;

    while ((packet = tb_packet_list_take(list)) != NULL)
        free(packet);
}
