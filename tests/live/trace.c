/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.c - the kernel's word, as it falls: tracepoint sock:inet_sock_set_state
 *
 * A ring for each processor: the kernel advances data_head, we advance data_tail (see
 * perf_event_open(2), "MMAP layout"). */
#include "trace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"

#define TRACEFS   "/sys/kernel/tracing"
#define EVENT_DIR TRACEFS "/events/sock/inet_sock_set_state"

enum {
    DATA_PAGES = 64, /* a power of two */
    NS_PER_S = 1000000000
};

/* What PERF_SAMPLE_TIME | PERF_SAMPLE_RAW puts behind the record's header. */
struct sample {
    uint64_t time_ns;
    uint32_t raw_size;
    uint8_t raw[256];
};

static size_t data_size(void)
{
    return DATA_PAGES * (size_t)sysconf(_SC_PAGESIZE);
}

static void slurp(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

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

    if (!offset)
        tb_fail("inet_sock_set_state has no field%s", name);
    return strtoul(offset + strlen("offset:"), NULL, 10);
}

static void learn_format(struct tb_trace *trace)
{
    char format[8192];

    slurp(EVENT_DIR "/format", format, sizeof(format));
    trace->offset.oldstate = offset_of(format, " oldstate;");
    trace->offset.newstate = offset_of(format, " newstate;");
    trace->offset.sport = offset_of(format, " sport;");
    trace->offset.dport = offset_of(format, " dport;");
    trace->offset.family = offset_of(format, " family;");
    trace->offset.saddr = offset_of(format, " saddr[4];");
    trace->offset.daddr = offset_of(format, " daddr[4];");
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
static int open_event(unsigned id, int cpu)
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

    return (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
}

void tb_trace_open(struct tb_trace *trace)
{
    long cpus = sysconf(_SC_NPROCESSORS_CONF);
    char id[16];

    if (access(EVENT_DIR "/id", R_OK) < 0 && mount("tracefs", TRACEFS, "tracefs", 0, NULL) < 0)
        tb_skip("tracefs on %s: %s", TRACEFS, strerror(errno));
    slurp(EVENT_DIR "/id", id, sizeof(id));
    learn_format(trace);
    trace->realtime_minus_monotonic_ns = clock_difference();
    trace->cpus = 0;
    for (int cpu = 0; cpu < cpus && trace->cpus < TB_TRACE_CPUS; cpu++) {
        struct tb_trace_ring *ring = &trace->ring[trace->cpus];

        ring->fd = open_event((unsigned)strtoul(id, NULL, 10), cpu);
        if (ring->fd < 0 && errno == ENODEV)
            continue; /* this processor is off line */
        if (ring->fd < 0)
            tb_skip("perf_event_open: %s", strerror(errno));
        ring->pages = mmap(NULL, (size_t)sysconf(_SC_PAGESIZE) + data_size(),
                           PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);
        if (ring->pages == MAP_FAILED)
            tb_skip("perf ring: %s", strerror(errno));
        trace->cpus++;
    }
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
static bool is_end(const struct tb_trace *trace, const struct sample *sample,
                   const struct sockaddr_in *near, const struct sockaddr_in *far)
{
    return short_at(sample, trace->offset.family) == AF_INET &&
           short_at(sample, trace->offset.sport) == ntohs(near->sin_port) &&
           short_at(sample, trace->offset.dport) == ntohs(far->sin_port) &&
           memcmp(sample->raw + trace->offset.saddr, &near->sin_addr, sizeof(near->sin_addr)) ==
               0 &&
           memcmp(sample->raw + trace->offset.daddr, &far->sin_addr, sizeof(far->sin_addr)) == 0;
}

static bool decode(const struct tb_trace *trace, const struct tb_pair *pair,
                   const struct sample *sample, struct tb_change *change)
{
    for (int end = 0; end < TB_END_COUNT; end++) {
        if (!is_end(trace, sample, &pair->address[end], &pair->address[!end]))
            continue;
        change->end = (enum tb_end)end;
        change->time_ns = (uint64_t)((int64_t)sample->time_ns + trace->realtime_minus_monotonic_ns);
        change->old_state = int_at(sample, trace->offset.oldstate);
        change->new_state = int_at(sample, trace->offset.newstate);
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
        tb_fail("too many changes of state at once");
    return count;
}
