/* SPDX-License-Identifier: GPL-2.0-or-later */
/* rows.c - what stands in a row of the tables of the statistics */
#include "rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "columns.h"
#include "ending.h"

enum {
    END_OCTETS = 512, /* a process and an address, escaped */
    TYPE_SHIFT = 16   /* of the address type in tb_conn_key.kind: conns.c */
};

#define LAST_FRAME UINT32_MAX

/* ---- values */

static void put_number(struct tb_row *row, unsigned column, uint64_t number)
{
    row->value[column].number = (int64_t)number;
    row->value[column].known = true;
}

static void put_number_if(struct tb_row *row, unsigned column, uint64_t number, bool known)
{
    row->value[column].number = (int64_t)number;
    row->value[column].known = known;
}

/* `text` is static. */
static void put_word(struct tb_row *row, unsigned column, const char *text)
{
    row->value[column].text = text;
    row->value[column].known = text != NULL;
}

static void put_text(struct tb_row *row, unsigned column, const char *text)
{
    const size_t size = strlen(text) + 1;

    if (row->used + size > sizeof(row->store))
        return;
    memcpy(row->store + row->used, text, size);
    put_word(row, column, row->store + row->used);
    row->used += size;
}

static void put_outside(struct tb_row *row, unsigned column, struct tb_octet_string outside)
{
    char text[TB_ROW_STORE / 4];

    if (outside.length == 0)
        return;
    tb_text_outside(outside, text, sizeof(text));
    put_text(row, column, text);
}

static const char *label(const struct tb_row *row, enum tb_label which)
{
    return tb_text_label(row->lang, which);
}

static void put_times(struct tb_row *row, unsigned min, const struct tb_spread *times)
{
    const bool known = times->count > 0;

    put_number_if(row, min, times->min, known);
    put_number_if(row, min + 1, known ? tb_spread_mean(times) : 0, known);
    put_number_if(row, min + 2, known ? tb_spread_p95(times) : 0, known);
    put_number_if(row, min + 3, times->max, known);
}

/* ---- who has an end */

/* By what a process is told from another. */
struct key {
    uint64_t start_ns;
    uint32_t pid;
    uint32_t has;
    char name[16]; /* the kernel's own limit, and more than that of another tool's note tells no
                      more of the same number */
};

static void set_key(struct key *key, const struct tb_owner *owner)
{
    const struct tb_octet_string *name = &owner->text[TB_OWNER_COMM];

    memset(key, 0, sizeof(*key));
    key->start_ns = owner->start_ns;
    key->pid = owner->pid;
    key->has = owner->has & (TB_OWNER_PID | TB_OWNER_START);
    if (name->length > 0)
        memcpy(key->name, name->octets,
               name->length < sizeof(key->name) ? name->length : sizeof(key->name));
}

static unsigned key_hash(const void *data)
{
    const struct key *key = (const struct key *)data;
    uint64_t hash = (key->start_ns ^ key->pid) * 0x9e3779b97f4a7c15u; /* as in conns.c */

    for (size_t i = 0; i < sizeof(key->name); i++)
        hash = (hash ^ (uint8_t)key->name[i]) * 0x9e3779b97f4a7c15u;
    return (unsigned)(hash >> 32);
}

static int key_equal(const void *one, const void *other)
{
    return memcmp(one, other, sizeof(struct key)) == 0;
}

/* Who owns the side on a frame, or in the end (LAST_FRAME), as far as it is known; NULL: nobody is.
 * Where segments may be those of another connection, nobody is named. */
static const struct tb_ownership *owner_of(const struct tb_conn *conn, enum tb_side side,
                                           uint32_t frame)
{
    const struct tb_segment segment = { .frame = frame, .from = side };

    return conn->doubted != 0 ? NULL : tb_owners_at(conn, &segment, TB_NOTE_SRC);
}

/* Whether it accepted the connection for another. */
static bool is_relay(const struct tb_conn *conn, enum tb_side side, uint32_t n)
{
    return tb_owners_nth(conn, side, n)->owner.source == TB_OWNER_SOURCE_ACCEPTOR &&
           tb_owners_nth(conn, side, n + 1) != NULL;
}

