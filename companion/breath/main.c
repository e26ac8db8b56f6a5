/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c - breath: the sockets of this machine in plain words */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <malloc.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "shortage.h"
#include "standard.h"
#include "word.h"

enum {
    LARGE_OCTETS = 128 * 1024, /* as glibc begins with */
    LATER_INDENT = 2           /* of a complaint's later lines */
};

int tb_usage(struct tb_request *request, enum tb_say id, const char *word)
{
    struct tb_line quoted = { 0 };
    int status;

    tb_trouble_quote(&quoted, word);
    status = tb_trouble(&request->trouble, request->options.lang, TB_EXIT_USAGE, id,
                        TB_TOKENS({ "word", tb_line_text(&quoted) }));
    tb_line_free(&quoted);
    return status;
}

void tb_typed(const struct tb_request *request, struct tb_line *line)
{
    tb_line_put(line, request->command->name);
    for (size_t i = 0; i < request->word_count; i++) {
        tb_line_put(line, " ");
        tb_line_put_outside(line, request->word[i], strlen(request->word[i]));
    }
}

int tb_print_json(struct tb_request *request, json_t *document, int status)
{
    json_t *whole = json_pack("{s:i, s:s}", "schema", 1, "command", request->command->name);
    int result = status;

    if (whole == NULL || document == NULL || json_object_update(whole, document) != 0 ||
        json_object_set_new(whole, "exit_status", json_integer(status)) != 0 ||
        tb_shortage_is_noted() || json_dumpf(whole, request->page.stream, JSON_INDENT(1)) != 0)
        result = tb_trouble_system(&request->trouble, "--json",
                                   tb_shortage_is_noted() || errno == 0 ? ENOMEM : errno);
    else
        (void)fputc('\n', request->page.stream);
    json_decref(document);
    json_decref(whole);
    return result;
}

static size_t terminal_columns(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return TB_PAGE_WIDTH;
    return size.ws_col < TB_PAGE_WIDTH_LEAST ? TB_PAGE_WIDTH_LEAST : size.ws_col;
}

static void set_page(struct tb_request *request)
{
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    struct tb_page *page = &request->page;

    page->stream = stdout;
    page->lang = request->options.lang;
    (void)tb_word_choose(page->lang == TB_LANG_JA ? "ja" : "en"); /* what the system refuses */
    page->columns = terminal ? terminal_columns() : 0;
    page->colour = tb_options_colour(&request->options, terminal);
    page->explain =
        terminal || request->options.explain_given ? request->options.explain : TB_EXPLAIN_OFF;
    if (request->options.json)
        page->explain = TB_EXPLAIN_OFF;
}

/* Options that only other commands take. */
static int check_options(struct tb_request *request)
{
    const unsigned wrong = request->options.given & ~request->command->takes;

    for (size_t bit = 0; bit < TB_TAKES_BITS; bit++) {
        if ((wrong & 1u << bit) != 0)
            return tb_usage(request,
                            1u << bit == TB_TAKES_JSON ? TB_SAY_USAGE_NO_JSON
                                                       : TB_SAY_USAGE_OPTION_HERE,
                            request->options.given_word[bit]);
    }
    return 0;
}

/* Again and again, until a signal ends it or it cannot be done. */
static int run(struct tb_request *request)
{
    const bool clears = request->page.columns > 0 && !request->options.json;
    const struct timespec pause = { .tv_sec = request->options.watch_seconds };
    int status;

    for (;;) {
        if (clears && request->options.watch_seconds > 0)
            (void)fputs("\033[H\033[2J", request->page.stream);
        status = request->command->run(request);
        if (fflush(request->page.stream) != 0)
            return tb_trouble_system(&request->trouble, "stdout", errno);
        if (tb_shortage_is_noted() && status != TB_EXIT_REFUSED)
            return tb_trouble_system(&request->trouble, request->command->name, ENOMEM);
        if (request->options.watch_seconds == 0 || status == TB_EXIT_USAGE ||
            status == TB_EXIT_REFUSED)
            return status;
        (void)nanosleep(&pause, NULL);
    }
}

