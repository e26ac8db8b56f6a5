/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_procwire.c - what is said between breathdump and its helper arrives, and nothing else */
#include "procwire.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "attrib_script.h"
#include "edge.h"

static const struct tb_sock_event *an_event(void)
{
    static struct tb_sock_event event;

    event = held(12, 4242, client(40000), 99, 5, true);
    event.since_ns = 3;
    event.lost = 4;
    event.process.parent_pid = 17;
    event.process.in_kernel = true;
    event.process.uid = 1000;
    event.process.exe = "/usr/bin/curl";
    event.process.arguments = "curl\0-s\0";
    event.process.arguments_length = 8;
    return &event;
}

static void an_event_arrives_whole(void **state)
{
    const struct tb_sock_event *event = an_event();
    uint8_t message[TB_PROCWIRE_MAX];
    size_t length = tb_procwire_put_event(message, event);
    struct tb_sock_event read;

    (void)state;
    assert_true(tb_procwire_read_event(message, length, &read));
    assert_int_equal(read.kind, TB_SOCK_HELD);
    assert_int_equal(read.found, TB_SOCK_FOUND_SNAPSHOT);
    assert_true(read.alone);
    assert_int_equal(read.time_ns, event->time_ns);
    assert_int_equal(read.since_ns, 3);
    assert_int_equal(read.lost, 4);
    assert_int_equal(read.socket, 99);
    assert_true(tb_tuple_equal(&read.tuple, &event->tuple));
    assert_int_equal(read.netns, HERE);
    assert_int_equal(read.uid, event->uid);
    assert_int_equal(read.fd, 5);
    assert_int_equal(read.process.pid, 4242);
    assert_int_equal(read.process.parent_pid, 17);
    assert_int_equal(read.process.start_ns, event->process.start_ns);
    assert_int_equal(read.process.uid, 1000);
    assert_true(read.process.in_kernel);
    assert_string_equal(read.process.comm, "p4242");
    assert_string_equal(read.process.exe, "/usr/bin/curl");
    assert_int_equal(read.process.arguments_length, 8);
    assert_memory_equal(read.process.arguments, "curl\0-s\0", 8);
}

static void what_is_not_known_stays_unknown(void **state)
{
    const struct tb_sock_event event = { .kind = TB_SOCK_FORK, .fd = -1 };
    uint8_t message[TB_PROCWIRE_MAX];
    size_t length = tb_procwire_put_event(message, &event);
    struct tb_sock_event read;

    (void)state;
    assert_true(tb_procwire_read_event(message, length, &read));
    assert_string_equal(read.process.comm, "");
    assert_string_equal(read.process.exe, "");
    assert_null(read.process.arguments);
    assert_int_equal(read.fd, -1);
}

static void longer_texts_are_cut(void **state)
{
    static char text[TB_PROC_TEXT_MAX * 2];
    struct tb_sock_event event = *an_event();
    uint8_t message[TB_PROCWIRE_MAX];
    struct tb_sock_event read;
    size_t length;

    (void)state;
    memset(text, 'x', sizeof text - 1);
    event.process.comm = text;
    event.process.exe = text;
    event.process.arguments = text;
    event.process.arguments_length = sizeof text;
    length = tb_procwire_put_event(message, &event);
    assert_true(length <= sizeof message);
    assert_true(tb_procwire_read_event(message, length, &read));
    assert_int_equal(strlen(read.process.comm), 15);
    assert_int_equal(strlen(read.process.exe), TB_PROC_TEXT_MAX);
    assert_int_equal(read.process.arguments_length, TB_PROC_TEXT_MAX);
}

/* Aligned, as a message is that was received. */
static bool is_event(const uint8_t *octets, size_t length)
{
    static _Alignas(max_align_t) uint8_t message[TB_PROCWIRE_MAX + 1];
    struct tb_sock_event read;

    memcpy(message, octets, length);
    return tb_procwire_read_event(message, length, &read);
}

static void an_event_that_stops_early_or_goes_on_is_none(void **state)
{
    uint8_t message[TB_PROCWIRE_MAX + 1] = { 0 };
    size_t length = tb_procwire_put_event(message, an_event());

    (void)state;
    for (size_t cut = 0; cut < length; cut++)
        assert_false(is_event(message, cut));
    assert_true(is_event(message, length));
    assert_false(is_event(message, length + 1));
}

static void a_message_that_stops_early_is_not_read_behind(void **state)
{
    struct tb_procwire_request request = { .task = TB_PROCWIRE_LOOK, .opens = true };
    uint8_t message[TB_PROCWIRE_MAX];
    size_t length = tb_procwire_put_request(message, &request);
    int error;

    (void)state;
    for (size_t cut = 0; cut <= length; cut++) {
        const uint8_t *octets = tb_edge_put(message, cut);

        assert_int_equal(tb_procwire_read_request(octets, cut, &request), cut == length);
        assert_false(tb_procwire_read_end(octets, cut, &error));
    }
}

