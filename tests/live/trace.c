/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.c - the kernel's word, as it falls: tracepoints
 *
 * Not through perf events. Measured on Linux 6.18: where a timer's softirq interrupts the idle task
 * of a processor other than the first, a perf event counts its tracepoint and leaves no record in
 * its ring, nor a PERF_RECORD_LOST. That is where retransmissions happen, all of them once other
 * processes keep the first processor busy. A buffer of tracefs had each of them. */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "instance.h"

enum {
    PAGE_ROOM = 65536, /* the largest page of a ring that is read (buffer_subbuf_size_kb) */
    PATH_SIZE = 256,
    NS_PER_S = 1000000000
};

/* A tracepoint's record, as its format file has it; zeros behind what there is. */
struct sample {
    uint64_t time_ns;
    uint8_t raw[256];
};

static const char *const event_names[TB_TRACE_KINDS] = {
    [TB_TRACE_STATE] = "sock/inet_sock_set_state",
    [TB_TRACE_RETRANSMIT] = "tcp/tcp_retransmit_skb",
    [TB_TRACE_RETRANSMIT_SYNACK] = "tcp/tcp_retransmit_synack",
};

/* Spares us the rest of the machine's connections. */
static const char event_filter[] = "sport == 8080 || dport == 8080";

/* Room for thousands of records on each processor, which has four scenarios at most. */
static const char ring_kb[] = "256";

static void slurp(const char *name, char *text, size_t size)
{
    char path[PATH_SIZE];
    ssize_t got = -1;
    int fd;

    snprintf(path, sizeof(path), TB_TRACEFS "/events/%s", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        got = read(fd, text, size - 1);
    if (got < 0)
        tb_skip("%s: %s", path, strerror(errno));
    close(fd);
    text[got] = '\0';
}

/* `name` as the format file writes it, with blank, array size and semicolon. */
static size_t offset_of(const char *format, const char *name)
{
    const char *field = strstr(format, name);
    const char *offset = field ? strstr(field, "offset:") : NULL;

    return offset ? strtoul(offset + strlen("offset:"), NULL, 10) : 0;
}

static void learn_format(struct tb_trace_format *format, enum tb_trace_kind kind)
{
    char path[PATH_SIZE], text[8192];

    snprintf(path, sizeof(path), "%s/id", event_names[kind]);
    slurp(path, text, sizeof(text));
    format->id = (uint16_t)strtoul(text, NULL, 10);
    snprintf(path, sizeof(path), "%s/format", event_names[kind]);
    slurp(path, text, sizeof(text));
    format->oldstate = offset_of(text, " oldstate;");
    format->newstate = offset_of(text, " newstate;");
    format->sport = offset_of(text, " sport;");
    format->dport = offset_of(text, " dport;");
    format->saddr = offset_of(text, " saddr[4];");
    format->daddr = offset_of(text, " daddr[4];");
    format->err = offset_of(text, " err;"); /* since Linux 6.17 */
    if (!format->sport || !format->dport || !format->saddr || !format->daddr ||
        (kind == TB_TRACE_STATE && (!format->oldstate || !format->newstate)))
        tb_fail("tracepoint %s has not the fields it had", event_names[kind]);
}

static void learn_page(struct tb_page_format *page)
{
    char text[1024];

    slurp("header_page", text, sizeof(text));
    page->commit = offset_of(text, " commit;");
    page->data = offset_of(text, " data;");
    if (!page->commit || !page->data)
        tb_fail("the pages of the trace ring have not the fields they had");
}

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* The two clocks run alike and differ by a constant; the closest of some looks is kept. */
static int64_t clock_difference(void)
{
    int64_t best = 0, narrowest = INT64_MAX;

    for (int i = 0; i < 32; i++) {
        int64_t before = clock_ns(CLOCK_MONOTONIC);
        int64_t real = clock_ns(CLOCK_REALTIME);
        int64_t after = clock_ns(CLOCK_MONOTONIC);

        if (after - before < narrowest) {
            narrowest = after - before;
            best = real - (before + (after - before) / 2);
        }
    }
    return best;
}

static void open_rings(struct tb_trace *trace, const struct tb_instance *instance)
{
    long cpus = sysconf(_SC_NPROCESSORS_CONF);

    for (long cpu = 0; cpu < cpus && trace->cpus < TB_TRACE_CPUS; cpu++) {
        char path[PATH_MAX];
        int fd;

        snprintf(path, sizeof(path), "%s/per_cpu/cpu%ld/trace_pipe_raw", instance->path, cpu);
        fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0)
            trace->ring[trace->cpus++] = fd;
        else if (errno != ENOENT) /* such a processor may be missing */
            tb_skip("%s: %s", path, strerror(errno));
    }
}

static void start(const struct tb_instance *instance)
{
    char name[PATH_SIZE];

    tb_instance_set(instance, "buffer_size_kb", ring_kb);
    tb_instance_set(instance, "trace_clock", "mono");
    for (int kind = 0; kind < TB_TRACE_KINDS; kind++) {
        snprintf(name, sizeof(name), "events/%s/filter", event_names[kind]);
        tb_instance_set(instance, name, event_filter);
        snprintf(name, sizeof(name), "events/%s/enable", event_names[kind]);
        tb_instance_set(instance, name, "1");
    }
}

