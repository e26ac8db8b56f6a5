/* SPDX-License-Identifier: GPL-2.0-or-later */
/* why.c - what stops bind() */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <netinet/in.h>

#include "command.h"
#include "elsewhere.h"
#include "endpoint.h"
#include "inside.h"
#include "operand.h"
#include "probe.h"
#include "procfs.h"
#include "row.h"
#include "view.h"
#include "word.h"

enum column {
    BIND,
    PLAIN,
    REUSE,
    LOCAL,
    STATE,
    PROCESS,
    COLUMNS
};

enum {
    TARGETS_MAX = 2, /* all addresses of IPv4, and of both */
    TEXT_OCTETS = 64
};

/* What was tried, and what came of it. */
struct trial {
    struct tb_target target;
    int plain; /* 0 or -errno */
    int reuse;
    const struct tb_socket *cause; /* NULL: none is known */
};

struct why {
    struct tb_request *request;
    struct trial trial[TARGETS_MAX];
    size_t trials;
    uint16_t port;
    bool udp;
    bool no_ipv6;
    struct tb_view view; /* sockets with the port */
};

static bool is_in_use(const struct trial *trial)
{
    return trial->plain == -EADDRINUSE;
}

/* ---- Trying */

static void try_target(struct why *why, const uint8_t address[16])
{
    struct trial *trial = &why->trial[why->trials];

    memcpy(trial->target.address, address, sizeof(trial->target.address));
    trial->target.port = why->port;
    trial->target.udp = why->udp;
    trial->plain = tb_probe_bind(&trial->target, false);
    trial->reuse = tb_probe_bind(&trial->target, true);
    if (trial->plain == -EAFNOSUPPORT)
        why->no_ipv6 = true;
    else
        why->trials++;
}

static int try_all(struct why *why)
{
    static const uint8_t any4[16] = { [10] = 0xff, [11] = 0xff };
    static const uint8_t any6[16] = { 0 };
    uint8_t address[16];

    if (why->request->options.address == NULL) {
        try_target(why, any4);
        try_target(why, any6);
        return 0;
    }
    if (!tb_operand_address(why->request->options.address, address))
        return tb_usage(why->request, TB_SAY_USAGE_ADDRESS, why->request->options.address);
    try_target(why, address);
    return 0;
}

/* After the trial: what came meanwhile is no cause, but what went is missed less often. */
static int find_causes(struct why *why)
{
    const struct tb_sockets_filter filter = { .tcp_states = why->udp ? 0 : TB_DIAG_ALL_STATES,
                                              .udp_states = why->udp ? TB_DIAG_ALL_STATES : 0,
                                              .local_port = why->port };
    const int error = tb_view_read(&why->view, &filter, 1, NULL, NULL);

    if (error != 0)
        return error;
    for (size_t i = 0; i < why->trials; i++) {
        struct trial *trial = &why->trial[i];

        if (is_in_use(trial))
            trial->cause =
                tb_target_cause(&trial->target, why->view.sockets.list, why->view.sockets.count);
    }
    return 0;
}

static enum tb_exit status_of(const struct why *why)
{
    enum tb_exit status = TB_EXIT_NOTHING;

    for (size_t i = 0; i < why->trials; i++) {
        const struct trial *trial = &why->trial[i];

        if (trial->plain != 0 && status == TB_EXIT_NOTHING)
            status = TB_EXIT_FOUND;
        if (is_in_use(trial) &&
            (trial->cause == NULL || tb_view_owner(&why->view, trial->cause) == TB_VIEW_HIDDEN))
            status = TB_EXIT_HIDDEN;
    }
    return status;
}

/* ---- The table */

static void put_result(const struct why *why, struct tb_line *line, int error)
{
    if (error == 0)
        tb_say(line, why->request->page.lang, TB_SAY_CELL_WORKS, NULL);
    else
        tb_line_put(line, strerrorname_np(-error));
}

