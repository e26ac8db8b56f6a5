/* SPDX-License-Identifier: GPL-2.0-or-later */
/* visits.c - what a server tells of those who come to it */
#include "visits.h"

#include <assert.h>
#include <string.h>

#include <time.h>
#include <unistd.h>

enum {
    TIME_OCTETS = 16,
    LATER_INDENT = 10, /* behind the time */
    SHOWN_MAX = 60     /* octets of data in a line; more are counted, and not shown */
};

static const struct {
    const char *name;
    enum tb_say say;
    bool who; /* the process is looked for */
} kinds[] = {
    [TB_VISIT_REQUEST] = { "request", TB_SAY_VISIT_REQUEST, true },
    [TB_VISIT_OPENED] = { "opened", TB_SAY_VISIT_OPENED, true },
    [TB_VISIT_DATA] = { "data", TB_SAY_VISIT_DATA, false },
    [TB_VISIT_DATAGRAM] = { "datagram", TB_SAY_VISIT_DATAGRAM, true },
    [TB_VISIT_CLOSED] = { "closed", TB_SAY_VISIT_CLOSED, false },
};
static_assert(sizeof(kinds) / sizeof(kinds[0]) == TB_VISIT_KIND_COUNT, "a row each");

static void put_time(struct tb_line *line)
{
    char text[TIME_OCTETS];
    const time_t now = time(NULL);
    struct tm local;

    if (localtime_r(&now, &local) != NULL && strftime(text, sizeof(text), "%H:%M:%S", &local) > 0)
        tb_line_put(line, text);
}

static void put_outside(struct tb_line *line, const char *text)
{
    tb_line_put_outside(line, text, strlen(text));
}

static void put_what(const struct tb_visit *visit, struct tb_line *line)
{
    if (visit->method != NULL) {
        put_outside(line, visit->method);
        tb_line_put(line, " ");
        put_outside(line, visit->target);
    } else if (visit->octets != NULL) {
        tb_line_put_outside(line, visit->octets,
                            visit->length < SHOWN_MAX ? (size_t)visit->length : SHOWN_MAX);
        tb_line_put(line, visit->length > SHOWN_MAX ? "..." : "");
    }
}

static void print_line(const struct tb_visits *visits, const struct tb_visit *visit,
                       const struct tb_visitor *visitor)
{
    const struct tb_page page = { .stream = visits->stream,
                                  .columns =
                                      isatty(fileno(visits->stream)) == 1 ? TB_PAGE_WIDTH : 0 };
    struct tb_line line = { 0 }, when = { 0 }, what = { 0 }, process = { 0 }, peer = { 0 },
                   octets = { 0 };

    put_time(&when);
    put_what(visit, &what);
    if (visitor != NULL)
        tb_visitor_put(visitor, visits->lang, &process);
    else
        tb_line_put(&process, "?");
    tb_visitor_put_end(&peer, visit->ends.remote, visit->ends.remote_port);
    tb_line_put_number(&octets, visit->length);
    tb_say(&line, visits->lang, kinds[visit->kind].say,
           TB_TOKENS({ "time", tb_line_text(&when) }, { "what", tb_line_text(&what) },
                     { "process", tb_line_text(&process) }, { "peer", tb_line_text(&peer) },
                     { "octets", tb_line_text(&octets) }));
    tb_page_put(&page, 0, LATER_INDENT, tb_line_text(&line));
    tb_line_free(&line);
    tb_line_free(&when);
    tb_line_free(&what);
    tb_line_free(&process);
    tb_line_free(&peer);
    tb_line_free(&octets);
}

static void print_json(const struct tb_visits *visits, const struct tb_visit *visit,
                       const struct tb_visitor *visitor)
{
    struct tb_line peer = { 0 }, what = { 0 };
    json_t *made;

    tb_visitor_put_end(&peer, visit->ends.remote, visit->ends.remote_port);
    put_what(visit, &what);
    made = json_pack("{s:i, s:s, s:s, s:s, s:s, s:I, s:o}", "schema", 1, "command", "serve",
                     "event", kinds[visit->kind].name, "remote", tb_line_text(&peer), "what",
                     tb_line_text(&what), "octets", (json_int_t)visit->length, "client",
                     visitor == NULL ? json_null() : tb_visitor_json(visitor));
    if (made != NULL && json_dumpf(made, visits->stream, JSON_COMPACT) == 0)
        (void)fputc('\n', visits->stream);
    json_decref(made);
    tb_line_free(&peer);
    tb_line_free(&what);
}

void tb_visits_tell(const struct tb_visits *visits, const struct tb_visit *visit)
{
    const struct tb_tuple end = tb_tuple_turned(&visit->ends);
    struct tb_visitor visitor = { .socket = NULL };
    const bool looked = kinds[visit->kind].who;
    const bool known =
        looked && tb_visitor_find(&visitor, &end, visit->kind == TB_VISIT_DATAGRAM) == 0;

    if (visits->json)
        print_json(visits, visit, known ? &visitor : NULL);
    else
        print_line(visits, visit, known ? &visitor : NULL);
    if (looked)
        tb_visitor_free(&visitor);
    (void)fflush(visits->stream);
}
