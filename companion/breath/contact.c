/* SPDX-License-Identifier: GPL-2.0-or-later */
/* contact.c - connects to another end, and tells what came of it in words */
#include "contact.h"

#include <errno.h>
#include <string.h>

#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "endpoint.h"
#include "rtnetlink.h"
#include "word.h"

enum {
    MS_PER_S = 1000,
    LOOKS = 5,               /* for a server that has not accepted yet, */
    LOOK_PAUSE_NS = 10000000 /* so far apart */
};

/* ---- Connecting */

/* Milliseconds of a clock that only runs forward. */
static int64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_S + now.tv_nsec / 1000000;
}

static int wait_for(int fd, short events, unsigned timeout_s)
{
    struct pollfd wanted = { .fd = fd, .events = events };
    const int64_t end = now_ms() + (int64_t)timeout_s * MS_PER_S;

    for (;;) {
        const int64_t left = end - now_ms();
        const int got = poll(&wanted, 1, left > 0 ? (int)left : 0);

        if (got > 0)
            return 0;
        if (got == 0)
            return ETIMEDOUT;
        if (errno != EINTR)
            return errno;
    }
}

/* Returns 0 or an errno. */
static int connect_to(int fd, const struct addrinfo *to, unsigned timeout_s)
{
    int error = 0;
    socklen_t length = sizeof(error);

    if (connect(fd, to->ai_addr, to->ai_addrlen) == 0)
        return 0;
    if (errno != EINPROGRESS)
        return errno;
    error = wait_for(fd, POLLOUT, timeout_s);
    if (error != 0)
        return error;
    length = sizeof(error);
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno;
}

static void try_address(struct tb_contact *contact, const struct addrinfo *to)
{
    struct tb_attempt *attempt = &contact->attempt[contact->attempts++];
    const int fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    memcpy(&attempt->name, to->ai_addr, to->ai_addrlen);
    attempt->error = fd < 0 ? errno : connect_to(fd, to, contact->timeout_s);
    if (attempt->error == 0)
        contact->fd = fd;
    else if (fd >= 0)
        (void)close(fd);
    contact->error = attempt->error;
    contact->outcome = tb_outcome_of(attempt->error);
}

static void try_all(struct tb_contact *contact)
{
    const struct addrinfo hints = { .ai_socktype = contact->udp ? SOCK_DGRAM : SOCK_STREAM };
    struct addrinfo *list = NULL;
    struct tb_line port = { 0 };

    tb_line_put_number(&port, contact->port);
    contact->lookup = getaddrinfo(contact->host, tb_line_text(&port), &hints, &list);
    contact->error = contact->lookup == EAI_SYSTEM ? errno : 0;
    contact->outcome = tb_outcome_of_lookup(contact->lookup);
    tb_line_free(&port);
    if (contact->lookup != 0)
        return;
    for (const struct addrinfo *at = list; at != NULL && contact->fd < 0; at = at->ai_next) {
        if (contact->attempts < TB_CONTACT_ATTEMPTS_MAX &&
            at->ai_addrlen <= sizeof(contact->attempt[0].name))
            try_address(contact, at);
    }
    freeaddrinfo(list);
}

/* ---- Who is there */

/* The server's end, once it has accepted the connection; of UDP whoever has the port. */
static void look(struct tb_contact *contact)
{
    const struct timespec pause = { .tv_nsec = LOOK_PAUSE_NS };
    const struct tb_tuple end = tb_tuple_turned(&contact->ends);

    for (int i = 0; i < LOOKS; i++) {
        if (contact->visitor_known)
            tb_visitor_free(&contact->visitor);
        contact->visitor_known = tb_visitor_find(&contact->visitor, &end, contact->udp) == 0;
        if (!contact->visitor_known) {
            tb_visitor_free(&contact->visitor);
            return;
        }
        if (contact->visitor.socket == NULL ||
            tb_view_owner(&contact->visitor.view, contact->visitor.socket) != TB_VIEW_UNACCEPTED)
            return;
        (void)nanosleep(&pause, NULL);
    }
}

static void find_route(struct tb_contact *contact)
{
    struct tb_rt_route route;
    uint8_t address[16];
    uint16_t port;

    if (contact->attempts == 0 ||
        !tb_visitor_read_address(&contact->attempt[contact->attempts - 1].name, address, &port) ||
        tb_route_ask(address, 0, &route) != 0)
        return;
    contact->route_known = true;
    contact->own_address = route.type == RTN_LOCAL;
    contact->interface = route.interface;
}

