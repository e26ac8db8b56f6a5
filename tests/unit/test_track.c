/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_track.c - gaps, links, the state table */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gaps.h"
#include "links.h"
#include "seq.h"
#include "state.h"

static void a_gap_is_cut_from_either_end_and_in_the_middle(void **state)
{
    struct tb_gaps gaps = { .count = 0 };
    struct tb_range middle = { 140, 150 };
    struct tb_range left = { 90, 110 };
    struct tb_range right = { 190, 250 };
    struct tb_range all = { 0, 1000 };

    (void)state;
    tb_gaps_add(&gaps, 100, 200);
    assert_int_equal(tb_gaps_overlap(&gaps, all), 100);
    assert_int_equal(tb_gaps_fill(&gaps, middle), 10);
    assert_int_equal(gaps.count, 2);
    assert_int_equal(tb_gaps_fill(&gaps, left), 10);
    assert_int_equal(tb_gaps_fill(&gaps, right), 10);
    assert_int_equal(tb_gaps_next(&gaps, 300), 110);
    tb_gaps_acked(&gaps, 145);
    assert_int_equal(gaps.count, 1);
    assert_int_equal(tb_gaps_next(&gaps, 300), 150);
    tb_gaps_acked(&gaps, 160);
    assert_int_equal(tb_gaps_next(&gaps, 300), 160);
    assert_int_equal(tb_gaps_fill(&gaps, all), 30);
    assert_int_equal(tb_gaps_next(&gaps, 300), 300);
}

static void gaps_wrap_with_the_numbers(void **state)
{
    struct tb_gaps gaps = { .count = 0 };
    struct tb_range over = { 0xfffffff0u, 0x10 };

    (void)state;
    tb_gaps_add(&gaps, 0xfffffff8u, 8);
    assert_int_equal(tb_gaps_overlap(&gaps, over), 16);
    assert_int_equal(tb_gaps_fill(&gaps, over), 16);
    assert_int_equal(gaps.count, 0);
}

static void more_gaps_than_are_kept_are_admitted(void **state)
{
    struct tb_gaps gaps = { .count = 0 };
    struct tb_range middle = { 1002, 1004 };

    (void)state;
    for (uint32_t i = 0; i < TB_GAPS_MAX; i++)
        tb_gaps_add(&gaps, 1000 + i * 100, 1010 + i * 100);
    assert_false(gaps.overflowed);
    assert_int_equal(tb_gaps_fill(&gaps, middle), 2);
    assert_true(gaps.overflowed);
    assert_int_equal(gaps.count, TB_GAPS_MAX);
    tb_gaps_add(&gaps, 9000, 9001);
    assert_int_equal(gaps.count, TB_GAPS_MAX);
}

static void an_ack_fills_the_links_it_covers(void **state)
{
    struct tb_link link[4] = { { .frame = 1, .end = 110 },
                               { .frame = 2, .end = 130 },
                               { .frame = 3, .end = 120 }, /* came out of order */
                               { .frame = 4, .end = 130 } /* sent again */ };
    struct tb_links links = { NULL, NULL };

    (void)state;
    for (size_t i = 0; i < 4; i++)
        tb_links_sent(&links, &link[i]);
    assert_int_equal(tb_links_acked(&links, 105, 9), 0);
    assert_int_equal(tb_links_acked(&links, 120, 10), 3);
    assert_int_equal(link[0].acked_in, 10);
    assert_int_equal(link[2].acked_in, 10);
    assert_int_equal(link[1].acked_in, 0);
    assert_int_equal(tb_links_acked(&links, 130, 11), 4);
    assert_int_equal(link[1].acked_in, 11);
    assert_int_equal(link[3].acked_in, 11);
    assert_null(links.first);
    assert_null(links.last);
}

static void links_wrap_with_the_numbers(void **state)
{
    struct tb_link link[2] = { { .frame = 1, .end = 0xfffffff0u }, { .frame = 2, .end = 0x10 } };
    struct tb_links links = { NULL, NULL };

    (void)state;
    tb_links_sent(&links, &link[0]);
    tb_links_sent(&links, &link[1]);
    assert_int_equal(tb_links_acked(&links, 0, 3), 1);
    assert_int_equal(tb_links_acked(&links, 0x10, 4), 2);
}

