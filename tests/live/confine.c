/* SPDX-License-Identifier: GPL-2.0-or-later */
/* confine.c - what is left to a program that has confined itself as breathdump does
 *
 * usage: live-confine files|calls
 *
 * files: Landlock; 77 where the kernel has none. calls: seccomp. In an empty folder. */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "confine.h"
#include "fail.h"

#define NEW (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)

static int inside;  /* the folder */
static int outside; /* another one */

static void expect(const char *what, int result, int error)
{
    if (error == 0 ? result < 0 : result >= 0 || errno != error)
        tb_fail("%s: %s, not %s", what, result < 0 ? strerror(errno) : "succeeds", strerror(error));
}

static void begin(void)
{
    if (mkdir("in", 0700) != 0 || mkdir("out", 0700) != 0)
        tb_fail("folders: %s", strerror(errno));
    inside = open("in", O_PATH | O_DIRECTORY | O_CLOEXEC);
    outside = open("out", O_PATH | O_DIRECTORY | O_CLOEXEC);
    expect("a file", openat(outside, "there", NEW, 0600), 0);
    expect("a file", openat(inside, "there", NEW, 0600), 0);
    expect("no new privileges", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
}

static void test_files(void)
{
    const long abi =
        syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);

    if (abi < 1)
        tb_skip("this kernel has no Landlock: %s", strerror(errno));
    begin();
    if (tb_confine_files(inside) != 0)
        tb_fail("Landlock: refused");
    expect("to make a file", openat(inside, "new", NEW, 0600), 0);
    expect("to remove a file", unlinkat(inside, "new", 0), 0);
    expect("to make a file elsewhere", openat(outside, "new", NEW, 0600), EACCES);
    expect("to write a file elsewhere", openat(outside, "there", O_WRONLY | O_CLOEXEC), EACCES);
    expect("to remove a file elsewhere", unlinkat(outside, "there", 0), EACCES);
    expect("to read a file", openat(inside, "there", O_RDONLY | O_CLOEXEC), EACCES);
    expect("to read a file elsewhere", open("/etc/passwd", O_RDONLY | O_CLOEXEC), EACCES);
}

static void test_calls(void)
{
    begin();
    if (tb_confine_calls(inside) != 0)
        tb_fail("seccomp: refused");
    expect("to make a file", openat(inside, "new", NEW, 0600), 0);
    expect("to remove a file", unlinkat(inside, "new", 0), 0);
    expect("to make a file elsewhere", openat(outside, "new", NEW, 0600), EPERM);
    expect("to make a file here", openat(AT_FDCWD, "new", NEW, 0600), EPERM);
    expect("to remove a file elsewhere", unlinkat(outside, "there", 0), EPERM);
    expect("to write over a file", openat(inside, "there", O_WRONLY | O_CLOEXEC), EPERM);
    expect("to follow a link", openat(inside, "new", NEW & ~O_NOFOLLOW, 0600), EPERM);
    expect("to read a file", openat(inside, "there", O_RDONLY | O_CLOEXEC), EPERM);
    expect("to open a socket", socket(AF_INET, SOCK_STREAM, 0), EPERM);
}

int main(int count, char **arguments)
{
    tb_fail_name("live-confine");
    if (count == 2 && strcmp(arguments[1], "files") == 0)
        test_files();
    else if (count == 2 && strcmp(arguments[1], "calls") == 0)
        test_calls();
    else
        tb_fail("usage: live-confine files|calls");
    return 0;
}
