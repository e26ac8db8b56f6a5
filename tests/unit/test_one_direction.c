/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_one_direction.c - what is said where the capture holds one direction of a connection only,
 * or where an acknowledgment covers what it has missed */
#include "conversation.h"

enum {
    UNSEEN = MARK(INFERRED) | MARK(ONE_DIRECTION),
    MIDDLE = MARK(INFERRED) | MARK(MIDSTREAM)
};

#define OPEN     STATES(ESTABLISHED, ESTABLISHED)
#define NOT_TOLD STATES(UNKNOWN, UNKNOWN)

/* The client's half of a handshake with ISNs 1000 and 5000. */
static const struct row client_opens[] = {
    { 'c', TB_SYN, 1000, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
    { 'c', TB_ACK, 1001, 5001, HANDSHAKE(HANDSHAKE_ACK), OPEN,
      .marks = MARK(LOST_BEFORE) | UNSEEN },
};

/* The server's, and that it heard of the client's ACK. */
static const struct row server_opens[] = {
    { 's', TB_SYN | TB_ACK, 5000, 1001, HANDSHAKE(SYN_ACK), STATES(ESTABLISHED, SYN_RECEIVED) },
};

static void the_clients_direction_tells_the_story(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "hello", REQUEST(REQUEST), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 'c', TB_ACK, 1006, 5101, RESPONSE(ACK_OF_RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 'c', TB_FIN | TB_ACK, 1006, 5101, TEARDOWN(FIN), NOT_TOLD, .marks = UNSEEN },
        { 'c', TB_ACK, 1007, 5102, TEARDOWN(ACK_OF_FIN), STATES(TIME_WAIT, CLOSED),
          .marks = UNSEEN },
    };
    static const uint8_t teardown[] = { 0, 0, 0, 4 };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, client_opens);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say_row(&talk, &rows[i], i);
        assert_int_equal(talk.event.teardown_number[0], teardown[i]);
        assert_false(talk.event.has & TB_EVENT_RESPONSE_BYTES);
    }
}

static void an_acknowledged_answer_ends_a_request(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "list ", .at_us = 1000, REQUEST(REQUEST), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 'c', TB_ACK, 1006, 5001, "all", .at_us = 2000, REQUEST(REQUEST), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 'c', TB_ACK, 1009, 5021, .at_us = 5000, RESPONSE(ACK_OF_RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 'c', TB_ACK, 1009, 5041, .at_us = 6000, RESPONSE(ACK_OF_RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 'c', TB_ACK, 1009, 5041, "quit", .at_us = 9000, REQUEST(REQUEST), OPEN, .marks = UNSEEN,
          .exchange = 2 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, client_opens);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say_row(&talk, &rows[i], i);
        assert_int_equal(talk.event.answered_within_ns, i == 2 ? 3000000 : 0);
        assert_true(talk.event.answered_unseen == (i == 2));
        assert_int_equal(talk.event.missed, i == 4 ? 40 : 0);
    }
    assert_int_equal(talk.event.request_bytes, 4);
}

static void the_request_itself_may_acknowledge_the_answer(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "one", REQUEST(REQUEST), OPEN, .marks = UNSEEN, .exchange = 1 },
        { 'c', TB_ACK, 1004, 5011, "two", REQUEST(REQUEST), OPEN, .marks = UNSEEN, .exchange = 2 },
        { 'c', TB_ACK, 1007, 5011, "still two", REQUEST(REQUEST), OPEN, .marks = UNSEEN,
          .exchange = 2 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, client_opens);
    SAY(&talk, rows);
    assert_int_equal(talk.event.request_bytes, 12);
}

