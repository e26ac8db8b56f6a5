/* SPDX-License-Identifier: GPL-2.0-or-later */
/* command.c - the program that breathdump runs to capture its connections */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static int check_program(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0 || faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) != 0)
        return errno;
    return S_ISREG(status.st_mode) ? 0 : EACCES;
}

/* Whether execvp() will find it: before a file is made for a capture that does not come about. As
 * there, what may not be run is passed over as long as another one may. */
static int find_program(const char *name)
{
    const char *folder = getenv("PATH");
    int error = ENOENT;

    if (strchr(name, '/') != NULL)
        return check_program(name);
    if (folder == NULL)
        folder = "/bin:/usr/bin"; /* execvp(3) */
    while (*name != '\0') {
        size_t length = strcspn(folder, ":");
        char path[PATH_MAX];
        int found = ENAMETOOLONG;

        if ((size_t)snprintf(path, sizeof path, "%.*s%s%s", (int)length, folder,
                             length > 0 ? "/" : "", name) < sizeof path)
            found = check_program(path);
        if (found == 0 || found == EACCES)
            error = found;
        if (found == 0 || folder[length] == '\0')
            break;
        folder += length + 1;
    }
    return error;
}

/* In the new process. Says into `failure` whether there is what it is to become, and errno once
 * more if it does not become it. */
static _Noreturn void become(char **arguments, int go, int failure)
{
    struct tb_identity invoker;
    char octet;
    int error = 0;

    if (tb_identity_of_invoker(&invoker)) {
        error = -tb_identity_become(&invoker);
        set_environment(&invoker);
    }
    if (error == 0)
        error = find_program(arguments[0]);
    if (write(failure, &error, sizeof error) != (ssize_t)sizeof error || error != 0 ||
        read(go, &octet, 1) != 1)
        _exit(TB_EXIT_NOT_RUN); /* or breathdump has gone */
    (void)execvp(arguments[0], arguments);
    error = errno;
    (void)!write(failure, &error, sizeof error);
    _exit(TB_EXIT_NOT_RUN);
}

static int complain_command(struct tb_complaint *complaint, const char *name, int error)
{
    return tb_complain(complaint, error == ENOENT ? TB_EXIT_NOT_FOUND : TB_EXIT_NOT_RUN, name, "%s",
                       strerror(error));
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
    error = read_failure(command, EIO);
    if (error == 0)
        return 0;
    tb_command_close(command);
    return complain_command(complaint, arguments[0], error);
}

int tb_command_go(struct tb_command *command, const char *name, struct tb_complaint *complaint)
{
    int error;

    /* exec closes the other end; what it does before takes no time */
    if (write(command->go, "", 1) != 1)
        error = errno;
    else
        error = read_failure(command, 0);
    tb_command_close(command);
    return error == 0 ? 0 : complain_command(complaint, name, error);
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
