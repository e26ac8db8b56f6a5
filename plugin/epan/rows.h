/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rows.h - the tables of the statistics: what their columns are, and what stands in a row
 *
 * The terminal, JSON and the window show the same values. */
#ifndef TB_ROWS_H
#define TB_ROWS_H

#include "tally.h"
#include "text.h"

enum tb_kind {
    TB_KIND_TEXT,
    TB_KIND_COUNT,   /* known always, of 32 bits */
    TB_KIND_LONG,    /* of 64, or perhaps not known */
    TB_KIND_MS,      /* nanoseconds, shown as milliseconds */
    TB_KIND_SECONDS, /* nanoseconds, shown as seconds */
    TB_KIND_YES      /* yes or no */
};

/* Where a column is seen: bits of tb_column.seen */
#define TB_SEEN_TERMINAL 0x1u
#define TB_SEEN_JSON     0x2u
#define TB_SEEN_WINDOW   0x4u

struct tb_column {
    const char *key; /* of JSON; times are in seconds there */
    enum tb_label label;
    uint8_t kind; /* enum tb_kind */
    uint8_t seen;
    uint8_t line;  /* of the terminal's row, from 0 */
    uint8_t width; /* cells there: texts stand left, numbers right; 0: the rest of the line */
};

struct tb_value {
    const char *text; /* in the row's store, or static */
    int64_t number;
    bool known;
};

enum {
    TB_COLUMNS_MAX = 40,
    TB_ROW_STORE = 8192 /* octets: start lines and names, escaped, are the longest */
};

struct tb_row {
    struct tb_value value[TB_COLUMNS_MAX]; /* by column */
    char store[TB_ROW_STORE];
    size_t used;
    enum tb_lang lang;
    bool starred; /* the terminal marks the row: not complete */
    bool shared;  /* or: counted elsewhere too */
};

struct tb_columns {
    const struct tb_column *column;
    size_t count;
};

extern const struct tb_columns tb_conn_columns;
extern const struct tb_columns tb_exchange_columns;
extern const struct tb_columns tb_process_columns;      /* a process */
extern const struct tb_columns tb_process_conn_columns; /* a connection below it */

/* A process, or what is left where none is known, and its connections. */
struct tb_process {
    const struct tb_ownership *ownership; /* NULL: not known. The latest of its owners' words */
    GArray *conns;                        /* struct tb_process_conn */
    uint64_t exchanges;
    uint64_t sent;     /* bytes of frames, as in tb_tally_side */
    uint64_t received; /* likewise */
    uint64_t resent;
    struct tb_spread times;
};

struct tb_process_conn {
    uint32_t number; /* of the connection */
    enum tb_side side;
    bool shared; /* another process had the socket too */
};

/* By what a process is told from another: its number, its start and its name. */
struct tb_processes {
    GHashTable *by_key;  /* of struct tb_process *; owns them */
    GPtrArray *in_order; /* the same, in the order of their connections */
    struct tb_process *unknown;
};

void tb_processes_begin(struct tb_processes *processes);
void tb_processes_end(struct tb_processes *processes);

/* Which processes had an end of the connection; calls `take` for each, and for unknown where it is
 * none. */
void tb_processes_add(struct tb_processes *processes, const struct tb_tally_conn *told,
                      void (*take)(void *data, struct tb_process *process,
                                   const struct tb_process_conn *conn),
                      void *data);

/* Each fills in a row, whose `lang` is set. */
void tb_row_conn(struct tb_row *row, const struct tb_tally_conn *told);
void tb_row_exchange(struct tb_row *row, const struct tb_tally_conn *told, uint32_t number);
void tb_row_process(struct tb_row *row, const struct tb_process *process);
void tb_row_process_conn(struct tb_row *row, const struct tb_process *process,
                         const struct tb_process_conn *conn, const struct tb_tally_conn *told);

/* Of the columns of a connection's row, what a packet may change: the rest stays. */
void tb_row_conn_numbers(struct tb_row *row, const struct tb_tally_conn *told);

/* Writes a number as its kind is shown, or "-" where it is not known. Returns the octets. */
size_t tb_value_write(const struct tb_column *column, const struct tb_value *value, char *text,
                      size_t size);

#endif