/* Each is before the other then: whoever believes both finds no place between. */
static void a_link_half_the_numbers_away_goes_before_the_last(void **state)
{
    struct tb_link link[3] = { { .frame = 1, .end = 2000 },
                               { .frame = 2, .end = 2000 },
                               { .frame = 3, .end = 2000 + 0x80000000u } };
    struct tb_links links = { NULL, NULL };

    (void)state;
    for (size_t i = 0; i < 3; i++)
        tb_links_sent(&links, &link[i]);
    assert_ptr_equal(links.last, &link[1]);
    assert_ptr_equal(link[2].next, &link[1]);
    assert_null(link[1].next);
}

static void every_state_is_closed_by_a_reset_and_only_by_rows(void **state)
{
    (void)state;
    for (unsigned from = 0; from < TB_STATE_COUNT; from++) {
        for (unsigned what = 0; what < TB_TRIGGER_COUNT; what++) {
            enum tb_state to = tb_state_next((enum tb_state)from, (enum tb_trigger)what);

            assert_true(to < TB_STATE_COUNT);
            if (what == TB_GOT_RESET)
                assert_int_equal(to, TB_STATE_CLOSED);
            else if (from == TB_STATE_TIME_WAIT && what != TB_RESENT_FIN && what != TB_MISSED_FIN)
                assert_int_equal(to, TB_STATE_TIME_WAIT);
            else if (to != (enum tb_state)from)
                assert_true(to != TB_STATE_UNKNOWN && to != TB_STATE_LISTEN);
        }
    }
    assert_true(tb_state_is_over(TB_STATE_TIME_WAIT));
    assert_true(tb_state_is_over(TB_STATE_CLOSED));
    assert_false(tb_state_is_over(TB_STATE_LAST_ACK));
    assert_true(tb_state_is_synchronised(TB_STATE_CLOSE_WAIT));
    assert_false(tb_state_is_synchronised(TB_STATE_SYN_RECEIVED));
}

static void numbers_are_compared_across_the_wrap(void **state)
{
    (void)state;
    assert_true(tb_seq_lt(0xffffffffu, 0));
    assert_true(tb_seq_le(5, 5));
    assert_true(tb_seq_gt(1, 0xfffffff0u));
    assert_true(tb_seq_ge(1, 1));
    assert_int_equal(tb_seq_max(0xfffffff0u, 4), 4);
    assert_int_equal(tb_seq_diff(4, 0xfffffffcu), 8);
}

static void names_are_identifiers_and_out_of_range_is_unknown(void **state)
{
    (void)state;
    assert_string_equal(tb_phase_name(TB_PHASE_WINDOW_UPDATE), "window-update");
    assert_string_equal(tb_step_name(TB_STEP_TLS_HANDSHAKE), "tls-handshake");
    assert_string_equal(tb_state_name(TB_STATE_FIN_WAIT_2), "FIN-WAIT-2");
    assert_string_equal(tb_role_name(TB_ROLE_SERVER), "server");
    assert_string_equal(tb_mark_name(TB_MARK_COMPLETES_HANDSHAKE), "completes-handshake");
    assert_string_equal(tb_phase_name(TB_PHASE_COUNT), "unknown");
    assert_string_equal(tb_mark_name(TB_MARK_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gap_is_cut_from_either_end_and_in_the_middle),
        cmocka_unit_test(gaps_wrap_with_the_numbers),
        cmocka_unit_test(more_gaps_than_are_kept_are_admitted),
        cmocka_unit_test(an_ack_fills_the_links_it_covers),
        cmocka_unit_test(links_wrap_with_the_numbers),
        cmocka_unit_test(a_link_half_the_numbers_away_goes_before_the_last),
        cmocka_unit_test(every_state_is_closed_by_a_reset_and_only_by_rows),
        cmocka_unit_test(numbers_are_compared_across_the_wrap),
        cmocka_unit_test(names_are_identifiers_and_out_of_range_is_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