static void put_trial(const struct why *why, const struct trial *trial, struct tb_row *row)
{
    tb_row_clear(row);
    tb_target_put(&row->cell[BIND], &trial->target);
    put_result(why, &row->cell[PLAIN], trial->plain);
    put_result(why, &row->cell[REUSE], trial->reuse);
    if (trial->cause != NULL) {
        tb_endpoint_put_local(&row->cell[LOCAL], trial->cause);
        tb_line_put(&row->cell[STATE], tb_endpoint_state(trial->cause));
        tb_view_put_owner(&why->view, trial->cause, why->request->page.lang, &row->cell[PROCESS]);
        return;
    }
    for (size_t i = LOCAL; i < COLUMNS; i++)
        tb_line_put(&row->cell[i], is_in_use(trial) ? "?" : "-");
}

static int print_table(const struct why *why)
{
    static const enum tb_say headings[COLUMNS] = { TB_SAY_HEAD_BIND,  TB_SAY_HEAD_PLAIN,
                                                   TB_SAY_HEAD_REUSE, TB_SAY_HEAD_IN_THE_WAY,
                                                   TB_SAY_HEAD_STATE, TB_SAY_HEAD_PROCESS };
    struct tb_row row = { 0 };
    struct tb_table table;
    int error;

    tb_table_begin(&table, COLUMNS);
    tb_table_may_narrow(&table, BIND, 14);
    tb_table_may_narrow(&table, LOCAL, 14);
    tb_table_may_narrow(&table, PROCESS, 12);
    for (size_t i = 0; i < COLUMNS; i++)
        tb_say(&row.cell[i], why->request->page.lang, headings[i], NULL);
    tb_row_add(&row, &table, TB_STYLE_HEADING);
    for (size_t i = 0; i < why->trials; i++) {
        put_trial(why, &why->trial[i], &row);
        tb_row_add(&row, &table, why->trial[i].plain != 0 ? TB_STYLE_WARNING : TB_STYLE_GOOD);
    }
    error = table.failed ? -ENOMEM : 0;
    if (error == 0)
        tb_page_table(&why->request->page, &table);
    tb_row_free(&row);
    tb_table_free(&table);
    return error;
}

/* ---- What it means */

/* " (bound, not listening)" */
static void put_what(const struct why *why, const struct tb_socket *cause, struct tb_line *line)
{
    const enum tb_lang lang = why->request->page.lang;

    if (cause->state == TB_SOCKET_CLOSE && cause->protocol == IPPROTO_TCP)
        tb_say(line, lang, TB_SAY_WHY_WHAT_BOUND, NULL);
    else if (cause->state == TB_SOCKET_TIME_WAIT)
        tb_say(line, lang, TB_SAY_WHY_WHAT_TIME_WAIT, NULL);
    else if (cause->tuple.remote_port != 0)
        tb_say(line, lang, TB_SAY_WHY_WHAT_CONNECTION, NULL);
}

/* ", held by worker (30218)" */
static void put_held(const struct why *why, const struct tb_socket *cause, struct tb_line *line)
{
    const enum tb_lang lang = why->request->page.lang;
    struct tb_line process = { 0 }, uid = { 0 };

    tb_view_put_owner(&why->view, cause, lang, &process);
    tb_line_put_number(&uid, cause->uid);
    switch (tb_view_owner(&why->view, cause)) {
    case TB_VIEW_HELD:
        tb_say(line, lang, TB_SAY_WHY_HELD_BY, TB_TOKENS({ "process", tb_line_text(&process) }));
        break;
    case TB_VIEW_HIDDEN:
        tb_say(line, lang, TB_SAY_WHY_HELD_HIDDEN, TB_TOKENS({ "uid", tb_line_text(&uid) }));
        break;
    case TB_VIEW_NOBODY:
    case TB_VIEW_HANDSHAKE:
    case TB_VIEW_UNACCEPTED:
    case TB_VIEW_CLOSED:
    case TB_VIEW_TIME_WAIT:
    case TB_VIEW_OWNER_COUNT:
        tb_say(line, lang, TB_SAY_WHY_HELD_NOBODY, NULL);
        break;
    }
    tb_line_free(&process);
    tb_line_free(&uid);
}

static void tell_in_use(const struct why *why, const struct trial *trial, const char *target)
{
    const struct tb_page *page = &why->request->page;
    struct tb_line socket = { 0 }, what = { 0 }, held = { 0 };

    tb_endpoint_put_local(&socket, trial->cause);
    put_what(why, trial->cause, &what);
    put_held(why, trial->cause, &held);
    tb_page_say(page, TB_SAY_WHY_IN_USE,
                TB_TOKENS({ "target", target }, { "socket", tb_line_text(&socket) },
                          { "what", tb_line_text(&what) }, { "held", tb_line_text(&held) }));
    tb_line_free(&socket);
    tb_line_free(&what);
    tb_line_free(&held);
}

