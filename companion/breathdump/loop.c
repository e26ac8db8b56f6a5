/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loop.c - packets from the interfaces to the file, until something ends it
 *
 * An end by a signal or by time is a moment: the packets from before it are in the kernel's buffers
 * still, so reading goes on until they must have come, and leaves out what is later.
 *
 * Whom a packet belongs to is known when it is read, nearly always: the events are there by then.
 * For the rest it waits, and what is behind it too, so that the file stays in order. */
#include "loop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "clocks.h"
#include "keeper.h"
#include "status.h"
#include "word.h"

#define BATCH        1024
#define HAND_OVER_NS (2 * TB_NS_PER_MS * TB_CAPTURE_DELAY_MS) /* from the kernel, at most */
#define HOLD_NS      (20 * TB_NS_PER_MS)
#define PENDING_MAX  (64u << 20) /* octets */
#define PATIENCE_NS  (5 * TB_NS_PER_S)
#define STATUS_NS    (500 * TB_NS_PER_MS)
#define RECHECK_NS   (200 * TB_NS_PER_MS) /* of an interface that is down */
#define REVIEW_NS    (10 * TB_NS_PER_MS)  /* of packets that wait for a process that is wanted */
#define FAREWELL_NS  (100 * TB_NS_PER_MS) /* for the last segments of a command that has ended */
#define FIXED_FDS    3u

struct loop {
    struct tb_session *session;
    struct tb_complaint *complaint;
    int status;     /* of the first failure */
    size_t reading; /* the source that is being read */
    bool is_ending;
    uint64_t end_ns;   /* CLOCK_MONOTONIC: read no longer than this */
    uint64_t asked_ns; /* when the command was, by a signal, to end; 0: it was not */
    uint64_t status_ns;
    uint64_t review_ns;
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
    fail(loop, tb_complain(loop->complaint, TB_EXIT_REFUSED, tb_word("packets"), "out of memory"));
}

static void next_file(struct loop *loop)
{
    int status = tb_sink_next_file(loop->session->sink, loop->complaint);

    tb_owners_next_file(loop->session->owners);
    if (status != 0)
        fail(loop, status);
}

static void put(struct loop *loop, const struct tb_packet *packet,
                const struct tb_owners_sight *sight)
{
    struct tb_session *session = loop->session;
    int status = tb_sink_put(session->sink, packet, tb_owners_note(session->owners, sight),
                             tb_owners_process(sight), &session->verdict, loop->complaint);

    if (status != 0) {
        fail(loop, status);
        return;
    }
    tb_owners_wrote(session->owners, sight);
    if (session->verdict == TB_LIMITS_NEXT_FILE) {
        session->verdict = TB_LIMITS_GO_ON;
        next_file(loop);
    }
}

/* --- Packets of some processes only --------------------------------------------------------- */

static void view(const struct tb_owners_sight *sight, struct tb_filter_view *view)
{
    const struct tb_annotation *annotation = &sight->annotation;

    *view = (struct tb_filter_view){ .tuple = sight->packet.frame.sender,
                                     .now_ns = tb_monotonic_ns(),
                                     .opens = sight->packet.frame.opens };
    for (size_t end = 0; end < TB_NOTE_END_COUNT; end++) {
        view->end[end].owner = annotation->known[end] ? &annotation->answer[end].owner : NULL;
        view->end[end].is_here = sight->packet.loopback || annotation->expected[end];
    }
}

static void look(const struct loop *loop, const struct tb_packet *packet,
                 struct tb_owners_sight *sight)
{
    const struct tb_session *session = loop->session;

    tb_owners_look(session->owners, packet, &session->sources[packet->source].place, sight);
}

static void look_again(const struct tb_packet *packet, struct tb_filter_view *seen, void *context)
{
    const struct loop *loop = context;
    struct tb_owners_sight sight;

    look(loop, packet, &sight);
    view(&sight, seen);
}

static void keep(struct loop *loop, const struct tb_filter_view *seen,
                 const struct tb_packet *packet)
{
    struct tb_packet *copy = tb_packet_new(packet->data, packet->captured, packet->length);

    if (copy != NULL) {
        copy->time_ns = packet->time_ns;
        copy->source = packet->source;
    }
    if (copy == NULL || tb_filter_keep(loop->session->filter, seen, copy) != 0) {
        free(copy);
        fail_for_memory(loop);
    }
}

