/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats_window.c - the tables in Wireshark's Statistics menu, and in sharkd
 *
 * Wireshark reads the rows whenever it likes, and tells neither the last packet nor the drawing: so
 * what a packet changes is written into its rows at once. A window points to the rows that it has
 * seen: they live on, retired, until no other window shows the same statistic.
 *
 * Wireshark sorts a column by its kind, of which none holds 64 bits, or milliseconds, or nothing:
 * these are texts, right-justified, which sort as the numbers do. */
#include "stats.h"

#include <stdio.h>
#include <string.h>

#include "fields.h"
#include "rows.h"

enum {
    NUMBER_CELLS = 14, /* of a number that is a text: they sort up to this length */
    NUMBER_OCTETS = 32
};

struct window;

/* A row, and what it is of. */
struct line {
    stat_tap_table_item_type *cells;
    struct tb_process *process;
    struct tb_process_conn conn;
    uint32_t exchange;
    uint32_t next; /* row of the same connection, from 1; 0: the last */
};

struct window {
    stat_tap_table_ui ui; /* the first: Wireshark gives it back */
    const struct tb_columns *columns;
    enum tb_label title;
    void (*take)(struct window *window, struct tb_tally_conn *told, const struct tb_event *event);
    bool by_process;
    struct tb_tally tally;
    GArray *lines;                 /* struct line */
    GPtrArray *retired;            /* stat_tap_table *: a window may still look at their rows */
    struct tb_processes processes; /* with by_process */
    GHashTable *table_of;          /* the table of a process, likewise */
    stat_tap_table_item fields[TB_COLUMNS_MAX];
    uint8_t shown[TB_COLUMNS_MAX]; /* the window's columns, by their place in `columns` */
};

static struct tb_row row; /* what is being shown: too large for the stack */

/* ---- cells */

static stat_tap_table_item_enum kind_of(const struct tb_column *column)
{
    return column->kind == TB_KIND_COUNT ? TABLE_ITEM_UINT : TABLE_ITEM_STRING;
}

static void set_string(stat_tap_table_item_type *cell, const char *text)
{
    const char *before = (const char *)cell->user_data.ptr_value;

    if (before != NULL && strcmp(before, text) == 0)
        return;
    g_free(cell->user_data.ptr_value);
    cell->user_data.ptr_value = g_strdup(text);
    cell->value.string_value = (const char *)cell->user_data.ptr_value;
}

static void set_cell(stat_tap_table_item_type *cell, const struct tb_column *column,
                     const struct tb_value *value)
{
    char number[NUMBER_OCTETS];
    char text[2 * NUMBER_OCTETS];

    if (kind_of(column) == TABLE_ITEM_UINT) {
        cell->value.uint_value = (unsigned)value->number;
        return;
    }
    if (column->kind == TB_KIND_TEXT) {
        set_string(cell, value->known ? value->text : "-");
    } else if (column->kind == TB_KIND_YES) {
        set_string(cell, tb_text_label(row.lang, value->number != 0 ? TB_LABEL_STATS_YES
                                                                    : TB_LABEL_STATS_NOT));
    } else {
        tb_value_write(column, value, number, sizeof(number));
        snprintf(text, sizeof(text), "%*s", NUMBER_CELLS, number);
        set_string(cell, text);
    }
}

/* `row` into the cells: those whose value it knows, or all. */
static void set_cells(const struct window *window, stat_tap_table_item_type *cells, bool all)
{
    for (size_t i = 0; i < window->ui.nfields; i++) {
        const size_t at = window->shown[i];

        if (all || row.value[at].known)
            set_cell(&cells[i], &window->columns->column[at], &row.value[at]);
    }
}

static void free_cell(stat_tap_table *table, unsigned line, unsigned column,
                      stat_tap_table_item_type *cell)
{
    (void)table;
    (void)line;
    (void)column;
    g_free(cell->user_data.ptr_value);
    cell->user_data.ptr_value = NULL;
}

/* ---- tables */

static void free_table(void *data)
{
    stat_tap_table *table = (stat_tap_table *)data;

    for (unsigned line = 0; line < table->num_elements; line++) {
        for (unsigned i = 0; i < table->num_fields; i++)
            free_cell(table, line, i, &table->elements[line][i]);
        g_free(table->elements[line]);
    }
    g_free(table->elements);
    g_free(table);
}

