/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.c - what breathdump says on stderr while it captures */
#include "status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OCTETS_MAX 24 /* characters of a size */

static const char *file_name(const struct tb_session *session)
{
    const char *name = tb_sink_name(session->sink);

    return strcmp(name, "-") == 0 ? "stdout" : name;
}

static void say_octets(char *text, uint64_t octets)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    double size = (double)octets;
    size_t unit = 0;

    for (; size >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++)
        size /= 1024;
    (void)snprintf(text, OCTETS_MAX, unit == 0 ? "%.0f %s" : "%.1f %s", size, units[unit]);
}

static uint64_t dropped(const struct tb_session *session)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < session->count; i++)
        sum += session->sources[i].counts.dropped + session->sources[i].counts.interface_dropped;
    return sum;
}

static bool has_terminal(const struct tb_session *session)
{
    return !session->options->quiet && isatty(STDERR_FILENO) != 0;
}

void tb_status_begin(const struct tb_session *session)
{
    static const char *const mechanisms[TB_MECHANISM_COUNT] = {
        [TB_MECHANISM_NONE] = ", without processes\n",
        [TB_MECHANISM_BPF] = ", processes by BPF tracing\n",
        [TB_MECHANISM_PROC] = ", processes from /proc\n",
        [TB_MECHANISM_LIVE] = "\n",
        [TB_MECHANISM_FOREIGN] = "\n",
    };
    const char *remark;

    if (session->options->quiet)
        return;
    (void)fputs("breathdump: capturing on ", stderr);
    for (size_t i = 0; i < session->count; i++) {
        if (i > 0)
            (void)fputs(", ", stderr);
        tb_print_safely(stderr, session->sources[i].name);
    }
    (void)fputs(" into ", stderr);
    tb_print_safely(stderr, file_name(session));
    (void)fputs(mechanisms[tb_owners_mechanism(session->owners)], stderr);
    for (size_t i = 0; (remark = tb_owners_remark(session->owners, i)) != NULL; i++) {
        (void)fputs("breathdump: ", stderr);
        tb_print_safely(stderr, remark);
        (void)fputc('\n', stderr);
    }
}

void tb_status_show(const struct tb_session *session)
{
    char size[OCTETS_MAX];

    if (!has_terminal(session))
        return;
    say_octets(size, tb_sink_octets(session->sink));
    (void)fprintf(stderr, "\r\033[K%" PRIu64 " packets, %s, %" PRIu64 " dropped",
                  tb_sink_packets(session->sink), size, dropped(session));
}

void tb_status_clear(const struct tb_session *session)
{
    if (has_terminal(session))
        (void)fputs("\r\033[K", stderr);
}

static void end_owners(const struct tb_session *session)
{
    uint64_t lost = tb_owners_lost(session->owners);
    struct tb_filter_counts counts;

    if (lost > 0)
        (void)fprintf(stderr,
                      "breathdump: %" PRIu64 " events of sockets and processes were lost: some "
                      "processes are unsure or unknown\n",
                      lost);
    if (session->filter == NULL)
        return;
    counts = tb_filter_counts(session->filter, true);
    (void)fprintf(stderr,
                  "breathdump: left out: %" PRIu64 " packets of others, %" PRIu64
                  " of which nobody knew in time whose they were\n",
                  counts.left_out + session->left_out, counts.dropped);
}

void tb_status_end(const struct tb_session *session)
{
    char size[OCTETS_MAX];

    if (session->options->quiet)
        return;
    tb_status_clear(session);
    say_octets(size, tb_sink_octets(session->sink));
    (void)fprintf(stderr, "breathdump: %" PRIu64 " packets, %s, in ",
                  tb_sink_packets(session->sink), size);
    tb_print_safely(stderr, file_name(session));
    (void)fputc('\n', stderr);
    for (size_t i = 0; i < session->count; i++) {
        const struct tb_source *source = &session->sources[i];

        if (!source->counts_known)
            continue;
        (void)fputs("breathdump: ", stderr);
        tb_print_safely(stderr, source->name);
        (void)fprintf(stderr,
                      ": %" PRIu64 " received, %" PRIu64 " dropped by the kernel, %" PRIu64
                      " by the interface\n",
                      source->counts.received, source->counts.dropped,
                      source->counts.interface_dropped);
    }
    end_owners(session);
}
