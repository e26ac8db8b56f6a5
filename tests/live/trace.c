/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.c - the kernel's word, as it falls: tracepoints
 *
 * A ring for each processor: the kernel advances data_head, we advance data_tail (see
 * perf_event_open(2), "MMAP layout").
 *
 * Measured on Linux 6.18: while other processes open or close perf events, about one record in a
 * thousand is missing, without a PERF_RECORD_LOST. So the users of this file check that what they
 * got is complete, or play again. */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

#define TRACEFS "/sys/kernel/tracing"

enum {
    DATA_PAGES = 256, /* a power of two */
    NS_PER_S = 1000000000
};

/* What PERF_SAMPLE_TIME | PERF_SAMPLE_RAW puts behind the record's header. */
struct sample {
    uint64_t time_ns;
    uint32_t raw_size;
    uint8_t raw[256];
};

static const char *const event_names[TB_TRACE_KINDS] = {
    [TB_TRACE_STATE] = "sock/inet_sock_set_state",
    [TB_TRACE_RETRANSMIT] = "tcp/tcp_retransmit_skb",
    [TB_TRACE_RETRANSMIT_SYNACK] = "tcp/tcp_retransmit_synack",
};

/* Spares us the rest of the machine's connections. */
static char event_filter[] = "sport == 8080 || dport == 8080";

static size_t data_size(void)
{
    return DATA_PAGES * (size_t)sysconf(_SC_PAGESIZE);
}

static void slurp(const char *event, const char *name, char *text, size_t size)
{
    char path[256];
    ssize_t got = -1;
    int fd;

    snprintf(path, sizeof(path), TRACEFS "/events/%s/%s", event, name);
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
    char text[8192];

    slurp(event_names[kind], "id", text, sizeof(text));
    format->id = (uint16_t)strtoul(text, NULL, 10);
    slurp(event_names[kind], "format", text, sizeof(text));
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

/* A tracepoint may fire in an NMI, and CLOCK_REALTIME may not be read there. */
static int open_event(uint16_t id, int cpu)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_TRACEPOINT,
        .size = sizeof(attr),
        .config = id,
        .sample_period = 1,
        .sample_type = PERF_SAMPLE_TIME | PERF_SAMPLE_RAW,
        .use_clockid = 1,
        .clockid = CLOCK_MONOTONIC,
    };

    int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

    if (fd >= 0 && ioctl(fd, PERF_EVENT_IOC_SET_FILTER, event_filter) < 0)
        tb_skip("tracepoint filter: %s", strerror(errno));
    return fd;
}

static void map_ring(struct tb_trace_ring *ring)
{
    ring->pages = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE) + data_size(), PROT_READ | PROT_WRITE,
                       MAP_SHARED, ring->fd, 0);
    if (ring->pages == MAP_FAILED)
        tb_skip("perf ring: %s", strerror(errno));
}

/* The first tracepoint's ring takes the records of the others, too. False: this processor is off
 * line. */
static bool open_ring(const struct tb_trace *trace, struct tb_trace_ring *ring, int cpu)
{
    ring->fd = open_event(trace->format[0].id, cpu);
    if (ring->fd < 0 && errno == ENODEV)
        return false;
    if (ring->fd < 0)
        tb_skip("perf_event_open: %s", strerror(errno));
    map_ring(ring);
    for (int kind = 1; kind < TB_TRACE_KINDS; kind++) {
        int fd = open_event(trace->format[kind].id, cpu);

        if (fd < 0 || ioctl(fd, PERF_EVENT_IOC_SET_OUTPUT, ring->fd) < 0)
            tb_skip("perf_event_open: %s", strerror(errno));
    }
    return true;
}

void tb_trace_open(struct tb_trace *trace)
{
    long cpus = sysconf(_SC_NPROCESSORS_CONF);

    if (access(TRACEFS "/events", R_OK) < 0 && mount("tracefs", TRACEFS, "tracefs", 0, NULL) < 0)
        tb_skip("tracefs on %s: %s", TRACEFS, strerror(errno));
    for (int kind = 0; kind < TB_TRACE_KINDS; kind++)
        learn_format(&trace->format[kind], (enum tb_trace_kind)kind);
    trace->realtime_minus_monotonic_ns = clock_difference();
    trace->cpus = 0;
    for (int cpu = 0; cpu < cpus && trace->cpus < TB_TRACE_CPUS; cpu++)
        trace->cpus += open_ring(trace, &trace->ring[trace->cpus], cpu);
}

void tb_trace_inherit(struct tb_trace *trace)
{
    for (int i = 0; i < trace->cpus; i++)
        map_ring(&trace->ring[i]);
}

static void copy_out(const struct tb_trace_ring *ring, uint64_t from, void *to, size_t size)
{
    const uint8_t *data = (const uint8_t *)ring->pages + sysconf(_SC_PAGESIZE);

    for (size_t i = 0; i < size; i++)
        ((uint8_t *)to)[i] = data[(from + i) % data_size()];
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

static size_t read_ring(struct tb_trace *trace, struct tb_trace_ring *ring,
                        const struct tb_pair *pair, struct tb_change *changes, size_t room)
{
    struct perf_event_mmap_page *control = ring->pages;
    uint64_t head = __atomic_load_n(&control->data_head, __ATOMIC_ACQUIRE);
    uint64_t tail = control->data_tail;
    struct perf_event_header header;
    size_t count = 0;

    for (; tail < head; tail += header.size) {
        struct sample sample = { 0 };
        size_t size;

        copy_out(ring, tail, &header, sizeof(header));
        if (header.type == PERF_RECORD_LOST)
            tb_fail("the kernel dropped tracepoint records");
        if (header.type != PERF_RECORD_SAMPLE)
            continue;
        size = header.size - sizeof(header);
        copy_out(ring, tail + sizeof(header), &sample,
                 size < sizeof(sample) ? size : sizeof(sample));
        if (count < room && decode(trace, pair, &sample, &changes[count]))
            count++;
    }
    __atomic_store_n(&control->data_tail, tail, __ATOMIC_RELEASE);
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

    for (int i = 0; i < trace->cpus; i++)
        count += read_ring(trace, &trace->ring[i], pair, changes + count, room - count);
    qsort(changes, count, sizeof(*changes), by_time);
    if (count == room)
        tb_fail("too much happened at once");
    return count;
}
