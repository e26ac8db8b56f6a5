/* SPDX-License-Identifier: GPL-2.0-or-later */
/* standard.c - whoever starts a program may have closed its standard input, output or error */
#include "standard.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int tb_standard_hold(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        if (errno != EBADF)
            return -errno;
        /* the lowest that is free, which is this one */
        if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
            return -errno;
    }
    return 0;
}
