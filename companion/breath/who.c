/* SPDX-License-Identifier: GPL-2.0-or-later */
/* who.c - which processes have a port */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include "command.h"
#include "endpoint.h"
#include "facts.h"
#include "inside.h"
#include "operand.h"
#include "procfs.h"
#include "row.h"
#include "view.h"

enum column {
    COMMAND,
    PID,
    USER,
    FD,
    SOCKET,
    STARTED,
    COLUMNS
};

enum {
    EXES_MAX = 3, /* more programs than that are not told one by one */
    PID_MAX = INT32_MAX
};

/* Connections of one process, or of those that no process has for one reason. */
struct group {
    size_t count;
    const struct tb_socket *one;
};

struct who {
    struct tb_request *request;
    const struct tb_view *view;
    struct tb_table table;
    struct tb_row row;
    struct group *of_process;
    struct group of_nobody[TB_VIEW_OWNER_COUNT];
    bool shared;
};

/* ---- Rows */

static void put_headings(struct who *who)
{
    static const enum tb_say headings[COLUMNS] = { TB_SAY_HEAD_COMMAND, TB_SAY_HEAD_PID,
                                                   TB_SAY_HEAD_USER,    TB_SAY_HEAD_FD,
                                                   TB_SAY_HEAD_SOCKET,  TB_SAY_HEAD_STARTED };

    tb_row_clear(&who->row);
    for (size_t i = 0; i < COLUMNS; i++)
        tb_say(&who->row.cell[i], who->request->page.lang, headings[i], NULL);
    tb_row_add(&who->row, &who->table, TB_STYLE_HEADING);
}

/* "*:8080", "127.0.0.1:8080->127.0.0.1:40000" as lsof has it, or "12 connections". */
static void put_socket(struct who *who, const struct group *group)
{
    struct tb_line *cell = &who->row.cell[SOCKET];
    struct tb_line count = { 0 };

    if (group->count == 1) {
        tb_endpoint_put_local(cell, group->one);
        if (group->one->tuple.remote_port != 0) {
            tb_line_put(cell, "->");
            tb_endpoint_put_remote(cell, group->one);
        }
        return;
    }
    tb_line_put_number(&count, group->count);
    tb_say(cell, who->request->page.lang, TB_SAY_CELL_CONNECTIONS,
           TB_TOKENS({ "count", tb_line_text(&count) }));
    tb_line_free(&count);
}

static void put_started(struct who *who, const struct tb_process *process)
{
    const enum tb_lang lang = who->request->page.lang;
    struct tb_facts facts;
    struct tb_line age = { 0 }, parents = { 0 };

    tb_inside_put_note(&who->row.cell[STARTED], process);
    if (tb_facts_read(&facts, process)) {
        tb_facts_put_age(&age, lang, facts.age_s);
        tb_facts_put_parents(&parents, &facts);
        tb_say(&who->row.cell[STARTED], lang,
               facts.parents > 0 ? TB_SAY_CELL_STARTED : TB_SAY_CELL_STARTED_ALONE,
               TB_TOKENS({ "age", tb_line_text(&age) }, { "parents", tb_line_text(&parents) }));
    }
    tb_facts_free(&facts);
    tb_line_free(&age);
    tb_line_free(&parents);
}

/* "3u 5u": lsof's letter for what may be read and written, as every socket. */
static void put_fds(struct who *who, const struct tb_holding *holding, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tb_line_put(&who->row.cell[FD], i > 0 ? " " : "");
        tb_line_put_number(&who->row.cell[FD], holding[i].fd);
        tb_line_put(&who->row.cell[FD], "u");
    }
}

/* `count` descriptors of the process; none where it has several connections. */
static void add_process(struct who *who, uint32_t place, const struct group *group,
                        const struct tb_holding *holding, size_t count)
{
    const struct tb_process *process = &who->view->owners.process[place];

    tb_row_clear(&who->row);
    tb_line_put_outside(&who->row.cell[COMMAND], process->comm, strlen(process->comm));
    tb_line_put_number(&who->row.cell[PID], process->pid);
    tb_facts_put_user(&who->row.cell[USER], process->uid);
    put_fds(who, holding, count);
    put_socket(who, group);
    put_started(who, process);
    tb_row_add(&who->row, &who->table, TB_STYLE_PLAIN);
}

static void put_hidden(struct who *who, uint32_t uid)
{
    struct tb_line owner = { 0 }, me = { 0 };

    tb_line_put_number(&owner, uid);
    tb_line_put_number(&me, geteuid());
    tb_say(&who->row.cell[STARTED], who->request->page.lang, TB_SAY_CELL_HIDDEN_OWNER,
           TB_TOKENS({ "uid", tb_line_text(&owner) }, { "me", tb_line_text(&me) }));
    tb_line_free(&owner);
    tb_line_free(&me);
}

