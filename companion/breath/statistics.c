/* SPDX-License-Identifier: GPL-2.0-or-later */
/* statistics.c - what IP, TCP and UDP have counted, as netstat(8) -s prints it */
#include "netstat.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include "auto.h"
#include "snmpline.h"

enum {
    TEXT_MAX = 1 << 16 /* octets of a file; the kernel writes some 5,000 */
};

/* The counters that have words of their own; the others appear by name, as in netstat. */
static const struct known {
    const char *group;
    const char *name;
    enum tb_say words;
} known[] = {
    { "Ip", "InReceives", TB_SAY_COUNT_IP_IN },
    { "Ip", "ForwDatagrams", TB_SAY_COUNT_IP_FORWARDED },
    { "Ip", "InDiscards", TB_SAY_COUNT_IP_DISCARDED },
    { "Ip", "InDelivers", TB_SAY_COUNT_IP_DELIVERED },
    { "Ip", "OutRequests", TB_SAY_COUNT_IP_OUT },
    { "Icmp", "InMsgs", TB_SAY_COUNT_ICMP_IN },
    { "Icmp", "InErrors", TB_SAY_COUNT_ICMP_ERRORS },
    { "Icmp", "OutMsgs", TB_SAY_COUNT_ICMP_OUT },
    { "Tcp", "ActiveOpens", TB_SAY_COUNT_TCP_ACTIVE },
    { "Tcp", "PassiveOpens", TB_SAY_COUNT_TCP_PASSIVE },
    { "Tcp", "AttemptFails", TB_SAY_COUNT_TCP_FAILED },
    { "Tcp", "EstabResets", TB_SAY_COUNT_TCP_RESETS },
    { "Tcp", "CurrEstab", TB_SAY_COUNT_TCP_NOW },
    { "Tcp", "InSegs", TB_SAY_COUNT_TCP_IN },
    { "Tcp", "OutSegs", TB_SAY_COUNT_TCP_OUT },
    { "Tcp", "RetransSegs", TB_SAY_COUNT_TCP_RETRANS },
    { "Tcp", "InErrs", TB_SAY_COUNT_TCP_BAD },
    { "Tcp", "OutRsts", TB_SAY_COUNT_TCP_RESETS_SENT },
    { "Udp", "InDatagrams", TB_SAY_COUNT_UDP_IN },
    { "Udp", "NoPorts", TB_SAY_COUNT_UDP_NO_PORT },
    { "Udp", "InErrors", TB_SAY_COUNT_UDP_ERRORS },
    { "Udp", "OutDatagrams", TB_SAY_COUNT_UDP_OUT },
    { "Udp", "RcvbufErrors", TB_SAY_COUNT_UDP_RECEIVE_BUFFER },
    { "Udp", "SndbufErrors", TB_SAY_COUNT_UDP_SEND_BUFFER },
};

