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

static int read_one(const struct tb_nl_message *message, void *context)
{
    struct tb_diag_socket socket;

    (void)context;
    return tb_diag_read(message, &socket) ? 0 : 1;
}

/* As a dump, of each conversation that the first octet may number. */
static void read_dump(const uint8_t *placed, size_t size)
{
    struct tb_nl_dump dump = { read_one, NULL, size > 0 ? placed[0] : 0, false };

    REQUIRE(tb_nl_read_dump(&dump, placed, size) <= TB_NL_DONE);
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
    read_dump(placed, size);
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
