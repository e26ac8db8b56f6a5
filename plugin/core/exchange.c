/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exchange.c - pairs requests and responses of one connection
 *
 * Theory: octets arrive in order, a run of one direction at a time. They are given to that
 * direction's parser, which cuts them into pieces at borders; a piece is then counted to the
 * request being sent or to the response being given. Until an HTTP head has been read to its end
 * the borders are those of runs, so nothing is taken back when the payload turns out not to be
 * HTTP.
 *
 * Numbers are consecutive, so an answer's number is known even where its request's facts were not
 * kept (deep pipelining). */
#include "exchange.h"

#include <string.h>

void tb_exchange_init(struct tb_exchange *exchange)
{
    memset(exchange, 0, sizeof *exchange);
    exchange->mode = TB_EXCHANGE_TRIAL;
    tb_http1_init(&exchange->parser[TB_ROLE_CLIENT].http, TB_HTTP1_REQUEST);
    tb_http1_init(&exchange->parser[TB_ROLE_SERVER].http, TB_HTTP1_RESPONSE);
}

static struct tb_request *place_of(struct tb_exchange *exchange, uint32_t number)
{
    return &exchange->request[number % TB_REQUESTS_KEPT];
}

/* NULL where the request's facts were not kept. */
static const struct tb_request *request_of(const struct tb_exchange *exchange, uint32_t number)
{
    const struct tb_request *request = &exchange->request[number % TB_REQUESTS_KEPT];

    return number != 0 && request->number == number ? request : NULL;
}

/* The last request begun, to be added to. NULL: none yet. */
static struct tb_request *last_request(struct tb_exchange *exchange)
{
    struct tb_request *request = place_of(exchange, exchange->begun);

    return exchange->begun != 0 && request->number == exchange->begun ? request : NULL;
}

static void note_exchange(struct tb_event *event, uint32_t number)
{
    if (number == 0)
        return;
    if (event->exchange == 0)
        event->exchange = number;
    event->exchange_last = number;
}

/* ---- requests */

static void begin_request(struct tb_exchange *exchange, const struct tb_octets *octets)
{
    struct tb_request *request = place_of(exchange, ++exchange->begun);

    memset(request, 0, sizeof *request);
    request->number = exchange->begun;
    request->first_ns = octets->time_ns;
    request->last_ns = octets->time_ns;
    exchange->request_waits = false;
}

/* What is answered here was not captured. */
static void begin_unseen_request(struct tb_exchange *exchange, const struct tb_octets *octets)
{
    struct tb_request *request;

    exchange->answered = exchange->begun;
    exchange->response_in_progress = 0;
    exchange->server_turn = false;
    begin_request(exchange, octets);
    request = place_of(exchange, exchange->begun);
    request->end_missed = true;
    request->unseen = true;
    exchange->inferred = true;
}

static void tell_request_bytes(const struct tb_request *request, struct tb_event *event)
{
    bool known = !request->unsized && !request->unseen && !request->doubtful;

    event->has &= (uint16_t)~TB_EVENT_REQUEST_BYTES; /* of an earlier piece of the segment */
    event->request_bytes = known ? request->bytes : 0;
    if (known)
        tb_event_set(event, TB_EVENT_REQUEST_BYTES);
}

static void count_request(struct tb_exchange *exchange, const struct tb_octets *octets,
                          uint64_t length, struct tb_event *event)
{
    struct tb_request *request = last_request(exchange);

    if (request == NULL || length == 0)
        return;
    request->bytes += length;
    request->end_missed = octets->before;
    request->unsized = octets->unsized;
    if (!octets->before) {
        request->last_ns = octets->time_ns;
        request->last_frame = octets->frame;
    }
    if (octets->before)
        return; /* no part of this segment */
    note_exchange(event, request->number);
    tell_request_bytes(request, event);
    if (!request->doubtful && octets->time_ns >= request->first_ns) {
        event->request_duration_ns = octets->time_ns - request->first_ns;
        tb_event_set(event, TB_EVENT_REQUEST_DURATION);
    }
}

/* ---- responses */

/* The exchange that the server's next message answers; 0 where no request is known. */
static uint32_t next_to_answer(const struct tb_exchange *exchange)
{
    return exchange->answered < exchange->begun ? exchange->answered + 1 : 0;
}

static void begin_response(struct tb_exchange *exchange, uint32_t number,
                           const struct tb_octets *octets)
{
    if (exchange->response_in_progress == number && number != 0)
        return; /* after an interim response */
    exchange->response_in_progress = number;
    exchange->response_unsized = false;
    exchange->response_doubtful = false;
    exchange->response_bytes = 0;
    exchange->response_timed = false;
    exchange->response_first_ns = octets->time_ns;
}

