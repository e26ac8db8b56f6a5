/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_bpfwire.c - the input is a record of the BPF programs */
#include <string.h>

#include "../unit/edge.h"
#include "bpfwire.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(const void *part, size_t length, const uint8_t *data, size_t size)
{
    const uint8_t *from = part;

    return from >= data && length <= size && from <= data + size - length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_sock_event event;

    if (size > 1 << 14)
        return -1;
    data = tb_edge_put(data, size);
    if (!tb_bpfwire_read(data, size, &event))
        return 0;
    REQUIRE(event.kind < TB_SOCK_EVENT_COUNT);
    REQUIRE(is_inside(event.process.comm, strlen(event.process.comm) + 1, data, size));
    if (event.process.exe[0] != '\0')
        REQUIRE(is_inside(event.process.exe, strlen(event.process.exe) + 1, data, size));
    if (event.kind == TB_SOCK_CGROUP)
        REQUIRE(is_inside(event.path, strlen(event.path) + 1, data, size));
    if (event.process.arguments != NULL)
        REQUIRE(is_inside(event.process.arguments, event.process.arguments_length, data, size));
    return 0;
}
