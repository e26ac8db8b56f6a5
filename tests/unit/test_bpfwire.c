/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_bpfwire.c - records of the BPF programs, sound and damaged */
#include "bpfwire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "../../companion/bpf/owner_wire.h"
#include "edge.h"

static struct tb_wire_task task_of(enum tb_wire_kind kind)
{
    return (struct tb_wire_task){ .time_ns = 1234567890123,
                                  .kind = kind,
                                  .fd = -1,
                                  .process = { .start_ns = 98765,
                                               .cgroup = 77,
                                               .pid = 4242,
                                               .parent_pid = 4000,
                                               .uid = 1000,
                                               .comm = "curl" } };
}

/* 127.0.0.1:40001 to 127.0.0.2:80 */
static struct tb_wire_socket socket_of(enum tb_wire_kind kind)
{
    return (struct tb_wire_socket){ .task = task_of(kind),
                                    .socket = 0xffff888012345678,
                                    .local = { 127, 0, 0, 1 },
                                    .remote = { 127, 0, 0, 2 },
                                    .family = AF_INET,
                                    .local_port = htons(40001),
                                    .remote_port = htons(80),
                                    .state = 1,
                                    .netns = 4026531840,
                                    .uid = 1001 };
}

static bool read_at_edge(const void *data, size_t length, struct tb_sock_event *event)
{
    return tb_bpfwire_read(tb_edge_put(data, length), length, event);
}

static void a_connection_is_told_with_who_connected(void **state)
{
    const struct tb_wire_socket record = socket_of(TB_WIRE_CONNECT);
    struct tb_tuple tuple = { .local_port = 40001, .remote_port = 80 };
    struct tb_sock_event event;

    (void)state;
    tb_tuple_map_ipv4(tuple.local, "\x7f\0\0\1");
    tb_tuple_map_ipv4(tuple.remote, "\x7f\0\0\2");
    assert_true(read_at_edge(&record, sizeof(record), &event));
    assert_int_equal(event.kind, TB_SOCK_CONNECT);
    assert_int_equal(event.time_ns, 1234567890123);
    assert_true(event.socket == 0xffff888012345678);
    assert_true(tb_tuple_equal(&event.tuple, &tuple));
    assert_int_equal(event.netns, 4026531840);
    assert_int_equal(event.uid, 1001);
    assert_int_equal(event.fd, -1);
    assert_int_equal(event.process.pid, 4242);
    assert_int_equal(event.process.parent_pid, 4000);
    assert_int_equal(event.process.uid, 1000);
    assert_int_equal(event.process.start_ns, 98765);
    assert_int_equal(event.process.cgroup, 77);
    assert_false(event.process.in_kernel);
    assert_string_equal(event.process.comm, "curl");
    assert_string_equal(event.process.exe, "");
    assert_null(event.process.arguments);
}

static void each_kind_has_its_event(void **state)
{
    static const struct {
        enum tb_wire_kind wire;
        enum tb_sock_event_kind event;
    } kinds[] = {
        { TB_WIRE_CONNECT, TB_SOCK_CONNECT }, { TB_WIRE_OPEN, TB_SOCK_OPEN },
        { TB_WIRE_USE, TB_SOCK_USE },         { TB_WIRE_LISTEN, TB_SOCK_LISTEN },
        { TB_WIRE_HELD, TB_SOCK_HELD },       { TB_WIRE_CLOSE, TB_SOCK_CLOSE },
        { TB_WIRE_FORK, TB_SOCK_FORK },       { TB_WIRE_RENAME, TB_SOCK_RENAME },
        { TB_WIRE_EXIT, TB_SOCK_EXIT },       { TB_WIRE_TASK, TB_SOCK_EXEC },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const struct tb_wire_socket record = socket_of(kinds[i].wire);
        size_t length = kinds[i].wire < TB_WIRE_FORK ? sizeof(record) : sizeof(record.task);
        struct tb_sock_event event;

        assert_true(read_at_edge(&record, length, &event));
        assert_int_equal(event.kind, kinds[i].event);
    }
}

static void an_ipv6_address_stays_as_it_is(void **state)
{
    struct tb_wire_socket record = socket_of(TB_WIRE_USE);
    struct tb_sock_event event;

    (void)state;
    record.family = AF_INET6;
    memset(record.remote, 0x20, sizeof(record.remote));
    assert_true(read_at_edge(&record, sizeof(record), &event));
    assert_memory_equal(event.tuple.local, record.local, 16);
    assert_memory_equal(event.tuple.remote, record.remote, 16);
}

