/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c - breathdump: captures packets */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "complaint.h"
#include "extcap_answers.h"
#include "help.h"
#include "interfaces.h"
#include "loop.h"
#include "netns.h"
#include "options.h"
#include "output.h"
#include "session.h"
#include "standard.h"
#include "status.h"
#include "word.h"

static const char short_options[] = "+:i:f:w:s:c:b:a:B:pDqhv";
static const struct option long_options[] = {
    { "interface", required_argument, NULL, TB_OPTION_INTERFACE },
    { "snapshot-length", required_argument, NULL, TB_OPTION_SNAPLEN },
    { "ring-buffer", required_argument, NULL, TB_OPTION_RING },
    { "autostop", required_argument, NULL, TB_OPTION_STOP },
    { "buffer-size", required_argument, NULL, TB_OPTION_BUFFER },
    { "no-promiscuous-mode", no_argument, NULL, TB_OPTION_NOT_PROMISCUOUS },
    { "list-interfaces", no_argument, NULL, TB_OPTION_LIST },
    { "quiet", no_argument, NULL, TB_OPTION_QUIET },
    { "help", no_argument, NULL, TB_OPTION_HELP },
    { "version", no_argument, NULL, TB_OPTION_VERSION },
    { "lang", required_argument, NULL, TB_OPTION_LANGUAGE },
    { "netns", required_argument, NULL, TB_OPTION_NETNS },
    { "pid", required_argument, NULL, TB_OPTION_PID },
    { "process", required_argument, NULL, TB_OPTION_PROCESS },
    { "user", required_argument, NULL, TB_OPTION_USER },
    { "cmdline", no_argument, NULL, TB_OPTION_CMDLINE },
    { "event-buffer", required_argument, NULL, TB_OPTION_EVENT_BUFFER },
    { "attribution", required_argument, NULL, TB_OPTION_ATTRIBUTION },
    { "extcap-interfaces", no_argument, NULL, TB_OPTION_EXTCAP_INTERFACES },
    { "extcap-interface", required_argument, NULL, TB_OPTION_EXTCAP_INTERFACE },
    { "extcap-dlts", no_argument, NULL, TB_OPTION_EXTCAP_DLTS },
    { "extcap-config", no_argument, NULL, TB_OPTION_EXTCAP_CONFIG },
    { "extcap-capture-filter", required_argument, NULL, TB_OPTION_EXTCAP_FILTER },
    { "extcap-version", optional_argument, NULL, TB_OPTION_EXTCAP_VERSION },
    { "capture", no_argument, NULL, TB_OPTION_EXTCAP_CAPTURE },
    { "fifo", required_argument, NULL, TB_OPTION_EXTCAP_FIFO },
    { NULL, 0, NULL, 0 }
};

/* "-x" or "--word", as it was written. getopt() has gone past it, and past its value. */
static const char *spelled(char **arguments, int option, int long_index, char *place, size_t size)
{
    if (long_index >= 0)
        (void)snprintf(place, size, "--%s", long_options[long_index].name);
    else if (option > 0 && option < 128)
        (void)snprintf(place, size, "-%c", option);
    else
        (void)snprintf(place, size, "%s", arguments[optind - 1]);
    return place;
}

/* getopt_long() takes what a name begins with: what means one option today means two when a later
 * version has another one. */
static bool is_whole(const char *word, int long_index)
{
    const char *name = long_options[long_index].name;

    return strncmp(word, "--", 2) != 0 || (strncmp(word + 2, name, strlen(name)) == 0 &&
                                           strchr("=", word[2 + strlen(name)]) != NULL);
}

static int complain_option(struct tb_complaint *complaint, int option, char **arguments)
{
    char word[128];

    return tb_complain(complaint, TB_EXIT_USAGE, spelled(arguments, optopt, -1, word, sizeof word),
                       "%s; --help lists the options",
                       option == ':' ? tb_word("needs a value")
                                     : tb_word("not an option, or its value is wrong or missing"));
}

static int read_options(int count, char **arguments, struct tb_options *options,
                        struct tb_complaint *complaint)
{
    bool has_dashes = false; /* "--", which is not the value of an option */
    int status = 0;

    opterr = 0;
    tb_options_begin(options);
    while (status == 0) {
        int long_index = -1;
        int at = optind;
        int option = getopt_long(count, arguments, short_options, long_options, &long_index);
        char word[128];

        if (option == -1) {
            has_dashes = optind == at + 1;
            break;
        }
        if (option == '?' || option == ':')
            return complain_option(complaint, option, arguments);
        if (long_index >= 0 && !is_whole(arguments[at], long_index))
            return tb_complain(complaint, TB_EXIT_USAGE, arguments[at],
                               "not an option; there is --%s", long_options[long_index].name);
        (void)spelled(arguments, option, long_index, word, sizeof word);
        status = tb_options_set(options, (enum tb_option)option, word, optarg, complaint);
    }
    if (status == 0 && has_dashes && optind == count)
        return tb_complain(complaint, TB_EXIT_USAGE, "--", "needs a command behind it");
    if (status == 0 && optind < count) {
        if (!has_dashes)
            return tb_complain(complaint, TB_EXIT_USAGE, arguments[optind],
                               "not an option; a capture filter goes after -f, in one word, a "
                               "command after --");
        options->command = &arguments[optind];
    }
    return status == 0 ? tb_options_end(options, complaint) : status;
}

