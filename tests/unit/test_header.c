/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_header.c - the octets of a TCP header, hostile ones too */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "edge.h"
#include "header.h"

enum {
    HEADER_MAX = 60
};

/* Ports 80 and 443, seq 0x01020304, ack 0x05060708, `words` long, flags `.S`, window 0x1234. */
static size_t write_header(uint8_t *octets, unsigned words)
{
    static const uint8_t fixed[] = { 0, 80, 1,    0xbb, 1,    2,    3, 4, 5, 6,
                                     7, 8,  0x50, 0x12, 0x12, 0x34, 0, 0, 0, 0 };

    memset(octets, 0, HEADER_MAX);
    memcpy(octets, fixed, sizeof(fixed));
    octets[12] = (uint8_t)(words << 4);
    return (size_t)words * 4;
}

static struct tb_segment parse(const void *octets, size_t captured, size_t reported)
{
    struct tb_segment segment;

    tb_header_parse(tb_edge_put(octets, captured), captured, reported, &segment);
    return segment;
}

/* `options`: padded with the end-of-list option to whole words. */
static struct tb_segment parse_options(const uint8_t *options, size_t length)
{
    uint8_t octets[HEADER_MAX];
    const size_t size = write_header(octets, 5 + (unsigned)(length + 3) / 4);

    memcpy(octets + TB_HEADER_MIN, options, length);
    return parse(octets, size, size);
}

static void the_fixed_part_is_read(void **state)
{
    uint8_t octets[HEADER_MAX];
    const size_t size = write_header(octets, 5);
    const struct tb_segment segment = parse(octets, size, size);

    (void)state;
    assert_false(segment.truncated);
    assert_int_equal(segment.seq, 0x01020304);
    assert_int_equal(segment.ack, 0x05060708);
    assert_int_equal(segment.flags, TB_SYN | TB_ACK);
    assert_int_equal(segment.window, 0x1234);
    assert_int_equal(segment.length, 0);
    assert_int_equal(segment.has, 0);
    assert_null(segment.payload);
}

static void all_twelve_flags_are_read(void **state)
{
    uint8_t octets[HEADER_MAX];
    const size_t size = write_header(octets, 5);

    (void)state;
    octets[12] = 0x5f;
    octets[13] = 0xff;
    assert_int_equal(parse(octets, size, size).flags, TB_FLAGS);
}

static void the_options_of_a_syn_are_read(void **state)
{
    static const uint8_t options[] = { 2, 4, 0x05, 0xb4, 4, 2, 8, 10, 0,  1, 2,    3,
                                       0, 0, 0,    0,    1, 3, 3, 7,  34, 6, 0xaa, 0xbb };
    static const uint8_t cookie[] = { 0xcc, 0xdd };
    uint8_t all[sizeof(options) + sizeof(cookie)];
    struct tb_segment segment;

    (void)state;
    memcpy(all, options, sizeof(options));
    memcpy(all + sizeof(options), cookie, sizeof(cookie));
    segment = parse_options(all, sizeof(all));
    assert_int_equal(segment.has, TB_HAS_MSS | TB_HAS_WSCALE | TB_HAS_SACK_PERMITTED |
                                      TB_HAS_TIMESTAMPS | TB_HAS_FAST_OPEN);
    assert_int_equal(segment.mss, 1460);
    assert_int_equal(segment.wscale, 7);
}

static void fast_open_of_the_experiment_is_known_by_its_number(void **state)
{
    static const uint8_t ours[] = { 254, 4, 0xf9, 0x89 };
    static const uint8_t another[] = { 254, 4, 0xf9, 0x8a };
    static const uint8_t none[] = { 254, 3, 0xf9, 0 };

    (void)state;
    assert_int_equal(parse_options(ours, sizeof(ours)).has, TB_HAS_FAST_OPEN);
    assert_int_equal(parse_options(another, sizeof(another)).has, 0);
    assert_int_equal(parse_options(none, sizeof(none)).has, 0);
}

static void four_sack_blocks_are_read_and_no_more(void **state)
{
    uint8_t options[40] = { 5, 34 };
    struct tb_segment segment;

    (void)state;
    for (uint8_t i = 0; i < 8; i++)
        options[2 + 4 * i + 3] = (uint8_t)(i + 1);
    segment = parse_options(options, 36);
    assert_int_equal(segment.sack_count, 4);
    assert_int_equal(segment.sack[0].from, 1);
    assert_int_equal(segment.sack[3].to, 8);

    /* two options with three blocks each: hostile */
    memset(options, 0, sizeof(options));
    options[0] = options[18] = 5;
    options[1] = options[19] = 18;
    assert_int_equal(parse_options(options, 36).sack_count, 4);
}

