/* SPDX-License-Identifier: GPL-2.0-or-later */
/* columns.c - the columns of the tables of the statistics */
#include "columns.h"

#include <assert.h>

#include "rows.h"

#define T TB_SEEN_TERMINAL
#define J TB_SEEN_JSON
#define W TB_SEEN_WINDOW

#define COLUMN(key, label, kind, seen, line, width)                                                \
    {                                                                                              \
        key, TB_LABEL_##label, TB_KIND_##kind, seen, line, width                                   \
    }
#define JSON_ONLY(key, kind) COLUMN(key, STATS_NO, kind, J, 0, 0)
#define JSON_END(role)                                                                             \
    JSON_ONLY(role "_address", TEXT), JSON_ONLY(role "_process", TEXT),                            \
        JSON_ONLY(role "_pid", LONG), JSON_ONLY(role "_certainty", TEXT),                          \
        JSON_ONLY(role "_shared", YES)

static const struct tb_column conn_columns[] = {
    [CONN_NUMBER] = COLUMN("connection", STATS_NO, COUNT, T | J | W, 0, 6),
    [CONN_CLIENT] = COLUMN(NULL, STATS_CLIENT, TEXT, T | W, 0, 35),
    [CONN_SERVER] = COLUMN(NULL, STATS_SERVER, TEXT, T | W, 0, 0),
    [CONN_ENDS] = JSON_END("client"),
    JSON_END("server"),
    [CONN_START] = COLUMN("start", STATS_START, SECONDS, T | J | W, 1, 16),
    [CONN_DURATION] = COLUMN("duration", STATS_DURATION, SECONDS, T | J | W, 1, 12),
    [CONN_PACKETS] = COLUMN("client_packets", STATS_PACKETS_UP, COUNT, T | J | W, 1, 11),
    COLUMN("server_packets", STATS_PACKETS_DOWN, COUNT, T | J | W, 1, 11),
    [CONN_BYTES] = COLUMN("client_bytes", STATS_BYTES_UP, LONG, T | J | W, 1, 11),
    COLUMN("server_bytes", STATS_BYTES_DOWN, LONG, T | J | W, 1, 11),
    [CONN_RESENT] = COLUMN(NULL, STATS_RESENT, COUNT, T | W, 1, 8),
    [CONN_PAYLOAD] = JSON_ONLY("client_payload", LONG),
    JSON_ONLY("server_payload", LONG),
    [CONN_RESENT_BY] = JSON_ONLY("client_resent", COUNT),
    JSON_ONLY("server_resent", COUNT),
    [CONN_EXCHANGES] = COLUMN("exchanges", STATS_EXCHANGE_COUNT, COUNT, T | J | W, 2, 16),
    [CONN_HANDSHAKE] = COLUMN("handshake", STATS_HANDSHAKE, MS, T | J | W, 2, 11),
    [CONN_MIN] = COLUMN("response_min", STATS_MIN, MS, T | J | W, 2, 9),
    [CONN_MEAN] = COLUMN("response_mean", STATS_MEAN, MS, T | J | W, 2, 9),
    [CONN_P95] = COLUMN("response_p95", STATS_P95, MS, T | J | W, 2, 9),
    [CONN_MAX] = COLUMN("response_max", STATS_MAX, MS, T | J | W, 2, 9),
    [CONN_END] = COLUMN(NULL, STATS_END, TEXT, T | W, 2, 0),
    [CONN_HOW] = JSON_ONLY("end", TEXT),
    [CONN_CLOSED_BY] = JSON_ONLY("closed_by", TEXT),
    [CONN_COMPLETE] = COLUMN("complete", STATS_COMPLETE, YES, J | W, 0, 0),
};

const struct tb_columns tb_conn_columns = { conn_columns, CONN_COLUMNS };
static_assert(sizeof(conn_columns) / sizeof(conn_columns[0]) == CONN_COLUMNS, "a row for each");
static_assert((size_t)CONN_COLUMNS <= TB_COLUMNS_MAX, "a row has room");

static const struct tb_column exchange_columns[] = {
    [EXCHANGE_CONN] = COLUMN("connection", STATS_CONN_NO, COUNT, T | J | W, 0, 6),
    [EXCHANGE_NUMBER] = COLUMN("exchange", STATS_EXCHANGE_NO, COUNT, T | J | W, 0, 6),
    [EXCHANGE_REQUEST] = COLUMN("request", STATS_REQUEST, TEXT, T | J | W, 0, 32),
    [EXCHANGE_RESPONSE] = COLUMN("response", STATS_RESPONSE, TEXT, T | J | W, 0, 0),
    [EXCHANGE_REQUEST_FRAME] = COLUMN("request_frame", STATS_REQUEST_FRAME, LONG, T | J | W, 1, 16),
    [EXCHANGE_REQUEST_BYTES] = COLUMN("request_bytes", STATS_REQUEST_BYTES, LONG, T | J | W, 1, 11),
    [EXCHANGE_SEND] = COLUMN("request_duration", STATS_SEND, MS, T | J | W, 1, 9),
    [EXCHANGE_RESPONSE_FRAME] =
        COLUMN("response_frame", STATS_RESPONSE_FRAME, LONG, T | J | W, 1, 13),
    [EXCHANGE_RESPONSE_BYTES] =
        COLUMN("response_bytes", STATS_RESPONSE_BYTES, LONG, T | J | W, 1, 12),
    [EXCHANGE_WAIT] = COLUMN("response_time", STATS_WAIT, MS, T | J | W, 1, 8),
    [EXCHANGE_DURATION] = JSON_ONLY("response_duration", MS),
    [EXCHANGE_TOTAL] = COLUMN(NULL, STATS_TOTAL, MS, T | W, 1, 10),
    [EXCHANGE_CLIENT] = COLUMN(NULL, STATS_CLIENT, TEXT, W, 0, 0),
    [EXCHANGE_SERVER] = COLUMN(NULL, STATS_SERVER, TEXT, W, 0, 0),
    [EXCHANGE_ENDS] = JSON_END("client"),
    JSON_END("server"),
};

