/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lsof.c - the classic spellings of lsof: -i[SPEC], -p PID, with -n, -P, -a, -t and -s
 *
 * The columns are lsof's. Names are whole: lsof cuts COMMAND to nine. */
#include <assert.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "command.h"
#include "endpoint.h"
#include "facts.h"
#include "lsof_files.h"
#include "lsof_spec.h"
#include "operand.h"
#include "row.h"
#include "view.h"

enum {
    SPECS_MAX = 8,
    PIDS_MAX = 64,
    PID_MAX = INT32_MAX,
    LETTER_WORD = 4
};

enum column {
    COMMAND,
    PID,
    USER,
    FD,
    TYPE,
    DEVICE,
    SIZE,
    NODE,
    NAME,
    COLUMNS
};
static_assert((int)COLUMNS <= (int)TB_TABLE_COLUMNS_MAX, "room for them");

struct lsof {
    struct tb_request *request;
    struct tb_lsof_spec spec[SPECS_MAX];
    size_t specs;
    uint32_t pid[PIDS_MAX];
    size_t pids;
    uint32_t tcp_states; /* -s TCP:...; 0: all */
    bool inet;           /* -i */
    bool host_numbers;   /* -n */
    bool port_numbers;   /* -P */
    bool all;            /* -a: both -i and -p must hold */
    bool terse;          /* -t */
    struct tb_view view; /* sockets of -i */
    struct tb_table table;
    struct tb_row row;
    size_t rows;
    json_t *json; /* a list of rows; NULL: a table is printed */
};

/* ---- Options */

static int add_spec(struct lsof *lsof, const char *text)
{
    lsof->inet = true;
    if (lsof->specs == SPECS_MAX || !tb_lsof_read(&lsof->spec[lsof->specs], text))
        return tb_usage(lsof->request, TB_SAY_USAGE_SPEC, text);
    lsof->specs++;
    return 0;
}

/* "17018" or "1,17018" */
static int add_pids(struct lsof *lsof, const char *text)
{
    const char *at = text;

    for (;;) {
        const size_t length = strcspn(at, ",");
        char word[16];

        if (length >= sizeof(word) || lsof->pids == PIDS_MAX)
            return tb_usage(lsof->request, TB_SAY_USAGE_PID, text);
        memcpy(word, at, length);
        word[length] = '\0';
        if (!tb_operand_number(word, PID_MAX, &lsof->pid[lsof->pids]) || lsof->pid[lsof->pids] == 0)
            return tb_usage(lsof->request, TB_SAY_USAGE_PID, text);
        lsof->pids++;
        if (at[length] == '\0')
            return 0;
        at += length + 1;
    }
}

/* "TCP:LISTEN,ESTABLISHED" */
static int add_states(struct lsof *lsof, const char *text)
{
    const char *at = text + LETTER_WORD;

    if (strncasecmp(text, "tcp:", LETTER_WORD) != 0)
        return tb_usage(lsof->request, TB_SAY_USAGE_STATE, text);
    for (;;) {
        const size_t length = strcspn(at, ",");
        char word[16];
        unsigned state = 0;

        if (length < sizeof(word)) {
            memcpy(word, at, length);
            word[length] = '\0';
            state = tb_endpoint_state_of(word);
        }
        if (state == 0)
            return tb_usage(lsof->request, TB_SAY_USAGE_STATE, text);
        lsof->tcp_states |= 1u << state;
        if (at[length] == '\0')
            return 0;
        at += length + 1;
    }
}

/* Whether a word behind a bare -i belongs to it: lsof takes any that is no option. */
static bool is_spec(const char *word)
{
    struct tb_lsof_spec spec;

    return word != NULL && word[0] != '-' && tb_lsof_read(&spec, word);
}

/* A letter with a value: behind it or in the next word. */
static int take_value(struct lsof *lsof, char letter, const char *attached, char **next,
                      size_t *taken)
{
    const char *value = attached[0] != '\0' ? attached : *next;
    const char spelled[3] = { '-', letter, '\0' };

    if (letter == 'i' && attached[0] == '\0' && !is_spec(*next))
        return add_spec(lsof, "");
    if (value == NULL)
        return tb_usage(lsof->request, TB_SAY_USAGE_VALUE, spelled);
    *taken = attached[0] == '\0';
    if (letter == 'i')
        return add_spec(lsof, value);
    return letter == 'p' ? add_pids(lsof, value) : add_states(lsof, value);
}

