/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_annotate.c - which packet carries which note */
#include "annotate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "attrib_script.h"

enum {
    CURL = 7,
    HELLO = 8,
    OTHER = 9
};

struct desk {
    struct tb_attrib *attrib;
    struct tb_annotator *annotator;
};

static struct desk desk_with(const struct tb_annotator_limits *limits)
{
    struct desk desk = { tb_attrib_new(NULL), tb_annotator_new(limits) };

    assert_non_null(desk.attrib);
    assert_non_null(desk.annotator);
    return desk;
}

static void clear(struct desk *desk)
{
    tb_annotator_free(desk->annotator);
    tb_attrib_free(desk->attrib);
}

static void feed(struct desk *desk, struct tb_sock_event event)
{
    assert_int_equal(tb_attrib_feed(desk->attrib, &event), 0);
}

static struct tb_annotator_packet packet_of(struct tb_tuple sender, uint64_t ms)
{
    return (struct tb_annotator_packet){
        .frame = { .sender = sender }, .time_ns = ms * MS, .netns = HERE, .loopback = true
    };
}

static struct tb_annotation look(struct desk *desk, struct tb_tuple sender, uint64_t ms)
{
    struct tb_annotator_packet packet = packet_of(sender, ms);
    struct tb_annotation annotation;

    tb_annotator_look(desk->annotator, desk->attrib, &packet, &annotation);
    return annotation;
}

/* Looks and writes: the pids that are due, the sender's first; 0: not due. */
static void write_and_expect(struct desk *desk, struct tb_tuple sender, uint64_t ms,
                             uint32_t source, uint32_t destination)
{
    struct tb_annotator_packet packet = packet_of(sender, ms);
    struct tb_annotation annotation = look(desk, sender, ms);
    struct tb_note note;
    bool is_due = tb_annotation_note(&annotation, TB_MECHANISM_BPF, 3, &note);

    assert_int_equal(is_due, source != 0 || destination != 0);
    assert_int_equal(note.owner[TB_NOTE_SRC].pid, source);
    assert_int_equal(note.owner[TB_NOTE_DST].pid, destination);
    assert_int_equal(note.mechanism, is_due ? TB_MECHANISM_BPF : TB_MECHANISM_NONE);
    assert_int_equal(note.lost, is_due ? 3 : 0);
    assert_int_equal(tb_annotator_wrote(desk->annotator, &packet, &annotation), 0);
}

static void connect_at(struct desk *desk, uint16_t port, uint64_t ms)
{
    feed(desk, of_socket(TB_SOCK_CONNECT, ms, CURL, client(port), port));
    feed(desk, of_socket(TB_SOCK_OPEN, ms, 0, server(port), port + 100000u));
}

static void read_at(struct desk *desk, uint16_t port, uint64_t ms, uint32_t pid)
{
    feed(desk, of_socket(TB_SOCK_USE, ms, pid, server(port), port + 100000u));
}

static void both_owners_are_written_once(void **state)
{
    struct desk desk = desk_with(NULL);

    (void)state;
    connect_at(&desk, 4000, 10);
    read_at(&desk, 4000, 11, HELLO);
    write_and_expect(&desk, client(4000), 12, CURL, HELLO);
    write_and_expect(&desk, server(4000), 13, 0, 0);
    write_and_expect(&desk, client(4000), 14, 0, 0);
    clear(&desk);
}

static void an_owner_known_late_is_written_with_whichever_packet_comes_next(void **state)
{
    struct desk desk = desk_with(NULL);

    (void)state;
    connect_at(&desk, 4000, 10);
    write_and_expect(&desk, client(4000), 11, CURL, 0);
    read_at(&desk, 4000, 12, HELLO);
    write_and_expect(&desk, client(4000), 13, 0, HELLO);
    write_and_expect(&desk, server(4000), 14, 0, 0);
    clear(&desk);
}

static void a_listener_that_closes_is_no_news(void **state)
{
    struct tb_tuple passive = server(4000);
    struct desk desk = desk_with(NULL);

    (void)state;
    memset(passive.remote, 0, sizeof(passive.remote));
    passive.remote_port = 0;
    feed(&desk, of_socket(TB_SOCK_LISTEN, 1, HELLO, passive, 99));
    connect_at(&desk, 4000, 10);
    read_at(&desk, 4000, 11, HELLO);
    assert_int_equal(look(&desk, client(4000), 12).answer[TB_NOTE_DST].owner.listener_pid, HELLO);
    write_and_expect(&desk, client(4000), 12, CURL, HELLO);
    feed(&desk, of_socket(TB_SOCK_CLOSE, 13, 0, passive, 99));
    assert_int_equal(look(&desk, client(4000), 14).answer[TB_NOTE_DST].owner.listener_pid, 0);
    write_and_expect(&desk, client(4000), 14, 0, 0);
    clear(&desk);
}

static void a_packet_of_the_peer_carries_the_sender_at_its_own_end(void **state)
{
    struct desk desk = desk_with(NULL);

    (void)state;
    connect_at(&desk, 4000, 10);
    read_at(&desk, 4000, 12, HELLO);
    write_and_expect(&desk, server(4000), 13, HELLO, CURL);
    clear(&desk);
}