/* The first port that needs no privilege; net.ipv4.ip_unprivileged_port_start, for IPv6 too. */
static void put_first_unprivileged(struct tb_line *line)
{
    char text[TEXT_OCTETS];
    const ssize_t got = tb_procfs_read(AT_FDCWD, "/proc/sys/net/ipv4/ip_unprivileged_port_start",
                                       text, sizeof(text) - 1);

    text[got > 0 ? got : 0] = '\0';
    tb_line_put_number(line, got > 0 ? strtoul(text, NULL, 10) : IPPORT_RESERVED);
}

static void tell_refused(const struct why *why, const struct trial *trial, const char *target)
{
    const struct tb_page *page = &why->request->page;
    struct tb_line first = { 0 };

    put_first_unprivileged(&first);
    if (trial->plain == -EACCES)
        tb_page_say(page, TB_SAY_WHY_PRIVILEGED,
                    TB_TOKENS({ "target", target }, { "first", tb_line_text(&first) }));
    else if (trial->plain == -EADDRNOTAVAIL)
        tb_page_say(page, TB_SAY_WHY_NO_ADDRESS, TB_TOKENS({ "target", target }));
    else if (is_in_use(trial))
        tb_page_say(page, TB_SAY_WHY_UNSEEN, TB_TOKENS({ "target", target }));
    else
        tb_page_say(page, TB_SAY_WHY_OTHER,
                    TB_TOKENS({ "target", target }, { "error", tb_word_error(-trial->plain) }));
    if (is_in_use(trial))
        tb_page_say(page, TB_SAY_WHY_UNSEEN_OLD, NULL);
    tb_line_free(&first);
}

/* Then a process that is not found in /proc has ended. */
static bool lists_all(const struct tb_descriptors *owners)
{
    return !owners->unlisted && !owners->outside;
}

/* Holders whose process group's first process has ended: left behind by what started them. */
static void tell_left_behind(const struct why *why, const struct tb_process *process)
{
    char path[TEXT_OCTETS];
    struct tb_proc_stat stat;
    struct tb_line name = { 0 }, leader = { 0 };

    (void)snprintf(path, sizeof(path), "/proc/%u/stat", process->pid);
    if (!tb_procfs_stat(AT_FDCWD, path, &stat) || stat.start_ticks != process->start_ticks ||
        stat.process_group == 0)
        return;
    (void)snprintf(path, sizeof(path), "/proc/%u/stat", stat.process_group);
    tb_line_put_number(&leader, stat.process_group);
    tb_view_put_process(&name, process);
    if (!tb_procfs_stat(AT_FDCWD, path, &stat) && lists_all(&why->view.owners))
        tb_page_say(
            &why->request->page, TB_SAY_WHY_ORPHAN,
            TB_TOKENS({ "process", tb_line_text(&name) }, { "leader", tb_line_text(&leader) }));
    tb_line_free(&name);
    tb_line_free(&leader);
}

static void tell_holders(const struct why *why, const struct tb_socket *cause)
{
    size_t count, processes = 0;
    const struct tb_holding *holding =
        tb_descriptors_of_inode(&why->view.owners, cause->inode, &count);

    if (cause->inode == 0)
        return;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && holding[i].process == holding[i - 1].process)
            continue;
        processes++;
        tell_left_behind(why, &why->view.owners.process[holding[i].process]);
    }
    if (processes > 1)
        tb_page_say(&why->request->page, TB_SAY_WHY_CHILDREN, NULL);
}

