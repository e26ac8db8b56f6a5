/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_encap.c - the input is a frame, behind an octet that says how it begins
 *
 * It is read to an end, and what follows the end changes nothing. */
#include <stdbool.h>

#include "../unit/edge.h"
#include "encap.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum tb_encap_link link;
    struct tb_encap encap;
    bool was_whole = false;

    if (size == 0 || size > 1024)
        return -1;
    link = (enum tb_encap_link)(data[0] % (TB_ENCAP_LINK_SLL2 + 1));
    encap = tb_encap_read(link, tb_edge_put(data + 1, size - 1), size - 1);
    REQUIRE(encap.whole || encap.id != 0);
    REQUIRE(encap.ends == 0 || encap.id != 0);
    for (size_t length = 0; length < size; length++) {
        const struct tb_encap cut = tb_encap_read(link, tb_edge_put(data + 1, length), length);

        if (was_whole)
            REQUIRE(cut.whole && cut.id == encap.id && cut.ends == encap.ends);
        was_whole = cut.whole;
    }
    REQUIRE(was_whole == encap.whole);
    return 0;
}
