/* SPDX-License-Identifier: GPL-2.0-or-later */
/* blocks.c - reads a pcapng file block by block, as far as it goes
 *
 *   live-blocks [--whole] FILE
 *
 * Every block has to be as the format says (draft-ietf-opsawg-pcapng), and of the stream that
 * live-cases sends to STREAM_PORT no octet may be missing between the first and the last packet.
 * The last block may be cut, but not with --whole: then the last ones have to be the statistics.
 * Prints how many packets are there, how many octets of the stream, and how many octets behind the
 * last whole block. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fail.h"
#include "stream.h"

enum {
    BLOCK_INTERFACE = 1,
    BLOCK_NAME_RESOLUTION = 4,
    BLOCK_STATISTICS = 5,
    BLOCK_PACKET = 6,
    BLOCK_OCTETS_MIN = 12,
    PACKET_HEADER = 20, /* of a packet's block, behind type and length */
    ETHERNET_HEADER = 14
};

#define BLOCK_SECTION 0x0a0d0d0au
#define MAGIC         0x1a2b3c4du /* so written as the machine has it */
#define LOCAL_USE     0x80000000u

struct reading {
    const uint8_t *data;
    size_t size;
    size_t at; /* the block that is read */
    size_t packets;
    size_t interfaces;
    uint32_t last; /* type of a block */
    bool has_stream;
    uint64_t stream_begin;
    uint64_t stream_end;
};

static uint32_t get_32(const uint8_t *from)
{
    uint32_t number;

    memcpy(&number, from, sizeof(number));
    return number;
}

static uint16_t get_16(const uint8_t *from)
{
    uint16_t number;

    memcpy(&number, from, sizeof(number));
    return number;
}

static size_t padded(size_t length)
{
    return (length + 3) & ~(size_t)3;
}

static void wrong(const struct reading *reading, const char *what)
{
    tb_fail("the block at %zu, after %zu packets: %s", reading->at, reading->packets, what);
}

/* Up to the end of the block, with or without opt_endofopt. */
static void check_options(const struct reading *reading, const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        size_t length;

        if (end - at < 4)
            wrong(reading, "an option is cut");
        length = padded(get_16(at + 2));
        if (get_16(at) == 0 && (length != 0 || end - at != 4))
            wrong(reading, "something follows the options");
        if ((size_t)(end - at) < 4 + length)
            wrong(reading, "an option is longer than its block");
        at += 4 + length;
    }
}

/* --- The stream ------------------------------------------------------------------------------- */

static unsigned get_network_16(const uint8_t *from)
{
    return (unsigned)from[0] << 8 | from[1];
}

/* Where the segment stands in the stream; false: it is none of it. Of what live-cases sends every
 * segment begins with a whole word. */
static bool find_words(const uint8_t *frame, size_t length, const uint8_t **words, size_t *count)
{
    const uint8_t *ip = frame + ETHERNET_HEADER;
    const uint8_t *tcp;
    size_t ip_header;
    size_t tcp_header;
    size_t total;

    if (length < ETHERNET_HEADER + 40 || get_network_16(frame + 12) != 0x0800 || ip[9] != 6)
        return false;
    ip_header = (size_t)(ip[0] & 15) * 4;
    total = get_network_16(ip + 2);
    tcp = ip + ip_header;
    if (total > length - ETHERNET_HEADER || total < ip_header + 20 ||
        get_network_16(tcp + 2) != STREAM_PORT)
        return false;
    tcp_header = (size_t)(tcp[12] >> 4) * 4;
    if (total <= ip_header + tcp_header)
        return false;
    *words = tcp + tcp_header;
    *count = (total - ip_header - tcp_header) / sizeof(uint64_t);
    return true;
}

static uint64_t get_word(const uint8_t *from)
{
    uint64_t word;

    memcpy(&word, from, sizeof(word));
    return word;
}

