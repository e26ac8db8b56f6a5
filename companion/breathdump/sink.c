/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sink.c - the file, FIFO or files that packets go to */
#include "sink.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clocks.h"
#include "identity.h"
#include "output.h"
#include "place.h"
#include "processes.h"
#include "ringfiles.h"
#include "word.h"

#define BATCH_OCTETS (256u << 10) /* of one write() */
#define FULL_OCTETS  (64u << 20)  /* waiting for a slow reader */
#define PATH_ROOM    4096u

struct tb_sink {
    struct tb_sink_options options;
    struct tb_limits *limits;
    struct tb_output *output;
    struct tb_ring *ring;
    FILE *print_name; /* NULL: not asked for */
    struct tb_progress progress;
    struct tb_processes processes; /* of this file */
    uint64_t *delivered;           /* packets in this file, by interface */
    uint64_t begun_ns;             /* CLOCK_REALTIME, of this file */
    uint64_t past_octets;          /* of the files before */
    uint64_t lost_packets;
    struct tb_place place; /* of the first file; its folder is the others' */
    int fd;
    int error; /* -errno of the write that failed */
    bool names_processes;
    bool is_stream;
};

bool tb_sink_is_stream(const char *path)
{
    struct stat status;

    if (strcmp(path, "-") == 0)
        return tb_output_is_stream(STDOUT_FILENO);
    return stat(path, &status) == 0 && (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode));
}

/* --- Opening ------------------------------------------------------------------------------- */

static int complain_path(struct tb_complaint *complaint, const char *path, int error)
{
    return tb_complain(complaint, TB_EXIT_REFUSED, path, "cannot be written: %s",
                       tb_word_error(-error));
}

/* `reason`: place.h */
static int complain_place(struct tb_complaint *complaint, const char *path, int error,
                          const char *reason)
{
    if (reason == NULL)
        return complain_path(complaint, path, error);
    return tb_complain(complaint, TB_EXIT_REFUSED, path, "cannot be written: %s", tb_word(reason));
}

/* Name of the next file, and in *gone one that has to go for it. */
static int next_name(struct tb_sink *sink, const char *path, const char **gone)
{
    char name[PATH_ROOM];
    time_t now = (time_t)(tb_realtime_ns() / TB_NS_PER_S);
    struct tm local;

    if (!sink->limits->several)
        return tb_ring_push(sink->ring, path, gone);
    if (localtime_r(&now, &local) == NULL)
        return -EOVERFLOW;
    if (tb_ring_name(name, sizeof name, path, tb_ring_count(sink->ring) + 1, &local,
                     sink->limits->time_first) == 0)
        return -ENAMETOOLONG;
    return tb_ring_push(sink->ring, name, gone);
}

static int open_print_name(struct tb_sink *sink, struct tb_complaint *complaint)
{
    const char *name = sink->limits->print_name;
    const char *reason;
    int fd;

    if (name == NULL)
        return 0;
    if (strcmp(name, "-") == 0 || strcmp(name, "stdout") == 0)
        sink->print_name = stdout;
    else if (strcmp(name, "stderr") == 0)
        sink->print_name = stderr;
    if (sink->print_name != NULL)
        return 0;
    fd = tb_place_open_path(name, &reason);
    if (fd < 0)
        return complain_place(complaint, name, fd, reason);
    sink->print_name = fdopen(fd, "w");
    if (sink->print_name != NULL)
        return 0;
    (void)close(fd);
    return complain_path(complaint, name, -ENOMEM);
}

/* stdout that is a pipe gets a description of its own, so that it is this program's only that does
 * not block. */
static int open_stdout(void)
{
    int fd = tb_output_is_stream(STDOUT_FILENO)
                 ? open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                 : -1;

    if (fd < 0)
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    return fd < 0 ? -errno : fd;
}

