/* SPDX-License-Identifier: GPL-2.0-or-later */
/* capture.c - captures with breathdump, into a file or printed through tshark and the plugin
 *
 * breath itself needs no right for it: breathdump is the program that has it. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include "auto.h"
#include "command.h"
#include "operand.h"
#include "packets.h"
#include "program.h"

enum {
    ARGUMENTS_MAX = 16
};

struct capture {
    struct tb_request *request;
    struct tb_packets packets;
    char *interface; /* NULL: breathdump's choice */
    char *output;
    char *count;
    struct tb_line filter; /* empty: none */
    bool lists;            /* the interfaces, and that is all */
    const char *printing;  /* an option that is about printing, as it was typed; NULL: none */
};

/* ---- Options, as tcpdump spells them */

static void take_printing(struct capture *capture, int option)
{
    capture->printing = option == 'e' ? "-e" : option == 'A' ? "-A" : "-X";
    if (option == 'e')
        capture->packets.link = true;
    else if (option == 'A')
        capture->packets.octets = TB_PACKETS_ASCII;
    else
        capture->packets.octets =
            capture->packets.octets == TB_PACKETS_NETWORK ? TB_PACKETS_WHOLE : TB_PACKETS_NETWORK;
}

static int take_count(struct capture *capture, char *value)
{
    uint32_t number;

    if (!tb_operand_number(value, UINT32_MAX, &number) || number == 0)
        return tb_usage(capture->request, TB_SAY_USAGE_COUNT, value);
    capture->count = value;
    return 0;
}

static int take(struct capture *capture, int option, char *value)
{
    switch (option) {
    case 'i':
        capture->interface = value;
        break;
    case 'w':
        capture->output = value;
        break;
    case 'c':
        return take_count(capture, value);
    case 'f':
        tb_line_clear(&capture->filter);
        tb_line_put(&capture->filter, value);
        break;
    case 'h':
        capture->request->options.help = true;
        break;
    case 'D':
        capture->lists = true;
        break;
    case 'n':
        capture->packets.names = false;
        break;
    default: /* getopt() has no enum */
        take_printing(capture, option);
        break;
    }
    return 0;
}

/* The other words are the filter, as tcpdump has it. */
static int take_words(struct capture *capture, int count, char **words)
{
    if (count > 0 && capture->filter.length > 0)
        return tb_usage(capture->request, TB_SAY_USAGE_MANY, words[0]);
    for (int i = 0; i < count; i++) {
        tb_line_put(&capture->filter, i > 0 ? " " : "");
        tb_line_put(&capture->filter, words[i]);
    }
    return 0;
}

static int read_options(struct capture *capture)
{
    struct tb_request *request = capture->request;
    const int count = (int)request->word_count + 1;
    char **arguments = request->word - 1; /* the command's own name stands before its words */
    int status = 0;
    int option;

    opterr = 0;
    optind = 0;
    while (status == 0 && (option = getopt(count, arguments, ":i:f:w:c:DneXAh")) != -1) {
        const char spelled[3] = { '-', (char)optopt, '\0' };

        if (option == '?' || option == ':')
            return tb_usage(request, option == ':' ? TB_SAY_USAGE_VALUE : TB_SAY_USAGE_OPTION,
                            spelled);
        status = take(capture, option, optarg);
    }
    if (status == 0)
        status = take_words(capture, count - optind, arguments + optind);
    if (status == 0 && capture->output != NULL && capture->printing != NULL)
        return tb_usage(request, TB_SAY_USAGE_WITH_FILE, capture->printing);
    return status;
}

/* ---- breathdump */

static void put_arguments(struct capture *capture, char *arguments[ARGUMENTS_MAX])
{
    static char name[] = "breathdump", interface[] = "-i", filter[] = "-f", count[] = "-c",
                write[] = "-w", standard[] = "-", list[] = "-D", english[] = "--lang=en",
                japanese[] = "--lang=ja";
    size_t at = 0;

    arguments[at++] = name;
    arguments[at++] = capture->request->page.lang == TB_LANG_JA ? japanese : english;
    if (capture->lists) {
        arguments[at++] = list;
        arguments[at] = NULL;
        return;
    }
    if (capture->interface != NULL) {
        arguments[at++] = interface;
        arguments[at++] = capture->interface;
    }
    if (capture->filter.length > 0) {
        arguments[at++] = filter;
        arguments[at++] = capture->filter.text;
    }
    if (capture->count != NULL) {
        arguments[at++] = count;
        arguments[at++] = capture->count;
    }
    arguments[at++] = write;
    arguments[at++] = capture->output == NULL ? standard : capture->output;
    arguments[at] = NULL;
}

