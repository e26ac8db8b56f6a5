/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_container.c - the input is a cgroup's path */
#include <string.h>

#include "../unit/edge.h"
#include "container.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[TB_CONTAINER_NAME_MAX + 1];
    const char *path;

    if (size > 4096)
        return -1;
    path = (const char *)tb_edge_put(data, size);
    memset(name, 'x', sizeof(name));
    if (tb_container_read(path, size, name)) {
        const char *dash = strchr(name, '-');

        REQUIRE(strnlen(name, sizeof(name)) < sizeof(name));
        REQUIRE(dash != NULL && dash[1] != '\0');
    }
    return 0;
}