static int open_path(struct tb_sink *sink, struct tb_complaint *complaint)
{
    const char *name = tb_ring_last(sink->ring);
    const char *reason;

    sink->fd = tb_identity_open(name, sink->limits->several, &sink->place, &reason);
    return sink->fd < 0 ? complain_place(complaint, name, sink->fd, reason) : 0;
}

static int open_first(struct tb_sink *sink, const char *path, struct tb_complaint *complaint)
{
    const char *gone;
    int status = 0;
    int error;

    if (strcmp(path, "-") == 0 && isatty(STDOUT_FILENO))
        return tb_complain(complaint, TB_EXIT_USAGE, tb_word("stdout"),
                           "is a terminal: say -w FILE, or send the output somewhere");
    error = next_name(sink, path, &gone);
    if (error != 0)
        return complain_path(complaint, path, error);
    if (strcmp(path, "-") != 0)
        status = open_path(sink, complaint);
    else if ((sink->fd = open_stdout()) < 0)
        status = complain_path(complaint, path, sink->fd);
    if (status != 0)
        return status;
    sink->is_stream = tb_output_is_stream(sink->fd);
    if (sink->is_stream && sink->limits->several)
        return tb_complain(complaint, TB_EXIT_USAGE, path, "a pipe cannot be several files");
    error = tb_output_use(sink->output, sink->fd);
    if (error != 0)
        return complain_path(complaint, path, error);
    if (!sink->limits->several)
        tb_identity_settle();
    return open_print_name(sink, complaint);
}

int tb_sink_open(const char *path, struct tb_limits *limits, struct tb_sink **sink,
                 struct tb_complaint *complaint)
{
    struct tb_sink *made = calloc(1, sizeof *made);
    int status;

    if (made == NULL)
        return tb_complain(complaint, TB_EXIT_REFUSED, path, "out of memory");
    made->fd = -1;
    made->place.folder = -1;
    made->limits = limits;
    made->output = tb_output_new();
    made->ring = tb_ring_new(limits->ring_files);
    if (made->output == NULL || made->ring == NULL)
        status = tb_complain(complaint, TB_EXIT_REFUSED, path, "out of memory");
    else
        status = open_first(made, path, complaint);
    if (status != 0) {
        tb_sink_free(made);
        return status;
    }
    *sink = made;
    return 0;
}

void tb_sink_free(struct tb_sink *sink)
{
    if (sink == NULL)
        return;
    if (sink->print_name != NULL && sink->print_name != stdout && sink->print_name != stderr)
        (void)fclose(sink->print_name);
    if (sink->fd >= 0)
        (void)close(sink->fd);
    tb_place_close(&sink->place);
    tb_processes_clear(&sink->processes);
    tb_ring_free(sink->ring);
    tb_output_free(sink->output);
    free(sink->delivered);
    free(sink);
}

/* --- Writing ------------------------------------------------------------------------------- */

static int complain_reader(const struct tb_sink *sink, struct tb_complaint *complaint)
{
    unsigned long long packets = tb_sink_packets(sink);

    return tb_complain(complaint, TB_EXIT_REFUSED, tb_sink_name(sink),
                       tb_word_count(packets, "its reader has gone; %llu packet was written",
                                     "its reader has gone; %llu packets were written"),
                       packets);
}

