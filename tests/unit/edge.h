/* SPDX-License-Identifier: GPL-2.0-or-later */
/* edge.h - input that ends where memory ends: reading one octet too far faults, sanitizer or not
 *
 * Needs _DEFAULT_SOURCE (MAP_ANONYMOUS); tests/unit/CMakeLists.txt defines it. */
#ifndef TB_EDGE_H
#define TB_EDGE_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    TB_EDGE_SIZE = 1 << 20 /* octets; a multiple of every page size */
};

/* Copies up to TB_EDGE_SIZE octets to the end of readable memory. The copy lives until the next
 * call. Never NULL. */
static inline const uint8_t *tb_edge_put(const void *data, size_t length)
{
    static uint8_t *area;
    uint8_t *place;

    if (area == NULL) {
        size_t page = (size_t)sysconf(_SC_PAGESIZE);
        void *map = mmap(NULL, TB_EDGE_SIZE + page, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        if (map == MAP_FAILED || mprotect((uint8_t *)map + TB_EDGE_SIZE, page, PROT_NONE) != 0)
            abort();
        area = map;
    }
    if (length > TB_EDGE_SIZE)
        abort();
    place = area + TB_EDGE_SIZE - length;
    if (length > 0)
        memcpy(place, data, length);
    return place;
}

#endif