static bool set_letter(struct lsof *lsof, char letter)
{
    bool *const place = letter == 'n'   ? &lsof->host_numbers
                        : letter == 'P' ? &lsof->port_numbers
                        : letter == 'a' ? &lsof->all
                        : letter == 't' ? &lsof->terse
                                        : NULL;

    if (place != NULL)
        *place = true;
    return place != NULL;
}

/* `next`: the word behind it, or NULL. */
static int read_word(struct lsof *lsof, const char *word, char **next, size_t *taken)
{
    if (word[0] != '-' || word[1] == '\0')
        return tb_usage(lsof->request, TB_SAY_USAGE_MANY, word);
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        if (*letter == 'i' || *letter == 'p' || *letter == 's')
            return take_value(lsof, *letter, letter + 1, next, taken);
        if (!set_letter(lsof, *letter))
            return tb_usage(lsof->request, TB_SAY_USAGE_OPTION, word);
    }
    return 0;
}

static int read_words(struct lsof *lsof)
{
    char **words = lsof->request->word;
    const size_t count = lsof->request->word_count;

    for (size_t i = 0; i < count; i++) {
        char *next = i + 1 < count ? words[i + 1] : NULL;
        size_t taken = 0;
        const int status = read_word(lsof, words[i], &next, &taken);

        if (status != 0)
            return status;
        i += taken;
    }
    if (!lsof->inet && lsof->pids == 0)
        return tb_trouble(&lsof->request->trouble, lsof->request->page.lang, TB_EXIT_USAGE,
                          TB_SAY_USAGE_NEEDED, TB_TOKENS({ "what", "-i | -p PID" }));
    return 0;
}

/* ---- Names */

static void put_host(const struct lsof *lsof, const uint8_t address[16], struct tb_line *line)
{
    char host[NI_MAXHOST];
    struct sockaddr_in name4 = { .sin_family = AF_INET };
    struct sockaddr_in6 name6 = { .sin6_family = AF_INET6 };
    const bool ipv4 = tb_endpoint_is_ipv4(address);
    int error = EAI_NONAME;

    memcpy(&name4.sin_addr, address + 12, sizeof(name4.sin_addr));
    memcpy(&name6.sin6_addr, address, sizeof(name6.sin6_addr));
    if (!lsof->host_numbers)
        error = getnameinfo(ipv4 ? (const void *)&name4 : (const void *)&name6,
                            ipv4 ? sizeof(name4) : sizeof(name6), host, sizeof(host), NULL, 0,
                            NI_NAMEREQD);
    if (error == 0) {
        tb_line_put_outside(line, host, strlen(host));
        return;
    }
    tb_line_put(line, ipv4 ? "" : "[");
    tb_endpoint_put_address(line, address);
    tb_line_put(line, ipv4 ? "" : "]");
}

static void put_port(const struct lsof *lsof, uint16_t port, bool udp, struct tb_line *line)
{
    tb_line_put(line, ":");
    if (lsof->port_numbers || !tb_operand_service(port, udp, line))
        tb_line_put_number(line, port);
}

/* "*:8080 (LISTEN)", "127.0.0.1:8080->127.0.0.1:40000 (ESTABLISHED)" */
static void put_socket_name(const struct lsof *lsof, const struct tb_socket *socket,
                            struct tb_line *line)
{
    const bool udp = socket->protocol == IPPROTO_UDP;

    if (tb_socket_is_wildcard(socket))
        tb_line_put(line, "*");
    else
        put_host(lsof, socket->tuple.local, line);
    put_port(lsof, socket->tuple.local_port, udp, line);
    if (socket->tuple.remote_port != 0) {
        tb_line_put(line, "->");
        put_host(lsof, socket->tuple.remote, line);
        put_port(lsof, socket->tuple.remote_port, udp, line);
    }
    if (!udp) {
        tb_line_put(line, " (");
        tb_line_put(line, tb_endpoint_state(socket));
        tb_line_put(line, ")");
    }
}

static void put_socket(const struct lsof *lsof, const struct tb_socket *socket,
                       struct tb_line *cell)
{
    tb_line_put(&cell[TYPE], socket->family == AF_INET ? "IPv4" : "IPv6");
    tb_line_put_number(&cell[DEVICE], socket->inode);
    tb_line_put(&cell[SIZE], "0t0");
    tb_line_put(&cell[NODE], socket->protocol == IPPROTO_UDP ? "UDP" : "TCP");
    put_socket_name(lsof, socket, &cell[NAME]);
}

/* ---- Rows */

static void put_process(struct tb_line *cell, const struct tb_process *process)
{
    tb_line_put_outside(&cell[COMMAND], process->comm, strlen(process->comm));
    tb_line_put_number(&cell[PID], process->pid);
    tb_facts_put_user(&cell[USER], process->uid);
}

