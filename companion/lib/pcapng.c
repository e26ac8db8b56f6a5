/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pcapng.c - blocks of a pcapng file, written into the caller's buffer
 *
 * A block is written straight into the free part of the buffer. A write that does not fit is
 * remembered in the cursor and nothing more is written; only a block that went well moves `used`,
 * so there is one check at the end instead of one at every field. */
#include "pcapng.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define BLOCK_SECTION    0x0a0d0d0au
#define BLOCK_INTERFACE  1u
#define BLOCK_STATISTICS 5u
#define BLOCK_PACKET     6u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du
#define OPTION_END       0u
#define OPTION_MAX       65535u

/* Where a block is being written. */
struct cursor {
    uint8_t *data;
    size_t size;
    size_t used;
    bool big_endian;
    int error; /* 0, or the first -errno */
};

static void put_octets(struct cursor *at, const void *octets, size_t length)
{
    if (at->error != 0)
        return;
    if (length > at->size - at->used) {
        at->error = -ENOBUFS;
        return;
    }
    if (length > 0)
        memcpy(at->data + at->used, octets, length);
    at->used += length;
}

/* `width` octets, at most 8. */
static void put_number(struct cursor *at, uint64_t number, size_t width)
{
    uint8_t octets[8];

    for (size_t i = 0; i < width; i++) {
        size_t place = at->big_endian ? width - 1 - i : i;

        octets[i] = (uint8_t)(number >> 8 * place);
    }
    put_octets(at, octets, width);
}

/* Everything in a block begins at a multiple of four. */
static void put_padding(struct cursor *at, size_t length)
{
    static const uint8_t zeros[3] = { 0 };

    put_octets(at, zeros, (4 - length % 4) % 4);
}

static void put_time(struct cursor *at, uint64_t ticks)
{
    put_number(at, ticks >> 32, 4);
    put_number(at, ticks & 0xffffffffu, 4);
}

static size_t option_length(const struct tb_pcapng_option *option)
{
    return option->kind == TB_PCAPNG_TIME ? 8 : option->length;
}

static bool option_is_valid(const struct tb_pcapng_option *option)
{
    size_t length = option->length;

    if (option->code == OPTION_END)
        return false;
    if (option->kind == TB_PCAPNG_NUMBER)
        return length == 1 || length == 2 || length == 4 || length == 8;
    return length <= OPTION_MAX;
}

static void put_option(struct cursor *at, const struct tb_pcapng_option *option)
{
    size_t length = option_length(option);

    if (!option_is_valid(option)) {
        if (at->error == 0)
            at->error = -EINVAL;
        return;
    }
    put_number(at, option->code, 2);
    put_number(at, length, 2);
    switch (option->kind) {
    case TB_PCAPNG_OCTETS:
        put_octets(at, option->octets, length);
        break;
    case TB_PCAPNG_NUMBER:
        put_number(at, option->number, length);
        break;
    case TB_PCAPNG_TIME:
        put_time(at, option->number);
        break;
    }
    put_padding(at, length);
}

static void put_options(struct cursor *at, const struct tb_pcapng_option *options, size_t count)
{
    for (size_t i = 0; i < count; i++)
        put_option(at, &options[i]);
}

/* The list ends in an empty option 0, unless there is no list. */
static void put_option_end(struct cursor *at, size_t count)
{
    if (count > 0)
        put_number(at, OPTION_END, 4);
}

static struct cursor begin_block(const struct tb_pcapng *out, uint32_t type)
{
    struct cursor at = { .data = out->data + out->used,
                         .size = out->size - out->used,
                         .big_endian = out->big_endian };

    assert(out->used <= out->size);
    put_number(&at, type, 4);
    put_number(&at, 0, 4); /* the total length: end_block knows it */
    return at;
}

static int end_block(struct tb_pcapng *out, struct cursor *at)
{
    size_t total = at->used + 4;
    struct cursor length_field = { .data = at->data + 4, .size = 4, .big_endian = at->big_endian };

    if (at->error == 0 && total > UINT32_MAX)
        at->error = -EINVAL;
    put_number(at, total, 4);
    if (at->error != 0)
        return at->error;
    put_number(&length_field, total, 4);
    out->used += total;
    return 0;
}