/* Whether more than one process has had the side. */
static bool is_shared(const struct tb_conn *conn, enum tb_side side)
{
    struct key first;
    bool any = false;

    for (uint32_t n = 0; conn->doubted == 0 && tb_owners_nth(conn, side, n) != NULL; n++) {
        struct key key;

        if (is_relay(conn, side, n))
            continue;
        set_key(&key, &tb_owners_nth(conn, side, n)->owner);
        if (any && !key_equal(&key, &first))
            return true;
        first = key;
        any = true;
    }
    return false;
}

static void write_address(const struct tb_conn *conn, enum tb_side side, char *text, size_t size)
{
    const int type = (int)(conn->key.kind >> TYPE_SHIFT);
    address end;
    char *shown;

    set_address(&end, type, type == AT_IPv4 ? 4 : 16, conn->key.address[side]);
    shown = address_to_str(NULL, &end);
    snprintf(text, size, type == AT_IPv6 ? "[%s]:%u" : "%s:%u", shown, conn->key.port[side]);
    wmem_free(NULL, shown);
}

/* "curl (4242) 127.0.0.1:62597" */
static void put_end(struct tb_row *row, unsigned column, const struct tb_conn *conn,
                    enum tb_side side, uint32_t frame)
{
    const struct tb_ownership *owner = owner_of(conn, side, frame);
    char text[END_OCTETS];
    size_t used = 0;

    if (owner != NULL) {
        used = tb_text_owner_short(row->lang, &owner->owner, text, sizeof(text) / 2);
        text[used++] = ' ';
    }
    write_address(conn, side, text + used, sizeof(text) - used);
    put_text(row, column, text);
}

/* The columns of JSON_END() */
static void put_end_parts(struct tb_row *row, unsigned column, const struct tb_conn *conn,
                          enum tb_side side, uint32_t frame)
{
    const struct tb_ownership *owner = owner_of(conn, side, frame);
    char text[END_OCTETS];

    write_address(conn, side, text, sizeof(text));
    put_text(row, column, text);
    if (owner == NULL)
        return;
    put_outside(row, column + 1, owner->owner.text[TB_OWNER_COMM]);
    put_number_if(row, column + 2, owner->owner.pid, (owner->owner.has & TB_OWNER_PID) != 0);
    put_word(row, column + 3,
             tb_owner_certainty_name((enum tb_owner_certainty)owner->owner.certainty));
    put_number(row, column + 4, is_shared(conn, side));
}

/* ---- how it ended */

static void put_ending(struct tb_row *row, const struct tb_conn *conn)
{
    const enum tb_side client = tb_flow_client(&conn->flow);
    const enum tb_end how = tb_end_of(conn);
    const enum tb_side by = tb_end_by(conn, how);

    put_word(row, CONN_END, label(row, tb_end_label(how, by, client)));
    put_word(row, CONN_HOW, tb_end_name(how));
    if (by != TB_SIDE_COUNT)
        put_word(row, CONN_CLOSED_BY, tb_role_name(by == client ? TB_ROLE_CLIENT : TB_ROLE_SERVER));
    else if (how == TB_END_FIN)
        put_word(row, CONN_CLOSED_BY, "both");
    row->starred = !tb_end_is_complete(conn, how);
    put_number(row, CONN_COMPLETE, !row->starred);
}

/* ---- rows */

static void begin(struct tb_row *row)
{
    memset(row->value, 0, sizeof(row->value));
    row->used = 0;
    row->starred = false;
    row->shared = false;
}

void tb_row_conn_numbers(struct tb_row *row, const struct tb_tally_conn *told)
{
    const enum tb_side client = tb_flow_client(&told->conn->flow);

    put_number(row, CONN_START, (uint64_t)told->first_ns);
    put_number(row, CONN_DURATION, (uint64_t)(told->last_ns - told->first_ns));
    for (unsigned i = 0; i < TB_ROLE_COUNT; i++) {
        const struct tb_tally_side *side =
            &told->side[i == TB_ROLE_CLIENT ? client : tb_side_other(client)];

        put_number(row, CONN_PACKETS + i, side->packets);
        put_number(row, CONN_BYTES + i, side->bytes);
        put_number(row, CONN_PAYLOAD + i, side->payload);
        put_number(row, CONN_RESENT_BY + i, side->resent);
    }
    put_number(row, CONN_RESENT,
               (uint64_t)told->side[TB_SIDE_A].resent + told->side[TB_SIDE_B].resent);
    put_number(row, CONN_EXCHANGES, told->exchanges);
    put_number_if(row, CONN_HANDSHAKE, told->rtt_ns, told->has_rtt);
    put_times(row, CONN_MIN, &told->times);
}

