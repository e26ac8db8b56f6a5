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

_Noreturn void tb_fail(const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    fprintf(stderr, "FAIL: %s: ", test_name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

_Noreturn void tb_skip(const char *format, ...)
{
    va_list arguments;

    printf("SKIP: %s: ", test_name);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
    exit(EXIT_SKIPPED);
}
