/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpfreason.c - why the kernel refused BPF tracing, and what would allow it */
#include "bpfreason.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "auto.h"
#include "word.h"

/* linux/capability.h of before 5.8 has neither. */
enum {
    SYS_ADMIN = 21,
    PERFMON = 38,
    BPF = 39
};

static uint64_t effective_capabilities(void)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

    if (syscall(SYS_capget, &header, data) != 0)
        return 0;
    return (uint64_t)data[1].effective << 32 | data[0].effective;
}

static bool has(uint64_t capabilities, int which)
{
    return (capabilities >> which & 1) != 0;
}

/* NULL: none is missing. CAP_SYS_ADMIN is both: capabilities(7). */
static const char *missing_capabilities(void)
{
    uint64_t capabilities = effective_capabilities();

    if (has(capabilities, SYS_ADMIN) || (has(capabilities, BPF) && has(capabilities, PERFMON)))
        return NULL;
    if (has(capabilities, BPF))
        return "CAP_PERFMON is missing";
    if (has(capabilities, PERFMON))
        return "CAP_BPF is missing";
    return "CAP_BPF and CAP_PERFMON are missing";
}

/* Of the words in the file the one in brackets is in force. */
static bool is_locked_down(void)
{
    char text[128];
    tb_auto_fd int fd = open("/sys/kernel/security/lockdown", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text - 1);

    if (got < 0)
        return false;
    text[got] = '\0';
    return strstr(text, "[confidentiality]") != NULL;
}

void tb_bpfreason(const char *step, int error, char reason[TB_WATCH_REASON_MAX])
{
    const char *missing = missing_capabilities();

    if (missing != NULL)
        snprintf(reason, TB_WATCH_REASON_MAX, "%s", tb_word(missing));
    else if (access("/sys/kernel/btf/vmlinux", R_OK) != 0)
        snprintf(reason, TB_WATCH_REASON_MAX,
                 tb_word("/sys/kernel/btf/vmlinux: %s: a kernel with CONFIG_DEBUG_INFO_BTF has it"),
                 tb_word_error(errno));
    else if (is_locked_down())
        snprintf(reason, TB_WATCH_REASON_MAX,
                 tb_word("%s: %s: the kernel is locked down for confidentiality"), tb_word(step),
                 tb_word_error(-error));
    else
        snprintf(reason, TB_WATCH_REASON_MAX,
                 tb_word("%s: %s: BPF tracing needs Linux 5.8 or later"), tb_word(step),
                 tb_word_error(-error));
}
