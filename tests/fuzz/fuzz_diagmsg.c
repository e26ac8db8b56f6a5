/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_diagmsg.c - the input is a datagram of NETLINK_SOCK_DIAG */
#include <string.h>

#include "../unit/edge.h"
#include "diagmsg.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(const struct tb_nl_rest *part, const uint8_t *data, size_t size)
{
    return part->at >= data && part->at + part->length <= data + size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *placed;
    struct tb_nl_rest rest;
    struct tb_nl_message message;
    size_t before;

    if (size > 1 << 14)
        return -1;
    placed = tb_edge_put(data, size);
    rest = (struct tb_nl_rest){ placed, size };
    for (before = size; tb_nl_next(&rest, &message); before = rest.length) {
        struct tb_diag_socket socket;

        REQUIRE(rest.length < before);
        REQUIRE(is_inside(&rest, placed, size) && is_inside(&message.payload, placed, size));
        REQUIRE(tb_nl_error(&message) <= 0);
        if (tb_diag_read(&message, &socket))
            (void)tb_diag_is_used(&socket);
    }
    return 0;
}
