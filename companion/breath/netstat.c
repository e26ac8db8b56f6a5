/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netstat.c - the classic spellings of netstat for sockets: -a, -l, -n, -t, -u, -p; and the way to
 * its others: -r, -i, -s
 *
 * The columns are netstat's, whole: it cuts addresses to 23, and of a shared socket it names one
 * process. */
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "command.h"
#include "endpoint.h"
#include "netstat.h"
#include "operand.h"
#include "routes.h"
#include "row.h"
#include "unixlist.h"
#include "view.h"

enum column {
    PROTO,
    RECEIVE,
    SEND,
    LOCAL,
    FOREIGN,
    STATE,
    PROGRAM,
    COLUMNS
};

enum unix_column {
    UNIX_PROTO,
    UNIX_REFERENCES,
    UNIX_FLAGS,
    UNIX_TYPE,
    UNIX_STATE,
    UNIX_NODE,
    UNIX_PROGRAM,
    UNIX_PATH,
    UNIX_COLUMNS
};
static_assert((int)UNIX_COLUMNS <= (int)TB_TABLE_COLUMNS_MAX, "room for them");

enum other {
    TB_NETSTAT_ROUTES,
    TB_NETSTAT_NICS,
    TB_NETSTAT_STATISTICS,
    TB_NETSTAT_OTHERS
};

struct netstat {
    struct tb_request *request;
    bool all;                       /* -a */
    bool listening;                 /* -l */
    bool numbers;                   /* -n */
    bool tcp;                       /* -t; without -t, -u and -x all are told */
    bool udp;                       /* -u */
    bool local;                     /* -x */
    bool programs;                  /* -p */
    bool others[TB_NETSTAT_OTHERS]; /* -r, -i, -s: not about sockets */
    bool ipv4;                      /* -4, of routes only; like -6 */
    bool ipv6;
    struct tb_view view;
    struct tb_row row;
    bool dual;
    bool waits;
    bool connection;
    size_t *bound; /* sockets that are not told because they are only bound */
};

/* ---- Options */

static bool *place_of(struct netstat *netstat, char letter)
{
    switch (letter) {
    case 'a':
        return &netstat->all;
    case 'l':
        return &netstat->listening;
    case 'n':
        return &netstat->numbers;
    case 't':
        return &netstat->tcp;
    case 'u':
        return &netstat->udp;
    case 'x':
        return &netstat->local;
    case 'p':
        return &netstat->programs;
    case 'r':
        return &netstat->others[TB_NETSTAT_ROUTES];
    case 'i':
        return &netstat->others[TB_NETSTAT_NICS];
    case 's':
        return &netstat->others[TB_NETSTAT_STATISTICS];
    case '4':
        return &netstat->ipv4;
    case '6':
        return &netstat->ipv6;
    default:
        return NULL;
    }
}

static int read_words(struct netstat *netstat)
{
    struct tb_request *request = netstat->request;

    for (size_t i = 0; i < request->word_count; i++) {
        const char *word = request->word[i];

        if (word[0] != '-' || word[1] == '\0')
            return tb_usage(request, TB_SAY_USAGE_MANY, word);
        for (const char *letter = word + 1; *letter != '\0'; letter++) {
            bool *place = place_of(netstat, *letter);

            if (place == NULL)
                return tb_usage(request, TB_SAY_USAGE_OPTION, word);
            *place = true;
            tb_options_note_letter(&request->options, *letter);
        }
    }
    if (!netstat->tcp && !netstat->udp && !netstat->local)
        netstat->tcp = netstat->udp = netstat->local = true;
    return 0;
}

/* ---- Addresses */