/* RFC 9293 section 3.4: a FIN occupies one number. */
static void one_number_is_an_octet_or_a_fin(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "one", REQUEST(REQUEST), OPEN, .marks = UNSEEN, .exchange = 1 },
        { 'c', TB_ACK, 1004, 5002, .phase = TB_PHASE_UNKNOWN, .step = TB_STEP_ACK, NOT_TOLD,
          .marks = UNSEEN },
        /* no proof that the server has answered: no exchange more than there may have been */
        { 'c', TB_ACK, 1004, 5002, "two", REQUEST(REQUEST), NOT_TOLD, .marks = UNSEEN,
          .exchange = 1 },
        /* no FIN: something came after it */
        { 'c', TB_ACK, 1007, 5012, RESPONSE(ACK_OF_RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 'c', TB_ACK, 1007, 5012, "three", REQUEST(REQUEST), OPEN, .marks = UNSEEN,
          .exchange = 2 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, client_opens);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say_row(&talk, &rows[i], i);
        if (i == 1)
            assert_int_equal(talk.event.acked, 0);
        /* a second request, or more of the first: neither its length is told nor since when */
        assert_true(((talk.event.has & TB_EVENT_REQUEST_BYTES) != 0) == (i == 0 || i == 4));
        assert_true(((talk.event.has & TB_EVENT_REQUEST_DURATION) != 0) == (i == 0 || i == 4));
    }
}

static void what_follows_an_octet_or_a_fin_is_of_no_certain_length(void **state)
{
    static const struct row rows[] = {
        { 's', TB_ACK, 5001, 1002, "perhaps first", RESPONSE(RESPONSE), NOT_TOLD,
          .marks = UNSEEN | MARK(LOST_BEFORE) },
        { 's', TB_ACK, 5014, 1012, "one", RESPONSE(RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 's', TB_ACK, 5017, 1013, "two", RESPONSE(RESPONSE), NOT_TOLD, .marks = UNSEEN,
          .exchange = 1 },
        { 's', TB_ACK, 5020, 1023, "three", RESPONSE(RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 2 },
    };
    static const uint64_t bytes[] = { 0, 3, 0, 5 };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, server_opens);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say_row(&talk, &rows[i], i);
        assert_int_equal(talk.event.response_bytes, bytes[i]);
        assert_true(((talk.event.has & TB_EVENT_RESPONSE_DURATION) != 0) == (bytes[i] != 0));
    }
}

static void a_fin_that_was_concluded_may_turn_out_to_be_an_octet(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_FIN | TB_ACK, 1001, 5001, TEARDOWN(FIN), STATES(FIN_WAIT_1, CLOSE_WAIT),
          .marks = UNSEEN },
        { 'c', TB_ACK, 1002, 5002, TEARDOWN(ACK_OF_FIN), STATES(TIME_WAIT, CLOSED),
          .marks = UNSEEN },
        { 'c', TB_ACK, 1002, 5012, RESPONSE(ACK_OF_RESPONSE), NOT_TOLD, .marks = UNSEEN },
        { 'c', TB_ACK, 1002, 5013, TEARDOWN(ACK_OF_FIN), STATES(TIME_WAIT, CLOSED),
          .marks = UNSEEN },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, client_opens);
    SAY(&talk, rows);
}

static void a_fin_that_was_concluded_may_be_seen_late(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_FIN | TB_ACK, 1001, 5001, TEARDOWN(FIN), STATES(FIN_WAIT_1, CLOSE_WAIT) },
        { 'c', TB_ACK, 1002, 5002, TEARDOWN(ACK_OF_FIN), STATES(TIME_WAIT, CLOSED),
          .marks = MARK(INFERRED) | MARK(LOST_BEFORE) },
        { 's', TB_FIN | TB_ACK, 5001, 1002, TEARDOWN(FIN), STATES(TIME_WAIT, CLOSED) },
    };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    SAY(&talk, rows);
    assert_int_equal(talk.event.teardown_number[0], 2);
    assert_int_equal(talk.event.teardown_number[1], 3);
}