/* No octet of an event may make the reader believe what cannot be. */
static void an_octet_that_is_wrong_does_no_harm(void **state)
{
    uint8_t message[TB_PROCWIRE_MAX];
    size_t length = tb_procwire_put_event(message, an_event());

    (void)state;
    for (size_t at = 0; at < length; at++) {
        for (unsigned flip = 1; flip < 256; flip <<= 1) {
            static _Alignas(max_align_t) uint8_t copy[TB_PROCWIRE_MAX];
            struct tb_sock_event read;

            memcpy(copy, message, length);
            copy[at] ^= (uint8_t)flip;
            if (!tb_procwire_read_event(copy, length, &read))
                continue;
            assert_true(read.kind < TB_SOCK_EVENT_COUNT);
            assert_true(strlen(read.process.comm) < 16);
            assert_true(strlen(read.process.exe) <= TB_PROC_TEXT_MAX);
        }
    }
}

static void a_request_arrives(void **state)
{
    const struct tb_procwire_request request = { .tuple = client(40000),
                                                 .task = TB_PROCWIRE_LOOK,
                                                 .opens = true };
    uint8_t message[TB_PROCWIRE_MAX];
    size_t length = tb_procwire_put_request(message, &request);
    struct tb_procwire_request read;

    (void)state;
    assert_true(tb_procwire_read_request(message, length, &read));
    assert_true(tb_tuple_equal(&read.tuple, &request.tuple));
    assert_int_equal(read.task, TB_PROCWIRE_LOOK);
    assert_true(read.opens);
    assert_false(is_event(message, length));
}

static void an_end_arrives_with_its_error(void **state)
{
    uint8_t message[TB_PROCWIRE_MAX];
    size_t length = tb_procwire_put_end(message, -ENOMEM);
    struct tb_procwire_request request;
    int error = 0;

    (void)state;
    assert_true(tb_procwire_read_end(message, length, &error));
    assert_int_equal(error, -ENOMEM);
    assert_false(tb_procwire_read_request(message, length, &request));
    length = tb_procwire_put_end(message, 5);
    assert_false(tb_procwire_read_end(message, length, &error));
    length = tb_procwire_put_event(message, an_event());
    assert_false(tb_procwire_read_end(message, length, &error));
}

static void messages_are_taken_from_a_stream_as_they_come(void **state)
{
    static struct tb_procwire_stream stream;
    uint8_t message[TB_PROCWIRE_MAX];
    uint8_t frames[2 * TB_PROCWIRE_FRAME_MAX];
    size_t length = tb_procwire_put_event(message, an_event());
    size_t all = tb_procwire_put_frame(frames, message, length);
    const uint8_t *taken;
    size_t events = 0;
    int error = 0;

    (void)state;
    assert_int_equal(all % 8, 0);
    length = tb_procwire_put_end(message, -EPERM);
    all += tb_procwire_put_frame(frames + all, message, length);
    for (size_t at = 0; at < all; at++) {
        struct tb_sock_event event;
        size_t size;
        uint8_t *room = tb_procwire_room(&stream, &size);

        assert_true(size > 0);
        *room = frames[at];
        tb_procwire_came(&stream, 1);
        while (tb_procwire_next(&stream, &taken, &length) == 1) {
            if (tb_procwire_read_event(taken, length, &event))
                events++;
            else
                assert_true(tb_procwire_read_end(taken, length, &error));
        }
    }
    assert_int_equal(events, 1);
    assert_int_equal(error, -EPERM);
}

static void a_stream_that_makes_no_sense_is_said(void **state)
{
    static const uint32_t lengths[] = { 0, TB_PROCWIRE_MAX + 1, UINT32_MAX };
    static struct tb_procwire_stream stream;
    const uint8_t *taken;
    size_t length;

    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t size;
        uint8_t *room;

        memset(&stream, 0, sizeof stream);
        assert_int_equal(tb_procwire_next(&stream, &taken, &length), 0);
        room = tb_procwire_room(&stream, &size);
        memset(room, 0, 8);
        memcpy(room, &lengths[i], sizeof lengths[i]);
        tb_procwire_came(&stream, 8);
        assert_int_equal(tb_procwire_next(&stream, &taken, &length), -EBADMSG);
    }
}

/* What is left of one frame never fills the room. */
static void a_stream_always_has_room(void **state)
{
    static struct tb_procwire_stream stream;
    static uint8_t message[TB_PROCWIRE_MAX];
    static uint8_t frame[TB_PROCWIRE_FRAME_MAX];
    size_t whole = tb_procwire_put_frame(frame, message, sizeof message);
    size_t sent = 0;
    size_t count = 0;

    (void)state;
    while (count < 100) {
        const uint8_t *taken;
        size_t length;
        size_t size;
        uint8_t *room = tb_procwire_room(&stream, &size);

        assert_true(size > 0);
        for (size_t i = 0; i < size; i++)
            room[i] = frame[sent++ % whole];
        tb_procwire_came(&stream, size);
        for (; tb_procwire_next(&stream, &taken, &length) == 1; count++)
            assert_int_equal(length, sizeof message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_event_arrives_whole),
        cmocka_unit_test(what_is_not_known_stays_unknown),
        cmocka_unit_test(longer_texts_are_cut),
        cmocka_unit_test(an_event_that_stops_early_or_goes_on_is_none),
        cmocka_unit_test(a_message_that_stops_early_is_not_read_behind),
        cmocka_unit_test(an_octet_that_is_wrong_does_no_harm),
        cmocka_unit_test(a_request_arrives),
        cmocka_unit_test(an_end_arrives_with_its_error),
        cmocka_unit_test(messages_are_taken_from_a_stream_as_they_come),
        cmocka_unit_test(a_stream_that_makes_no_sense_is_said),
        cmocka_unit_test(a_stream_always_has_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
