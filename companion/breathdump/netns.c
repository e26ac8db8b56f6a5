/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netns.c - which network namespace to capture in */
#include "netns.h"
#include "word.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMED "/run/netns/" /* of iproute2 */

/* A name may be all digits: it comes before a process id. */
static int open_netns(const char *name)
{
    char path[4096];
    int fd;

    if (strchr(name, '/') != NULL)
        return open(name, O_RDONLY | O_CLOEXEC);
    (void)snprintf(path, sizeof path, NAMED "%s", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && name[strspn(name, "0123456789")] == '\0' && *name != '\0') {
        (void)snprintf(path, sizeof path, "/proc/%s/ns/net", name);
        fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    return fd;
}

int tb_netns_enter(const char *name, struct tb_complaint *complaint)
{
    int fd = open_netns(name);
    int error;

    if (fd < 0)
        return errno == ENOENT
                   ? tb_complain(complaint, TB_EXIT_NOTHING, name,
                                 "no network namespace of this name (/run/netns/) and no process "
                                 "of this id")
                   : tb_complain(complaint, TB_EXIT_REFUSED, name, "%s", tb_word_error(errno));
    error = setns(fd, CLONE_NEWNET) == 0 ? 0 : errno;
    (void)close(fd);
    if (error == EPERM)
        return tb_complain(complaint, TB_EXIT_REFUSED, name,
                           "CAP_SYS_ADMIN is missing: entering another network namespace needs it; "
                           "capturing in one's own does not");
    if (error != 0)
        return tb_complain(complaint, TB_EXIT_REFUSED, name, "not a network namespace: %s",
                           tb_word_error(error));
    return 0;
}

uint32_t tb_netns_inode(void)
{
    struct stat status;

    return stat("/proc/thread-self/ns/net", &status) == 0 ? (uint32_t)status.st_ino : 0;
}
