/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.h - the commands of breath */
#ifndef TB_COMMAND_H
#define TB_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "options.h"
#include "page.h"
#include "trouble.h"
#include "view.h"

struct tb_request;

struct tb_command {
    const char *name;
    const char *usage; /* "listen [PORT]" */
    enum tb_say about;
    enum tb_say about_long;
    unsigned takes; /* bits: enum tb_takes */
    int (*run)(struct tb_request *request);
    const char *letters; /* options of one letter, as the classic command has them */
};

struct tb_request {
    const struct tb_command *command;
    struct tb_options options;
    struct tb_page page;
    struct tb_trouble trouble;
    char **word; /* behind the command and without the options */
    size_t word_count;
    uint16_t port;                /* of which a step before told; 0: none */
    struct tb_view_memory memory; /* from one look to the next, of --watch */
};

/* "why 8080 --address=127.0.0.1 --udp" */
struct tb_stage {
    const char *name;
    char *word;          /* NULL: none */
    const char *address; /* NULL: none */
    const char *to;      /* likewise */
    uint16_t port;       /* of which a step before told; 0: none */
    bool udp;
};

extern const struct tb_command tb_commands[];
extern const size_t tb_command_count;

/* NULL: there is no such command; *nearest: what was probably meant, or NULL. */
const struct tb_command *tb_command_find(const char *name, const char **nearest);

/* Each returns an exit status; where the trouble is set, main() says it. */
int tb_listen(struct tb_request *request);
int tb_conns(struct tb_request *request);
int tb_who(struct tb_request *request);
int tb_who_pid(struct tb_request *request, uint32_t pid); /* of a process */
int tb_why(struct tb_request *request);
int tb_lsof(struct tb_request *request);
int tb_nic(struct tb_request *request);
int tb_route(struct tb_request *request);
int tb_neigh(struct tb_request *request);
int tb_ifconfig(struct tb_request *request);
int tb_arp(struct tb_request *request);
int tb_netstat(struct tb_request *request);
int tb_help(struct tb_request *request);
int tb_completion(struct tb_request *request);
int tb_serve(struct tb_request *request);
int tb_get(struct tb_request *request);
int tb_dial(struct tb_request *request);
int tb_capture(struct tb_request *request);
int tb_tour(struct tb_request *request);

/* Another command as a step of this one: its words, and the page, language and explanations of this
 * one. Its trouble, if there is any, becomes this one's. Returns its status. */
int tb_stage(struct tb_request *request, const struct tb_stage *stage);

/* The help of a command, or of all of them where there is none. */
void tb_help_print(const struct tb_page *page, const struct tb_command *command);

/* The options as help writes them, "--lang=en|ja", one after the other: "" is one that the command
 * does not take (bits: enum tb_takes), NULL is behind the last. */
const char *tb_help_option(size_t place, unsigned takes);

/* Wrong usage: the word is quoted, and the command's usage follows. */
int tb_usage(struct tb_request *request, enum tb_say id, const char *word);

/* The command and its words as they were typed, to be typed again: "listen 8080". */
void tb_typed(const struct tb_request *request, struct tb_line *line);

/* Prints `{"schema": 1, "command": ..., ..., "exit_status": status}` and gives the document back.
 * Returns the status, or REFUSED where memory did not suffice. */
int tb_print_json(struct tb_request *request, json_t *document, int status);

#endif