void tb_contact_open(struct tb_contact *contact)
{
    contact->fd = -1;
    try_all(contact);
    find_route(contact);
    if (contact->fd < 0)
        return;
    (void)tb_visitor_ends(contact->fd, &contact->ends);
    if (contact->route_known && contact->own_address)
        look(contact);
}

void tb_contact_close(struct tb_contact *contact)
{
    if (contact->fd >= 0)
        (void)close(contact->fd);
    contact->fd = -1;
    if (contact->visitor_known)
        tb_visitor_free(&contact->visitor);
    contact->visitor_known = false;
}

int tb_contact_wait(const struct tb_contact *contact)
{
    return wait_for(contact->fd, POLLIN, contact->timeout_s);
}

void tb_contact_failed(struct tb_contact *contact, int error)
{
    contact->error = error;
    contact->outcome = tb_outcome_of(error);
}

/* ---- In words */

struct tb_page tb_contact_talk(const struct tb_request *request)
{
    const bool terminal = isatty(STDERR_FILENO) == 1;
    struct tb_page talk = request->page;

    talk.stream = stderr;
    talk.columns = terminal ? TB_PAGE_WIDTH : 0;
    talk.colour = tb_options_colour(&request->options, terminal);
    talk.explain =
        terminal || request->options.explain_given ? request->options.explain : TB_EXPLAIN_OFF;
    if (request->options.json)
        talk.explain = TB_EXPLAIN_OFF;
    return talk;
}

static void put_where(const struct sockaddr_storage *name, struct tb_line *line)
{
    uint8_t address[16];
    uint16_t port;

    if (tb_visitor_read_address(name, address, &port))
        tb_visitor_put_end(line, address, port);
}

/* "refused: ..." */
static void put_outcome(const struct tb_contact *contact, enum tb_outcome outcome, int error,
                        enum tb_lang lang, struct tb_line *line)
{
    struct tb_line seconds = { 0 };

    tb_line_put_number(&seconds, contact->timeout_s);
    tb_say(line, lang, tb_outcome_say(outcome, contact->udp),
           TB_TOKENS({ "seconds", tb_line_text(&seconds) },
                     { "error", contact->lookup != 0 && contact->lookup != EAI_SYSTEM
                                    ? gai_strerror(contact->lookup)
                                    : tb_word_error(error) }));
    tb_line_free(&seconds);
}

/* Of several addresses those that did not answer; what became of the last one is told elsewhere. */
static void tell_failed_attempts(const struct tb_contact *contact, const struct tb_page *talk)
{
    for (size_t i = 0; i + 1 < contact->attempts; i++) {
        const struct tb_attempt *attempt = &contact->attempt[i];
        struct tb_line where = { 0 }, what = { 0 };

        if (attempt->error != 0) {
            put_where(&attempt->name, &where);
            put_outcome(contact, tb_outcome_of(attempt->error), attempt->error, talk->lang, &what);
            tb_page_say(
                talk, TB_SAY_CONTACT_ATTEMPT,
                TB_TOKENS({ "where", tb_line_text(&where) }, { "what", tb_line_text(&what) }));
        }
        tb_line_free(&where);
        tb_line_free(&what);
    }
}

static void tell_nic(const struct tb_contact *contact, const struct tb_page *talk)
{
    char name[IF_NAMESIZE];
    struct tb_line nic = { 0 };

    if (contact->route_known && if_indextoname(contact->interface, name) != NULL) {
        tb_line_put_outside(&nic, name, strlen(name));
        tb_page_say(talk, contact->own_address ? TB_SAY_CONTACT_NIC_OWN : TB_SAY_CONTACT_NIC,
                    TB_TOKENS({ "nic", tb_line_text(&nic) }));
    }
    tb_line_free(&nic);
}

