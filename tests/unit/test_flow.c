/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_flow.c - handshake, data, windows and teardown, segment by segment */
#include "conversation.h"
#include "state.h"

/* The article's exchange, with its numbers. */
static const char article_request[] =
    "GET / HTTP/1.1\r\nHost: localhost:8080\r\nUser-Agent: curl/7.64.1\r\nAccept: */*\r\n\r\n";
static const char article_response[] =
    "HTTP/1.1 200 OK\r\nDate: Sat, 08 Feb 2020 03:51:31 GMT\r\nContent-Length: 10\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nHellWorld\n";

static void the_articles_exchange_comes_out_to_the_letter(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 0, 0, .window = 65535, .scale = 7, .at_us = 528209, HANDSHAKE(SYN),
          STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_SYN | TB_ACK, 0, 1, .window = 65535, .scale = 7, .at_us = 528305,
          HANDSHAKE(SYN_ACK), STATES(ESTABLISHED, SYN_RECEIVED) },
        { 'c', TB_ACK, 1, 1, .window = 6379, .at_us = 528316, HANDSHAKE(HANDSHAKE_ACK),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 1, 1, .window = 6379, .at_us = 528329, WINDOW(WINDOW_UPDATE),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK | TB_PSH, 1, 1, article_request, .window = 6379, .at_us = 528506,
          REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 's', TB_ACK, 1, 79, .window = 6378, .at_us = 528523, RESPONSE(ACK_OF_REQUEST),
          STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 's', TB_ACK | TB_PSH, 1, 79, article_response, .window = 6378, .at_us = 528600,
          RESPONSE(RESPONSE), STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 'c', TB_ACK, 79, 128, .window = 6377, .at_us = 528616, RESPONSE(ACK_OF_RESPONSE),
          STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 'c', TB_FIN | TB_ACK, 79, 128, .window = 6377, .at_us = 529172, TEARDOWN(FIN),
          STATES(FIN_WAIT_1, CLOSE_WAIT) },
        { 's', TB_ACK, 128, 80, .window = 6378, .at_us = 529206, TEARDOWN(ACK_OF_FIN),
          STATES(FIN_WAIT_2, CLOSE_WAIT) },
        { 's', TB_FIN | TB_ACK, 128, 80, .window = 6378, .at_us = 529306, TEARDOWN(FIN),
          STATES(TIME_WAIT, LAST_ACK) },
        { 'c', TB_ACK, 80, 129, .window = 6377, .at_us = 529325, TEARDOWN(ACK_OF_FIN),
          STATES(TIME_WAIT, CLOSED) },
    };
    static const uint8_t numbers[][2] = { { 1, 0 }, { 2, 0 }, { 3, 0 }, { 0, 0 },
                                          { 0, 0 }, { 0, 0 }, { 0, 0 }, { 0, 0 },
                                          { 0, 1 }, { 0, 2 }, { 0, 3 }, { 0, 4 } };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say_row(&talk, &rows[i], i);
        assert_int_equal(talk.event.handshake_number, numbers[i][0]);
        assert_int_equal(talk.event.teardown_number[0], numbers[i][1]);
        if (i == 2) {
            assert_int_equal(talk.event.rtt_ns, 107000);
            assert_int_equal(talk.event.rtt_client_ns, 11000);
        }
        if (i == 3)
            assert_int_equal(talk.event.window, 408256);
        if (i == 5)
            assert_int_equal(talk.event.acked, 78);
        if (i == 6) {
            assert_int_equal(talk.event.response_time_ns, 94000);
            assert_int_equal(talk.event.response_bytes, 127);
            assert_int_equal(talk.event.request_bytes, 78);
            assert_int_equal(talk.event.request_in, 5);
            assert_true(talk.event.has & TB_EVENT_RESPONSE_ENDS);
        }
    }
}

static void a_request_may_complete_the_handshake(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "hello", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .marks = MARK(COMPLETES_HANDSHAKE), .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    say_rows(&talk, handshake_rows, 2);
    SAY(&talk, rows);
    assert_int_equal(talk.event.handshake_number, 3);
    assert_int_equal(talk.event.rtt_ns, 20000);
}

