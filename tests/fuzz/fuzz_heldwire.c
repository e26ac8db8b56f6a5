/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_heldwire.c - the input is what the BPF iterator of holders writes */
#include <string.h>

#include "../unit/edge.h"
#include "heldwire.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_nl_rest rest;
    struct tb_held held;
    size_t before = size;

    if (size > 1 << 14)
        return -1;
    data = tb_edge_put(data, size);
    rest = (struct tb_nl_rest){ data, size };
    while (tb_held_next(&rest, &held) > 0) {
        REQUIRE(rest.length < before);
        REQUIRE(strlen(held.process.comm) < sizeof held.process.comm);
        REQUIRE(held.holdings + held.count * sizeof(struct tb_wire_holding) == rest.at);
        for (size_t i = 0; i < held.count; i++)
            REQUIRE(tb_held_at(&held, i).inode != 0);
        before = rest.length;
    }
    return 0;
}