/* Of what waits, that which is decided by now. */
static void review(struct loop *loop)
{
    struct tb_packet_list ready = { .first = NULL };
    struct tb_packet *packet;

    tb_filter_review(loop->session->filter, look_again, loop, &ready);
    while ((packet = tb_packet_list_take(&ready)) != NULL) {
        struct tb_owners_sight sight;

        if (loop->session->verdict != TB_LIMITS_STOP) {
            look(loop, packet, &sight);
            put(loop, packet, &sight);
        }
        free(packet);
    }
}

static void review_now_and_then(struct loop *loop)
{
    uint64_t now_ns = tb_monotonic_ns();

    if (loop->session->filter == NULL || now_ns < loop->review_ns)
        return;
    loop->review_ns = now_ns + REVIEW_NS;
    review(loop);
}

static void choose(struct loop *loop, const struct tb_packet *packet,
                   const struct tb_owners_sight *sight)
{
    struct tb_session *session = loop->session;
    struct tb_filter_view seen;

    if (!sight->is_segment) {
        session->left_out++;
        return;
    }
    view(sight, &seen);
    switch (tb_filter_choose(session->filter, &seen)) {
    case TB_CHOICE_WRITE:
        put(loop, packet, sight);
        return;
    case TB_CHOICE_LEAVE:
        return;
    case TB_CHOICE_WAIT:
        keep(loop, &seen, packet);
        return;
    }
}

static void deliver(struct loop *loop, const struct tb_packet *packet,
                    const struct tb_owners_sight *sight)
{
    if (loop->session->filter == NULL)
        put(loop, packet, sight);
    else
        choose(loop, packet, sight);
}

/* --- Packets as they come ------------------------------------------------------------------- */

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

static void hold(struct loop *loop, const struct tb_packet *packet, const uint8_t *data)
{
    struct tb_packet *copy = tb_packet_new(data, packet->captured, packet->length);

    if (copy == NULL) {
        fail_for_memory(loop);
        return;
    }
    copy->time_ns = packet->time_ns;
    copy->source = packet->source;
    tb_packet_list_add(&loop->session->pending, copy);
}

static void take_packet(uint64_t time_ns, const uint8_t *data, uint32_t captured, uint32_t length,
                        void *context)
{
    struct loop *loop = context;
    struct tb_session *session = loop->session;
    struct tb_packet head = { .time_ns = time_ns,
                              .source = (uint32_t)loop->reading,
                              .captured = captured,
                              .length = length };
    struct tb_owners_sight sight;

    if (session->verdict == TB_LIMITS_STOP || (session->last_ns != 0 && time_ns > session->last_ns))
        return;
    if (session->count > 1 || session->pending.first != NULL) {
        hold(loop, &head, data);
        return;
    }
    if (!make_scratch(session, captured)) {
        fail_for_memory(loop);
        return;
    }
    *session->scratch = head;
    memcpy(session->scratch->data, data, captured);
    if (tb_owners_is_behind(session->owners, time_ns))
        tb_owners_drain(session->owners);
    look(loop, session->scratch, &sight);
    if (tb_owners_is_undecided(&sight))
        hold(loop, &head, data);
    else
        deliver(loop, session->scratch, &sight);
}

