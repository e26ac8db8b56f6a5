/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ringfiles.c - the names of several files, as dumpcap gives them, and which have to go */
#include "ringfiles.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBERS 100000u /* five digits */

struct tb_ring {
    char **names; /* `slots` of them: the file of number n is in slot n % slots */
    char *gone;   /* told last */
    uint64_t count;
    uint32_t slots;
    bool keeps_all;
};

/* Where the suffix begins: at the last dot of the last part. */
static size_t suffix_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(path, '.');

    if (dot == NULL || (slash != NULL && dot < slash))
        return strlen(path);
    return (size_t)(dot - path);
}

size_t tb_ring_name(char *name, size_t size, const char *path, uint64_t number,
                    const struct tm *local_time, bool time_first)
{
    size_t suffix = suffix_of(path);
    char digits[8];
    char moment[40]; /* a year has as many digits as it likes */
    int length;

    (void)snprintf(digits, sizeof digits, "%05" PRIu64, number % NUMBERS);
    if (strftime(moment, sizeof moment, "%Y%m%d%H%M%S", local_time) == 0)
        return 0;
    length = snprintf(name, size, "%.*s_%s_%s%s", (int)suffix, path, time_first ? moment : digits,
                      time_first ? digits : moment, path + suffix);
    return length < 0 || (size_t)length >= size ? 0 : (size_t)length;
}

struct tb_ring *tb_ring_new(uint32_t keep)
{
    struct tb_ring *ring = calloc(1, sizeof *ring);

    if (ring == NULL)
        return NULL;
    ring->keeps_all = keep == 0;
    ring->slots = keep == 0 ? 1 : keep;
    ring->names = calloc(ring->slots, sizeof *ring->names);
    if (ring->names == NULL) {
        free(ring);
        return NULL;
    }
    return ring;
}

void tb_ring_free(struct tb_ring *ring)
{
    if (ring == NULL)
        return;
    for (uint32_t i = 0; i < ring->slots; i++)
        free(ring->names[i]);
    free(ring->names);
    free(ring->gone);
    free(ring);
}

int tb_ring_push(struct tb_ring *ring, const char *name, const char **gone)
{
    char **slot = &ring->names[ring->count % ring->slots];
    char *copy = strdup(name);

    if (copy == NULL)
        return -ENOMEM;
    free(ring->gone);
    ring->gone = *slot;
    *slot = copy;
    ring->count++;
    *gone = ring->keeps_all ? NULL : ring->gone;
    return 0;
}

const char *tb_ring_last(const struct tb_ring *ring)
{
    return ring->count == 0 ? NULL : ring->names[(ring->count - 1) % ring->slots];
}

uint64_t tb_ring_count(const struct tb_ring *ring)
{
    return ring->count;
}