static void add_nobody(struct who *who, const struct group *group)
{
    const bool hidden = tb_view_owner(who->view, group->one) == TB_VIEW_HIDDEN;

    tb_row_clear(&who->row);
    for (size_t i = COMMAND; i <= FD; i++)
        tb_line_put(&who->row.cell[i], hidden ? "?" : "-");
    put_socket(who, group);
    if (hidden) {
        tb_line_clear(&who->row.cell[USER]);
        tb_facts_put_user(&who->row.cell[USER], group->one->uid);
        put_hidden(who, group->one->uid);
    } else {
        tb_view_put_owner(who->view, group->one, who->request->page.lang, &who->row.cell[STARTED]);
    }
    tb_row_add(&who->row, &who->table, hidden ? TB_STYLE_WARNING : TB_STYLE_FAINT);
}

/* ---- Which rows */

static void take_group(struct group *group, const struct tb_socket *socket)
{
    group->count++;
    group->one = socket;
}

/* What waits for others has rows of its own; connections are counted. */
static void take_held(struct who *who, const struct tb_socket *socket)
{
    const struct group alone = { 1, socket };
    size_t count;
    const struct tb_holding *holding =
        tb_descriptors_of_inode(&who->view->owners, socket->inode, &count);

    for (size_t from = 0, to; from < count; from = to) {
        for (to = from + 1; to < count && holding[to].process == holding[from].process; to++)
            ;
        who->shared = who->shared || to < count;
        if (socket->tuple.remote_port == 0)
            add_process(who, holding[from].process, &alone, &holding[from], to - from);
        else
            take_group(&who->of_process[holding[from].process], socket);
    }
}

static void take_socket(struct who *who, const struct tb_socket *socket)
{
    const enum tb_view_owner owner = tb_view_owner(who->view, socket);
    const struct group alone = { 1, socket };

    if (owner == TB_VIEW_HELD)
        take_held(who, socket);
    else if (socket->tuple.remote_port == 0)
        add_nobody(who, &alone);
    else
        take_group(&who->of_nobody[owner], socket);
}

static void add_groups(struct who *who)
{
    for (uint32_t i = 0; i < who->view->owners.process_count; i++) {
        const struct group *group = &who->of_process[i];
        const struct tb_holding *holding = NULL;
        size_t count = 0;

        if (group->count == 1)
            holding = tb_descriptors_of_inode(&who->view->owners, group->one->inode, &count);
        while (count > 0 && holding->process != i) {
            holding++;
            count--;
        }
        if (group->count > 0)
            add_process(who, i, group, holding, count > 0 ? 1 : 0);
    }
    for (size_t i = 0; i < TB_VIEW_OWNER_COUNT; i++) {
        if (who->of_nobody[i].count > 0)
            add_nobody(who, &who->of_nobody[i]);
    }
}

static int print_table(struct who *who)
{
    const struct tb_view *view = who->view;
    int error;

    who->of_process = calloc(view->owners.process_count + 1, sizeof(*who->of_process));
    if (who->of_process == NULL)
        return -ENOMEM;
    tb_table_begin(&who->table, COLUMNS);
    tb_table_may_narrow(&who->table, FD, 6);
    tb_table_may_narrow(&who->table, SOCKET, 15);
    tb_table_may_narrow(&who->table, STARTED, 20);
    put_headings(who);
    for (size_t i = 0; i < view->sockets.count; i++)
        take_socket(who, &view->sockets.list[i]);
    add_groups(who);
    error = who->table.failed ? -ENOMEM : 0;
    if (error == 0)
        tb_page_table(&who->request->page, &who->table);
    tb_table_free(&who->table);
    tb_row_free(&who->row);
    free(who->of_process);
    return error;
}

/* ---- What it means */

static void say_exes(const struct tb_page *page, const struct tb_view *view)
{
    if (view->owners.process_count > EXES_MAX)
        return;
    for (size_t i = 0; i < view->owners.process_count; i++) {
        struct tb_facts facts;

        if (tb_facts_read(&facts, &view->owners.process[i]) && facts.exe.length > 0)
            tb_page_say(page, facts.exe_gone ? TB_SAY_EXE_GONE : TB_SAY_EXE,
                        TB_TOKENS({ "path", tb_line_text(&facts.exe) }));
        tb_facts_free(&facts);
    }
}

static bool is_process(uint32_t pid)
{
    char path[32];
    struct tb_proc_stat stat;

    (void)snprintf(path, sizeof(path), "/proc/%u/stat", pid);
    return tb_procfs_stat(AT_FDCWD, path, &stat);
}

static void explain(const struct who *who, const char *number, bool may_be_pid, uint32_t pid)
{
    const struct tb_page *page = &who->request->page;
    struct tb_line count = { 0 };

    tb_page_gap(page);
    say_exes(page, who->view);
    tb_line_put_number(&count, who->view->owners.process_count);
    if (who->shared)
        tb_page_say(page, TB_SAY_WHO_SHARED, TB_TOKENS({ "count", tb_line_text(&count) }));
    tb_view_say_containers(who->view, page);
    tb_page_say_more(page, TB_SAY_WHO_FD, NULL);
    if (may_be_pid && is_process(pid))
        tb_page_say(page, TB_SAY_WHO_ALSO_PID, TB_TOKENS({ "pid", number }));
    tb_line_free(&count);
}

