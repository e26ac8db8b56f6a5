/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_filter.c - packets of undecided connections wait, in bounded room, and each is counted once
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "filter.h"

#define WANTED_PID 42u
#define MS         1000000ull

static const struct tb_owner wanted = { .has = TB_OWNER_PID, .pid = WANTED_PID };
static const struct tb_owner other = { .has = TB_OWNER_PID, .pid = 7 };

static bool is_wanted(const struct tb_owner *owner, void *context)
{
    (void)context;
    return owner->pid == WANTED_PID;
}

static struct tb_filter *new_filter(size_t octets)
{
    const struct tb_filter_options options = { .wants = is_wanted,
                                               .octets = octets,
                                               .stranger_ns = 100 * MS };
    struct tb_filter *filter = tb_filter_new(&options);

    assert_non_null(filter);
    return filter;
}

/* Of the connection from `port`, both ends here and nobody known. */
static struct tb_filter_view view_of(uint16_t port)
{
    struct tb_filter_view view = { .tuple = { .local_port = port, .remote_port = 80 },
                                   .now_ns = 1000 * MS };

    view.tuple.local[15] = 1;
    view.tuple.remote[15] = 2;
    view.end[0].is_here = true;
    view.end[1].is_here = true;
    return view;
}

static struct tb_filter_view turned(struct tb_filter_view view)
{
    struct tb_filter_view other_way = view;

    other_way.tuple = tb_tuple_turned(&view.tuple);
    other_way.end[0] = view.end[1];
    other_way.end[1] = view.end[0];
    return other_way;
}

static struct tb_packet *new_packet(uint64_t time_ns)
{
    static const uint8_t octets[100];
    struct tb_packet *packet = tb_packet_new(octets, sizeof octets, sizeof octets);

    assert_non_null(packet);
    packet->time_ns = time_ns;
    return packet;
}

static void keep(struct tb_filter *filter, const struct tb_filter_view *view, uint64_t time_ns)
{
    assert_int_equal(tb_filter_choose(filter, view), TB_CHOICE_WAIT);
    assert_int_equal(tb_filter_keep(filter, view, new_packet(time_ns)), 0);
}

/* What a review shall find, whichever packet it asks about. */
static void look(const struct tb_packet *packet, struct tb_filter_view *view, void *context)
{
    (void)packet;
    *view = *(const struct tb_filter_view *)context;
}

/* How many packets a review sets free; in the order of their times. */
static size_t review(struct tb_filter *filter, struct tb_filter_view *found)
{
    struct tb_packet_list ready = { 0 };
    struct tb_packet *packet;
    uint64_t time_ns = 0;
    size_t count = 0;

    tb_filter_review(filter, look, found, &ready);
    while ((packet = tb_packet_list_take(&ready)) != NULL) {
        assert_true(packet->time_ns >= time_ns);
        time_ns = packet->time_ns;
        free(packet);
        count++;
    }
    return count;
}

static void one_wanted_end_is_enough(void **state)
{
    struct tb_filter *filter = new_filter(0);
    struct tb_filter_view view = view_of(1000);

    (void)state;
    view.end[1].owner = &wanted;
    assert_int_equal(tb_filter_choose(filter, &view), TB_CHOICE_WRITE);
    view.end[0].owner = &other;
    assert_int_equal(tb_filter_choose(filter, &view), TB_CHOICE_WRITE);
    tb_filter_free(filter);
}

static void two_others_are_left_out_and_counted(void **state)
{
    struct tb_filter *filter = new_filter(0);
    struct tb_filter_view view = view_of(1000);

    (void)state;
    view.end[0].owner = &other;
    view.end[1].owner = &other;
    assert_int_equal(tb_filter_choose(filter, &view), TB_CHOICE_LEAVE);
    assert_int_equal(tb_filter_choose(filter, &view), TB_CHOICE_LEAVE);
    assert_int_equal(tb_filter_counts(filter, false).left_out, 2);
    tb_filter_free(filter);
}

static void one_other_end_decides_nothing_while_the_second_may_become_known(void **state)
{
    struct tb_filter *filter = new_filter(0);
    struct tb_filter_view view = view_of(1000);

    (void)state;
    view.end[0].owner = &other;
    keep(filter, &view, 1);
    view.now_ns += 1000000ull * MS;
    assert_int_equal(tb_filter_choose(filter, &view), TB_CHOICE_WAIT);
    tb_filter_free(filter);
}

static void both_directions_wait_together_and_go_in_order(void **state)
{
    struct tb_filter *filter = new_filter(0);
    struct tb_filter_view view = view_of(1000);
    struct tb_filter_view back = turned(view);

    (void)state;
    keep(filter, &view, 2);
    keep(filter, &back, 1);
    keep(filter, &view, 3);
    assert_int_equal(tb_filter_counts(filter, false).waiting, 3);
    assert_int_equal(review(filter, &view), 0);
    view.end[1].owner = &wanted;
    assert_int_equal(review(filter, &view), 3);
    assert_int_equal(tb_filter_counts(filter, true).waiting, 0);
    assert_int_equal(tb_filter_counts(filter, true).dropped, 0);
    tb_filter_free(filter);
}

static void those_who_turn_out_to_be_others_are_left_out(void **state)
{
    struct tb_filter *filter = new_filter(0);
    struct tb_filter_view view = view_of(1000);

    (void)state;
    keep(filter, &view, 1);
    keep(filter, &view, 2);
    view.end[0].owner = &other;
    view.end[1].owner = &other;
    assert_int_equal(review(filter, &view), 0);
    assert_int_equal(tb_filter_counts(filter, false).left_out, 2);
    assert_int_equal(tb_filter_counts(filter, false).waiting, 0);
    tb_filter_free(filter);
}