/* The final response begins with these octets: what was interim before does not count for times. */
static void time_response(struct tb_exchange *exchange, const struct tb_octets *octets,
                          struct tb_event *event)
{
    exchange->response_timed = !octets->before; /* the time of what is missing is not known */
    exchange->response_first_ns = octets->time_ns;
    if (!octets->before)
        tb_event_set(event, TB_EVENT_RESPONSE_STARTS);
}

static void report_times(const struct tb_exchange *exchange, uint32_t number,
                         const struct tb_octets *octets, struct tb_event *event)
{
    const struct tb_request *request = request_of(exchange, number);
    bool whole = request != NULL && !request->end_missed &&
                 (exchange->mode != TB_EXCHANGE_HTTP || request->complete);

    if (whole && exchange->response_first_ns >= request->last_ns) {
        event->response_time_ns = exchange->response_first_ns - request->last_ns;
        tb_event_set(event, TB_EVENT_RESPONSE_TIME);
    }
    if (octets->time_ns >= exchange->response_first_ns) {
        event->response_duration_ns = octets->time_ns - exchange->response_first_ns;
        tb_event_set(event, TB_EVENT_RESPONSE_DURATION);
    }
}

/* RFC 9112 section 6.3: what ends with the connection is no body at all if it answers CONNECT. */
static bool body_is_doubtful(const struct tb_exchange *exchange, const struct tb_request *request)
{
    return exchange->mode == TB_EXCHANGE_HTTP && request != NULL && request->unseen &&
           (exchange->parser[TB_ROLE_SERVER].http.facts & TB_HTTP1_UNTIL_CLOSE) != 0;
}

static void tell_response_bytes(const struct tb_exchange *exchange, struct tb_event *event)
{
    bool known = !exchange->response_unsized && !exchange->response_doubtful;

    event->has &= (uint16_t)~TB_EVENT_RESPONSE_BYTES;
    event->response_bytes = known ? exchange->response_bytes : 0;
    if (known)
        tb_event_set(event, TB_EVENT_RESPONSE_BYTES);
}

static void count_response(struct tb_exchange *exchange, const struct tb_octets *octets,
                           uint64_t length, struct tb_event *event)
{
    const struct tb_request *request = request_of(exchange, exchange->response_in_progress);

    if (length == 0 || exchange->response_in_progress == 0)
        return;
    exchange->response_bytes += length;
    exchange->response_unsized = octets->unsized || body_is_doubtful(exchange, request);
    if (octets->before)
        return;
    note_exchange(event, exchange->response_in_progress);
    tell_response_bytes(exchange, event);
    if (request != NULL) {
        event->request_in = request->last_frame;
        tell_request_bytes(request, event);
    }
    if (exchange->response_timed && !exchange->response_doubtful &&
        !body_is_doubtful(exchange, request))
        report_times(exchange, exchange->response_in_progress, octets, event);
}

static void end_response(struct tb_exchange *exchange)
{
    if (exchange->response_in_progress != 0)
        exchange->answered = exchange->response_in_progress;
    exchange->response_in_progress = 0;
}

/* The status is in the first line: "HTTP/1.1 100". Too few octets to tell count as final. */
static bool announces_interim(const struct tb_octets *octets, uint32_t offset)
{
    const uint8_t *status;

    if (octets->data == NULL || octets->length - offset < 12)
        return false;
    status = octets->data + offset + 9;
    return status[0] == '1' && memcmp(status, "101", 3) != 0;
}

/* The same where it is not certain that it is HTTP. */
static bool begins_interim(const struct tb_octets *octets)
{
    return octets->data != NULL &&
           tb_http1_looks_like(TB_HTTP1_RESPONSE, octets->data, octets->length) &&
           announces_interim(octets, 0);
}

/* ---- runs */

/* What the capture has missed between the request before and this one. */
static void tell_missed(struct tb_exchange *exchange, struct tb_event *event)
{
    if (exchange->missed == 0 || exchange->heard == 0 || exchange->heard + 1 != exchange->begun)
        return;
    event->missed = exchange->missed + 1; /* the last number acknowledged is never counted yet */
    exchange->missed = 0;
}

static void lengthen_request(struct tb_exchange *exchange, uint64_t length)
{
    struct tb_request *request = last_request(exchange);

    if (request == NULL)
        return;
    request->bytes += length;
    request->unsized = false;
}

/* If the response is the latest message still: else its length is told no more. */
static void lengthen_response(struct tb_exchange *exchange, uint64_t length)
{
    if (exchange->response_in_progress == 0)
        return;
    exchange->response_bytes += length;
    exchange->response_unsized = false;
}

