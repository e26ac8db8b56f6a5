/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loop.c - packets from the interfaces to the file, until something ends it
 *
 * An end by a signal or by time is a moment: the packets from before it are in the kernel's buffers
 * still, so reading goes on until they must have come, and leaves out what is later. */
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clocks.h"
#include "status.h"

#define BATCH        1024
#define HAND_OVER_NS (2 * TB_NS_PER_MS * TB_CAPTURE_DELAY_MS) /* from the kernel, at most */
#define HOLD_NS      (20 * TB_NS_PER_MS)
#define PENDING_MAX  (64u << 20) /* octets */
#define PATIENCE_NS  (5 * TB_NS_PER_S)
#define STATUS_NS    (500 * TB_NS_PER_MS)
#define RECHECK_NS   (200 * TB_NS_PER_MS) /* of an interface that is down */
#define FIXED_FDS    2u

struct loop {
    struct tb_session *session;
    struct tb_complaint *complaint;
    int status;     /* of the first failure */
    size_t reading; /* the source that is being read */
    bool is_ending;
    uint64_t end_ns; /* CLOCK_MONOTONIC: read no longer than this */
    uint64_t status_ns;
};

/* --- Packets ------------------------------------------------------------------------------- */

static void fail(struct loop *loop, int status)
{
    if (loop->status == 0)
        loop->status = status;
    loop->session->verdict = TB_LIMITS_STOP;
}

static void fail_for_memory(struct loop *loop)
{
    fail(loop, tb_complain(loop->complaint, TB_EXIT_REFUSED, "packet", "out of memory"));
}

static void put(struct loop *loop, const struct tb_packet *packet)
{
    static const struct tb_owner *const nobody[2];
    struct tb_session *session = loop->session;
    int status =
        tb_sink_put(session->sink, packet, NULL, nobody, &session->verdict, loop->complaint);

    if (status == 0 && session->verdict == TB_LIMITS_NEXT_FILE) {
        session->verdict = TB_LIMITS_GO_ON;
        status = tb_sink_next_file(session->sink, loop->complaint);
    }
    if (status != 0)
        fail(loop, status);
}

static bool make_scratch(struct tb_session *session, uint32_t captured)
{
    struct tb_packet *larger;

    if (session->scratch != NULL && captured <= session->scratch_octets)
        return true;
    larger = realloc(session->scratch, sizeof *larger + captured);
    if (larger == NULL)
        return false;
    session->scratch = larger;
    session->scratch_octets = captured;
    return true;
}

static void take_packet(uint64_t time_ns, const uint8_t *data, uint32_t captured, uint32_t length,
                        void *context)
{
    struct loop *loop = context;
    struct tb_session *session = loop->session;
    struct tb_packet *packet;

    if (session->verdict == TB_LIMITS_STOP || (session->last_ns != 0 && time_ns > session->last_ns))
        return;
    if (session->count > 1) {
        packet = tb_packet_new(data, captured, length);
        if (packet == NULL) {
            fail_for_memory(loop);
            return;
        }
        packet->time_ns = time_ns;
        packet->source = (uint32_t)loop->reading;
        tb_packet_list_add(&session->pending, packet);
        return;
    }
    if (!make_scratch(session, captured)) {
        fail_for_memory(loop);
        return;
    }
    packet = session->scratch;
    *packet = (struct tb_packet){ .time_ns = time_ns, .captured = captured, .length = length };
    memcpy(packet->data, data, captured);
    put(loop, packet);
}

/* Writes what has waited long enough, or all. */
static void write_pending(struct loop *loop, bool all)
{
    struct tb_session *session = loop->session;
    struct tb_packet_list *pending = &session->pending;
    uint64_t now_ns = tb_realtime_ns();

    while (session->verdict != TB_LIMITS_STOP && pending->first != NULL &&
           (all || pending->octets > PENDING_MAX || pending->first->time_ns + HOLD_NS <= now_ns)) {
        struct tb_packet *packet = tb_packet_list_take(pending);

        put(loop, packet);
        free(packet);
    }
}

/* --- Sources ------------------------------------------------------------------------------- */

static bool any_left(const struct tb_session *session)
{
    for (size_t i = 0; i < session->count; i++)
        if (!session->sources[i].is_gone)
            return true;
    return false;
}

/* One of several is a warning; without the last one there is nothing left to do. */
static void lose_source(struct loop *loop, struct tb_source *source, int error)
{
    struct tb_session *session = loop->session;
    struct tb_complaint warning;
    const char *reason = error == -ENODEV ? "the interface has gone" : strerror(-error);

    tb_session_count(session);
    source->is_gone = true;
    if (any_left(session)) {
        (void)tb_complain(&warning, TB_EXIT_OK, source->name, "%s; the others go on", reason);
        tb_status_clear(session);
        tb_complaint_print(stderr, &warning);
        return;
    }
    write_pending(loop, true);
    fail(loop, tb_complain(loop->complaint, TB_EXIT_REFUSED, source->name,
                           "%s; the file has what came before", reason));
}

static void source_is_down(struct loop *loop, struct tb_source *source)
{
    struct tb_complaint warning;

    if (source->is_down)
        return;
    source->is_down = true;
    (void)tb_complain(&warning, TB_EXIT_OK, source->name,
                      "the interface is down; waiting for it to come up again");
    tb_status_clear(loop->session);
    tb_complaint_print(stderr, &warning);
}

