/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dial.c - raw TCP or UDP to a port: what is typed goes there, what comes is printed */
#include <errno.h>
#include <string.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "contact.h"
#include "operand.h"

enum {
    PIECE = 16384,
    MS_PER_S = 1000
};

/* A conversation: stdin to the other end, the other end to stdout. */
struct talk {
    struct tb_contact *contact;
    uint8_t piece[PIECE]; /* what was read of stdin, */
    size_t length;
    size_t sent;    /* and so much of it has gone */
    uint64_t heard; /* octets that came */
    uint64_t said;
    bool input;    /* stdin may have more */
    bool probed;   /* UDP: something was sent */
    bool finished; /* the other end has nothing more */
};

/* ---- Talking; each returns 0 or an errno */

/* TCP tells the other end that nothing more comes. UDP cannot; where nothing was sent at all, an
 * empty datagram asks whether somebody is there. */
static int end_input(struct talk *talk)
{
    talk->input = false;
    if (!talk->contact->udp)
        return shutdown(talk->contact->fd, SHUT_WR) == 0 || errno == ENOTCONN ? 0 : errno;
    if (!talk->probed && send(talk->contact->fd, "", 0, MSG_NOSIGNAL) != 0)
        return errno;
    talk->probed = true;
    return 0;
}

static int read_input(struct talk *talk)
{
    const ssize_t got = read(STDIN_FILENO, talk->piece, sizeof(talk->piece));

    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? 0 : errno;
    talk->length = (size_t)got;
    talk->sent = 0;
    return got > 0 ? 0 : end_input(talk);
}

static int send_piece(struct talk *talk)
{
    const ssize_t sent =
        send(talk->contact->fd, talk->piece + talk->sent, talk->length - talk->sent, MSG_NOSIGNAL);

    if (sent < 0)
        return errno == EINTR || errno == EAGAIN ? 0 : errno;
    talk->sent += (size_t)sent;
    talk->said += (uint64_t)sent;
    talk->probed = true;
    if (talk->sent == talk->length)
        talk->length = 0;
    return 0;
}

