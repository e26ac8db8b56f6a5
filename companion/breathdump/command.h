/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.h - the program that breathdump runs to capture its connections */
#ifndef TB_COMMAND_H
#define TB_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "complaint.h"

struct tb_command {
    pid_t pid;         /* 0: there is none, or it has ended and been waited for */
    uint64_t start_ns; /* since boot: starts.h */
    int go;            /* it waits for an octet here */
    int failure;       /* and says here why it cannot be run */
};

/* Makes the process, stopped before it becomes COMMAND: to be called before privileges are
 * dropped. It has the caller's environment, files and signal mask; under sudo it is the invoking
 * user's, with his groups, HOME, USER, LOGNAME and SHELL. It ends if this program does before
 * tb_command_go(). 0; TB_EXIT_NOT_FOUND or TB_EXIT_NOT_RUN where there is no such program, or
 * another exit status. */
int tb_command_prepare(struct tb_command *command, char **arguments,
                       struct tb_complaint *complaint);

/* Lets it run. 0, or TB_EXIT_NOT_RUN or TB_EXIT_NOT_FOUND; then it has ended. */
int tb_command_go(struct tb_command *command, const char *name, struct tb_complaint *complaint);

/* Whether it has ended, with its exit status or 128 and its signal. Does not wait. */
bool tb_command_has_ended(struct tb_command *command, int *status);

/* Closes what is open; a command that does not run yet ends. */
void tb_command_close(struct tb_command *command);

#endif
