/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.h - the program that breathdump runs to capture its connections */
#ifndef TB_COMMAND_H
#define TB_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "complaint.h"

struct tb_command {
    pid_t pid;         /* its parent's; 0: there is none, or it has ended and been waited for */
    uint64_t start_ns; /* since boot: starts.h */
    int go;            /* orders: keeper.h */
    int failure;       /* why it cannot be run */
};

/* Makes the process that will run COMMAND (keeper.h): to be called before privileges are dropped
 * and signals taken. COMMAND has the caller's environment, files and signal mask; under sudo it is
 * the invoking user's, with his groups, HOME, USER, LOGNAME and SHELL. 0; TB_EXIT_NOT_FOUND or
 * TB_EXIT_NOT_RUN where there is no such program, or another exit status. */
int tb_command_prepare(struct tb_command *command, char **arguments,
                       struct tb_complaint *complaint);

/* Lets it run. 0, or TB_EXIT_NOT_RUN or TB_EXIT_NOT_FOUND; then it has ended. */
int tb_command_go(struct tb_command *command, const char *name, struct tb_complaint *complaint);

/* Passes a signal on, or with 0 tells that it has had one itself. It has TB_KEEPER_GRACE_S to end;
 * then, or at the second signal, it is killed. */
void tb_command_pass_on(struct tb_command *command, int signal);

/* Whether it has ended, with its exit status or 128 and its signal. Does not wait. */
bool tb_command_has_ended(struct tb_command *command, int *status);

/* Ends it where it runs, by SIGTERM and after TB_KEEPER_GRACE_S by SIGKILL, and waits for that. */
void tb_command_close(struct tb_command *command);

#endif