static void take_client_run(struct tb_exchange *exchange, const struct tb_octets *octets,
                            uint64_t length, struct tb_event *event)
{
    if (octets->tail) {
        lengthen_request(exchange, length);
        return;
    }
    if (!exchange->client_spoke || exchange->server_turn || exchange->begun == 0) {
        bool waited = exchange->request_waits;

        if (exchange->response_in_progress != 0)
            end_response(exchange);
        exchange->answered = exchange->begun;
        begin_request(exchange, octets);
        place_of(exchange, exchange->begun)->unseen = waited;
        tell_missed(exchange, event);
        exchange->lone[TB_ROLE_SERVER] = false;
    } else if (exchange->lone[TB_ROLE_SERVER]) {
        place_of(exchange, exchange->begun)->doubtful = true;
    }
    exchange->client_spoke = true;
    exchange->server_turn = false;
    count_request(exchange, octets, length, event);
}

static void take_server_run(struct tb_exchange *exchange, const struct tb_octets *octets,
                            uint64_t length, struct tb_event *event)
{
    if (octets->tail) {
        lengthen_response(exchange, length);
        return;
    }
    if (exchange->request_waits)
        begin_unseen_request(exchange, octets);
    if (!exchange->server_turn && exchange->begun != 0) {
        exchange->answered = exchange->begun - 1; /* earlier ones were one run with it */
        begin_response(exchange, exchange->begun, octets);
        if (!begins_interim(octets))
            time_response(exchange, octets, event);
        exchange->lone[TB_ROLE_CLIENT] = false;
    } else if (exchange->lone[TB_ROLE_CLIENT]) {
        exchange->response_doubtful = true;
    }
    exchange->server_turn = true;
    count_response(exchange, octets, length, event);
}

static void take_run(struct tb_exchange *exchange, enum tb_role role,
                     const struct tb_octets *octets, uint64_t length, struct tb_event *event)
{
    if (length == 0)
        return;
    if (role == TB_ROLE_CLIENT)
        take_client_run(exchange, octets, length, event);
    else
        take_server_run(exchange, octets, length, event);
}

/* ---- HTTP */

/* From runs to HTTP's borders, at the end of the first head: what was counted stays. */
static void confirm_http(struct tb_exchange *exchange)
{
    exchange->mode = TB_EXCHANGE_HTTP;
    exchange->request_open = exchange->begun != 0 && !exchange->server_turn;
}

/* After 101, or 2xx to CONNECT, both directions carry another protocol. */
static void enter_tunnel(struct tb_exchange *exchange)
{
    exchange->mode = TB_EXCHANGE_TRIAL;
    exchange->sniffed = false;
    exchange->server_turn = true;
    exchange->answered = exchange->begun;
    exchange->response_in_progress = 0;
    tb_http1_init(&exchange->parser[TB_ROLE_CLIENT].http, TB_HTTP1_REQUEST);
    tb_http1_init(&exchange->parser[TB_ROLE_SERVER].http, TB_HTTP1_RESPONSE);
}

/* A message starts here. Before a head has been read to its end, that may be of any protocol: then
 * only what begins like HTTP is called that. */
static void note_start(const struct tb_exchange *exchange, enum tb_role role,
                       const struct tb_octets *octets, uint32_t offset, struct tb_event *event)
{
    bool client = role == TB_ROLE_CLIENT;
    unsigned what = client ? TB_EVENT_HTTP_REQUEST : TB_EVENT_HTTP_RESPONSE;
    enum tb_http1_kind kind = client ? TB_HTTP1_REQUEST : TB_HTTP1_RESPONSE;

    if ((event->has & what) != 0 || octets->data == NULL)
        return;
    if (exchange->mode != TB_EXCHANGE_HTTP &&
        !tb_http1_looks_like(kind, octets->data + offset, octets->length - offset))
        return;
    event->http_start[role] = octets->offset + offset;
    tb_event_set(event, what);
}

static void request_starts(struct tb_exchange *exchange, const struct tb_octets *octets,
                           uint32_t offset, struct tb_event *event)
{
    note_start(exchange, TB_ROLE_CLIENT, octets, offset, event);
    if (exchange->mode != TB_EXCHANGE_HTTP)
        return; /* the run begins it */
    begin_request(exchange, octets);
    tell_missed(exchange, event);
    exchange->request_open = true;
}