static void an_end_that_is_not_here_is_waited_for_only_so_long(void **state)
{
    struct tb_filter *filter = new_filter(0);
    struct tb_filter_view view = view_of(1000);

    (void)state;
    view.end[0].owner = &other;
    view.end[1].is_here = false;
    keep(filter, &view, 1);
    view.now_ns += 99 * MS;
    assert_int_equal(tb_filter_choose(filter, &view), TB_CHOICE_WAIT);
    view.now_ns += 1 * MS;
    assert_int_equal(review(filter, &view), 0);
    assert_int_equal(tb_filter_counts(filter, false).left_out, 1);
    /* what follows does not wait again */
    assert_int_equal(tb_filter_choose(filter, &view), TB_CHOICE_LEAVE);
    tb_filter_free(filter);
}

static void a_connection_opened_again_is_asked_about_anew(void **state)
{
    struct tb_filter *filter = new_filter(0);
    struct tb_filter_view view = view_of(1000);

    (void)state;
    view.end[0].owner = &other;
    view.end[1].is_here = false;
    keep(filter, &view, 1);
    view.now_ns += 100 * MS;
    assert_int_equal(review(filter, &view), 0);
    view.opens = true;
    keep(filter, &view, 2);
    view.end[1].owner = &wanted;
    assert_int_equal(review(filter, &view), 1);
    tb_filter_free(filter);
}

static void a_syn_that_waits_when_the_tuple_is_opened_again_is_not_the_new_ones(void **state)
{
    struct tb_filter *filter = new_filter(0);
    struct tb_filter_view view = view_of(1000);
    struct tb_filter_view opens = view;

    (void)state;
    opens.opens = true;
    keep(filter, &opens, 1);
    keep(filter, &view, 2);
    keep(filter, &opens, 3); /* drops the two before it */
    assert_int_equal(tb_filter_counts(filter, false).dropped, 2);
    opens.end[0].owner = &wanted;
    assert_int_equal(review(filter, &opens), 1);
    tb_filter_free(filter);
}

static void what_waits_of_a_wanted_connection_outlives_the_next_one(void **state)
{
    struct tb_filter *filter = new_filter(0);
    struct tb_filter_view view = view_of(1000);
    struct tb_filter_view known = view;
    struct tb_filter_view others = view;

    (void)state;
    keep(filter, &view, 1);
    keep(filter, &view, 2);
    known.end[0].owner = &wanted;
    assert_int_equal(tb_filter_choose(filter, &known), TB_CHOICE_WRITE);
    view.opens = true;
    keep(filter, &view, 3);
    others.end[0].owner = &other;
    others.end[1].owner = &other;
    assert_int_equal(review(filter, &others), 2);
    assert_int_equal(tb_filter_counts(filter, true).left_out, 1);
    assert_int_equal(tb_filter_counts(filter, true).dropped, 0);
    tb_filter_free(filter);
}

static void a_repeated_syn_waits_with_the_first(void **state)
{
    struct tb_filter *filter = new_filter(0);
    struct tb_filter_view opens = view_of(1000);

    (void)state;
    opens.opens = true;
    keep(filter, &opens, 1);
    keep(filter, &opens, 2);
    opens.end[0].owner = &wanted;
    assert_int_equal(review(filter, &opens), 2);
    assert_int_equal(tb_filter_counts(filter, true).dropped, 0);
    tb_filter_free(filter);
}

static void the_longest_waiting_connection_goes_where_there_is_no_room(void **state)
{
    const size_t one = sizeof(struct tb_packet) + 100;
    struct tb_filter *filter = new_filter(3 * one);
    struct tb_filter_view first = view_of(1000);
    struct tb_filter_view second = view_of(2000);

    (void)state;
    keep(filter, &first, 1);
    keep(filter, &second, 2);
    keep(filter, &first, 3); /* so that the second has waited longest */
    keep(filter, &first, 4);
    assert_int_equal(tb_filter_counts(filter, false).dropped, 1);
    assert_int_equal(tb_filter_counts(filter, false).waiting, 3);
    first.end[0].owner = &wanted;
    assert_int_equal(review(filter, &first), 3);
    tb_filter_free(filter);
}

static void a_flood_of_connections_keeps_to_its_bound(void **state)
{
    struct tb_filter *filter = new_filter(0);
    struct tb_filter_counts counts;

    (void)state;
    for (uint32_t i = 0; i < 40000; i++) {
        struct tb_filter_view view = view_of((uint16_t)i);

        keep(filter, &view, i);
    }
    counts = tb_filter_counts(filter, false);
    assert_true(counts.waiting <= 16384);
    assert_int_equal(counts.waiting + counts.dropped, 40000);
    counts = tb_filter_counts(filter, true);
    assert_int_equal(counts.dropped, 40000);
    tb_filter_free(filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_wanted_end_is_enough),
        cmocka_unit_test(two_others_are_left_out_and_counted),
        cmocka_unit_test(one_other_end_decides_nothing_while_the_second_may_become_known),
        cmocka_unit_test(both_directions_wait_together_and_go_in_order),
        cmocka_unit_test(those_who_turn_out_to_be_others_are_left_out),
        cmocka_unit_test(an_end_that_is_not_here_is_waited_for_only_so_long),
        cmocka_unit_test(a_connection_opened_again_is_asked_about_anew),
        cmocka_unit_test(a_syn_that_waits_when_the_tuple_is_opened_again_is_not_the_new_ones),
        cmocka_unit_test(what_waits_of_a_wanted_connection_outlives_the_next_one),
        cmocka_unit_test(a_repeated_syn_waits_with_the_first),
        cmocka_unit_test(the_longest_waiting_connection_goes_where_there_is_no_room),
        cmocka_unit_test(a_flood_of_connections_keeps_to_its_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