struct tb_pcapng_option tb_pcapng_text(uint16_t code, const char *text)
{
    return tb_pcapng_octets(code, text, strlen(text));
}

struct tb_pcapng_option tb_pcapng_octets(uint16_t code, const void *octets, size_t length)
{
    return (struct tb_pcapng_option){
        .code = code, .kind = TB_PCAPNG_OCTETS, .octets = octets, .length = length
    };
}

struct tb_pcapng_option tb_pcapng_number(uint16_t code, size_t width, uint64_t number)
{
    return (struct tb_pcapng_option){
        .code = code, .kind = TB_PCAPNG_NUMBER, .length = width, .number = number
    };
}

struct tb_pcapng_option tb_pcapng_time(uint16_t code, uint64_t ticks)
{
    return (struct tb_pcapng_option){ .code = code, .kind = TB_PCAPNG_TIME, .number = ticks };
}

uint64_t tb_pcapng_ticks(uint64_t time_ns, uint8_t tsresol)
{
    assert(tsresol <= 9);
    for (unsigned digit = 9; digit > tsresol; digit--)
        time_ns /= 10;
    return time_ns;
}

int tb_pcapng_add_section(struct tb_pcapng *out, const struct tb_pcapng_option *options,
                          size_t option_count)
{
    struct cursor at = begin_block(out, BLOCK_SECTION);

    put_number(&at, BYTE_ORDER_MAGIC, 4);
    put_number(&at, 1, 2); /* version 1.0 */
    put_number(&at, 0, 2);
    put_number(&at, UINT64_MAX, 8); /* length of the section: not known beforehand */
    put_options(&at, options, option_count);
    put_option_end(&at, option_count);
    return end_block(out, &at);
}

int tb_pcapng_add_interface(struct tb_pcapng *out, const struct tb_pcapng_interface *interface)
{
    struct cursor at = begin_block(out, BLOCK_INTERFACE);
    const struct tb_pcapng_option resolution =
        tb_pcapng_number(TB_PCAPNG_IF_TSRESOL, 1, interface->tsresol);

    if (interface->tsresol > 9)
        return -EINVAL;
    put_number(&at, interface->link_type, 2);
    put_number(&at, 0, 2);
    put_number(&at, interface->snaplen, 4);
    put_option(&at, &resolution);
    put_options(&at, interface->options, interface->option_count);
    put_option_end(&at, 1 + interface->option_count);
    return end_block(out, &at);
}

int tb_pcapng_add_packet(struct tb_pcapng *out, const struct tb_pcapng_packet *packet)
{
    struct cursor at = begin_block(out, BLOCK_PACKET);

    if (packet->length > UINT32_MAX || packet->captured > packet->length)
        return -EINVAL;
    put_number(&at, packet->interface, 4);
    put_time(&at, packet->ticks);
    put_number(&at, packet->captured, 4);
    put_number(&at, packet->length, 4);
    put_octets(&at, packet->data, packet->captured);
    put_padding(&at, packet->captured);
    put_options(&at, packet->options, packet->option_count);
    put_option_end(&at, packet->option_count);
    return end_block(out, &at);
}

int tb_pcapng_add_statistics(struct tb_pcapng *out, uint32_t interface, uint64_t ticks,
                             const struct tb_pcapng_option *options, size_t option_count)
{
    struct cursor at = begin_block(out, BLOCK_STATISTICS);

    put_number(&at, interface, 4);
    put_time(&at, ticks);
    put_options(&at, options, option_count);
    put_option_end(&at, option_count);
    return end_block(out, &at);
}

int tb_pcapng_add_block(struct tb_pcapng *out, uint32_t type, const void *body, size_t length,
                        const struct tb_pcapng_option *options, size_t option_count)
{
    struct cursor at = begin_block(out, type);

    put_octets(&at, body, length);
    put_padding(&at, length);
    put_options(&at, options, option_count);
    put_option_end(&at, option_count);
    return end_block(out, &at);
}