static void request_head_ends(struct tb_exchange *exchange)
{
    const struct tb_http1 *parser = &exchange->parser[TB_ROLE_CLIENT].http;
    struct tb_request *request;

    if ((parser->facts & TB_HTTP1_H2_PREFACE) != 0) {
        exchange->mode = TB_EXCHANGE_RUNS;
        exchange->multiplexed = true;
        exchange->request[exchange->begun % TB_REQUESTS_KEPT].number = 0;
        return;
    }
    if (exchange->mode == TB_EXCHANGE_TRIAL)
        confirm_http(exchange);
    request = last_request(exchange);
    if (request != NULL)
        request->facts = parser->facts & (TB_HTTP1_IS_HEAD | TB_HTTP1_IS_CONNECT);
}

static void request_ends(struct tb_exchange *exchange, struct tb_event *event)
{
    struct tb_request *request = last_request(exchange);

    exchange->request_open = false;
    tb_event_set(event, TB_EVENT_REQUEST_ENDS);
    if (request != NULL)
        request->complete = true;
}

static void response_starts(struct tb_exchange *exchange, const struct tb_octets *octets,
                            uint32_t offset, struct tb_event *event)
{
    const struct tb_request *request;
    uint32_t number;

    /* A response answers a request, seen or not; before HTTP is certain, if there was one. */
    if (next_to_answer(exchange) == 0 && exchange->unseen[TB_ROLE_CLIENT] &&
        (exchange->mode == TB_EXCHANGE_HTTP || exchange->request_waits))
        begin_unseen_request(exchange, octets);
    number = next_to_answer(exchange);
    request = request_of(exchange, number);
    if (number != 0 && event->exchange == number && (event->has & TB_EVENT_RESPONSE_STARTS) == 0)
        event->has &= (uint16_t)~TB_EVENT_HTTP_RESPONSE; /* interim: what comes after it is told */
    note_start(exchange, TB_ROLE_SERVER, octets, offset, event);
    if (number != 0 && request == NULL)
        exchange->inferred = true; /* whether it answers HEAD is not known */
    tb_http1_answers(&exchange->parser[TB_ROLE_SERVER].http, request == NULL ? 0 : request->facts);
    if (exchange->mode == TB_EXCHANGE_HTTP) { /* else the run begins it */
        begin_response(exchange, number, octets);
        if (!announces_interim(octets, offset))
            time_response(exchange, octets, event);
    } else if (number == 0 && !announces_interim(octets, offset)) {
        tb_event_set(event, TB_EVENT_RESPONSE_STARTS); /* its request was not seen */
    }
}

static void response_ends(struct tb_exchange *exchange, struct tb_event *event)
{
    if (tb_http1_is_interim(&exchange->parser[TB_ROLE_SERVER].http)) {
        exchange->response_timed = false;
        return;
    }
    tb_event_set(event, TB_EVENT_RESPONSE_ENDS);
    end_response(exchange);
}

static void head_ends(struct tb_exchange *exchange, enum tb_role role, struct tb_event *event)
{
    if (role == TB_ROLE_CLIENT)
        request_head_ends(exchange);
    else if (exchange->mode == TB_EXCHANGE_TRIAL)
        confirm_http(exchange);
    if (role == TB_ROLE_SERVER && (exchange->parser[role].http.facts & TB_HTTP1_TUNNEL) != 0) {
        tb_event_set(event, TB_EVENT_RESPONSE_ENDS); /* RFC 9110 sections 9.3.6, 15.2.2 */
        enter_tunnel(exchange);
    }
}

/* The border of this direction can not be told any more. */
static void lose(struct tb_exchange *exchange, enum tb_role role, const struct tb_octets *octets)
{
    if (exchange->mode == TB_EXCHANGE_TRIAL) {
        exchange->mode = TB_EXCHANGE_RUNS; /* it never was HTTP */
        return;
    }
    if (exchange->mode == TB_EXCHANGE_HTTP && role == TB_ROLE_CLIENT && octets->data != NULL &&
        exchange->unseen[TB_ROLE_SERVER]) { /* it has changed to something else, unseen: 101 */
        exchange->mode = TB_EXCHANGE_RUNS;
        exchange->server_turn = exchange->heard == exchange->begun;
        exchange->request_open = false;
        return;
    }
    exchange->lost[role] = true;
    exchange->inferred = true;
    if (role == TB_ROLE_CLIENT && !exchange->request_open)
        begin_request(exchange, octets);
    if (role == TB_ROLE_SERVER && exchange->response_in_progress == 0) {
        exchange->response_in_progress = next_to_answer(exchange);
        exchange->response_bytes = 0;
        exchange->response_timed = false; /* its first octet was not seen */
    }
}