static void read_source(struct loop *loop, size_t i)
{
    struct tb_source *source = &loop->session->sources[i];
    int got;

    loop->reading = i;
    got = tb_capture_read(source->capture, BATCH, take_packet, loop);
    if (got == -ENETDOWN)
        source_is_down(loop, source);
    else if (got < 0)
        lose_source(loop, source, got);
    else if (got > 0)
        source->is_down = false;
}

static void read_sources(struct loop *loop)
{
    struct tb_session *session = loop->session;

    for (size_t i = 0; i < session->count && session->verdict != TB_LIMITS_STOP; i++)
        if (!session->sources[i].is_gone && !tb_sink_is_full(session->sink))
            read_source(loop, i);
}

/* --- Ending -------------------------------------------------------------------------------- */

/* What is later than now is not wanted any more. */
static void begin_to_end(struct loop *loop)
{
    if (loop->is_ending)
        return;
    loop->is_ending = true;
    loop->session->last_ns = tb_realtime_ns();
    loop->end_ns = tb_monotonic_ns() + HAND_OVER_NS;
}

static void obey_time(struct loop *loop)
{
    struct tb_session *session = loop->session;
    int status;

    if (loop->is_ending)
        return;
    switch (tb_limits_at(&session->options->limits, tb_sink_progress(session->sink),
                         tb_monotonic_ns(), tb_realtime_ns() / TB_NS_PER_S)) {
    case TB_LIMITS_GO_ON:
        return;
    case TB_LIMITS_NEXT_FILE:
        status = tb_sink_next_file(session->sink, loop->complaint);
        if (status != 0)
            fail(loop, status);
        return;
    case TB_LIMITS_STOP:
        begin_to_end(loop);
        return;
    }
}

static uint64_t least(uint64_t one, uint64_t other)
{
    return one < other ? one : other;
}

/* Whole milliseconds, rounded up: to wake too early is to wake again and again. */
static int wait_ms(const struct loop *loop)
{
    const struct tb_session *session = loop->session;
    uint64_t now_ns = tb_monotonic_ns();
    uint64_t wait_ns = tb_limits_wait_ns(&session->options->limits, tb_sink_progress(session->sink),
                                         now_ns, tb_realtime_ns());

    wait_ns = least(wait_ns, loop->status_ns > now_ns ? loop->status_ns - now_ns : 0);
    if (session->pending.first != NULL)
        wait_ns = least(wait_ns, HOLD_NS / 2);
    if (loop->is_ending)
        wait_ns = least(wait_ns, loop->end_ns > now_ns ? loop->end_ns - now_ns : 0);
    return (int)((wait_ns + TB_NS_PER_MS - 1) / TB_NS_PER_MS);
}

/* A source that is down would wake us at once: it is asked now and then. */
static bool is_polled(const struct tb_session *session, const struct tb_source *source)
{
    return !source->is_gone && !source->is_down && !tb_sink_is_full(session->sink);
}

static void wait_for_something(struct loop *loop)
{
    struct tb_session *session = loop->session;
    struct pollfd polled[FIXED_FDS + TB_INTERFACES_MAX];
    bool is_waiting;
    int stream = tb_sink_stream_fd(session->sink, &is_waiting);
    uint64_t down_ns = STATUS_NS;

    polled[0] = (struct pollfd){ .fd = loop->is_ending ? -1 : session->signals, .events = POLLIN };
    polled[1] = (struct pollfd){ .fd = stream, .events = is_waiting ? POLLOUT : 0 };
    for (size_t i = 0; i < session->count; i++) {
        const struct tb_source *source = &session->sources[i];

        if (source->is_down)
            down_ns = RECHECK_NS;
        polled[FIXED_FDS + i] =
            (struct pollfd){ .fd = is_polled(session, source) ? tb_capture_fd(source->capture) : -1,
                             .events = POLLIN };
    }
    if (poll(polled, FIXED_FDS + session->count,
             (int)least((uint64_t)wait_ms(loop), down_ns / TB_NS_PER_MS)) <= 0)
        return;
    if (polled[0].revents != 0)
        begin_to_end(loop);
    if ((polled[1].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0)
        fail(loop, tb_sink_lose_reader(session->sink, loop->complaint));
}

static void show_status(struct loop *loop)
{
    uint64_t now_ns = tb_monotonic_ns();

    if (now_ns < loop->status_ns)
        return;
    loop->status_ns = now_ns + STATUS_NS;
    tb_session_count(loop->session);
    tb_status_show(loop->session);
}

static void flush(struct loop *loop)
{
    int status;

    if (loop->status != 0)
        return;
    status = tb_sink_flush(loop->session->sink, loop->complaint);
    if (status != 0)
        fail(loop, status);
}

int tb_loop_run(struct tb_session *session, struct tb_complaint *complaint)
{
    struct loop loop = { .session = session, .complaint = complaint };
    struct tb_complaint later;
    int status;

    while (session->verdict != TB_LIMITS_STOP) {
        wait_for_something(&loop);
        if (session->verdict == TB_LIMITS_STOP)
            break;
        read_sources(&loop);
        write_pending(&loop, false);
        flush(&loop);
        obey_time(&loop);
        show_status(&loop);
        if (loop.is_ending && tb_monotonic_ns() >= loop.end_ns)
            break;
    }
    write_pending(&loop, true);
    tb_session_count(session);
    if (tb_sink_has_failed(session->sink))
        return loop.status;
    /* the statistics are due even where the capture failed; the first complaint is the one said */
    status = tb_sink_end(session->sink, PATIENCE_NS, loop.status == 0 ? complaint : &later);
    return loop.status != 0 ? loop.status : status;
}