static void what_is_sent_next_shows_who_closed_first(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "x", REQUEST(REQUEST), OPEN, .exchange = 1 },
        { 'c', TB_ACK, 1002, 5011, RESPONSE(ACK_OF_RESPONSE), OPEN, .marks = MARK(LOST_BEFORE),
          .exchange = 1 },
        { 'c', TB_FIN | TB_ACK, 1002, 5011, TEARDOWN(FIN), NOT_TOLD },
        { 's', TB_ACK, 5011, 1003, "more", RESPONSE(RESPONSE), STATES(FIN_WAIT_2, CLOSE_WAIT),
          .exchange = 1 },
        { 's', TB_FIN | TB_ACK, 5015, 1003, TEARDOWN(FIN), STATES(TIME_WAIT, LAST_ACK) },
        { 'c', TB_ACK, 1003, 5016, TEARDOWN(ACK_OF_FIN), STATES(TIME_WAIT, CLOSED) },
    };
    static const uint8_t teardown[] = { 0, 0, 0, 0, 3, 4 };
    struct conversation talk;

    (void)state;
    conversation_open(&talk);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say_row(&talk, &rows[i], i);
        assert_int_equal(talk.event.teardown_number[0], teardown[i]);
    }
}

static void the_servers_direction_counts_what_it_answers(void **state)
{
    static const struct row rows[] = {
        { 's', TB_ACK, 5001, 1101, RESPONSE(ACK_OF_REQUEST), OPEN,
          .marks = UNSEEN | MARK(LOST_BEFORE) },
        { 's', TB_ACK, 5001, 1101, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
          RESPONSE(RESPONSE), OPEN, .marks = UNSEEN, .exchange = 1 },
        /* the rest of a request that was answered early, for all that is known: none is counted */
        { 's', TB_ACK, 5041, 1201, RESPONSE(ACK_OF_REQUEST), OPEN, .marks = UNSEEN },
        { 's', TB_ACK, 5041, 1201, "HTTP/1.1 204 No Content\r\n\r\n", RESPONSE(RESPONSE), OPEN,
          .marks = UNSEEN, .exchange = 2 },
        /* pipelined: every response has a request */
        { 's', TB_ACK, 5068, 1201, "HTTP/1.1 204 No Content\r\n\r\n", RESPONSE(RESPONSE), OPEN,
          .marks = UNSEEN, .exchange = 3 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, server_opens);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say_row(&talk, &rows[i], i);
        assert_false(talk.event.has & (TB_EVENT_REQUEST_BYTES | TB_EVENT_RESPONSE_TIME));
        if (i == 1)
            assert_int_equal(talk.event.response_bytes, 40);
    }
}

static void an_unseen_request_may_be_head_or_connect(void **state)
{
    static const struct row rows[] = {
        { 's', TB_ACK, 5001, 1101, "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n",
          RESPONSE(RESPONSE), OPEN, .marks = UNSEEN | MARK(LOST_BEFORE), .exchange = 1 },
        { 's', TB_ACK, 5042, 1201, "HTTP/1.1 200 OK\r\n\r\n", RESPONSE(RESPONSE), OPEN,
          .marks = UNSEEN, .exchange = 2 },
        { 's', TB_ACK, 5061, 1201, "220 hello", RESPONSE(RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 2 },
    };
    static const uint64_t bytes[] = { 41, 0, 0 };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, server_opens);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say_row(&talk, &rows[i], i);
        assert_int_equal(talk.event.response_bytes, bytes[i]);
        assert_true(((talk.event.has & TB_EVENT_RESPONSE_BYTES) != 0) == (bytes[i] != 0));
    }
}

static void an_interim_response_to_an_unseen_request_is_not_timed(void **state)
{
    static const struct row rows[] = {
        { 's', TB_ACK, 5001, 1101, "HTTP/1.1 100 Continue\r\n\r\n", RESPONSE(RESPONSE), OPEN,
          .marks = UNSEEN | MARK(LOST_BEFORE), .exchange = 1 },
        { 's', TB_ACK, 5026, 1201, "HTTP/1.1 204 No Content\r\n\r\n", RESPONSE(RESPONSE), OPEN,
          .marks = UNSEEN, .exchange = 1 },
        { 's', TB_ACK, 5053, 1301, "HTTP/1.1 204 No Content\r\n\r\n", RESPONSE(RESPONSE), OPEN,
          .marks = UNSEEN, .exchange = 2 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, server_opens);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say_row(&talk, &rows[i], i);
        assert_true(((talk.event.has & TB_EVENT_RESPONSE_STARTS) != 0) == (i > 0));
    }
}

