/* SPDX-License-Identifier: GPL-2.0-or-later */
/* get.c - one HTTP request, and what came of it */
#include <errno.h>
#include <string.h>

#include <sys/prctl.h>
#include <time.h>

#include "contact.h"
#include "dechunk.h"
#include "http1.h"
#include "url.h"

#define HTTPS "https://"

enum {
    PIECE = 16384,
    HTTPS_PORT = 443, /* RFC 9110 section 4.2.2 */
    NS_PER_US = 1000,
    US_PER_MS = 1000
};

struct get {
    struct tb_request *request;
    struct tb_url url;
    struct tb_contact contact;
    struct tb_http1 parser;
    struct tb_dechunk chunks;
    uint64_t octets;  /* of content */
    int64_t asked_us; /* when the request was sent, */
    int64_t first_us; /* and when the response began; 0: not yet */
    unsigned status;
    bool in_content;
    bool done;
    bool broken; /* what came is no HTTP/1, or ended too early */
};

static int64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * US_PER_MS * 1000 + now.tv_nsec / NS_PER_US;
}

static void put_request(const struct get *get, struct tb_line *line)
{
    tb_line_put(line, "GET ");
    tb_line_put(line, get->url.target);
    tb_line_put(line, get->url.ipv6 ? " HTTP/1.1\r\nHost: [" : " HTTP/1.1\r\nHost: ");
    tb_line_put(line, get->url.host);
    tb_line_put(line, get->url.ipv6 ? "]" : "");
    if (get->url.port_given) {
        tb_line_put(line, ":");
        tb_line_put_number(line, get->url.port);
    }
    tb_line_put(line, "\r\nUser-Agent: breath/" TB_VERSION "\r\nAccept: */*\r\n\r\n");
}

/* It is shorter than any send buffer. Returns 0 or an errno. */
static int send_request(struct get *get)
{
    struct tb_line line = { 0 };
    ssize_t sent;
    int error;

    put_request(get, &line);
    get->asked_us = now_us();
    sent = line.failed ? -1 : send(get->contact.fd, line.text, line.length, MSG_NOSIGNAL);
    error = sent < 0 ? errno : 0;
    if (error == 0 && (size_t)sent < line.length)
        error = EMSGSIZE;
    if (line.failed)
        error = ENOMEM;
    tb_line_free(&line);
    return error;
}

static void write_content(struct get *get, const uint8_t *octets, size_t length)
{
    get->octets += length;
    if (!get->request->options.json)
        (void)fwrite(octets, 1, length, get->request->page.stream);
}

static void take_content(struct get *get, const uint8_t *octets, size_t length)
{
    if ((get->parser.facts & TB_HTTP1_CHUNKED) == 0) {
        write_content(get, octets, length);
        return;
    }
    while (length > 0) {
        const uint8_t *content = NULL;
        size_t some;
        const size_t used = tb_dechunk_next(&get->chunks, octets, length, &content, &some);

        if (some > 0)
            write_content(get, content, some);
        octets += used;
        length -= used;
    }
}

static void take_border(struct get *get, enum tb_http1_border border)
{
    switch (border) {
    case TB_HTTP1_HEAD:
        get->in_content = !tb_http1_is_interim(&get->parser);
        get->status = get->parser.status;
        break;
    case TB_HTTP1_END:
        get->done = get->done || !tb_http1_is_interim(&get->parser);
        break;
    case TB_HTTP1_LOST:
        get->broken = true;
        break;
    case TB_HTTP1_MORE:
    case TB_HTTP1_START:
        break;
    }
}

static void take(struct get *get, const uint8_t *octets, size_t length)
{
    enum tb_http1_border border = TB_HTTP1_START;

    while (border != TB_HTTP1_MORE && border != TB_HTTP1_LOST && !get->done) {
        const bool content = get->in_content;
        const size_t used = tb_http1_feed(&get->parser, octets, length, &border);

        if (content)
            take_content(get, octets, used);
        octets += used;
        length -= used;
        take_border(get, border);
    }
}

/* Returns 0 or an errno. */
static int read_response(struct get *get)
{
    static uint8_t piece[PIECE];

    tb_http1_init(&get->parser, TB_HTTP1_RESPONSE);
    while (!get->done && !get->broken) {
        const int error = tb_contact_wait(&get->contact);
        ssize_t got;

        if (error != 0)
            return error;
        got = recv(get->contact.fd, piece, sizeof(piece), 0);
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            return errno;
        if (got > 0 && get->first_us == 0)
            get->first_us = now_us();
        if (got > 0)
            take(get, piece, (size_t)got);
        if (got == 0) {
            get->done = tb_http1_close(&get->parser) && get->in_content;
            get->broken = !get->done;
        }
    }
    return 0;
}

/* ---- What came of it */

static void put_ms(struct tb_line *line, int64_t us)
{
    const int64_t part = us % US_PER_MS;

    tb_line_put_number(line, (uint64_t)(us / US_PER_MS));
    tb_line_put(line, part < 10 ? ".00" : part < 100 ? ".0" : ".");
    tb_line_put_number(line, (uint64_t)part);
}