static int write_out(const uint8_t *octets, size_t length)
{
    while (length > 0) {
        const ssize_t written = write(STDOUT_FILENO, octets, length);

        if (written < 0 && errno != EINTR)
            return errno;
        octets += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}

static int receive(struct talk *talk)
{
    static uint8_t piece[65536]; /* a datagram whole */
    const ssize_t got = recv(talk->contact->fd, piece, sizeof(piece), 0);

    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? 0 : errno;
    talk->heard += (uint64_t)got;
    talk->finished = got == 0 || (talk->contact->udp && !talk->input && talk->length == 0);
    return write_out(piece, (size_t)got);
}

/* While there is input nothing has to come; afterwards only for so long. */
static int step(struct talk *talk, bool *silent)
{
    struct pollfd wanted[] = {
        { .fd = talk->contact->fd, .events = (short)(POLLIN | (talk->length > 0 ? POLLOUT : 0)) },
        { .fd = talk->input && talk->length == 0 ? STDIN_FILENO : -1, .events = POLLIN },
    };
    const int got = poll(wanted, 2, talk->input ? -1 : (int)(talk->contact->timeout_s * MS_PER_S));
    int error = 0;

    if (got < 0)
        return errno == EINTR ? 0 : errno;
    *silent = got == 0;
    if ((wanted[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
        error = receive(talk);
    if (error == 0 && (wanted[0].revents & POLLOUT) != 0)
        error = send_piece(talk);
    if (error == 0 && wanted[1].revents != 0)
        error = read_input(talk);
    return error;
}

/* A stdin that is closed is one that has nothing. */
static int converse(struct talk *talk)
{
    bool silent = false;
    int error = 0;

    talk->input = fcntl(STDIN_FILENO, F_GETFD) >= 0;
    if (!talk->input)
        error = end_input(talk);
    while (error == 0 && !talk->finished && !silent)
        error = step(talk, &silent);
    if (error == 0 && silent && talk->contact->udp && talk->heard == 0)
        error = ETIMEDOUT; /* with UDP only an answer says that somebody is there */
    return error;
}

/* ---- */

static void tell_end(const struct talk *talk, const struct tb_page *page)
{
    struct tb_line said = { 0 }, heard = { 0 }, same = { 0 }, next = { 0 };

    tb_line_put_number(&said, talk->said);
    tb_line_put_number(&heard, talk->heard);
    tb_page_say(page, talk->finished ? TB_SAY_DIAL_END : TB_SAY_DIAL_SILENT,
                TB_TOKENS({ "said", tb_line_text(&said) }, { "heard", tb_line_text(&heard) }));
    tb_line_put(&same, talk->contact->udp ? "nc -u " : "nc ");
    if (talk->contact->timeout_given) {
        tb_line_put(&same, "-w ");
        tb_line_put_number(&same, talk->contact->timeout_s);
        tb_line_put(&same, " ");
    }
    tb_line_put_outside(&same, talk->contact->host, strlen(talk->contact->host));
    tb_line_put(&same, " ");
    tb_line_put_number(&same, talk->contact->port);
    tb_page_same(page, tb_line_text(&same), NULL);
    if (talk->contact->route_known && talk->contact->own_address) {
        tb_line_put(&next, "breath who ");
        tb_line_put_number(&next, talk->contact->port);
        tb_page_next(page, tb_line_text(&next), TB_SAY_NEXT_WHO);
    }
    tb_line_free(&said);
    tb_line_free(&heard);
    tb_line_free(&same);
    tb_line_free(&next);
}

/* Whether somebody is there, and nothing else: stdin is not read. */
static int answer_json(struct tb_request *request, struct tb_contact *contact)
{
    if (contact->outcome == TB_OUTCOME_OK && contact->udp) {
        int error = send(contact->fd, "", 0, MSG_NOSIGNAL) < 0 ? errno : tb_contact_wait(contact);
        uint8_t octet;

        if (error == 0 && recv(contact->fd, &octet, sizeof(octet), MSG_PEEK) < 0)
            error = errno;
        tb_contact_failed(contact, error);
    }
    return tb_print_json(request, tb_contact_json(contact),
                         (int)tb_outcome_status(contact->outcome));
}

static int run(struct tb_request *request, struct tb_contact *contact)
{
    const struct tb_page page = tb_contact_talk(request);
    static struct talk talk;
    int error;

    tb_contact_open(contact);
    if (request->options.json)
        return answer_json(request, contact);
    tb_contact_tell(contact, &page);
    if (contact->outcome != TB_OUTCOME_OK)
        return tb_contact_explain(contact, request, &page);
    talk = (struct talk){ .contact = contact };
    error = converse(&talk);
    if (error != 0) {
        tb_contact_failed(contact, error);
        return tb_contact_explain(contact, request, &page);
    }
    tell_end(&talk, &page);
    return TB_EXIT_FOUND;
}

int tb_dial(struct tb_request *request)
{
    struct tb_contact contact = { .udp = request->options.udp,
                                  .timeout_given = request->options.timeout_seconds > 0,
                                  .timeout_s = request->options.timeout_seconds > 0
                                                   ? request->options.timeout_seconds
                                                   : TB_CONTACT_TIMEOUT_S };
    int status;

    if (request->word_count < 2)
        return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_USAGE, TB_SAY_USAGE_NEEDED,
                          TB_TOKENS({ "what", request->word_count == 0 ? "HOST" : "PORT" }));
    if (request->word_count > 2)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[2]);
    if (!tb_operand_port(request->word[1], &contact.port))
        return tb_usage(request, TB_SAY_USAGE_PORT, request->word[1]);
    contact.host = request->word[0];
    (void)prctl(PR_SET_NAME, "breath-dial");
    status = run(request, &contact);
    tb_contact_close(&contact);
    return status;
}