static void a_protocol_that_is_not_http_takes_turns(void **state)
{
    static const struct row rows[] = {
        { 's', TB_ACK, 5001, 1001, "+ready", RESPONSE(GREETING), OPEN,
          .marks = UNSEEN | MARK(LOST_BEFORE) },
        { 's', TB_ACK, 5007, 1011, "+one", RESPONSE(RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 's', TB_ACK, 5011, 1012, "+two", RESPONSE(RESPONSE), NOT_TOLD, .marks = UNSEEN,
          .exchange = 1 },
        { 's', TB_ACK, 5015, 1022, "+three", RESPONSE(RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 2 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, server_opens);
    SAY(&talk, rows);
}

static void http2_shows_in_the_servers_first_frame(void **state)
{
    static const char settings[] = "\0\0\x06\4\0\0\0\0\0\0\3\0\0\0\x64";
    struct tb_event event = { 0 };
    struct tb_exchange exchange;
    struct tb_octets octets = { .before = true, .length = 50 };

    (void)state;
    tb_exchange_init(&exchange);
    tb_exchange_unseen(&exchange, TB_ROLE_CLIENT, &octets, &event);
    octets = (struct tb_octets){ .data = (const uint8_t *)settings, .length = sizeof settings - 1 };
    (void)tb_exchange_take(&exchange, TB_ROLE_SERVER, &octets, &event);
    assert_true(tb_event_is(&event, TB_MARK_MULTIPLEXED));
    assert_int_equal(event.exchange, 0);
}

static void an_upgrade_that_was_not_seen_ends_http(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "GET / HTTP/1.1\r\nUpgrade: x\r\n\r\n", REQUEST(REQUEST), OPEN,
          .marks = UNSEEN, .exchange = 1 },
        { 'c', TB_ACK, 1031, 5101,
          "\x81\x01"
          "a",
          REQUEST(REQUEST), OPEN, .marks = UNSEEN, .exchange = 2 },
        { 'c', TB_ACK, 1034, 5111,
          "\x81\x01"
          "b",
          REQUEST(REQUEST), OPEN, .marks = UNSEEN, .exchange = 3 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, client_opens);
    SAY(&talk, rows);
    assert_int_equal(talk.event.request_bytes, 3);
}

static void answers_that_are_not_captured_are_not_said_to_be_missing(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 1000, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED) },
        { 'c', TB_ACK, 1001, 5001, "GET / HTTP/1.1\r\n\r\n", REQUEST(REQUEST), OPEN,
          .marks = MARK(LOST_BEFORE) | MARK(COMPLETES_HANDSHAKE) | UNSEEN, .exchange = 1 },
        { 'c', TB_ACK, 1019, 5101, RESPONSE(ACK_OF_RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 'c', TB_RST, 1019, 0, .window = NO_WINDOW, RESET(RESET), STATES(CLOSED, CLOSED),
          .marks = UNSEEN },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, rows);
    assert_int_equal(talk.event.cut, TB_CUT_NONE);
}