static void put_hints(const struct tb_request *request, const char *port,
                      const struct tb_view *view)
{
    const struct tb_page *page = &request->page;
    struct tb_line classic = { 0 }, modern = { 0 }, next = { 0 }, typed = { 0 };

    tb_line_put(&classic, "lsof -nP -i :");
    tb_line_put(&classic, port);
    tb_line_put(&modern, "ss -tuanp 'sport = :");
    tb_line_put(&modern, port);
    tb_line_put(&modern, "'");
    tb_page_same(page, tb_line_text(&classic), tb_line_text(&modern));
    tb_typed(request, &typed);
    if (view->owners.process_count > 0) {
        tb_line_put(&next, "breath who pid:");
        tb_line_put_number(&next, view->owners.process[0].pid);
        tb_view_next(view, page, tb_line_text(&typed), tb_line_text(&next), TB_SAY_NEXT_WHO_PID);
    } else if (view->sockets.count > 0) {
        tb_line_put(&next, "breath conns ");
        tb_line_put(&next, port);
        tb_view_next(view, page, tb_line_text(&typed), tb_line_text(&next), TB_SAY_NEXT_CONNS);
    } else {
        tb_page_next(page, "breath listen", TB_SAY_NEXT_LISTEN);
    }
    tb_line_free(&classic);
    tb_line_free(&modern);
    tb_line_free(&next);
    tb_line_free(&typed);
}

/* ---- Of a port */

static int show_port(struct tb_request *request, const struct tb_view *view, uint16_t port,
                     bool may_be_pid)
{
    struct who who = { .request = request, .view = view };
    const enum tb_exit status = tb_view_status(view);
    const struct tb_page talk = tb_page_talk(&request->page);
    struct tb_line number = { 0 };
    int error = 0;

    tb_line_put_number(&number, port);
    if (view->sockets.count == 0) {
        tb_page_tell(&talk, TB_SAY_WHO_NOTHING, TB_TOKENS({ "port", tb_line_text(&number) }));
    } else {
        error = print_table(&who);
        explain(&who, tb_line_text(&number), may_be_pid, port);
    }
    tb_view_say_search(view, &request->page);
    put_hints(request, tb_line_text(&number), view);
    tb_page_status(&request->page, status);
    tb_line_free(&number);
    return error == 0 ? (int)status : tb_trouble_system(&request->trouble, "who", error);
}

static json_t *json_port(const struct tb_view *view, uint16_t port)
{
    return json_pack("{s:i, s:o, s:o}", "port", (int)port, "sockets", tb_view_json_sockets(view),
                     "search", tb_view_json_search(view));
}

/* Sets *found where some socket has the port, or a port is meant for sure. */
static int try_port(struct tb_request *request, uint16_t port, bool may_be_pid, bool *found)
{
    const struct tb_sockets_filter filter = { .tcp_states = TB_DIAG_ALL_STATES,
                                              .udp_states = TB_DIAG_ALL_STATES,
                                              .local_port = port };
    struct tb_view view;
    int status = tb_view_read_again(&view, &filter, 1, NULL, NULL, &request->memory);

    if (status == 0)
        status = tb_view_find_containers(&view);
    *found = true;
    if (status != 0)
        status = tb_trouble_system(&request->trouble, "sock_diag", status);
    else if (view.sockets.count == 0 && may_be_pid && is_process(port))
        *found = false;
    else if (request->options.json)
        status = tb_print_json(request, json_port(&view, port), (int)tb_view_status(&view));
    else
        status = show_port(request, &view, port, may_be_pid);
    tb_view_free(&view);
    return status;
}

int tb_who(struct tb_request *request)
{
    const char *word = request->word_count > 0 ? request->word[0] : NULL;
    uint32_t pid = 0;
    uint16_t port;
    bool found = false, may_be_pid;
    int status = 0;

    if (word == NULL)
        return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_USAGE, TB_SAY_USAGE_NEEDED,
                          TB_TOKENS({ "what", "PORT|PID" }));
    if (request->word_count > 1)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[1]);
    if (strncmp(word, "pid:", 4) == 0) {
        if (!tb_operand_number(word + 4, PID_MAX, &pid) || pid == 0)
            return tb_usage(request, TB_SAY_USAGE_PORT_OR_PID, word);
        return tb_who_pid(request, pid);
    }
    may_be_pid = tb_operand_number(word, PID_MAX, &pid) && pid > 0;
    if (tb_operand_port(word, &port))
        status = try_port(request, port, may_be_pid, &found);
    else if (!may_be_pid)
        return tb_usage(request, TB_SAY_USAGE_PORT_OR_PID, word);
    return found ? status : tb_who_pid(request, pid);
}