static void cross_border(struct tb_exchange *exchange, enum tb_role role,
                         const struct tb_octets *octets, uint32_t offset,
                         enum tb_http1_border border, struct tb_event *event)
{
    switch (border) {
    case TB_HTTP1_MORE:
        break;
    case TB_HTTP1_START:
        if (role == TB_ROLE_CLIENT)
            request_starts(exchange, octets, offset, event);
        else
            response_starts(exchange, octets, offset, event);
        break;
    case TB_HTTP1_HEAD:
        head_ends(exchange, role, event);
        break;
    case TB_HTTP1_END:
        if (role == TB_ROLE_CLIENT)
            request_ends(exchange, event);
        else
            response_ends(exchange, event);
        break;
    case TB_HTTP1_LOST:
        lose(exchange, role, octets);
        break;
    }
}

/* Counts octets to the message under way; empty lines between messages count to none. */
static void count_http(struct tb_exchange *exchange, enum tb_role role,
                       const struct tb_octets *octets, uint32_t length, struct tb_event *event)
{
    if (exchange->mode != TB_EXCHANGE_HTTP)
        take_run(exchange, role, octets, length, event);
    else if (role == TB_ROLE_SERVER)
        count_response(exchange, octets, length, event);
    else if (exchange->request_open || exchange->lost[role])
        count_request(exchange, octets, length, event);
}

/* After a loss a segment that begins like a message is taken for one. */
static void find_border_again(struct tb_exchange *exchange, enum tb_role role,
                              const struct tb_octets *octets)
{
    enum tb_http1_kind kind = role == TB_ROLE_CLIENT ? TB_HTTP1_REQUEST : TB_HTTP1_RESPONSE;

    if (octets->data == NULL || octets->offset != 0 ||
        !tb_http1_looks_like(kind, octets->data, octets->length))
        return;
    tb_http1_init(&exchange->parser[role].http, kind);
    exchange->lost[role] = false;
    if (role == TB_ROLE_SERVER && exchange->begun != 0) {
        exchange->answered = exchange->begun - 1;
        exchange->response_in_progress = 0;
    }
}

static bool reads_http(const struct tb_exchange *exchange)
{
    return (exchange->mode == TB_EXCHANGE_HTTP || exchange->mode == TB_EXCHANGE_TRIAL) &&
           !exchange->multiplexed;
}

/* What looks like a body that is still under way was perhaps none: the request may have been HEAD.
 * Where another request has come since, a segment that begins like a response is one. */
static void end_doubtful_body(struct tb_exchange *exchange, const struct tb_octets *octets)
{
    struct tb_http1 *parser = &exchange->parser[TB_ROLE_SERVER].http;
    const struct tb_request *request = request_of(exchange, exchange->response_in_progress);

    if (request == NULL || !request->unseen || !exchange->request_waits || parser->left == 0 ||
        octets->data == NULL || octets->offset != 0 ||
        !tb_http1_looks_like(TB_HTTP1_RESPONSE, octets->data, octets->length))
        return;
    tb_http1_init(parser, TB_HTTP1_RESPONSE);
    end_response(exchange);
}

static void take_http(struct tb_exchange *exchange, enum tb_role role,
                      const struct tb_octets *octets, struct tb_event *event)
{
    enum tb_http1_border border = TB_HTTP1_START;
    uint32_t done = 0;

    if (role == TB_ROLE_SERVER && exchange->mode == TB_EXCHANGE_HTTP)
        end_doubtful_body(exchange, octets);
    if (exchange->lost[role])
        find_border_again(exchange, role, octets);
    /* A border may stand at the very end of the octets: asked until there is none. */
    while (border != TB_HTTP1_MORE && reads_http(exchange) && !exchange->lost[role]) {
        const uint8_t *data = octets->data == NULL ? NULL : octets->data + done;
        size_t used =
            tb_http1_feed(&exchange->parser[role].http, data, octets->length - done, &border);

        count_http(exchange, role, octets, (uint32_t)used, event);
        done += (uint32_t)used;
        cross_border(exchange, role, octets, done, border, event);
    }
    if (done < octets->length && !exchange->multiplexed)
        count_http(exchange, role, octets, octets->length - done, event);
}

/* ---- TLS */

/* Where the server's choice was not captured it shows in what the client does not send. */
static bool speaks_tls13(const struct tb_exchange *exchange)
{
    return exchange->tls13 || (exchange->unseen[TB_ROLE_SERVER] &&
                               (exchange->parser[TB_ROLE_CLIENT].tls.facts & TB_TLS_FINISHED) == 0);
}

/* In TLS 1.3 the rest of the handshake travels as application data (RFC 8446 section 5.2): what the
 * server sends before the client's first such record, and that record, which holds Finished. */
static bool is_hidden_handshake(const struct tb_exchange *exchange, enum tb_role role)
{
    uint16_t client_records = exchange->parser[TB_ROLE_CLIENT].tls.data_records;

    if (!speaks_tls13(exchange))
        return false;
    return role == TB_ROLE_SERVER ? client_records == 0 : client_records == 1;
}