/* What the kind of the cause teaches. */
static void tell_lesson(const struct why *why, const struct trial *trial)
{
    const struct tb_page *page = &why->request->page;
    const struct tb_socket *cause = trial->cause;
    const bool target4 = tb_endpoint_is_ipv4(trial->target.address);

    if (cause->state == TB_SOCKET_CLOSE && cause->protocol == IPPROTO_TCP)
        tb_page_say(page, TB_SAY_WHY_BOUND, NULL);
    else if (cause->state == TB_SOCKET_TIME_WAIT)
        tb_page_say(page, TB_SAY_WHY_TIME_WAIT, NULL);
    else if (cause->tuple.remote_port != 0)
        tb_page_say(page, TB_SAY_WHY_CONNECTION, NULL);
    if (target4 && tb_socket_is_dual(cause))
        tb_page_say(page, TB_SAY_WHY_DUAL, NULL);
    else if (memcmp(cause->tuple.local, trial->target.address, 16) != 0)
        tb_page_say(page, TB_SAY_WHY_WILDCARD, NULL);
    tb_page_say(page, trial->reuse == 0 ? TB_SAY_WHY_WORKS_REUSE : TB_SAY_WHY_NO_REUSE, NULL);
    tell_holders(why, cause);
}

/* Each cause is told once, of the first that it is in the way of. */
static bool was_told(const struct why *why, size_t trial)
{
    for (size_t i = 0; i < trial; i++) {
        if (why->trial[i].plain == why->trial[trial].plain &&
            why->trial[i].cause == why->trial[trial].cause)
            return true;
    }
    return false;
}

static void tell_trials(const struct why *why)
{
    for (size_t i = 0; i < why->trials; i++) {
        const struct trial *trial = &why->trial[i];
        struct tb_line target = { 0 };

        tb_target_put(&target, &trial->target);
        if (trial->plain != 0 && !was_told(why, i)) {
            if (trial->cause != NULL) {
                tell_in_use(why, trial, tb_line_text(&target));
                tell_lesson(why, trial);
            } else {
                tell_refused(why, trial, tb_line_text(&target));
            }
        }
        tb_line_free(&target);
    }
}

/* Outgoing connections take their ports from there: net.ipv4.ip_local_port_range. */
static void tell_range(const struct why *why, const char *port)
{
    char text[TEXT_OCTETS];
    const ssize_t got =
        tb_procfs_read(AT_FDCWD, "/proc/sys/net/ipv4/ip_local_port_range", text, sizeof(text) - 1);
    struct tb_line low = { 0 }, high = { 0 };
    char *end = NULL;
    unsigned long first, last;

    text[got > 0 ? got : 0] = '\0';
    first = strtoul(text, &end, 10);
    last = strtoul(end, NULL, 10);
    tb_line_put_number(&low, first);
    tb_line_put_number(&high, last);
    if (got > 0 && why->port >= first && why->port <= last)
        tb_page_say(&why->request->page, TB_SAY_WHY_EPHEMERAL,
                    TB_TOKENS({ "port", port }, { "first", tb_line_text(&low) },
                              { "last", tb_line_text(&high) }));
    tb_line_free(&low);
    tb_line_free(&high);
}

static void tell_elsewhere(const struct why *why, const struct tb_elsewhere *elsewhere)
{
    for (size_t i = 0; i < elsewhere->owners.process_count; i++) {
        struct tb_line process = { 0 };

        tb_view_put_process(&process, &elsewhere->owners.process[i]);
        tb_inside_put_note(&process, &elsewhere->owners.process[i]);
        tb_page_say(&why->request->page, TB_SAY_WHY_ELSEWHERE,
                    TB_TOKENS({ "process", tb_line_text(&process) }));
        tb_line_free(&process);
    }
}

static void explain(const struct why *why, const struct tb_elsewhere *elsewhere,
                    enum tb_exit status)
{
    const struct tb_page *page = &why->request->page;
    struct tb_line port = { 0 };

    tb_line_put_number(&port, why->port);
    tb_page_gap(page);
    if (status == TB_EXIT_NOTHING)
        tb_page_say(page, TB_SAY_WHY_WORKS, TB_TOKENS({ "port", tb_line_text(&port) }));
    tell_trials(why);
    if (why->no_ipv6)
        tb_page_say(page, TB_SAY_WHY_NO_IPV6, NULL);
    tell_range(why, tb_line_text(&port));
    tell_elsewhere(why, elsewhere);
    tb_page_say_more(page, TB_SAY_WHY_HOW, NULL);
    tb_line_free(&port);
}

