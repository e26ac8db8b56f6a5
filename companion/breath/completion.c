/* SPDX-License-Identifier: GPL-2.0-or-later */
/* completion.c - what a shell may offer for the next word
 *
 * `breath completion bash` prints a script that asks `breath completion words TYPED... CURRENT` at
 * each turn, so that the words are those of the tables of commands and options, and the ports are
 * those of this machine at this moment. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "endpoint.h"
#include "rtnetlink.h"
#include "sockets.h"

enum {
    WORD_OCTETS = 64
};

static const struct {
    const char *name;
    const char *script;
} shells[] = {
    { "bash", "_breath()\n"
              "{\n"
              "    local IFS=$'\\n'\n"
              "    COMPREPLY=($(breath completion words \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
              "2>/dev/null))\n"
              "    [[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n"
              "}\n"
              "complete -F _breath breath\n" },
    { "zsh", "#compdef breath\n"
             "_breath()\n"
             "{\n"
             "    local -a offered\n"
             "    offered=(${(f)\"$(breath completion words \"${(@)words[2,CURRENT]}\" "
             "2>/dev/null)\"})\n"
             "    compadd -a offered\n"
             "}\n"
             "compdef _breath breath\n" },
    { "fish", "complete -c breath -f -a '(breath completion words (commandline -opc)[2..-1] "
              "(commandline -ct) 2>/dev/null)'\n" },
};

/* What is offered, and what was typed of it. */
struct offer {
    FILE *stream;
    const char *typed;
    size_t behind; /* octets of a candidate that the shell has taken for another word: "--lang=" */
};

static void offer(const struct offer *to, const char *candidate)
{
    if (strncmp(candidate, to->typed, strlen(to->typed)) == 0)
        (void)fprintf(to->stream, "%s\n", candidate + to->behind);
}

/* "--lang=en|ja" offers "--lang=en" and "--lang=ja"; "--watch[=SECONDS]" "--watch";
 * "--address=ADDRESS"
 * "--address=". */
static void offer_option(const struct offer *to, const char *option)
{
    const size_t name = strcspn(option, "=[");
    const char *value = option[name] == '=' ? option + name + 1 : "";
    char candidate[WORD_OCTETS];
    const bool chooses = strchr(value, '|') != NULL;

    if (strncmp(option, "--", 2) != 0)
        option += strcspn(option, " ") + 1; /* "-h, --help" */
    if (option[strcspn(option, "=[")] != '=') {
        (void)snprintf(candidate, sizeof(candidate), "%.*s", (int)strcspn(option, "["), option);
        offer(to, candidate);
        return;
    }
    do {
        const size_t length = chooses ? strcspn(value, "|") : 0;

        (void)snprintf(candidate, sizeof(candidate), "%.*s=%.*s", (int)name, option, (int)length,
                       value);
        offer(to, candidate);
        value += length + (value[length] == '|');
    } while (chooses && *value != '\0');
}

static void offer_options(const struct offer *to, unsigned takes)
{
    const char *option;

    for (size_t i = 0; (option = tb_help_option(i, takes)) != NULL; i++) {
        if (option[0] != '\0')
            offer_option(to, option);
    }
}

static void offer_commands(const struct offer *to)
{
    for (size_t i = 0; i < tb_command_count; i++)
        offer(to, tb_commands[i].name);
}

/* Each port once that something listens on or is bound to. */
static void offer_ports(const struct offer *to)
{
    static const struct tb_sockets_filter filter = {
        .tcp_states = 1u << TB_SOCKET_LISTEN | TB_SOCKETS_BOUND,
        .udp_states = 1u << TB_SOCKET_CLOSE,
    };
    struct tb_sockets sockets = { 0 };
    uint16_t last = 0;

    if (tb_sockets_read(&sockets, &filter) == 0) {
        tb_sockets_sort(&sockets);
        for (size_t i = 0; i < sockets.count; i++) {
            const uint16_t port = sockets.list[i].tuple.local_port;
            char word[WORD_OCTETS];

            (void)snprintf(word, sizeof(word), "%u", port);
            if (port != last)
                offer(to, word);
            last = port;
        }
    }
    tb_sockets_free(&sockets);
}