static void tell_response(const struct get *get, const struct tb_page *talk)
{
    struct tb_line status = { 0 }, octets = { 0 }, ms = { 0 }, same = { 0 }, next = { 0 };

    tb_line_put_number(&status, get->status);
    tb_line_put_number(&octets, get->octets);
    put_ms(&ms, get->first_us - get->asked_us);
    tb_page_say(talk, TB_SAY_GET_RESPONSE,
                TB_TOKENS({ "status", tb_line_text(&status) }, { "octets", tb_line_text(&octets) },
                          { "ms", tb_line_text(&ms) }));
    tb_line_put(&same, "curl -v ");
    if (get->contact.timeout_given) {
        tb_line_put(&same, "-m ");
        tb_line_put_number(&same, get->contact.timeout_s);
        tb_line_put(&same, " ");
    }
    tb_line_put_outside(&same, get->request->word[0], strlen(get->request->word[0]));
    tb_page_same(talk, tb_line_text(&same), NULL);
    if (get->contact.route_known && get->contact.own_address) {
        tb_line_put(&next, "breath who ");
        tb_line_put_number(&next, get->url.port);
        tb_page_next(talk, tb_line_text(&next), TB_SAY_NEXT_WHO);
    }
    tb_line_free(&status);
    tb_line_free(&octets);
    tb_line_free(&ms);
    tb_line_free(&same);
    tb_line_free(&next);
}

static json_t *json_all(const struct get *get)
{
    json_t *document = tb_contact_json(&get->contact);
    const bool answered = get->contact.outcome == TB_OUTCOME_OK && get->done;

    if (document == NULL)
        return NULL;
    (void)json_object_set_new(document, "response",
                              answered
                                  ? json_pack("{s:i, s:I, s:I}", "status", (int)get->status,
                                              "octets", (json_int_t)get->octets, "microseconds",
                                              (json_int_t)(get->first_us - get->asked_us))
                                  : json_null());
    return document;
}

static int finish(struct get *get, const struct tb_page *talk)
{
    struct tb_request *request = get->request;
    int status = TB_EXIT_FOUND;

    if (request->options.json) {
        if (get->contact.outcome != TB_OUTCOME_OK)
            status = (int)tb_outcome_status(get->contact.outcome);
        else if (get->broken)
            status = TB_EXIT_REFUSED;
        return tb_print_json(request, json_all(get), status);
    }
    if (fflush(request->page.stream) != 0)
        return tb_trouble_system(&request->trouble, "stdout", errno);
    if (get->contact.outcome != TB_OUTCOME_OK)
        return tb_contact_explain(&get->contact, request, talk);
    if (get->broken)
        return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_REFUSED,
                          get->first_us == 0 ? TB_SAY_GET_CLOSED
                          : get->status != 0 ? TB_SAY_GET_CUT
                                             : TB_SAY_GET_NOT_HTTP,
                          NULL);
    tell_response(get, talk);
    return status;
}

static int run(struct get *get)
{
    const struct tb_page talk = tb_contact_talk(get->request);
    int error, status;

    tb_contact_open(&get->contact);
    tb_contact_tell(&get->contact, &talk);
    if (get->contact.outcome == TB_OUTCOME_OK) {
        error = send_request(get);
        if (error == 0)
            error = read_response(get);
        if (error != 0)
            tb_contact_failed(&get->contact, error);
    }
    status = finish(get, &talk);
    tb_contact_close(&get->contact);
    return status;
}

/* What can be done instead of what is not spoken here. */
static int refuse_scheme(struct tb_request *request, const char *word)
{
    struct tb_line quoted = { 0 }, host = { 0 }, port = { 0 };
    struct tb_url url;
    int status;

    if (strncasecmp(word, HTTPS, sizeof(HTTPS) - 1) != 0 ||
        tb_url_read(word + sizeof(HTTPS) - 1, &url) != TB_URL_FINE)
        return tb_usage(request, TB_SAY_USAGE_SCHEME, word);
    tb_trouble_quote(&quoted, word);
    tb_line_put_outside(&host, url.host, strlen(url.host));
    tb_line_put_number(&port, url.port_given ? url.port : HTTPS_PORT);
    status =
        tb_trouble(&request->trouble, request->page.lang, TB_EXIT_USAGE, TB_SAY_USAGE_HTTPS,
                   TB_TOKENS({ "word", tb_line_text(&quoted) }, { "host", tb_line_text(&host) },
                             { "port", tb_line_text(&port) }));
    tb_line_free(&quoted);
    tb_line_free(&host);
    tb_line_free(&port);
    return status;
}

int tb_get(struct tb_request *request)
{
    struct get get = { .request = request };

    if (request->word_count == 0)
        return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_USAGE, TB_SAY_USAGE_NEEDED,
                          TB_TOKENS({ "what", "URL" }));
    if (request->word_count > 1)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[1]);
    switch (tb_url_read(request->word[0], &get.url)) {
    case TB_URL_NOT_HTTP:
        return refuse_scheme(request, request->word[0]);
    case TB_URL_BAD:
        return tb_usage(request, TB_SAY_USAGE_URL, request->word[0]);
    case TB_URL_FINE:
        break;
    }
    get.contact = (struct tb_contact){ .host = get.url.host,
                                       .port = get.url.port,
                                       .timeout_given = request->options.timeout_seconds > 0,
                                       .timeout_s = request->options.timeout_seconds > 0
                                                        ? request->options.timeout_seconds
                                                        : TB_CONTACT_TIMEOUT_S };
    (void)prctl(PR_SET_NAME, "breath-get"); /* so that captures and lists tell it from the others */
    return run(&get);
}
