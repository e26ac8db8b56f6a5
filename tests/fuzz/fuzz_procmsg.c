/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_procmsg.c - the input is a datagram of the process connector */
#include <string.h>

#include "../unit/edge.h"
#include "pieces.h"
#include "procmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_nl_rest rest;
    struct tb_nl_message message;

    if (size > 1 << 12)
        return -1;
    rest = (struct tb_nl_rest){ tb_edge_put(data, size), size };
    while (tb_nl_next(&rest, &message)) {
        struct tb_procmsg event;

        if (tb_procmsg_read(&message, &event))
            REQUIRE(memchr(event.comm, '\0', sizeof(event.comm)) != NULL);
    }
    return 0;
}
