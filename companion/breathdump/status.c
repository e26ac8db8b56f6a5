/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.c - what breathdump says on stderr while it captures */
#include "status.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "word.h"

#define OCTETS_MAX 24   /* of a size, as text */
#define NAMES_MAX  1024 /* of the interfaces' names; the rest is cut */

static const char *file_name(const struct tb_session *session)
{
    const char *name = tb_sink_name(session->sink);

    return strcmp(name, "-") == 0 ? tb_word("stdout") : name;
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

static void list_interfaces(const struct tb_session *session, char names[NAMES_MAX])
{
    size_t used = 0;

    names[0] = '\0';
    for (size_t i = 0; i < session->count && used < NAMES_MAX; i++)
        used += (size_t)snprintf(names + used, NAMES_MAX - used, "%s%s", i > 0 ? ", " : "",
                                 session->sources[i].name);
}

static const char *mechanism_words(enum tb_mechanism mechanism)
{
    if (mechanism == TB_MECHANISM_BPF)
        return tb_word("processes by BPF tracing");
    if (mechanism == TB_MECHANISM_PROC)
        return tb_word("processes from /proc");
    return tb_word("without processes");
}

void tb_status_begin(const struct tb_session *session)
{
    char names[NAMES_MAX];
    const char *remark;

    if (session->options->quiet)
        return;
    list_interfaces(session, names);
    tb_say(stderr, tb_word("capturing on %s into %s, %s"), names, file_name(session),
           mechanism_words(tb_owners_mechanism(session->owners)));
    for (size_t i = 0; (remark = tb_owners_remark(session->owners, i)) != NULL; i++)
        tb_say(stderr, "%s", remark);
}

void tb_status_show(const struct tb_session *session)
{
    unsigned long long packets = tb_sink_packets(session->sink);
    char size[OCTETS_MAX];

    if (!has_terminal(session))
        return;
    say_octets(size, tb_sink_octets(session->sink));
    (void)fputs("\r\033[K", stderr);
    (void)fprintf(
        stderr,
        tb_word_count(packets, "%llu packet, %s, %llu dropped", "%llu packets, %s, %llu dropped"),
        packets, size, (unsigned long long)dropped(session));
}

void tb_status_clear(const struct tb_session *session)
{
    if (has_terminal(session))
        (void)fputs("\r\033[K", stderr);
}

static void end_owners(const struct tb_session *session)
{
    uint64_t lost = tb_owners_lost(session->owners);
    uint64_t left_out = session->left_out;
    struct tb_filter_counts counts;

    if (lost > 0)
        tb_say(
            stderr,
            tb_word_count(lost,
                          "%llu event of a socket or process was lost: some processes are unsure "
                          "or unknown; --event-buffer makes more room",
                          "%llu events of sockets and processes were lost: some processes are "
                          "unsure or unknown; --event-buffer makes more room"),
            (unsigned long long)lost);
    if (session->filter == NULL)
        return;
    counts = tb_filter_counts(session->filter, true);
    left_out += counts.left_out;
    tb_say(stderr,
           tb_word_count(left_out,
                         "left out: %llu packet of others, %llu of which nobody knew in time whose "
                         "they were",
                         "left out: %llu packets of others, %llu of which nobody knew in time "
                         "whose they were"),
           (unsigned long long)left_out, (unsigned long long)counts.dropped);
}

void tb_status_end(const struct tb_session *session)
{
    unsigned long long packets = tb_sink_packets(session->sink);
    char size[OCTETS_MAX];

    if (session->options->quiet)
        return;
    tb_status_clear(session);
    say_octets(size, tb_sink_octets(session->sink));
    tb_say(stderr, tb_word_count(packets, "%llu packet, %s, in %s", "%llu packets, %s, in %s"),
           packets, size, file_name(session));
    for (size_t i = 0; i < session->count; i++) {
        const struct tb_source *source = &session->sources[i];

        if (source->counts_known)
            tb_say(stderr,
                   tb_word("%s: %llu received, %llu dropped by the kernel, %llu by the interface"),
                   source->name, (unsigned long long)source->counts.received,
                   (unsigned long long)source->counts.dropped,
                   (unsigned long long)source->counts.interface_dropped);
    }
    end_owners(session);
}
