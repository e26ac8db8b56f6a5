/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.c - the other programs that breath runs */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "auto.h"
#include "operand.h"

enum {
    NOBODY = 65534, /* the kernel's overflow uid, which every system leaves to nobody */
    NOT_RUN = 127,
    PATIENCE_MS = 5000, /* with a program that was asked to end */
    SIGNAL_BASE = 128
};

/* ---- Where they are */

static bool is_there(const char *path)
{
    return access(path, F_OK) == 0;
}

/* The folder of this program. */
static bool own_folder(char path[TB_PROGRAM_PATH_MAX])
{
    const ssize_t got = readlink("/proc/self/exe", path, TB_PROGRAM_PATH_MAX - 1);
    char *slash;

    if (got <= 0 || got >= TB_PROGRAM_PATH_MAX - 1)
        return false;
    path[got] = '\0';
    slash = strrchr(path, '/');
    if (slash == NULL)
        return false;
    *slash = '\0';
    return true;
}

static bool join(char path[TB_PROGRAM_PATH_MAX], const char *folder, int folder_length,
                 const char *between, const char *name)
{
    const int length =
        snprintf(path, TB_PROGRAM_PATH_MAX, "%.*s%s%s", folder_length, folder, between, name);

    return length > 0 && length < TB_PROGRAM_PATH_MAX && is_there(path);
}

static bool find_in(const char *list, const char *name, char path[TB_PROGRAM_PATH_MAX])
{
    while (list != NULL && *list != '\0') {
        const size_t length = strcspn(list, ":");

        /* a relative folder is whatever the present one holds */
        if (*list == '/' && join(path, list, (int)length, "/", name))
            return true;
        list += length;
        list += *list == ':';
    }
    return false;
}

bool tb_program_find(const char *name, char path[TB_PROGRAM_PATH_MAX])
{
    static const char *const places[] = { "/", "/../libexec/tcp-breath/", "/../sbin/" };
    char folder[TB_PROGRAM_PATH_MAX];

    if (own_folder(folder)) {
        for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
            if (join(path, folder, (int)strlen(folder), places[i], name))
                return true;
        }
    }
    return find_in(getenv("PATH"), name, path) ||
           find_in("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", name, path);
}

bool tb_program_beside(const char *name, char path[TB_PROGRAM_PATH_MAX])
{
    char folder[TB_PROGRAM_PATH_MAX];

    return own_folder(folder) && join(path, folder, (int)strlen(folder), "/../", name);
}

/* ---- Running them */

static bool id_of(const char *variable, uint32_t *id)
{
    const char *text = getenv(variable);

    return text != NULL && tb_operand_number(text, UINT32_MAX - 1, id) && *id != 0;
}

/* What dissects packets of strangers must not be root. */
static bool give_up_privileges(void)
{
    uint32_t uid = NOBODY, gid = NOBODY;
    const struct passwd *entry;

    if (geteuid() != 0)
        return true;
    if (!id_of("SUDO_UID", &uid) || !id_of("SUDO_GID", &gid))
        uid = gid = NOBODY;
    entry = getpwuid(uid); /* NOLINT(concurrency-mt-unsafe): of one thread, behind fork() */
    if (uid != NOBODY && entry != NULL) {
        if (setenv("HOME", entry->pw_dir, 1) != 0 || initgroups(entry->pw_name, gid) != 0)
            return false;
    } else if (setenv("HOME", "/nonexistent", 1) != 0 || setgroups(0, NULL) != 0) {
        return false;
    }
    return setresgid(gid, gid, gid) == 0 && setresuid(uid, uid, uid) == 0;
}

static bool put_at(int fd, int place)
{
    return fd < 0 || fd == place || dup2(fd, place) == place;
}

/* In the new process. */
static _Noreturn void become(const struct tb_program *program, pid_t parent)
{
    static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };
    sigset_t none;

    /* what this program's caller lets it ignore, its own programs must not */
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        (void)signal(signals[i], SIG_DFL);
    sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)setpgid(0, 0);
    if ((program->unprivileged && !give_up_privileges()) || !put_at(program->in, STDIN_FILENO) ||
        !put_at(program->out, STDOUT_FILENO) || !put_at(program->err, STDERR_FILENO) ||
        (program->kept >= 0 && fcntl(program->kept, F_SETFD, 0) != 0))
        _exit(NOT_RUN);
    /* after the user was changed, which takes it back: prctl(2) */
    if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
        _exit(NOT_RUN);
    (void)execv(program->path, program->arguments);
    _exit(NOT_RUN);
}

/* Until it has become the program, or ended: the pipe's other end is closed by either. Before that
 * it bears our name, in lists too. */
static void await_program(int begun)
{
    char octet;

    while (read(begun, &octet, sizeof(octet)) < 0 && errno == EINTR)
        ;
}

pid_t tb_program_start(const struct tb_program *program)
{
    const pid_t parent = getpid();
    int begun[2];
    pid_t pid;

    if (pipe2(begun, O_CLOEXEC) != 0)
        return -errno;
    pid = fork();
    if (pid == 0)
        become(program, parent);
    if (pid < 0)
        pid = -errno;
    (void)close(begun[1]);
    if (pid > 0)
        await_program(begun[0]);
    (void)close(begun[0]);
    return pid;
}

int tb_program_wait(pid_t pid)
{
    int status;

    while (waitpid(pid, &status, 0) != pid) {
        if (errno != EINTR)
            return NOT_RUN;
    }
    return WIFSIGNALED(status) ? SIGNAL_BASE + WTERMSIG(status) : WEXITSTATUS(status);
}

/* A descriptor that can be read from once the process has ended. */
static int open_process(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0); /* no wrapper before glibc 2.36 */
}

int tb_program_wait_passing(pid_t pid, int signals, int *signal)
{
    tb_auto_fd int process = open_process(pid);
    struct pollfd wanted[] = { { .fd = process, .events = POLLIN },
                               { .fd = signals, .events = POLLIN } };
    struct signalfd_siginfo info;
    bool again = false;

    while (process >= 0 && wanted[0].revents == 0) {
        if (poll(wanted, 2, -1) < 0 && errno != EINTR)
            break;
        if (wanted[1].revents != 0 && read(signals, &info, sizeof(info)) > 0) {
            (void)kill(pid, again ? SIGKILL : SIGINT);
            again = true;
            *signal = (int)info.ssi_signo;
        }
    }
    return tb_program_wait(pid);
}

int tb_program_end(pid_t pid, int signal)
{
    tb_auto_fd int process = open_process(pid);
    struct pollfd wanted = { .fd = process, .events = POLLIN };

    (void)kill(pid, signal);
    if (process < 0 || poll(&wanted, 1, PATIENCE_MS) == 0)
        (void)kill(pid, SIGKILL);
    return tb_program_wait(pid);
}
