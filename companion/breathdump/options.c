/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c - what the command line asks for */
#include "options.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extcap.h"
#include "word.h"

#define BUFFER_MIB     16u   /* where not said: holds 64 packets of 256 KiB, TPACKET_V3's blocks */
#define BUFFER_MIB_MAX 2047u /* libpcap takes an int of octets */
#define EVENT_MIB_MAX  1024u /* BPF's ring buffers have 4 GiB at most, mapped twice */
#define PID_MAX        4194304u /* PID_MAX_LIMIT of linux/threads.h */

enum {
    WORD_MAX = 255 /* octets of a name: NAME_MAX of linux/limits.h */
};

void tb_options_begin(struct tb_options *options)
{
    memset(options, 0, sizeof *options);
    options->defaults.promiscuous = true;
}

static int usage(struct tb_complaint *complaint, const char *spelled, const char *reason)
{
    return tb_complain(complaint, TB_EXIT_USAGE, spelled, "%s", tb_word(reason));
}

static bool parse_number(const char *text, uint32_t max, uint32_t *number)
{
    char *end;
    unsigned long long value;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || value > max)
        return false;
    *number = (uint32_t)value;
    return true;
}

/* The interface that was named last, or what holds for all. */
static struct tb_interface_options *place(struct tb_options *options)
{
    return options->interface_count == 0 ? &options->defaults
                                         : &options->interfaces[options->interface_count - 1];
}

static int add_interface(struct tb_options *options, const char *name,
                         struct tb_complaint *complaint)
{
    struct tb_interface_options *interface;

    if (options->interface_count == TB_INTERFACES_MAX)
        return tb_complain(complaint, TB_EXIT_USAGE, name, "more than %d interfaces",
                           TB_INTERFACES_MAX);
    interface = &options->interfaces[options->interface_count++];
    *interface = options->defaults;
    interface->name = name;
    return 0;
}

static int set_attribution(struct tb_options *options, const char *spelled, const char *value,
                           struct tb_complaint *complaint)
{
    static const char *const names[] = { [TB_ATTRIBUTION_AUTO] = "auto",
                                         [TB_ATTRIBUTION_BPF] = "bpf",
                                         [TB_ATTRIBUTION_PROC] = "proc",
                                         [TB_ATTRIBUTION_NONE] = "none" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(value, names[i]) == 0) {
            options->attribution = (enum tb_attribution)i;
            return 0;
        }
    return tb_complain(complaint, TB_EXIT_USAGE, spelled, "'%s': not one of auto, bpf, proc, none",
                       value);
}

/* The functions that add a word get it twice: terminated, and where it stands in the list. */
typedef int add_word_fn(struct tb_wanted *wanted, const char *word,
                        const struct tb_octet_string *place, const char **reason);

static int add_pid(struct tb_wanted *wanted, const char *word, const struct tb_octet_string *place,
                   const char **reason)
{
    uint32_t pid;

    (void)place;
    *reason = "not a process id";
    if (!parse_number(word, PID_MAX, &pid) || pid == 0)
        return TB_EXIT_USAGE;
    wanted->pids[wanted->pid_count++] = pid;
    return 0;
}

static int add_process(struct tb_wanted *wanted, const char *word,
                       const struct tb_octet_string *place, const char **reason)
{
    *reason = "a name is empty";
    if (*word == '\0')
        return TB_EXIT_USAGE;
    wanted->processes[wanted->process_count++] = *place;
    return 0;
}

static int add_user(struct tb_wanted *wanted, const char *word, const struct tb_octet_string *place,
                    const char **reason)
{
    const struct passwd *entry = getpwnam(word);
    uint32_t uid;

    (void)place;
    *reason = "no such user";
    if (entry != NULL)
        uid = entry->pw_uid;
    else if (!parse_number(word, UINT32_MAX - 1, &uid)) /* the last one is nobody's: chown(2) */
        return TB_EXIT_NOTHING;
    wanted->users[wanted->user_count++] = uid;
    return 0;
}

static int add_word(struct tb_wanted *wanted, const size_t *count,
                    const struct tb_octet_string *place, add_word_fn *add,
                    struct tb_complaint *complaint)
{
    char word[WORD_MAX + 1];
    const char *reason;
    int status;

    (void)snprintf(word, sizeof word, "%.*s", (int)place->length, place->octets);
    if (place->length > WORD_MAX)
        return tb_complain(complaint, TB_EXIT_USAGE, word, "longer than %d octets", WORD_MAX);
    if (*count == TB_WANTED_MAX)
        return tb_complain(complaint, TB_EXIT_USAGE, word, "more than %d are named", TB_WANTED_MAX);
    status = add(wanted, word, place, &reason);
    return status == 0 ? 0
                       : tb_complain(complaint, (enum tb_exit)status, word, "%s", tb_word(reason));
}