/* An alert in TLS 1.3 (RFC 8446 sections 5.2, 6): header 5, alert 2, type 1, tag 16. Data of one
 * octet with a tag of 17 does not exist, data of two octets in a record of its own hardly. */
enum {
    HIDDEN_ALERT = 24
};

/* With TLS 1.3 the server's choice is hidden: an offer of h2 is taken for its use, and so is an
 * offer that was not captured, so that no response time is invented (RFC 7301; RFC 8446
 * section 4.3.1). */
static void learn_from_hello(struct tb_exchange *exchange)
{
    unsigned client = exchange->parser[TB_ROLE_CLIENT].tls.facts;
    unsigned server = exchange->parser[TB_ROLE_SERVER].tls.facts;

    if ((server & TB_TLS_SERVER_HELLO) == 0) {
        if (exchange->unseen[TB_ROLE_SERVER])
            exchange->multiplexed = (client & TB_TLS_ALPN_H2) != 0;
        return;
    }
    exchange->tls13 = (server & TB_TLS_V13) != 0;
    exchange->multiplexed = ((exchange->tls13 ? client : server) & TB_TLS_ALPN_H2) != 0 ||
                            (exchange->tls13 && exchange->unseen[TB_ROLE_CLIENT]);
}

static enum tb_octets_kind take_tls(struct tb_exchange *exchange, enum tb_role role,
                                    const struct tb_octets *octets, struct tb_event *event)
{
    struct tb_tls *parser = &exchange->parser[role].tls;
    enum tb_octets_kind kind = TB_OCTETS_NONE;
    uint32_t done = 0;

    tb_event_set(event, TB_EVENT_TLS);
    if (exchange->lost[role] && octets->data != NULL && octets->offset == 0 &&
        tb_tls_looks_like(octets->data, octets->length)) {
        tb_tls_init(parser);
        exchange->lost[role] = false;
    }
    while (done < octets->length && !exchange->lost[role]) {
        enum tb_tls_class what = TB_TLS_NONE;
        bool whole = parser->record_left == 0;
        const uint8_t *data = octets->data == NULL ? NULL : octets->data + done;
        size_t used = tb_tls_feed(parser, data, octets->length - done, &what);

        if (what == TB_TLS_NONE || used == 0) {
            lose(exchange, role, octets);
            break;
        }
        done += (uint32_t)used;
        if (what == TB_TLS_HANDSHAKE) {
            learn_from_hello(exchange);
            exchange->request_waits = false; /* the client's was handshake as well */
        }
        if (what == TB_TLS_HANDSHAKE || is_hidden_handshake(exchange, role) ||
            (speaks_tls13(exchange) && whole && used == HIDDEN_ALERT)) {
            tb_event_mark_if(event, TB_MARK_INFERRED, what != TB_TLS_HANDSHAKE);
            kind = kind == TB_OCTETS_NONE ? TB_OCTETS_TLS_HANDSHAKE : kind;
            continue;
        }
        kind = TB_OCTETS_EXCHANGE;
        if (!exchange->multiplexed)
            take_run(exchange, role, octets, used, event);
    }
    if (done == octets->length)
        return kind;
    if (!exchange->multiplexed)
        take_run(exchange, role, octets, octets->length - done, event);
    return TB_OCTETS_EXCHANGE;
}

/* ---- which protocol */

static void begin_tls(struct tb_exchange *exchange)
{
    exchange->mode = TB_EXCHANGE_TLS;
    exchange->lost[TB_ROLE_CLIENT] = false;
    exchange->lost[TB_ROLE_SERVER] = false;
    tb_tls_init(&exchange->parser[TB_ROLE_CLIENT].tls);
    tb_tls_init(&exchange->parser[TB_ROLE_SERVER].tls);
}

static void begin_trial(struct tb_exchange *exchange)
{
    exchange->mode = TB_EXCHANGE_TRIAL;
    tb_http1_init(&exchange->parser[TB_ROLE_CLIENT].http, TB_HTTP1_REQUEST);
    tb_http1_init(&exchange->parser[TB_ROLE_SERVER].http, TB_HTTP1_RESPONSE);
}

/* RFC 9113 sections 3.4, 4.1, 6.5: the server's first frame: whole settings of six octets each, of
 * which a few dozen exist; type 4, no flags, stream 0. */
static bool looks_like_http2_settings(const uint8_t *data, size_t length)
{
    static const uint8_t rest[] = { 4, 0, 0, 0, 0, 0 };

    return length >= 3 + sizeof rest && data[0] == 0 && data[1] == 0 && data[2] % 6 == 0 &&
           memcmp(data + 3, rest, sizeof rest) == 0;
}

