/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_exchange.c - which octets are a request, which its response, and when */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exchange.h"

/* One piece of payload, 1 ms after the one before, and what the event says of it. */
struct piece {
    char who;         /* 'c', 's'; 'f': the server's FIN */
    const char *data; /* NULL: missing from the capture */
    uint32_t length;  /* 0: of the string */
    uint32_t exchange;
    uint32_t exchange_last; /* 0: the same */
    uint64_t request_bytes;
    uint64_t response_bytes;
    int response_ms;     /* -1: not reported */
    uint32_t request_in; /* number of the piece, from 1 */
    unsigned marks;
    enum tb_cut cut;          /* if the connection ended after this piece */
    enum tb_octets_kind kind; /* NONE: not looked at */
};

#define INFERRED    (1u << TB_MARK_INFERRED)
#define MULTIPLEXED (1u << TB_MARK_MULTIPLEXED)

static void take(struct tb_exchange *exchange, const struct piece *piece, uint32_t number,
                 struct tb_event *event)
{
    struct tb_octets octets = { .data = (const uint8_t *)piece->data,
                                .time_ns = (uint64_t)number * 1000000,
                                .frame = number };
    enum tb_role role = piece->who == 'c' ? TB_ROLE_CLIENT : TB_ROLE_SERVER;
    enum tb_octets_kind kind;

    octets.length = piece->length != 0 ? piece->length : (uint32_t)strlen(piece->data);
    kind = tb_exchange_take(exchange, role, &octets, event);
    if (piece->kind != TB_OCTETS_NONE)
        assert_int_equal(kind, piece->kind);
}

static void expect(const struct piece *piece, const struct tb_event *event)
{
    uint32_t last = piece->exchange_last != 0 ? piece->exchange_last : piece->exchange;

    assert_int_equal(event->exchange, piece->exchange);
    assert_int_equal(event->exchange_last, last);
    assert_int_equal(event->request_bytes, piece->request_bytes);
    assert_int_equal(event->response_bytes, piece->response_bytes);
    assert_int_equal(event->request_in, piece->request_in);
    assert_int_equal(event->marks, piece->marks);
    if (piece->response_ms < 0)
        assert_int_equal(event->has & TB_EVENT_RESPONSE_TIME, 0);
    else
        assert_int_equal(event->response_time_ns, (uint64_t)piece->response_ms * 1000000);
}

static void talk(const struct piece *pieces, size_t count)
{
    struct tb_exchange exchange;

    tb_exchange_init(&exchange);
    for (size_t i = 0; i < count; i++) {
        struct tb_event event = { 0 };

        if (pieces[i].who == 'f') {
            tb_exchange_server_fin(&exchange);
        } else {
            take(&exchange, &pieces[i], (uint32_t)i + 1, &event);
            expect(&pieces[i], &event);
        }
        assert_int_equal(tb_exchange_cut(&exchange), pieces[i].cut);
    }
}

#define TALK(pieces) talk(pieces, sizeof(pieces) / sizeof((pieces)[0]))
/* NOLINTNEXTLINE(bugprone-macro-parentheses): a designated initializer */
#define NO_TIME .response_ms = -1

static void runs_alternate(void **state)
{
    static const struct piece pieces[] = {
        { 'c', "ping\n", .exchange = 1, .request_bytes = 5, NO_TIME, .cut = TB_CUT_UNANSWERED },
        { 'c', "more\n", .exchange = 1, .request_bytes = 10, NO_TIME, .cut = TB_CUT_UNANSWERED },
        { 's', "pong\n", .exchange = 1, .request_bytes = 10, .response_bytes = 5, .response_ms = 1,
          .request_in = 2 },
        { 's', "pong\n", .exchange = 1, .request_bytes = 10, .response_bytes = 10, .response_ms = 1,
          .request_in = 2 },
        { 'c', "ping\n", .exchange = 2, .request_bytes = 5, NO_TIME, .cut = TB_CUT_UNANSWERED },
        { 's', "pong\n", .exchange = 2, .request_bytes = 5, .response_bytes = 5, .response_ms = 1,
          .request_in = 5 },
    };

    (void)state;
    TALK(pieces);
}

