/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tally.c - what the tap tells of segments, added up by connection and by exchange */
#include "tally.h"

#include <string.h>

enum {
    FIRST_ROOM = 64,
    FIRST_EXCHANGES = 2,
    LINE_OCTETS = 255 /* kept of a start line */
};

static int64_t relative_ns(const packet_info *pinfo)
{
    return (int64_t)pinfo->rel_ts.secs * 1000000000 + pinfo->rel_ts.nsecs;
}

/* The array with room for `wanted`; what is new is zero. */
static void *grown(void *array, uint32_t *room, uint32_t wanted, uint32_t first, size_t size)
{
    const uint32_t before = *room;

    if (wanted <= before)
        return array;
    if (*room == 0)
        *room = first;
    while (*room < wanted)
        *room *= 2;
    array = g_realloc_n(array, *room, size);
    memset((uint8_t *)array + before * size, 0, (*room - before) * size);
    return array;
}

static struct tb_tally_conn *find_conn(struct tb_tally *tally, const struct tb_conn *conn)
{
    tally->conn = (struct tb_tally_conn *)grown(tally->conn, &tally->room, conn->number, FIRST_ROOM,
                                                sizeof(struct tb_tally_conn));
    if (tally->count < conn->number)
        tally->count = conn->number;
    return &tally->conn[conn->number - 1];
}

static void count_segment(struct tb_tally_conn *told, const packet_info *pinfo,
                          const struct tb_visit *visit)
{
    const struct tb_event *event = &visit->record.event;
    const enum tb_side from = tb_conn_sender(visit->conn, &visit->end[0], visit->port[0]);
    struct tb_tally_side *side = &told->side[from];
    const int64_t now = relative_ns(pinfo);

    if (told->conn == NULL || now < told->first_ns)
        told->first_ns = now;
    if (told->conn == NULL || now > told->last_ns)
        told->last_ns = now;
    told->conn = visit->conn;
    side->packets++;
    side->bytes += pinfo->fd->pkt_len;
    side->payload += event->fresh;
    side->resent +=
        event->step == TB_STEP_RETRANSMISSION || event->step == TB_STEP_FAST_RETRANSMISSION;
    if ((event->has & TB_EVENT_RTT) != 0) {
        told->rtt_ns = event->rtt_ns;
        told->has_rtt = true;
    }
}

/* ---- exchanges */

static void set(struct tb_tally_exchange *exchange, unsigned what, uint64_t *place, uint64_t number)
{
    exchange->has = (uint8_t)(exchange->has | what);
    *place = number;
}

static void take_line(struct tb_tally_exchange *exchange, const struct tb_visit *visit,
                      enum tb_role role)
{
    const struct tb_segment *segment = &visit->segment;
    const uint32_t start = visit->record.event.http_start[role];
    uint32_t length = 0;

    if (exchange->line[role] != NULL || start >= segment->captured)
        return;
    while (length < LINE_OCTETS && start + length < segment->captured &&
           segment->payload[start + length] != '\r' && segment->payload[start + length] != '\n')
        length++;
    exchange->line[role] = g_strndup((const char *)segment->payload + start, length);
}

/* The event's numbers are those of the last exchange that the segment has bytes of. */
static void take_numbers(struct tb_tally_exchange *exchange, const struct tb_event *event)
{
    if ((event->has & TB_EVENT_REQUEST_BYTES) != 0)
        set(exchange, TB_TALLY_REQUEST_BYTES, &exchange->request_bytes, event->request_bytes);
    if (event->role == TB_ROLE_CLIENT) {
        if ((event->has & TB_EVENT_REQUEST_DURATION) != 0)
            set(exchange, TB_TALLY_REQUEST_DURATION, &exchange->request_duration_ns,
                event->request_duration_ns);
        return;
    }
    if ((event->has & TB_EVENT_RESPONSE_BYTES) != 0)
        set(exchange, TB_TALLY_RESPONSE_BYTES, &exchange->response_bytes, event->response_bytes);
    if ((event->has & TB_EVENT_RESPONSE_TIME) != 0)
        set(exchange, TB_TALLY_RESPONSE_TIME, &exchange->response_ns, event->response_time_ns);
    if ((event->has & TB_EVENT_RESPONSE_DURATION) != 0)
        set(exchange, TB_TALLY_RESPONSE_DURATION, &exchange->response_duration_ns,
            event->response_duration_ns);
}