void tb_row_conn(struct tb_row *row, const struct tb_tally_conn *told)
{
    const struct tb_conn *conn = told->conn;
    const enum tb_side client = tb_flow_client(&conn->flow);

    begin(row);
    put_number(row, CONN_NUMBER, conn->number);
    put_end(row, CONN_CLIENT, conn, client, LAST_FRAME);
    put_end(row, CONN_SERVER, conn, tb_side_other(client), LAST_FRAME);
    put_end_parts(row, CONN_ENDS, conn, client, LAST_FRAME);
    put_end_parts(row, CONN_ENDS + END_PARTS, conn, tb_side_other(client), LAST_FRAME);
    put_ending(row, conn);
    row->shared = is_shared(conn, TB_SIDE_A) || is_shared(conn, TB_SIDE_B);
    tb_row_conn_numbers(row, told);
}

static void put_line(struct tb_row *row, unsigned column, const char *line)
{
    if (line != NULL)
        put_outside(row, column, (struct tb_octet_string){ line, strlen(line) });
}

static void put_exchange_times(struct tb_row *row, const struct tb_tally_exchange *exchange)
{
    const unsigned both = TB_TALLY_RESPONSE_TIME | TB_TALLY_RESPONSE_DURATION;

    put_number_if(row, EXCHANGE_SEND, exchange->request_duration_ns,
                  (exchange->has & TB_TALLY_REQUEST_DURATION) != 0);
    put_number_if(row, EXCHANGE_WAIT, exchange->response_ns,
                  (exchange->has & TB_TALLY_RESPONSE_TIME) != 0);
    put_number_if(row, EXCHANGE_DURATION, exchange->response_duration_ns,
                  (exchange->has & TB_TALLY_RESPONSE_DURATION) != 0);
    put_number_if(row, EXCHANGE_TOTAL, exchange->response_ns + exchange->response_duration_ns,
                  (exchange->has & both) == both);
}

void tb_row_exchange(struct tb_row *row, const struct tb_tally_conn *told, uint32_t number)
{
    const struct tb_tally_exchange *exchange = &told->exchange[number - 1];
    const struct tb_conn *conn = told->conn;
    const enum tb_side client = tb_flow_client(&conn->flow);
    uint32_t
        frame[TB_ROLE_COUNT]; /* each end's own message tells whose it is, or else the other's */

    for (unsigned role = 0; role < TB_ROLE_COUNT; role++)
        frame[role] = exchange->frame[role] != 0 ? exchange->frame[role]
                                                 : exchange->frame[TB_ROLE_COUNT - 1 - role];
    begin(row);
    put_number(row, EXCHANGE_CONN, conn->number);
    put_number(row, EXCHANGE_NUMBER, number);
    put_line(row, EXCHANGE_REQUEST, exchange->line[TB_ROLE_CLIENT]);
    put_line(row, EXCHANGE_RESPONSE, exchange->line[TB_ROLE_SERVER]);
    put_number_if(row, EXCHANGE_REQUEST_FRAME, exchange->frame[TB_ROLE_CLIENT],
                  exchange->frame[TB_ROLE_CLIENT] != 0);
    put_number_if(row, EXCHANGE_RESPONSE_FRAME, exchange->frame[TB_ROLE_SERVER],
                  exchange->frame[TB_ROLE_SERVER] != 0);
    put_number_if(row, EXCHANGE_REQUEST_BYTES, exchange->request_bytes,
                  (exchange->has & TB_TALLY_REQUEST_BYTES) != 0);
    put_number_if(row, EXCHANGE_RESPONSE_BYTES, exchange->response_bytes,
                  (exchange->has & TB_TALLY_RESPONSE_BYTES) != 0);
    put_exchange_times(row, exchange);
    put_end(row, EXCHANGE_CLIENT, conn, client, frame[TB_ROLE_CLIENT]);
    put_end(row, EXCHANGE_SERVER, conn, tb_side_other(client), frame[TB_ROLE_SERVER]);
    put_end_parts(row, EXCHANGE_ENDS, conn, client, frame[TB_ROLE_CLIENT]);
    put_end_parts(row, EXCHANGE_ENDS + END_PARTS, conn, tb_side_other(client),
                  frame[TB_ROLE_SERVER]);
}

