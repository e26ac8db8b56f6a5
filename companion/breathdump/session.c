/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.c - one capture: its interfaces, its file, and the signals that end it */
#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "drop_privileges.h"
#include "netns.h"
#include "starts.h"
#include "word.h"

static int find_interface(struct tb_session *session, size_t i, struct tb_complaint *complaint)
{
    const char *name = session->options->interfaces[i].name;
    const struct tb_interface *found = tb_interfaces_find(&session->interfaces, name);
    char near[256];

    if (found != NULL) {
        session->described[i].interface = found;
        session->sources[i].name = found->name;
        return 0;
    }
    tb_interfaces_near(&session->interfaces, name, near, sizeof near);
    if (near[0] != '\0')
        return tb_complain(complaint, TB_EXIT_NOTHING, name, "no such interface; there is: %s",
                           near);
    return tb_complain(complaint, TB_EXIT_NOTHING, name, "no such interface; -D lists them");
}

static int open_source(struct tb_session *session, size_t i, struct tb_complaint *complaint)
{
    const struct tb_interface_options *asked = &session->options->interfaces[i];
    struct tb_described_interface *described = &session->described[i];
    struct tb_source *source = &session->sources[i];
    struct tb_capture_options options = { .filter = asked->filter,
                                          .snaplen = asked->snaplen,
                                          .buffer_mib = asked->buffer_mib,
                                          .promiscuous = asked->promiscuous };
    int status = find_interface(session, i, complaint);

    if (status != 0)
        return status;
    options.interface = source->name;
    options.is_loopback = described->interface->is_loopback;
    status = tb_capture_open(&options, &source->capture, complaint);
    if (status != 0)
        return status;
    described->machine = &session->machine;
    described->filter = asked->filter;
    described->link_type = tb_capture_link_type(source->capture);
    described->snaplen = tb_capture_snaplen(source->capture);
    source->place = (struct tb_owners_place){ .link_type = described->link_type,
                                              .netns = tb_netns_inode(),
                                              .loopback = described->interface->is_loopback };
    if (tb_capture_warning(source->capture) != NULL && !session->options->quiet) {
        struct tb_complaint warning;

        (void)tb_complain(&warning, TB_EXIT_OK, source->name, "libpcap says: \"%s\"",
                          tb_capture_warning(source->capture));
        tb_complaint_print(stderr, &warning);
    }
    return 0;
}

static int open_sources(struct tb_session *session, struct tb_complaint *complaint)
{
    int error = tb_interfaces_read(&session->interfaces);
    int status = 0;

    if (error != 0)
        return tb_complain(complaint, TB_EXIT_REFUSED, tb_word("interfaces"), "%s",
                           tb_word_error(-error));
    tb_machine_read(&session->machine, tb_netns_inode());
    for (size_t i = 0; status == 0 && i < session->options->interface_count; i++) {
        session->count = i + 1;
        status = open_source(session, i, complaint);
    }
    return status;
}

/* SIGHUP that was to be ignored is (nohup). A reader that has gone is an error of write(). */
static int take_signals(struct tb_session *session, struct tb_complaint *complaint)
{
    struct sigaction hangup;
    sigset_t ending;

    (void)sigemptyset(&ending);
    (void)sigaddset(&ending, SIGINT);
    (void)sigaddset(&ending, SIGTERM);
    (void)sigaddset(&ending, SIGCHLD);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
        (void)sigaddset(&ending, SIGHUP);
    (void)signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &ending, NULL) == 0)
        session->signals = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
    if (session->signals < 0)
        return tb_complain(complaint, TB_EXIT_REFUSED, tb_word("signals"), "%s",
                           tb_word_error(errno));
    return 0;
}

/* --- Owners -------------------------------------------------------------------------------- */

static bool is_wanted(const struct tb_owner *owner, void *context)
{
    const struct tb_session *session = context;
    const struct tb_options *options = session->options;

    return tb_wanted_matches(&options->wanted, owner) ||
           (options->command != NULL &&
            tb_owners_descends(session->owners, owner, session->command_pid,
                               session->command.start_ns, session->command.pid != 0));
}

/* The processes that have these pids now, and no later ones. */
static int find_wanted(struct tb_wanted *wanted, struct tb_complaint *complaint)
{
    wanted->step_ns = tb_start_step_ns();
    for (size_t i = 0; i < wanted->pid_count; i++) {
        uint32_t leader;
        char pid[16];

        (void)snprintf(pid, sizeof pid, "%u", wanted->pids[i]);
        if (tb_start_of(wanted->pids[i], &wanted->starts_ns[i], &leader))
            continue;
        return leader == 0 ? tb_complain(complaint, TB_EXIT_NOTHING, pid, "no process of this id")
                           : tb_complain(complaint, TB_EXIT_NOTHING, pid,
                                         "a thread of the process %u", leader);
    }
    return 0;
}

