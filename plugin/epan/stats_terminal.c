/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats_terminal.c - tshark -z tcp-breath,TABLE[,FILTER] and -z tcp-breath,json,TABLE[,FILTER] */
#include "stats.h"

#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "sheet.h"

/* A table that was asked for; GLib's memory, until its listener is removed. */
struct request {
    struct tb_tally tally;
    const struct table *table;
    char *filter; /* NULL: none */
    bool json;
};

struct table {
    const char *name;
    enum tb_label title;
    enum tb_label remark;
    bool keep_exchanges;
    void (*print)(const struct request *request, GString *out, struct tb_row *row);
    void (*write_json)(const struct request *request, GString *out, struct tb_row *row);
};

static const char rule[] =
    "================================================================================\n";

/* So much is gathered before it is written. */
enum {
    BLOCK_OCTETS = 65536
};

static void write_out(GString *out)
{
    (void)fwrite(out->str, 1, out->len, stdout);
    g_string_truncate(out, 0);
}

static void write_some(GString *out)
{
    if (out->len >= BLOCK_OCTETS)
        write_out(out);
}

static void put_label(GString *out, const struct tb_row *row, enum tb_label which)
{
    g_string_append(out, tb_text_label(row->lang, which));
    g_string_append_c(out, '\n');
}

static bool is_empty(const struct request *request, GString *out, const struct tb_row *row)
{
    for (uint32_t i = 0; i < request->tally.count; i++)
        if (request->tally.conn[i].conn != NULL)
            return false;
    put_label(out, row,
              request->filter != NULL ? TB_LABEL_STATS_NO_SEGMENT_PASSES
                                      : TB_LABEL_STATS_NO_SEGMENT);
    return true;
}

/* ---- connections */

static void print_conns(const struct request *request, GString *out, struct tb_row *row)
{
    bool starred = false;
    bool shared = false;

    tb_sheet_headings(out, &tb_conn_columns, row->lang);
    for (uint32_t i = 0; i < request->tally.count; i++) {
        if (request->tally.conn[i].conn == NULL)
            continue;
        tb_row_conn(row, &request->tally.conn[i]);
        g_string_append_c(out, '\n');
        tb_sheet_row(out, &tb_conn_columns, row);
        starred |= row->starred;
        shared |= row->shared;
        write_some(out);
    }
    if (starred || shared)
        g_string_append_c(out, '\n');
    if (starred)
        put_label(out, row, TB_LABEL_STATS_INCOMPLETE_NOTE);
    if (shared)
        put_label(out, row, TB_LABEL_STATS_HANDED_NOTE);
}

static void put_members(GString *out, const struct tb_columns *columns, const struct tb_row *row,
                        const char **comma)
{
    g_string_append(out, *comma);
    g_string_append_c(out, '{');
    tb_sheet_members(out, columns, row);
    *comma = "},\n";
    write_some(out);
}

static void json_conns(const struct request *request, GString *out, struct tb_row *row)
{
    const char *comma = "\n";

    for (uint32_t i = 0; i < request->tally.count; i++) {
        if (request->tally.conn[i].conn == NULL)
            continue;
        tb_row_conn(row, &request->tally.conn[i]);
        put_members(out, &tb_conn_columns, row, &comma);
    }
    if (*comma == '}')
        g_string_append_c(out, '}');
}

/* ---- exchanges */

/* Of bytes of which something was told. */
static bool is_told(const struct tb_tally_exchange *exchange)
{
    return exchange->frame[TB_ROLE_CLIENT] != 0 || exchange->frame[TB_ROLE_SERVER] != 0;
}

static void put_parties(GString *out, const struct tb_row *row, const struct tb_conn *conn)
{
    const enum tb_side client = tb_flow_client(&conn->flow);
    const bool known =
        conn->doubted == 0 && (tb_owners_nth(conn, client, 0) != NULL ||
                               tb_owners_nth(conn, tb_side_other(client), 0) != NULL);
    const size_t last = tb_exchange_columns.count;

    if (!known)
        return;
    for (size_t i = 0; i < last; i++)
        if (tb_exchange_columns.column[i].seen == TB_SEEN_WINDOW)
            g_string_append_printf(out, "             %s: %s\n",
                                   tb_text_label(row->lang, tb_exchange_columns.column[i].label),
                                   row->value[i].text);
}

static void print_exchanges(const struct request *request, GString *out, struct tb_row *row)
{
    const struct tb_tally *tally = &request->tally;
    bool any = false;

    for (uint32_t i = 0; i < tally->count; i++)
        for (uint32_t n = 1; n <= tally->conn[i].exchange_last; n++) {
            if (!is_told(&tally->conn[i].exchange[n - 1]))
                continue;
            if (!any)
                tb_sheet_headings(out, &tb_exchange_columns, row->lang);
            any = true;
            tb_row_exchange(row, &tally->conn[i], n);
            g_string_append_c(out, '\n');
            tb_sheet_row(out, &tb_exchange_columns, row);
            put_parties(out, row, tally->conn[i].conn);
            write_some(out);
        }
    if (!any)
        put_label(out, row, TB_LABEL_STATS_NO_EXCHANGE);
}

