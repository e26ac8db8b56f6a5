/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.c - the program that breathdump runs to capture its connections */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "keeper.h"
#include "starts.h"
#include "word.h"

static int complain_system(struct tb_complaint *complaint, const char *name)
{
    return tb_complain(complaint, TB_EXIT_REFUSED, name, "cannot be started: %s",
                       tb_word_error(errno));
}

static int complain_command(struct tb_complaint *complaint, const char *name, int error)
{
    return tb_complain(complaint, error == ENOENT ? TB_EXIT_NOT_FOUND : TB_EXIT_NOT_RUN, name, "%s",
                       tb_word_error(error));
}

/* What the new process says: an errno; `at_end` where it says nothing and is gone, or runs. */
static int read_failure(const struct tb_command *command, int at_end)
{
    int error;
    ssize_t length = read(command->failure, &error, sizeof error);

    if (length == (ssize_t)sizeof error)
        return error;
    return length == 0 ? at_end : EIO;
}

int tb_command_prepare(struct tb_command *command, char **arguments, struct tb_complaint *complaint)
{
    int go[2];
    int failure[2];
    uint32_t leader;
    int error;

    if (pipe2(go, O_CLOEXEC) != 0)
        return complain_system(complaint, arguments[0]);
    if (pipe2(failure, O_CLOEXEC) != 0) {
        int status = complain_system(complaint, arguments[0]);

        (void)close(go[0]);
        (void)close(go[1]);
        return status;
    }
    command->pid = fork();
    if (command->pid == 0) {
        (void)close(go[1]);
        (void)close(failure[0]);
        tb_keeper_run(arguments, go[0], failure[1]);
    }
    (void)close(go[0]);
    (void)close(failure[1]);
    command->go = go[1];
    command->failure = failure[0];
    if (command->pid < 0) {
        command->pid = 0;
        error = complain_system(complaint, arguments[0]);
        tb_command_close(command);
        return error;
    }
    /* it is this program's child: not waited for, it keeps its pid */
    if (!tb_start_of((uint32_t)command->pid, &command->start_ns, &leader)) {
        error = errno;
        tb_command_close(command);
        return tb_complain(complaint, TB_EXIT_REFUSED, "/proc", "cannot be read: %s",
                           tb_word_error(error));
    }
    error = read_failure(command, EIO);
    if (error == 0)
        return 0;
    tb_command_close(command);
    return complain_command(complaint, arguments[0], error);
}

static bool order(const struct tb_command *command, uint8_t octet)
{
    return write(command->go, &octet, 1) == 1;
}

int tb_command_go(struct tb_command *command, const char *name, struct tb_complaint *complaint)
{
    int error;

    /* exec closes the other end; what it does before takes no time */
    error = order(command, TB_KEEPER_GO) ? read_failure(command, 0) : errno;
    if (error == 0) {
        (void)close(command->failure);
        command->failure = -1;
        return 0;
    }
    tb_command_close(command);
    return complain_command(complaint, name, error);
}

void tb_command_pass_on(struct tb_command *command, int signal)
{
    /* no room, no reader: then it has ended, or is about to be killed */
    (void)order(command, signal == 0 ? TB_KEEPER_TOLD : (uint8_t)signal);
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
    if (command->pid != 0)
        (void)waitpid(command->pid, NULL, 0);
    command->pid = 0;
}
