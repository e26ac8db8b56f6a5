/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keeper.c - the process between breathdump and COMMAND */
#include "keeper.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clocks.h"
#include "complaint.h"
#include "identity.h"

struct keeper {
    pid_t command;
    int orders; /* -1: breathdump has closed it, or is gone */
    int deaths;
    bool is_asked;     /* COMMAND is to end */
    uint64_t limit_ns; /* CLOCK_MONOTONIC: then it is killed */
};

/* --- Becoming COMMAND ---------------------------------------------------------------------- */

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

static void say_failure(int failure, int error)
{
    if (write(failure, &error, sizeof error) != (ssize_t)sizeof error)
        _exit(TB_EXIT_NOT_RUN); /* breathdump has gone */
}

static _Noreturn void become(char **arguments, const sigset_t *mask, int failure)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* should that process be killed */
    (void)sigprocmask(SIG_SETMASK, mask, NULL);
    (void)execvp(arguments[0], arguments);
    say_failure(failure, errno);
    _exit(TB_EXIT_NOT_RUN);
}

/* --- What this process keeps --------------------------------------------------------------- */

/* Closes what is breathdump's alone (packet sockets), or all: a pipe that COMMAND reads must be
 * able to end. */
static void close_others(bool all, int one, int other)
{
    DIR *own = opendir("/proc/self/fd");
    const struct dirent *entry;

    while (own != NULL && (entry = readdir(own)) != NULL) {
        int fd = (int)strtol(entry->d_name, NULL, 10);

        if (entry->d_name[0] == '.' || fd == one || fd == other || fd == dirfd(own))
            continue;
        if (all || (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0)
            (void)close(fd);
    }
    if (own != NULL)
        (void)closedir(own);
}

/* Of all capabilities, root needs one for a COMMAND that becomes another user. */
static void drop_rights(void)
{
    static const cap_value_t kill_others[] = { CAP_KILL };
    cap_t kept = cap_init();

    if (kept == NULL)
        _exit(TB_EXIT_REFUSED);
    if (geteuid() == 0) {
        (void)cap_set_flag(kept, CAP_PERMITTED, 1, kill_others, CAP_SET);
        (void)cap_set_flag(kept, CAP_EFFECTIVE, 1, kill_others, CAP_SET);
    }
    (void)cap_set_proc(kept);
    (void)cap_free(kept);
}

/* --- Keeping it ---------------------------------------------------------------------------- */

static void ask_to_end(struct keeper *keeper, int signal)
{
    if (signal != 0)
        (void)kill(keeper->command, signal);
    (void)kill(keeper->command, SIGCONT); /* what is stopped does not hear */
    keeper->is_asked = true;
    keeper->limit_ns = tb_monotonic_ns() + TB_KEEPER_GRACE_S * TB_NS_PER_S;
}

static void obey(struct keeper *keeper)
{
    uint8_t order;

    if (read(keeper->orders, &order, 1) != 1) {
        (void)close(keeper->orders);
        keeper->orders = -1;
        if (!keeper->is_asked)
            ask_to_end(keeper, SIGTERM);
    } else if (keeper->is_asked) {
        keeper->limit_ns = 0;
    } else {
        ask_to_end(keeper, order == TB_KEEPER_TOLD ? 0 : order);
    }
}

static int wait_ms(const struct keeper *keeper)
{
    uint64_t now_ns = tb_monotonic_ns();

    if (keeper->limit_ns == UINT64_MAX)
        return -1;
    return keeper->limit_ns > now_ns ? (int)((keeper->limit_ns - now_ns) / TB_NS_PER_MS) + 1 : 0;
}

static _Noreturn void keep(struct keeper *keeper)
{
    for (;;) {
        struct pollfd polled[] = { { .fd = keeper->orders, .events = POLLIN },
                                   { .fd = keeper->deaths, .events = POLLIN } };
        int how;

        (void)poll(polled, sizeof polled / sizeof *polled, wait_ms(keeper));
        if (waitpid(keeper->command, &how, WNOHANG) == keeper->command)
            _exit(WIFSIGNALED(how) ? TB_EXIT_SIGNAL_BASE + WTERMSIG(how) : WEXITSTATUS(how));
        if (polled[0].revents != 0)
            obey(keeper);
        if (tb_monotonic_ns() >= keeper->limit_ns) {
            (void)kill(keeper->command, SIGKILL);
            keeper->limit_ns = UINT64_MAX;
        }
    }
}

/* All signals are blocked here: those of a terminal come to this process too. */
static void block_signals(sigset_t *before, int *deaths)
{
    sigset_t all;
    sigset_t death;

    (void)sigfillset(&all);
    (void)sigemptyset(&death);
    (void)sigaddset(&death, SIGCHLD);
    if (sigprocmask(SIG_SETMASK, &all, before) != 0)
        _exit(TB_EXIT_REFUSED);
    *deaths = signalfd(-1, &death, SFD_CLOEXEC | SFD_NONBLOCK);
}

_Noreturn void tb_keeper_run(char **arguments, int orders, int failure)
{
    struct keeper keeper = { .orders = orders, .limit_ns = UINT64_MAX };
    struct tb_identity invoker;
    sigset_t mask;
    uint8_t order;
    int error = 0;

    close_others(false, orders, failure);
    block_signals(&mask, &keeper.deaths);
    if (tb_identity_of_invoker(&invoker)) {
        error = -tb_identity_become(&invoker);
        set_environment(&invoker);
    }
    if (error == 0 && keeper.deaths < 0)
        error = EMFILE;
    if (error == 0)
        error = find_program(arguments[0]);
    say_failure(failure, error);
    if (error != 0 || read(orders, &order, 1) != 1 || order != TB_KEEPER_GO)
        _exit(TB_EXIT_NOT_RUN); /* or breathdump has gone */
    keeper.command = fork();
    if (keeper.command == 0)
        become(arguments, &mask, failure);
    if (keeper.command < 0) {
        say_failure(failure, errno);
        _exit(TB_EXIT_NOT_RUN);
    }
    close_others(true, orders, keeper.deaths);
    drop_rights();
    keep(&keeper);
}