static void an_answer_to_what_was_not_captured_is_no_greeting(void **state)
{
    static const struct row rows[] = {
        { 's', TB_ACK, 5001, 1101, "one", RESPONSE(RESPONSE), OPEN,
          .marks = MARK(LOST_BEFORE) | UNSEEN, .exchange = 1 },
        { 's', TB_ACK, 5004, 1101, "two", RESPONSE(RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 1 },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, server_opens);
    SAY(&talk, rows);
}

static void an_ack_may_speak_of_what_was_not_captured(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, RESPONSE(ACK), OPEN, .marks = MIDDLE },
        /* it answers something */
        { 'c', TB_ACK, 1001, 5001, .phase = TB_PHASE_UNKNOWN, .step = TB_STEP_ACK, OPEN,
          .marks = MIDDLE },
        { 'c', TB_ACK, 1001, 5101, RESPONSE(ACK_OF_RESPONSE), OPEN,
          .marks = MIDDLE | MARK(ONE_DIRECTION) },
    };
    static const bool unseen[] = { true, false, true };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        say_row(&talk, &rows[i], i);
        assert_true(talk.event.unseen == unseen[i]);
    }
}

static void a_keep_alive_needs_no_answer_to_be_one(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_ACK, 1001, 5001, "hello", REQUEST(REQUEST), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 'c', TB_ACK, 1006, 5101, RESPONSE(ACK_OF_RESPONSE), OPEN, .marks = UNSEEN,
          .exchange = 1 },
        { 'c', TB_ACK, 1005, 5101, KEEP_ALIVE(KEEP_ALIVE), OPEN, .marks = UNSEEN },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, client_opens);
    SAY(&talk, rows);
}

static void the_ports_may_be_used_again_after_a_close_that_was_concluded(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_FIN | TB_ACK, 1001, 5001, TEARDOWN(FIN), STATES(FIN_WAIT_1, CLOSE_WAIT),
          .marks = UNSEEN },
        { 'c', TB_ACK, 1002, 5002, TEARDOWN(ACK_OF_FIN), STATES(TIME_WAIT, CLOSED),
          .marks = UNSEEN },
        { 'c', TB_SYN, 9000, 0, HANDSHAKE(SYN), STATES(SYN_SENT, SYN_RECEIVED),
          .marks = MARK(REUSED_PORT), .next_flow = true },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, client_opens);
    SAY(&talk, rows);
}

static void a_syn_into_an_open_connection_is_a_candidate_whoever_is_seen(void **state)
{
    static const struct row rows[] = {
        { 'c', TB_SYN, 9000, 0, HANDSHAKE(SYN), OPEN, .marks = UNSEEN },
    };
    struct conversation talk;

    (void)state;
    conversation_begin(&talk);
    SAY(&talk, client_opens);
    SAY(&talk, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clients_direction_tells_the_story),
        cmocka_unit_test(an_acknowledged_answer_ends_a_request),
        cmocka_unit_test(the_request_itself_may_acknowledge_the_answer),
        cmocka_unit_test(one_number_is_an_octet_or_a_fin),
        cmocka_unit_test(what_follows_an_octet_or_a_fin_is_of_no_certain_length),
        cmocka_unit_test(a_fin_that_was_concluded_may_turn_out_to_be_an_octet),
        cmocka_unit_test(a_fin_that_was_concluded_may_be_seen_late),
        cmocka_unit_test(what_is_sent_next_shows_who_closed_first),
        cmocka_unit_test(the_servers_direction_counts_what_it_answers),
        cmocka_unit_test(an_unseen_request_may_be_head_or_connect),
        cmocka_unit_test(an_interim_response_to_an_unseen_request_is_not_timed),
        cmocka_unit_test(a_protocol_that_is_not_http_takes_turns),
        cmocka_unit_test(http2_shows_in_the_servers_first_frame),
        cmocka_unit_test(an_upgrade_that_was_not_seen_ends_http),
        cmocka_unit_test(answers_that_are_not_captured_are_not_said_to_be_missing),
        cmocka_unit_test(an_answer_to_what_was_not_captured_is_no_greeting),
        cmocka_unit_test(an_ack_may_speak_of_what_was_not_captured),
        cmocka_unit_test(a_keep_alive_needs_no_answer_to_be_one),
        cmocka_unit_test(the_ports_may_be_used_again_after_a_close_that_was_concluded),
        cmocka_unit_test(a_syn_into_an_open_connection_is_a_candidate_whoever_is_seen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
