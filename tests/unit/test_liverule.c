/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_liverule.c - what may be concluded from a socket that was found while its packet was fresh
 */
#include "liverule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MS_NS    UINT64_C(1000000)
#define LOOK_NS  UINT64_C(1000000000000) /* when the socket was asked for */
#define SLACK_NS MS_NS

/* --- The budget ------------------------------------------------------------------------------- */

static void looks_take_a_tenth_of_the_time(void **state)
{
    struct tb_live_budget budget = { 0 };
    const uint64_t look_ns = 5 * MS_NS;
    const uint64_t begin_ns = 77;
    uint64_t spent_ns = 0;

    (void)state;
    for (uint64_t now_ns = begin_ns; now_ns < begin_ns + 10000 * MS_NS; now_ns += MS_NS)
        if (tb_live_may_look(&budget, now_ns)) {
            tb_live_looked(&budget, look_ns);
            spent_ns += look_ns;
        }
    assert_true(spent_ns >= 1000 * MS_NS && spent_ns <= 1000 * MS_NS + TB_LIVE_BURST_NS + look_ns);
}

static void unused_time_adds_up_to_a_burst(void **state)
{
    struct tb_live_budget budget = { 0 };
    unsigned looks = 0;

    (void)state;
    assert_true(tb_live_may_look(&budget, 1));
    tb_live_looked(&budget, TB_LIVE_BURST_NS);
    assert_false(tb_live_may_look(&budget, 1));
    while (tb_live_may_look(&budget, UINT64_MAX / 2)) {
        tb_live_looked(&budget, TB_LIVE_LOOK_NS);
        looks++;
    }
    assert_int_equal(looks, TB_LIVE_BURST_NS / TB_LIVE_LOOK_NS);
}

static void an_end_is_asked_for_less_and_less_often(void **state)
{
    unsigned looks = 1;

    (void)state;
    for (; tb_live_pause_ns(looks + 1) != 0; looks++)
        assert_int_equal(tb_live_pause_ns(looks + 1), 2 * tb_live_pause_ns(looks));
    assert_true(looks >= 2 && looks <= 8);
    assert_int_equal(tb_live_pause_ns(looks + 2), 0);
}

/* --- Who it is -------------------------------------------------------------------------------- */

static struct tb_holders held_by(size_t count)
{
    return (struct tb_holders){ .socket = { .inode = 7,
                                            .state = TB_DIAG_ESTABLISHED,
                                            .octets_sent = 1,
                                            .has_octets = true },
                                .count = count,
                                .complete = true };
}

static void a_sole_holder_is_named(void **state)
{
    const struct tb_holders holders = held_by(1);
    const struct tb_live_reading reading = tb_live_read(&holders, false);

    (void)state;
    assert_int_equal(reading.result, TB_LIVE_NAMED);
    assert_int_equal(reading.doubts, 0);
    assert_false(reading.may_improve);
}

static void who_may_not_be_alone_is_doubted(void **state)
{
    struct tb_holders holders = held_by(1);
    struct tb_live_reading reading;

    (void)state;
    holders.complete = false;
    reading = tb_live_read(&holders, true);
    assert_int_equal(reading.result, TB_LIVE_NAMED);
    assert_int_equal(reading.doubts, TB_OWNERS_DOUBT_HIDDEN);
    assert_true(reading.may_improve); /* a process began meanwhile */
    holders.denied = true;
    assert_false(tb_live_read(&holders, true).may_improve);
}

static void who_has_accepted_and_done_nothing_is_doubted(void **state)
{
    struct tb_holders holders = held_by(1);
    struct tb_live_reading reading;

    (void)state;
    holders.socket.octets_sent = 0;
    holders.denied = true;
    reading = tb_live_read(&holders, false);
    assert_int_equal(reading.doubts, TB_OWNERS_DOUBT_UNUSED);
    assert_true(reading.may_improve);
    assert_int_equal(tb_live_read(&holders, true).doubts, 0); /* connect() was a use */
}

