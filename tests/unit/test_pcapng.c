/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_pcapng.c - blocks of a pcapng file, read back octet by octet */
#include "pcapng.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define FILL 0xa5

struct out {
    uint8_t octets[512];
    struct tb_pcapng file;
};

static void begin(struct out *out, bool big_endian)
{
    memset(out->octets, FILL, sizeof out->octets);
    out->file = (struct tb_pcapng){ .data = out->octets,
                                    .size = sizeof out->octets,
                                    .big_endian = big_endian };
}

static uint32_t get(const struct out *out, size_t at, size_t width)
{
    uint32_t number = 0;

    for (size_t i = 0; i < width; i++) {
        size_t place = out->file.big_endian ? i : width - 1 - i;

        number = number << 8 | out->octets[at + place];
    }
    return number;
}

/* Both lengths of the block at `at`, which must be the last one. */
static void assert_block(const struct out *out, size_t at, uint32_t type, uint32_t length)
{
    assert_int_equal(get(out, at, 4), type);
    assert_int_equal(get(out, at + 4, 4), length);
    assert_int_equal(get(out, at + length - 4, 4), length);
    assert_int_equal(length % 4, 0);
    assert_int_equal(out->file.used, at + length);
    assert_int_equal(out->octets[at + length], FILL);
}

static void assert_option(const struct out *out, size_t at, uint32_t code, uint32_t length)
{
    assert_int_equal(get(out, at, 2), code);
    assert_int_equal(get(out, at + 2, 2), length);
}

static void a_section_without_options_is_28_octets(void **state)
{
    struct out out;

    (void)state;
    begin(&out, false);
    assert_int_equal(tb_pcapng_add_section(&out.file, NULL, 0), 0);
    assert_block(&out, 0, 0x0a0d0d0a, 28);
    assert_int_equal(get(&out, 8, 4), 0x1a2b3c4d);
    assert_int_equal(get(&out, 12, 2), 1);
    assert_int_equal(get(&out, 14, 2), 0);
    assert_int_equal(get(&out, 16, 4), 0xffffffff);
    assert_int_equal(get(&out, 20, 4), 0xffffffff);
}

static void the_order_of_octets_is_the_files(void **state)
{
    static const uint8_t magic[] = { 0x1a, 0x2b, 0x3c, 0x4d };
    struct out out;

    (void)state;
    begin(&out, true);
    assert_int_equal(tb_pcapng_add_section(&out.file, NULL, 0), 0);
    assert_memory_equal(out.octets + 8, magic, 4);
    assert_block(&out, 0, 0x0a0d0d0a, 28);
}

static void an_interface_says_its_type_snaplen_and_resolution(void **state)
{
    const struct tb_pcapng_option options[] = {
        tb_pcapng_text(TB_PCAPNG_IF_NAME, "lo0"),
        tb_pcapng_number(TB_PCAPNG_IF_SPEED, 8, 10000000000),
    };
    const struct tb_pcapng_interface interface = {
        .link_type = 276, .snaplen = 68, .tsresol = 9, .options = options, .option_count = 2
    };
    struct out out;

    (void)state;
    begin(&out, false);
    assert_int_equal(tb_pcapng_add_interface(&out.file, &interface), 0);
    assert_block(&out, 0, 1, 52);
    assert_int_equal(get(&out, 8, 2), 276);
    assert_int_equal(get(&out, 10, 2), 0);
    assert_int_equal(get(&out, 12, 4), 68);
    assert_option(&out, 16, TB_PCAPNG_IF_TSRESOL, 1);
    assert_int_equal(get(&out, 20, 4), 9); /* and three octets of padding */
    assert_option(&out, 24, TB_PCAPNG_IF_NAME, 3);
    assert_memory_equal(out.octets + 28, "lo0\0", 4);
    assert_option(&out, 32, TB_PCAPNG_IF_SPEED, 8);
    assert_int_equal(get(&out, 36, 4), 10000000000 & 0xffffffff);
    assert_int_equal(get(&out, 40, 4), 10000000000 >> 32);
    assert_option(&out, 44, 0, 0);
}

static void a_packet_is_padded_and_keeps_its_real_length(void **state)
{
    const struct tb_pcapng_option comment = tb_pcapng_text(TB_PCAPNG_COMMENT, "four");
    const struct tb_pcapng_packet packet = { .interface = 3,
                                             .ticks = 0x0123456789abcdef,
                                             .data = "abcde",
                                             .captured = 5,
                                             .length = 1500,
                                             .options = &comment,
                                             .option_count = 1 };

    (void)state;
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        struct out out;

        begin(&out, big_endian == 1);
        assert_int_equal(tb_pcapng_add_packet(&out.file, &packet), 0);
        assert_block(&out, 0, 6, 52);
        assert_int_equal(get(&out, 8, 4), 3);
        assert_int_equal(get(&out, 12, 4), 0x01234567);
        assert_int_equal(get(&out, 16, 4), 0x89abcdef);
        assert_int_equal(get(&out, 20, 4), 5);
        assert_int_equal(get(&out, 24, 4), 1500);
        assert_memory_equal(out.octets + 28, "abcde\0\0", 8);
        assert_option(&out, 36, TB_PCAPNG_COMMENT, 4);
        assert_memory_equal(out.octets + 40, "four", 4);
        assert_option(&out, 44, 0, 0);
    }
}

static void a_packet_without_options_has_no_end_of_options(void **state)
{
    const struct tb_pcapng_packet packet = { .data = "abcd", .captured = 4, .length = 4 };
    struct out out;

    (void)state;
    begin(&out, false);
    assert_int_equal(tb_pcapng_add_packet(&out.file, &packet), 0);
    assert_block(&out, 0, 6, 36);
}

