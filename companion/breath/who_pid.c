/* SPDX-License-Identifier: GPL-2.0-or-later */
/* who_pid.c - which sockets a process has */
#include <errno.h>

#include <fcntl.h>
#include <unistd.h>

#include "auto.h"
#include "command.h"
#include "endpoint.h"
#include "facts.h"
#include "inside.h"
#include "procfs.h"
#include "row.h"
#include "view.h"

enum column {
    PROTO,
    LOCAL,
    PEER,
    STATE,
    FD,
    COLUMNS
};

static bool is_held(const struct tb_socket *socket, const void *context)
{
    size_t count;

    return tb_descriptors_of_inode(context, socket->inode, &count) != NULL && socket->inode != 0;
}

static void add_socket_of(struct tb_table *table, struct tb_row *row,
                          const struct tb_socket *socket, const struct tb_descriptors *own)
{
    size_t count;
    const struct tb_holding *holding = tb_descriptors_of_inode(own, socket->inode, &count);

    tb_row_clear(row);
    tb_line_put(&row->cell[PROTO], tb_endpoint_protocol(socket));
    tb_endpoint_put_local(&row->cell[LOCAL], socket);
    tb_endpoint_put_remote(&row->cell[PEER], socket);
    tb_line_put(&row->cell[STATE], tb_endpoint_state(socket));
    for (size_t i = 0; i < count; i++) {
        tb_line_put(&row->cell[FD], i > 0 ? " " : "");
        tb_line_put_number(&row->cell[FD], holding[i].fd);
        tb_line_put(&row->cell[FD], "u");
    }
    tb_row_add(row, table, TB_STYLE_PLAIN);
}

static int print_sockets_of(const struct tb_page *page, const struct tb_sockets *sockets,
                            const struct tb_descriptors *own)
{
    static const enum tb_say headings[COLUMNS] = { TB_SAY_HEAD_PROTO, TB_SAY_HEAD_LOCAL,
                                                   TB_SAY_HEAD_PEER, TB_SAY_HEAD_STATE,
                                                   TB_SAY_HEAD_FD };
    struct tb_row row = { 0 };
    struct tb_table table;
    int error;

    tb_table_begin(&table, COLUMNS);
    tb_table_may_narrow(&table, LOCAL, 20);
    tb_table_may_narrow(&table, PEER, 20);
    for (size_t i = 0; i < COLUMNS; i++)
        tb_say(&row.cell[i], page->lang, headings[i], NULL);
    tb_row_add(&row, &table, TB_STYLE_HEADING);
    for (size_t i = 0; i < sockets->count; i++)
        add_socket_of(&table, &row, &sockets->list[i], own);
    error = table.failed ? -ENOMEM : 0;
    if (error == 0 && sockets->count > 0)
        tb_page_table(page, &table);
    tb_row_free(&row);
    tb_table_free(&table);
    return error;
}

static void tell_process(const struct tb_page *page, const struct tb_process *process)
{
    struct tb_line name = { 0 }, user = { 0 }, age = { 0 }, container = { 0 };
    struct tb_facts facts;

    tb_view_put_process(&name, process);
    tb_inside_put_note(&name, process);
    tb_facts_put_user(&user, process->uid);
    if (tb_facts_read(&facts, process)) {
        tb_facts_put_age(&age, page->lang, facts.age_s);
        tb_page_say(page, TB_SAY_PID_IS,
                    TB_TOKENS({ "process", tb_line_text(&name) }, { "user", tb_line_text(&user) },
                              { "age", tb_line_text(&age) }));
        if (facts.exe.length > 0)
            tb_page_say(page, facts.exe_gone ? TB_SAY_EXE_GONE : TB_SAY_EXE,
                        TB_TOKENS({ "path", tb_line_text(&facts.exe) }));
        if (tb_inside_put(&container, process))
            tb_page_say(page, TB_SAY_IN_CONTAINER,
                        TB_TOKENS({ "container", tb_line_text(&container) }));
    }
    tb_facts_free(&facts);
    tb_line_free(&container);
    tb_line_free(&name);
    tb_line_free(&user);
    tb_line_free(&age);
}

/* Different sockets of a process, whatever their kind. */
static size_t count_inodes(const struct tb_descriptors *own)
{
    size_t count = 0;

    for (size_t i = 0; i < own->holding_count; i++)
        count += i == 0 || own->holding[i].inode != own->holding[i - 1].inode;
    return count;
}

