/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_frame.c - the ends of a segment in frames of every kind, and in none */
#include "frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "edge.h"

enum {
    FRAME_MAX = 256,
    ETHERNET = 1,
    SYN = 0x02,
    ACK = 0x10
};

struct built {
    uint8_t octets[FRAME_MAX];
    size_t length;
};

static void put(struct built *frame, const void *octets, size_t length)
{
    assert_true(frame->length + length <= FRAME_MAX);
    memcpy(frame->octets + frame->length, octets, length);
    frame->length += length;
}

/* From port 40000 to port 8080. */
static void put_tcp(struct built *frame, uint8_t flags)
{
    const uint8_t tcp[20] = { 0x9c, 0x40, 0x1f, 0x90, [12] = 0x50, [13] = flags };

    put(frame, tcp, sizeof(tcp));
}

static void put_ipv4(struct built *frame, uint8_t words, uint16_t fragment, uint8_t protocol)
{
    uint8_t ip[60] = { [6] = (uint8_t)(fragment >> 8),
                       [7] = (uint8_t)fragment,
                       [9] = protocol,
                       [12] = 192,
                       0,
                       2,
                       1,
                       198,
                       51,
                       100,
                       2 };

    ip[0] = (uint8_t)(0x40 | words);
    put(frame, ip, (size_t)words * 4);
}

static void put_ipv6(struct built *frame, uint8_t next)
{
    uint8_t ip[40] = { 0x60,     [6] = next,  [8] = 0x20, 0x01, 0x0d, 0xb8,
                       [23] = 1, [24] = 0x20, 0x01,       0x0d, 0xb8, [39] = 2 };

    put(frame, ip, sizeof(ip));
}

static void expect_ports(const struct tb_frame *frame)
{
    assert_int_equal(frame->sender.local_port, 40000);
    assert_int_equal(frame->sender.remote_port, 8080);
}

static void expect_ipv4(const struct tb_frame *frame)
{
    struct tb_tuple expected = { .local_port = 40000, .remote_port = 8080 };

    tb_tuple_map_ipv4(expected.local, "\300\0\2\1");
    tb_tuple_map_ipv4(expected.remote, "\306\63\144\2");
    assert_true(tb_tuple_equal(&frame->sender, &expected));
}

/* At the edge of memory, and cut at every length: what is cut before its ports is no frame, what is
 * cut before its flags may open. */
static bool read_at_every_length(uint32_t link_type, const struct built *built,
                                 struct tb_frame *frame)
{
    bool is_read = false;

    for (size_t length = 0; length <= built->length; length++) {
        struct tb_frame untouched = { .may_open = true, .sender = { .local_port = 1 } };
        const uint8_t *placed = tb_edge_put(built->octets, length);

        *frame = untouched;
        is_read = tb_frame_read(link_type, placed, length, frame);
        if (!is_read)
            assert_memory_equal(frame, &untouched, sizeof(untouched));
        else if (length < built->length - 6) {
            assert_true(frame->may_open);
            assert_false(frame->opens);
        }
    }
    return is_read;
}

static void every_link_type_is_read_through(void **state)
{
    static const struct {
        uint32_t type;
        size_t length;
        size_t type_at; /* of the EtherType; 0 at length 0 and 4: there is none */
    } links[] = { { 0, 4, 0 },   { 1, 14, 12 },   { 12, 0, 0 },  { 14, 0, 0 },  { 101, 0, 0 },
                  { 108, 4, 0 }, { 113, 16, 14 }, { 228, 0, 0 }, { 276, 20, 0 } };

    (void)state;
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        uint8_t header[20] = { 0 };
        struct built built = { .length = 0 };
        struct tb_frame frame;

        if (links[i].length > 4)
            header[links[i].type_at] = 0x08;
        put(&built, header, links[i].length);
        put_ipv4(&built, 5, 0x4000, 6);
        put_tcp(&built, SYN);
        assert_true(read_at_every_length(links[i].type, &built, &frame));
        expect_ipv4(&frame);
        assert_true(frame.may_open);
        assert_true(frame.opens);
    }
}

static void an_unknown_link_type_is_none(void **state)
{
    struct built built = { .length = 0 };
    struct tb_frame frame;

    (void)state;
    put_ipv4(&built, 5, 0, 6);
    put_tcp(&built, SYN);
    assert_false(read_at_every_length(147, &built, &frame));
}