/* ---- processes */

static void free_process(void *data)
{
    struct tb_process *process = (struct tb_process *)data;

    g_array_free(process->conns, TRUE);
    tb_spread_free(&process->times);
    g_free(process);
}

static struct tb_process *make_process(const struct tb_ownership *ownership)
{
    struct tb_process *process = g_new0(struct tb_process, 1);

    process->ownership = ownership;
    process->conns = g_array_new(FALSE, FALSE, sizeof(struct tb_process_conn));
    return process;
}

void tb_processes_begin(struct tb_processes *processes)
{
    processes->by_key = g_hash_table_new_full(key_hash, key_equal, g_free, free_process);
    processes->in_order = g_ptr_array_new();
    processes->unknown = make_process(NULL);
}

void tb_processes_end(struct tb_processes *processes)
{
    g_ptr_array_free(processes->in_order, TRUE);
    g_hash_table_destroy(processes->by_key);
    free_process(processes->unknown);
}

static struct tb_process *find_process(struct tb_processes *processes,
                                       const struct tb_ownership *ownership)
{
    struct tb_process *process;
    struct key key;

    set_key(&key, &ownership->owner);
    process = (struct tb_process *)g_hash_table_lookup(processes->by_key, &key);
    if (process != NULL)
        return process;
    process = make_process(ownership);
    g_hash_table_insert(processes->by_key, g_memdup2(&key, sizeof(key)), process);
    g_ptr_array_add(processes->in_order, process);
    return process;
}

/* The processes that have had the side, each once; those who accepted it for another have not. */
static unsigned list_owners(struct tb_processes *processes, const struct tb_conn *conn,
                            enum tb_side side, struct tb_process **list, unsigned room)
{
    const struct tb_ownership *owner;
    unsigned count = 0;

    for (uint32_t n = 0; (owner = tb_owners_nth(conn, side, n)) != NULL && count < room; n++) {
        bool known = false;

        if (is_relay(conn, side, n))
            continue;
        list[count] = find_process(processes, owner);
        for (unsigned i = 0; i < count; i++)
            known |= list[i] == list[count];
        count += !known;
    }
    return count;
}

void tb_processes_add(struct tb_processes *processes, const struct tb_tally_conn *told,
                      void (*take)(void *data, struct tb_process *process,
                                   const struct tb_process_conn *conn),
                      void *data)
{
    enum {
        OWNERS_SHOWN = 8 /* of one end */
    };
    const enum tb_side client = tb_flow_client(&told->conn->flow);
    struct tb_process *list[OWNERS_SHOWN];
    struct tb_process_conn conn = { .number = told->conn->number };
    bool named = false;

    for (unsigned role = 0; role < TB_ROLE_COUNT && told->conn->doubted == 0; role++) {
        const enum tb_side side = role == TB_ROLE_CLIENT ? client : tb_side_other(client);
        const unsigned count = list_owners(processes, told->conn, side, list, OWNERS_SHOWN);

        conn.side = side;
        conn.shared = count > 1;
        for (unsigned i = 0; i < count; i++)
            take(data, list[i], &conn);
        named |= count > 0;
    }
    conn.side = client;
    conn.shared = false;
    if (!named)
        take(data, processes->unknown, &conn);
}

static void put_process_name(struct tb_row *row, unsigned column, const struct tb_process *process)
{
    char text[END_OCTETS];

    if (process->ownership == NULL) {
        put_word(row, column, label(row, TB_LABEL_STATS_UNKNOWN_PROCESS));
        return;
    }
    tb_text_owner_short(row->lang, &process->ownership->owner, text, sizeof(text));
    put_text(row, column, text);
}

