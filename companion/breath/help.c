/* SPDX-License-Identifier: GPL-2.0-or-later */
/* help.c - what breath says of itself */
#include <string.h>

#include "command.h"
#include "suggest.h"

enum {
    COMMANDS_MAX = 32
};

const struct tb_command tb_commands[] = {
    { "listen", "listen [PORT]", TB_SAY_HELP_LISTEN, TB_SAY_HELP_LISTEN_LONG,
      TB_TAKES_JSON | TB_TAKES_WATCH, tb_listen, "" },
    { "conns", "conns [FILTER...]", TB_SAY_HELP_CONNS, TB_SAY_HELP_CONNS_LONG,
      TB_TAKES_JSON | TB_TAKES_WATCH, tb_conns, "" },
    { "who", "who PORT|PID", TB_SAY_HELP_WHO, TB_SAY_HELP_WHO_LONG, TB_TAKES_JSON | TB_TAKES_WATCH,
      tb_who, "" },
    { "why", "why PORT [--address=ADDRESS] [--udp]", TB_SAY_HELP_WHY, TB_SAY_HELP_WHY_LONG,
      TB_TAKES_JSON | TB_TAKES_WATCH | TB_TAKES_BIND | TB_TAKES_UDP, tb_why, "" },
    { "nic", "nic [IFACE] [--to=ADDRESS]", TB_SAY_HELP_NIC, TB_SAY_HELP_NIC_LONG,
      TB_TAKES_JSON | TB_TAKES_WATCH | TB_TAKES_TO, tb_nic, "" },
    { "route", "route [-n] [-4|-6]", TB_SAY_HELP_ROUTE, TB_SAY_HELP_ROUTE_LONG,
      TB_TAKES_JSON | TB_TAKES_WATCH, tb_route, "n46" },
    { "neigh", "neigh [ADDRESS]", TB_SAY_HELP_NEIGH, TB_SAY_HELP_NEIGH_LONG,
      TB_TAKES_JSON | TB_TAKES_WATCH, tb_neigh, "" },
    { "ifconfig", "ifconfig [-a|IFACE]", TB_SAY_HELP_IFCONFIG, TB_SAY_HELP_IFCONFIG_LONG,
      TB_TAKES_JSON | TB_TAKES_WATCH, tb_ifconfig, "a" },
    { "arp", "arp [-a|-n] [ADDRESS]", TB_SAY_HELP_ARP, TB_SAY_HELP_ARP_LONG,
      TB_TAKES_JSON | TB_TAKES_WATCH, tb_arp, "an" },
    { "serve", "serve [PORT] [--public] [--raw|--udp]", TB_SAY_HELP_SERVE, TB_SAY_HELP_SERVE_LONG,
      TB_TAKES_JSON | TB_TAKES_SERVE | TB_TAKES_UDP, tb_serve, "" },
    { "get", "get URL [--timeout=SECONDS]", TB_SAY_HELP_GET, TB_SAY_HELP_GET_LONG,
      TB_TAKES_JSON | TB_TAKES_TIMEOUT, tb_get, "" },
    { "dial", "dial HOST PORT [--udp] [--timeout=S]", TB_SAY_HELP_DIAL, TB_SAY_HELP_DIAL_LONG,
      TB_TAKES_JSON | TB_TAKES_UDP | TB_TAKES_TIMEOUT, tb_dial, "" },
    { "capture", "capture [OPTION...] [FILTER...]", TB_SAY_HELP_CAPTURE, TB_SAY_HELP_CAPTURE_LONG,
      TB_TAKES_OWN | TB_TAKES_LONG, tb_capture, "" },
    { "tour", "tour [PORT] [--pause]", TB_SAY_HELP_TOUR, TB_SAY_HELP_TOUR_LONG, TB_TAKES_PAUSE,
      tb_tour, "" },
    { "netstat", "netstat [-alntuxp] | -r | -i | -s", TB_SAY_HELP_NETSTAT, TB_SAY_HELP_NETSTAT_LONG,
      TB_TAKES_OWN | TB_TAKES_LONG | TB_TAKES_JSON, tb_netstat, "" },
    { "lsof", "lsof -i[SPEC] | -p PID", TB_SAY_HELP_LSOF, TB_SAY_HELP_LSOF_LONG,
      TB_TAKES_OWN | TB_TAKES_LONG | TB_TAKES_JSON, tb_lsof, "" },
    { "completion", "completion bash|zsh|fish", TB_SAY_HELP_COMPLETION, TB_SAY_HELP_COMPLETION,
      TB_TAKES_OWN, tb_completion, "" },
    { "help", "help [COMMAND]", TB_SAY_HELP_HELP, TB_SAY_HELP_HELP, 0, tb_help, "" },
};
const size_t tb_command_count = sizeof(tb_commands) / sizeof(tb_commands[0]);

const struct tb_command *tb_command_find(const char *name, const char **nearest)
{
    const char *names[COMMANDS_MAX];
    size_t count = 0;

    for (; count < tb_command_count && count < COMMANDS_MAX; count++) {
        names[count] = tb_commands[count].name;
        if (strcmp(names[count], name) == 0)
            return &tb_commands[count];
    }
    *nearest = tb_suggest(name, names, count);
    return NULL;
}