static void of_several_holders_none_is_named(void **state)
{
    const struct tb_holders holders = held_by(2);

    (void)state;
    assert_int_equal(tb_live_read(&holders, true).result, TB_LIVE_SEVERAL);
    assert_true(tb_live_read(&holders, true).may_improve);
}

static void who_is_not_seen_is_hidden(void **state)
{
    struct tb_holders holders = held_by(0);

    (void)state;
    holders.denied = true;
    assert_int_equal(tb_live_read(&holders, true).result, TB_LIVE_HIDDEN);
    assert_false(tb_live_read(&holders, true).may_improve);
}

static void a_socket_that_nobody_holds_waits_for_accept_or_is_closed(void **state)
{
    static const struct {
        uint8_t state;
        enum tb_live_result result;
    } rows[] = {
        { TB_DIAG_ESTABLISHED, TB_LIVE_UNACCEPTED },
        { TB_DIAG_SYN_RECV, TB_LIVE_UNACCEPTED },
        { TB_DIAG_NEW_SYN_RECV, TB_LIVE_UNACCEPTED },
        { TB_DIAG_CLOSE_WAIT, TB_LIVE_UNACCEPTED },
        { TB_DIAG_TIME_WAIT, TB_LIVE_GONE },
        { TB_DIAG_CLOSE, TB_LIVE_GONE },
        { 4, TB_LIVE_GONE }, /* TCP_FIN_WAIT1 */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tb_holders holders = held_by(0);

        holders.socket.inode = 0;
        holders.socket.state = rows[i].state;
        assert_int_equal(tb_live_read(&holders, false).result, rows[i].result);
        assert_int_equal(tb_live_read(&holders, false).may_improve,
                         rows[i].result == TB_LIVE_UNACCEPTED);
    }
}

/* --- Whether it is the connection's ----------------------------------------------------------- */

/* A socket that was asked for at LOOK_NS, and what the capture shows at a packet that passed so
 * many milliseconds later (before: negative). The end has sent 100 octets and received 1000. */
struct situation {
    struct tb_live_found found;
    struct tb_live_shown shown;
};

static struct situation at(int64_t ms)
{
    return (struct situation){
        .found = { .asked_ns = LOOK_NS,
                   .answered_ns = LOOK_NS + MS_NS,
                   .tick_ns = 4 * MS_NS,
                   .received = 1000,
                   .sent = 100,
                   .has_octets = true,
                   .may_send = true },
        .shown = { .time_ns = (uint64_t)((int64_t)LOOK_NS + ms * (int64_t)MS_NS),
                   .slack_ns = SLACK_NS,
                   .received = 1000,
                   .reached = 1000,
                   .sent = 100,
                   .has_octets = true,
                   .goes_on = true },
    };
}

static enum tb_live_verdict verdict(const struct situation *situation)
{
    return tb_live_judge(&situation->found, &situation->shown);
}

static void what_was_found_waits_for_a_later_packet(void **state)
{
    struct situation situation = at(-100);

    (void)state;
    assert_int_equal(verdict(&situation), TB_LIVE_WAITS);
    situation = at(2); /* as late as the answer and the slack */
    assert_int_equal(verdict(&situation), TB_LIVE_WAITS);
    situation = at(3);
    assert_int_equal(verdict(&situation), TB_LIVE_PROVEN);
}

static void a_packet_of_the_other_end_proves_nothing(void **state)
{
    struct situation situation = at(500);

    (void)state;
    situation.shown.goes_on = false;
    assert_int_equal(verdict(&situation), TB_LIVE_WAITS);
}

static void a_socket_older_than_the_packet_is_the_connections(void **state)
{
    struct situation situation = at(-100);

    (void)state;
    situation.shown.goes_on = false;
    situation.found.quiet_ns = 50 * MS_NS;
    assert_int_equal(verdict(&situation), TB_LIVE_WAITS);
    situation.found.quiet_ns = 120 * MS_NS; /* the kernel's clock is not that exact */
    assert_int_equal(verdict(&situation), TB_LIVE_WAITS);
    situation.found.quiet_ns = 130 * MS_NS;
    assert_int_equal(verdict(&situation), TB_LIVE_PROVEN);
}

