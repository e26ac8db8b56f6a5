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

#include "ruleset.h"

/* --- Landlock ------------------------------------------------------------------------------ */

static int allow_folder(int ruleset, int folder, uint64_t access)
{
    struct landlock_path_beneath_attr rule = { .allowed_access = access, .parent_fd = folder };

    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0
               ? -errno
               : 0;
}

int tb_confine_files(int folder)
{
    long abi =
        syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, LANDLOCK_CREATE_RULESET_VERSION);
    struct tb_ruleset handled;
    int ruleset;
    int error = 0;

    if (abi < 1) /* ENOSYS: not built in; EOPNOTSUPP: switched off */
        return 0;
    handled = tb_ruleset_of(abi);
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (ruleset < 0)
        return -errno;
    if (folder >= 0)
        error = allow_folder(ruleset, folder, tb_ruleset_in_folder(abi));
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

/* Where several files are written: new ones are made, and old ones go, by names in that folder. A
 * name that begins with a slash is not seen here: Landlock is what bars it. */
static int add_files(scmp_filter_ctx filter, int folder)
{
    const unsigned flags = O_ACCMODE | O_CREAT | O_EXCL | O_NOFOLLOW;
    const struct scmp_arg_cmp is_there = SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, (unsigned)folder);
    int error = seccomp_rule_add(
        filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 2, is_there,
        SCMP_A2(SCMP_CMP_MASKED_EQ, flags, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW));

    if (error == 0)
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(unlinkat), 1, is_there);
    return error;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

int tb_confine_calls(int folder)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int error;

    if (filter == NULL)
        return -ENOMEM;
    error = add_rules(filter, SCMP_ACT_ALLOW, allowed, COUNT(allowed));
    if (error == 0 && folder >= 0)
        error = add_files(filter, folder);
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