static void tags_are_read_through(void **state)
{
    static const uint8_t start[] = { 0, 0,    0,    0, 0, 0,    0, 0, 0, 0,    0,
                                     0, 0x88, 0xa8, 0, 7, 0x81, 0, 0, 8, 0x86, 0xdd };
    struct built built = { .length = 0 };
    struct tb_frame frame;

    (void)state;
    put(&built, start, sizeof(start));
    put_ipv6(&built, 6);
    put_tcp(&built, ACK);
    assert_true(read_at_every_length(ETHERNET, &built, &frame));
    expect_ports(&frame);
    assert_int_equal(frame.sender.local[15], 1);
    assert_int_equal(frame.sender.remote[15], 2);
    assert_false(frame.may_open);
}

static void options_are_read_through(void **state)
{
    struct built built = { .length = 0 };
    struct tb_frame frame;

    (void)state;
    put_ipv4(&built, 15, 0x2000, 6); /* the first fragment of several */
    put_tcp(&built, SYN | ACK);
    assert_true(read_at_every_length(101, &built, &frame));
    expect_ipv4(&frame);
    assert_true(frame.may_open);
    assert_false(frame.opens);
}

static void extension_headers_are_read_through(void **state)
{
    static const uint8_t extensions[] = {
        60, 0, 1, 4, 0, 0, 0, 0,                         /* hop by hop */
        51, 1, 1, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* destination options */
        44, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1,             /* authentication */
        6,  0, 0, 1, 0, 0, 0, 9                          /* the first fragment */
    };
    struct built built = { .length = 0 };
    struct tb_frame frame;

    (void)state;
    put_ipv6(&built, 0);
    put(&built, extensions, sizeof(extensions));
    put_tcp(&built, ACK);
    assert_true(read_at_every_length(101, &built, &frame));
    expect_ports(&frame);
    assert_false(frame.may_open);
}

static void a_later_fragment_is_none(void **state)
{
    static const uint8_t fragment[] = { 6, 0, 0, 8, 0, 0, 0, 9 };
    struct built built = { .length = 0 };
    struct tb_frame frame;

    (void)state;
    put_ipv4(&built, 5, 1, 6);
    put_tcp(&built, SYN);
    assert_false(read_at_every_length(101, &built, &frame));
    built.length = 0;
    put_ipv6(&built, 44);
    put(&built, fragment, sizeof(fragment));
    put_tcp(&built, SYN);
    assert_false(read_at_every_length(101, &built, &frame));
}

static void what_is_no_tcp_is_none(void **state)
{
    static const uint8_t others[] = { 1, 4, 17, 41, 47, 59 }; /* ICMP, tunnels, UDP, nothing */
    struct tb_frame frame;

    (void)state;
    for (size_t i = 0; i < sizeof(others); i++) {
        struct built built = { .length = 0 };

        put_ipv4(&built, 5, 0, others[i]);
        put_tcp(&built, SYN);
        assert_false(read_at_every_length(101, &built, &frame));
        built.length = 0;
        put_ipv6(&built, others[i]);
        put_tcp(&built, SYN);
        assert_false(read_at_every_length(101, &built, &frame));
    }
}

static void headers_that_cannot_be_are_none(void **state)
{
    static const uint8_t endless[8] = { 60 }; /* destination options, and again */
    static const uint8_t no_authentication[8] = { 6 };
    struct built built = { .length = 0 };
    struct tb_frame frame;

    (void)state;
    put_ipv4(&built, 4, 0, 6); /* shorter than a header is */
    put_tcp(&built, SYN);
    assert_false(read_at_every_length(101, &built, &frame));
    built.length = 0;
    put_ipv6(&built, 60);
    for (size_t i = 0; i < 20; i++)
        put(&built, endless, sizeof(endless));
    put_tcp(&built, SYN);
    assert_false(read_at_every_length(101, &built, &frame));
    built.length = 0;
    put_ipv6(&built, 51);
    put(&built, no_authentication, sizeof(no_authentication));
    put_tcp(&built, SYN);
    assert_false(read_at_every_length(101, &built, &frame));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_link_type_is_read_through),
        cmocka_unit_test(an_unknown_link_type_is_none),
        cmocka_unit_test(tags_are_read_through),
        cmocka_unit_test(options_are_read_through),
        cmocka_unit_test(extension_headers_are_read_through),
        cmocka_unit_test(a_later_fragment_is_none),
        cmocka_unit_test(what_is_no_tcp_is_none),
        cmocka_unit_test(headers_that_cannot_be_are_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
