/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.c - the program that breathdump runs to capture its connections */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "identity.h"
#include "starts.h"

static void set_environment(const struct tb_identity *invoker)
{
    if (invoker->name[0] == '\0')
        return;
    if (setenv("HOME", invoker->home, 1) != 0 || setenv("USER", invoker->name, 1) != 0 ||
        setenv("LOGNAME", invoker->name, 1) != 0 || setenv("SHELL", invoker->shell, 1) != 0)
        _exit(TB_EXIT_NOT_RUN);
}

/* In the new process. Says errno in `failure` if it gets that far. */
static _Noreturn void become(char **arguments, int go, int failure)
{
    struct tb_identity invoker;
    char octet;
    int error = 0;

    if (read(go, &octet, 1) != 1)
        _exit(TB_EXIT_NOT_RUN); /* breathdump has gone */
    if (tb_identity_of_invoker(&invoker)) {
        error = -tb_identity_become(&invoker);
        set_environment(&invoker);
    }
    if (error == 0) {
        (void)execvp(arguments[0], arguments);
        error = errno;
    }
    (void)!write(failure, &error, sizeof error);
    _exit(TB_EXIT_NOT_RUN);
}

int tb_command_prepare(struct tb_command *command, char **arguments, struct tb_complaint *complaint)
{
    int go[2];
    int failure[2];
    uint32_t leader;

    if (pipe2(go, O_CLOEXEC) != 0)
        return tb_complain(complaint, TB_EXIT_REFUSED, arguments[0], "%s", strerror(errno));
    if (pipe2(failure, O_CLOEXEC) != 0) {
        (void)close(go[0]);
        (void)close(go[1]);
        return tb_complain(complaint, TB_EXIT_REFUSED, arguments[0], "%s", strerror(errno));
    }
    command->pid = fork();
    if (command->pid == 0) {
        (void)close(go[1]);
        (void)close(failure[0]);
        become(arguments, go[0], failure[1]);
    }
    (void)close(go[0]);
    (void)close(failure[1]);
    command->go = go[1];
    command->failure = failure[0];
    if (command->pid < 0) {
        command->pid = 0;
        tb_command_close(command);
        return tb_complain(complaint, TB_EXIT_REFUSED, arguments[0], "cannot be started: %s",
                           strerror(errno));
    }
    /* it is this program's child: not waited for, it keeps its pid */
    if (!tb_start_of((uint32_t)command->pid, &command->start_ns, &leader)) {
        tb_command_close(command);
        return tb_complain(complaint, TB_EXIT_REFUSED, "/proc", "cannot be read: %s",
                           strerror(errno));
    }
    return 0;
}

int tb_command_go(struct tb_command *command, const char *name, struct tb_complaint *complaint)
{
    int error = 0;
    ssize_t length;

    if (write(command->go, "", 1) != 1)
        error = errno;
    else {
        /* exec closes the other end; what it does before takes no time */
        length = read(command->failure, &error, sizeof error);
        if (length == 0)
            error = 0;
        else if (length != (ssize_t)sizeof error)
            error = length < 0 ? errno : EIO;
    }
    tb_command_close(command);
    if (error == 0)
        return 0;
    return tb_complain(complaint, error == ENOENT ? TB_EXIT_NOT_FOUND : TB_EXIT_NOT_RUN, name, "%s",
                       strerror(error));
}

bool tb_command_has_ended(struct tb_command *command, int *status)
{
    int how;

    if (command->pid == 0 || waitpid(command->pid, &how, WNOHANG) != command->pid)
        return false;
    command->pid = 0;
    *status = WIFSIGNALED(how) ? TB_EXIT_SIGNAL_BASE + WTERMSIG(how) : WEXITSTATUS(how);
    return true;
}

void tb_command_close(struct tb_command *command)
{
    if (command->go >= 0)
        (void)close(command->go);
    if (command->failure >= 0)
        (void)close(command->failure);
    command->go = -1;
    command->failure = -1;
}