static void follow_stream(struct reading *reading, const uint8_t *frame, size_t length)
{
    const uint8_t *words;
    size_t count;

    if (!find_words(frame, length, &words, &count))
        return;
    if (!reading->has_stream)
        reading->stream_begin = reading->stream_end = get_word(words);
    reading->has_stream = true;
    if (get_word(words) > reading->stream_end)
        wrong(reading, "packets before it are missing");
    for (size_t i = 0; i < count; i++)
        if (get_word(words + i * sizeof(uint64_t)) != get_word(words) + i)
            wrong(reading, "its data is not what was sent");
    if (get_word(words) + count > reading->stream_end)
        reading->stream_end = get_word(words) + count;
}

/* --- Blocks ----------------------------------------------------------------------------------- */

static void check_packet(struct reading *reading, const uint8_t *body, const uint8_t *end)
{
    size_t captured;

    if (end - body < PACKET_HEADER)
        wrong(reading, "too short for a packet");
    captured = get_32(body + 12);
    if (get_32(body) >= reading->interfaces)
        wrong(reading, "a packet of an unknown interface");
    if (padded(captured) > (size_t)(end - body) - PACKET_HEADER)
        wrong(reading, "a packet longer than its block");
    follow_stream(reading, body + PACKET_HEADER, captured);
    check_options(reading, body + PACKET_HEADER + padded(captured), end);
    reading->packets++;
}

/* `body` is what is between the two lengths. */
static void check_body(struct reading *reading, uint32_t type, const uint8_t *body,
                       const uint8_t *end)
{
    size_t fixed = type == BLOCK_SECTION ? 16 : type == BLOCK_INTERFACE ? 8 : 12;

    if (type == BLOCK_PACKET) {
        check_packet(reading, body, end);
        return;
    }
    if ((type & LOCAL_USE) != 0 || type == BLOCK_NAME_RESOLUTION)
        return;
    if ((size_t)(end - body) < fixed)
        wrong(reading, "too short for its type");
    if (type == BLOCK_SECTION && get_32(body) != MAGIC)
        wrong(reading, "another byte order");
    if (type != BLOCK_SECTION && type != BLOCK_INTERFACE && type != BLOCK_STATISTICS)
        wrong(reading, "an unknown type");
    if (type == BLOCK_SECTION)
        reading->interfaces = 0;
    reading->interfaces += type == BLOCK_INTERFACE;
    check_options(reading, body + fixed, end);
}

/* False: the file ends before the block does. */
static bool read_block(struct reading *reading)
{
    const uint8_t *block = reading->data + reading->at;
    size_t left = reading->size - reading->at;
    size_t length;

    if (left < BLOCK_OCTETS_MIN)
        return false;
    length = get_32(block + 4);
    if (length < BLOCK_OCTETS_MIN || length % 4 != 0)
        wrong(reading, "its length cannot be");
    if (reading->at == 0 && get_32(block) != BLOCK_SECTION)
        wrong(reading, "no section begins");
    if (length > left)
        return false;
    if (get_32(block + length - 4) != length)
        wrong(reading, "its lengths differ");
    check_body(reading, get_32(block), block + 8, block + length - 4);
    reading->last = get_32(block);
    reading->at += length;
    return true;
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "re");
    uint8_t *data;
    long length;

    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0)
        tb_fail("%s: %s", path, strerror(errno));
    rewind(file);
    *size = (size_t)length;
    data = malloc(*size + 1);
    if (data == NULL || fread(data, 1, *size, file) != *size)
        tb_fail("%s: cannot be read", path);
    fclose(file);
    return data;
}

int main(int count, char **arguments)
{
    bool is_whole = count == 3 && strcmp(arguments[1], "--whole") == 0;
    struct reading reading = { .size = 0 };
    uint8_t *data;

    tb_fail_name("blocks");
    if (count != 2 && !is_whole)
        tb_fail("usage: live-blocks [--whole] FILE");
    data = read_file(arguments[count - 1], &reading.size);
    reading.data = data;
    while (reading.at < reading.size && read_block(&reading))
        ;
    if (is_whole && (reading.at < reading.size || reading.last != BLOCK_STATISTICS))
        wrong(&reading, "the file does not end as it should");
    printf("%zu packets, %llu octets of the stream, %zu left\n", reading.packets,
           (unsigned long long)(reading.stream_end - reading.stream_begin) * sizeof(uint64_t),
           reading.size - reading.at);
    free(data);
    return EXIT_SUCCESS;
}