const struct tb_columns tb_exchange_columns = { exchange_columns, EXCHANGE_COLUMNS };
static_assert(sizeof(exchange_columns) / sizeof(exchange_columns[0]) == EXCHANGE_COLUMNS,
              "a row for each");

static const struct tb_column process_columns[] = {
    [PROCESS_NAME] = COLUMN(NULL, STATS_PROCESSES, TEXT, T, 0, 38),
    [PROCESS_COMM] = JSON_ONLY("process", TEXT),
    [PROCESS_PID] = JSON_ONLY("pid", LONG),
    [PROCESS_START] = JSON_ONLY("started_after_boot", SECONDS),
    [PROCESS_UID] = JSON_ONLY("uid", LONG),
    [PROCESS_USER] = JSON_ONLY("user", TEXT),
    [PROCESS_EXE] = JSON_ONLY("exe", TEXT),
    [PROCESS_CONTAINER] = JSON_ONLY("container", TEXT),
    [PROCESS_CERTAINTY] = JSON_ONLY("certainty", TEXT),
    [PROCESS_CONNS] = COLUMN(NULL, STATS_CONNS, COUNT, T, 0, 7),
    [PROCESS_EXCHANGES] = COLUMN("exchanges", STATS_EXCHANGE_COUNT, COUNT, T | J, 0, 10),
    [PROCESS_SENT] = COLUMN("sent_bytes", STATS_SENT, LONG, T | J, 0, 12),
    [PROCESS_RECEIVED] = COLUMN("received_bytes", STATS_RECEIVED, LONG, T | J, 0, 12),
    [PROCESS_RESENT] = COLUMN("resent", STATS_RESENT, COUNT, T | J, 1, 45),
    [PROCESS_MIN] = COLUMN("response_min", STATS_MIN, MS, T | J, 1, 9),
    [PROCESS_MEAN] = COLUMN("response_mean", STATS_MEAN, MS, T | J, 1, 9),
    [PROCESS_P95] = COLUMN("response_p95", STATS_P95, MS, T | J, 1, 8),
    [PROCESS_MAX] = COLUMN("response_max", STATS_MAX, MS, T | J, 1, 8),
};

const struct tb_columns tb_process_columns = { process_columns, PROCESS_COLUMNS };
static_assert(sizeof(process_columns) / sizeof(process_columns[0]) == PROCESS_COLUMNS,
              "a row for each");

static const struct tb_column below_columns[] = {
    [BELOW_PROCESS] = COLUMN(NULL, STATS_PROCESSES, TEXT, W, 0, 0),
    [BELOW_NUMBER] = COLUMN("connection", STATS_NO, COUNT, T | J | W, 0, 6),
    [BELOW_ROLE] = COLUMN(NULL, STATS_ROLE, TEXT, T | W, 0, 12),
    [BELOW_ROLE_NAME] = JSON_ONLY("role", TEXT),
    [BELOW_PEER] = COLUMN("peer", STATS_PEER, TEXT, T | J | W, 0, 30),
    [BELOW_EXCHANGES] = COLUMN("exchanges", STATS_EXCHANGE_COUNT, COUNT, T | J | W, 0, 9),
    [BELOW_SENT] = COLUMN("sent_bytes", STATS_SENT, LONG, T | J | W, 0, 10),
    [BELOW_RECEIVED] = COLUMN("received_bytes", STATS_RECEIVED, LONG, T | J | W, 0, 10),
    [BELOW_RESENT] = COLUMN("resent", STATS_RESENT, COUNT, J | W, 0, 0),
    [BELOW_MIN] = COLUMN("response_min", STATS_MIN, MS, J | W, 0, 0),
    [BELOW_MEAN] = COLUMN("response_mean", STATS_MEAN, MS, J | W, 0, 0),
    [BELOW_P95] = COLUMN("response_p95", STATS_P95, MS, J | W, 0, 0),
    [BELOW_MAX] = COLUMN("response_max", STATS_MAX, MS, J | W, 0, 0),
    [BELOW_END] = COLUMN(NULL, STATS_END, TEXT, W, 0, 0),
    [BELOW_SHARED] = JSON_ONLY("shared", YES),
};

const struct tb_columns tb_process_conn_columns = { below_columns, BELOW_COLUMNS };
static_assert(sizeof(below_columns) / sizeof(below_columns[0]) == BELOW_COLUMNS, "a row for each");
