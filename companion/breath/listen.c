/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listen.c - who listens where, who waits, who can reach it */
#include <errno.h>
#include <string.h>

#include <netinet/in.h>

#include "command.h"
#include "endpoint.h"
#include "networks.h"
#include "operand.h"
#include "row.h"
#include "view.h"

enum column {
    PROTO,
    LOCAL,
    STATE,
    QUEUE,
    PROCESS,
    REACHABLE,
    COLUMNS
};

/* What the rows had, for the explanations. */
struct seen {
    size_t tcp;
    const struct tb_socket *first;
    bool dual;
    bool udp;
    bool network;
};

static const struct {
    enum tb_reach reach;
    enum tb_say say;
} reaches[] = {
    { TB_REACH_ANY46, TB_SAY_REACH_ANY46 }, { TB_REACH_ANY4, TB_SAY_REACH_ANY4 },
    { TB_REACH_ANY6, TB_SAY_REACH_ANY6 },   { TB_REACH_SELF, TB_SAY_REACH_SELF },
    { TB_REACH_LINK, TB_SAY_REACH_LINK },   { TB_REACH_ONE, TB_SAY_REACH_ONE },
};

static void put_reach(const struct tb_page *page, const struct tb_socket *socket,
                      struct tb_line *line, struct seen *seen)
{
    const enum tb_reach reach = tb_endpoint_reach(socket);
    struct tb_line network = { 0 };

    if (reach == TB_REACH_ONE && tb_networks_put(&network, socket->tuple.local)) {
        tb_say(line, page->lang, TB_SAY_REACH_NETWORK,
               TB_TOKENS({ "network", tb_line_text(&network) }));
        seen->network = true;
    } else {
        tb_say(line, page->lang, reaches[reach].say, NULL);
    }
    tb_line_free(&network);
}

static void put_queue(struct tb_line *line, const struct tb_socket *socket)
{
    tb_line_put_number(line, socket->receive_queue);
    tb_line_put(line, "/");
    tb_line_put_number(line, socket->send_queue);
}

static void put_headings(const struct tb_page *page, struct tb_row *row, struct tb_table *table)
{
    static const enum tb_say headings[COLUMNS] = { TB_SAY_HEAD_PROTO,   TB_SAY_HEAD_LISTENS_ON,
                                                   TB_SAY_HEAD_STATE,   TB_SAY_HEAD_QUEUE,
                                                   TB_SAY_HEAD_PROCESS, TB_SAY_HEAD_REACHABLE };

    tb_row_clear(row);
    for (size_t i = 0; i < COLUMNS; i++)
        tb_say(&row->cell[i], page->lang, headings[i], NULL);
    tb_row_add(row, table, TB_STYLE_HEADING);
}

static void put_socket(const struct tb_view *view, const struct tb_socket *socket,
                       const struct tb_page *page, struct tb_row *row, struct seen *seen)
{
    tb_row_clear(row);
    tb_line_put(&row->cell[PROTO], tb_endpoint_protocol(socket));
    tb_endpoint_put_local(&row->cell[LOCAL], socket);
    tb_line_put(&row->cell[STATE], tb_endpoint_state(socket));
    put_queue(&row->cell[QUEUE], socket);
    tb_view_put_owner(view, socket, page->lang, &row->cell[PROCESS]);
    put_reach(page, socket, &row->cell[REACHABLE], seen);
    if (socket->protocol == IPPROTO_UDP)
        seen->udp = true;
    else if (seen->tcp++ == 0)
        seen->first = socket;
    seen->dual = seen->dual || (tb_socket_is_dual(socket) && socket->protocol == IPPROTO_TCP);
}

static int print_table(const struct tb_request *request, const struct tb_view *view,
                       struct seen *seen)
{
    struct tb_row row = { 0 };
    struct tb_table table;
    int error;

    tb_table_begin(&table, COLUMNS);
    tb_table_may_narrow(&table, LOCAL, 16);
    tb_table_may_narrow(&table, PROCESS, 14);
    tb_table_may_narrow(&table, REACHABLE, 14);
    put_headings(&request->page, &row, &table);
    for (size_t i = 0; i < view->sockets.count; i++) {
        const bool hidden = tb_view_owner(view, &view->sockets.list[i]) == TB_VIEW_HIDDEN;

        put_socket(view, &view->sockets.list[i], &request->page, &row, seen);
        tb_row_add(&row, &table, hidden ? TB_STYLE_WARNING : TB_STYLE_PLAIN);
    }
    error = table.failed ? -ENOMEM : 0;
    if (error == 0)
        tb_page_table(&request->page, &table);
    tb_row_free(&row);
    tb_table_free(&table);
    return error;
}

/* ---- What it means */

static void say_queue(const struct tb_page *page, const struct tb_view *view,
                      const struct tb_socket *listener)
{
    struct tb_line waiting = { 0 }, most = { 0 }, process = { 0 };

    tb_line_put_number(&waiting, listener->receive_queue);
    tb_line_put_number(&most, listener->send_queue);
    tb_view_put_owner(view, listener, page->lang, &process);
    tb_page_say(page, listener->receive_queue == 0 ? TB_SAY_QUEUE_EMPTY : TB_SAY_QUEUE_WAITING,
                TB_TOKENS({ "waiting", tb_line_text(&waiting) }, { "most", tb_line_text(&most) },
                          { "process", tb_line_text(&process) }));
    tb_line_free(&waiting);
    tb_line_free(&most);
    tb_line_free(&process);
}