static void put_host(const struct netstat *netstat, const uint8_t address[16], struct tb_line *line)
{
    char host[NI_MAXHOST];
    struct sockaddr_in name4 = { .sin_family = AF_INET };
    struct sockaddr_in6 name6 = { .sin6_family = AF_INET6 };
    const bool ipv4 = tb_endpoint_is_ipv4(address);
    int error = EAI_NONAME;

    memcpy(&name4.sin_addr, address + 12, sizeof(name4.sin_addr));
    memcpy(&name6.sin6_addr, address, sizeof(name6.sin6_addr));
    if (!netstat->numbers)
        error = getnameinfo(ipv4 ? (const void *)&name4 : (const void *)&name6,
                            ipv4 ? sizeof(name4) : sizeof(name6), host, sizeof(host), NULL, 0,
                            NI_NAMEREQD);
    if (error == 0)
        tb_line_put_outside(line, host, strlen(host));
    else
        tb_endpoint_put_address(line, address);
}

static void put_port(const struct netstat *netstat, uint16_t port, bool udp, struct tb_line *line)
{
    tb_line_put(line, ":");
    if (port == 0)
        tb_line_put(line, "*");
    else if (netstat->numbers || !tb_operand_service(port, udp, line))
        tb_line_put_number(line, port);
}

/* netstat writes no brackets: ":::8080" is port 8080 of "::". */
static void put_end(const struct netstat *netstat, const struct tb_socket *socket, bool remote,
                    struct tb_line *line)
{
    const struct tb_tuple *tuple = &socket->tuple;
    const bool none = remote ? tuple->remote_port == 0 : tb_socket_is_wildcard(socket);

    if (none)
        tb_line_put(line, socket->family == AF_INET ? "0.0.0.0" : netstat->numbers ? "::" : "[::]");
    else
        put_host(netstat, remote ? tuple->remote : tuple->local, line);
    put_port(netstat, remote ? tuple->remote_port : tuple->local_port,
             socket->protocol == IPPROTO_UDP, line);
}

/* ---- Internet sockets */

/* "20152/hello": all that hold it, where netstat names one. */
static void put_program(const struct netstat *netstat, uint32_t inode, struct tb_line *line)
{
    const struct tb_descriptors *owners = &netstat->view.owners;
    size_t count = 0;
    const struct tb_holding *holding =
        inode == 0 ? NULL : tb_descriptors_of_inode(owners, inode, &count);

    for (size_t i = 0; i < count; i++) {
        const struct tb_process *process = &owners->process[holding[i].process];

        if (i > 0 && holding[i].process == holding[i - 1].process)
            continue;
        tb_line_put(line, i > 0 ? " " : "");
        tb_line_put_number(line, process->pid);
        tb_line_put(line, "/");
        tb_line_put_outside(line, process->comm, strlen(process->comm));
    }
    if (count == 0)
        tb_line_put(line, "-");
}

static void put_socket(struct netstat *netstat, const struct tb_socket *socket)
{
    struct tb_line *cell = netstat->row.cell;
    const bool udp = socket->protocol == IPPROTO_UDP;

    tb_row_clear(&netstat->row);
    tb_line_put(&cell[PROTO], udp ? "udp" : "tcp");
    tb_line_put(&cell[PROTO], socket->family == AF_INET6 ? "6" : "");
    tb_line_put_number(&cell[RECEIVE], socket->receive_queue);
    /* in /proc/net/tcp, which netstat reads, a listener has no second number */
    tb_line_put_number(&cell[SEND],
                       socket->state == TB_SOCKET_LISTEN && !udp ? 0 : socket->send_queue);
    put_end(netstat, socket, false, &cell[LOCAL]);
    put_end(netstat, socket, true, &cell[FOREIGN]);
    if (!udp || socket->state != TB_SOCKET_CLOSE)
        tb_line_put(&cell[STATE], tb_endpoint_state(socket));
    if (netstat->programs)
        put_program(netstat, socket->inode, &cell[PROGRAM]);
    netstat->dual = netstat->dual || (tb_socket_is_dual(socket) && socket->tuple.remote_port == 0);
    netstat->waits = netstat->waits || socket->state == TB_SOCKET_LISTEN;
    netstat->connection = netstat->connection || socket->tuple.remote_port != 0;
}

/* Servers, or connections, or both. What is only bound is nothing to netstat: /proc/net/tcp, which
 * it reads, does not have it. */
