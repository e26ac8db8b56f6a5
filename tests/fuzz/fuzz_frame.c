/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_frame.c - the input's first octet chooses a link type, the rest is a frame of it */
#include <string.h>

#include "../unit/edge.h"
#include "frame.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is read of a frame is what is read of more of it, but for the flags that were cut off. */
static void require_same_when_cut(uint32_t link_type, const uint8_t *data, size_t size,
                                  const struct tb_frame *whole)
{
    for (size_t length = 0; length < size && length < 128; length++) {
        struct tb_frame cut;

        if (!tb_frame_read(link_type, tb_edge_put(data, length), length, &cut))
            continue;
        REQUIRE(tb_tuple_equal(&cut.sender, &whole->sender));
        REQUIRE(cut.may_open || !whole->may_open);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint16_t types[] = { 0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 147 };
    struct tb_frame frame;
    uint32_t link_type;

    if (size == 0 || size > 4096)
        return -1;
    link_type = types[data[0] % (sizeof(types) / sizeof(types[0]))];
    if (tb_frame_read(link_type, tb_edge_put(data + 1, size - 1), size - 1, &frame)) {
        REQUIRE(link_type != 147);
        require_same_when_cut(link_type, data + 1, size - 1, &frame);
    }
    return 0;
}
