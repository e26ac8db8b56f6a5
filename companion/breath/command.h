/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.h - the commands of breath */
#ifndef TB_COMMAND_H
#define TB_COMMAND_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "options.h"
#include "page.h"
#include "trouble.h"

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
int tb_nic(struct tb_request *request);
int tb_route(struct tb_request *request);
int tb_neigh(struct tb_request *request);
int tb_ifconfig(struct tb_request *request);
int tb_arp(struct tb_request *request);
int tb_netstat(struct tb_request *request);
int tb_help(struct tb_request *request);

/* The help of a command, or of all of them where there is none. */
void tb_help_print(const struct tb_page *page, const struct tb_command *command);

/* Wrong usage: the word is quoted, and the command's usage follows. */
int tb_usage(struct tb_request *request, enum tb_say id, const char *word);

/* The command and its words as they were typed, to be typed again: "listen 8080". */
void tb_typed(const struct tb_request *request, struct tb_line *line);

/* Prints `{"schema": 1, "command": ..., ..., "exit_status": status}` and gives the document back.
 * Returns the status, or REFUSED where memory did not suffice. */
int tb_print_json(struct tb_request *request, json_t *document, int status);

#endif
