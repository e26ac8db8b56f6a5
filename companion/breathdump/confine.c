/* SPDX-License-Identifier: GPL-2.0-or-later */
/* confine.c - the files and the system calls that are left to this program */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/sockios.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* --- Landlock ------------------------------------------------------------------------------ */

/* The newest ruleset of Documentation/userspace-api/landlock.rst that is used here; the headers at
 * hand may be older. A kernel that does not know a member takes it as long as it is zero. */
struct ruleset {
    uint64_t access_fs;
    uint64_t access_net; /* from ABI 4 */
    uint64_t scoped;     /* from ABI 6 */
};

#define FS_WRITE_FILE  (1ull << 1)
#define FS_REMOVE_FILE (1ull << 5)
#define FS_MAKE_REG    (1ull << 8)
#define FS_TRUNCATE    (1ull << 14)
#define NET_ALL        3ull /* bind and connect, TCP */
#define SCOPE_ALL      3ull /* abstract sockets, signals */

/* Every file access that an ABI can handle: one bit more or several with some versions. */
static uint64_t fs_access_of(long abi)
{
    static const unsigned bits[] = { 0, 13, 14, 15, 15, 16 };

    if (abi >= (long)(sizeof bits / sizeof *bits))
        abi = sizeof bits / sizeof *bits - 1;
    return (1ull << bits[abi]) - 1;
}

static int allow_directory(int ruleset, const char *directory, uint64_t access)
{
    struct landlock_path_beneath_attr rule = { .allowed_access = access };
    int error = 0;

    rule.parent_fd = open(directory, O_PATH | O_CLOEXEC | O_DIRECTORY);
    if (rule.parent_fd < 0)
        return -errno;
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
        error = -errno;
    (void)close(rule.parent_fd);
    return error;
}

int tb_confine_files(const char *directory)
{
    long abi =
        syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
    struct ruleset handled = { .access_net = abi >= 4 ? NET_ALL : 0,
                               .scoped = abi >= 6 ? SCOPE_ALL : 0 };
    int ruleset;
    int error = 0;

    if (abi < 1) /* ENOSYS: not built in; EOPNOTSUPP: switched off */
        return 0;
    handled.access_fs = fs_access_of(abi);
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (ruleset < 0)
        return -errno;
    if (directory != NULL)
        error = allow_directory(ruleset, directory,
                                (FS_WRITE_FILE | FS_REMOVE_FILE | FS_MAKE_REG | FS_TRUNCATE) &
                                    handled.access_fs);
    if (error == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) != 0)
        error = -errno;
    (void)close(ruleset);
    return error;
}

/* --- seccomp ------------------------------------------------------------------------------- */

/* What is left, and what for. A name that an architecture does not have is passed over. */
static const int allowed[] = {
    /* packets, events, the helper, the file, the terminal */
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev),
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
    SCMP_SYS(getsockopt), SCMP_SYS(ftruncate), SCMP_SYS(lseek), SCMP_SYS(_llseek), SCMP_SYS(fcntl),
    SCMP_SYS(fcntl64), SCMP_SYS(fstat), SCMP_SYS(fstat64), SCMP_SYS(newfstatat),
    SCMP_SYS(fstatat64), SCMP_SYS(statx), SCMP_SYS(close), SCMP_SYS(shutdown),
    /* waiting */
    SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(ppoll_time64), SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_ctl), SCMP_SYS(select),
    SCMP_SYS(pselect6), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep), SCMP_SYS(futex),
    SCMP_SYS(futex_time64), SCMP_SYS(restart_syscall), SCMP_SYS(sched_yield),
    /* time */
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    /* memory */
    SCMP_SYS(brk), SCMP_SYS(mremap), SCMP_SYS(munmap), SCMP_SYS(madvise), SCMP_SYS(getrandom),
    /* signals, children, the end */
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigreturn),
    SCMP_SYS(sigaltstack), SCMP_SYS(wait4), SCMP_SYS(waitid), SCMP_SYS(waitpid), SCMP_SYS(getpid),
    SCMP_SYS(gettid), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rseq),
    SCMP_SYS(set_robust_list)
};

/* Where several files are written. */
static const int for_files[] = { SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(unlink),
                                 SCMP_SYS(unlinkat) };

static const int deadly[] = { SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace),
                              SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev) };

/* To know a terminal and its width; to know whether an interface is there and up. */
static const unsigned long ioctls[] = { TCGETS,      TIOCGWINSZ,   FIONREAD,
                                        SIOCGIFNAME, SIOCGIFFLAGS, SIOCGIFINDEX };

static int add_rules(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int error = seccomp_rule_add(filter, action, calls[i], 0);

        /* -EDOM, -EINVAL: not a call of this architecture */
        if (error != 0 && calls[i] >= 0)
            return error;
    }
    return 0;
}

static int add_ioctls(scmp_filter_ctx filter)
{
    for (size_t i = 0; i < sizeof ioctls / sizeof *ioctls; i++) {
        int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
                                     SCMP_A1(SCMP_CMP_EQ, ioctls[i], 0));

        if (error != 0)
            return error;
    }
    return 0;
}

/* Memory, but none that code can be put into. */
static int add_mapping(scmp_filter_ctx filter)
{
    static const int calls[] = { SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect) };

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        int error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 1,
                                     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

        if (error != 0 && calls[i] >= 0)
            return error;
    }
    return 0;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

int tb_confine_calls(bool opens_files)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int error;

    if (filter == NULL)
        return -ENOMEM;
    error = add_rules(filter, SCMP_ACT_ALLOW, allowed, COUNT(allowed));
    if (error == 0 && opens_files)
        error = add_rules(filter, SCMP_ACT_ALLOW, for_files, COUNT(for_files));
    if (error == 0)
        error = add_rules(filter, SCMP_ACT_KILL_PROCESS, deadly, COUNT(deadly));
    if (error == 0)
        error = add_ioctls(filter);
    if (error == 0)
        error = add_mapping(filter);
    if (error == 0)
        error = seccomp_load(filter);
    seccomp_release(filter);
    return error;
}