void tb_trace_open(struct tb_trace *traces, size_t count)
{
    static struct tb_instance instances[TB_TRACES];

    if (count > TB_TRACES)
        tb_fail("more than %d traces", TB_TRACES);
    tb_instance_make(instances, count);
    for (size_t i = 0; i < count; i++) {
        struct tb_trace *trace = &traces[i];

        for (int kind = 0; kind < TB_TRACE_KINDS; kind++)
            learn_format(&trace->format[kind], (enum tb_trace_kind)kind);
        learn_page(&trace->page);
        trace->realtime_minus_monotonic_ns = clock_difference();
        trace->cpus = 0;
        open_rings(trace, &instances[i]);
        start(&instances[i]);
    }
}

static int int_at(const struct sample *sample, size_t offset)
{
    int value;

    memcpy(&value, sample->raw + offset, sizeof(value));
    return value;
}

static uint16_t short_at(const struct sample *sample, size_t offset)
{
    uint16_t value;

    memcpy(&value, sample->raw + offset, sizeof(value));
    return value;
}

/* Ports in a record are in host order, addresses as on the wire. */
static bool is_end(const struct tb_trace_format *format, const struct sample *sample,
                   const struct sockaddr_in *near, const struct sockaddr_in *far)
{
    return short_at(sample, format->sport) == ntohs(near->sin_port) &&
           short_at(sample, format->dport) == ntohs(far->sin_port) &&
           memcmp(sample->raw + format->saddr, &near->sin_addr, sizeof(near->sin_addr)) == 0 &&
           memcmp(sample->raw + format->daddr, &far->sin_addr, sizeof(far->sin_addr)) == 0;
}

/* A record begins with its tracepoint's number (common_type). */
static const struct tb_trace_format *format_of(const struct tb_trace *trace,
                                               const struct sample *sample)
{
    for (int kind = 0; kind < TB_TRACE_KINDS; kind++) {
        if (trace->format[kind].id == short_at(sample, 0))
            return &trace->format[kind];
    }
    return NULL;
}

static bool decode(const struct tb_trace *trace, const struct tb_pair *pair,
                   const struct sample *sample, struct tb_change *change)
{
    const struct tb_trace_format *format = format_of(trace, sample);

    if (format && format->err && int_at(sample, format->err) != 0)
        return false; /* tried to retransmit, and sent nothing */
    for (int end = 0; format && end < TB_END_COUNT; end++) {
        if (!is_end(format, sample, &pair->address[end], &pair->address[!end]))
            continue;
        change->kind = (enum tb_trace_kind)(format - trace->format);
        change->end = (enum tb_end)end;
        change->time_ns = (uint64_t)((int64_t)sample->time_ns + trace->realtime_minus_monotonic_ns);
        if (change->kind == TB_TRACE_STATE) {
            change->old_state = int_at(sample, format->oldstate);
            change->new_state = int_at(sample, format->newstate);
        }
        return true;
    }
    return false;
}

static size_t read_page(const struct tb_trace *trace, const struct tb_pair *pair,
                        struct tb_page *page, struct tb_change *changes, size_t room)
{
    struct tb_page_record record;
    size_t count = 0;

    if (page->lost)
        tb_fail("the kernel dropped tracepoint records");
    while (tb_page_next(page, &record)) {
        struct sample sample = { .time_ns = record.time_ns };

        memcpy(sample.raw, record.data,
               record.size < sizeof(sample.raw) ? record.size : sizeof(sample.raw));
        if (count < room && decode(trace, pair, &sample, &changes[count]))
            count++;
    }
    return count;
}

static size_t read_ring(const struct tb_trace *trace, int ring, const struct tb_pair *pair,
                        struct tb_change *changes, size_t room)
{
    static _Alignas(uint64_t) uint8_t octets[PAGE_ROOM];
    struct tb_page page;
    size_t count = 0;
    ssize_t got;

    while ((got = read(ring, octets, sizeof(octets))) > 0) {
        if (!tb_page_begin(&page, &trace->page, octets, (size_t)got))
            tb_fail("the trace ring gives %zd octets that are no page", got);
        count += read_page(trace, pair, &page, changes + count, room - count);
    }
    if (got < 0 && errno != EAGAIN)
        tb_fail("reading the trace ring: %s", strerror(errno));
    return count;
}

static int by_time(const void *a, const void *b)
{
    const struct tb_change *one = a, *other = b;

    return (one->time_ns > other->time_ns) - (one->time_ns < other->time_ns);
}

size_t tb_trace_read(struct tb_trace *trace, const struct tb_pair *pair, struct tb_change *changes,
                     size_t room)
{
    size_t count = 0;

    for (size_t i = 0; i < trace->cpus; i++)
        count += read_ring(trace, trace->ring[i], pair, changes + count, room - count);
    qsort(changes, count, sizeof(*changes), by_time);
    if (count == room)
        tb_fail("too much happened at once");
    return count;
}
