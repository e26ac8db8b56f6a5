/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conns.c - every TCP and UDP socket, with its state explained */
#include <errno.h>

#include <netinet/in.h>

#include "command.h"
#include "endpoint.h"
#include "row.h"
#include "sieve.h"
#include "view.h"

enum column {
    PROTO,
    LOCAL,
    PEER,
    STATE,
    QUEUE,
    PROCESS,
    COLUMNS
};

/* What the rows had, for the explanations. */
struct seen {
    uint32_t tcp_states;
    bool udp;
    bool connection;
    bool unaccepted;
};

static void put_headings(const struct tb_page *page, struct tb_row *row, struct tb_table *table)
{
    static const enum tb_say headings[COLUMNS] = { TB_SAY_HEAD_PROTO, TB_SAY_HEAD_LOCAL,
                                                   TB_SAY_HEAD_PEER,  TB_SAY_HEAD_STATE,
                                                   TB_SAY_HEAD_QUEUE, TB_SAY_HEAD_PROCESS };

    tb_row_clear(row);
    for (size_t i = 0; i < COLUMNS; i++)
        tb_say(&row->cell[i], page->lang, headings[i], NULL);
    tb_row_add(row, table, TB_STYLE_HEADING);
}

static enum tb_style put_socket(const struct tb_view *view, const struct tb_socket *socket,
                                enum tb_lang lang, struct tb_row *row, struct seen *seen)
{
    const enum tb_view_owner owner = tb_view_owner(view, socket);

    tb_row_clear(row);
    tb_line_put(&row->cell[PROTO], tb_endpoint_protocol(socket));
    tb_endpoint_put_local(&row->cell[LOCAL], socket);
    tb_endpoint_put_remote(&row->cell[PEER], socket);
    tb_line_put(&row->cell[STATE], tb_endpoint_state(socket));
    tb_line_put_number(&row->cell[QUEUE], socket->receive_queue);
    tb_line_put(&row->cell[QUEUE], "/");
    tb_line_put_number(&row->cell[QUEUE], socket->send_queue);
    tb_view_put_owner(view, socket, lang, &row->cell[PROCESS]);
    if (socket->protocol == IPPROTO_UDP)
        seen->udp = seen->udp || socket->state == TB_SOCKET_CLOSE;
    else if (socket->state < TB_SOCKET_STATE_COUNT)
        seen->tcp_states |= 1u << socket->state;
    seen->connection = seen->connection || socket->tuple.remote_port != 0;
    seen->unaccepted = seen->unaccepted || owner == TB_VIEW_UNACCEPTED;
    if (owner == TB_VIEW_HIDDEN)
        return TB_STYLE_WARNING;
    return socket->protocol == IPPROTO_TCP && socket->state == TB_SOCKET_LISTEN ? TB_STYLE_GOOD
                                                                                : TB_STYLE_PLAIN;
}

static int print_table(const struct tb_request *request, const struct tb_view *view,
                       struct seen *seen)
{
    struct tb_row row = { 0 };
    struct tb_table table;
    int error;

    tb_table_begin(&table, COLUMNS);
    tb_table_may_narrow(&table, LOCAL, 15);
    tb_table_may_narrow(&table, PEER, 15);
    tb_table_may_narrow(&table, PROCESS, 14);
    put_headings(&request->page, &row, &table);
    for (size_t i = 0; i < view->sockets.count; i++) {
        const enum tb_style style =
            put_socket(view, &view->sockets.list[i], request->page.lang, &row, seen);

        tb_row_add(&row, &table, style);
    }
    error = table.failed ? -ENOMEM : 0;
    if (error == 0)
        tb_page_table(&request->page, &table);
    tb_row_free(&row);
    tb_table_free(&table);
    return error;
}

/* ---- What it means */