static bool passes(const struct tb_socket *socket, const void *context)
{
    const struct netstat *netstat = context;
    const bool serves = socket->tuple.remote_port == 0;

    if (socket->protocol == IPPROTO_TCP && socket->state == TB_SOCKET_CLOSE) {
        ++*netstat->bound;
        return false;
    }
    return netstat->all || netstat->listening == serves;
}

static enum tb_say title_of(const struct netstat *netstat, bool local)
{
    if (netstat->all)
        return local ? TB_SAY_NETSTAT_LOCAL_ALL : TB_SAY_NETSTAT_ALL;
    if (netstat->listening)
        return local ? TB_SAY_NETSTAT_LOCAL_SERVERS : TB_SAY_NETSTAT_SERVERS;
    return local ? TB_SAY_NETSTAT_LOCAL_CONNECTED : TB_SAY_NETSTAT_CONNECTED;
}

static void put_title(const struct netstat *netstat, bool local)
{
    (void)fprintf(netstat->request->page.stream, "%s\n",
                  tb_say_raw(TB_LANG_EN, title_of(netstat, local)));
}

static int print_sockets(struct netstat *netstat)
{
    static const char *const headings[COLUMNS] = { "Proto",           "Recv-Q",          "Send-Q",
                                                   "Local Address",   "Foreign Address", "State",
                                                   "PID/Program name" };
    struct tb_table table;
    int error;

    tb_table_begin(&table, netstat->programs ? COLUMNS : PROGRAM);
    tb_table_right(&table, RECEIVE);
    tb_table_right(&table, SEND);
    tb_table_may_narrow(&table, LOCAL, 15);
    tb_table_may_narrow(&table, FOREIGN, 15);
    if (netstat->programs)
        tb_table_may_narrow(&table, PROGRAM, 12);
    tb_table_add(&table, TB_STYLE_HEADING, headings);
    for (size_t i = 0; i < netstat->view.sockets.count; i++) {
        put_socket(netstat, &netstat->view.sockets.list[i]);
        tb_row_add(&netstat->row, &table, TB_STYLE_PLAIN);
    }
    error = table.failed ? -ENOMEM : 0;
    put_title(netstat, false);
    if (error == 0)
        tb_page_table(&netstat->request->page, &table);
    tb_table_free(&table);
    return error;
}

/* ---- Unix sockets */

static void put_local(const struct netstat *netstat, const struct tb_unix_socket *socket,
                      const struct tb_descriptors *owners, struct tb_line *cell)
{
    size_t count = 0;
    const struct tb_holding *holding =
        tb_descriptors_of_inode(owners, (uint32_t)socket->inode, &count);

    tb_line_put(&cell[UNIX_PROTO], "unix");
    tb_line_put_number(&cell[UNIX_REFERENCES], socket->references);
    tb_line_put(&cell[UNIX_FLAGS], socket->accepts ? "[ ACC ]" : "[ ]");
    tb_line_put(&cell[UNIX_TYPE], tb_unix_type(socket->type));
    tb_line_put(&cell[UNIX_STATE], tb_unix_state(socket));
    tb_line_put_number(&cell[UNIX_NODE], socket->inode);
    if (netstat->programs && holding != NULL) {
        const struct tb_process *process = &owners->process[holding->process];

        tb_line_put_number(&cell[UNIX_PROGRAM], process->pid);
        tb_line_put(&cell[UNIX_PROGRAM], "/");
        tb_line_put_outside(&cell[UNIX_PROGRAM], process->comm, strlen(process->comm));
    } else {
        tb_line_put(&cell[UNIX_PROGRAM], "-");
    }
    tb_line_put_outside(&cell[UNIX_PATH], socket->path, socket->path_length);
}

struct locals {
    struct netstat *netstat;
    struct tb_table table;
    const struct tb_descriptors *owners;
};