static void json_exchanges(const struct request *request, GString *out, struct tb_row *row)
{
    const struct tb_tally *tally = &request->tally;
    const char *comma = "\n";

    for (uint32_t i = 0; i < tally->count; i++)
        for (uint32_t n = 1; n <= tally->conn[i].exchange_last; n++) {
            if (!is_told(&tally->conn[i].exchange[n - 1]))
                continue;
            tb_row_exchange(row, &tally->conn[i], n);
            put_members(out, &tb_exchange_columns, row, &comma);
        }
    if (*comma == '}')
        g_string_append_c(out, '}');
}

/* ---- processes */

static void add_conn(void *data, struct tb_process *process, const struct tb_process_conn *conn)
{
    const struct tb_tally_conn *told = *(const struct tb_tally_conn **)data;

    g_array_append_val(process->conns, *conn);
    process->exchanges += told->exchanges;
    process->sent += told->side[conn->side].bytes;
    process->received += told->side[tb_side_other(conn->side)].bytes;
    process->resent += told->side[conn->side].resent;
    tb_spread_add_all(&process->times, &told->times);
}

/* Calls `show` for each process, last where none is known. Returns how many are known. */
static unsigned for_each_process(const struct request *request, GString *out, struct tb_row *row,
                                 void (*show)(const struct request *request, GString *out,
                                              struct tb_row *row, const struct tb_process *process))
{
    const struct tb_tally *tally = &request->tally;
    struct tb_processes processes;
    unsigned known;

    tb_processes_begin(&processes);
    for (uint32_t i = 0; i < tally->count; i++) {
        const struct tb_tally_conn *told = &tally->conn[i];

        if (told->conn != NULL)
            tb_processes_add(&processes, told, add_conn, &told);
    }
    for (unsigned i = 0; i < processes.in_order->len; i++)
        show(request, out, row,
             (const struct tb_process *)g_ptr_array_index(processes.in_order, i));
    if (processes.unknown->conns->len > 0)
        show(request, out, row, processes.unknown);
    known = processes.in_order->len;
    tb_processes_end(&processes);
    return known;
}

static void print_process(const struct request *request, GString *out, struct tb_row *row,
                          const struct tb_process *process)
{
    bool shared = false;

    tb_row_process(row, process);
    g_string_append_c(out, '\n');
    tb_sheet_row(out, &tb_process_columns, row);
    for (unsigned i = 0; i < process->conns->len; i++) {
        const struct tb_process_conn *conn =
            &g_array_index(process->conns, struct tb_process_conn, i);

        tb_row_process_conn(row, process, conn, &request->tally.conn[conn->number - 1]);
        row->starred = false;
        tb_sheet_row(out, &tb_process_conn_columns, row);
        shared |= row->shared;
        write_some(out);
    }
    if (shared)
        put_label(out, row, TB_LABEL_STATS_SHARED_NOTE);
}

static void print_processes(const struct request *request, GString *out, struct tb_row *row)
{
    tb_sheet_headings(out, &tb_process_columns, row->lang);
    tb_sheet_headings(out, &tb_process_conn_columns, row->lang);
    if (for_each_process(request, out, row, print_process) > 0)
        return;
    g_string_append_c(out, '\n');
    put_label(out, row, TB_LABEL_STATS_NO_PROCESS);
}

static void json_process(const struct request *request, GString *out, struct tb_row *row,
                         const struct tb_process *process)
{
    const char *comma = "\n  ";

    if (out->len > 0 && out->str[out->len - 1] == '}')
        g_string_append(out, ",");
    g_string_append(out, "\n{");
    tb_row_process(row, process);
    tb_sheet_members(out, &tb_process_columns, row);
    g_string_append(out, ", \"connections\": [");
    for (unsigned i = 0; i < process->conns->len; i++) {
        const struct tb_process_conn *conn =
            &g_array_index(process->conns, struct tb_process_conn, i);

        tb_row_process_conn(row, process, conn, &request->tally.conn[conn->number - 1]);
        g_string_append(out, comma);
        g_string_append_c(out, '{');
        tb_sheet_members(out, &tb_process_conn_columns, row);
        comma = "},\n  ";
    }
    g_string_append(out, "}]}");
}

static void json_processes(const struct request *request, GString *out, struct tb_row *row)
{
    (void)for_each_process(request, out, row, json_process);
}

/* ---- */

static const struct table tables[] = {
    { "conn", TB_LABEL_STATS_CONN, TB_LABEL_STATS_TIMES, false, print_conns, json_conns },
    { "process", TB_LABEL_STATS_PROCESS, TB_LABEL_STATS_PROCESS_TIMES, false, print_processes,
      json_processes },
    { "exchanges", TB_LABEL_STATS_EXCHANGES, TB_LABEL_STATS_EXCHANGE_TIMES, true, print_exchanges,
      json_exchanges },
};

