/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extcap_answers.c - what Wireshark asks a capture program before it captures: extcap(4) */
#include "extcap_answers.h"

#include <stdio.h>
#include <string.h>

#include "capture.h"
#include "extcap.h"
#include "word.h"

#define SENTENCE_MAX 1024
#define PAIRS_MAX    8 /* of a sentence, with what ends it */

/* What is for the eyes is told in the reader's language. */
static int tell(const char *kind, const struct tb_extcap_pair *pairs)
{
    struct tb_extcap_pair told[PAIRS_MAX];
    char text[SENTENCE_MAX];
    size_t count = 0;

    do {
        told[count] = pairs[count];
        if (pairs[count].key != NULL && pairs[count].value != NULL &&
            (strcmp(pairs[count].key, "display") == 0 || strcmp(pairs[count].key, "tooltip") == 0))
            told[count].value = tb_word(pairs[count].value);
    } while (pairs[count++].key != NULL && count < PAIRS_MAX);
    if (tb_extcap_sentence(text, sizeof text, kind, told) == 0 || fputs(text, stdout) == EOF)
        return TB_EXIT_REFUSED;
    return 0;
}

/* Those that are down have nothing to tell. */
int tb_extcap_tell_interfaces(const struct tb_interfaces *interfaces)
{
    const struct tb_extcap_pair program[] = { { "version", TB_VERSION }, { NULL, NULL } };
    int status = tell("extcap", program);

    for (size_t i = 0; status == 0 && i < interfaces->count; i++) {
        const struct tb_interface *interface = &interfaces->list[i];
        char value[64];
        char display[64];
        const struct tb_extcap_pair pairs[] = { { "value", value },
                                                { "display", display },
                                                { NULL, NULL } };

        if (!interface->is_up)
            continue;
        (void)snprintf(value, sizeof value, TB_EXTCAP_PREFIX "%s", interface->name);
        (void)snprintf(display, sizeof display, "TCP Breath: %s", interface->name);
        status = tell("interface", pairs);
    }
    return status;
}

int tb_extcap_tell_dlts(const struct tb_interface *interface)
{
    static const struct {
        unsigned link_type;
        const char *name;
        const char *display;
    } names[] = { { 1, "EN10MB", "Ethernet" },
                  { 101, "RAW", "Raw IP" },
                  { 276, "LINUX_SLL2", "Linux cooked-mode capture v2" } };
    unsigned link_type = tb_interface_link_type(interface);
    char number[16];

    (void)snprintf(number, sizeof number, "%u", link_type);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct tb_extcap_pair pairs[] = { { "number", number },
                                                { "name", names[i].name },
                                                { "display", names[i].display },
                                                { NULL, NULL } };

        if (names[i].link_type == link_type)
            return tell("dlt", pairs);
    }
    return TB_EXIT_REFUSED;
}

static const struct {
    const char *kind; /* "value" belongs to the argument of its number */
    struct tb_extcap_pair pairs[PAIRS_MAX];
} sentences[] = {
    { "arg",
      { { "number", "0" },
        { "call", "--snapshot-length" },
        { "display", "Octets of a packet" },
        { "type", "unsigned" },
        { "default", "0" },
        { "tooltip", "Keep this much of each packet; 0 keeps whole packets" },
        { NULL, NULL } } },
    { "arg",
      { { "number", "1" },
        { "call", "--buffer-size" },
        { "display", "Buffer in MiB" },
        { "type", "unsigned" },
        { "default", "16" },
        { "tooltip", "The kernel's room for packets that have not been read yet" },
        { NULL, NULL } } },
    { "arg",
      { { "number", "2" },
        { "call", "--no-promiscuous-mode" },
        { "display", "Only packets for this machine" },
        { "type", "boolflag" },
        { "default", "false" },
        { "tooltip", "Do not put the interface into promiscuous mode" },
        { NULL, NULL } } },
    { "arg",
      { { "number", "3" },
        { "call", "--attribution" },
        { "display", "Processes" },
        { "type", "selector" },
        { "default", "auto" },
        { "tooltip", "How the process at each end of a connection is known" },
        { NULL, NULL } } },
    { "value",
      { { "arg", "3" },
        { "value", "auto" },
        { "display", "As well as allowed" },
        { "default", "true" },
        { NULL, NULL } } },
    { "value",
      { { "arg", "3" },
        { "value", "bpf" },
        { "display", "By BPF tracing only" },
        { NULL, NULL } } },
    { "value",
      { { "arg", "3" },
        { "value", "proc" },
        { "display", "By looking under /proc only" },
        { NULL, NULL } } },
    { "value",
      { { "arg", "3" }, { "value", "none" }, { "display", "Not at all" }, { NULL, NULL } } },
    { "arg",
      { { "number", "4" },
        { "call", "--cmdline" },
        { "display", "Record the processes' arguments" },
        { "type", "boolflag" },
        { "default", "false" },
        { "tooltip", "They may hold secrets, and stay in the file" },
        { NULL, NULL } } },
    { "arg",
      { { "number", "5" },
        { "call", "--process" },
        { "display", "Only of processes" },
        { "type", "string" },
        { "tooltip", "Names with commas between; only their connections are captured" },
        { NULL, NULL } } }
};

int tb_extcap_tell_config(void)
{
    int status = 0;

    for (size_t i = 0; status == 0 && i < sizeof sentences / sizeof *sentences; i++)
        status = tell(sentences[i].kind, sentences[i].pairs);
    return status;
}

int tb_extcap_tell_filter(const struct tb_interface *interface, const char *filter)
{
    struct tb_complaint complaint;

    if (filter[0] == '\0' ||
        tb_capture_check_filter(filter, tb_interface_link_type(interface), &complaint) == 0)
        return 0;
    tb_print_safely(stdout, complaint.reason);
    (void)fputc('\n', stdout);
    return 0;
}