static void pipelined_requests_are_told_apart(void **state)
{
    static const struct piece pieces[] = {
        { 'c', "GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\n",
          .exchange = 1, .exchange_last = 3, .request_bytes = 19, NO_TIME,
          .cut = TB_CUT_UNANSWERED },
        { 's', "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", .exchange = 1, .request_bytes = 19,
          .response_bytes = 40, .response_ms = 1, .request_in = 1, .cut = TB_CUT_UNANSWERED },
        { 's', "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab",
          .exchange = 2, .exchange_last = 3, .request_bytes = 19, .response_bytes = 40,
          .response_ms = 2, .request_in = 1, .cut = TB_CUT_MID_RESPONSE },
        { 's', "cd", .exchange = 3, .request_bytes = 19, .response_bytes = 42, .response_ms = 2,
          .request_in = 1 },
    };

    (void)state;
    TALK(pieces);
}

static void a_hundred_continue_does_not_end_the_exchange(void **state)
{
    static const struct piece pieces[] = {
        { 'c', "PUT / HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n", .exchange = 1,
          .request_bytes = 59, NO_TIME, .cut = TB_CUT_UNANSWERED },
        { 's', "HTTP/1.1 100 Continue\r\n\r\n", .exchange = 1, .request_bytes = 59,
          .response_bytes = 25, NO_TIME, .request_in = 1, .cut = TB_CUT_UNANSWERED },
        { 'c', "abc", .exchange = 1, .request_bytes = 62, NO_TIME, .cut = TB_CUT_UNANSWERED },
        { 's', "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n", .exchange = 1,
          .request_bytes = 62, .response_bytes = 68, .response_ms = 1, .request_in = 3 },
        { 'c', "GET / HTTP/1.1\r\n\r\n", .exchange = 2, .request_bytes = 18, NO_TIME,
          .cut = TB_CUT_UNANSWERED },
    };

    (void)state;
    TALK(pieces);
}

static void a_response_may_begin_before_its_request_ends(void **state)
{
    static const struct piece pieces[] = {
        { 'c', "POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc", .exchange = 1,
          .request_bytes = 41, NO_TIME, .cut = TB_CUT_UNANSWERED },
        { 's', "HTTP/1.1 413 Too Large\r\nContent-Length: 4\r\n\r\nno", .exchange = 1,
          .request_bytes = 41, .response_bytes = 47, NO_TIME, .request_in = 1,
          .cut = TB_CUT_MID_RESPONSE },
        { 'c', "def", .exchange = 1, .request_bytes = 44, NO_TIME, .cut = TB_CUT_MID_RESPONSE },
        { 's', "no", .exchange = 1, .request_bytes = 44, .response_bytes = 49, NO_TIME,
          .request_in = 3 },
        { 'c', "GET / HTTP/1.1\r\n\r\n", .exchange = 2, .request_bytes = 18, NO_TIME,
          .cut = TB_CUT_UNANSWERED },
    };

    (void)state;
    TALK(pieces);
}

static void the_netcat_servers_answer_ends_with_its_fin(void **state)
{
    static const struct piece pieces[] = {
        { 'c', "GET / HTTP/1.1\n\n", .exchange = 1, .request_bytes = 16, NO_TIME,
          .cut = TB_CUT_UNANSWERED },
        { 's', "HTTP/1.1 200 OK\n\nhello\n", .exchange = 1, .request_bytes = 16,
          .response_bytes = 23, .response_ms = 1, .request_in = 1, .cut = TB_CUT_MID_RESPONSE },
        { .who = 'f', .data = "" },
    };

    (void)state;
    TALK(pieces);
}