static int open_owners(struct tb_session *session, struct tb_complaint *complaint)
{
    const struct tb_options *options = session->options;
    bool chooses = tb_wanted_is_some(&options->wanted) || options->command != NULL;
    struct tb_filter_options filter = { .wants = is_wanted, .context = session };
    int status = find_wanted(&session->options->wanted, complaint);

    if (status == 0)
        status = tb_owners_open(options, &session->owners, complaint);
    if (status != 0 || !chooses)
        return status;
    if (tb_owners_mechanism(session->owners) == TB_MECHANISM_NONE)
        return tb_complain(
            complaint, TB_EXIT_REFUSED, tb_word("connections of some processes only"),
            "nobody can tell whose they are: %s", tb_owners_remark(session->owners, 0));
    session->filter = tb_filter_new(&filter);
    return session->filter != NULL
               ? 0
               : tb_complain(complaint, TB_EXIT_REFUSED, tb_word("owners"), "out of memory");
}

/* After the watch has begun, so that it sees who the process is, and before there are packets to
 * see in this one's memory. */
static int prepare_command(struct tb_session *session, struct tb_complaint *complaint)
{
    char **words = session->options->command;
    int status = words == NULL ? 0 : tb_command_prepare(&session->command, words, complaint);

    session->command_pid = (uint32_t)session->command.pid;
    return status;
}

int tb_session_go(struct tb_session *session, struct tb_complaint *complaint)
{
    char **words = session->options->command;

    return words == NULL ? 0 : tb_command_go(&session->command, words[0], complaint);
}

/* --- The whole ----------------------------------------------------------------------------- */

/* A FIFO that has no reader yet must remain interruptible; a file must not be left empty. */
static int open_sink(struct tb_session *session, struct tb_complaint *complaint)
{
    struct tb_options *options = session->options;
    bool is_stream = tb_sink_is_stream(options->output);
    int status = is_stream ? 0 : take_signals(session, complaint);

    if (status == 0)
        status = tb_sink_open(options->output, &options->limits, &session->sink, complaint);
    if (status == 0 && is_stream)
        status = take_signals(session, complaint);
    return status;
}

/* Statistics of an interface, at the end of a file. libpcap counts from the beginning. */
static void count(size_t interface, struct tb_statistics *statistics, void *context)
{
    struct tb_session *session = context;
    struct tb_source *source = &session->sources[interface];

    tb_session_count(session);
    statistics->counts_known = source->counts_known;
    statistics->received = source->counts.received;
    statistics->dropped = source->counts.dropped;
    statistics->interface_dropped = source->counts.interface_dropped;
    statistics->lost = tb_owners_lost(session->owners);
    statistics->forgotten = tb_owners_forgotten(session->owners);
    if (session->filter != NULL)
        statistics->undecided = tb_filter_counts(session->filter, true).dropped;
}

int tb_session_open(struct tb_session *session, struct tb_options *options,
                    struct tb_complaint *complaint)
{
    struct tb_sink_options sink = { .path = options->output, .limits = &options->limits };
    int status = 0;

    memset(session, 0, sizeof *session);
    session->options = options;
    session->signals = -1;
    session->command.go = -1;
    session->command.failure = -1;
    if (options->netns != NULL)
        status = tb_netns_enter(options->netns, complaint);
    if (status == 0)
        status = open_owners(session, complaint);
    if (status == 0)
        status = prepare_command(session, complaint);
    if (status == 0)
        status = open_sources(session, complaint);
    if (status == 0)
        status = tb_owners_snapshot(session->owners, complaint);
    tb_drop_bounding();
    if (status == 0)
        status = open_sink(session, complaint);
    if (status == 0)
        status = tb_drop_privileges(tb_sink_folder(session->sink), complaint);
    if (status != 0)
        return status;
    sink.section = (struct tb_section){ .machine = &session->machine,
                                        .mechanism = tb_owners_mechanism(session->owners),
                                        .arguments = options->arguments };
    sink.interfaces = session->described;
    sink.interface_count = session->count;
    sink.count = count;
    sink.context = session;
    return tb_sink_begin(session->sink, &sink, complaint);
}

void tb_session_close(struct tb_session *session)
{
    for (size_t i = 0; i < session->count; i++)
        tb_capture_close(session->sources[i].capture);
    if (session->signals >= 0)
        (void)close(session->signals);
    tb_packet_list_clear(&session->pending);
    free(session->scratch);
    tb_command_close(&session->command);
    tb_filter_free(session->filter);
    tb_owners_close(session->owners);
    tb_sink_free(session->sink);
    tb_interfaces_free(&session->interfaces);
}

void tb_session_count(struct tb_session *session)
{
    for (size_t i = 0; i < session->count; i++) {
        struct tb_source *source = &session->sources[i];
        struct tb_capture_counts counts;

        if (!source->is_gone && tb_capture_counts(source->capture, &counts)) {
            source->counts = counts;
            source->counts_known = true;
        }
    }
}
