/* SPDX-License-Identifier: GPL-2.0-or-later */
/* instance.c - a trace buffer of our own: an instance in tracefs */
#include "instance.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fail.h"

enum {
    TRIES = 1000, /* to remove what a process that is about to end has open ... */
    WAIT_MS = 10  /* ... so far apart */
};

static void remove_all(const struct tb_instance *instances, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (int tries = 0; rmdir(instances[i].path) < 0 && errno == EBUSY && tries < TRIES;
             tries++)
            poll(NULL, 0, WAIT_MS);
    }
}

/* `alive` ends when nobody has the pipe's other end open any more. */
static _Noreturn void clean_up_after(int alive, const struct tb_instance *instances, size_t count)
{
    struct pollfd end = { .fd = alive, .events = POLLIN };
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        dup2(nothing, fd);
    setsid();
    signal(SIGTERM, SIG_IGN);
    while (poll(&end, 1, -1) < 0 && errno == EINTR)
        ;
    remove_all(instances, count);
    _exit(EXIT_SUCCESS);
}

static void leave_cleaner(const struct tb_instance *instances, size_t count)
{
    int ends[2];
    pid_t child;

    if (pipe2(ends, O_CLOEXEC) < 0)
        tb_fail("pipe: %s", strerror(errno));
    fflush(NULL);
    child = fork();
    if (child < 0)
        tb_fail("fork: %s", strerror(errno));
    if (child == 0) {
        close(ends[1]);
        if (fork() == 0)
            clean_up_after(ends[0], instances, count);
        _exit(EXIT_SUCCESS);
    }
    close(ends[0]); /* ends[1] stays open until this process and its children end */
    waitpid(child, NULL, 0);
}

void tb_instance_make(struct tb_instance *instances, size_t count)
{
    if (access(TB_TRACEFS "/events", R_OK) < 0 &&
        mount("tracefs", TB_TRACEFS, "tracefs", 0, NULL) < 0)
        tb_skip("tracefs on %s: %s", TB_TRACEFS, strerror(errno));
    for (size_t i = 0; i < count; i++)
        snprintf(instances[i].path, sizeof(instances[i].path),
                 TB_TRACEFS "/instances/tcp-breath-%d-%zu", (int)getpid(), i);
    leave_cleaner(instances, count);
    for (size_t i = 0; i < count; i++) {
        if (mkdir(instances[i].path, S_IRWXU) < 0)
            tb_skip("%s: %s", instances[i].path, strerror(errno));
    }
}

void tb_instance_set(const struct tb_instance *instance, const char *name, const char *value)
{
    const size_t length = strlen(value);
    char file[2 * sizeof(instance->path)];
    ssize_t written = -1;
    int fd;

    snprintf(file, sizeof(file), "%s/%s", instance->path, name);
    fd = open(file, O_WRONLY | O_CLOEXEC);
    if (fd >= 0)
        written = write(fd, value, length);
    if (written != (ssize_t)length)
        tb_skip("%s: %s", file, strerror(errno));
    close(fd);
}