static void a_response_to_head_has_no_body(void **state)
{
    static const struct piece pieces[] = {
        { 'c', "HEAD / HTTP/1.1\r\n\r\n", .exchange = 1, .request_bytes = 19, NO_TIME,
          .cut = TB_CUT_UNANSWERED },
        { 's', "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", .exchange = 1, .request_bytes = 19,
          .response_bytes = 38, .response_ms = 1, .request_in = 1 },
        { 'c', "GET / HTTP/1.1\r\n\r\n", .exchange = 2, .request_bytes = 18, NO_TIME,
          .cut = TB_CUT_UNANSWERED },
        { 's', "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", .exchange = 2,
          .request_bytes = 18, .response_bytes = 43, .response_ms = 1, .request_in = 3 },
    };

    (void)state;
    TALK(pieces);
}

static void missing_octets_of_a_body_are_counted(void **state)
{
    static const struct piece pieces[] = {
        { 'c', "GET / HTTP/1.1\r\n\r\n", .exchange = 1, .request_bytes = 18, NO_TIME,
          .cut = TB_CUT_UNANSWERED },
        { 's', "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", .exchange = 1,
          .request_bytes = 18, .response_bytes = 41, .response_ms = 1, .request_in = 1,
          .cut = TB_CUT_MID_RESPONSE },
        { 's', NULL, .length = 3, .exchange = 1, .request_bytes = 18, .response_bytes = 44,
          .response_ms = 1, .request_in = 1, .cut = TB_CUT_MID_RESPONSE },
        { 's', "ghi", .exchange = 1, .request_bytes = 18, .response_bytes = 47, .response_ms = 1,
          .request_in = 1 },
    };

    (void)state;
    TALK(pieces);
}

static void after_a_missing_head_the_borders_are_inferred(void **state)
{
    static const struct piece pieces[] = {
        { 'c', "GET / HTTP/1.1\r\n\r\n", .exchange = 1, .request_bytes = 18, NO_TIME,
          .cut = TB_CUT_UNANSWERED },
        { 's', NULL, .length = 10, .exchange = 1, .request_bytes = 18, .response_bytes = 10,
          NO_TIME, .request_in = 1, .marks = INFERRED },
        { 's', "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", .exchange = 1, .request_bytes = 18,
          .response_bytes = 38, .response_ms = 2, .request_in = 1, .marks = INFERRED },
    };

    (void)state;
    TALK(pieces);
}

static void more_requests_than_are_kept_keep_their_numbers(void **state)
{
    struct tb_exchange exchange;
    struct piece request = { .who = 'c', .data = "GET / HTTP/1.1\r\n\r\n" };
    struct piece response = { .who = 's', .data = "HTTP/1.1 204 No\r\n\r\n" };
    struct tb_event event;
    uint32_t frame = 0;

    (void)state;
    tb_exchange_init(&exchange);
    for (uint32_t i = 1; i <= TB_REQUESTS_KEPT + 4; i++) {
        memset(&event, 0, sizeof event);
        take(&exchange, &request, ++frame, &event);
        assert_int_equal(event.exchange, i);
    }
    for (uint32_t i = 1; i <= TB_REQUESTS_KEPT + 4; i++) {
        memset(&event, 0, sizeof event);
        take(&exchange, &response, ++frame, &event);
        assert_int_equal(event.exchange, i);
        assert_int_equal((event.has & TB_EVENT_RESPONSE_TIME) != 0, i > 4);
    }
}

