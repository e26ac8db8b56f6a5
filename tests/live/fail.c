/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fail.c - how the live tests give up */
#include "fail.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    EXIT_SKIPPED = 77 /* CTest's SKIP_RETURN_CODE */
};

static const char *test_name = "live";

void tb_fail_name(const char *name)
{
    test_name = name;
}

static _Noreturn void give_up(const char *how, int status, const char *format, va_list arguments)
{
    printf("%s: %s: ", how, test_name);
    vprintf(format, arguments);
    putchar('\n');
    exit(status);
}

_Noreturn void tb_fail(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    give_up("FAIL", EXIT_FAILURE, format, arguments);
}

_Noreturn void tb_skip(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    give_up("SKIP", EXIT_SKIPPED, format, arguments);
}

_Noreturn void tb_fail_again(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    give_up("AGAIN", TB_FAIL_AGAIN, format, arguments);
}
