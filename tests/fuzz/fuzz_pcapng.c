/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_pcapng.c - blocks are written, and read back by another reader than Wireshark's
 *
 * The input says which blocks, with which options, and how much room the writer has. What was
 * written is read as draft-ietf-opsawg-pcapng has it, octet by octet: every block and option is
 * there as it was given, the lengths agree, what pads is 0, and nothing that was refused left
 * anything behind. */
#include <errno.h>
#include <string.h>

#include "pcapng.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    OPTIONS_MAX = 6,
    ROOM = 1 << 16,
    TYPE_SECTION = 0x0a0d0d0a,
    TYPE_INTERFACE = 1,
    TYPE_STATISTICS = 5,
    TYPE_PACKET = 6
};

struct input {
    const uint8_t *at;
    const uint8_t *end;
};

struct reader {
    const uint8_t *at;
    size_t left;
    bool big_endian;
};

/* What an option must be in the file. */
struct expected {
    struct tb_pcapng_option given[OPTIONS_MAX];
    size_t count;
};

static uint64_t take(struct input *input, unsigned octets)
{
    uint64_t value = 0;

    while (octets-- > 0)
        value = value << 8 | (input->at < input->end ? *input->at++ : 0u);
    return value;
}

static const uint8_t *take_octets(struct input *input, size_t wanted, size_t *length)
{
    const uint8_t *octets = input->at;

    *length = (size_t)(input->end - input->at) < wanted ? (size_t)(input->end - input->at) : wanted;
    input->at += *length;
    return octets;
}

static void choose_options(struct input *input, struct expected *expected)
{
    static const uint8_t long_octets[70000];

    expected->count = take(input, 1) % (OPTIONS_MAX + 1);
    for (size_t i = 0; i < expected->count; i++) {
        const uint16_t code = (uint16_t)(1 + take(input, 2) % 65535);
        const unsigned how = (unsigned)take(input, 1);
        size_t length;
        const uint8_t *octets;

        switch (how % 5) {
        case 0:
            expected->given[i] = tb_pcapng_number(code, 1u << (how >> 4 & 3), take(input, 8));
            break;
        case 1:
            expected->given[i] = tb_pcapng_time(code, take(input, 8));
            break;
        case 2:
            expected->given[i] = tb_pcapng_octets(code, long_octets, 65530 + how % 10);
            break;
        default:
            octets = take_octets(input, take(input, 1), &length);
            expected->given[i] = tb_pcapng_octets(code, octets, length);
            break;
        }
    }
}

/* --- The other reader ------------------------------------------------------------------------- */

static uint64_t number(struct reader *reader, unsigned octets)
{
    uint64_t value = 0;

    REQUIRE(reader->left >= octets);
    for (unsigned i = 0; i < octets; i++)
        value |= (uint64_t)reader->at[i] << 8 * (reader->big_endian ? octets - 1 - i : i);
    reader->at += octets;
    reader->left -= octets;
    return value;
}

static const uint8_t *octets(struct reader *reader, size_t length)
{
    const uint8_t *at = reader->at;

    REQUIRE(reader->left >= length);
    reader->at += length;
    reader->left -= length;
    return at;
}

/* Up to the next multiple of four. */
static void padding(struct reader *reader, size_t length)
{
    for (size_t i = length; i % 4 != 0; i++)
        REQUIRE(number(reader, 1) == 0);
}

static void option(struct reader *reader, const struct tb_pcapng_option *given)
{
    size_t length;
    struct reader value;

    REQUIRE(number(reader, 2) == given->code);
    length = number(reader, 2);
    value = (struct reader){ octets(reader, length), length, reader->big_endian };
    padding(reader, length);
    if (given->kind == TB_PCAPNG_TIME) {
        REQUIRE(length == 8);
        REQUIRE(number(&value, 4) == given->number >> 32);
        REQUIRE(number(&value, 4) == (given->number & 0xffffffffu));
        return;
    }
    REQUIRE(length == given->length);
    if (given->kind == TB_PCAPNG_NUMBER)
        REQUIRE(number(&value, (unsigned)length) ==
                (length == 8 ? given->number : given->number & ((1ull << 8 * length) - 1)));
    else
        REQUIRE(length == 0 || memcmp(value.at, given->octets, length) == 0);
}

static void options(struct reader *reader, const struct expected *expected)
{
    for (size_t i = 0; i < expected->count; i++)
        option(reader, &expected->given[i]);
    if (expected->count > 0)
        REQUIRE(number(reader, 4) == 0); /* opt_endofopt */
    REQUIRE(reader->left == 0);
}

/* The block's body, without its lengths. */
static struct reader block(const struct tb_pcapng *out, size_t from, uint32_t type)
{
    struct reader reader = { out->data + from, out->used - from, out->big_endian };
    const size_t length = reader.left;
    struct reader tail;

    REQUIRE(length % 4 == 0 && length >= 12);
    REQUIRE(number(&reader, 4) == type);
    REQUIRE(number(&reader, 4) == length);
    tail = (struct reader){ out->data + out->used - 4, 4, out->big_endian };
    REQUIRE(number(&tail, 4) == length);
    reader.left -= 4;
    return reader;
}

/* --- Each kind of block ----------------------------------------------------------------------- */