static void of_an_interim_and_a_final_response_the_final_one_is_told(void **state)
{
    struct tb_exchange exchange;
    struct piece request = { .who = 'c', .data = "GET / HTTP/1.1\r\n\r\n" };
    struct piece both = { .who = 's',
                          .data = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n" };
    struct tb_event event = { 0 };

    (void)state;
    tb_exchange_init(&exchange);
    take(&exchange, &request, 1, &event);
    memset(&event, 0, sizeof event);
    take(&exchange, &both, 2, &event);
    assert_true(event.has & TB_EVENT_RESPONSE_STARTS);
    assert_int_equal(event.http_start[TB_ROLE_SERVER], 25);
}

static void a_response_without_a_request_is_not_interim(void **state)
{
    struct tb_exchange exchange;
    struct piece response = { .who = 's', .data = "HTTP/1.1 204 No\r\n\r\n" };
    struct tb_event event;

    (void)state;
    tb_exchange_init(&exchange);
    for (uint32_t frame = 1; frame <= 2; frame++) {
        memset(&event, 0, sizeof event);
        take(&exchange, &response, frame, &event);
        assert_true(event.has & TB_EVENT_HTTP_RESPONSE);
        assert_true(event.has & TB_EVENT_RESPONSE_STARTS);
    }
}

static void a_tunnel_is_another_protocol(void **state)
{
    static const struct piece pieces[] = {
        { 'c', "CONNECT x:443 HTTP/1.1\r\n\r\n", .exchange = 1, .request_bytes = 26, NO_TIME,
          .cut = TB_CUT_UNANSWERED },
        { 's', "HTTP/1.1 200 OK\r\n\r\n", .exchange = 1, .request_bytes = 26, .response_bytes = 19,
          .response_ms = 1, .request_in = 1 },
        { 'c', "\x16\x03\x01\x00\x04\x01\x00\x00\x00", .length = 9, NO_TIME,
          .kind = TB_OCTETS_TLS_HANDSHAKE },
        { 'c', "\x17\x03\x03\x00\x02xx", .length = 7, .exchange = 2, .request_bytes = 7, NO_TIME,
          .kind = TB_OCTETS_EXCHANGE, .cut = TB_CUT_UNANSWERED },
    };

    (void)state;
    TALK(pieces);
}

static void an_http2_preface_has_no_exchanges(void **state)
{
    static const struct piece pieces[] = {
        { 'c', "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", NO_TIME, .marks = MULTIPLEXED },
        { 's', "\0\0\0\4\0\0\0\0\0", .length = 9, NO_TIME, .marks = MULTIPLEXED },
        { 'c', "\0\0\0\4\1\0\0\0\0", .length = 9, NO_TIME, .marks = MULTIPLEXED },
    };

    (void)state;
    TALK(pieces);
}

static void tls_application_data_forms_the_exchanges(void **state)
{
    static const struct piece pieces[] = {
        { 'c', "\x16\x03\x01\x00\x04\x01\x00\x00\x00", .length = 9, NO_TIME,
          .kind = TB_OCTETS_TLS_HANDSHAKE },
        { 's', "\x16\x03\x03\x00\x04\x0e\x00\x00\x00", .length = 9, NO_TIME,
          .kind = TB_OCTETS_TLS_HANDSHAKE },
        { 'c', "\x17\x03\x03\x00\x02xx", .length = 7, .exchange = 1, .request_bytes = 7, NO_TIME,
          .cut = TB_CUT_UNANSWERED, .kind = TB_OCTETS_EXCHANGE },
        { 's', "\x17\x03\x03\x00\x03yyy", .length = 8, .exchange = 1, .request_bytes = 7,
          .response_bytes = 8, .response_ms = 1, .request_in = 3, .kind = TB_OCTETS_EXCHANGE },
        { 'c', "\x15\x03\x03\x00\x02\x01\x00", .length = 7, NO_TIME,
          .kind = TB_OCTETS_TLS_HANDSHAKE },
    };

    (void)state;
    TALK(pieces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_alternate),
        cmocka_unit_test(pipelined_requests_are_told_apart),
        cmocka_unit_test(a_hundred_continue_does_not_end_the_exchange),
        cmocka_unit_test(a_response_may_begin_before_its_request_ends),
        cmocka_unit_test(the_netcat_servers_answer_ends_with_its_fin),
        cmocka_unit_test(a_response_to_head_has_no_body),
        cmocka_unit_test(missing_octets_of_a_body_are_counted),
        cmocka_unit_test(after_a_missing_head_the_borders_are_inferred),
        cmocka_unit_test(more_requests_than_are_kept_keep_their_numbers),
        cmocka_unit_test(of_an_interim_and_a_final_response_the_final_one_is_told),
        cmocka_unit_test(a_response_without_a_request_is_not_interim),
        cmocka_unit_test(a_tunnel_is_another_protocol),
        cmocka_unit_test(an_http2_preface_has_no_exchanges),
        cmocka_unit_test(tls_application_data_forms_the_exchanges),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