static int complain_write(struct tb_sink *sink, int error, struct tb_complaint *complaint)
{
    unsigned long long packets;
    struct stat file;

    sink->error = error;
    sink->lost_packets = tb_output_lost_packets(sink->output);
    if (error == -EPIPE)
        return complain_reader(sink, complaint);
    packets = sink->progress.file_packets - sink->lost_packets;
    if (packets > 0)
        return tb_complain(complaint, TB_EXIT_REFUSED, tb_sink_name(sink),
                           tb_word_count(packets, "%s; the file ends after %llu packet, whole",
                                         "%s; the file ends after %llu packets, whole"),
                           tb_word_error(error), packets);
    if (fstat(sink->fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0)
        return tb_complain(complaint, TB_EXIT_REFUSED, tb_sink_name(sink),
                           "%s; the file ends before the first packet", tb_word_error(error));
    return tb_complain(complaint, TB_EXIT_REFUSED, tb_sink_name(sink), "%s; nothing was written",
                       tb_word_error(error));
}

static int begin_file(struct tb_sink *sink)
{
    const struct tb_sink_options *options = &sink->options;
    uint64_t realtime_ns = tb_realtime_ns();
    int error = tb_blocks_add_section(sink->output, &options->section);

    for (size_t i = 0; error == 0 && i < options->interface_count; i++)
        error = tb_blocks_add_interface(sink->output, &options->interfaces[i]);
    memset(sink->delivered, 0, options->interface_count * sizeof *sink->delivered);
    tb_processes_clear(&sink->processes);
    sink->begun_ns = realtime_ns;
    tb_progress_begin_file(&sink->progress, sink->limits, tb_monotonic_ns(),
                           realtime_ns / TB_NS_PER_S);
    return error == 0 ? tb_output_flush(sink->output) : error;
}

int tb_sink_begin(struct tb_sink *sink, const struct tb_sink_options *options,
                  struct tb_complaint *complaint)
{
    int error;

    sink->options = *options;
    sink->names_processes = !sink->is_stream && options->section.mechanism != TB_MECHANISM_NONE;
    sink->delivered = calloc(options->interface_count, sizeof *sink->delivered);
    error = sink->delivered == NULL ? -ENOMEM : begin_file(sink);
    return error == 0 ? 0 : complain_write(sink, error, complaint);
}

/* The number of an owner's process; its block comes first where it is new to the file. */
static int number_process(struct tb_sink *sink, const struct tb_owner *owner, int64_t *number)
{
    uint32_t found;
    bool is_new;
    int error;

    *number = TB_NO_PROCESS;
    if (!sink->names_processes || owner == NULL || (owner->has & TB_OWNER_PID) == 0 ||
        owner->pid == 0)
        return 0;
    error = tb_processes_number(&sink->processes, owner->pid, owner->start_ns, &found, &is_new);
    if (error == 0 && is_new)
        error = tb_blocks_add_process(sink->output, owner);
    *number = error == 0 ? (int64_t)found : TB_NO_PROCESS;
    return error;
}

int tb_sink_put(struct tb_sink *sink, const struct tb_packet *packet, const char *note,
                const struct tb_owner *owner, enum tb_limits_verdict *verdict,
                struct tb_complaint *complaint)
{
    struct tb_remarks remarks = { .note = note };
    int error = number_process(sink, owner, &remarks.process);

    if (error == 0)
        error = tb_blocks_add_packet(sink->output, packet, &remarks);
    if (error != 0)
        return complain_write(sink, error, complaint);
    sink->delivered[packet->source]++;
    *verdict =
        tb_limits_after_packet(sink->limits, &sink->progress, tb_output_octets(sink->output));
    if (tb_output_waiting(sink->output) < BATCH_OCTETS)
        return 0;
    return tb_sink_flush(sink, complaint);
}

int tb_sink_flush(struct tb_sink *sink, struct tb_complaint *complaint)
{
    int error = tb_output_flush(sink->output);

    return error == 0 ? 0 : complain_write(sink, error, complaint);
}

/* --- Ending -------------------------------------------------------------------------------- */

static int add_statistics(struct tb_sink *sink)
{
    const struct tb_sink_options *options = &sink->options;
    int error = 0;

    for (size_t i = 0; error == 0 && i < options->interface_count; i++) {
        struct tb_statistics statistics = { .begun_ns = sink->begun_ns,
                                            .ended_ns = tb_realtime_ns(),
                                            .delivered = sink->delivered[i],
                                            .mechanism = options->section.mechanism };

        options->count(i, &statistics, options->context);
        error = tb_blocks_add_statistics(sink->output, (uint32_t)i, &statistics);
    }
    return error;
}

/* A slow reader may take its time, but not for ever. */
static int flush_patiently(struct tb_sink *sink, uint64_t patience_ns)
{
    uint64_t begun_ns = tb_monotonic_ns();
    int error = tb_output_flush(sink->output);

    while (error == 0 && tb_output_waiting(sink->output) > 0) {
        uint64_t passed_ns = tb_monotonic_ns() - begun_ns;
        struct pollfd out = { .fd = sink->fd, .events = POLLOUT };

        if (passed_ns >= patience_ns)
            return -ETIMEDOUT;
        (void)poll(&out, 1, (int)((patience_ns - passed_ns) / TB_NS_PER_MS) + 1);
        error = tb_output_flush(sink->output);
    }
    return error;
}

static void tell_name(struct tb_sink *sink)
{
    if (sink->print_name == NULL)
        return;
    (void)fprintf(sink->print_name, "%s\n", tb_sink_name(sink));
    (void)fflush(sink->print_name);
}

int tb_sink_end(struct tb_sink *sink, uint64_t patience_ns, struct tb_complaint *complaint)
{
    int error = add_statistics(sink);

    if (error == 0)
        error = flush_patiently(sink, patience_ns);
    if (error != 0)
        return complain_write(sink, error, complaint);
    tell_name(sink);
    return 0;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

static int open_next(struct tb_sink *sink, struct tb_complaint *complaint)
{
    const char *reason = NULL;
    const char *gone;
    int fd = next_name(sink, sink->options.path, &gone);

    if (fd != 0)
        return complain_path(complaint, sink->options.path, fd);
    if (gone != NULL)
        tb_place_remove(&sink->place, last_part(gone));
    fd = tb_place_rename(&sink->place, last_part(tb_sink_name(sink)));
    if (fd == 0)
        fd = tb_place_create(&sink->place, &reason);
    if (fd < 0)
        return complain_place(complaint, tb_sink_name(sink), fd, reason);
    (void)close(sink->fd);
    sink->fd = fd;
    return 0;
}

int tb_sink_next_file(struct tb_sink *sink, struct tb_complaint *complaint)
{
    int status = tb_sink_end(sink, UINT64_MAX / 2, complaint);
    int error;

    if (status == 0)
        status = open_next(sink, complaint);
    if (status != 0)
        return status;
    sink->past_octets += tb_output_octets(sink->output);
    error = tb_output_use(sink->output, sink->fd);
    if (error == 0)
        error = begin_file(sink);
    return error == 0 ? 0 : complain_write(sink, error, complaint);
}

/* --- Asking -------------------------------------------------------------------------------- */

int tb_sink_folder(const struct tb_sink *sink)
{
    return sink->limits->several ? sink->place.folder : -1;
}

int tb_sink_stream_fd(const struct tb_sink *sink, bool *is_waiting)
{
    *is_waiting = sink->is_stream && tb_output_waiting(sink->output) > 0;
    return sink->is_stream ? sink->fd : -1;
}

bool tb_sink_is_full(const struct tb_sink *sink)
{
    return sink->is_stream && tb_output_waiting(sink->output) > FULL_OCTETS;
}

int tb_sink_lose_reader(struct tb_sink *sink, struct tb_complaint *complaint)
{
    return complain_write(sink, -EPIPE, complaint);
}

bool tb_sink_has_failed(const struct tb_sink *sink)
{
    return sink->error != 0;
}

bool tb_sink_reader_has_gone(const struct tb_sink *sink)
{
    return sink->error == -EPIPE;
}

struct tb_progress *tb_sink_progress(struct tb_sink *sink)
{
    return &sink->progress;
}

const char *tb_sink_name(const struct tb_sink *sink)
{
    return tb_ring_last(sink->ring);
}

uint64_t tb_sink_packets(const struct tb_sink *sink)
{
    return sink->progress.packets - sink->lost_packets;
}

uint64_t tb_sink_octets(const struct tb_sink *sink)
{
    return sink->past_octets + tb_output_octets(sink->output);
}