static int show_process(struct tb_request *request, const char *pid,
                        const struct tb_descriptors *own, const struct tb_sockets *sockets)
{
    const struct tb_page *page = &request->page;
    const struct tb_page talk = tb_page_talk(&request->page);
    struct tb_line classic = { 0 }, modern = { 0 }, others = { 0 };
    const size_t other = count_inodes(own) - sockets->count;
    const int error = print_sockets_of(page, sockets, own);

    if (sockets->count > 0)
        tb_page_gap(page);
    if (own->process_count > 0)
        tell_process(page, &own->process[0]);
    if (sockets->count == 0)
        tb_page_tell(&talk, TB_SAY_PID_NO_SOCKETS, NULL);
    tb_line_put_number(&others, other);
    if (other > 0)
        tb_page_say(page, TB_SAY_PID_OTHER_SOCKETS, TB_TOKENS({ "count", tb_line_text(&others) }));
    tb_line_put(&classic, "lsof -nP -a -i -p ");
    tb_line_put(&classic, pid);
    tb_line_put(&modern, "ss -tuanp | grep pid=");
    tb_line_put(&modern, pid);
    tb_page_same(page, tb_line_text(&classic), tb_line_text(&modern));
    tb_page_next(page, "breath conns", TB_SAY_NEXT_CONNS);
    tb_line_free(&classic);
    tb_line_free(&modern);
    tb_line_free(&others);
    if (error != 0)
        return tb_trouble_system(&request->trouble, "who", error);
    return sockets->count > 0 ? TB_EXIT_FOUND : TB_EXIT_NOTHING;
}

static bool lists_all(void)
{
    tb_auto_fd int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return proc >= 0 && tb_procfs_lists_all(proc) && tb_procfs_is_outermost(proc);
}

/* There is none, or it may not be looked into. */
static int cannot_show(struct tb_request *request, uint32_t number, const char *pid, int error)
{
    const struct tb_page talk = tb_page_talk(&request->page);
    const bool gone = error == -ESRCH && lists_all();
    const int status = gone ? TB_EXIT_NOTHING : TB_EXIT_HIDDEN;
    struct tb_line sudo = { 0 };

    if (error != -ESRCH && error != -EACCES)
        return tb_trouble_system(&request->trouble, "/proc", error);
    if (request->options.json)
        return tb_print_json(
            request, json_pack("{s:I, s:[]}", "pid", (json_int_t)number, "sockets"), status);
    tb_page_tell(&talk,
                 error == -EACCES ? TB_SAY_PID_HIDDEN
                 : gone           ? TB_SAY_PID_NOTHING
                                  : TB_SAY_PID_UNLISTED,
                 TB_TOKENS({ "pid", pid }));
    tb_line_put(&sudo, "sudo breath who pid:");
    tb_line_put(&sudo, pid);
    if (!gone)
        tb_page_next(&request->page, tb_line_text(&sudo), TB_SAY_NEXT_SUDO);
    tb_page_status(&request->page, (enum tb_exit)status);
    tb_line_free(&sudo);
    return status;
}

/* The sockets of a process with no other owners than itself. */
static json_t *json_process(const struct tb_descriptors *own, const struct tb_sockets *sockets,
                            uint32_t pid)
{
    struct tb_view view = { .sockets = *sockets, .owners = *own };
    json_t *made = NULL;

    if (tb_view_find_containers(&view) == 0)
        made = json_pack("{s:I, s:o, s:I}", "pid", (json_int_t)pid, "sockets",
                         tb_view_json_sockets(&view), "other_sockets",
                         (json_int_t)(count_inodes(own) - sockets->count));
    tb_view_forget_containers(&view);
    return made;
}

int tb_who_pid(struct tb_request *request, uint32_t pid)
{
    const struct tb_sockets_filter filter = { .tcp_states = TB_DIAG_ALL_STATES,
                                              .udp_states = TB_DIAG_ALL_STATES };
    struct tb_descriptors own;
    struct tb_sockets sockets = { 0 };
    struct tb_line number = { 0 };
    size_t kept = 0;
    int status = tb_descriptors_of(&own, pid);

    tb_line_put_number(&number, pid);
    if (status != 0) {
        status = cannot_show(request, pid, tb_line_text(&number), status);
        tb_line_free(&number);
        return status;
    }
    status = tb_sockets_read(&sockets, &filter);
    for (size_t i = 0; i < sockets.count; i++) {
        if (is_held(&sockets.list[i], &own))
            sockets.list[kept++] = sockets.list[i];
    }
    sockets.count = kept;
    tb_sockets_sort(&sockets);
    if (status != 0)
        status = tb_trouble_system(&request->trouble, "sock_diag", status);
    else if (request->options.json)
        status = tb_print_json(request, json_process(&own, &sockets, pid),
                               kept > 0 ? TB_EXIT_FOUND : TB_EXIT_NOTHING);
    else
        status = show_process(request, tb_line_text(&number), &own, &sockets);
    tb_sockets_free(&sockets);
    tb_descriptors_free(&own);
    tb_line_free(&number);
    return status;
}
