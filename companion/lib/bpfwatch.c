/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpfwatch.c - BPF programs on the kernel's tracepoints: see companion/bpf/owner.bpf.c
 *
 * Records come through a ring that is mapped here, and so does the number of those that found no
 * room: draining makes no system call but for the clock and, now and then, a pread(). */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "auto.h"
#include "bpfload.h"
#include "bpfreason.h"
#include "bpfsnapshot.h"
#include "bpfwire.h"
#include "procfs.h"
#include "watch_ops.h"
#include "word.h"

#define NS_PER_S           1000000000u
#define RING_OCTETS        ((size_t)8 << 20)
#define RING_OCTETS_MIN    ((size_t)64 << 10)
#define RING_OCTETS_MAX    ((size_t)1 << 30)
#define RECORD_OCTETS_MIN  64u          /* no record takes less of the ring */
#define LATE_NS            100000000u   /* a program may be interrupted before it counts a loss */
#define CONNECTING_NS      130000000000 /* connect() gives up after 127 s: tcp_syn_retries is 6 */
#define MISSES_NS          100000000u   /* between two looks at what programs missed */
#define INITIAL_PID_NS     0xEFFFFFFCu  /* PROC_PID_INIT_INO of include/linux/proc_ns.h */
#define DESCRIPTION_OCTETS 1024

