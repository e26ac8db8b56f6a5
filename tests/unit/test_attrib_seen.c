/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_attrib_seen.c - what packets that open connections tell, where holders are looked for
 *
 * Sockets are named by numbers: 11 is the first connection's, 12 the next one's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "attrib_script.h"

enum {
    PORT = 40000
};

static int set_up(void **state)
{
    *state = tb_attrib_new(NULL);
    return *state == NULL ? -1 : 0;
}

static int tear_down(void **state)
{
    tb_attrib_free(*state);
    return 0;
}

static void feed(void **state, struct tb_sock_event event)
{
    assert_int_equal(tb_attrib_feed(*state, &event), 0);
}

/* 0: nobody */
static uint32_t ask(void **state, struct tb_attrib_question question)
{
    struct tb_attrib_answer answer;

    return tb_attrib_ask(*state, &question, &answer) ? answer.owner.pid : 0;
}

static uint32_t owner_at(void **state, uint64_t ms)
{
    return ask(state, asked(client(PORT), ms));
}

/* Of the packet that opens the connection. */
static uint32_t owner_of_opening(void **state, uint64_t time_ns)
{
    struct tb_attrib_question question = asked(client(PORT), 0);

    question.time_ns = time_ns;
    question.may_open = true;
    question.opens = true;
    return ask(state, question);
}

static bool is_expected(void **state, uint64_t ms)
{
    struct tb_attrib_question question = asked(client(PORT), ms);

    return tb_attrib_has_end(*state, &question);
}

static void seen(void **state, uint64_t ms)
{
    feed(state, of_socket(TB_SOCK_SEEN, ms, 0, client(PORT), 0));
}

static void found(void **state, uint64_t ms, uint32_t pid, uint64_t socket)
{
    feed(state, scanned(ms, pid, client(PORT), socket, true));
}

static void nobody(void **state, uint64_t ms, bool is_gone)
{
    struct tb_sock_event event = of_socket(TB_SOCK_NOBODY, ms, 0, client(PORT), 0);

    event.alone = is_gone;
    feed(state, event);
}

static void an_end_that_a_packet_opened_is_expected_to_have_an_owner(void **state)
{
    seen(state, 10);
    assert_int_equal(owner_at(state, 11), 0);
    assert_true(is_expected(state, 11));
    assert_false(is_expected(state, 9));
}

static void who_is_found_is_named_from_the_packet_on_that_opened_it(void **state)
{
    seen(state, 10);
    found(state, 13, 7, 11);
    assert_int_equal(owner_of_opening(state, 10 * MS), 7);
    assert_int_equal(owner_at(state, 11), 7);
    assert_int_equal(owner_at(state, 20), 7);
    assert_int_equal(owner_at(state, 9), 0);
}

static void each_of_two_connections_has_its_own_holder(void **state)
{
    seen(state, 10);
    found(state, 13, 7, 11);
    seen(state, 20);
    assert_int_equal(owner_at(state, 21), 0);
    assert_true(is_expected(state, 21));
    found(state, 23, 8, 12);
    assert_int_equal(owner_at(state, 15), 7);
    assert_int_equal(owner_at(state, 19), 7);
    assert_int_equal(owner_of_opening(state, 20 * MS), 8);
    assert_int_equal(owner_at(state, 21), 8);
}

static void a_look_is_of_the_connection_that_was_open_then(void **state)
{
    seen(state, 10);
    seen(state, 20);
    found(state, 13, 7, 11);
    assert_int_equal(owner_at(state, 15), 7);
    assert_int_equal(owner_at(state, 21), 0);
    found(state, 23, 8, 12);
    assert_int_equal(owner_at(state, 15), 7);
    assert_int_equal(owner_at(state, 21), 8);
}

/* connect() may have been before its packet. */
static void a_look_right_before_a_packet_names_nobody(void **state)
{
    struct tb_sock_event event = scanned(19, 8, client(PORT), 12, true);

    event.time_ns += MS / 2;
    seen(state, 10);
    seen(state, 20);
    feed(state, event);
    assert_int_equal(owner_at(state, 15), 0);
    assert_int_equal(owner_at(state, 21), 0);
}

static void a_look_that_is_told_before_its_packet_is_of_that_packet(void **state)
{
    seen(state, 10);
    found(state, 23, 8, 12);
    seen(state, 20);
    assert_int_equal(owner_at(state, 15), 0);
    assert_int_equal(owner_of_opening(state, 20 * MS), 8);
    assert_int_equal(owner_at(state, 24), 8);
}

static void what_a_snapshot_found_was_opened_by_a_packet_that_is_told_later(void **state)
{
    feed(state, held(23, 8, client(PORT), 12, 5, true));
    seen(state, 20);
    assert_int_equal(owner_of_opening(state, 20 * MS), 8);
    assert_int_equal(owner_at(state, 24), 8);
    assert_int_equal(owner_at(state, 19), 0);
}

static void who_was_found_before_the_packet_has_what_was_open_before(void **state)
{
    feed(state, held(10, 7, client(PORT), 11, 5, true));
    seen(state, 20);
    assert_int_equal(owner_at(state, 15), 7);
    assert_int_equal(owner_at(state, 21), 0);
}

static void the_same_packet_told_twice_is_one(void **state)
{
    seen(state, 10);
    found(state, 13, 7, 11);
    seen(state, 10);
    assert_int_equal(owner_at(state, 14), 7);
}

