/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - what the command line asks for
 *
 * Texts point into the command line. */
#ifndef TB_OPTIONS_H
#define TB_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "complaint.h"
#include "limit.h"
#include "wanted.h"

enum {
    TB_INTERFACES_MAX = 64 /* captured at once */
};

/* What to do. */
enum tb_mode {
    TB_MODE_CAPTURE,
    TB_MODE_LIST,
    TB_MODE_HELP,
    TB_MODE_VERSION,
    TB_MODE_EXTCAP_INTERFACES,
    TB_MODE_EXTCAP_DLTS,
    TB_MODE_EXTCAP_CONFIG,
    TB_MODE_EXTCAP_FILTER /* validate it */
};

struct tb_interface_options {
    const char *name;
    const char *filter;
    uint32_t snaplen;    /* 0: whole packets */
    uint32_t buffer_mib; /* 0: not said */
    bool promiscuous;
};

enum tb_attribution {
    TB_ATTRIBUTION_AUTO, /* the best that is allowed */
    TB_ATTRIBUTION_BPF,
    TB_ATTRIBUTION_PROC,
    TB_ATTRIBUTION_NONE
};

struct tb_options {
    enum tb_mode mode;
    struct tb_interface_options defaults; /* said before the first -i */
    struct tb_interface_options interfaces[TB_INTERFACES_MAX];
    size_t interface_count;
    const char *output; /* NULL: not said */
    struct tb_limits limits;
    const char *netns;
    struct tb_wanted wanted;
    enum tb_attribution attribution;
    bool arguments;     /* --cmdline */
    uint32_t event_mib; /* --event-buffer; 0: not said */
    bool quiet;
    char **command;     /* its words, NULL behind the last; NULL: none. Set by the caller */
    const char *extcap; /* interface that Wireshark names, without our prefix; NULL: not asked
                           by Wireshark */
    const char *fifo;
    bool extcap_capture; /* --capture */
};

enum tb_option {
    TB_OPTION_INTERFACE = 'i',
    TB_OPTION_FILTER = 'f',
    TB_OPTION_WRITE = 'w',
    TB_OPTION_SNAPLEN = 's',
    TB_OPTION_COUNT = 'c',
    TB_OPTION_RING = 'b',
    TB_OPTION_STOP = 'a',
    TB_OPTION_BUFFER = 'B',
    TB_OPTION_NOT_PROMISCUOUS = 'p',
    TB_OPTION_LIST = 'D',
    TB_OPTION_QUIET = 'q',
    TB_OPTION_HELP = 'h',
    TB_OPTION_VERSION = 'v',
    TB_OPTION_NETNS = 256,
    TB_OPTION_LANGUAGE,
    TB_OPTION_PID,
    TB_OPTION_PROCESS,
    TB_OPTION_USER,
    TB_OPTION_CMDLINE,
    TB_OPTION_EVENT_BUFFER,
    TB_OPTION_ATTRIBUTION,
    TB_OPTION_EXTCAP_INTERFACES,
    TB_OPTION_EXTCAP_INTERFACE,
    TB_OPTION_EXTCAP_DLTS,
    TB_OPTION_EXTCAP_CONFIG,
    TB_OPTION_EXTCAP_CAPTURE,
    TB_OPTION_EXTCAP_FILTER,
    TB_OPTION_EXTCAP_FIFO,
    TB_OPTION_EXTCAP_VERSION
};

/* As if nothing was said. */
void tb_options_begin(struct tb_options *options);

/* Takes one option; `spelled` is how it was written, for the complaint. 0 or an exit status. */
int tb_options_set(struct tb_options *options, enum tb_option option, const char *spelled,
                   const char *value, struct tb_complaint *complaint);

/* All are taken: fills in what was not said and checks what belongs together. Resolves no names
 * but users' (in tb_options_set). 0 or an exit status. */
int tb_options_end(struct tb_options *options, struct tb_complaint *complaint);

#endif