static void put_hints(const struct why *why, enum tb_exit status)
{
    const struct tb_page *page = &why->request->page;
    struct tb_line classic = { 0 }, modern = { 0 }, next = { 0 }, typed = { 0 };

    tb_line_put(&classic, why->udp ? "netstat -uanp | grep :" : "netstat -tanp | grep :");
    tb_line_put_number(&classic, why->port);
    tb_line_put(&modern, why->udp ? "ss -uanp 'sport = :" : "ss -tanp 'sport = :");
    tb_line_put_number(&modern, why->port);
    tb_line_put(&modern, "'");
    tb_page_same(page, tb_line_text(&classic), tb_line_text(&modern));
    tb_line_put(&next, status == TB_EXIT_NOTHING ? "breath listen" : "breath who ");
    if (status != TB_EXIT_NOTHING)
        tb_line_put_number(&next, why->port);
    tb_typed(why->request, &typed);
    tb_view_next(&why->view, page, tb_line_text(&typed), tb_line_text(&next),
                 status == TB_EXIT_NOTHING ? TB_SAY_NEXT_LISTEN : TB_SAY_NEXT_WHO);
    tb_line_free(&typed);
    tb_line_free(&classic);
    tb_line_free(&modern);
    tb_line_free(&next);
}

/* ---- JSON */

static json_t *json_trial(const struct why *why, const struct trial *trial)
{
    struct tb_line address = { 0 };
    json_t *made;

    tb_endpoint_put_address(&address, trial->target.address);
    made = json_pack(
        "{s:s, s:o, s:o, s:o}", "address", tb_line_text(&address), "plain",
        trial->plain == 0 ? json_null() : json_string(strerrorname_np(-trial->plain)),
        "reuse_address",
        trial->reuse == 0 ? json_null() : json_string(strerrorname_np(-trial->reuse)), "cause",
        trial->cause == NULL ? json_null() : tb_view_json_socket(&why->view, trial->cause));
    tb_line_free(&address);
    return made;
}

static json_t *json_elsewhere(const struct tb_elsewhere *elsewhere)
{
    struct tb_view view = { .sockets = elsewhere->sockets, .owners = elsewhere->owners };
    json_t *sockets = NULL;

    if (tb_view_find_containers(&view) == 0)
        sockets = tb_view_json_sockets(&view);
    tb_view_forget_containers(&view);
    return sockets;
}

static json_t *json_all(const struct why *why, const struct tb_elsewhere *elsewhere)
{
    json_t *trials = json_array();

    for (size_t i = 0; i < why->trials; i++)
        (void)json_array_append_new(trials, json_trial(why, &why->trial[i]));
    return json_pack("{s:i, s:s, s:o, s:o, s:o, s:o}", "port", (int)why->port, "transport",
                     why->udp ? "udp" : "tcp", "bind", trials, "sockets",
                     tb_view_json_sockets(&why->view), "elsewhere", json_elsewhere(elsewhere),
                     "search", tb_view_json_search(&why->view));
}

/* ---- */

static int show(struct why *why)
{
    struct tb_request *request = why->request;
    const enum tb_exit status = status_of(why);
    struct tb_elsewhere elsewhere;
    int error = tb_elsewhere_find(&elsewhere, why->port, why->udp);

    if (error == 0 && request->options.json) {
        error = tb_print_json(request, json_all(why, &elsewhere), (int)status);
        tb_elsewhere_free(&elsewhere);
        return error;
    }
    if (error == 0)
        error = print_table(why);
    if (error == 0) {
        explain(why, &elsewhere, status);
        tb_view_say_search(&why->view, &request->page);
        put_hints(why, status);
        tb_page_status(&request->page, status);
    }
    tb_elsewhere_free(&elsewhere);
    return error == 0 ? (int)status : tb_trouble_system(&request->trouble, "why", error);
}

int tb_why(struct tb_request *request)
{
    struct why why = { .request = request, .udp = request->options.udp };
    int status;

    if (request->word_count == 0)
        return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_USAGE, TB_SAY_USAGE_NEEDED,
                          TB_TOKENS({ "what", "PORT" }));
    if (request->word_count > 1)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[1]);
    if (!tb_operand_port(request->word[0], &why.port))
        return tb_usage(request, TB_SAY_USAGE_PORT, request->word[0]);
    status = try_all(&why);
    if (status != 0)
        return status;
    status = find_causes(&why);
    if (status == 0)
        status = tb_view_find_containers(&why.view);
    status = status == 0 ? show(&why) : tb_trouble_system(&request->trouble, "sock_diag", status);
    tb_view_free(&why.view);
    return status;
}
