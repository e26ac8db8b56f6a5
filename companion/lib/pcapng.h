/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng.h - blocks of a pcapng file, written into the caller's buffer
 *
 * As draft-ietf-opsawg-pcapng has them. Nothing is allocated or kept: the writer is a buffer and
 * how much of it is used, so one block at a time can go to a FIFO, or a whole file to memory. Each
 * function adds one whole block, or leaves the buffer as it was and returns
 *   -ENOBUFS  the block does not fit into what is left,
 *   -EINVAL   the block cannot be expressed (an option or a packet too long). */
#ifndef TB_PCAPNG_H
#define TB_PCAPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tb_pcapng {
    uint8_t *data;
    size_t size;
    size_t used;
    bool big_endian; /* of the file; every section states it */
};

/* Option codes; 1 is valid in every block. */
#define TB_PCAPNG_COMMENT          1u
#define TB_PCAPNG_SHB_HARDWARE     2u
#define TB_PCAPNG_SHB_OS           3u
#define TB_PCAPNG_SHB_USERAPPL     4u
#define TB_PCAPNG_IF_NAME          2u
#define TB_PCAPNG_IF_DESCRIPTION   3u
#define TB_PCAPNG_IF_IPV4ADDR      4u  /* 8 octets: address, mask */
#define TB_PCAPNG_IF_IPV6ADDR      5u  /* 17 octets: address, prefix length */
#define TB_PCAPNG_IF_MACADDR       6u  /* 6 octets */
#define TB_PCAPNG_IF_SPEED         8u  /* 8-octet number, bits a second */
#define TB_PCAPNG_IF_TSRESOL       9u  /* written from struct tb_pcapng_interface: not by callers */
#define TB_PCAPNG_IF_FILTER        11u /* octets: 0, then the filter's text */
#define TB_PCAPNG_IF_OS            12u
#define TB_PCAPNG_EPB_FLAGS        2u /* 4-octet number */
#define TB_PCAPNG_ISB_STARTTIME    2u /* time stamp */
#define TB_PCAPNG_ISB_ENDTIME      3u /* time stamp */
#define TB_PCAPNG_ISB_IFRECV       4u /* this and the next four: 8-octet numbers, packets */
#define TB_PCAPNG_ISB_IFDROP       5u
#define TB_PCAPNG_ISB_FILTERACCEPT 6u
#define TB_PCAPNG_ISB_OSDROP       7u
#define TB_PCAPNG_ISB_USRDELIV     8u

enum tb_pcapng_kind {
    TB_PCAPNG_OCTETS, /* as they are */
    TB_PCAPNG_NUMBER, /* `length` 1, 2, 4 or 8 octets in the file's order */
    TB_PCAPNG_TIME    /* `number` ticks: two 4-octet numbers, the high one first */
};

struct tb_pcapng_option {
    uint16_t code;
    enum tb_pcapng_kind kind;
    size_t length;      /* of OCTETS and NUMBER; at most 65535 */
    const void *octets; /* of OCTETS */
    uint64_t number;    /* of NUMBER and TIME */
};

/* Powers of ten: 6 microseconds, 9 nanoseconds. */
struct tb_pcapng_interface {
    uint16_t link_type; /* LINKTYPE_..., https://www.tcpdump.org/linktypes.html */
    uint32_t snaplen;   /* 0: no limit */
    uint8_t tsresol;    /* at most 9 */
    const struct tb_pcapng_option *options;
    size_t option_count;
};

struct tb_pcapng_packet {
    uint32_t interface; /* interfaces count from 0 in the order they were written */
    uint64_t ticks;     /* since 1970, in the interface's resolution: tb_pcapng_ticks() */
    const void *data;
    size_t captured; /* octets in `data` */
    size_t length;   /* octets the packet had */
    const struct tb_pcapng_option *options;
    size_t option_count;
};

/* Options: a text without its terminator, octets, a number of 1, 2, 4 or 8 octets, a time stamp.
 * What they point to must live until the block is written. */
struct tb_pcapng_option tb_pcapng_text(uint16_t code, const char *text);
struct tb_pcapng_option tb_pcapng_octets(uint16_t code, const void *octets, size_t length);
struct tb_pcapng_option tb_pcapng_number(uint16_t code, size_t width, uint64_t number);
struct tb_pcapng_option tb_pcapng_time(uint16_t code, uint64_t ticks);

/* Nanoseconds in a resolution of 10^-tsresol s, rounded down. `tsresol` at most 9. */
uint64_t tb_pcapng_ticks(uint64_t time_ns, uint8_t tsresol);

/* Section Header Block: the first block; interfaces count anew after it. */
int tb_pcapng_add_section(struct tb_pcapng *out, const struct tb_pcapng_option *options,
                          size_t option_count);

/* Interface Description Block. if_tsresol is written first, then `options`. */
int tb_pcapng_add_interface(struct tb_pcapng *out, const struct tb_pcapng_interface *interface);

/* Enhanced Packet Block. */
int tb_pcapng_add_packet(struct tb_pcapng *out, const struct tb_pcapng_packet *packet);

/* Interface Statistics Block. */
int tb_pcapng_add_statistics(struct tb_pcapng *out, uint32_t interface, uint64_t ticks,
                             const struct tb_pcapng_option *options, size_t option_count);

/* Any other block: `body` is written as it is, then `options`. */
int tb_pcapng_add_block(struct tb_pcapng *out, uint32_t type, const void *body, size_t length,
                        const struct tb_pcapng_option *options, size_t option_count);

#endif
