/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nomemory.c - preloaded: one allocation of a program fails
 *
 * TB_FAIL_ALLOCATION=N: the Nth of the process does, its children's too. TB_COUNT_ALLOCATIONS=FILE:
 * none does; how many there were is appended to FILE when the process ends. None fails within
 * getpwuid_r(), where glibc 2.36 goes on with the NULL that it gets. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* glibc's own, which the interposed ones pass on to */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): so it names them */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static atomic_ulong allocations;
static unsigned long failing; /* 0: none */
static _Thread_local int spared;
static int counted = -1; /* opened early: the program may not open it later */

__attribute__((constructor)) static void begin(void)
{
    const char *number = getenv("TB_FAIL_ALLOCATION");

    if (number != NULL)
        failing = strtoul(number, NULL, 10);
    number = getenv("TB_COUNT_ALLOCATIONS");
    if (number != NULL)
        counted = open(number, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    atomic_store(&allocations, 0); /* the loader's are not the program's */
}

__attribute__((destructor)) static void end(void)
{
    if (counted >= 0)
        dprintf(counted, "%lu\n", atomic_load(&allocations));
}

static int fails(void)
{
    if (spared)
        return 0;
    if (atomic_fetch_add(&allocations, 1) + 1 != failing)
        return 0;
    errno = ENOMEM;
    return 1;
}

typedef int lookup_fn(uid_t uid, struct passwd *entry, char *text, size_t size,
                      struct passwd **found);

int getpwuid_r(uid_t uid, struct passwd *entry, char *text, size_t size, struct passwd **found)
{
    lookup_fn *next;
    int error;

    *(void **)&next = dlsym(RTLD_NEXT, "getpwuid_r");
    spared = 1;
    error = next(uid, entry, text, size, found);
    spared = 0;
    return error;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}