static void add_local(const struct tb_unix_socket *socket, void *context)
{
    struct locals *locals = context;
    struct netstat *netstat = locals->netstat;
    const char *cells[UNIX_COLUMNS];
    size_t column = 0;

    if (!netstat->all && socket->accepts != netstat->listening)
        return;
    tb_row_clear(&netstat->row);
    put_local(netstat, socket, locals->owners, netstat->row.cell);
    for (size_t i = 0; i < UNIX_COLUMNS; i++) {
        if (i != UNIX_PROGRAM || netstat->programs)
            cells[column++] = tb_line_text(&netstat->row.cell[i]);
    }
    tb_table_add(&locals->table, TB_STYLE_PLAIN, cells);
}

static void begin_locals(struct locals *locals)
{
    static const char *const headings[UNIX_COLUMNS] = {
        "Proto", "RefCnt", "Flags", "Type", "State", "I-Node", "PID/Program name", "Path"
    };
    const char *shown[UNIX_COLUMNS];
    size_t columns = 0;

    for (size_t i = 0; i < UNIX_COLUMNS; i++) {
        if (i != UNIX_PROGRAM || locals->netstat->programs)
            shown[columns++] = headings[i];
    }
    tb_table_begin(&locals->table, columns);
    tb_table_may_narrow(&locals->table, columns - 1, 16);
    tb_table_add(&locals->table, TB_STYLE_HEADING, shown);
}

struct inodes {
    uint32_t *list;
    size_t count;
    size_t room;
};

static void add_inode(const struct tb_unix_socket *socket, void *context)
{
    struct inodes *inodes = context;

    if (inodes->count == inodes->room) {
        const size_t room = inodes->room == 0 ? 256 : inodes->room * 2;
        uint32_t *list = realloc(inodes->list, room * sizeof(*list));

        if (list == NULL)
            return; /* its process is not told then */
        inodes->list = list;
        inodes->room = room;
    }
    inodes->list[inodes->count++] = (uint32_t)socket->inode;
}

static int print_locals(struct netstat *netstat)
{
    struct tb_descriptors owners = { 0 };
    struct locals locals = { .netstat = netstat, .owners = &owners };
    struct inodes inodes = { NULL, 0, 0 };
    int error = 0;

    if (netstat->programs) {
        error = tb_unix_read("/proc/net/unix", add_inode, &inodes);
        if (error == 0)
            error = tb_descriptors_find_by(&owners, TB_DESCRIPTORS_WALK, inodes.list, inodes.count);
    }
    begin_locals(&locals);
    if (error == 0)
        error = tb_unix_read("/proc/net/unix", add_local, &locals);
    if (error == 0 && locals.table.failed)
        error = -ENOMEM;
    if (error == 0) {
        put_title(netstat, true);
        tb_page_table(&netstat->request->page, &locals.table);
    }
    free(inodes.list);
    tb_table_free(&locals.table);
    tb_descriptors_free(&owners);
    return error;
}

/* ---- */

static void say_bound(const struct netstat *netstat)
{
    struct tb_line count = { 0 };

    tb_line_put_number(&count, *netstat->bound);
    if (*netstat->bound > 0 && (netstat->all || netstat->listening))
        tb_page_say(&netstat->request->page, TB_SAY_NETSTAT_BOUND,
                    TB_TOKENS({ "count", tb_line_text(&count) }));
    tb_line_free(&count);
}

/* "ss -tlnp": the letters that were given, as ss spells them */
static void put_same(const struct netstat *netstat)
{
    const struct {
        bool given;
        const char *letter;
    } letters[] = {
        { netstat->tcp, "t" },
        { netstat->udp, "u" },
        { netstat->local, "x" },
        { netstat->all, "a" },
        { netstat->listening && !netstat->all, "l" },
        { netstat->numbers, "n" },
        { !netstat->numbers, "r" },
        { netstat->programs, "p" },
    };
    struct tb_line modern = { 0 };

    tb_line_put(&modern, "ss -");
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
        tb_line_put(&modern, letters[i].given ? letters[i].letter : "");
    tb_page_same(&netstat->request->page, NULL, tb_line_text(&modern));
    tb_line_free(&modern);
}