/* A list with commas. */
static int add_words(struct tb_wanted *wanted, const size_t *count, const char *value,
                     add_word_fn *add, struct tb_complaint *complaint)
{
    for (const char *at = value;; at++) {
        const struct tb_octet_string place = { at, strcspn(at, ",") };
        int status = add_word(wanted, count, &place, add, complaint);

        at += place.length;
        if (status != 0 || *at == '\0')
            return status;
    }
}

static int set_number(uint32_t *place_of, const char *spelled, const char *value, uint32_t least,
                      uint32_t most, struct tb_complaint *complaint)
{
    uint32_t number;

    if (!parse_number(value, most, &number) || number < least)
        return tb_complain(complaint, TB_EXIT_USAGE, spelled,
                           "'%s': not a whole number from %u to %u", value, least, most);
    *place_of = number;
    return 0;
}

static int set_limit(int (*parse)(struct tb_limits *, const char *, const char **),
                     struct tb_limits *limits, const char *spelled, const char *value,
                     struct tb_complaint *complaint)
{
    const char *reason;

    if (parse(limits, value, &reason) != 0)
        return tb_complain(complaint, TB_EXIT_USAGE, spelled, "'%s': %s", value, tb_word(reason));
    return 0;
}

static int set_count(struct tb_options *options, const char *spelled, const char *value,
                     struct tb_complaint *complaint)
{
    char *end;

    errno = 0;
    options->limits.packets = strtoull(value, &end, 10);
    if (*value < '0' || *value > '9' || errno != 0 || *end != '\0' || options->limits.packets == 0)
        return tb_complain(complaint, TB_EXIT_USAGE, spelled, "'%s': not a whole number from 1",
                           value);
    return 0;
}

/* "tcpbreath-lo" */
static int set_extcap(struct tb_options *options, const char *spelled, const char *value,
                      struct tb_complaint *complaint)
{
    options->extcap = tb_extcap_interface_of(value);
    if (options->extcap == NULL)
        return tb_complain(complaint, TB_EXIT_USAGE, spelled, "'%s': not an interface of ours",
                           value);
    return 0;
}

/* What says what to do. */
static bool set_mode(struct tb_options *options, enum tb_option option)
{
    static const struct {
        enum tb_option option;
        enum tb_mode mode;
    } modes[] = { { TB_OPTION_LIST, TB_MODE_LIST },
                  { TB_OPTION_HELP, TB_MODE_HELP },
                  { TB_OPTION_VERSION, TB_MODE_VERSION },
                  { TB_OPTION_EXTCAP_INTERFACES, TB_MODE_EXTCAP_INTERFACES },
                  { TB_OPTION_EXTCAP_DLTS, TB_MODE_EXTCAP_DLTS },
                  { TB_OPTION_EXTCAP_CONFIG, TB_MODE_EXTCAP_CONFIG } };

    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (modes[i].option == option) {
            options->mode = modes[i].mode;
            return true;
        }
    return false;
}

/* Where and how to capture. */
static int set_capture(struct tb_options *options, enum tb_option option, const char *spelled,
                       const char *value, struct tb_complaint *complaint)
{
    struct tb_interface_options *interface = place(options);

    if (option == TB_OPTION_INTERFACE)
        return add_interface(options, value, complaint);
    if (option == TB_OPTION_SNAPLEN)
        return set_number(&interface->snaplen, spelled, value, 0, INT32_MAX, complaint);
    if (option == TB_OPTION_BUFFER)
        return set_number(&interface->buffer_mib, spelled, value, 1, BUFFER_MIB_MAX, complaint);
    if (option == TB_OPTION_NOT_PROMISCUOUS)
        interface->promiscuous = false;
    else if (option == TB_OPTION_NETNS)
        options->netns = value;
    else
        interface->filter = value;
    return 0;
}