static void add_row(struct lsof *lsof, const struct tb_process *process)
{
    static const char *const keys[COLUMNS] = { "command", "pid",  "user", "fd",  "type",
                                               "device",  "size", "node", "name" };
    json_t *row;

    lsof->rows++;
    if (lsof->json == NULL) {
        tb_row_add(&lsof->row, &lsof->table, TB_STYLE_PLAIN);
        return;
    }
    row = json_object();
    for (size_t i = 0; i < COLUMNS; i++)
        (void)json_object_set_new(row, keys[i],
                                  i == PID ? json_integer(process->pid)
                                           : json_string(tb_line_text(&lsof->row.cell[i])));
    (void)json_array_append_new(lsof->json, row);
}

static bool is_of_pids(const struct lsof *lsof, uint32_t pid)
{
    for (size_t i = 0; i < lsof->pids; i++) {
        if (lsof->pid[i] == pid)
            return true;
    }
    return false;
}

static bool passes(const struct tb_socket *socket, const void *context)
{
    const struct lsof *lsof = context;
    bool passed = false;

    for (size_t i = 0; i < lsof->specs && !passed; i++)
        passed = tb_lsof_passes(&lsof->spec[i], socket);
    if (lsof->tcp_states != 0 && socket->protocol == IPPROTO_TCP &&
        (lsof->tcp_states & 1u << socket->state) == 0)
        passed = false;
    /* what is only bound lsof does not know for one of the internet */
    return passed && (socket->protocol != IPPROTO_TCP || socket->state != TB_SOCKET_CLOSE);
}

struct holding_row {
    const struct tb_socket *socket;
    const struct tb_holding *holding;
};

/* By process and descriptor, as lsof does. */
static int compare_rows(const void *left, const void *right)
{
    const struct holding_row *one = left;
    const struct holding_row *other = right;
    const struct tb_holding *a = one->holding, *b = other->holding;

    if (a->process != b->process)
        return (a->process > b->process) - (a->process < b->process);
    return (a->fd > b->fd) - (a->fd < b->fd);
}

static void add_holding(struct lsof *lsof, const struct holding_row *row)
{
    const struct tb_process *process = &lsof->view.owners.process[row->holding->process];

    /* with -p and not -a it is told with all files of its process */
    if (lsof->pids > 0 && is_of_pids(lsof, process->pid) != lsof->all)
        return;
    tb_row_clear(&lsof->row);
    put_process(lsof->row.cell, process);
    tb_line_put_number(&lsof->row.cell[FD], row->holding->fd);
    tb_line_put(&lsof->row.cell[FD], "u");
    put_socket(lsof, row->socket, lsof->row.cell);
    add_row(lsof, process);
}

static int add_sockets(struct lsof *lsof)
{
    const struct tb_view *view = &lsof->view;
    struct holding_row *rows = calloc(view->owners.holding_count + 1, sizeof(*rows));
    size_t count = 0;

    if (rows == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < view->sockets.count; i++) {
        size_t holders = 0;
        const struct tb_socket *socket = &view->sockets.list[i];
        const struct tb_holding *holding =
            socket->inode == 0 ? NULL
                               : tb_descriptors_of_inode(&view->owners, socket->inode, &holders);

        for (size_t k = 0; k < holders && count < view->owners.holding_count; k++)
            rows[count++] = (struct holding_row){ socket, &holding[k] };
    }
    qsort(rows, count, sizeof(*rows), compare_rows);
    for (size_t i = 0; i < count; i++)
        add_holding(lsof, &rows[i]);
    free(rows);
    return 0;
}

/* ---- -p */

struct telling {
    struct lsof *lsof;
    const struct tb_process *process;
    const struct tb_sockets *sockets;
};

static const struct tb_socket *find_socket(const struct tb_sockets *sockets, uint64_t inode)
{
    for (size_t i = 0; inode != 0 && i < sockets->count; i++) {
        if (sockets->list[i].inode == inode)
            return &sockets->list[i];
    }
    return NULL;
}

static void add_file(const struct tb_lsof_file *file, void *context)
{
    const struct telling *telling = context;
    struct lsof *lsof = telling->lsof;
    struct tb_line *cell = lsof->row.cell;
    const struct tb_socket *socket = find_socket(telling->sockets, file->socket);

    tb_row_clear(&lsof->row);
    put_process(cell, telling->process);
    tb_line_put(&cell[FD], tb_line_text(&file->fd));
    if (socket != NULL) {
        put_socket(lsof, socket, cell);
    } else {
        tb_line_put(&cell[TYPE], tb_line_text(&file->type));
        tb_line_put(&cell[DEVICE], tb_line_text(&file->device));
        tb_line_put(&cell[SIZE], tb_line_text(&file->size));
        tb_line_put(&cell[NODE], tb_line_text(&file->node));
        tb_line_put(&cell[NAME], tb_line_text(&file->name));
    }
    add_row(lsof, telling->process);
}