/* Those that mean trouble, and which. */
static const struct known troubles[] = {
    { "Tcp", "RetransSegs", TB_SAY_STAT_RETRANS },
    { "Tcp", "AttemptFails", TB_SAY_STAT_ATTEMPT_FAILS },
    { "Tcp", "InErrs", TB_SAY_STAT_IN_ERRS },
    { "TcpExt", "ListenOverflows", TB_SAY_STAT_LISTEN_OVERFLOWS },
    { "TcpExt", "ListenDrops", TB_SAY_STAT_LISTEN_DROPS },
    { "TcpExt", "SyncookiesSent", TB_SAY_STAT_SYN_COOKIES },
    { "TcpExt", "TCPTimeouts", TB_SAY_STAT_TIMEOUTS },
    { "TcpExt", "TCPAbortOnData", TB_SAY_STAT_ABORT_ON_DATA },
    { "Udp", "NoPorts", TB_SAY_STAT_UDP_NO_PORTS },
    { "Udp", "RcvbufErrors", TB_SAY_STAT_UDP_BUFFER },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct known *find(const struct known *rows, size_t count,
                                const struct tb_snmp_counter *counter)
{
    for (size_t i = 0; i < count; i++) {
        if (tb_snmp_is(&counter->group, rows[i].group) && tb_snmp_is(&counter->name, rows[i].name))
            return &rows[i];
    }
    return NULL;
}

/* Of the settings among the counters: RFC 4293, RFC 4022. */
static bool is_setting(const struct tb_snmp_counter *counter)
{
    static const char *const names[] = { "Forwarding", "DefaultTTL", "RtoAlgorithm",
                                         "RtoMin",     "RtoMax",     "MaxConn" };

    for (size_t i = 0; i < COUNT(names); i++) {
        if (tb_snmp_is(&counter->name, names[i]))
            return true;
    }
    return false;
}

static bool begins_with(const struct tb_snmp_word *word, const char *text)
{
    return word->length >= strlen(text) && memcmp(word->at, text, strlen(text)) == 0;
}

/* With -t or -u only what is TCP's or UDP's. */
static bool is_wanted(const struct tb_request *request, const struct tb_snmp_counter *counter)
{
    const bool tcp = tb_options_letter(&request->options, 't');
    const bool udp = tb_options_letter(&request->options, 'u');

    if (!tcp && !udp)
        return true;
    return (tcp && begins_with(&counter->group, "Tcp")) ||
           (udp && begins_with(&counter->group, "Udp"));
}

/* ---- Reading */

struct text {
    char octets[TEXT_MAX];
    size_t length;
};

static int append(struct text *text, const char *path)
{
    tb_auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -errno;
    while (text->length < sizeof(text->octets)) {
        const ssize_t got =
            read(fd, text->octets + text->length, sizeof(text->octets) - text->length);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -errno;
        if (got == 0)
            return 0;
        text->length += (size_t)got;
    }
    return -EFBIG;
}

/* ---- Printing */

static void put_counter(const struct tb_page *page, const struct tb_snmp_counter *counter)
{
    const struct known *row = find(known, COUNT(known), counter);
    struct tb_line line = { 0 }, value = { 0 };

    tb_line_put_number(&value, counter->value);
    tb_line_put(&line, "    ");
    if (row != NULL) {
        tb_say(&line, page->lang, row->words, TB_TOKENS({ "n", tb_line_text(&value) }));
    } else {
        tb_line_put_outside(&line, counter->name.at, counter->name.length);
        tb_line_put(&line, ": ");
        tb_line_put(&line, tb_line_text(&value));
    }
    if (row != NULL || counter->value > 0)
        tb_page_line(page, tb_line_text(&line), 8);
    tb_line_free(&line);
    tb_line_free(&value);
}

static void put_group(const struct tb_page *page, const struct tb_snmp_word *group)
{
    struct tb_line line = { 0 };

    tb_line_put_outside(&line, group->at, group->length);
    tb_line_put(&line, ":");
    tb_page_line(page, tb_line_text(&line), 0);
    tb_line_free(&line);
}

static size_t print_counters(const struct tb_request *request, const struct text *text)
{
    struct tb_snmp snmp;
    struct tb_snmp_counter counter;
    const char *group = NULL;
    size_t count = 0;

    tb_snmp_begin(&snmp, text->octets, text->length);
    while (tb_snmp_next(&snmp, &counter)) {
        if (!is_wanted(request, &counter) || is_setting(&counter))
            continue;
        if (counter.group.at != group)
            put_group(&request->page, &counter.group);
        group = counter.group.at;
        put_counter(&request->page, &counter);
        count++;
    }
    return count;
}

static void explain(const struct tb_request *request, const struct text *text)
{
    const struct tb_page *page = &request->page;
    struct tb_snmp snmp;
    struct tb_snmp_counter counter;
    bool found = false;

    tb_page_gap(page);
    tb_page_say(page, TB_SAY_STAT_SINCE, NULL);
    tb_snmp_begin(&snmp, text->octets, text->length);
    while (tb_snmp_next(&snmp, &counter)) {
        const struct known *row = find(troubles, COUNT(troubles), &counter);
        struct tb_line value = { 0 };

        if (row == NULL || counter.value == 0 || !is_wanted(request, &counter))
            continue;
        found = true;
        tb_line_put_number(&value, counter.value);
        tb_page_say(page, TB_SAY_STAT_WATCH,
                    TB_TOKENS({ "counter", row->name }, { "value", tb_line_text(&value) },
                              { "meaning", tb_say_raw(page->lang, row->words) }));
        tb_line_free(&value);
    }
    if (!found)
        tb_page_say(page, TB_SAY_STAT_NONE_TO_WATCH, NULL);
}

/* {"Tcp": {"RetransSegs": 0, ...}, ...} */
static json_t *statistics_json(const struct tb_request *request, const struct text *text)
{
    json_t *groups = json_object();
    struct tb_snmp snmp;
    struct tb_snmp_counter counter;

    tb_snmp_begin(&snmp, text->octets, text->length);
    while (tb_snmp_next(&snmp, &counter)) {
        const json_int_t value =
            counter.negative ? -(json_int_t)counter.value : (json_int_t)counter.value;
        struct tb_line group = { 0 }, name = { 0 };
        json_t *object;

        if (!is_wanted(request, &counter))
            continue;
        tb_line_put_outside(&group, counter.group.at, counter.group.length);
        tb_line_put_outside(&name, counter.name.at, counter.name.length);
        object = json_object_get(groups, tb_line_text(&group));
        if (object == NULL) {
            object = json_object();
            (void)json_object_set_new(groups, tb_line_text(&group), object);
        }
        (void)json_object_set_new(object, tb_line_text(&name), json_integer(value));
        tb_line_free(&group);
        tb_line_free(&name);
    }
    return groups;
}

/* nstat has no letters for protocols; it takes the beginning of a counter's name. */
static void put_same(const struct tb_request *request)
{
    const bool tcp = tb_options_letter(&request->options, 't');
    const bool udp = tb_options_letter(&request->options, 'u');
    struct tb_line classic = { 0 }, modern = { 0 };

    tb_line_put(&classic, "netstat -s");
    tb_line_put(&classic, tcp ? "t" : "");
    tb_line_put(&classic, udp ? "u" : "");
    tb_line_put(&modern, "nstat -az");
    tb_line_put(&modern, tcp ? " 'Tcp*'" : "");
    tb_line_put(&modern, udp ? " 'Udp*'" : "");
    tb_page_same(&request->page, tb_line_text(&classic), tb_line_text(&modern));
    tb_line_free(&classic);
    tb_line_free(&modern);
}

static int show(struct tb_request *request, struct text *text)
{
    static const char *const paths[] = { "/proc/net/snmp", "/proc/net/netstat" };

    for (size_t i = 0; i < COUNT(paths); i++) {
        const int error = append(text, paths[i]);

        if (error != 0)
            return tb_trouble_system(&request->trouble, paths[i], error);
    }
    if (request->options.json)
        return tb_print_json(request,
                             json_pack("{s:o}", "statistics", statistics_json(request, text)),
                             TB_EXIT_FOUND);
    if (print_counters(request, text) == 0) {
        const struct tb_page told = tb_page_talk(&request->page);

        tb_page_tell(&told, TB_SAY_STAT_NOTHING, NULL);
        return TB_EXIT_NOTHING;
    }
    explain(request, text);
    put_same(request);
    tb_page_next(&request->page, "breath conns", TB_SAY_NEXT_CONNS_STATES);
    return TB_EXIT_FOUND;
}

int tb_netstat_statistics(struct tb_request *request)
{
    struct text *text = calloc(1, sizeof(*text));
    int status;

    if (text == NULL)
        return tb_trouble_system(&request->trouble, "netstat", ENOMEM);
    status = show(request, text);
    free(text);
    return status;
}