/* At the connection's first octets, and where a client starts to speak again in a protocol that we
 * do not read: STARTTLS, an upgrade, a proxy's tunnel. */
static void sniff(struct tb_exchange *exchange, enum tb_role role, const struct tb_octets *octets)
{
    bool turn = role == TB_ROLE_CLIENT && exchange->server_turn;

    if (octets->data == NULL || exchange->multiplexed)
        return;
    if (exchange->mode == TB_EXCHANGE_TRIAL && exchange->sniffed && !turn)
        return;
    if (exchange->mode == TB_EXCHANGE_RUNS && !turn)
        return;
    exchange->sniffed = true;
    if (role == TB_ROLE_SERVER && exchange->unseen[TB_ROLE_CLIENT] &&
        looks_like_http2_settings(octets->data, octets->length)) {
        exchange->mode = TB_EXCHANGE_RUNS;
        exchange->multiplexed = true;
        return;
    }
    if (tb_tls_looks_like(octets->data, octets->length))
        begin_tls(exchange);
    else if (exchange->mode == TB_EXCHANGE_RUNS &&
             tb_http1_looks_like(TB_HTTP1_REQUEST, octets->data, octets->length))
        begin_trial(exchange);
}

/* Takes back what the run of the preface was counted to. */
static void tell_multiplexed(struct tb_event *event)
{
    const unsigned counted = TB_EVENT_REQUEST_BYTES | TB_EVENT_REQUEST_DURATION |
                             TB_EVENT_RESPONSE_BYTES | TB_EVENT_RESPONSE_TIME |
                             TB_EVENT_RESPONSE_DURATION | TB_EVENT_RESPONSE_STARTS;

    tb_event_mark(event, TB_MARK_MULTIPLEXED);
    event->exchange = 0;
    event->exchange_last = 0;
    event->request_in = 0;
    event->request_bytes = 0;
    event->response_bytes = 0;
    event->request_duration_ns = 0;
    event->response_time_ns = 0;
    event->response_duration_ns = 0;
    event->has = (uint16_t)(event->has & ~counted);
}

enum tb_octets_kind tb_exchange_take(struct tb_exchange *exchange, enum tb_role role,
                                     const struct tb_octets *octets, struct tb_event *event)
{
    enum tb_octets_kind kind = TB_OCTETS_EXCHANGE;

    if (octets->data != NULL)
        exchange->unseen[role] = false;
    if (exchange->mode == TB_EXCHANGE_TRIAL || exchange->mode == TB_EXCHANGE_RUNS)
        sniff(exchange, role, octets);
    if (exchange->mode == TB_EXCHANGE_TLS)
        kind = take_tls(exchange, role, octets, event);
    else if (exchange->multiplexed)
        exchange->client_spoke = exchange->client_spoke || role == TB_ROLE_CLIENT;
    else if (exchange->mode == TB_EXCHANGE_RUNS)
        take_run(exchange, role, octets, octets->length, event);
    else
        take_http(exchange, role, octets, event);
    if (exchange->multiplexed && kind == TB_OCTETS_EXCHANGE)
        tell_multiplexed(event);
    if (exchange->inferred || (exchange->tls13 && kind == TB_OCTETS_EXCHANGE))
        tb_event_mark(event, TB_MARK_INFERRED);
    if (role == TB_ROLE_CLIENT)
        exchange->client_spoke = true;
    return kind;
}

/* The answer to the only request that waits came since that was sent. */
static void tell_answered(struct tb_exchange *exchange, const struct tb_octets *octets,
                          struct tb_event *event)
{
    const struct tb_request *request = last_request(exchange);
    bool first = exchange->begun != 0 && exchange->heard + 1 == exchange->begun;

    if (exchange->begun != exchange->heard)
        exchange->missed = 0;
    exchange->heard = exchange->begun;
    exchange->missed += octets->length;
    if (!first || request == NULL || request->end_missed || exchange->multiplexed ||
        (exchange->mode == TB_EXCHANGE_HTTP && !request->complete) ||
        octets->time_ns < request->last_ns)
        return;
    event->answered_within_ns = octets->time_ns - request->last_ns;
    event->answered_unseen = true;
}

static void unseen_client(struct tb_exchange *exchange, const struct tb_octets *octets)
{
    exchange->client_spoke = true;
    if (octets->tail)
        return;
    exchange->request_waits = true;
    if (exchange->mode == TB_EXCHANGE_TLS &&
        (exchange->parser[TB_ROLE_SERVER].tls.facts & TB_TLS_SERVER_HELLO) != 0)
        exchange->parser[TB_ROLE_CLIENT].tls.data_records = 2; /* its Finished, at least */
}