/* A packet that is sent again finds the same socket, or another. */
static void a_packet_that_opens_again_leaves_the_owner_open(void **state)
{
    seen(state, 10);
    found(state, 13, 7, 11);
    seen(state, 1010);
    assert_int_equal(owner_at(state, 1011), 0);
    found(state, 1013, 7, 11);
    assert_int_equal(owner_at(state, 1011), 7);
    assert_int_equal(owner_at(state, 14), 7);
}

static void the_two_clocks_may_differ_a_little(void **state)
{
    seen(state, 10);
    found(state, 13, 7, 11);
    seen(state, 20);
    found(state, 23, 8, 12);
    assert_int_equal(owner_of_opening(state, 10 * MS - 1000), 7);
    assert_int_equal(owner_of_opening(state, 20 * MS - 1000), 8);
    assert_int_equal(owner_of_opening(state, 20 * MS + 1000), 8);
}

static void where_nobody_was_found_nobody_is_waited_for(void **state)
{
    seen(state, 10);
    nobody(state, 12, false);
    assert_false(is_expected(state, 11));
    found(state, 14, 7, 11);
    assert_int_equal(owner_at(state, 11), 7);
    assert_true(is_expected(state, 11));
}

static void where_no_socket_is_the_end_is_closed(void **state)
{
    seen(state, 10);
    nobody(state, 12, true);
    assert_false(is_expected(state, 11));
    seen(state, 20);
    assert_true(is_expected(state, 21));
}

static void nobody_is_told_of_the_connection_that_was_open_then(void **state)
{
    seen(state, 10);
    seen(state, 20);
    nobody(state, 13, true);
    assert_true(is_expected(state, 21));
    assert_false(is_expected(state, 15));
}

static void nobody_of_an_unknown_end_is_nothing(void **state)
{
    nobody(state, 13, true);
    assert_false(is_expected(state, 14));
}

static void the_end_of_a_socket_is_not_that_of_the_next_one(void **state)
{
    seen(state, 10);
    found(state, 13, 7, 11);
    seen(state, 20);
    feed(state, of_socket(TB_SOCK_CLOSE, 22, 0, client(PORT), 11));
    found(state, 25, 8, 12);
    assert_int_equal(owner_at(state, 15), 7);
    assert_int_equal(owner_at(state, 21), 8);
    feed(state, of_socket(TB_SOCK_CLOSE, 30, 0, client(PORT), 12));
    assert_int_equal(owner_at(state, 31), 8);
}

static void packets_after_the_end_of_a_connection_are_its_own(void **state)
{
    seen(state, 10);
    found(state, 13, 7, 11);
    feed(state, of_socket(TB_SOCK_CLOSE, 15, 0, client(PORT), 11));
    assert_int_equal(owner_at(state, 16), 7);
    seen(state, 20);
    assert_int_equal(owner_at(state, 16), 7);
    assert_int_equal(owner_at(state, 21), 0);
}

/* Nobody tells of looks that are out of order for long: a packet may be, from another interface. */
static void a_packet_that_is_told_late_opened_what_is_between(void **state)
{
    seen(state, 30);
    found(state, 33, 8, 12);
    seen(state, 20);
    found(state, 23, 7, 11);
    assert_int_equal(owner_at(state, 25), 7);
    assert_int_equal(owner_at(state, 34), 8);
}

static void a_walk_makes_sure_whom_a_look_found(void **state)
{
    struct tb_attrib_question question = asked(client(PORT), 20);
    struct tb_attrib_answer answer;

    seen(state, 10);
    feed(state, scanned(12, 7, client(PORT), 11, false));
    assert_true(tb_attrib_ask(*state, &question, &answer));
    assert_int_equal(answer.owner.certainty, TB_OWNER_UNSURE);
    found(state, 15, 7, 11);
    assert_true(tb_attrib_ask(*state, &question, &answer));
    assert_int_equal(answer.owner.certainty, TB_OWNER_SURE);
}

static void a_walk_that_finds_several_leaves_nobody(void **state)
{
    seen(state, 10);
    feed(state, scanned(12, 7, client(PORT), 11, false));
    feed(state, scanned(15, 7, client(PORT), 11, false));
    feed(state, scanned(15, 8, client(PORT), 11, false));
    assert_int_equal(owner_at(state, 20), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_end_that_a_packet_opened_is_expected_to_have_an_owner),
        TEST(who_is_found_is_named_from_the_packet_on_that_opened_it),
        TEST(each_of_two_connections_has_its_own_holder),
        TEST(a_look_is_of_the_connection_that_was_open_then),
        TEST(a_look_right_before_a_packet_names_nobody),
        TEST(a_look_that_is_told_before_its_packet_is_of_that_packet),
        TEST(what_a_snapshot_found_was_opened_by_a_packet_that_is_told_later),
        TEST(who_was_found_before_the_packet_has_what_was_open_before),
        TEST(the_same_packet_told_twice_is_one),
        TEST(a_packet_that_opens_again_leaves_the_owner_open),
        TEST(the_two_clocks_may_differ_a_little),
        TEST(where_nobody_was_found_nobody_is_waited_for),
        TEST(where_no_socket_is_the_end_is_closed),
        TEST(nobody_is_told_of_the_connection_that_was_open_then),
        TEST(nobody_of_an_unknown_end_is_nothing),
        TEST(the_end_of_a_socket_is_not_that_of_the_next_one),
        TEST(packets_after_the_end_of_a_connection_are_its_own),
        TEST(a_packet_that_is_told_late_opened_what_is_between),
        TEST(a_walk_makes_sure_whom_a_look_found),
        TEST(a_walk_that_finds_several_leaves_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