struct bpfwatch {
    struct tb_bpf_programs programs;
    struct ring_buffer *ring;
    tb_sock_event_fn *tell; /* while draining */
    void *context;
    size_t left; /* records to tell in this drain */
    size_t ring_octets;
    uint64_t not_understood;
    uint64_t missed; /* times that a program was not run because it ran already */
    uint64_t missed_ns;
    uint64_t told_lost;
    uint64_t told_lost_connects;
    uint64_t quiet_ns;            /* what was lost before this is told */
    int misses[TB_BPF_TRACERS];   /* descriptors of what tells of them; -1: none */
    struct tb_proc_clocks clocks; /* of this time namespace */
    bool arguments;
    bool sees_all;
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- Losses ----------------------------------------------------------------------------------- */

/* A program that is interrupted on its CPU by what it traces is not run a second time, and the
 * kernel counts that (bpf_prog_inc_misses_counter()). */
static int open_misses(int program)
{
    char path[64];

    if (program < 0)
        return -1;
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", program);
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Since Linux 5.12; 0 where it is not told. */
static uint64_t misses_of(int fd)
{
    char text[DESCRIPTION_OCTETS + 1];
    ssize_t got = fd < 0 ? -1 : pread(fd, text, DESCRIPTION_OCTETS, 0);
    const char *word;

    if (got <= 0)
        return 0;
    text[got] = '\0';
    word = strstr(text, "recursion_misses:");
    return word == NULL ? 0 : strtoull(word + strlen("recursion_misses:"), NULL, 10);
}

static void count_misses(struct bpfwatch *watch, uint64_t time_ns)
{
    if (time_ns - watch->missed_ns < MISSES_NS)
        return;
    watch->missed_ns = time_ns;
    watch->missed = 0;
    for (size_t i = 0; i < TB_BPF_TRACERS; i++)
        watch->missed += misses_of(watch->misses[i]);
}

static uint64_t bpfwatch_lost(const void *self)
{
    const struct bpfwatch *watch = self;

    return __atomic_load_n(watch->programs.lost, __ATOMIC_ACQUIRE) + watch->not_understood +
           watch->missed;
}

/* A connector that was lost may have called connect() long before. */
static void tell_losses(struct bpfwatch *watch)
{
    uint64_t time_ns = now_ns();
    uint64_t connects = __atomic_load_n(watch->programs.lost_connects, __ATOMIC_ACQUIRE);
    struct tb_sock_event event = { .kind = TB_SOCK_LOST, .time_ns = time_ns, .fd = -1 };
    bool looks_at_misses = time_ns - watch->missed_ns >= MISSES_NS;
    uint64_t lost;

    count_misses(watch, time_ns);
    lost = bpfwatch_lost(watch);
    event.lost = lost - watch->told_lost;
    event.since_ns = watch->quiet_ns;
    if (connects != watch->told_lost_connects)
        event.since_ns = watch->quiet_ns > CONNECTING_NS ? watch->quiet_ns - CONNECTING_NS : 1;
    watch->told_lost = lost;
    watch->told_lost_connects = connects;
    if (looks_at_misses)
        watch->quiet_ns = time_ns - LATE_NS;
    if (event.lost > 0)
        watch->tell(&event, watch->context);
}

/* --- Draining --------------------------------------------------------------------------------- */

/* A negative answer ends ring_buffer__consume(), for which this record is done. */
static int take_record(void *context, void *data, size_t length)
{
    struct bpfwatch *watch = context;
    struct tb_sock_event event;

    if (tb_bpfwire_read(data, length, &event)) {
        tb_bpfwire_shift(&watch->clocks, &event);
        watch->tell(&event, watch->context);
    } else {
        watch->not_understood++;
    }
    return --watch->left == 0 ? -ECANCELED : 0;
}

/* No more than the ring can hold: while it is read, more may come for ever. */
static int bpfwatch_drain(void *self, tb_sock_event_fn *tell, void *context)
{
    struct bpfwatch *watch = self;
    int error;

    watch->tell = tell;
    watch->context = context;
    watch->left = watch->ring_octets / RECORD_OCTETS_MIN;
    error = ring_buffer__consume(watch->ring);
    tell_losses(watch);
    return error < 0 && error != -ECANCELED ? error : 0;
}

static int bpfwatch_snapshot(void *self, tb_sock_event_fn *tell, void *context)
{
    struct bpfwatch *watch = self;
    struct tb_bpfsnapshot snapshot = { .tasks_link = watch->programs.tasks,
                                       .files_link = watch->programs.files,
                                       .clocks = &watch->clocks,
                                       .sees_all = watch->sees_all,
                                       .arguments = watch->arguments };
    int error = bpfwatch_drain(watch, tell, context);

    if (error != 0)
        return error;
    error = tb_bpfsnapshot_tell(&snapshot, tell, context);
    __atomic_store_n(watch->programs.is_complete, 1, __ATOMIC_RELEASE);
    return error;
}

static int bpfwatch_fd(const void *self)
{
    const struct bpfwatch *watch = self;

    return watch->programs.ring;
}

/* --- Opening ---------------------------------------------------------------------------------- */

static void bpfwatch_close(void *self)
{
    struct bpfwatch *watch = self;

    for (size_t i = 0; i < TB_BPF_TRACERS; i++)
        tb_auto_close_fd(&watch->misses[i]);
    ring_buffer__free(watch->ring);
    tb_bpf_unload(&watch->programs);
    free(watch);
}

static size_t ring_size(size_t wanted)
{
    size_t octets = RING_OCTETS_MIN;

    if (wanted == 0)
        wanted = RING_OCTETS;
    while (octets < wanted && octets < RING_OCTETS_MAX)
        octets *= 2; /* the kernel wants a power of two, and whole pages */
    return octets;
}

/* The iterators pass the processes of the caller's pid namespace. */
static bool is_in_initial_pid_namespace(void)
{
    struct stat file;

    return stat("/proc/self/ns/pid", &file) == 0 && file.st_ino == INITIAL_PID_NS;
}

/* What was opened is the caller's to close, also after an error. */
static int load(struct bpfwatch *watch, const struct tb_watch_options *options, const char **step)
{
    struct tb_bpf_settings settings = { .arguments = options->arguments,
                                        .ring_octets = ring_size(options->ring_octets),
                                        .by_libbpf = options->by_libbpf };
    int error = tb_bpf_load(&settings, &watch->programs, step);

    if (error != 0)
        return error;
    watch->arguments = settings.arguments;
    watch->ring_octets = settings.ring_octets;
    *step = "mapping the ring";
    watch->ring = ring_buffer__new(watch->programs.ring, take_record, watch, NULL);
    if (watch->ring == NULL)
        return -errno;
    for (size_t i = 0; i < TB_BPF_TRACERS; i++)
        watch->misses[i] = open_misses(watch->programs.tracer[i]);
    watch->quiet_ns = now_ns();
    watch->missed_ns = watch->quiet_ns;
    return 0;
}

static int bpfwatch_open(const struct tb_watch_options *options, void **self,
                         char reason[TB_WATCH_REASON_MAX])
{
    struct bpfwatch *watch = calloc(1, sizeof *watch);
    const char *step;
    int error;

    if (watch == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < TB_BPF_TRACERS; i++)
        watch->misses[i] = -1;
    watch->clocks = tb_procfs_clocks();
    watch->sees_all = is_in_initial_pid_namespace();
    error = load(watch, options, &step);
    if (error != 0) {
        tb_bpfreason(step, error, reason);
        bpfwatch_close(watch);
        return error;
    }
    if (!watch->sees_all)
        snprintf(
            reason, TB_WATCH_REASON_MAX, "%s",
            tb_word("what processes outside this pid namespace have open already is not seen"));
    else if (!watch->programs.sees_lengths)
        snprintf(reason, TB_WATCH_REASON_MAX, "%s",
                 tb_word("who only writes to an accepted connection is not seen: Linux 6.3 tells"));
    *self = watch;
    return 0;
}

const struct tb_watch_ops tb_bpfwatch_ops = { .open = bpfwatch_open,
                                              .snapshot = bpfwatch_snapshot,
                                              .fd = bpfwatch_fd,
                                              .drain = bpfwatch_drain,
                                              .lost = bpfwatch_lost,
                                              .close = bpfwatch_close };