static void what_listens_has_no_remote_address(void **state)
{
    static const uint8_t zero[16];
    struct tb_wire_socket record = socket_of(TB_WIRE_LISTEN);
    struct tb_sock_event event;

    (void)state;
    assert_true(read_at_edge(&record, sizeof(record), &event));
    assert_memory_equal(event.tuple.remote, zero, 16);
    assert_int_equal(event.tuple.remote_port, 0);
    record = socket_of(TB_WIRE_CLOSE);
    record.remote_port = 0;
    assert_true(read_at_edge(&record, sizeof(record), &event));
    assert_memory_equal(event.tuple.remote, zero, 16);
}

static void who_is_found_is_told_with_the_descriptor(void **state)
{
    struct tb_wire_socket record = socket_of(TB_WIRE_HELD);
    struct tb_sock_event event;

    (void)state;
    record.task.fd = 9;
    assert_true(read_at_edge(&record, sizeof(record), &event));
    assert_int_equal(event.fd, 9);
    assert_int_equal(event.found, TB_SOCK_FOUND_SNAPSHOT);
    assert_false(event.alone);
}

static void a_thread_of_the_kernel_is_told_as_one(void **state)
{
    struct tb_wire_socket record = socket_of(TB_WIRE_CONNECT);
    struct tb_sock_event event;

    (void)state;
    record.task.process.in_kernel = 1;
    assert_true(read_at_edge(&record, sizeof(record), &event));
    assert_true(event.process.in_kernel);
}

static size_t exec_of(uint8_t octets[256], const char *exe, size_t exe_length,
                      const char *arguments, size_t arguments_length)
{
    const struct tb_wire_exec exec = { .task = task_of(TB_WIRE_EXEC),
                                       .exe_length = (uint32_t)exe_length,
                                       .arguments_length = (uint32_t)arguments_length };

    memcpy(octets, &exec, sizeof(exec));
    memcpy(octets + sizeof(exec), exe, exe_length);
    memcpy(octets + sizeof(exec) + exe_length, arguments, arguments_length);
    return sizeof(exec) + exe_length + arguments_length;
}

static void a_program_is_told_with_its_name_and_arguments(void **state)
{
    static const char arguments[] = "curl\0-s\0http://a/";
    uint8_t octets[256];
    size_t length = exec_of(octets, "/usr/bin/curl", 14, arguments, sizeof(arguments));
    struct tb_sock_event event;

    (void)state;
    assert_true(read_at_edge(octets, length, &event));
    assert_int_equal(event.kind, TB_SOCK_EXEC);
    assert_string_equal(event.process.exe, "/usr/bin/curl");
    assert_int_equal(event.process.arguments_length, sizeof(arguments));
    assert_memory_equal(event.process.arguments, arguments, sizeof(arguments));
}

static void arguments_that_were_not_asked_for_are_not_known(void **state)
{
    uint8_t octets[256];
    size_t length = exec_of(octets, "./cli", 6, "", 0);
    struct tb_sock_event event;

    (void)state;
    assert_true(read_at_edge(octets, length, &event));
    assert_string_equal(event.process.exe, "./cli");
    assert_null(event.process.arguments);
}

static void a_cgroup_is_told_with_its_path_and_no_process(void **state)
{
    uint8_t octets[256];
    size_t length = exec_of(octets, "/docker/a", 10, "", 0);
    const uint32_t kind = TB_WIRE_CGROUP;
    struct tb_sock_event event;

    (void)state;
    memcpy(octets + offsetof(struct tb_wire_task, kind), &kind, sizeof(kind));
    assert_true(read_at_edge(octets, length, &event));
    assert_int_equal(event.kind, TB_SOCK_CGROUP);
    assert_string_equal(event.path, "/docker/a");
    assert_string_equal(event.process.exe, "");
    assert_int_equal(event.process.cgroup, 77);
    assert_int_equal(event.process.pid, 0);
    length = exec_of(octets, "", 0, "", 0);
    memcpy(octets + offsetof(struct tb_wire_task, kind), &kind, sizeof(kind));
    assert_false(read_at_edge(octets, length, &event));
}