static void explain(struct netstat *netstat, enum tb_exit status)
{
    const struct tb_page *page = &netstat->request->page;
    struct tb_line typed = { 0 };

    tb_page_gap(page);
    if (netstat->connection)
        tb_page_say(page, TB_SAY_LOCAL_IS_THIS_END, NULL);
    if (netstat->waits)
        tb_page_say(page, TB_SAY_NETSTAT_LISTEN, NULL);
    if (netstat->dual)
        tb_page_say(page, TB_SAY_NETSTAT_DUAL, NULL);
    say_bound(netstat);
    if (netstat->local)
        tb_page_say_more(page, TB_SAY_NETSTAT_LOCAL, NULL);
    if (netstat->programs)
        tb_view_say_search(&netstat->view, page);
    put_same(netstat);
    tb_typed(netstat->request, &typed);
    tb_view_next(&netstat->view, page, tb_line_text(&typed), "breath conns", TB_SAY_NEXT_EXPLAINED);
    tb_page_status(page, status);
    tb_line_free(&typed);
}

static enum tb_exit status_of(const struct netstat *netstat)
{
    if (netstat->programs && tb_view_hidden(&netstat->view) > 0)
        return TB_EXIT_HIDDEN;
    return netstat->view.sockets.count > 0 || netstat->local ? TB_EXIT_FOUND : TB_EXIT_NOTHING;
}

static int run(struct netstat *netstat)
{
    const struct tb_sockets_filter filter = {
        .tcp_states = netstat->tcp ? TB_DIAG_ALL_STATES : 0,
        .udp_states = netstat->udp ? TB_DIAG_ALL_STATES : 0,
    };
    struct tb_request *request = netstat->request;
    int error = tb_view_read(&netstat->view, &filter, 1, passes, netstat);

    if (error == 0 && request->options.json)
        return tb_print_json(request,
                             json_pack("{s:o, s:o}", "sockets",
                                       tb_view_json_sockets(&netstat->view), "search",
                                       tb_view_json_search(&netstat->view)),
                             (int)status_of(netstat));
    if (error == 0 && (netstat->tcp || netstat->udp))
        error = print_sockets(netstat);
    if (error == 0 && netstat->local)
        error = print_locals(netstat);
    if (error != 0)
        return tb_trouble_system(&request->trouble, "netstat", error);
    explain(netstat, status_of(netstat));
    return (int)status_of(netstat);
}

static int run_other(struct netstat *netstat, enum other which)
{
    struct tb_request *request = netstat->request;

    request->word_count = 0; /* they were all letters */
    if (which == TB_NETSTAT_ROUTES)
        return tb_routes_show(request, true, netstat->numbers);
    return which == TB_NETSTAT_NICS ? tb_netstat_nics(request) : tb_netstat_statistics(request);
}

static int run_any(struct netstat *netstat)
{
    const bool *others = netstat->others;
    enum other chosen = TB_NETSTAT_OTHERS;

    for (enum other i = TB_NETSTAT_ROUTES; i < TB_NETSTAT_OTHERS; i++) {
        if (!others[i])
            continue;
        if (chosen != TB_NETSTAT_OTHERS)
            return tb_usage(netstat->request, TB_SAY_USAGE_NETSTAT, "-r, -i, -s");
        chosen = i;
    }
    if (chosen != TB_NETSTAT_ROUTES && (netstat->ipv4 || netstat->ipv6))
        return tb_usage(netstat->request, TB_SAY_USAGE_OPTION, netstat->ipv4 ? "-4" : "-6");
    return chosen == TB_NETSTAT_OTHERS ? run(netstat) : run_other(netstat, chosen);
}

int tb_netstat(struct tb_request *request)
{
    size_t bound = 0;
    struct netstat netstat = { .request = request, .bound = &bound };
    int status = read_words(&netstat);

    if (status == 0)
        status = run_any(&netstat);
    tb_view_free(&netstat.view);
    tb_row_free(&netstat.row);
    return status;
}