/* breathdump has said why; this says what to do. */
static void tell_remedy(const struct tb_request *request, int status)
{
    struct tb_page talk = request->page;
    struct tb_line typed = { 0 };

    if (status != TB_EXIT_REFUSED || geteuid() == 0)
        return;
    talk.stream = stderr;
    tb_line_put(&typed, "sudo breath ");
    tb_typed(request, &typed);
    tb_page_tell(&talk, TB_SAY_CAPTURE_REMEDY, TB_TOKENS({ "command", tb_line_text(&typed) }));
    tb_line_free(&typed);
}

/* breathdump does all of it. */
static int pass_on(struct capture *capture, const char *path)
{
    char *arguments[ARGUMENTS_MAX];
    const struct tb_program program = {
        .path = path, .arguments = arguments, .in = -1, .out = -1, .err = -1, .kept = -1
    };
    struct tb_request *request = capture->request;
    tb_auto_fd int signals = tb_packets_signals();
    pid_t pid;
    int status, signal;

    put_arguments(capture, arguments);
    pid = tb_program_start(&program);
    if (pid < 0 || signals < 0)
        return tb_trouble_system(&request->trouble, path, pid < 0 ? (int)pid : signals);
    status = tb_program_wait_passing(pid, signals, &signal);
    tell_remedy(request, status);
    return status;
}

/* breathdump's pipe into tshark. Each has its own end only, so that each sees when the other goes.
 */
static int print(struct capture *capture, const char *path)
{
    char *arguments[ARGUMENTS_MAX];
    struct tb_program program = {
        .path = path, .arguments = arguments, .in = -1, .err = -1, .kept = -1
    };
    struct tb_request *request = capture->request;
    int between[2];
    int status, dumped;

    capture->packets.signals = tb_packets_signals();
    if (capture->packets.signals < 0 || pipe2(between, O_CLOEXEC) != 0)
        return tb_trouble_system(&request->trouble, "capture", errno);
    put_arguments(capture, arguments);
    program.out = between[1];
    capture->packets.source = tb_program_start(&program);
    (void)close(between[1]);
    capture->packets.in = between[0];
    if (capture->packets.source < 0) {
        status = tb_trouble_system(&request->trouble, path, (int)capture->packets.source);
    } else {
        status = tb_packets_print(request, &capture->packets);
        (void)close(between[0]);
        between[0] = -1;
        dumped = status == 0
                     ? tb_program_wait_passing(capture->packets.source, capture->packets.signals,
                                               &capture->packets.signal)
                     : tb_program_end(capture->packets.source, SIGINT);
        tell_remedy(request, dumped);
        status = status == 0 ? dumped : status;
    }
    if (between[0] >= 0)
        (void)close(between[0]);
    (void)close(capture->packets.signals);
    return status;
}

/* ---- */

static int run(struct capture *capture)
{
    struct tb_request *request = capture->request;
    char path[TB_PROGRAM_PATH_MAX];
    int status;

    if (!tb_program_find("breathdump", path))
        return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_REFUSED,
                          TB_SAY_CAPTURE_NO_BREATHDUMP, NULL);
    if (capture->output != NULL || capture->lists)
        return pass_on(capture, path);
    status = tb_packets_check(request); /* before packets could be lost for it */
    return status == 0 ? print(capture, path) : status;
}

int tb_capture(struct tb_request *request)
{
    struct capture capture = { .request = request,
                               .packets = { .names = true, .signals = -1, .in = -1 } };
    int status = read_options(&capture);

    if (status == 0 && request->options.help)
        tb_help_print(&request->page, request->command);
    else if (status == 0)
        status = run(&capture);
    tb_line_free(&capture.filter);
    return status;
}