int tb_options_set(struct tb_options *options, enum tb_option option, const char *spelled,
                   const char *value, struct tb_complaint *complaint)
{
    struct tb_wanted *wanted = &options->wanted;

    if (set_mode(options, option))
        return 0;
    /* NOLINTNEXTLINE(clang-diagnostic-switch-enum): set_mode() and set_capture() take the rest */
    switch ((int)option) {
    case TB_OPTION_WRITE:
        options->output = value;
        return 0;
    case TB_OPTION_COUNT:
        return set_count(options, spelled, value, complaint);
    case TB_OPTION_STOP:
        return set_limit(tb_limits_parse_stop, &options->limits, spelled, value, complaint);
    case TB_OPTION_RING:
        return set_limit(tb_limits_parse_ring, &options->limits, spelled, value, complaint);
    case TB_OPTION_PID:
        return add_words(wanted, &wanted->pid_count, value, add_pid, complaint);
    case TB_OPTION_PROCESS:
        return add_words(wanted, &wanted->process_count, value, add_process, complaint);
    case TB_OPTION_USER:
        return add_words(wanted, &wanted->user_count, value, add_user, complaint);
    case TB_OPTION_ATTRIBUTION:
        return set_attribution(options, spelled, value, complaint);
    case TB_OPTION_CMDLINE:
        options->arguments = true;
        return 0;
    case TB_OPTION_EVENT_BUFFER:
        return set_number(&options->event_mib, spelled, value, 1, EVENT_MIB_MAX, complaint);
    case TB_OPTION_QUIET:
        options->quiet = true;
        return 0;
    case TB_OPTION_EXTCAP_INTERFACE:
        return set_extcap(options, spelled, value, complaint);
    case TB_OPTION_EXTCAP_FIFO:
        options->fifo = value;
        return 0;
    case TB_OPTION_EXTCAP_CAPTURE:
        options->extcap_capture = true;
        return 0;
    case TB_OPTION_EXTCAP_VERSION: /* whatever Wireshark's version is, the answers are the same */
        return 0;
    case TB_OPTION_LANGUAGE: /* at once: mistakes are told in it */
        return tb_word_choose(value) ? 0
                                     : tb_complain(complaint, TB_EXIT_USAGE, spelled,
                                                   "'%s': not one of en, ja", value);
    default:
        return set_capture(options, option, spelled, value, complaint);
    }
}

/* Wireshark asks for an interface, a filter and a FIFO in its own words. */
static int end_extcap(struct tb_options *options, struct tb_complaint *complaint)
{
    struct tb_interface_options *interface = &options->interfaces[0];

    if (options->interface_count > 0)
        return usage(complaint, "--interface", "not together with --extcap-interface");
    *interface = options->defaults;
    interface->name = options->extcap;
    options->interface_count = 1;
    if (options->mode != TB_MODE_CAPTURE)
        return 0;
    if (!options->extcap_capture) {
        if (interface->filter == NULL)
            return usage(complaint, "--extcap-interface",
                         "needs --extcap-dlts, --extcap-config, --extcap-capture-filter or "
                         "--capture");
        options->mode = TB_MODE_EXTCAP_FILTER;
        return 0;
    }
    if (options->fifo == NULL)
        return usage(complaint, "--capture", "needs --fifo");
    options->output = options->fifo;
    options->quiet = true;
    return 0;
}

static int check_capture(struct tb_options *options, struct tb_complaint *complaint)
{
    const char *reason;

    if (tb_limits_check(&options->limits, &reason) != 0)
        return usage(complaint, "-b", reason);
    if (options->limits.several && (options->output == NULL || strcmp(options->output, "-") == 0))
        return usage(complaint, "-b", "several files need a name: -w FILE");
    if (options->attribution == TB_ATTRIBUTION_NONE &&
        (tb_wanted_is_some(&options->wanted) || options->command != NULL))
        return usage(complaint, "--attribution=none",
                     "without owners there is nothing to choose connections by");
    if (options->attribution == TB_ATTRIBUTION_NONE && options->arguments)
        return usage(complaint, "--cmdline",
                     "nobody's arguments are recorded with --attribution=none");
    if (options->event_mib != 0 && options->attribution != TB_ATTRIBUTION_AUTO &&
        options->attribution != TB_ATTRIBUTION_BPF)
        return usage(complaint, "--event-buffer", "is for BPF tracing only");
    if (options->output == NULL)
        options->output = "-";
    if (options->command != NULL && strcmp(options->output, "-") == 0)
        return usage(complaint, options->command[0], "writes to stdout too: say -w FILE");
    return 0;
}

int tb_options_end(struct tb_options *options, struct tb_complaint *complaint)
{
    bool extcap_asks = options->mode == TB_MODE_EXTCAP_DLTS ||
                       options->mode == TB_MODE_EXTCAP_CONFIG || options->extcap_capture;
    int status = 0;

    if (options->extcap != NULL && options->mode != TB_MODE_EXTCAP_INTERFACES)
        status = end_extcap(options, complaint);
    else if (extcap_asks)
        status = usage(complaint, "--extcap-interface", "needed, and not there");
    if (status == 0 && options->mode == TB_MODE_LIST && options->command != NULL)
        status = usage(complaint, options->command[0], "is not run with -D, which only lists");
    if (status != 0 || options->mode != TB_MODE_CAPTURE)
        return status;
    if (options->interface_count == 0) {
        options->interfaces[0] = options->defaults;
        options->interfaces[0].name = "any";
        options->interface_count = 1;
    }
    for (size_t i = 0; i < options->interface_count; i++)
        if (options->interfaces[i].buffer_mib == 0)
            options->interfaces[i].buffer_mib = BUFFER_MIB;
    return check_capture(options, complaint);
}