static stat_tap_table *add_table(struct window *window, const char *title)
{
    stat_tap_table *table =
        stat_tap_init_table(g_intern_string(title), (int)window->ui.nfields, 0, NULL);

    stat_tap_add_table(&window->ui, table);
    return table;
}

/* The one table, or that of the process, which `row` names. */
static stat_tap_table *table_of(struct window *window, struct tb_process *process)
{
    stat_tap_table *table;
    size_t at = 0;

    if (!window->by_process)
        return g_array_index(window->ui.tables, stat_tap_table *, 0);
    table = (stat_tap_table *)g_hash_table_lookup(window->table_of, process);
    if (table != NULL)
        return table;
    while (window->columns->column[window->shown[at]].label != TB_LABEL_STATS_PROCESSES)
        at++;
    table = add_table(window, row.value[window->shown[at]].text);
    g_hash_table_insert(window->table_of, process, table);
    return table;
}

/* Appends `row`; returns its place, from 1. */
static uint32_t add_line(struct window *window, const struct line *line)
{
    stat_tap_table_item_type cells[TB_COLUMNS_MAX];
    struct line added = *line;
    stat_tap_table *table = table_of(window, line->process);
    const unsigned place = table->num_elements;

    memset(cells, 0, sizeof(cells));
    for (size_t i = 0; i < window->ui.nfields; i++)
        cells[i].type = window->fields[i].type;
    stat_tap_init_table_row(table, place, (unsigned)window->ui.nfields, cells);
    added.cells = stat_tap_get_field_data(table, place, 0);
    set_cells(window, added.cells, true);
    g_array_append_val(window->lines, added);
    return window->lines->len;
}

static struct line *line_at(const struct window *window, uint32_t place)
{
    return &g_array_index(window->lines, struct line, place - 1);
}

/* ---- what a packet changes */

static void take_conn(struct window *window, struct tb_tally_conn *told,
                      const struct tb_event *event)
{
    const struct line line = { .process = NULL };

    (void)event;
    if (told->rows == 0) {
        tb_row_conn(&row, told);
        told->rows = add_line(window, &line);
        return;
    }
    memset(row.value, 0, sizeof(row.value));
    tb_row_conn_numbers(&row, told);
    set_cells(window, line_at(window, told->rows)->cells, false);
}

static void take_exchange(struct window *window, struct tb_tally_conn *told,
                          const struct tb_event *event)
{
    if (event->exchange == 0 || event->fresh == 0)
        return;
    for (uint32_t i = event->exchange; i <= event->exchange_last; i++) {
        struct tb_tally_exchange *exchange = &told->exchange[i - 1];
        const struct line line = { .exchange = i };

        tb_row_exchange(&row, told, i);
        if (exchange->row == 0)
            exchange->row = add_line(window, &line);
        else
            set_cells(window, line_at(window, exchange->row)->cells, true);
    }
}

static void add_process_conn(void *data, struct tb_process *process,
                             const struct tb_process_conn *conn)
{
    struct window *window = (struct window *)data;
    struct tb_tally_conn *told = &window->tally.conn[conn->number - 1];
    const struct line line = { .process = process, .conn = *conn, .next = told->rows };

    tb_row_process_conn(&row, process, conn, told);
    told->rows = add_line(window, &line);
}

static void take_process(struct window *window, struct tb_tally_conn *told,
                         const struct tb_event *event)
{
    (void)event;
    if (told->rows == 0) {
        tb_processes_add(&window->processes, told, add_process_conn, window);
        return;
    }
    for (uint32_t place = told->rows; place != 0; place = line_at(window, place)->next) {
        const struct line *line = line_at(window, place);

        tb_row_process_conn(&row, line->process, &line->conn, told);
        set_cells(window, line->cells, true);
    }
}

/* ---- what Wireshark calls */

static void forget_tables(struct window *window)
{
    for (unsigned i = 0; i < window->ui.tables->len; i++)
        g_ptr_array_add(window->retired, g_array_index(window->ui.tables, stat_tap_table *, i));
    g_array_set_size(window->ui.tables, 0);
}

/* Empty: tables of processes are made as they are found. */
static void restart(struct window *window)
{
    forget_tables(window);
    tb_tally_reset(&window->tally);
    g_array_set_size(window->lines, 0);
    if (window->by_process) {
        g_hash_table_remove_all(window->table_of);
        tb_processes_end(&window->processes);
        tb_processes_begin(&window->processes);
    }
    row.lang = tb_pref_lang();
    if (!window->by_process)
        add_table(window, tb_text_label(row.lang, window->title));
}

