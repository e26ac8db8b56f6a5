/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_heldwire.c - what the BPF iterator writes, sound and damaged */
#include "heldwire.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "edge.h"

enum {
    OCTETS_MAX = 256
};

struct stream {
    uint8_t octets[OCTETS_MAX];
    size_t length;
};

static void put(struct stream *stream, const void *octets, size_t length)
{
    memcpy(stream->octets + stream->length, octets, length);
    stream->length += length;
}

static void put_process(struct stream *stream, uint32_t pid, const char *comm)
{
    struct tb_wire_holder process = {
        .pid = pid, .parent_pid = 1, .uid = 1000, .start_ns = 1234567890123
    };

    memcpy(process.comm, comm, strnlen(comm, sizeof process.comm));
    put(stream, &process, sizeof process);
}

static void put_holding(struct stream *stream, uint32_t inode, uint32_t fd)
{
    const struct tb_wire_holding holding = { inode, fd };

    put(stream, &holding, sizeof holding);
}

/* Two processes, of three sockets and of one. */
static struct stream two(void)
{
    struct stream stream = { .length = 0 };

    put_process(&stream, 4242, "hello");
    put_holding(&stream, 7, 3);
    put_holding(&stream, 8, 4);
    put_holding(&stream, UINT32_MAX, 1000);
    put_process(&stream, 4243, "a) \033[31m(b");
    put_holding(&stream, 7, 5);
    return stream;
}

static void processes_come_with_their_sockets(void **state)
{
    const struct stream stream = two();
    struct tb_nl_rest rest = { stream.octets, stream.length };
    struct tb_held held;

    (void)state;
    assert_int_equal(tb_held_next(&rest, &held), 1);
    assert_int_equal(held.process.pid, 4242);
    assert_int_equal(held.process.parent_pid, 1);
    assert_int_equal(held.process.uid, 1000);
    assert_int_equal(held.process.start_ns, 1234567890123);
    assert_string_equal(held.process.comm, "hello");
    assert_int_equal(held.count, 3);
    assert_int_equal(tb_held_at(&held, 0).inode, 7);
    assert_int_equal(tb_held_at(&held, 0).fd, 3);
    assert_int_equal(tb_held_at(&held, 2).inode, UINT32_MAX);
    assert_int_equal(tb_held_at(&held, 2).fd, 1000);
    assert_int_equal(tb_held_next(&rest, &held), 1);
    assert_int_equal(held.process.pid, 4243);
    assert_int_equal(held.count, 1);
    assert_int_equal(tb_held_at(&held, 0).fd, 5);
    assert_int_equal(tb_held_next(&rest, &held), 0);
}

static void nothing_is_no_process(void **state)
{
    struct tb_nl_rest rest = { NULL, 0 };
    struct tb_held held = { .count = 77 };

    (void)state;
    assert_int_equal(tb_held_next(&rest, &held), 0);
    assert_int_equal(held.count, 77);
}

static void a_process_may_have_no_socket(void **state)
{
    struct stream stream = { .length = 0 };
    struct tb_nl_rest rest = { stream.octets, 0 };
    struct tb_held held;

    (void)state;
    put_process(&stream, 1, "one");
    put_process(&stream, 2, "two");
    rest.length = stream.length;
    assert_int_equal(tb_held_next(&rest, &held), 1);
    assert_int_equal(held.count, 0);
    assert_int_equal(tb_held_next(&rest, &held), 1);
    assert_int_equal(held.process.pid, 2);
    assert_int_equal(tb_held_next(&rest, &held), 0);
}

static void a_socket_without_a_process_is_damage(void **state)
{
    struct stream stream = { .length = 0 };
    struct tb_nl_rest rest = { stream.octets, 0 };
    struct tb_held held = { .count = 77 };

    (void)state;
    for (uint32_t i = 0; i < 6; i++) /* as long as a process is, and longer */
        put_holding(&stream, 7, i);
    rest.length = stream.length;
    assert_int_equal(tb_held_next(&rest, &held), -EPROTO);
    assert_int_equal(held.count, 77);
}

static void a_name_that_does_not_end_is_damage(void **state)
{
    struct stream stream = { .length = 0 };
    struct tb_nl_rest rest = { stream.octets, 0 };
    struct tb_held held;

    (void)state;
    put_process(&stream, 1, "sixteen octets!!");
    rest.length = stream.length;
    assert_int_equal(tb_held_next(&rest, &held), -EPROTO);
}

/* Where octets are cut, what is whole is read, and the rest is never more than there was. */
static void octets_that_stop_early_are_read_to_their_end_only(void **state)
{
    const struct stream whole = two();
    const size_t first = sizeof(struct tb_wire_holder) + 3 * sizeof(struct tb_wire_holding);
    const size_t second = sizeof(struct tb_wire_holder);

    (void)state;
    for (size_t length = 0; length <= whole.length; length++) {
        struct tb_nl_rest rest = { tb_edge_put(whole.octets, length), length };
        struct tb_held held;
        int processes = 0, result;

        while ((result = tb_held_next(&rest, &held)) > 0) {
            processes++;
            for (size_t i = 0; i < held.count; i++)
                assert_int_not_equal(tb_held_at(&held, i).inode, 0);
        }
        assert_int_equal(processes,
                         (length >= sizeof(struct tb_wire_holder)) + (length >= first + second));
        if (length != first && length != whole.length && length % 8 != 0)
            assert_int_equal(result, -EPROTO);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(processes_come_with_their_sockets),
        cmocka_unit_test(nothing_is_no_process),
        cmocka_unit_test(a_process_may_have_no_socket),
        cmocka_unit_test(a_socket_without_a_process_is_damage),
        cmocka_unit_test(a_name_that_does_not_end_is_damage),
        cmocka_unit_test(octets_that_stop_early_are_read_to_their_end_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
