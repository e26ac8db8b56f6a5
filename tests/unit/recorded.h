/* SPDX-License-Identifier: GPL-2.0-or-later */
/* recorded.h - what a kernel once said, kept as the seeds of a fuzz harness */
#ifndef TB_RECORDED_H
#define TB_RECORDED_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    TB_RECORDED_MAX = 4096
};

/* Reads tests/fuzz/seeds/NAME. Returns its size; 0: not found. */
static inline size_t tb_recorded(const char *name, uint8_t octets[TB_RECORDED_MAX])
{
    const char *root = getenv("TB_SOURCE_DIR");
    char path[4096];
    size_t size = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/tests/fuzz/seeds/%s", root != NULL ? root : ".", name);
    file = fopen(path, "rb");
    if (file != NULL) {
        size = fread(octets, 1, TB_RECORDED_MAX, file);
        fclose(file);
    }
    return size;
}

#endif
