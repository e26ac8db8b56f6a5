/* SPDX-License-Identifier: GPL-2.0-or-later */
/* prockeep.c - the rights that the helper keeps, and all that it gives up */
#include "prockeep.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static const cap_value_t kept[] = { CAP_SYS_PTRACE, CAP_DAC_READ_SEARCH };

enum {
    KEPT = sizeof kept / sizeof *kept,
    PRIORITY = -10 /* what it looks for may be gone in a millisecond */
};

static bool is_permitted(cap_t now, cap_value_t which)
{
    cap_flag_value_t value = CAP_CLEAR;

    return now != NULL && cap_get_flag(now, which, CAP_PERMITTED, &value) == 0 && value == CAP_SET;
}

const char *tb_prockeep_missing(void)
{
    cap_t now = cap_get_proc();
    bool traces = is_permitted(now, CAP_SYS_PTRACE);
    bool reads = is_permitted(now, CAP_DAC_READ_SEARCH);

    if (now != NULL)
        (void)cap_free(now);
    if (traces && reads)
        return NULL;
    if (traces)
        return "CAP_DAC_READ_SEARCH is missing";
    return reads ? "CAP_SYS_PTRACE is missing"
                 : "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH are missing";
}

/* --- Capabilities ---------------------------------------------------------------------------- */

static bool is_kept(cap_value_t which)
{
    for (size_t i = 0; i < KEPT; i++) {
        if (kept[i] == which)
            return true;
    }
    return false;
}

/* Those of a program that would be run, which is forbidden anyhow. Takes CAP_SETPCAP: without it
 * they stay. */
static void drop_bounding(void)
{
    for (cap_value_t which = 0; cap_get_bound(which) >= 0; which++) {
        if (!is_kept(which))
            (void)cap_drop_bound(which);
    }
}

static int drop_capabilities(void)
{
    cap_t now = cap_get_proc();
    cap_t wanted = cap_init(); /* all flags clear */
    int result = now == NULL || wanted == NULL ? -1 : 0;

    for (size_t i = 0; i < KEPT && result == 0; i++) {
        if (!is_permitted(now, kept[i]))
            continue;
        result = cap_set_flag(wanted, CAP_PERMITTED, 1, &kept[i], CAP_SET);
        if (result == 0)
            result = cap_set_flag(wanted, CAP_EFFECTIVE, 1, &kept[i], CAP_SET);
    }
    if (result == 0)
        result = cap_set_proc(wanted);
    if (result != 0)
        result = -errno;
    (void)cap_free(now);
    (void)cap_free(wanted);
    return result;
}

/* --- System calls ---------------------------------------------------------------------------- */

/* What is left, and what for. A name that an architecture does not have is passed over. */
static const int allowed[] = {
    /* /proc */
    SCMP_SYS(read), SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(close), SCMP_SYS(fstat),
    SCMP_SYS(fstat64), SCMP_SYS(newfstatat), SCMP_SYS(fstatat64), SCMP_SYS(statx),
    /* the parent, and the kernel's answers, by sockets that are open */
    SCMP_SYS(sendto), SCMP_SYS(recvfrom), SCMP_SYS(send), SCMP_SYS(recv), SCMP_SYS(poll),
    SCMP_SYS(ppoll), SCMP_SYS(ppoll_time64), SCMP_SYS(restart_syscall),
    /* time, memory, the end */
    SCMP_SYS(clock_gettime), SCMP_SYS(clock_gettime64), SCMP_SYS(brk), SCMP_SYS(mremap),
    SCMP_SYS(munmap), SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(futex_time64),
    SCMP_SYS(sched_yield), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(exit), SCMP_SYS(exit_group)
};

static const int deadly[] = { SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace),
                              SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev) };

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

/* For reading, and memory that holds no code. */
static int add_conditions(scmp_filter_ctx filter)
{
    static const int mapping[] = { SCMP_SYS(mmap), SCMP_SYS(mmap2), SCMP_SYS(mprotect) };
    int error = seccomp_rule_add(
        filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
        SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND, O_RDONLY));

    for (size_t i = 0; error == 0 && i < sizeof mapping / sizeof *mapping; i++) {
        error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, mapping[i], 1,
                                 SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        if (mapping[i] < 0)
            error = 0;
    }
    return error;
}

static int confine_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int error;

    if (filter == NULL)
        return -ENOMEM;
    error = add_rules(filter, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof *allowed);
    if (error == 0)
        error = add_rules(filter, SCMP_ACT_KILL_PROCESS, deadly, sizeof deadly / sizeof *deadly);
    if (error == 0)
        error = add_conditions(filter);
    if (error == 0)
        error = seccomp_load(filter);
    seccomp_release(filter);
    return error;
}

/* --- The whole ------------------------------------------------------------------------------- */

/* The terminal's signals are the parent's, whose end is this one's end. */
static void ignore_signals(void)
{
    static const int ignored[] = { SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE };

    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        (void)signal(ignored[i], SIG_IGN);
}

int tb_prockeep_lock(void)
{
    int error;

    ignore_signals();
    (void)setpriority(PRIO_PROCESS, 0, PRIORITY); /* where CAP_SYS_NICE allows it */
    (void)prctl(PR_SET_NAME, "breath-proc", 0, 0, 0);
    drop_bounding();
    (void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    error = drop_capabilities();
    if (error != 0)
        return error;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -errno;
    /* last: a change of rights would undo it. What the parent is by then cannot be asked for, but
     * where it has gone the pair of sockets tells */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0)
        return -errno;
    return confine_calls();
}