static int add_files_of(struct lsof *lsof, uint32_t pid, const struct tb_sockets *sockets)
{
    struct tb_descriptors own;
    struct telling telling = { lsof, NULL, sockets };
    int error = tb_descriptors_of(&own, pid);

    if (error != 0)
        return error;
    telling.process = own.process;
    error = own.process_count > 0 ? tb_lsof_files(pid, add_file, &telling) : -ESRCH;
    tb_descriptors_free(&own);
    return error;
}

/* *hidden counts processes that may not be looked into. */
static int add_files(struct lsof *lsof, size_t *hidden)
{
    static const struct tb_sockets_filter filter = { .tcp_states = TB_DIAG_ALL_STATES,
                                                     .udp_states = TB_DIAG_ALL_STATES };
    struct tb_sockets sockets = { 0 };
    int error = tb_sockets_read(&sockets, &filter);

    for (size_t i = 0; i < lsof->pids && error == 0; i++) {
        error = add_files_of(lsof, lsof->pid[i], &sockets);
        *hidden += error == -EACCES;
        if (error == -EACCES || error == -ESRCH)
            error = 0;
    }
    tb_sockets_free(&sockets);
    return error;
}

/* ---- */

static void put_headings(struct lsof *lsof)
{
    static const char *const headings[COLUMNS] = { "COMMAND", "PID",      "USER", "FD",  "TYPE",
                                                   "DEVICE",  "SIZE/OFF", "NODE", "NAME" };
    static const size_t right[] = { PID, USER, FD, TYPE, DEVICE, SIZE, NODE };

    tb_table_begin(&lsof->table, COLUMNS);
    for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
        tb_table_right(&lsof->table, right[i]);
    tb_table_may_narrow(&lsof->table, COMMAND, 9);
    tb_table_may_narrow(&lsof->table, USER, 8);
    tb_table_may_narrow(&lsof->table, NAME, 20);
    tb_table_add(&lsof->table, TB_STYLE_HEADING, headings);
}

static void print_pids(const struct lsof *lsof)
{
    const struct tb_descriptors *owners = &lsof->view.owners;

    for (size_t i = 0; i < lsof->pids && !lsof->all; i++)
        (void)fprintf(lsof->request->page.stream, "%u\n", lsof->pid[i]);
    for (size_t i = 0; i < owners->process_count; i++) {
        if (lsof->pids == 0 || is_of_pids(lsof, owners->process[i].pid) == lsof->all)
            (void)fprintf(lsof->request->page.stream, "%u\n", owners->process[i].pid);
    }
}

/* The port that is asked for; 0: none, or several. */
static uint16_t port_of(const struct lsof *lsof)
{
    const struct tb_lsof_spec *spec = &lsof->spec[0];

    return lsof->specs == 1 && spec->ports == 1 && spec->port[0].first == spec->port[0].last
               ? spec->port[0].first
               : 0;
}

/* "ss -tlnp 'sport = :8080 or dport = :8080'", of what was asked for */
static void put_ss(const struct lsof *lsof, struct tb_line *line)
{
    const struct tb_lsof_spec *spec = &lsof->spec[0];
    const bool one = lsof->specs == 1;
    const uint8_t protocol = one ? spec->protocol : 0;
    const uint16_t port = port_of(lsof);

    tb_line_put(line, "ss -");
    tb_line_put(line, protocol == IPPROTO_UDP ? "u" : protocol == IPPROTO_TCP ? "t" : "tu");
    tb_line_put(line, lsof->tcp_states == 1u << TB_SOCKET_LISTEN ? "l" : "a");
    tb_line_put(line, one && spec->family == AF_INET    ? "4"
                      : one && spec->family == AF_INET6 ? "6"
                                                        : "");
    tb_line_put(line, lsof->host_numbers || lsof->port_numbers ? "np" : "rp");
    if (port == 0)
        return;
    tb_line_put(line, " 'sport = :");
    tb_line_put_number(line, port);
    tb_line_put(line, " or dport = :");
    tb_line_put_number(line, port);
    tb_line_put(line, "'");
}