static void write_json(const struct request *request, GString *out, struct tb_row *row)
{
    g_string_append(out, "{\"table\": ");
    tb_sheet_string(out, request->table->name);
    g_string_append(out, ", \"filter\": ");
    if (request->filter != NULL)
        tb_sheet_string(out, request->filter);
    else
        g_string_append(out, "null");
    g_string_append(out, ", \"rows\": [");
    request->table->write_json(request, out, row);
    g_string_append(out, "\n]}\n");
}

static void write_text(const struct request *request, GString *out, struct tb_row *row)
{
    g_string_append_c(out, '\n');
    g_string_append(out, rule);
    put_label(out, row, request->table->title);
    if (request->filter != NULL)
        g_string_append_printf(out, "%s: %s\n", tb_text_label(row->lang, TB_LABEL_STATS_FILTER),
                               request->filter);
    if (!is_empty(request, out, row)) {
        put_label(out, row, request->table->remark);
        g_string_append_c(out, '\n');
        request->table->print(request, out, row);
    }
    g_string_append(out, rule);
}

/* ---- the tap */

static void reset(void *data)
{
    tb_tally_reset(&((struct request *)data)->tally);
}

static tap_packet_status take(void *data, packet_info *pinfo, epan_dissect_t *edt,
                              const void *visit, tap_flags_t flags)
{
    (void)edt;
    (void)flags;
    return tb_tally_take(&((struct request *)data)->tally, pinfo, (const struct tb_visit *)visit) !=
                   NULL
               ? TAP_PACKET_REDRAW
               : TAP_PACKET_DONT_REDRAW;
}

static void draw(void *data)
{
    const struct request *request = (const struct request *)data;
    struct tb_row *row = g_new0(struct tb_row, 1);
    GString *out = g_string_new(NULL);

    row->lang = request->json ? TB_LANG_EN : tb_pref_lang();
    if (request->json)
        write_json(request, out, row);
    else
        write_text(request, out, row);
    write_out(out);
    g_string_free(out, TRUE);
    g_free(row);
}

static void finish(void *data)
{
    struct request *request = (struct request *)data;

    tb_tally_reset(&request->tally);
    g_free(request->filter);
    g_free(request);
}

/* The table that `name` begins with, up to a comma; *rest is what follows that, or NULL. */
static const struct table *find_table(const char *name, const char **rest)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        const size_t length = strlen(tables[i].name);

        if (strncmp(name, tables[i].name, length) != 0 ||
            (name[length] != '\0' && name[length] != ','))
            continue;
        *rest = name[length] == ',' && name[length + 1] != '\0' ? name + length + 1 : NULL;
        return &tables[i];
    }
    return NULL;
}

static bool listen_to(struct request *request, const char *argument)
{
    GString *error = register_tap_listener("tcp-breath", request, request->filter,
                                           TL_REQUIRES_NOTHING, reset, take, draw, finish);

    if (error == NULL)
        return true;
    for (char *at = error->str; *at != '\0'; at++)
        if (*at == '\n')
            *at = ' ';
    report_failure("-z %s: %s", argument, error->str);
    g_string_free(error, TRUE);
    return false;
}

static bool begin(const char *argument)
{
    static const char before[] = "tcp-breath,";
    static const char json[] = "json,";
    const char *name = argument + sizeof(before) - 1;
    const bool is_json = strncmp(name, json, sizeof(json) - 1) == 0;
    const char *filter = NULL;
    const struct table *table = find_table(is_json ? name + sizeof(json) - 1 : name, &filter);
    struct request *request;

    if (table == NULL) {
        report_failure("-z %s: the tables are conn, process and exchanges", argument);
        return false;
    }
    request = g_new0(struct request, 1);
    request->table = table;
    request->json = is_json;
    request->filter = g_strdup(filter);
    request->tally.keep_exchanges = table->keep_exchanges;
    if (listen_to(request, argument))
        return true;
    finish(request);
    return false;
}

static tb_ws_tap_begun begin_or_end(const char *argument, void *data)
{
    (void)data;
    TB_WS_TAP_BEGUN(begin(argument));
}

void tb_stats_terminal_register(void)
{
    static const char *const commands[] = { "tcp-breath,conn", "tcp-breath,process",
                                            "tcp-breath,exchanges", "tcp-breath,json" };

    if (!tb_ws_is_tshark())
        return; /* the window and sharkd have tables of their own: stats_window.c */
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        stat_tap_ui ui = { .group = REGISTER_PACKET_STAT_GROUP_UNSORTED,
                           .cli_string = commands[i],
                           .tap_init_cb = begin_or_end };

        register_stat_tap_ui(&ui, NULL);
    }
}
