/* SPDX-License-Identifier: GPL-2.0-or-later */
/* packet.c - just enough of IPv4 and TCP to know a segment again, and to forge one */
#include "packet.h"

#include <netinet/ip.h>
#include <string.h>

/* struct tcphdr of the C library comes in two shapes; octets have one (RFC 9293 section 3.1). */
enum {
    TCP_SOURCE = 0,
    TCP_DESTINATION = 2,
    TCP_SEQ = 4,
    TCP_ACK = 8,
    TCP_OFFSET = 12,
    TCP_FLAGS = 13,
    TCP_WINDOW = 14,
    TCP_CHECKSUM = 16,
    TCP_SIZE = 20,
    IP_SIZE = 20
};

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t get32(const uint8_t *at)
{
    return (uint32_t)get16(at) << 16 | get16(at + 2);
}

static void put16(uint8_t *at, unsigned value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, value >> 16);
    put16(at + 2, value & 0xffffu);
}

static bool is_from(const struct tb_pair *pair, enum tb_end end, const struct iphdr *ip,
                    const uint8_t *tcp)
{
    const struct sockaddr_in *source = &pair->address[end];
    const struct sockaddr_in *destination = &pair->address[tb_end_other(end)];

    return ip->saddr == source->sin_addr.s_addr && ip->daddr == destination->sin_addr.s_addr &&
           get16(tcp + TCP_SOURCE) == ntohs(source->sin_port) &&
           get16(tcp + TCP_DESTINATION) == ntohs(destination->sin_port);
}

bool tb_packet_parse(const struct tb_pair *pair, const uint8_t *ip, size_t size,
                     struct tb_packet *packet)
{
    struct iphdr header;
    const uint8_t *tcp;
    size_t ip_size, headers;

    if (size < IP_SIZE + TCP_SIZE)
        return false;
    memcpy(&header, ip, sizeof(header));
    if (header.version != 4 || header.protocol != IPPROTO_TCP)
        return false;
    ip_size = header.ihl * (size_t)4;
    if (size < ip_size + TCP_SIZE)
        return false;
    tcp = ip + ip_size;
    headers = ip_size + (tcp[TCP_OFFSET] >> 4) * (size_t)4;
    if (is_from(pair, TB_END_CLIENT, &header, tcp))
        packet->from = TB_END_CLIENT;
    else if (is_from(pair, TB_END_SERVER, &header, tcp))
        packet->from = TB_END_SERVER;
    else
        return false;
    packet->flags = tcp[TCP_FLAGS];
    packet->window = get16(tcp + TCP_WINDOW);
    packet->seq = get32(tcp + TCP_SEQ);
    packet->ack = get32(tcp + TCP_ACK);
    packet->length = (uint32_t)(ntohs(header.tot_len) - headers);
    return true;
}

uint32_t tb_packet_end(const struct tb_packet *packet)
{
    return packet->seq + packet->length + !!(packet->flags & TB_FLAG_SYN) +
           !!(packet->flags & TB_FLAG_FIN);
}

/* RFC 1071 */
static uint32_t sum_of(const uint8_t *data, size_t size, uint32_t sum)
{
    for (size_t i = 0; i + 1 < size; i += 2)
        sum += get16(data + i);
    return sum;
}

static unsigned folded(uint32_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffffu) + (sum >> 16);
    return ~sum & 0xffffu;
}

void tb_packet_forge(const struct tb_pair *pair, const struct tb_packet *packet,
                     uint8_t ip[TB_PACKET_FORGED_SIZE])
{
    const struct sockaddr_in *source = &pair->address[packet->from];
    const struct sockaddr_in *destination = &pair->address[tb_end_other(packet->from)];
    struct iphdr header = { .version = 4,
                            .ihl = IP_SIZE / 4,
                            .tot_len = htons(TB_PACKET_FORGED_SIZE),
                            .ttl = IPDEFTTL,
                            .protocol = IPPROTO_TCP,
                            .saddr = source->sin_addr.s_addr,
                            .daddr = destination->sin_addr.s_addr };
    uint8_t *tcp = ip + IP_SIZE;

    memcpy(ip, &header, sizeof(header));
    put16(ip + 10, folded(sum_of(ip, IP_SIZE, 0)));
    memset(tcp, 0, TCP_SIZE);
    put16(tcp + TCP_SOURCE, ntohs(source->sin_port));
    put16(tcp + TCP_DESTINATION, ntohs(destination->sin_port));
    put32(tcp + TCP_SEQ, packet->seq);
    put32(tcp + TCP_ACK, packet->ack);
    tcp[TCP_OFFSET] = TCP_SIZE / 4 << 4;
    tcp[TCP_FLAGS] = packet->flags;
    put16(tcp + TCP_WINDOW, packet->window);
    /* the pseudo-header: both addresses, the protocol, the length */
    put16(tcp + TCP_CHECKSUM,
          folded(sum_of(tcp, TCP_SIZE, sum_of(ip + 12, 8, IPPROTO_TCP + TCP_SIZE))));
}