static void put_same(const struct lsof *lsof)
{
    struct tb_line modern = { 0 };

    const bool both = lsof->all && lsof->inet;

    if (lsof->inet)
        put_ss(lsof, &modern);
    for (size_t i = 0; i < lsof->pids; i++) {
        if (both)
            tb_line_put(&modern, i == 0 ? " | grep -E 'pid=(" : "|");
        else
            tb_line_put(&modern, modern.length > 0 ? "; ls -l /proc/" : "ls -l /proc/");
        tb_line_put_number(&modern, lsof->pid[i]);
        tb_line_put(&modern, both ? "" : "/fd");
    }
    tb_line_put(&modern, both && lsof->pids > 0 ? "),'" : "");
    tb_page_same(&lsof->request->page, NULL, tb_line_text(&modern));
    tb_line_free(&modern);
}

static void explain(const struct lsof *lsof, enum tb_exit status, size_t hidden)
{
    const struct tb_page *page = &lsof->request->page;
    const struct tb_page talk = tb_page_talk(page);
    const uint16_t port =
        lsof->view.sockets.count > 0 ? lsof->view.sockets.list[0].tuple.local_port : 0;
    struct tb_line next = { 0 }, typed = { 0 };

    if (lsof->rows > 0) {
        tb_page_gap(page);
        tb_page_say(page, TB_SAY_LSOF_FD, NULL);
        tb_page_say(page, TB_SAY_LSOF_TYPE, NULL);
        tb_page_say_more(page, TB_SAY_LSOF_SIZE, NULL);
    } else if (hidden == 0 && status == TB_EXIT_NOTHING) {
        tb_page_tell(&talk, TB_SAY_LSOF_NOTHING, NULL);
    }
    if (hidden > 0)
        tb_page_tell(&talk, TB_SAY_LSOF_HIDDEN, NULL);
    if (lsof->inet)
        tb_view_say_search(&lsof->view, page);
    put_same(lsof);
    tb_line_put(&next, port != 0 ? "breath who " : "breath listen");
    if (port != 0)
        tb_line_put_number(&next, port);
    tb_typed(lsof->request, &typed);
    tb_view_next(&lsof->view, page, tb_line_text(&typed), tb_line_text(&next),
                 port != 0 ? TB_SAY_NEXT_WHO : TB_SAY_NEXT_LISTEN);
    tb_page_status(page, status);
    tb_line_free(&next);
    tb_line_free(&typed);
}

static int answer(struct lsof *lsof, size_t hidden)
{
    enum tb_exit status = lsof->rows > 0 ? TB_EXIT_FOUND : TB_EXIT_NOTHING;

    if (hidden > 0 || tb_view_hidden(&lsof->view) > 0)
        status = TB_EXIT_HIDDEN;
    if (lsof->json != NULL)
        return tb_print_json(lsof->request,
                             json_pack("{s:O, s:o}", "files", lsof->json, "search",
                                       tb_view_json_search(&lsof->view)),
                             (int)status);
    if (lsof->terse) {
        print_pids(lsof);
        return (int)status;
    }
    if (lsof->rows > 0)
        tb_page_table(&lsof->request->page, &lsof->table);
    explain(lsof, status, hidden);
    return (int)status;
}

static int run(struct lsof *lsof)
{
    static const struct tb_sockets_filter filter = { .tcp_states = TB_DIAG_ALL_STATES,
                                                     .udp_states = TB_DIAG_ALL_STATES };
    size_t hidden = 0;
    int error = 0;

    put_headings(lsof);
    if (lsof->inet)
        error = tb_view_read(&lsof->view, &filter, 1, passes, lsof);
    if (error == 0 && lsof->inet)
        error = add_sockets(lsof);
    if (error == 0 && lsof->pids > 0 && !(lsof->inet && lsof->all))
        error = add_files(lsof, &hidden);
    if (error == 0 && lsof->table.failed)
        error = -ENOMEM;
    return error == 0 ? answer(lsof, hidden)
                      : tb_trouble_system(&lsof->request->trouble, "lsof", error);
}

int tb_lsof(struct tb_request *request)
{
    struct lsof *lsof = calloc(1, sizeof(*lsof));
    int status;

    if (lsof == NULL)
        return tb_trouble_system(&request->trouble, "lsof", ENOMEM);
    lsof->request = request;
    status = read_words(lsof);
    if (status == 0 && request->options.json)
        lsof->json = json_array();
    if (status == 0)
        status = run(lsof);
    tb_view_free(&lsof->view);
    tb_table_free(&lsof->table);
    tb_row_free(&lsof->row);
    json_decref(lsof->json);
    free(lsof);
    return status;
}