static void explain(const struct tb_page *page, const struct seen *seen)
{
    static const struct {
        enum tb_socket_state state;
        enum tb_say say;
    } rows[] = {
        { TB_SOCKET_LISTEN, TB_SAY_STATE_LISTEN },
        { TB_SOCKET_CLOSE, TB_SAY_STATE_BOUND },
        { TB_SOCKET_SYN_SENT, TB_SAY_STATE_SYN_SENT },
        { TB_SOCKET_SYN_RECV, TB_SAY_STATE_SYN_RECV },
        { TB_SOCKET_ESTABLISHED, TB_SAY_STATE_ESTABLISHED },
        { TB_SOCKET_CLOSE_WAIT, TB_SAY_STATE_CLOSE_WAIT },
        { TB_SOCKET_FIN_WAIT1, TB_SAY_STATE_FIN_WAIT1 },
        { TB_SOCKET_FIN_WAIT2, TB_SAY_STATE_FIN_WAIT2 },
        { TB_SOCKET_LAST_ACK, TB_SAY_STATE_LAST_ACK },
        { TB_SOCKET_CLOSING, TB_SAY_STATE_CLOSING },
        { TB_SOCKET_TIME_WAIT, TB_SAY_STATE_TIME_WAIT },
    };

    tb_page_gap(page);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((seen->tcp_states & 1u << rows[i].state) != 0)
            tb_page_say(page, rows[i].say, NULL);
    }
    if (seen->udp)
        tb_page_say(page, TB_SAY_UDP_UNCONN, NULL);
    if (seen->unaccepted)
        tb_page_say(page, TB_SAY_WAITING_UNACCEPTED, NULL);
    if (seen->connection) {
        tb_page_say(page, TB_SAY_LOCAL_IS_THIS_END, NULL);
        tb_page_say(page, TB_SAY_QUEUE_OF_CONNECTIONS, NULL);
    }
    if ((seen->tcp_states & 1u << TB_SOCKET_LISTEN) != 0)
        tb_page_say_more(page, TB_SAY_QUEUE_OF_LISTENERS, NULL);
}

/* Letters of the protocols that are asked for. */
static const char *letters_of(const struct tb_sieve *sieve)
{
    return sieve->tcp == sieve->udp ? "tuanp" : sieve->tcp ? "tanp" : "uanp";
}

static void put_classic(const struct tb_sieve *sieve, struct tb_line *line)
{
    tb_line_put(line, "netstat -");
    tb_line_put(line, letters_of(sieve));
    for (unsigned state = 1; state < TB_SOCKET_STATE_COUNT; state++) {
        const struct tb_socket one = { .protocol = IPPROTO_TCP, .state = (uint8_t)state };

        if (sieve->states == 1u << state && state != TB_SOCKET_CLOSE) {
            tb_line_put(line, " | grep ");
            tb_line_put(line, tb_endpoint_state(&one));
        }
    }
    for (size_t i = 0; i < sieve->ports; i++) {
        tb_line_put(line, " | grep :");
        tb_line_put_number(line, sieve->port[i]);
    }
    for (size_t i = 0; i < sieve->addresses; i++) {
        tb_line_put(line, " | grep -F ");
        tb_endpoint_put_address(line, sieve->address[i]);
    }
}

static void put_states(const struct tb_sieve *sieve, struct tb_line *line)
{
    static const char *const names[TB_SOCKET_STATE_COUNT] = {
        [TB_SOCKET_ESTABLISHED] = "established", [TB_SOCKET_SYN_SENT] = "syn-sent",
        [TB_SOCKET_SYN_RECV] = "syn-recv",       [TB_SOCKET_FIN_WAIT1] = "fin-wait-1",
        [TB_SOCKET_FIN_WAIT2] = "fin-wait-2",    [TB_SOCKET_TIME_WAIT] = "time-wait",
        [TB_SOCKET_CLOSE] = "unconnected",       [TB_SOCKET_CLOSE_WAIT] = "close-wait",
        [TB_SOCKET_LAST_ACK] = "last-ack",       [TB_SOCKET_LISTEN] = "listening",
        [TB_SOCKET_CLOSING] = "closing",
    }; /* ss(8), STATE-FILTER */

    for (unsigned state = 1; state < TB_SOCKET_STATE_COUNT; state++) {
        if ((sieve->states & 1u << state) == 0)
            continue;
        tb_line_put(line, " state ");
        tb_line_put(line, names[state]);
    }
}

/* ss wants brackets around those of IPv6. */
static void put_ss_address(struct tb_line *line, const uint8_t address[16])
{
    const bool ipv4 = tb_endpoint_is_ipv4(address);

    tb_line_put(line, ipv4 ? "" : "[");
    tb_endpoint_put_address(line, address);
    tb_line_put(line, ipv4 ? "" : "]");
}

/* "'sport = :80 or dport = :80'"; several must all hold, and are long: without quotes they may go
 * over several lines. */
