/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_snmpline.c - the input is a text like /proc/net/snmp */
#include "../unit/edge.h"
#include "pieces.h"
#include "snmpline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_inside(const struct tb_snmp_word *word, const char *text, size_t size)
{
    return word->at >= text && word->at + word->length <= text + size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text;
    struct tb_snmp snmp;
    struct tb_snmp_counter counter;
    size_t count = 0;

    if (size > 1 << 14)
        return -1;
    text = (const char *)tb_edge_put(data, size);
    tb_snmp_begin(&snmp, text, size);
    for (; tb_snmp_next(&snmp, &counter); count++) {
        REQUIRE(is_inside(&counter.group, text, size) && is_inside(&counter.name, text, size));
        REQUIRE(counter.name.length > 0);
    }
    REQUIRE(count <= size);
    return 0;
}