static void a_record_is_read_whole_or_not_at_all(void **state)
{
    const struct tb_wire_socket record = socket_of(TB_WIRE_USE);
    uint8_t octets[256] = { 0 };
    size_t length = exec_of(octets, "./cli", 6, "a\0b", 4);
    struct tb_sock_event event = { .kind = TB_SOCK_LOST };

    (void)state;
    for (size_t i = 0; i < sizeof(record); i++)
        assert_false(read_at_edge(&record, i, &event));
    for (size_t i = 0; i < length; i++)
        assert_false(read_at_edge(octets, i, &event));
    assert_false(read_at_edge(octets, length + 1, &event));
    memcpy(octets, &record, sizeof(record));
    assert_false(read_at_edge(octets, sizeof(record) + 1, &event));
    assert_int_equal(event.kind, TB_SOCK_LOST);
}

static void lengths_that_lie_are_no_record(void **state)
{
    static const uint32_t lengths[][2] = { { 7, 4 },           { 6, 5 }, { UINT32_MAX, 11 },
                                           { 6, UINT32_MAX },  { 5, 5 }, { 0x80000000, 0x8000000a },
                                           { 0xffffffff, 12 }, { 11, 0 } };
    uint8_t octets[256];
    size_t length = exec_of(octets, "./cli", 6, "abcd", 4);
    struct tb_sock_event event;

    (void)state;
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        memcpy(octets + offsetof(struct tb_wire_exec, exe_length), &lengths[i][0], 4);
        memcpy(octets + offsetof(struct tb_wire_exec, arguments_length), &lengths[i][1], 4);
        assert_false(read_at_edge(octets, length, &event));
    }
}

static void what_is_unknown_is_no_record(void **state)
{
    struct tb_wire_socket record = socket_of(TB_WIRE_USE);
    struct tb_sock_event event;

    (void)state;
    record.task.kind = 0;
    assert_false(read_at_edge(&record, sizeof(record), &event));
    record.task.kind = TB_WIRE_CGROUP + 1;
    assert_false(read_at_edge(&record, sizeof(record), &event));
    record.task.kind = UINT32_MAX;
    assert_false(read_at_edge(&record, sizeof(record), &event));
    record = socket_of(TB_WIRE_USE);
    record.family = AF_UNIX;
    assert_false(read_at_edge(&record, sizeof(record), &event));
    record = socket_of(TB_WIRE_USE);
    record.task.process.in_kernel = 2;
    assert_false(read_at_edge(&record, sizeof(record), &event));
}

static void a_name_without_an_end_is_no_record(void **state)
{
    struct tb_wire_socket record = socket_of(TB_WIRE_USE);
    struct tb_sock_event event;

    (void)state;
    memset(record.task.process.comm, 'x', sizeof(record.task.process.comm));
    assert_false(read_at_edge(&record, sizeof(record), &event));
}

static void a_name_may_hold_any_octet(void **state)
{
    struct tb_wire_task record = task_of(TB_WIRE_RENAME);
    struct tb_sock_event event;

    (void)state;
    memcpy(record.process.comm, "\n\xff\x1b[2J\t", 8);
    assert_true(read_at_edge(&record, sizeof(record), &event));
    assert_string_equal(event.process.comm, "\n\xff\x1b[2J\t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_connection_is_told_with_who_connected),
        cmocka_unit_test(each_kind_has_its_event),
        cmocka_unit_test(an_ipv6_address_stays_as_it_is),
        cmocka_unit_test(what_listens_has_no_remote_address),
        cmocka_unit_test(who_is_found_is_told_with_the_descriptor),
        cmocka_unit_test(a_thread_of_the_kernel_is_told_as_one),
        cmocka_unit_test(a_program_is_told_with_its_name_and_arguments),
        cmocka_unit_test(arguments_that_were_not_asked_for_are_not_known),
        cmocka_unit_test(a_cgroup_is_told_with_its_path_and_no_process),
        cmocka_unit_test(a_record_is_read_whole_or_not_at_all),
        cmocka_unit_test(lengths_that_lie_are_no_record),
        cmocka_unit_test(what_is_unknown_is_no_record),
        cmocka_unit_test(a_name_without_an_end_is_no_record),
        cmocka_unit_test(a_name_may_hold_any_octet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