static void an_option_that_goes_beyond_the_header_is_not_read(void **state)
{
    static const uint8_t beyond[] = { 2, 5, 0x05, 0xb4 };
    static const uint8_t no_length[] = { 1, 1, 1, 2 };
    static const uint8_t too_short[] = { 2, 1, 4, 2 };
    static const uint8_t zero[] = { 2, 0, 4, 2 };
    static const uint8_t ended[] = { 0, 4, 2, 0 };

    (void)state;
    assert_int_equal(parse_options(beyond, sizeof(beyond)).has, 0);
    assert_int_equal(parse_options(no_length, sizeof(no_length)).has, 0);
    assert_int_equal(parse_options(too_short, sizeof(too_short)).has, 0);
    assert_int_equal(parse_options(zero, sizeof(zero)).has, 0);
    assert_int_equal(parse_options(ended, sizeof(ended)).has, 0);
}

static void an_option_of_a_wrong_length_says_nothing(void **state)
{
    static const uint8_t mss[] = { 2, 3, 5, 1, 3, 4, 7, 7, 4, 3, 0, 1 };

    (void)state;
    assert_int_equal(parse_options(mss, sizeof(mss)).has, 0);
}

static void the_reported_length_decides_and_padding_does_not(void **state)
{
    uint8_t octets[HEADER_MAX + 10];
    const size_t size = write_header(octets, 5);
    struct tb_segment segment;

    (void)state;
    memset(octets + size, 'x', 10);
    segment = parse(octets, size + 10, size + 4);
    assert_int_equal(segment.length, 4);
    assert_int_equal(segment.captured, 4);
    segment = parse(octets, size + 10, size + 1000);
    assert_int_equal(segment.length, 1000);
    assert_int_equal(segment.captured, 10);
    assert_int_equal(segment.payload[9], 'x');
    segment = parse(octets, size, size + 1000);
    assert_int_equal(segment.length, 1000);
    assert_int_equal(segment.captured, 0);
    assert_null(segment.payload);
}

static void a_header_longer_than_its_segment_has_no_payload(void **state)
{
    uint8_t octets[HEADER_MAX];
    struct tb_segment segment;

    (void)state;
    write_header(octets, 15);
    segment = parse(octets, 24, 24);
    assert_false(segment.truncated);
    assert_int_equal(segment.length, 0);
    assert_int_equal(segment.captured, 0);
}

static void a_header_that_says_less_than_twenty_octets_is_truncated(void **state)
{
    uint8_t octets[HEADER_MAX];

    (void)state;
    for (unsigned words = 0; words < 5; words++) {
        write_header(octets, words);
        assert_true(parse(octets, HEADER_MAX, HEADER_MAX).truncated);
    }
}

static void a_header_cut_anywhere_is_read_as_far_as_it_goes(void **state)
{
    uint8_t octets[HEADER_MAX];

    (void)state;
    write_header(octets, 15);
    memset(octets + TB_HEADER_MIN, 1, HEADER_MAX - TB_HEADER_MIN);
    for (size_t cut = TB_HEADER_PORTS; cut <= HEADER_MAX; cut++) {
        const struct tb_segment segment = parse(octets, cut, 2000);

        assert_int_equal(segment.truncated, cut < 16);
        assert_int_equal(segment.seq, cut < 8 ? 0 : 0x01020304);
        assert_int_equal((segment.has & TB_HAS_OPTIONS_CUT) != 0, cut >= 16 && cut < HEADER_MAX);
        assert_true(tb_header_length(tb_edge_put(octets, cut), cut) <= cut);
    }
}

static void any_octets_are_read_within_their_bounds(void **state)
{
    uint8_t octets[HEADER_MAX + 20];

    (void)state;
    srand(1); /* the same every time */
    for (unsigned i = 0; i < 200000; i++) {
        const size_t captured = TB_HEADER_PORTS + (size_t)rand() % (sizeof(octets) - 3);
        const size_t reported = (size_t)rand() % 100;
        struct tb_segment segment;

        for (size_t j = 0; j < sizeof(octets); j++)
            octets[j] = (uint8_t)(rand() % 3 == 0 ? rand() % 40 : rand());
        segment = parse(octets, captured, reported);
        assert_true(segment.captured <= segment.length);
        assert_true(segment.captured <= captured);
        assert_true(segment.sack_count <= TB_SACK_BLOCKS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_fixed_part_is_read),
        cmocka_unit_test(all_twelve_flags_are_read),
        cmocka_unit_test(the_options_of_a_syn_are_read),
        cmocka_unit_test(fast_open_of_the_experiment_is_known_by_its_number),
        cmocka_unit_test(four_sack_blocks_are_read_and_no_more),
        cmocka_unit_test(an_option_that_goes_beyond_the_header_is_not_read),
        cmocka_unit_test(an_option_of_a_wrong_length_says_nothing),
        cmocka_unit_test(the_reported_length_decides_and_padding_does_not),
        cmocka_unit_test(a_header_longer_than_its_segment_has_no_payload),
        cmocka_unit_test(a_header_that_says_less_than_twenty_octets_is_truncated),
        cmocka_unit_test(a_header_cut_anywhere_is_read_as_far_as_it_goes),
        cmocka_unit_test(any_octets_are_read_within_their_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
