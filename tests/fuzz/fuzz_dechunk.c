/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_dechunk.c - the input is a chunked message, read at once and in pieces
 *
 * What is told must lie in what was given, and be the same however it is cut. */
#include <string.h>

#include "../unit/edge.h"
#include "dechunk.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The content in pieces of at most that many octets, as a hash. */
static uint64_t read_in(const uint8_t *data, size_t size, size_t piece)
{
    struct tb_dechunk chunks = { 0 };
    uint64_t hash = TB_HASH_START;

    for (size_t at = 0; at < size;) {
        const size_t left = size - at < piece ? size - at : piece;
        const uint8_t *content = NULL;
        size_t length = 0;
        const size_t used = tb_dechunk_next(&chunks, data + at, left, &content, &length);

        REQUIRE(used >= 1 && used <= left && length <= used);
        REQUIRE(length == 0 || content + length == data + at + used);
        for (size_t i = 0; i < length; i++)
            hash = tb_hash(hash, content[i]);
        at += used;
    }
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *octets = tb_edge_put(data, size);

    REQUIRE(read_in(octets, size, size) == read_in(octets, size, 1));
    REQUIRE(read_in(octets, size, size) == read_in(octets, size, 7));
    return 0;
}