static int section(struct tb_pcapng *out, struct input *input)
{
    const size_t from = out->used;
    struct expected expected;
    struct reader reader;
    int error;

    choose_options(input, &expected);
    error = tb_pcapng_add_section(out, expected.given, expected.count);
    if (error != 0)
        return error;
    reader = block(out, from, TYPE_SECTION);
    REQUIRE(number(&reader, 4) == 0x1a2b3c4d);
    REQUIRE(number(&reader, 2) == 1 && number(&reader, 2) == 0);
    REQUIRE(number(&reader, 8) == UINT64_MAX); /* the section's length is not said */
    options(&reader, &expected);
    return 0;
}

static int interface(struct tb_pcapng *out, struct input *input)
{
    const size_t from = out->used;
    struct tb_pcapng_interface given = { .link_type = (uint16_t)take(input, 2),
                                         .snaplen = (uint32_t)take(input, 4),
                                         .tsresol = (uint8_t)(take(input, 1) % 10) };
    struct expected expected;
    struct expected all;
    struct reader reader;
    int error;

    choose_options(input, &expected);
    if (expected.count == OPTIONS_MAX)
        expected.count--;
    given.options = expected.given;
    given.option_count = expected.count;
    error = tb_pcapng_add_interface(out, &given);
    if (error != 0)
        return error;
    all.given[0] = tb_pcapng_number(TB_PCAPNG_IF_TSRESOL, 1, given.tsresol);
    memcpy(all.given + 1, expected.given, expected.count * sizeof *all.given);
    all.count = expected.count + 1;
    reader = block(out, from, TYPE_INTERFACE);
    REQUIRE(number(&reader, 2) == given.link_type && number(&reader, 2) == 0);
    REQUIRE(number(&reader, 4) == given.snaplen);
    options(&reader, &all);
    return 0;
}

static int packet(struct tb_pcapng *out, struct input *input)
{
    const size_t from = out->used;
    struct tb_pcapng_packet given = { .interface = (uint32_t)take(input, 4),
                                      .ticks = take(input, 8) };
    struct expected expected;
    struct reader reader;
    int error;

    choose_options(input, &expected);
    given.data = take_octets(input, take(input, 2) % 2000, &given.captured);
    given.length = given.captured + take(input, 1);
    given.options = expected.given;
    given.option_count = expected.count;
    error = tb_pcapng_add_packet(out, &given);
    if (error != 0)
        return error;
    reader = block(out, from, TYPE_PACKET);
    REQUIRE(number(&reader, 4) == given.interface);
    REQUIRE(number(&reader, 4) == given.ticks >> 32);
    REQUIRE(number(&reader, 4) == (given.ticks & 0xffffffffu));
    REQUIRE(number(&reader, 4) == given.captured && number(&reader, 4) == given.length);
    REQUIRE(memcmp(octets(&reader, given.captured), given.data, given.captured) == 0);
    padding(&reader, given.captured);
    options(&reader, &expected);
    return 0;
}

static int statistics(struct tb_pcapng *out, struct input *input)
{
    const size_t from = out->used;
    const uint32_t which = (uint32_t)take(input, 4);
    const uint64_t ticks = take(input, 8);
    struct expected expected;
    struct reader reader;
    int error;

    choose_options(input, &expected);
    error = tb_pcapng_add_statistics(out, which, ticks, expected.given, expected.count);
    if (error != 0)
        return error;
    reader = block(out, from, TYPE_STATISTICS);
    REQUIRE(number(&reader, 4) == which);
    REQUIRE(number(&reader, 4) == ticks >> 32 && number(&reader, 4) == (ticks & 0xffffffffu));
    options(&reader, &expected);
    return 0;
}

static int other(struct tb_pcapng *out, struct input *input)
{
    const size_t from = out->used;
    const uint32_t type = (uint32_t)take(input, 4);
    struct expected expected;
    struct reader reader;
    size_t length;
    const uint8_t *body;
    int error;

    choose_options(input, &expected);
    body = take_octets(input, take(input, 1), &length);
    error = tb_pcapng_add_block(out, type, body, length, expected.given, expected.count);
    if (error != 0)
        return error;
    reader = block(out, from, type);
    REQUIRE(memcmp(octets(&reader, length), body, length) == 0);
    padding(&reader, length);
    options(&reader, &expected);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int (*const kinds[])(struct tb_pcapng *, struct input *) = { section, interface, packet,
                                                                        statistics, other };
    static uint8_t written[ROOM + 1];
    struct input input = { data, data + size };
    const unsigned how = (unsigned)take(&input, 1);
    struct tb_pcapng out = { .data = written,
                             .size = how & 2 ? ROOM : take(&input, 2) % 600,
                             .big_endian = how & 1 };

    memset(written, 0xa5, sizeof written); /* what pads must be written */
    while (input.at < input.end) {
        const size_t used = out.used;
        const int error = kinds[take(&input, 1) % 5](&out, &input);

        REQUIRE(out.used <= out.size && written[out.size] == 0xa5);
        REQUIRE(error == 0 || error == -ENOBUFS || error == -EINVAL);
        REQUIRE(error == 0 ? out.used > used : out.used == used);
    }
    return 0;
}