static int find_command(struct tb_request *request, const char *name)
{
    const char *nearest = NULL;
    int status;

    request->command = tb_command_find(name, &nearest);
    if (request->command != NULL)
        return 0;
    status = tb_usage(request, TB_SAY_USAGE_COMMAND, name);
    if (nearest != NULL)
        tb_trouble_suggest(&request->trouble, request->options.lang, nearest);
    return status;
}

static int answer_without_command(struct tb_request *request)
{
    set_page(request);
    if (!request->options.help)
        request->page.stream = stderr;
    if (request->options.version)
        (void)printf("breath %s\n", TB_VERSION);
    else
        tb_help_print(&request->page, NULL);
    return request->options.version || request->options.help ? TB_EXIT_FOUND : TB_EXIT_USAGE;
}

static int answer(struct tb_request *request, int count, char **arguments)
{
    int first, status;

    tb_options_begin(&request->options, count, arguments);
    status = tb_options_read(&request->options, count, arguments, NULL, &first, &request->trouble);
    if (status != 0)
        return status;
    if (first == count || request->options.version)
        return answer_without_command(request);
    status = find_command(request, arguments[first]);
    if (status != 0)
        return status;
    count -= first;
    arguments += first;
    first = 1;
    if ((request->command->takes & TB_TAKES_LONG) != 0)
        status = tb_options_read_long(&request->options, &count, arguments, &request->trouble);
    else if ((request->command->takes & TB_TAKES_OWN) == 0)
        status = tb_options_read(&request->options, count, arguments, request->command->letters,
                                 &first, &request->trouble);
    if (status != 0)
        return status;
    request->word = arguments + first;
    request->word_count = (size_t)(count - first);
    set_page(request);
    if (request->options.help) {
        tb_help_print(&request->page, request->command);
        return TB_EXIT_FOUND;
    }
    status = check_options(request);
    return status == 0 ? run(request) : status;
}

/* The lists of 100,000 sockets are made one after the other. What one of them took goes back to the
 * system as soon as it is freed; else glibc keeps ever larger ones for the next: mallopt(3). */
static void keep_memory_small(void)
{
#ifdef M_MMAP_THRESHOLD
    (void)mallopt(M_MMAP_THRESHOLD, LARGE_OCTETS);
#endif
}

/* On a terminal no line of it is longer than that. */
static void complain(const char *before, const char *text)
{
    const bool terminal = isatty(STDERR_FILENO) == 1;
    const struct tb_page talk = { .stream = stderr, .columns = terminal ? terminal_columns() : 0 };
    struct tb_line line = { 0 };

    tb_line_put(&line, before);
    tb_line_put(&line, text);
    tb_page_put(&talk, 0, LATER_INDENT, tb_line_text(&line));
    tb_line_free(&line);
}

int main(int count, char **arguments)
{
    struct tb_request request = { .command = NULL };
    int status;

    if (tb_standard_hold() != 0)
        return TB_EXIT_REFUSED;
    keep_memory_small();
    tb_shortage_watch_json();
    status = answer(&request, count, arguments);
    if ((fflush(stdout) != 0 || ferror(stdout)) && request.trouble.reason.length == 0)
        status = tb_trouble_system(&request.trouble, "stdout", errno);
    if (tb_shortage_is_noted() && request.trouble.reason.length == 0)
        status = tb_trouble_system(&request.trouble, "stdout", ENOMEM);
    if (request.trouble.reason.length > 0)
        complain("breath: ", tb_line_text(&request.trouble.reason));
    if (status == TB_EXIT_USAGE && request.command != NULL) {
        struct tb_line usage = { 0 };

        tb_say(&usage, request.options.lang, TB_SAY_USAGE_HELP,
               TB_TOKENS({ "usage", request.command->usage }));
        complain("", tb_line_text(&usage));
        tb_line_free(&usage);
    }
    tb_line_free(&request.trouble.reason);
    tb_view_forget(&request.memory);
    return status;
}