static void of_an_end_that_is_there_an_owner_is_expected(void **state)
{
    struct desk desk = desk_with(NULL);
    struct tb_annotation annotation;

    (void)state;
    annotation = look(&desk, client(4000), 5);
    assert_false(annotation.expected[TB_NOTE_SRC]);
    assert_false(annotation.expected[TB_NOTE_DST]);
    connect_at(&desk, 4000, 10);
    annotation = look(&desk, client(4000), 11);
    assert_true(annotation.known[TB_NOTE_SRC]);
    assert_false(annotation.expected[TB_NOTE_SRC]);
    assert_true(annotation.expected[TB_NOTE_DST]);
    clear(&desk);
}

static void another_connection_of_the_same_tuple_is_written_anew(void **state)
{
    struct desk desk = desk_with(NULL);
    struct tb_sock_event event;

    (void)state;
    connect_at(&desk, 4000, 10);
    write_and_expect(&desk, client(4000), 11, CURL, 0);
    feed(&desk, of_socket(TB_SOCK_CLOSE, 20, 0, client(4000), 4000));
    event = of_socket(TB_SOCK_CONNECT, 30, OTHER, client(4000), 4001);
    feed(&desk, event);
    write_and_expect(&desk, client(4000), 31, OTHER, 0);
    clear(&desk);
}

static void a_new_name_is_written_anew(void **state)
{
    struct desk desk = desk_with(NULL);
    struct tb_sock_event exec = event_of(TB_SOCK_EXEC, 20, CURL);

    (void)state;
    connect_at(&desk, 4000, 10);
    write_and_expect(&desk, client(4000), 11, CURL, 0);
    exec.process.comm = "wget";
    feed(&desk, exec);
    write_and_expect(&desk, client(4000), 21, CURL, 0);
    write_and_expect(&desk, client(4000), 22, 0, 0);
    clear(&desk);
}

static void a_new_file_gets_every_note_again(void **state)
{
    struct desk desk = desk_with(NULL);

    (void)state;
    connect_at(&desk, 4000, 10);
    read_at(&desk, 4000, 11, HELLO);
    write_and_expect(&desk, client(4000), 12, CURL, HELLO);
    tb_annotator_next_file(desk.annotator);
    write_and_expect(&desk, server(4000), 13, HELLO, CURL);
    write_and_expect(&desk, client(4000), 14, 0, 0);
    clear(&desk);
}

static void a_note_comes_again_after_so_many_packets(void **state)
{
    struct tb_annotator_limits limits = { .repeat = 3 };
    struct desk desk = desk_with(&limits);

    (void)state;
    connect_at(&desk, 4000, 10);
    for (uint64_t round = 0; round < 3; round++) {
        write_and_expect(&desk, client(4000), 11 + round, CURL, 0);
        for (int i = 0; i < 3; i++)
            write_and_expect(&desk, server(4000), 11 + round, 0, 0);
    }
    clear(&desk);
}

static void of_a_forgotten_connection_the_note_comes_again(void **state)
{
    struct tb_annotator_limits limits = { .connections = 2 };
    struct desk desk = desk_with(&limits);

    (void)state;
    for (uint16_t port = 1; port <= 3; port++) {
        connect_at(&desk, port, 10);
        write_and_expect(&desk, client(port), 11, CURL, 0);
    }
    write_and_expect(&desk, client(3), 12, 0, 0);
    write_and_expect(&desk, client(2), 12, 0, 0);
    write_and_expect(&desk, client(1), 12, CURL, 0);
    write_and_expect(&desk, client(2), 12, 0, 0);
    write_and_expect(&desk, client(3), 12, CURL, 0);
    clear(&desk);
}

static void a_look_alone_changes_nothing(void **state)
{
    struct desk desk = desk_with(NULL);

    (void)state;
    connect_at(&desk, 4000, 10);
    for (int i = 0; i < 3; i++)
        assert_true(look(&desk, client(4000), 11).due[TB_NOTE_SRC]);
    write_and_expect(&desk, client(4000), 11, CURL, 0);
    clear(&desk);
}

static void namespaces_are_apart(void **state)
{
    struct desk desk = desk_with(NULL);
    struct tb_annotator_packet packet = packet_of(client(4000), 11);
    struct tb_annotation annotation;

    (void)state;
    connect_at(&desk, 4000, 10);
    write_and_expect(&desk, client(4000), 11, CURL, 0);
    packet.netns = THERE;
    tb_annotator_look(desk.annotator, desk.attrib, &packet, &annotation);
    assert_false(annotation.known[TB_NOTE_SRC]);
    packet.loopback = false; /* then the one namespace that has it answers */
    tb_annotator_look(desk.annotator, desk.attrib, &packet, &annotation);
    assert_true(annotation.due[TB_NOTE_SRC]);
    clear(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listener_that_closes_is_no_news),
        cmocka_unit_test(both_owners_are_written_once),
        cmocka_unit_test(an_owner_known_late_is_written_with_whichever_packet_comes_next),
        cmocka_unit_test(a_packet_of_the_peer_carries_the_sender_at_its_own_end),
        cmocka_unit_test(of_an_end_that_is_there_an_owner_is_expected),
        cmocka_unit_test(another_connection_of_the_same_tuple_is_written_anew),
        cmocka_unit_test(a_new_name_is_written_anew),
        cmocka_unit_test(a_new_file_gets_every_note_again),
        cmocka_unit_test(a_note_comes_again_after_so_many_packets),
        cmocka_unit_test(of_a_forgotten_connection_the_note_comes_again),
        cmocka_unit_test(a_look_alone_changes_nothing),
        cmocka_unit_test(namespaces_are_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