static void offer_nics(const struct offer *to)
{
    struct tb_nics nics = { 0 };

    if (tb_nics_read(&nics) == 0) {
        for (size_t i = 0; i < nics.link_count; i++) {
            struct tb_line name = { 0 };

            tb_line_put_outside(&name, nics.links[i].name, strlen(nics.links[i].name));
            offer(to, tb_line_text(&name));
            tb_line_free(&name);
        }
    }
    tb_nics_free(&nics);
}

static void offer_states(const struct offer *to)
{
    for (size_t i = 0; i < tb_endpoint_state_count; i++)
        offer(to, tb_endpoint_states[i]);
    offer(to, "tcp");
    offer(to, "udp");
}

static void offer_shells(const struct offer *to)
{
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++)
        offer(to, shells[i].name);
}

/* The words behind a command that are no options. */
static void offer_operands(const struct offer *to, const struct tb_command *command)
{
    if (command->run == tb_help)
        offer_commands(to);
    else if (command->run == tb_completion)
        offer_shells(to);
    else if (command->run == tb_conns)
        offer_states(to);
    if (command->run == tb_listen || command->run == tb_conns || command->run == tb_who ||
        command->run == tb_why || command->run == tb_tour)
        offer_ports(to);
    else if (command->run == tb_nic || command->run == tb_ifconfig)
        offer_nics(to);
}

static const struct tb_command *find_command(char *const *typed, size_t count)
{
    const char *nearest;

    for (size_t i = 0; i < count; i++) {
        if (typed[i][0] != '-' && typed[i][0] != '=')
            return tb_command_find(typed[i], &nearest);
    }
    return NULL;
}

/* bash takes "--lang=e" for three words. */
static void join(struct offer *to, char *const *typed, size_t *count, char place[WORD_OCTETS])
{
    const size_t last = *count;
    const bool at_sign = last > 0 && strcmp(to->typed, "=") == 0;
    const bool behind_sign = last > 1 && strcmp(typed[last - 1], "=") == 0;
    const size_t option = at_sign ? last - 1 : last - 2;

    if (!at_sign && !behind_sign)
        return;
    (void)snprintf(place, WORD_OCTETS, "%s=%s", typed[option], at_sign ? "" : to->typed);
    to->behind = strlen(typed[option]) + 1;
    to->typed = place;
    *count = option;
}

/* `typed`: the words before the one that is to be completed, which is the last. */
static void offer_words(struct tb_request *request, char *const *typed, size_t count)
{
    struct offer to = { request->page.stream, count > 0 ? typed[count - 1] : "", 0 };
    size_t before = count > 0 ? count - 1 : 0;
    char place[WORD_OCTETS];
    const struct tb_command *command;

    join(&to, typed, &before, place);
    command = find_command(typed, before);
    if (command != NULL && command->run == tb_capture && strcmp(typed[before - 1], "-i") == 0)
        offer_nics(&to);
    else if (to.typed[0] == '-')
        offer_options(&to, command == NULL ? 0 : command->takes);
    else if (command == NULL)
        offer_commands(&to);
    else
        offer_operands(&to, command);
}

int tb_completion(struct tb_request *request)
{
    if (request->word_count == 0)
        return tb_trouble(&request->trouble, request->page.lang, TB_EXIT_USAGE, TB_SAY_USAGE_NEEDED,
                          TB_TOKENS({ "what", "bash|zsh|fish" }));
    if (strcmp(request->word[0], "words") == 0) {
        offer_words(request, request->word + 1, request->word_count - 1);
        return TB_EXIT_FOUND;
    }
    for (size_t i = 0; i < request->word_count; i++) {
        if (strcmp(request->word[i], "--json") == 0)
            return tb_usage(request, TB_SAY_USAGE_NO_JSON, request->word[i]);
    }
    if (request->word_count > 1)
        return tb_usage(request, TB_SAY_USAGE_MANY, request->word[1]);
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(request->word[0], shells[i].name) == 0) {
            (void)fputs(shells[i].script, request->page.stream);
            return TB_EXIT_FOUND;
        }
    }
    return tb_usage(request, TB_SAY_USAGE_SHELL, request->word[0]);
}