int tb_stage(struct tb_request *request, const struct tb_stage *stage)
{
    const char *nearest = NULL;
    char *words[] = { stage->word };
    struct tb_request inner = { .command = tb_command_find(stage->name, &nearest),
                                .options = request->options,
                                .page = request->page,
                                .port = stage->port,
                                .word = words,
                                .word_count = stage->word != NULL };
    int status;

    inner.options.address = stage->address;
    inner.options.to = stage->to;
    inner.options.udp = stage->udp;
    inner.options.json = false;
    status = inner.command->run(&inner);
    if (inner.trouble.reason.length > 0) {
        tb_line_free(&request->trouble.reason);
        request->trouble = inner.trouble;
    }
    return status;
}

struct row {
    const char *left;
    enum tb_say right;
    unsigned takes; /* of a command that has it; 0: all have */
};

static const struct row options[] = {
    { "--json", TB_SAY_HELP_JSON, TB_TAKES_JSON },
    { "--watch[=SECONDS]", TB_SAY_HELP_WATCH, TB_TAKES_WATCH },
    { "--explain=off|short|long", TB_SAY_HELP_EXPLAIN, 0 },
    { "--lang=en|ja", TB_SAY_HELP_LANG, 0 },
    { "--color=auto|always|never", TB_SAY_HELP_COLOR, 0 },
    { "--address=ADDRESS", TB_SAY_HELP_ADDRESS, TB_TAKES_BIND },
    { "--udp", TB_SAY_HELP_UDP, TB_TAKES_UDP },
    { "--public", TB_SAY_HELP_PUBLIC, TB_TAKES_SERVE },
    { "--raw", TB_SAY_HELP_RAW, TB_TAKES_SERVE },
    { "--timeout=SECONDS", TB_SAY_HELP_TIMEOUT, TB_TAKES_TIMEOUT },
    { "--pause", TB_SAY_HELP_PAUSE, TB_TAKES_PAUSE },
    { "--to=ADDRESS", TB_SAY_HELP_TO, TB_TAKES_TO },
    { "-h, --help", TB_SAY_HELP_HELP, 0 },
    { "-v, --version", TB_SAY_HELP_VERSION, 0 },
};

const char *tb_help_option(size_t place, unsigned takes)
{
    if (place >= sizeof(options) / sizeof(options[0]))
        return NULL;
    return (options[place].takes & ~takes) == 0 ? options[place].left : "";
}

static void heading(const struct tb_page *page, enum tb_say id)
{
    (void)fprintf(page->stream, "\n%s%s%s\n", page->colour ? tb_style_begin(TB_STYLE_HEADING) : "",
                  tb_say_raw(page->lang, id), page->colour ? tb_style_end(TB_STYLE_HEADING) : "");
}

static void add(struct tb_table *table, const struct tb_page *page, const char *left,
                enum tb_say right)
{
    const char *const cells[] = { "", left, tb_say_raw(page->lang, right) };

    tb_table_add(table, TB_STYLE_PLAIN, cells);
}

static void begin(struct tb_table *table)
{
    tb_table_begin(table, 3);
    tb_table_may_narrow(table, 2, 16);
}

static void print_table(const struct tb_page *page, struct tb_table *table)
{
    struct tb_page narrow = *page;

    if (narrow.columns == 0 || narrow.columns > TB_PAGE_WIDTH)
        narrow.columns = TB_PAGE_WIDTH;
    tb_page_table(&narrow, table);
    tb_table_free(table);
}

static void print_commands(const struct tb_page *page)
{
    struct tb_table table;

    begin(&table);
    for (size_t i = 0; i < tb_command_count; i++)
        add(&table, page, tb_commands[i].usage, tb_commands[i].about);
    print_table(page, &table);
}

static void print_options(const struct tb_page *page, const struct tb_command *command)
{
    struct tb_table table;

    begin(&table);
    for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        if (command == NULL || (options[i].takes & ~command->takes) == 0)
            add(&table, page, options[i].left, options[i].right);
    }
    print_table(page, &table);
}

void tb_help_print(const struct tb_page *page, const struct tb_command *command)
{
    struct tb_page prose = *page;

    if (prose.columns == 0)
        prose.columns = TB_PAGE_WIDTH;
    if (command == NULL) {
        (void)fprintf(page->stream, "%s\n\n", tb_say_raw(page->lang, TB_SAY_HELP_USAGE));
        tb_page_tell(&prose, TB_SAY_HELP_ABOUT, NULL);
        heading(page, TB_SAY_HELP_COMMANDS);
        print_commands(page);
    } else {
        struct tb_line usage = { 0 };

        tb_say(&usage, page->lang, TB_SAY_USAGE_HELP, TB_TOKENS({ "usage", command->usage }));
        (void)fprintf(page->stream, "%s\n\n", tb_line_text(&usage));
        tb_line_free(&usage);
        tb_page_tell(&prose, command->about, NULL);
        if (command->about_long != command->about)
            tb_page_tell(&prose, command->about_long, NULL);
    }
    heading(page, TB_SAY_HELP_OPTIONS);
    print_options(page, command);
    (void)fputc('\n', page->stream);
    tb_page_tell(&prose, TB_SAY_HELP_STATUS, NULL);
}

int tb_help(struct tb_request *request)
{
    const struct tb_command *command = NULL;
    const char *nearest = NULL;

    if (request->word_count > 1)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[1]);
    if (request->word_count == 1) {
        command = tb_command_find(request->word[0], &nearest);
        if (command == NULL) {
            const int status = tb_usage(request, TB_SAY_USAGE_COMMAND, request->word[0]);

            if (nearest != NULL)
                tb_trouble_suggest(&request->trouble, request->page.lang, nearest);
            return status;
        }
    }
    tb_help_print(&request->page, command);
    return TB_EXIT_FOUND;
}