static void put_expression(const struct tb_sieve *sieve, struct tb_line *line)
{
    const size_t count = sieve->ports + sieve->addresses;
    const bool quoted = count == 1 && sieve->ports == 1;

    for (size_t i = 0; i < count; i++) {
        const bool port = i < sieve->ports;
        struct tb_line value = { 0 };

        if (port)
            tb_line_put_number(&value, sieve->port[i]);
        else
            put_ss_address(&value, sieve->address[i - sieve->ports]);
        tb_line_put(line, i > 0 ? " and " : quoted ? " '" : " ");
        tb_line_put(line, count > 1 ? "\\( " : "");
        tb_line_put(line, port ? "sport = :" : "src ");
        tb_line_put(line, tb_line_text(&value));
        tb_line_put(line, port ? " or dport = :" : " or dst ");
        tb_line_put(line, tb_line_text(&value));
        tb_line_put(line, count > 1 ? " \\)" : "");
        tb_line_free(&value);
    }
    tb_line_put(line, quoted ? "'" : "");
}

static void put_same(const struct tb_page *page, const struct tb_sieve *sieve)
{
    struct tb_line classic = { 0 }, modern = { 0 };

    put_classic(sieve, &classic);
    tb_line_put(&modern, "ss -");
    tb_line_put(&modern, letters_of(sieve));
    put_states(sieve, &modern);
    put_expression(sieve, &modern);
    tb_page_same(page, tb_line_text(&classic), tb_line_text(&modern));
    tb_line_free(&classic);
    tb_line_free(&modern);
}

static void put_next(const struct tb_request *request, const struct tb_view *view)
{
    struct tb_line next = { 0 }, typed = { 0 };

    tb_typed(request, &typed);
    if (view->sockets.count > 0) {
        tb_line_put(&next, "breath who ");
        tb_line_put_number(&next, view->sockets.list[0].tuple.local_port);
    }
    if (view->sockets.count > 0)
        tb_view_next(view, &request->page, tb_line_text(&typed), tb_line_text(&next),
                     TB_SAY_NEXT_WHO);
    else
        tb_page_next(&request->page, "breath listen", TB_SAY_NEXT_LISTEN);
    tb_line_free(&next);
    tb_line_free(&typed);
}

static void say_nothing(const struct tb_page *page)
{
    const struct tb_page told = tb_page_talk(page);

    tb_page_tell(&told, TB_SAY_CONNS_NOTHING, NULL);
}

static int show(struct tb_request *request, const struct tb_sieve *sieve,
                const struct tb_view *view)
{
    struct seen seen = { 0 };
    const enum tb_exit status = tb_view_status(view);
    int error = 0;

    if (request->options.json)
        return tb_print_json(request,
                             json_pack("{s:o, s:o}", "sockets", tb_view_json_sockets(view),
                                       "search", tb_view_json_search(view)),
                             (int)status);
    if (view->sockets.count == 0)
        say_nothing(&request->page);
    else
        error = print_table(request, view, &seen);
    if (error != 0)
        return tb_trouble_system(&request->trouble, "conns", error);
    if (view->sockets.count > 0)
        explain(&request->page, &seen);
    tb_view_say_containers(view, &request->page);
    tb_view_say_search(view, &request->page);
    put_same(&request->page, sieve);
    put_next(request, view);
    tb_page_status(&request->page, status);
    return (int)status;
}

static bool passes(const struct tb_socket *socket, const void *context)
{
    return tb_sieve_passes(context, socket);
}

int tb_conns(struct tb_request *request)
{
    struct tb_sieve sieve = { 0 };
    struct tb_sockets_filter question;
    struct tb_view view;
    int status;

    for (size_t i = 0; i < request->word_count; i++) {
        const char *meant;

        if (tb_sieve_add(&sieve, request->word[i]))
            continue;
        status = tb_usage(request, TB_SAY_USAGE_FILTER, request->word[i]);
        meant = tb_sieve_suggest(request->word[i]);
        if (meant != NULL)
            tb_trouble_suggest(&request->trouble, request->page.lang, meant);
        return status;
    }
    question = tb_sieve_question(&sieve);
    status = tb_view_read_again(&view, &question, 1, passes, &sieve, &request->memory);
    if (status == 0)
        status = tb_view_find_containers(&view);
    status = status == 0 ? show(request, &sieve, &view)
                         : tb_trouble_system(&request->trouble, "sock_diag", status);
    tb_view_free(&view);
    return status;
}