/* Of an exchange before the last one: it ends here, and that is all that is said of it. */
static void end_response(struct tb_tally_exchange *exchange, int64_t now)
{
    exchange->has &= (uint8_t)~TB_TALLY_RESPONSE_BYTES;
    if ((exchange->has & TB_TALLY_RESPONSE_STARTED) != 0 && now >= exchange->response_began_ns)
        set(exchange, TB_TALLY_RESPONSE_DURATION, &exchange->response_duration_ns,
            (uint64_t)(now - exchange->response_began_ns));
}

/* The exchange whose message starts where the event says: the first one that starts here; 0: it is
 * not certain which that is. */
static uint32_t starts_here(const struct tb_visit *visit)
{
    const struct tb_event *event = &visit->record.event;

    if (event->exchange == event->exchange_last)
        return event->exchange;
    if (event->fresh != visit->segment.length)
        return 0;
    return event->exchange + (event->http_start[event->role] != 0);
}

static void take_exchange(struct tb_tally_exchange *exchange, uint32_t number,
                          const packet_info *pinfo, const struct tb_visit *visit)
{
    const struct tb_event *event = &visit->record.event;
    const enum tb_role role = event->role;
    const unsigned line = role == TB_ROLE_CLIENT
                              ? TB_EVENT_HTTP_REQUEST
                              : TB_EVENT_HTTP_RESPONSE | TB_EVENT_RESPONSE_STARTS;

    exchange->frame[role] = pinfo->num;
    if ((event->has & line) == line && starts_here(visit) == number)
        take_line(exchange, visit, role);
    if (number != event->exchange_last) {
        if (role == TB_ROLE_CLIENT)
            exchange->has &= (uint8_t)~TB_TALLY_REQUEST_BYTES;
        else
            end_response(exchange, relative_ns(pinfo));
        return;
    }
    take_numbers(exchange, event);
    if (role == TB_ROLE_SERVER && (event->has & TB_EVENT_RESPONSE_STARTS) != 0) {
        exchange->response_began_ns = relative_ns(pinfo);
        exchange->has |= TB_TALLY_RESPONSE_STARTED;
    }
}

static void take_exchanges(struct tb_tally_conn *told, const packet_info *pinfo,
                           const struct tb_visit *visit)
{
    const struct tb_event *event = &visit->record.event;

    told->exchange = (struct tb_tally_exchange *)grown(told->exchange, &told->exchange_room,
                                                       event->exchange_last, FIRST_EXCHANGES,
                                                       sizeof(struct tb_tally_exchange));
    for (uint32_t i = event->exchange; i <= event->exchange_last; i++)
        take_exchange(&told->exchange[i - 1], i, pinfo, visit);
}

/* A number is counted when the first of its bytes are told: numbers ascend by their requests. */
static void count_exchanges(struct tb_tally_conn *told, const struct tb_event *event)
{
    const uint32_t known = told->exchange_last;
    const unsigned timed = TB_EVENT_RESPONSE_STARTS | TB_EVENT_RESPONSE_TIME;

    if (event->exchange_last > known) {
        told->exchanges +=
            event->exchange_last - (event->exchange > known ? event->exchange - 1 : known);
        told->exchange_last = event->exchange_last;
    }
    if ((event->has & timed) == timed)
        tb_spread_add(&told->times, event->response_time_ns);
}

struct tb_tally_conn *tb_tally_take(struct tb_tally *tally, const packet_info *pinfo,
                                    const struct tb_visit *visit)
{
    const struct tb_event *event = &visit->record.event;
    struct tb_tally_conn *told;

    if (visit->conn == NULL)
        return NULL;
    told = find_conn(tally, visit->conn);
    count_segment(told, pinfo, visit);
    if (event->exchange != 0 && event->fresh != 0) {
        count_exchanges(told, event);
        if (tally->keep_exchanges)
            take_exchanges(told, pinfo, visit);
    }
    return told;
}

static void free_exchanges(struct tb_tally_conn *told)
{
    for (uint32_t i = 0; i < told->exchange_room; i++)
        for (unsigned role = 0; role < TB_ROLE_COUNT; role++)
            g_free(told->exchange[i].line[role]);
    g_free(told->exchange);
}

void tb_tally_reset(struct tb_tally *tally)
{
    for (uint32_t i = 0; i < tally->count; i++) {
        free_exchanges(&tally->conn[i]);
        tb_spread_free(&tally->conn[i].times);
    }
    g_free(tally->conn);
    tally->conn = NULL;
    tally->room = 0;
    tally->count = 0;
}
