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
        tb_page_say_more(page, TB_SAY_QUEUE_OF_ALL, NULL);
}

static void put_same(const struct tb_page *page, const struct tb_sieve *sieve)
{
    struct tb_line classic = { 0 }, modern = { 0 };

    tb_line_put(&classic, "netstat -tuanp");
    tb_line_put(&modern, "ss -tuanp");
    if (sieve->ports > 0) {
        tb_line_put(&classic, " | grep :");
        tb_line_put_number(&classic, sieve->port[0]);
        tb_line_put(&modern, " 'sport = :");
        tb_line_put_number(&modern, sieve->port[0]);
        tb_line_put(&modern, " or dport = :");
        tb_line_put_number(&modern, sieve->port[0]);
        tb_line_put(&modern, "'");
    }
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
    status = status == 0 ? show(request, &sieve, &view)
                         : tb_trouble_system(&request->trouble, "sock_diag", status);
    tb_view_free(&view);
    return status;
}
