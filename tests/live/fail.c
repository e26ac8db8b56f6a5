/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fail.c - how the live tests give up */
#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *test_name = "live";

void tb_fail_name(const char *name)
{
    test_name = name;
}

static const char *word_of(enum tb_fail_status status)
{
    switch (status) {
    case TB_FAIL_AGAIN:
        return "AGAIN";
    case TB_FAIL_SKIPPED:
        return "SKIP";
    case TB_FAIL_FAILED:
        break;
    }
    return "FAIL";
}

void tb_fail_with(enum tb_fail_status status, const char *format, ...)
{
    va_list arguments;
    char reason[1024];

    va_start(arguments, format);
    vsnprintf(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    printf("%s: %s: %s\n", word_of(status), test_name, reason);
    exit((int)status);
}
