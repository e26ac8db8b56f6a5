/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_procline.c - the input is a text of /proc, read as each of them
 *
 * What is found in it must lie in it, and a name must be what stands between the parentheses. */
#define _GNU_SOURCE /* memmem() */
#include <string.h>

#include "../unit/edge.h"
#include "pieces.h"
#include "procline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_stat(const char *text, size_t size)
{
    struct tb_proc_stat stat;
    size_t length;

    if (!tb_proc_read_stat(text, size, &stat))
        return;
    length = strnlen(stat.comm, sizeof(stat.comm));
    REQUIRE(length < sizeof(stat.comm));
    REQUIRE(memmem(text, size, stat.comm, length) != NULL);
    REQUIRE(stat.pid <= INT32_MAX && stat.parent_pid <= INT32_MAX);
}

static void try_cgroup(const char *text, size_t size)
{
    const char *path;
    size_t length;

    if (!tb_proc_read_cgroup(text, size, &path, &length))
        return;
    REQUIRE(path >= text + 3 && length >= 1 && path + length < text + size);
    REQUIRE(*path == '/' && memchr(path, '\n', length) == NULL);
}

static void try_name(const uint8_t *data, size_t size)
{
    char name[64];
    uint32_t number;

    if (size >= sizeof(name))
        return;
    memcpy(name, data, size);
    name[size] = '\0';
    if (tb_proc_is_number(name, &number)) {
        char again[16];

        REQUIRE(number <= INT32_MAX);
        snprintf(again, sizeof(again), "%u", number);
        REQUIRE(strcmp(again, name) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text;
    struct tb_proc_status status;
    struct tb_proc_clocks clocks;
    uint64_t inode;
    uint32_t pid;

    if (size > TB_PROC_TEXT_MAX)
        return -1;
    text = (const char *)tb_edge_put(data, size);
    try_stat(text, size);
    try_cgroup(text, size);
    try_name(data, size);
    (void)tb_proc_read_status(text, size, &status);
    (void)tb_proc_is_socket(text, size, &inode);
    (void)tb_proc_read_last_pid(text, size, &pid);
    (void)tb_proc_read_clocks(text, size, &clocks);
    REQUIRE(tb_proc_exe_length(text, size) <= size);
    return 0;
}