static void say_service(const struct tb_page *page, uint16_t port, bool udp)
{
    struct tb_line number = { 0 }, service = { 0 };

    tb_line_put_number(&number, port);
    if (tb_operand_service(port, udp, &service))
        tb_page_say(
            page, TB_SAY_SERVICE,
            TB_TOKENS({ "port", tb_line_text(&number) }, { "service", tb_line_text(&service) }));
    tb_line_free(&number);
    tb_line_free(&service);
}

static void explain(const struct tb_request *request, const struct tb_view *view,
                    const struct seen *seen, uint16_t port)
{
    const struct tb_page *page = &request->page;

    tb_page_gap(page);
    if (seen->dual)
        tb_page_say(page, TB_SAY_BOTH_FAMILIES, NULL);
    if (seen->tcp == 1)
        say_queue(page, view, seen->first);
    else if (seen->tcp > 1)
        tb_page_say(page, TB_SAY_QUEUE_OF_ALL, NULL);
    if (seen->tcp > 0)
        tb_page_say_more(page, TB_SAY_LISTEN_LONG, NULL);
    if (seen->udp)
        tb_page_say(page, TB_SAY_UDP_UNCONN, NULL);
    if (port != 0)
        say_service(page, port, seen->tcp == 0);
    if (seen->network)
        tb_page_say(page, TB_SAY_NETWORK_ROUTED, NULL);
    tb_page_say(page, TB_SAY_NO_FIREWALL, NULL);
}

static void put_same(const struct tb_page *page, uint16_t port)
{
    struct tb_line classic = { 0 }, modern = { 0 };

    tb_line_put(&classic, "netstat -tulnp");
    tb_line_put(&modern, "ss -tulnp");
    if (port != 0) {
        tb_line_put(&classic, " | grep :");
        tb_line_put_number(&classic, port);
        tb_line_put(&modern, " 'sport = :");
        tb_line_put_number(&modern, port);
        tb_line_put(&modern, "'");
    }
    tb_page_same(page, tb_line_text(&classic), tb_line_text(&modern));
    tb_line_free(&classic);
    tb_line_free(&modern);
}

/* "breath who 8080"; port 0: without one */
static void put_next(const struct tb_request *request, const struct tb_view *view,
                     const char *command, uint16_t port, enum tb_say why)
{
    struct tb_line next = { 0 }, typed = { 0 };

    tb_line_put(&next, command);
    if (port != 0) {
        tb_line_put(&next, " ");
        tb_line_put_number(&next, port);
    }
    tb_typed(request, &typed);
    tb_view_next(view, &request->page, tb_line_text(&typed), tb_line_text(&next), why);
    tb_line_free(&next);
    tb_line_free(&typed);
}

/* ---- Nothing listens */

/* Whether something is bound to the port all the same, `why` tells: the kernel looks through all
 * its connections for that, which nobody who asks who listens should wait for. */
static void say_nothing(const struct tb_request *request, const struct tb_view *view, uint16_t port)
{
    const struct tb_page *page = &request->page;
    const struct tb_page told = tb_page_talk(page);
    struct tb_line number = { 0 };

    tb_line_put_number(&number, port);
    tb_page_tell(&told, port != 0 ? TB_SAY_LISTEN_NOTHING : TB_SAY_LISTEN_NOTHING_AT_ALL,
                 TB_TOKENS({ "port", tb_line_text(&number) }));
    put_same(page, port);
    if (port != 0)
        put_next(request, view, "breath why", port, TB_SAY_NEXT_FREE);
    else
        put_next(request, view, "breath listen", 0, TB_SAY_NEXT_LISTEN);
    tb_page_status(page, TB_EXIT_NOTHING);
    tb_line_free(&number);
}

/* ---- */

static bool is_listener(const struct tb_socket *socket, const void *context)
{
    (void)context;
    return socket->protocol == IPPROTO_TCP
               ? socket->state == TB_SOCKET_LISTEN
               : socket->state == TB_SOCKET_CLOSE && socket->tuple.local_port != 0;
}

static int show(struct tb_request *request, const struct tb_view *view, uint16_t port)
{
    struct seen seen = { 0 };
    const enum tb_exit status = tb_view_status(view);
    int error;

    if (request->options.json)
        return tb_print_json(request,
                             json_pack("{s:o, s:o}", "sockets", tb_view_json_sockets(view),
                                       "search", tb_view_json_search(view)),
                             (int)status);
    if (view->sockets.count == 0) {
        say_nothing(request, view, port);
        return (int)status;
    }
    error = print_table(request, view, &seen);
    if (error != 0)
        return tb_trouble_system(&request->trouble, "listen", error);
    explain(request, view, &seen, port);
    tb_view_say_containers(view, &request->page);
    tb_view_say_search(view, &request->page);
    put_same(&request->page, port);
    put_next(request, view, "breath who", view->sockets.list[0].tuple.local_port, TB_SAY_NEXT_WHO);
    tb_page_status(&request->page, status);
    return (int)status;
}

int tb_listen(struct tb_request *request)
{
    struct tb_sockets_filter filter = { .tcp_states = 1u << TB_SOCKET_LISTEN,
                                        .udp_states = 1u << TB_SOCKET_CLOSE };
    struct tb_view view;
    int status;

    if (request->word_count > 1)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[1]);
    if (request->word_count == 1 && !tb_operand_port(request->word[0], &filter.local_port))
        return tb_usage(request, TB_SAY_USAGE_PORT, request->word[0]);
    status = tb_view_read_again(&view, &filter, 1, is_listener, NULL, &request->memory);
    if (status == 0)
        status = tb_view_find_containers(&view);
    status = status == 0 ? show(request, &view, filter.local_port)
                         : tb_trouble_system(&request->trouble, "sock_diag", status);
    tb_view_free(&view);
    return status;
}