static void begin(stat_tap_table_ui *ui)
{
    struct window *window = (struct window *)ui;

    restart(window);
    if (ui->refcount <= 1) /* nobody else looks at what was */
        g_ptr_array_set_size(window->retired, 0);
}

static tap_packet_status take(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *told,
                              tap_flags_t flags)
{
    struct window *window = (struct window *)((stat_data_t *)data)->stat_tap_data;
    const struct tb_visit *visit = (const struct tb_visit *)told;
    struct tb_tally_conn *conn = tb_tally_take(&window->tally, pinfo, visit);

    (void)edt;
    (void)flags;
    if (conn == NULL)
        return TAP_PACKET_DONT_REDRAW;
    window->take(window, conn, &visit->record.event);
    return TAP_PACKET_REDRAW;
}

static void reset(stat_tap_table *table);

static struct window windows[] = {
    { .ui = { .cli_string = "tcp-breath,conn" },
      .columns = &tb_conn_columns,
      .title = TB_LABEL_STATS_CONN,
      .take = take_conn },
    { .ui = { .cli_string = "tcp-breath,process" },
      .columns = &tb_process_conn_columns,
      .title = TB_LABEL_STATS_PROCESS,
      .take = take_process,
      .by_process = true },
    { .ui = { .cli_string = "tcp-breath,exchanges" },
      .columns = &tb_exchange_columns,
      .title = TB_LABEL_STATS_EXCHANGES,
      .take = take_exchange,
      .tally = { .keep_exchanges = true } },
};

enum {
    WINDOWS = sizeof(windows) / sizeof(windows[0])
};

/* Called for one table after another as long as there are more: the first call ends them all. */
static void reset(stat_tap_table *table)
{
    for (size_t i = 0; i < WINDOWS; i++)
        for (unsigned n = 0; n < windows[i].ui.tables->len; n++)
            if (g_array_index(windows[i].ui.tables, stat_tap_table *, n) == table) {
                restart(&windows[i]);
                return;
            }
}

void tb_stats_window_reword(void)
{
    for (size_t i = 0; i < WINDOWS; i++) {
        struct window *window = &windows[i];

        window->ui.title = tb_text_label(tb_pref_lang(), window->title);
        for (size_t n = 0; n < window->ui.nfields; n++)
            window->fields[n].column_name =
                tb_text_label(tb_pref_lang(), window->columns->column[window->shown[n]].label);
    }
}

static void choose_columns(struct window *window)
{
    for (size_t i = 0; i < window->columns->count; i++) {
        const struct tb_column *column = &window->columns->column[i];
        const size_t at = window->ui.nfields;

        if ((column->seen & TB_SEEN_WINDOW) == 0)
            continue;
        window->shown[at] = (uint8_t)i;
        window->fields[at].type = kind_of(column);
        window->fields[at].align = column->kind == TB_KIND_TEXT || column->kind == TB_KIND_YES
                                       ? TAP_ALIGN_LEFT
                                       : TAP_ALIGN_RIGHT;
        window->fields[at].field_format = kind_of(column) == TABLE_ITEM_UINT ? "%u" : "%s";
        window->ui.nfields++;
    }
}

void tb_stats_window_register(void)
{
    static tap_param parameters[] = { { PARAM_FILTER, "filter", "Filter", NULL, TRUE } };

    for (size_t i = 0; i < WINDOWS; i++) {
        struct window *window = &windows[i];

        choose_columns(window);
        window->lines = g_array_new(FALSE, FALSE, sizeof(struct line));
        window->ui.tables = g_array_new(FALSE, TRUE, sizeof(stat_tap_table *));
        window->retired = g_ptr_array_new_with_free_func(free_table);
        if (window->by_process) {
            window->table_of = g_hash_table_new(NULL, NULL);
            tb_processes_begin(&window->processes);
        }
        window->ui.group = REGISTER_PACKET_STAT_GROUP_UNSORTED;
        window->ui.tap_name = "tcp-breath";
        window->ui.stat_tap_init_cb = begin;
        window->ui.packet_func = take;
        window->ui.stat_tap_reset_table_cb = reset;
        window->ui.stat_tap_free_table_item_cb = free_cell;
        window->ui.fields = window->fields;
        window->ui.params = parameters;
        window->ui.nparams = 1;
    }
    tb_stats_window_reword();
    for (size_t i = 0; i < WINDOWS; i++)
        register_stat_tap_table_ui(&windows[i].ui);
}