static void statistics_count_in_64_bits_and_time_has_its_high_half_first(void **state)
{
    const struct tb_pcapng_option options[] = {
        tb_pcapng_time(TB_PCAPNG_ISB_STARTTIME, 0x1122334455667788),
        tb_pcapng_number(TB_PCAPNG_ISB_IFDROP, 8, 7),
    };
    struct out out;

    (void)state;
    begin(&out, false);
    assert_int_equal(tb_pcapng_add_statistics(&out.file, 1, 0x100000002, options, 2), 0);
    assert_block(&out, 0, 5, 52);
    assert_int_equal(get(&out, 8, 4), 1);
    assert_int_equal(get(&out, 12, 4), 1);
    assert_int_equal(get(&out, 16, 4), 2);
    assert_option(&out, 20, TB_PCAPNG_ISB_STARTTIME, 8);
    assert_int_equal(get(&out, 24, 4), 0x11223344);
    assert_int_equal(get(&out, 28, 4), 0x55667788);
    assert_option(&out, 32, TB_PCAPNG_ISB_IFDROP, 8);
    assert_int_equal(get(&out, 36, 4), 7);
    assert_int_equal(get(&out, 40, 4), 0);
}

static void any_other_block_holds_what_it_is_given(void **state)
{
    const struct tb_pcapng_option option = tb_pcapng_number(0x8001, 4, 4242);
    struct out out;

    (void)state;
    begin(&out, false);
    assert_int_equal(tb_pcapng_add_block(&out.file, 0x80000001, "\1\2\3", 3, &option, 1), 0);
    assert_block(&out, 0, 0x80000001, 28);
    assert_memory_equal(out.octets + 8, "\1\2\3\0", 4);
    assert_option(&out, 12, 0x8001, 4);
    assert_int_equal(get(&out, 16, 4), 4242);
}

static void blocks_follow_each_other(void **state)
{
    const struct tb_pcapng_interface interface = { .link_type = 1, .tsresol = 6 };
    struct out out;

    (void)state;
    begin(&out, false);
    assert_int_equal(tb_pcapng_add_section(&out.file, NULL, 0), 0);
    assert_int_equal(tb_pcapng_add_interface(&out.file, &interface), 0);
    assert_block(&out, 28, 1, 32);
}

/* All the space it needs, less each possible number of octets: refused, nothing touched outside. */
static void a_block_that_does_not_fit_changes_nothing(void **state)
{
    const struct tb_pcapng_option comment = tb_pcapng_text(TB_PCAPNG_COMMENT, "abc");
    const struct tb_pcapng_packet packet = {
        .data = "abcde", .captured = 5, .length = 5, .options = &comment, .option_count = 1
    };
    struct out out;

    (void)state;
    for (size_t size = 0; size < 52; size++) {
        begin(&out, false);
        out.file.size = 8 + size;
        out.file.used = 8;
        assert_int_equal(tb_pcapng_add_packet(&out.file, &packet), -ENOBUFS);
        assert_int_equal(out.file.used, 8);
        assert_int_equal(out.octets[7], FILL);
        assert_int_equal(out.octets[8 + size], FILL);
    }
    begin(&out, false);
    out.file.size = 52;
    assert_int_equal(tb_pcapng_add_packet(&out.file, &packet), 0);
}

static void what_cannot_be_expressed_is_refused(void **state)
{
    static const uint8_t octets[65536];
    const struct tb_pcapng_option wrong[] = {
        tb_pcapng_octets(TB_PCAPNG_COMMENT, octets, sizeof octets),
        tb_pcapng_number(TB_PCAPNG_COMMENT, 3, 0),
        tb_pcapng_octets(0, octets, 1),
    };
    const struct tb_pcapng_packet longer = { .data = octets, .captured = 2, .length = 1 };
    const struct tb_pcapng_interface finer = { .link_type = 1, .tsresol = 12 };
    struct out out;

    (void)state;
    begin(&out, false);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(tb_pcapng_add_section(&out.file, &wrong[i], 1), -EINVAL);
    assert_int_equal(tb_pcapng_add_packet(&out.file, &longer), -EINVAL);
    assert_int_equal(tb_pcapng_add_interface(&out.file, &finer), -EINVAL);
    assert_int_equal(out.file.used, 0);
}

static void ticks_are_rounded_down(void **state)
{
    (void)state;
    assert_int_equal(tb_pcapng_ticks(1767225643528209999, 9), 1767225643528209999);
    assert_int_equal(tb_pcapng_ticks(1767225643528209999, 6), 1767225643528209);
    assert_int_equal(tb_pcapng_ticks(1767225643528209999, 0), 1767225643);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_section_without_options_is_28_octets),
        cmocka_unit_test(the_order_of_octets_is_the_files),
        cmocka_unit_test(an_interface_says_its_type_snaplen_and_resolution),
        cmocka_unit_test(a_packet_is_padded_and_keeps_its_real_length),
        cmocka_unit_test(a_packet_without_options_has_no_end_of_options),
        cmocka_unit_test(statistics_count_in_64_bits_and_time_has_its_high_half_first),
        cmocka_unit_test(any_other_block_holds_what_it_is_given),
        cmocka_unit_test(blocks_follow_each_other),
        cmocka_unit_test(a_block_that_does_not_fit_changes_nothing),
        cmocka_unit_test(what_cannot_be_expressed_is_refused),
        cmocka_unit_test(ticks_are_rounded_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
