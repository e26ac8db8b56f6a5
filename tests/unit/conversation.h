/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conversation.h - a connection as a table: one row a segment, and what is expected of it */
#ifndef TB_TEST_CONVERSATION_H
#define TB_TEST_CONVERSATION_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flow.h"

#define MARK(name) (1u << TB_MARK_##name)

struct row {
    char who; /* 'c' or 's': the end with the higher, or the lower, port */
    unsigned flags;
    uint32_t seq;
    uint32_t ack;
    const char *data;
    uint32_t length;  /* where data is NULL: octets not captured */
    unsigned window;  /* 0: 1000; NO_WINDOW: 0 */
    unsigned scale;   /* shift count plus 1; 0: no option */
    unsigned options; /* TB_HAS_... */
    struct tb_range sack[2];
    uint64_t at_us; /* 0: 10 us after the row before */
    enum tb_phase phase;
    enum tb_step step;
    enum tb_state client;
    enum tb_state server;
    unsigned marks;
    uint32_t exchange;
    bool next_flow; /* this segment is expected to open the next connection */
};

enum {
    NO_WINDOW = 0x10000
};

struct conversation {
    struct tb_flow flow;
    struct tb_event event; /* of the last row */
    uint64_t now_ns;
    uint32_t frame;
};

static const uint16_t conversation_ports[TB_SIDE_COUNT] = { 49152, 80 };

static inline void conversation_begin(struct conversation *talk)
{
    memset(talk, 0, sizeof *talk);
    tb_flow_init(&talk->flow, conversation_ports, NULL);
}

static inline void segment_of_row(struct conversation *talk, const struct row *row,
                                  struct tb_segment *segment)
{
    memset(segment, 0, sizeof *segment);
    talk->now_ns = row->at_us != 0 ? row->at_us * 1000 : talk->now_ns + 10000;
    segment->time_ns = talk->now_ns;
    segment->frame = ++talk->frame;
    segment->from = row->who == 'c' ? TB_SIDE_A : TB_SIDE_B;
    segment->seq = row->seq;
    segment->ack = row->ack;
    segment->flags = (uint16_t)row->flags;
    segment->window = row->window == 0           ? 1000
                      : row->window == NO_WINDOW ? 0
                                                 : (uint16_t)row->window;
    segment->has = (uint8_t)row->options;
    if (row->scale != 0) {
        segment->has |= TB_HAS_WSCALE;
        segment->wscale = (uint8_t)(row->scale - 1);
    }
    if (row->data != NULL) {
        segment->payload = (const uint8_t *)row->data;
        segment->captured = (uint32_t)strlen(row->data);
    }
    segment->length = row->data != NULL ? segment->captured : row->length;
    while (segment->sack_count < 2 && row->sack[segment->sack_count].to != 0) {
        segment->sack[segment->sack_count] = row->sack[segment->sack_count];
        segment->sack_count++;
    }
}

static inline void print_marks(const char *title, unsigned marks)
{
    fprintf(stderr, "  %s:", title);
    for (unsigned i = 0; i < TB_MARK_COUNT; i++) {
        if ((marks >> i & 1u) != 0)
            fprintf(stderr, " %s", tb_mark_name((enum tb_mark)i));
    }
    fprintf(stderr, "\n");
}

static inline void expect_event(const struct tb_event *event, const struct row *row, size_t index)
{
    if (event->phase == row->phase && event->step == row->step &&
        event->state[TB_ROLE_CLIENT] == row->client &&
        event->state[TB_ROLE_SERVER] == row->server && event->marks == row->marks &&
        event->exchange == row->exchange)
        return;
    fprintf(stderr,
            "row %zu:\n  got      %s/%s, %s / %s, exchange %u\n  expected %s/%s, %s / %s, exchange "
            "%u\n",
            index + 1, tb_phase_name(event->phase), tb_step_name(event->step),
            tb_state_name(event->state[TB_ROLE_CLIENT]),
            tb_state_name(event->state[TB_ROLE_SERVER]), event->exchange, tb_phase_name(row->phase),
            tb_step_name(row->step), tb_state_name(row->client), tb_state_name(row->server),
            row->exchange);
    print_marks("got marks", event->marks);
    print_marks("expected marks", row->marks);
    fail();
}

static inline void say_row(struct conversation *talk, const struct row *row, size_t index)
{
    struct tb_segment segment;
    bool follows;

    segment_of_row(talk, row, &segment);
    follows = tb_flow_is_followed_by(&talk->flow, &segment);
    if (follows != row->next_flow)
        fprintf(stderr, "row %zu: %s\n", index + 1,
                follows ? "opens a new connection" : "does not open a new connection");
    assert_true(follows == row->next_flow);
    if (follows) {
        struct tb_flow before = talk->flow;

        tb_flow_init(&talk->flow, conversation_ports, &before);
    }
    tb_flow_step(&talk->flow, &segment, &talk->event);
    expect_event(&talk->event, row, index);
}

static inline void say_rows(struct conversation *talk, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        say_row(talk, &rows[i], i);
}

#define SAY(talk, rows) say_rows(talk, rows, sizeof(rows) / sizeof((rows)[0]))

/* A handshake with ISNs 1000 and 5000, and no window scaling. */
static const struct row handshake_rows[] = {
    { 'c', TB_SYN, 1000, 0, .phase = TB_PHASE_HANDSHAKE, .step = TB_STEP_SYN,
      .client = TB_STATE_SYN_SENT, .server = TB_STATE_SYN_RECEIVED },
    { 's', TB_SYN | TB_ACK, 5000, 1001, .phase = TB_PHASE_HANDSHAKE, .step = TB_STEP_SYN_ACK,
      .client = TB_STATE_ESTABLISHED, .server = TB_STATE_SYN_RECEIVED },
    { 'c', TB_ACK, 1001, 5001, .phase = TB_PHASE_HANDSHAKE, .step = TB_STEP_HANDSHAKE_ACK,
      .client = TB_STATE_ESTABLISHED, .server = TB_STATE_ESTABLISHED },
};

static inline void conversation_open(struct conversation *talk)
{
    conversation_begin(talk);
    SAY(talk, handshake_rows);
}

#define HANDSHAKE(name)  .phase = TB_PHASE_HANDSHAKE, .step = TB_STEP_##name
#define REQUEST(name)    .phase = TB_PHASE_REQUEST, .step = TB_STEP_##name
#define RESPONSE(name)   .phase = TB_PHASE_RESPONSE, .step = TB_STEP_##name
#define WINDOW(name)     .phase = TB_PHASE_WINDOW_UPDATE, .step = TB_STEP_##name
#define KEEP_ALIVE(name) .phase = TB_PHASE_KEEP_ALIVE, .step = TB_STEP_##name
#define TEARDOWN(name)   .phase = TB_PHASE_TEARDOWN, .step = TB_STEP_##name
#define RESET(name)      .phase = TB_PHASE_RESET, .step = TB_STEP_##name
#define STATES(a, b)     .client = TB_STATE_##a, .server = TB_STATE_##b

#endif