/* Of several requests it is the last that is answered: in turns they are one. */
static void unseen_server(struct tb_exchange *exchange, const struct tb_octets *octets)
{
    struct tb_event unused = { 0 };

    if (octets->tail) {
        lengthen_response(exchange, octets->length);
        return;
    }
    if (exchange->begun != 0 && exchange->response_in_progress != exchange->begun) {
        exchange->answered = exchange->begun - 1;
        begin_response(exchange, exchange->begun, octets);
    }
    count_response(exchange, octets, octets->length, &unused);
    if (exchange->mode == TB_EXCHANGE_HTTP || exchange->mode == TB_EXCHANGE_TLS) {
        exchange->lost[TB_ROLE_SERVER] = true;
        exchange->inferred = true;
    }
    if (exchange->mode != TB_EXCHANGE_HTTP)
        exchange->server_turn = true;
    if (exchange->mode == TB_EXCHANGE_TLS)
        learn_from_hello(exchange);
}

void tb_exchange_unseen(struct tb_exchange *exchange, enum tb_role role,
                        const struct tb_octets *octets, struct tb_event *event)
{
    exchange->unseen[role] = true;
    if (role == TB_ROLE_CLIENT) {
        unseen_client(exchange, octets);
        return;
    }
    if (octets->tail)
        exchange->missed += exchange->missed > 0 ? octets->length : 0;
    else
        tell_answered(exchange, octets, event);
    unseen_server(exchange, octets);
}

void tb_exchange_doubt(struct tb_exchange *exchange, enum tb_role role)
{
    exchange->lone[role] = true;
}

uint32_t tb_exchange_current(const struct tb_exchange *exchange, enum tb_role role)
{
    if (role == TB_ROLE_CLIENT)
        return exchange->begun;
    return exchange->response_in_progress != 0 ? exchange->response_in_progress
                                               : exchange->answered;
}

static void tell_late_request(const struct tb_request *request, const struct tb_octets *octets,
                              struct tb_event *event)
{
    tell_request_bytes(request, event);
    if (!request->doubtful && octets->time_ns >= request->first_ns) {
        event->request_duration_ns = octets->time_ns - request->first_ns;
        tb_event_set(event, TB_EVENT_REQUEST_DURATION);
    }
}

void tb_exchange_late(const struct tb_exchange *exchange, enum tb_role role,
                      const struct tb_octets *octets, struct tb_event *event)
{
    uint32_t number = tb_exchange_current(exchange, role);
    const struct tb_request *request = request_of(exchange, number);

    if (exchange->multiplexed)
        return;
    note_exchange(event, number);
    if (request == NULL)
        return;
    if (role == TB_ROLE_CLIENT) {
        tell_late_request(request, octets, event);
        return;
    }
    event->request_in = request->last_frame;
    tell_request_bytes(request, event);
    tell_response_bytes(exchange, event);
    if (exchange->response_timed && !exchange->response_doubtful)
        report_times(exchange, number, octets, event);
}

void tb_exchange_report(const struct tb_exchange *exchange, struct tb_event *event)
{
    const struct tb_request *request = &exchange->request[exchange->begun % TB_REQUESTS_KEPT];
    bool answered = exchange->mode == TB_EXCHANGE_HTTP ? exchange->response_in_progress != 0 ||
                                                             exchange->answered == exchange->begun
                                                       : exchange->server_turn;

    /* where a request waits that was not seen, its number is not known before the answer */
    if (exchange->multiplexed || exchange->begun == 0 || exchange->request_waits)
        return;
    note_exchange(event, exchange->begun);
    if (request->number == exchange->begun)
        tell_request_bytes(request, event);
    if (answered)
        tell_response_bytes(exchange, event);
}

bool tb_exchange_server_fin(struct tb_exchange *exchange)
{
    if (exchange->mode != TB_EXCHANGE_HTTP || exchange->multiplexed ||
        !tb_http1_close(&exchange->parser[TB_ROLE_SERVER].http))
        return false;
    end_response(exchange);
    return true;
}

enum tb_cut tb_exchange_cut(const struct tb_exchange *exchange)
{
    if (exchange->multiplexed || exchange->begun == 0 || exchange->lost[TB_ROLE_SERVER])
        return TB_CUT_NONE;
    if (exchange->mode != TB_EXCHANGE_HTTP)
        return exchange->server_turn ? TB_CUT_NONE : TB_CUT_UNANSWERED;
    if (exchange->response_in_progress != 0 && exchange->response_timed)
        return TB_CUT_MID_RESPONSE;
    return exchange->answered < exchange->begun ? TB_CUT_UNANSWERED : TB_CUT_NONE;
}