static void a_socket_that_has_done_less_is_another_ones(void **state)
{
    struct situation situation = at(-100);

    (void)state;
    situation.found.received = 998; /* 999: the other end's FIN may be among the 1000 */
    assert_int_equal(verdict(&situation), TB_LIVE_REFUTED);
    situation = at(-100);
    situation.found.sent = 98;
    assert_int_equal(verdict(&situation), TB_LIVE_REFUTED);
    situation.shown.has_octets = false;
    assert_int_equal(verdict(&situation), TB_LIVE_WAITS);
}

static void a_packet_after_the_look_may_show_more(void **state)
{
    struct situation situation = at(500);

    (void)state;
    situation.shown.received = situation.shown.reached = 5000;
    situation.shown.sent = 3000;
    assert_int_equal(verdict(&situation), TB_LIVE_PROVEN);
}

static void a_socket_that_has_received_more_than_was_sent_is_another_ones(void **state)
{
    struct situation situation = at(-100);

    (void)state;
    situation.found.received = 1002;
    situation.found.quiet_ns = 200 * MS_NS;
    assert_int_equal(verdict(&situation), TB_LIVE_WAITS); /* the capture may still show it */
    situation.shown.time_ns = LOOK_NS + 100 * MS_NS;
    assert_int_equal(verdict(&situation), TB_LIVE_REFUTED);
}

static void numbers_of_octets_wrap(void **state)
{
    struct situation situation = at(-100);

    (void)state;
    situation.found.received = 5;
    situation.shown.received = UINT32_MAX - 5;
    situation.shown.reached = UINT32_MAX;
    assert_int_equal(verdict(&situation), TB_LIVE_WAITS);
    situation.shown.reached = 6;
    situation.found.quiet_ns = 200 * MS_NS;
    assert_int_equal(verdict(&situation), TB_LIVE_PROVEN);
}

static void what_ended_before_the_look_has_no_socket(void **state)
{
    struct situation situation = at(-1);

    (void)state;
    situation.shown.over = true;
    assert_int_equal(verdict(&situation), TB_LIVE_REFUTED);
    situation = at(-1);
    situation.shown.finished = true;
    assert_int_equal(verdict(&situation), TB_LIVE_REFUTED);
    situation.found.may_send = false; /* shutdown(): it has sent a FIN too */
    assert_int_equal(verdict(&situation), TB_LIVE_WAITS);
}

static void what_ended_after_the_look_had_it(void **state)
{
    struct situation situation = at(500);

    (void)state;
    situation.shown.over = situation.shown.finished = true;
    assert_int_equal(verdict(&situation), TB_LIVE_PROVEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(looks_take_a_tenth_of_the_time),
        cmocka_unit_test(unused_time_adds_up_to_a_burst),
        cmocka_unit_test(an_end_is_asked_for_less_and_less_often),
        cmocka_unit_test(a_sole_holder_is_named),
        cmocka_unit_test(who_may_not_be_alone_is_doubted),
        cmocka_unit_test(who_has_accepted_and_done_nothing_is_doubted),
        cmocka_unit_test(of_several_holders_none_is_named),
        cmocka_unit_test(who_is_not_seen_is_hidden),
        cmocka_unit_test(a_socket_that_nobody_holds_waits_for_accept_or_is_closed),
        cmocka_unit_test(what_was_found_waits_for_a_later_packet),
        cmocka_unit_test(a_packet_of_the_other_end_proves_nothing),
        cmocka_unit_test(a_socket_older_than_the_packet_is_the_connections),
        cmocka_unit_test(a_socket_that_has_done_less_is_another_ones),
        cmocka_unit_test(a_packet_after_the_look_may_show_more),
        cmocka_unit_test(a_socket_that_has_received_more_than_was_sent_is_another_ones),
        cmocka_unit_test(numbers_of_octets_wrap),
        cmocka_unit_test(what_ended_before_the_look_has_no_socket),
        cmocka_unit_test(what_ended_after_the_look_had_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