void tb_contact_tell(const struct tb_contact *contact, const struct tb_page *talk)
{
    struct tb_line from = { 0 }, to = { 0 }, process = { 0 };

    tell_failed_attempts(contact, talk);
    if (contact->fd >= 0) {
        tb_visitor_put_end(&from, contact->ends.local, contact->ends.local_port);
        tb_visitor_put_end(&to, contact->ends.remote, contact->ends.remote_port);
        tb_page_say(talk, contact->udp ? TB_SAY_CONTACT_UDP : TB_SAY_CONTACT_OPEN,
                    TB_TOKENS({ "from", tb_line_text(&from) }, { "to", tb_line_text(&to) }));
        if (contact->visitor_known) {
            tb_visitor_put(&contact->visitor, talk->lang, &process);
            tb_page_say(talk, TB_SAY_CONTACT_PROCESS,
                        TB_TOKENS({ "process", tb_line_text(&process) }));
        } else if (contact->route_known && !contact->own_address) {
            tb_page_say(talk, TB_SAY_CONTACT_FOREIGN, NULL);
        }
    }
    tell_nic(contact, talk);
    tb_line_free(&from);
    tb_line_free(&to);
    tb_line_free(&process);
}

static void put_next(const struct tb_contact *contact, const struct tb_page *talk)
{
    struct tb_line next = { 0 };

    if (contact->outcome == TB_OUTCOME_REFUSED && contact->route_known && contact->own_address) {
        tb_line_put(&next, "breath listen ");
        tb_line_put_number(&next, contact->port);
        tb_page_next(talk, tb_line_text(&next), TB_SAY_NEXT_LISTEN);
    }
    tb_line_free(&next);
}

int tb_contact_explain(const struct tb_contact *contact, struct tb_request *request,
                       const struct tb_page *talk)
{
    const enum tb_exit status = tb_outcome_status(contact->outcome);
    struct tb_line where = { 0 }, what = { 0 };

    if (contact->attempts > 0) {
        put_where(&contact->attempt[contact->attempts - 1].name, &where);
    } else {
        tb_line_put_outside(&where, contact->host, strlen(contact->host));
    }
    put_outcome(contact, contact->outcome, contact->error, talk->lang, &what);
    tb_page_say(talk, tb_outcome_why(contact->outcome, contact->udp), NULL);
    put_next(contact, talk);
    tb_page_status(talk, status);
    (void)tb_trouble(&request->trouble, talk->lang, status, TB_SAY_CONTACT_ATTEMPT,
                     TB_TOKENS({ "where", tb_line_text(&where) }, { "what", tb_line_text(&what) }));
    tb_line_free(&where);
    tb_line_free(&what);
    return (int)status;
}

/* ---- JSON */

static json_t *json_end(const uint8_t address[16], uint16_t port)
{
    struct tb_line line = { 0 };
    json_t *end;

    tb_endpoint_put_address(&line, address);
    end = json_pack("{s:s, s:i}", "address", tb_line_text(&line), "port", (int)port);
    tb_line_free(&line);
    return end;
}

static json_t *json_attempts(const struct tb_contact *contact)
{
    json_t *attempts = json_array();

    for (size_t i = 0; i < contact->attempts; i++) {
        const struct tb_attempt *attempt = &contact->attempt[i];
        uint8_t address[16];
        uint16_t port;

        if (tb_visitor_read_address(&attempt->name, address, &port))
            (void)json_array_append_new(
                attempts, json_pack("{s:o, s:s}", "remote", json_end(address, port), "outcome",
                                    tb_outcome_name(tb_outcome_of(attempt->error))));
    }
    return attempts;
}

json_t *tb_contact_json(const struct tb_contact *contact)
{
    const bool open = contact->fd >= 0;
    char name[IF_NAMESIZE];
    const bool named = contact->route_known && if_indextoname(contact->interface, name) != NULL;
    struct tb_line host = { 0 };
    json_t *made;

    tb_line_put_outside(&host, contact->host, strlen(contact->host));
    made = json_pack(
        "{s:s, s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "host", tb_line_text(&host), "port",
        (int)contact->port, "transport", contact->udp ? "udp" : "tcp", "outcome",
        tb_outcome_name(contact->outcome), "attempts", json_attempts(contact), "local",
        open ? json_end(contact->ends.local, contact->ends.local_port) : json_null(), "remote",
        open ? json_end(contact->ends.remote, contact->ends.remote_port) : json_null(), "interface",
        named ? json_string(name) : json_null(), "own_address",
        contact->route_known ? json_boolean(contact->own_address) : json_null(), "socket",
        contact->visitor_known ? tb_visitor_json(&contact->visitor) : json_null());
    tb_line_free(&host);
    return made;
}