/* It does not outlive the capture, which a limit or a failure has ended. */
static void end_command(struct tb_session *session)
{
    struct tb_complaint warning;

    if (session->command.pid == 0 ||
        tb_command_has_ended(&session->command, &session->command_status))
        return;
    (void)tb_complain(&warning, TB_EXIT_OK, session->options->command[0],
                      "ended by SIGTERM, as the capture is over");
    if (!session->options->quiet)
        tb_complaint_print(stderr, &warning);
    tb_command_close(&session->command);
}

static int capture(struct tb_options *options, struct tb_complaint *complaint)
{
    struct tb_session session;
    int status = tb_session_open(&session, options, complaint);

    if (status == 0) {
        tb_status_begin(&session);
        status = tb_session_go(&session, complaint);
        if (status == 0)
            status = tb_loop_run(&session, complaint);
        tb_status_end(&session);
        end_command(&session);
        /* that is how Wireshark ends a capture */
        if (options->extcap_capture && tb_sink_reader_has_gone(session.sink))
            status = 0;
        if (status == 0)
            status = session.command_status;
    }
    tb_session_close(&session);
    return status;
}

static int answer_of_interface(const struct tb_options *options,
                               const struct tb_interfaces *interfaces,
                               struct tb_complaint *complaint)
{
    const struct tb_interface *interface = tb_interfaces_find(interfaces, options->extcap);

    if (interface == NULL)
        return tb_complain(complaint, TB_EXIT_NOTHING, options->extcap, "no such interface");
    if (options->mode == TB_MODE_EXTCAP_DLTS)
        return tb_extcap_tell_dlts(interface);
    if (options->mode == TB_MODE_EXTCAP_CONFIG)
        return tb_extcap_tell_config();
    return tb_extcap_tell_filter(interface, options->interfaces[0].filter);
}

/* What needs to know the interfaces and captures nothing. */
static int answer(const struct tb_options *options, struct tb_complaint *complaint)
{
    struct tb_interfaces interfaces;
    int status = options->netns == NULL ? 0 : tb_netns_enter(options->netns, complaint);
    int error;

    if (status != 0)
        return status;
    error = tb_interfaces_read(&interfaces);
    if (error != 0)
        return tb_complain(complaint, TB_EXIT_REFUSED, tb_word("interfaces"), "%s",
                           tb_word_error(-error));
    if (options->mode == TB_MODE_LIST)
        tb_help_print_interfaces(stdout, &interfaces);
    else if (options->mode == TB_MODE_EXTCAP_INTERFACES)
        status = tb_extcap_tell_interfaces(&interfaces);
    else
        status = answer_of_interface(options, &interfaces, complaint);
    tb_interfaces_free(&interfaces);
    return status;
}

static int run(struct tb_options *options, struct tb_complaint *complaint)
{
    int status = 0;

    switch (options->mode) {
    case TB_MODE_CAPTURE:
        return capture(options, complaint);
    case TB_MODE_HELP:
        tb_help_print(stdout);
        break;
    case TB_MODE_VERSION:
        tb_help_print_version(stdout);
        break;
    case TB_MODE_LIST:
    case TB_MODE_EXTCAP_INTERFACES:
    case TB_MODE_EXTCAP_DLTS:
    case TB_MODE_EXTCAP_CONFIG:
    case TB_MODE_EXTCAP_FILTER:
        status = answer(options, complaint);
        break;
    }
    if (status == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        status =
            tb_complain(complaint, TB_EXIT_REFUSED, tb_word("stdout"), "%s", tb_word_error(errno));
    return status;
}

int main(int count, char **arguments)
{
    struct tb_options options;
    struct tb_complaint complaint = { .reason = "" };
    const int held = tb_standard_hold();
    int status = read_options(count, arguments, &options, &complaint);

    if (held != 0)
        status = tb_complain(&complaint, TB_EXIT_REFUSED, "/dev/null", "%s", tb_word_error(-held));
    else if (status == 0 && (getuid() != geteuid() || getgid() != getegid()))
        status =
            tb_complain(&complaint, TB_EXIT_REFUSED, "set-user-ID",
                        "refused: whoever starts it could choose whose files it writes; give it "
                        "capabilities (setcap)");
    if (status == 0)
        status = run(&options, &complaint);
    /* a command's own exit status is no complaint */
    if (status != 0 && complaint.reason[0] != '\0')
        tb_complaint_print(stderr, &complaint);
    /* else Wireshark waits for the first packet for ever */
    if (status != 0 && options.extcap_capture && options.fifo != NULL)
        tb_output_hang_up(options.fifo);
    return status;
}