static void a_repeated_syn_is_a_retransmission_and_restarts_the_clock(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, .at_us = 1000, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
        { 'c', TB_SYN, 1000, 0, .at_us = 1001000, HANDSHAKE(RETRANSMISSION),
          STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_SYN | TB_ACK, 5000, 1001, .at_us = 1001100, HANDSHAKE(SYN_ACK),
          STATES(ESTABLISHED, SYN_RECEIVED) },
        { 's', TB_SYN | TB_ACK, 5000, 1001, .at_us = 2001100, HANDSHAKE(RETRANSMISSION),
          STATES(ESTABLISHED, SYN_RECEIVED) },
        { 'c', TB_ACK, 1001, 5001, .at_us = 2001200, HANDSHAKE(HANDSHAKE_ACK),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_SYN | TB_ACK, 5000, 1001, .at_us = 2001300, HANDSHAKE(RETRANSMISSION),
          STATES(ESTABLISHED, SYN_RECEIVED) },
        { 'c', TB_ACK, 1001, 5001, .at_us = 2001400, HANDSHAKE(ACK),
          STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    say_rows(&talk, rows, 5);
    assert_int_equal(talk.event.rtt_ns, 1000200000);
    say_rows(&talk, rows + 5, 2);
}

static void data_acknowledging_a_syn_shows_that_the_unseen_syn_ack_arrived(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_ACK, 5001, 1001, "220 hi", RESPONSE(GREETING), STATES(ESTABLISHED, ESTABLISHED),
          .marks = MARK(LOST_BEFORE) },
        { 's', TB_FIN | TB_ACK, 5007, 1001, TEARDOWN(FIN), STATES(CLOSE_WAIT, FIN_WAIT_1) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void which_states_can_meet_is_the_same_from_both_ends(void **state)
{
    (void)state;
    for (int one = 0; one < TB_STATE_COUNT; one++) {
        for (int other = 0; other < TB_STATE_COUNT; other++)
            assert_int_equal(tb_states_can_meet((enum tb_state)one, (enum tb_state)other),
                             tb_states_can_meet((enum tb_state)other, (enum tb_state)one));
    }
    assert_true(tb_states_can_meet(TB_STATE_FIN_WAIT_2, TB_STATE_CLOSE_WAIT));
    assert_true(tb_states_can_meet(TB_STATE_TIME_WAIT, TB_STATE_LAST_ACK));
    assert_true(tb_states_can_meet(TB_STATE_SYN_SENT, TB_STATE_ESTABLISHED));
    assert_false(tb_states_can_meet(TB_STATE_FIN_WAIT_2, TB_STATE_ESTABLISHED));
    assert_false(tb_states_can_meet(TB_STATE_TIME_WAIT, TB_STATE_FIN_WAIT_1));
    assert_false(tb_states_can_meet(TB_STATE_CLOSE_WAIT, TB_STATE_SYN_RECEIVED));
}

static void numbers_wrap(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 0xfffffffe, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_SYN | TB_ACK, 0xffffffff, 0xffffffff, HANDSHAKE(SYN_ACK),
          STATES(ESTABLISHED, SYN_RECEIVED) },
        { 'c', TB_ACK, 0xffffffff, 0, HANDSHAKE(HANDSHAKE_ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 0xffffffff, 0, "12345", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 's', TB_ACK, 0, 4, RESPONSE(ACK_OF_REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 'c', TB_ACK, 0xffffffff, 0, "12345", REQUEST(RETRANSMISSION),
          STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void simultaneous_open_has_no_third_step(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_SYN, 5000, 0, HANDSHAKE(SYN), STATES(SYN_RECEIVED, SYN_RECEIVED) },
        { 'c', TB_SYN | TB_ACK, 1000, 5001, HANDSHAKE(SYN_ACK), STATES(SYN_RECEIVED, ESTABLISHED) },
        { 's', TB_SYN | TB_ACK, 5000, 1001, HANDSHAKE(SYN_ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5001, HANDSHAKE(ACK), STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void a_split_handshake_is_one_connection_without_a_third_step(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_ACK, 0, 1001, HANDSHAKE(ACK), STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_SYN, 5000, 0, HANDSHAKE(SYN), STATES(SYN_RECEIVED, SYN_RECEIVED) },
        { 'c', TB_SYN | TB_ACK, 1000, 5001, HANDSHAKE(SYN_ACK), STATES(SYN_RECEIVED, ESTABLISHED) },
        { 's', TB_ACK, 5001, 1001, HANDSHAKE(ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5001, "hello", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void a_refused_connection_is_closed_at_both_ends(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_RST | TB_ACK, 0, 1001, .window = NO_WINDOW, RESET(RESET), STATES(CLOSED, CLOSED),
          .marks = MARK(REFUSED) },
        { 'c', TB_SYN, 2000, 0, .next_flow = true, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED),
          .marks = MARK(REUSED_PORT) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void a_syn_ack_may_come_before_its_syn(void **state)
{
    static const struct row rows[] = {
        { 's', TB_SYN | TB_ACK, 5000, 1001, HANDSHAKE(SYN_ACK), STATES(ESTABLISHED, SYN_RECEIVED) },
        { 'c', TB_SYN, 1000, 0, HANDSHAKE(SYN), STATES(ESTABLISHED, SYN_RECEIVED) },
        { 'c', TB_ACK, 1001, 5001, HANDSHAKE(HANDSHAKE_ACK), STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void a_blind_syn_moves_nothing_and_is_outlived_by_old_traffic(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 900000, 0, HANDSHAKE(SYN), STATES(ESTABLISHED, ESTABLISHED),
          .marks = MARK(INFERRED) },
        { 's', TB_ACK, 5001, 1001, RESET(CHALLENGE_ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5001, "hello", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 's', TB_ACK, 5001, 1006, RESPONSE(ACK_OF_REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
    assert_true(talk.flow.candidate.outlived);
}

static void a_syn_ack_promotes_the_candidate(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 900000, 0, HANDSHAKE(SYN), STATES(ESTABLISHED, ESTABLISHED),
          .marks = MARK(INFERRED) },
        { 's', TB_SYN | TB_ACK, 700000, 900001, .next_flow = true, HANDSHAKE(SYN_ACK),
          STATES(ESTABLISHED, SYN_RECEIVED), .marks = MARK(REUSED_PORT) },
        { 'c', TB_ACK, 900001, 700001, HANDSHAKE(HANDSHAKE_ACK), STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
    assert_int_equal(talk.event.rtt_ns, 20000);
}

static void half_open_ends_the_old_connection_and_the_syn_tries_again(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_ACK, 777, 333, RESET(CHALLENGE_ACK), STATES(SYN_SENT, UNKNOWN) },
        { 'c', TB_RST, 333, 0, .window = NO_WINDOW, RESET(RESET), STATES(SYN_SENT, CLOSED),
          .marks = MARK(INFERRED) },
        { 'c', TB_SYN, 1000, 0, HANDSHAKE(RETRANSMISSION), STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_SYN | TB_ACK, 5000, 1001, HANDSHAKE(SYN_ACK), STATES(ESTABLISHED, SYN_RECEIVED) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void midstream_is_established_and_inferred(void **state)
{
    enum {
        BOTH = MARK(MIDSTREAM) | MARK(INFERRED)
    };
    static const struct row rows[] = {
        { 's', TB_ACK, 5001, 1001, "some data", RESPONSE(RESPONSE),
          STATES(ESTABLISHED, ESTABLISHED), .marks = BOTH },
        { 'c', TB_ACK, 1001, 5010, RESPONSE(ACK_OF_RESPONSE), STATES(ESTABLISHED, ESTABLISHED),
          .marks = BOTH },
        { 'c', TB_ACK, 1001, 5010, "more", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .marks = BOTH, .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void a_request_of_the_lower_port_makes_it_the_client(void **state)
{
    enum {
        BOTH = MARK(MIDSTREAM) | MARK(INFERRED)
    };
    static const struct row rows[] = {
        { 's', TB_ACK, 5001, 1001, "abc", RESPONSE(RESPONSE), STATES(ESTABLISHED, ESTABLISHED),
          .marks = BOTH },
        { 's', TB_ACK, 5004, 1001, "GET / HTTP/1.1\r\n\r\n", REQUEST(REQUEST),
          STATES(ESTABLISHED, ESTABLISHED), .marks = BOTH, .exchange = 1 },
        { 'c', TB_ACK, 1001, 5022, "HTTP/1.1 204 No\r\n\r\n", RESPONSE(RESPONSE),
          STATES(ESTABLISHED, ESTABLISHED), .marks = BOTH, .exchange = 1 },
        { 'c', TB_FIN | TB_ACK, 1020, 5022, TEARDOWN(FIN), .client = TB_STATE_CLOSE_WAIT,
          .server = TB_STATE_FIN_WAIT_1, .marks = BOTH },
    };
    static const enum tb_role roles[] = { TB_ROLE_SERVER, TB_ROLE_CLIENT, TB_ROLE_SERVER,
                                          TB_ROLE_SERVER };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say_row(&talk, &rows[i], i);
        assert_int_equal(talk.event.role, roles[i]);
    }
}

static void the_server_may_speak_first(void **state)
{
    static const struct row rows[] = {
        { 's', TB_ACK, 5001, 1001, "220 hello\r\n", RESPONSE(GREETING),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5012, RESPONSE(ACK_OF_RESPONSE), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5012, "EHLO x\r\n", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 's', TB_ACK, 5012, 1009, "250 x\r\n", RESPONSE(RESPONSE),
          STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 'c', TB_ACK, 1009, 5019, "QUIT\r\n", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 2 },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void lost_data_is_a_gap_and_its_arrival_out_of_order(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "aaaaa", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 'c', TB_ACK, 1011, 5001, "ccccc", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .marks = MARK(LOST_BEFORE), .exchange = 1 },
        { 's', TB_ACK, 5001, 1006, REQUEST(ACK_OF_REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 's', TB_ACK, 5001, 1006, .sack = { { 1011, 1016 } }, REQUEST(DUP_ACK),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1006, 5001, "bbbbb", REQUEST(OUT_OF_ORDER), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 's', TB_ACK, 5001, 1016, RESPONSE(ACK_OF_REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_lost_request_is_counted_and_has_no_time(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "GET / HTTP/1.1\r\n\r\n", REQUEST(REQUEST),
          STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 's', TB_ACK, 5001, 1019, "HTTP/1.1 204 No\r\n\r\n", RESPONSE(RESPONSE),
          STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 's', TB_ACK, 5020, 1037, "HTTP/1.1 204 No\r\n\r\n", RESPONSE(RESPONSE),
          STATES(ESTABLISHED, ESTABLISHED), .marks = MARK(LOST_BEFORE) | MARK(INFERRED),
          .exchange = 2 },
        { 'c', TB_ACK, 1037, 5039, "GET / HTTP/1.1\r\n\r\n", REQUEST(REQUEST),
          STATES(ESTABLISHED, ESTABLISHED), .marks = MARK(INFERRED), .exchange = 3 },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    say_rows(&talk, rows, 3);
    assert_int_equal(talk.event.has & TB_EVENT_RESPONSE_TIME, 0);
    say_rows(&talk, rows + 3, 1);
}

static void the_last_octet_to_arrive_ends_the_response(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "GET / HTTP/1.1\r\n\r\n", REQUEST(REQUEST),
          STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 's', TB_ACK, 5001, 1019, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nab",
          RESPONSE(RESPONSE), STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 's', TB_ACK, 5043, 1019, "ef", RESPONSE(RESPONSE), STATES(ESTABLISHED, ESTABLISHED),
          .marks = MARK(LOST_BEFORE), .exchange = 1 },
        { 's', TB_ACK, 5041, 1019, "cd", RESPONSE(OUT_OF_ORDER), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
    assert_int_equal(talk.event.request_in, 4);
    assert_int_equal(talk.event.response_time_ns, 10000);
    assert_int_equal(talk.event.response_duration_ns, 20000);
    assert_int_equal(talk.event.response_bytes, 44);
}

static void a_scale_that_the_capture_cuts_is_unknown(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, .options = TB_HAS_OPTIONS_CUT, HANDSHAKE(SYN),
          STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_SYN | TB_ACK, 5000, 1001, .options = TB_HAS_OPTIONS_CUT, HANDSHAKE(SYN_ACK),
          STATES(ESTABLISHED, SYN_RECEIVED) },
        { 'c', TB_ACK, 1001, 5001, HANDSHAKE(HANDSHAKE_ACK), STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
    assert_int_equal(talk.event.has & TB_EVENT_WINDOW, 0);
}

static void three_duplicates_make_a_retransmission_fast(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "aaaaabbbbb", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 's', TB_ACK, 5001, 1001, REQUEST(DUP_ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5001, 1001, REQUEST(DUP_ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5001, "aaaaa", REQUEST(RETRANSMISSION),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5001, 1001, REQUEST(DUP_ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5001, "aaaaa", REQUEST(FAST_RETRANSMISSION),
          STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_duplicate_sack_is_not_a_duplicate_ack(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "aaaaa", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 's', TB_ACK, 5001, 1006, RESPONSE(ACK_OF_REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 'c', TB_ACK, 1001, 5001, "aaaaa", REQUEST(RETRANSMISSION),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5001, 1006, .sack = { { 1001, 1006 } }, REQUEST(ACK),
          STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_zero_window_is_probed_and_opens(void **state)
{
    static const struct row rows[] = {
        { 's', TB_ACK, 5001, 1001, "greeting", RESPONSE(GREETING),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5009, .window = NO_WINDOW, WINDOW(ZERO_WINDOW),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5008, 1001, WINDOW(ZERO_WINDOW_PROBE), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5009, .window = NO_WINDOW, WINDOW(ZERO_WINDOW_PROBE_ACK),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5009, 1001, "x", WINDOW(ZERO_WINDOW_PROBE),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5009, .window = NO_WINDOW, WINDOW(ZERO_WINDOW_PROBE_ACK),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5009, .window = 500, WINDOW(WINDOW_UPDATE),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5009, 1001, "xyz", RESPONSE(GREETING), STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_probes_octet_counts_once_it_is_taken(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "ab", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 's', TB_ACK, 5001, 1003, .window = NO_WINDOW, WINDOW(ZERO_WINDOW),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1003, 5001, "c", WINDOW(ZERO_WINDOW_PROBE),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5001, 1004, .window = NO_WINDOW, WINDOW(ZERO_WINDOW_PROBE_ACK),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5001, 1004, .window = 400, WINDOW(WINDOW_UPDATE),
          STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1004, 5001, "d", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
    assert_int_equal(talk.event.request_bytes, 4);
}

static void a_keep_alive_reuses_the_last_number(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1000, 5001, KEEP_ALIVE(KEEP_ALIVE), STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5001, 1001, KEEP_ALIVE(KEEP_ALIVE_ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1000, 5001, "x", KEEP_ALIVE(KEEP_ALIVE), STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5001, 1001, KEEP_ALIVE(KEEP_ALIVE_ACK), STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_fin_may_acknowledge_a_fin(void **state)
{
    static const struct row rows[] = {
        { 's', TB_FIN | TB_ACK, 5001, 1001, "bye", TEARDOWN(FIN), STATES(CLOSE_WAIT, FIN_WAIT_1) },
        { 'c', TB_FIN | TB_ACK, 1001, 5005, TEARDOWN(FIN), STATES(LAST_ACK, TIME_WAIT) },
        { 's', TB_ACK, 5005, 1002, TEARDOWN(ACK_OF_FIN), STATES(CLOSED, TIME_WAIT) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    say_rows(&talk, rows, 2);
    assert_int_equal(talk.event.teardown_number[0], 2);
    assert_int_equal(talk.event.teardown_number[1], 3);
    say_rows(&talk, rows + 2, 1);
    assert_int_equal(talk.event.teardown_number[0], 4);
}

static void a_fin_ends_the_body_that_it_comes_with(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "GET / HTTP/1.1\r\n\r\n", REQUEST(REQUEST),
          STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 's', TB_ACK, 5001, 1019, "HTTP/1.1 200 OK\r\n\r\none", RESPONSE(RESPONSE),
          STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 's', TB_FIN | TB_ACK, 5023, 1019, "two", TEARDOWN(FIN), STATES(CLOSE_WAIT, FIN_WAIT_1),
          .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    say_rows(&talk, rows, 2);
    assert_int_equal(talk.event.has & TB_EVENT_RESPONSE_ENDS, 0);
    say_rows(&talk, rows + 2, 1);
    assert_true(talk.event.has & TB_EVENT_RESPONSE_ENDS);
    assert_int_equal(talk.event.cut, TB_CUT_NONE);
}

static void a_half_closed_end_may_send_keep_alives(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_FIN | TB_ACK, 1001, 5001, TEARDOWN(FIN), STATES(FIN_WAIT_1, CLOSE_WAIT) },
        { 's', TB_ACK, 5001, 1002, TEARDOWN(ACK_OF_FIN), STATES(FIN_WAIT_2, CLOSE_WAIT) },
        { 'c', TB_ACK, 1001, 5001, KEEP_ALIVE(KEEP_ALIVE), STATES(FIN_WAIT_2, CLOSE_WAIT) },
        { 's', TB_ACK, 5001, 1002, KEEP_ALIVE(KEEP_ALIVE_ACK), STATES(FIN_WAIT_2, CLOSE_WAIT) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void simultaneous_close_passes_through_closing(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_FIN | TB_ACK, 1001, 5001, TEARDOWN(FIN), STATES(FIN_WAIT_1, CLOSE_WAIT) },
        { 's', TB_FIN | TB_ACK, 5001, 1001, TEARDOWN(FIN), STATES(CLOSING, CLOSING) },
        { 'c', TB_ACK, 1002, 5002, TEARDOWN(ACK_OF_FIN), STATES(CLOSING, TIME_WAIT) },
        { 's', TB_ACK, 5002, 1002, TEARDOWN(ACK_OF_FIN), STATES(TIME_WAIT, TIME_WAIT) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_repeated_fin_is_a_retransmission_of_the_teardown(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_FIN | TB_ACK, 1001, 5001, TEARDOWN(FIN), STATES(FIN_WAIT_1, CLOSE_WAIT) },
        { 'c', TB_FIN | TB_ACK, 1001, 5001, TEARDOWN(RETRANSMISSION),
          STATES(FIN_WAIT_1, CLOSE_WAIT) },
        { 's', TB_ACK, 5001, 1002, TEARDOWN(ACK_OF_FIN), STATES(FIN_WAIT_2, CLOSE_WAIT) },
        { 's', TB_ACK, 5001, 1002, "more", RESPONSE(GREETING), STATES(FIN_WAIT_2, CLOSE_WAIT) },
        { 'c', TB_ACK, 1002, 5005, RESPONSE(ACK_OF_RESPONSE), STATES(FIN_WAIT_2, CLOSE_WAIT) },
        { 's', TB_ACK, 5005, 1002, TEARDOWN(ACK), STATES(FIN_WAIT_2, CLOSE_WAIT) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_fin_ahead_of_a_hole_waits_for_the_hole(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_FIN | TB_ACK, 1011, 5001, TEARDOWN(FIN), STATES(FIN_WAIT_1, ESTABLISHED),
          .marks = MARK(LOST_BEFORE) },
        { 'c', TB_ACK, 1001, 5001, "1234567890", REQUEST(OUT_OF_ORDER),
          STATES(FIN_WAIT_1, CLOSE_WAIT), .exchange = 1 },
        { 's', TB_ACK, 5001, 1012, TEARDOWN(ACK_OF_FIN), STATES(FIN_WAIT_2, CLOSE_WAIT) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_reset_with_the_expected_number_closes_both_ends(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "GET / HTTP/1.1\r\n\r\n", REQUEST(REQUEST),
          STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 's', TB_RST | TB_ACK, 5001, 1019, .window = NO_WINDOW, RESET(RESET),
          STATES(CLOSED, CLOSED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
    assert_int_equal(talk.event.cut, TB_CUT_UNANSWERED);
}

static void a_blind_reset_is_ignored_and_challenged(void **state)
{
    static const struct row rows[] = {
        { 's', TB_RST, 5500, 0, .window = NO_WINDOW, RESET(RESET), STATES(ESTABLISHED, ESTABLISHED),
          .marks = MARK(INEFFECTIVE) },
        { 'c', TB_ACK, 1001, 5001, RESET(CHALLENGE_ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5001, "hello", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_reset_may_have_the_number_that_was_asked_for(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "lost behind", REQUEST(REQUEST),
          STATES(ESTABLISHED, ESTABLISHED), .exchange = 1 },
        { 's', TB_ACK, 5001, 1001, "alive", RESPONSE(RESPONSE), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 'c', TB_RST, 1001, 0, .window = NO_WINDOW, RESET(RESET), STATES(CLOSED, CLOSED),
          .marks = MARK(INFERRED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_second_reset_finds_nobody(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "cut short", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 's', TB_ACK, 5001, 1010, "no", RESPONSE(RESPONSE), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 'c', TB_ACK, 1010, 5003, RESPONSE(ACK_OF_RESPONSE), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 's', TB_ACK, 5003, 1010, "no", RESPONSE(RESPONSE), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 's', TB_RST, 5005, 0, .window = NO_WINDOW, RESET(RESET), STATES(CLOSED, CLOSED) },
        { 's', TB_RST, 5003, 0, .window = NO_WINDOW, RESET(RESET), STATES(CLOSED, CLOSED),
          .marks = MARK(INEFFECTIVE) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_challenge_restores_what_a_reset_seemed_to_end(void **state)
{
    static const struct row rows[] = {
        { 's', TB_ACK, 5011, 1001, "after a hole", RESPONSE(GREETING),
          STATES(ESTABLISHED, ESTABLISHED), .marks = MARK(LOST_BEFORE) },
        { 's', TB_RST, 5015, 0, .window = NO_WINDOW, RESET(RESET), STATES(CLOSED, CLOSED),
          .marks = MARK(INFERRED) },
        { 'c', TB_ACK, 1001, 5001, RESET(CHALLENGE_ACK), STATES(ESTABLISHED, ESTABLISHED),
          .marks = MARK(INFERRED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void data_under_way_does_not_disprove_a_reset(void **state)
{
    static const struct row rows[] = {
        { 's', TB_ACK, 5001, 1001, "one", RESPONSE(GREETING), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_RST | TB_ACK, 1001, 5004, .window = NO_WINDOW, RESET(RESET),
          STATES(CLOSED, CLOSED) },
        { 's', TB_ACK, 5004, 1001, "two", .at_us = 55, RESPONSE(GREETING), STATES(CLOSED, CLOSED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void what_is_sent_again_was_not_acknowledged(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_SYN | TB_ACK, 5000, 1001, HANDSHAKE(SYN_ACK), STATES(ESTABLISHED, SYN_RECEIVED) },
        { 'c', TB_SYN, 1000, 0, HANDSHAKE(RETRANSMISSION), STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_SYN | TB_ACK, 5000, 1001, HANDSHAKE(RETRANSMISSION),
          STATES(ESTABLISHED, SYN_RECEIVED) },
        { 'c', TB_ACK, 1001, 5001, HANDSHAKE(HANDSHAKE_ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 'c', TB_FIN | TB_ACK, 1001, 5001, TEARDOWN(FIN), STATES(FIN_WAIT_1, CLOSE_WAIT) },
        { 's', TB_ACK, 5001, 1002, TEARDOWN(ACK_OF_FIN), STATES(FIN_WAIT_2, CLOSE_WAIT) },
        { 'c', TB_FIN | TB_ACK, 1001, 5001, TEARDOWN(RETRANSMISSION),
          STATES(FIN_WAIT_1, CLOSE_WAIT) },
        { 's', TB_ACK, 5001, 1002, TEARDOWN(ACK), STATES(FIN_WAIT_2, CLOSE_WAIT) },
        { 's', TB_FIN | TB_ACK, 5001, 1002, TEARDOWN(FIN), STATES(TIME_WAIT, LAST_ACK) },
        { 'c', TB_ACK, 1002, 5002, TEARDOWN(ACK_OF_FIN), STATES(TIME_WAIT, CLOSED) },
        { 's', TB_FIN | TB_ACK, 5001, 1002, TEARDOWN(RETRANSMISSION), STATES(TIME_WAIT, LAST_ACK) },
        { 'c', TB_ACK, 1002, 5002, TEARDOWN(ACK), STATES(TIME_WAIT, CLOSED) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void a_sack_shows_that_the_fin_is_not_received_yet(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "0123456789", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .exchange = 1 },
        { 'c', TB_FIN | TB_ACK, 1011, 5001, TEARDOWN(FIN), STATES(FIN_WAIT_1, CLOSE_WAIT) },
        { 's', TB_ACK, 5001, 1001, .sack = { { 1011, 1012 } }, REQUEST(DUP_ACK),
          STATES(FIN_WAIT_1, ESTABLISHED) },
        { 'c', TB_ACK, 1001, 5001, "01234", REQUEST(RETRANSMISSION),
          STATES(FIN_WAIT_1, ESTABLISHED) },
        { 'c', TB_ACK, 1006, 5001, "56789", REQUEST(RETRANSMISSION),
          STATES(FIN_WAIT_1, CLOSE_WAIT) },
        { 's', TB_ACK, 5001, 1012, TEARDOWN(ACK_OF_FIN), STATES(FIN_WAIT_2, CLOSE_WAIT) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void data_sent_after_a_reset_disproves_it(void **state)
{
    static const struct row rows[] = {
        { 's', TB_RST, 5001, 0, .window = NO_WINDOW, RESET(RESET), STATES(CLOSED, CLOSED) },
        { 's', TB_ACK, 5001, 1001, "I did not", RESPONSE(GREETING), STATES(CLOSED, ESTABLISHED),
          .marks = MARK(INFERRED) },
        { 'c', TB_ACK, 1001, 5010, "nor I", .at_us = 500, REQUEST(REQUEST),
          STATES(ESTABLISHED, ESTABLISHED), .marks = MARK(INFERRED), .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void an_ack_of_what_cannot_have_been_sent_is_challenged(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 1005001, RESPONSE(ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5001, 1001, RESET(CHALLENGE_ACK), STATES(ESTABLISHED, ESTABLISHED) },
        { 's', TB_ACK, 5001, 1001, "hello", RESPONSE(GREETING), STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void a_segment_beyond_every_window_moves_nothing(void **state)
{
    static const struct row rows[] = {
        { 's', TB_ACK, 2000005001, 1001, "spoofed", RESPONSE(GREETING),
          STATES(ESTABLISHED, ESTABLISHED), .marks = MARK(INFERRED) | MARK(LOST_BEFORE) },
        { 's', TB_ACK, 5001, 1001, "hello", RESPONSE(GREETING), STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
}

static void accepted_fast_open_data_starts_the_request(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, "GET / HTTP/1.1\r\n\r\n", .options = TB_HAS_FAST_OPEN,
          HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED), .marks = MARK(FAST_OPEN) },
        { 's', TB_SYN | TB_ACK, 5000, 1019, HANDSHAKE(SYN_ACK), STATES(ESTABLISHED, SYN_RECEIVED) },
        { 's', TB_ACK, 5001, 1019, "HTTP/1.1 204 No Content\r\n\r\n", RESPONSE(RESPONSE),
          STATES(ESTABLISHED, SYN_RECEIVED), .exchange = 1 },
        { 'c', TB_ACK, 1019, 5028, HANDSHAKE(HANDSHAKE_ACK), STATES(ESTABLISHED, ESTABLISHED) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    say_rows(&talk, rows, 3);
    assert_int_equal(talk.event.request_in, 1);
    say_rows(&talk, rows + 3, 1);
}

static void refused_fast_open_data_is_sent_again_as_new(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, "GET / HTTP/1.1\r\n\r\n", .options = TB_HAS_FAST_OPEN,
          HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED), .marks = MARK(FAST_OPEN) },
        { 's', TB_SYN | TB_ACK, 5000, 1001, HANDSHAKE(SYN_ACK), STATES(ESTABLISHED, SYN_RECEIVED) },
        { 'c', TB_ACK, 1001, 5001, "GET / HTTP/1.1\r\n\r\n", REQUEST(REQUEST),
          STATES(ESTABLISHED, ESTABLISHED), .marks = MARK(COMPLETES_HANDSHAKE), .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void a_syn_that_comes_late_takes_back_nothing(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "abc", REQUEST(REQUEST), STATES(ESTABLISHED, ESTABLISHED),
          .marks = MARK(MIDSTREAM) | MARK(INFERRED), .exchange = 1 },
        { 'c', TB_FIN | TB_ACK, 1004, 5001, TEARDOWN(FIN), STATES(FIN_WAIT_1, CLOSE_WAIT),
          .marks = MARK(MIDSTREAM) | MARK(INFERRED) },
        { 'c', TB_SYN, 1000, 0, "abcd", HANDSHAKE(SYN), STATES(FIN_WAIT_1, CLOSE_WAIT),
          .marks = MARK(MIDSTREAM) | MARK(INFERRED) | MARK(FAST_OPEN) },
        { 's', TB_SYN | TB_ACK, 5000, 1001, HANDSHAKE(SYN_ACK), STATES(FIN_WAIT_1, CLOSE_WAIT),
          .marks = MARK(MIDSTREAM) | MARK(INFERRED) },
        { 'c', TB_FIN, 1004, 0, TEARDOWN(RETRANSMISSION), STATES(FIN_WAIT_1, CLOSE_WAIT),
          .marks = MARK(MIDSTREAM) | MARK(INFERRED) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void data_of_a_syn_that_was_acknowledged_is_not_taken_back(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, "abcd", HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED),
          .marks = MARK(FAST_OPEN) },
        { 's', TB_ACK, 5001, 1005, RESPONSE(ACK_OF_REQUEST), STATES(SYN_SENT, SYN_RECEIVED),
          .exchange = 1 },
        { 's', TB_SYN | TB_ACK, 5000, 1001, HANDSHAKE(SYN_ACK), STATES(ESTABLISHED, SYN_RECEIVED) },
        { 'c', TB_ACK, 1001, 5001, "abcd", REQUEST(RETRANSMISSION),
          STATES(ESTABLISHED, ESTABLISHED), .marks = MARK(COMPLETES_HANDSHAKE) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void a_segment_too_short_to_tell_moves_nothing(void **state)
{
    struct tb_segment segment = { .from = TB_SIDE_A, .truncated = true, .frame = 4 };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    tb_flow_step(&talk.flow, &segment, &talk.event);
    assert_int_equal(talk.event.phase, TB_PHASE_UNKNOWN);
    assert_int_equal(talk.event.step, TB_STEP_OTHER);
    assert_int_equal(talk.event.marks, MARK(TRUNCATED));
    segment.truncated = false;
    segment.quoted = true;
    segment.flags = TB_RST;
    tb_flow_step(&talk.flow, &segment, &talk.event);
    assert_int_equal(talk.event.phase, TB_PHASE_QUOTED);
    assert_int_equal(talk.event.step, TB_STEP_ICMP_QUOTED);
    assert_int_equal(talk.event.state[TB_ROLE_CLIENT], TB_STATE_ESTABLISHED);
}

static void a_silent_attempt_gives_way_to_the_next(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
        { 'c', TB_SYN, 900000, 0, .next_flow = true, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED),
          .marks = MARK(REUSED_PORT) },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
}

static void the_other_direction_is_known_by_its_numbers(void **state)
{
    static const struct row syn = { 'c', TB_SYN,         1000,
                                    0,   HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) };
    static const struct {
        uint32_t seq, ack;
        uint16_t flags;
        bool fits;
    } answers[] = {
        { 5000, 1001, TB_SYN | TB_ACK, true },
        { 0, 1001, TB_RST | TB_ACK, true },
        { 5000, 1000, TB_SYN | TB_ACK, false }, /* of what was not sent */
        { 5000, 0x40000000, TB_SYN | TB_ACK, false },
        { 5000, 1001, TB_SYN, false }, /* says nothing of the SYN */
        { 0, 1001, TB_RST, false },
    };
    struct conversation talk;
    enum tb_side other;

    (void)state;
    conversation_begin(&talk);
    say_rows(&talk, &syn, 1);
    other = tb_side_other((enum tb_side)talk.flow.client);
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        const struct tb_segment segment = {
            .from = other, .flags = answers[i].flags, .seq = answers[i].seq, .ack = answers[i].ack
        };

        if (tb_flow_fits(&talk.flow, &segment) != answers[i].fits)
            fail_msg("answer %zu", i);
    }
}

/* The numbers of one of the two are of another connection, or both are. */
static void far_numbers_are_another_connections(void **state)
{
#define FAR_AHEAD (1u << 30)
    static const struct {
        uint32_t seq, ack;
        uint16_t flags;
        enum tb_fit fit;
    } rows[] = {
        { 1001, 5001, TB_ACK, TB_FIT_NEAR },
        { 1001 + (1 << 24), 5001, TB_ACK, TB_FIT_NEAR },
        { 1000, 5001, TB_ACK, TB_FIT_NEAR },             /* a keep-alive */
        { 1001 + FAR_AHEAD, 5001, TB_ACK, TB_FIT_NEAR }, /* much is lost: the other is exact */
        { 1001, 5001 + FAR_AHEAD, TB_ACK, TB_FIT_NEAR },
        { 1001 + FAR_AHEAD, 5002, TB_ACK, TB_FIT_OFF }, /* it is not */
        { 1002, 5001 + FAR_AHEAD, TB_ACK, TB_FIT_OFF },
        { 999, 5002, TB_ACK, TB_FIT_OFF }, /* before its beginning */
        { 1002, 4999, TB_ACK, TB_FIT_OFF },
        { 1001 - FAR_AHEAD, 5002, TB_ACK, TB_FIT_OFF },
        { 1001 + FAR_AHEAD, 5001 + FAR_AHEAD, TB_ACK, TB_FIT_FAR },
        { 1001 + FAR_AHEAD, 5001 - FAR_AHEAD, TB_ACK, TB_FIT_FAR },
        { 1001, 0, TB_RST, TB_FIT_NEAR },
        { 1001, 0, TB_RST | TB_ACK, TB_FIT_NEAR }, /* some set no acknowledgment */
        { 500, 0, TB_RST, TB_FIT_NEAR },
        { 1001 + FAR_AHEAD, 0, TB_RST, TB_FIT_OFF },
        { 1000, 0, TB_SYN, TB_FIT_NEAR },
        { 2000, 0, TB_SYN, TB_FIT_OFF },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    assert_true(tb_flow_knows_both(&talk.flow));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct tb_segment segment = {
            .from = TB_SIDE_A, .flags = rows[i].flags, .seq = rows[i].seq, .ack = rows[i].ack
        };

        if (tb_flow_fit(&talk.flow, &segment) != rows[i].fit)
            fail_msg("row %zu", i);
    }
#undef FAR_AHEAD
}

/* Of two connections on the same ports at once. */
static void an_older_connection_takes_its_segments_back(void **state)
{
    static const struct row other[] = {
        { 'c', TB_SYN, 3000000000, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
        { 's', TB_SYN | TB_ACK, 2000000000, 3000000001, HANDSHAKE(SYN_ACK),
          STATES(ESTABLISHED, SYN_RECEIVED) },
    };
    static const struct row end = { 'c', TB_RST, 1001, 0, RESET(RESET), STATES(CLOSED, CLOSED) };
    static const struct {
        uint32_t seq, ack;
        uint16_t flags;
        bool taken; /* while it is open */
        bool late;  /* once it is over */
    } rows[] = {
        { 1001, 5001, TB_ACK, true, true },
        { 1000, 0, TB_SYN, true, true },
        { 1001, 0, TB_RST, true, false },
        { 1002, 0, TB_RST, false, false },
        { 3000000001, 2000000001, TB_ACK, false, false },
        { 3000000000, 0, TB_SYN, false, false },
        { 40000, 0, TB_SYN, false, false },
    };
    struct conversation talk;
    struct conversation follower;

    (void)state;
    conversation_open(&talk);
    conversation_begin(&follower);
    say_rows(&follower, other, 1);
    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            const struct tb_segment segment = {
                .from = TB_SIDE_A, .flags = rows[i].flags, .seq = rows[i].seq, .ack = rows[i].ack
            };

            if (tb_flow_takes_back(&talk.flow, &follower.flow, &segment) !=
                (pass == 0 ? rows[i].taken : rows[i].late))
                fail_msg("pass %u, row %zu", pass, i);
        }
        if (pass == 0) {
            say_rows(&talk, &end, 1);
            assert_false(tb_flow_takes_back(
                &talk.flow, &follower.flow,
                &(struct tb_segment){
                    .from = TB_SIDE_A, .flags = TB_ACK, .seq = 1001, .ack = 5001 }));
            say_rows(&follower, other + 1, 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_articles_exchange_comes_out_to_the_letter),
        cmocka_unit_test(a_request_may_complete_the_handshake),
        cmocka_unit_test(a_repeated_syn_is_a_retransmission_and_restarts_the_clock),
        cmocka_unit_test(data_acknowledging_a_syn_shows_that_the_unseen_syn_ack_arrived),
        cmocka_unit_test(which_states_can_meet_is_the_same_from_both_ends),
        cmocka_unit_test(numbers_wrap),
        cmocka_unit_test(simultaneous_open_has_no_third_step),
        cmocka_unit_test(a_split_handshake_is_one_connection_without_a_third_step),
        cmocka_unit_test(a_refused_connection_is_closed_at_both_ends),
        cmocka_unit_test(a_syn_ack_may_come_before_its_syn),
        cmocka_unit_test(a_blind_syn_moves_nothing_and_is_outlived_by_old_traffic),
        cmocka_unit_test(a_syn_ack_promotes_the_candidate),
        cmocka_unit_test(half_open_ends_the_old_connection_and_the_syn_tries_again),
        cmocka_unit_test(midstream_is_established_and_inferred),
        cmocka_unit_test(a_request_of_the_lower_port_makes_it_the_client),
        cmocka_unit_test(the_server_may_speak_first),
        cmocka_unit_test(lost_data_is_a_gap_and_its_arrival_out_of_order),
        cmocka_unit_test(a_lost_request_is_counted_and_has_no_time),
        cmocka_unit_test(the_last_octet_to_arrive_ends_the_response),
        cmocka_unit_test(a_scale_that_the_capture_cuts_is_unknown),
        cmocka_unit_test(three_duplicates_make_a_retransmission_fast),
        cmocka_unit_test(a_duplicate_sack_is_not_a_duplicate_ack),
        cmocka_unit_test(a_zero_window_is_probed_and_opens),
        cmocka_unit_test(a_probes_octet_counts_once_it_is_taken),
        cmocka_unit_test(a_keep_alive_reuses_the_last_number),
        cmocka_unit_test(a_fin_may_acknowledge_a_fin),
        cmocka_unit_test(a_fin_ends_the_body_that_it_comes_with),
        cmocka_unit_test(a_half_closed_end_may_send_keep_alives),
        cmocka_unit_test(simultaneous_close_passes_through_closing),
        cmocka_unit_test(a_repeated_fin_is_a_retransmission_of_the_teardown),
        cmocka_unit_test(a_fin_ahead_of_a_hole_waits_for_the_hole),
        cmocka_unit_test(a_reset_with_the_expected_number_closes_both_ends),
        cmocka_unit_test(a_blind_reset_is_ignored_and_challenged),
        cmocka_unit_test(a_reset_may_have_the_number_that_was_asked_for),
        cmocka_unit_test(a_second_reset_finds_nobody),
        cmocka_unit_test(a_challenge_restores_what_a_reset_seemed_to_end),
        cmocka_unit_test(data_under_way_does_not_disprove_a_reset),
        cmocka_unit_test(what_is_sent_again_was_not_acknowledged),
        cmocka_unit_test(a_sack_shows_that_the_fin_is_not_received_yet),
        cmocka_unit_test(data_sent_after_a_reset_disproves_it),
        cmocka_unit_test(an_ack_of_what_cannot_have_been_sent_is_challenged),
        cmocka_unit_test(a_segment_beyond_every_window_moves_nothing),
        cmocka_unit_test(accepted_fast_open_data_starts_the_request),
        cmocka_unit_test(refused_fast_open_data_is_sent_again_as_new),
        cmocka_unit_test(a_syn_that_comes_late_takes_back_nothing),
        cmocka_unit_test(data_of_a_syn_that_was_acknowledged_is_not_taken_back),
        cmocka_unit_test(a_segment_too_short_to_tell_moves_nothing),
        cmocka_unit_test(a_silent_attempt_gives_way_to_the_next),
        cmocka_unit_test(the_other_direction_is_known_by_its_numbers),
        cmocka_unit_test(far_numbers_are_another_connections),
        cmocka_unit_test(an_older_connection_takes_its_segments_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