static void put_process_parts(struct tb_row *row, const struct tb_owner *owner)
{
    put_outside(row, PROCESS_COMM, owner->text[TB_OWNER_COMM]);
    put_outside(row, PROCESS_USER, owner->text[TB_OWNER_USER]);
    put_outside(row, PROCESS_EXE, owner->text[TB_OWNER_EXE]);
    put_outside(row, PROCESS_CONTAINER, owner->text[TB_OWNER_CONTAINER]);
    put_number_if(row, PROCESS_PID, owner->pid, (owner->has & TB_OWNER_PID) != 0);
    put_number_if(row, PROCESS_UID, owner->uid, (owner->has & TB_OWNER_UID) != 0);
    put_number_if(row, PROCESS_START, owner->start_ns, (owner->has & TB_OWNER_START) != 0);
    put_word(row, PROCESS_CERTAINTY,
             tb_owner_certainty_name((enum tb_owner_certainty)owner->certainty));
}

void tb_row_process(struct tb_row *row, const struct tb_process *process)
{
    begin(row);
    put_process_name(row, PROCESS_NAME, process);
    if (process->ownership != NULL)
        put_process_parts(row, &process->ownership->owner);
    put_number(row, PROCESS_CONNS, process->conns->len);
    put_number(row, PROCESS_EXCHANGES, process->exchanges);
    put_number(row, PROCESS_SENT, process->sent);
    put_number(row, PROCESS_RECEIVED, process->received);
    put_number(row, PROCESS_RESENT, process->resent);
    put_times(row, PROCESS_MIN, &process->times);
}

void tb_row_process_conn(struct tb_row *row, const struct tb_process *process,
                         const struct tb_process_conn *conn, const struct tb_tally_conn *told)
{
    const enum tb_side client = tb_flow_client(&told->conn->flow);
    const enum tb_role role = conn->side == client ? TB_ROLE_CLIENT : TB_ROLE_SERVER;
    const enum tb_end how = tb_end_of(told->conn);

    begin(row);
    put_process_name(row, BELOW_PROCESS, process);
    put_number(row, BELOW_NUMBER, conn->number);
    put_word(row, BELOW_ROLE, tb_text_role(row->lang, role));
    put_word(row, BELOW_ROLE_NAME, tb_role_name(role));
    put_end(row, BELOW_PEER, told->conn, tb_side_other(conn->side), LAST_FRAME);
    put_number(row, BELOW_EXCHANGES, told->exchanges);
    put_number(row, BELOW_SENT, told->side[conn->side].bytes);
    put_number(row, BELOW_RECEIVED, told->side[tb_side_other(conn->side)].bytes);
    put_number(row, BELOW_RESENT, told->side[conn->side].resent);
    put_times(row, BELOW_MIN, &told->times);
    put_word(row, BELOW_END, label(row, tb_end_label(how, tb_end_by(told->conn, how), client)));
    put_number(row, BELOW_SHARED, conn->shared);
    row->shared = conn->shared;
    row->starred = !tb_end_is_complete(told->conn, how);
}

/* ---- */

size_t tb_value_write(const struct tb_column *column, const struct tb_value *value, char *text,
                      size_t size)
{
    const char *sign = value->number < 0 ? "-" : "";
    const uint64_t number =
        value->number < 0 ? 0 - (uint64_t)value->number : (uint64_t)value->number;
    const uint64_t us = (number + 500) / 1000; /* both kinds are shown to the microsecond */

    if (!value->known)
        return (size_t)snprintf(text, size, "-");
    switch ((enum tb_kind)column->kind) {
    case TB_KIND_TEXT:
        return (size_t)snprintf(text, size, "%s", value->text);
    case TB_KIND_MS:
        return (size_t)snprintf(text, size, "%s%" PRIu64 ".%03" PRIu64, sign, us / 1000, us % 1000);
    case TB_KIND_SECONDS:
        return (size_t)snprintf(text, size, "%s%" PRIu64 ".%06" PRIu64, sign, us / 1000000,
                                us % 1000000);
    case TB_KIND_COUNT:
    case TB_KIND_LONG:
    case TB_KIND_YES:
        break;
    }
    return (size_t)snprintf(text, size, "%s%" PRIu64, sign, number);
}