/* Writes what has waited long enough or need not wait, or all. */
static void write_pending(struct loop *loop, bool all)
{
    struct tb_session *session = loop->session;
    struct tb_packet_list *pending = &session->pending;
    uint64_t now_ns = tb_realtime_ns();
    struct tb_owners_sight sight;

    while (session->verdict != TB_LIMITS_STOP && pending->first != NULL) {
        struct tb_packet *packet = pending->first;
        bool is_due = all || pending->octets > PENDING_MAX || packet->time_ns + HOLD_NS <= now_ns;

        if (!is_due && session->count > 1)
            break;
        if (tb_owners_is_behind(session->owners, packet->time_ns))
            tb_owners_drain(session->owners);
        look(loop, packet, &sight);
        if (!is_due && tb_owners_is_undecided(&sight))
            break;
        tb_packet_list_remove(pending, packet);
        deliver(loop, packet, &sight);
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
    const char *reason =
        error == -ENODEV ? tb_word("the interface has gone") : tb_word_error(-error);

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

/* What is later than `after_ns` from now is not wanted any more. */
static void begin_to_end(struct loop *loop, uint64_t after_ns)
{
    if (loop->is_ending)
        return;
    loop->is_ending = true;
    loop->session->last_ns = tb_realtime_ns() + after_ns;
    loop->end_ns = tb_monotonic_ns() + after_ns + HAND_OVER_NS;
}

static void command_ended(struct loop *loop)
{
    struct tb_session *session = loop->session;
    uint64_t limit_ns = loop->asked_ns + TB_KEEPER_GRACE_S * TB_NS_PER_S;
    struct tb_complaint warning;

    begin_to_end(loop, FAREWELL_NS);
    if (loop->asked_ns == 0 || session->command_status != TB_EXIT_SIGNAL_BASE + SIGKILL ||
        tb_monotonic_ns() < limit_ns)
        return;
    (void)tb_complain(&warning, TB_EXIT_OK, session->options->command[0],
                      "killed: it had not ended %u s after the signal", TB_KEEPER_GRACE_S);
    tb_status_clear(session);
    tb_complaint_print(stderr, &warning);
}

/* The capture goes on until the command has ended, so that it has its last segments. What a
 * terminal sends (SI_KERNEL) comes to both. */
static void end_by_signal(struct loop *loop, const struct signalfd_siginfo *signal)
{
    struct tb_session *session = loop->session;

    if (session->command.pid == 0) {
        begin_to_end(loop, 0);
        return;
    }
    tb_command_pass_on(&session->command,
                       signal->ssi_code == SI_KERNEL ? 0 : (int)signal->ssi_signo);
    if (loop->asked_ns == 0)
        loop->asked_ns = tb_monotonic_ns();
}

/* A child that has ended is the command, or the watch's helper, which is noticed elsewhere. */
static void obey_signal(struct loop *loop)
{
    struct tb_session *session = loop->session;
    struct signalfd_siginfo signal;

    while (read(session->signals, &signal, sizeof signal) == (ssize_t)sizeof signal)
        if (signal.ssi_signo != SIGCHLD)
            end_by_signal(loop, &signal);
        else if (tb_command_has_ended(&session->command, &session->command_status))
            command_ended(loop);
}

static void obey_time(struct loop *loop)
{
    struct tb_session *session = loop->session;

    if (loop->is_ending)
        return;
    switch (tb_limits_at(&session->options->limits, tb_sink_progress(session->sink),
                         tb_monotonic_ns(), tb_realtime_ns() / TB_NS_PER_S)) {
    case TB_LIMITS_GO_ON:
        return;
    case TB_LIMITS_NEXT_FILE:
        next_file(loop);
        return;
    case TB_LIMITS_STOP:
        begin_to_end(loop, 0);
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
        wait_ns = least(wait_ns, HOLD_NS / 4);
    if (session->filter != NULL)
        wait_ns = least(wait_ns, REVIEW_NS);
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
    polled[2] = (struct pollfd){ .fd = tb_owners_fd(session->owners), .events = POLLIN };
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
        obey_signal(loop);
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

/* The capture goes on. */
static void say_failure(const struct loop *loop)
{
    const char *reason = tb_owners_failure(loop->session->owners);
    struct tb_complaint warning;

    if (reason == NULL)
        return;
    (void)tb_complain(&warning, TB_EXIT_OK, tb_word("processes"), "%s", reason);
    tb_status_clear(loop->session);
    tb_complaint_print(stderr, &warning);
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
        tb_owners_drain(session->owners);
        read_sources(&loop);
        write_pending(&loop, false);
        review_now_and_then(&loop);
        flush(&loop);
        say_failure(&loop);
        obey_time(&loop);
        show_status(&loop);
        if (loop.is_ending && tb_monotonic_ns() >= loop.end_ns)
            break;
    }
    write_pending(&loop, true);
    if (session->filter != NULL)
        review(&loop);
    tb_session_count(session);
    if (tb_sink_has_failed(session->sink))
        return loop.status;
    /* the statistics are due even where the capture failed; the first complaint is the one said */
    status = tb_sink_end(session->sink, PATIENCE_NS, loop.status == 0 ? complaint : &later);
    return loop.status != 0 ? loop.status : status;
}
