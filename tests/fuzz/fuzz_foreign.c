/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_foreign.c - the input is a packet's comments, or the header in front of it: whatever is read
 * from it lies in it, and names somebody or nothing */
#include <string.h>

#include "../unit/edge.h"
#include "foreign.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_sense(const struct tb_foreign *found, const void *input, size_t size)
{
    const char *begin = input;

    REQUIRE(found->tool < TB_FOREIGN_COUNT && found->end <= TB_FOREIGN_SERVER);
    REQUIRE((found->tool != TB_FOREIGN_NONE) == tb_owner_is_known(&found->owner));
    REQUIRE(found->tool == TB_FOREIGN_NONE || found->owner.certainty == TB_OWNER_UNSURE);
    REQUIRE((found->owner.has & TB_OWNER_PID) == 0 || found->owner.pid != 0);
    for (size_t i = 0; i < TB_OWNER_TEXT_COUNT; i++) {
        const struct tb_octet_string *text = &found->owner.text[i];

        REQUIRE(text->length <= TB_OWNER_TEXT_MAX);
        if (text->length == 0)
            continue;
        REQUIRE(text->octets >= begin && text->octets + text->length <= begin + size);
        REQUIRE(memchr(text->octets, '\0', text->length) == NULL);
    }
}

/* Comments are separated by octet 0xff. */
static void read_comments(const uint8_t *octets, size_t size)
{
    struct tb_foreign found = { .tool = TB_FOREIGN_NONE };
    size_t at = 0;

    while (at <= size) {
        const uint8_t *end = at < size ? memchr(octets + at, 0xff, size - at) : NULL;
        const size_t length = end != NULL ? (size_t)(end - octets) - at : size - at;
        const enum tb_foreign_tool before = found.tool;
        const uint32_t pid = found.owner.pid;

        tb_foreign_read_comment((const char *)octets + at, length, &found);
        require_sense(&found, octets, size);
        REQUIRE(before == TB_FOREIGN_NONE || (found.tool == before && found.owner.pid == pid));
        at += length + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_foreign found = { .tool = TB_FOREIGN_NONE };
    const uint8_t *octets;

    if (size > TB_EDGE_SIZE)
        return -1;
    octets = tb_edge_put(data, size);
    read_comments(octets, size);
    REQUIRE(tb_foreign_read_pktap(octets, size, &found) == (found.tool == TB_FOREIGN_PKTAP));
    require_sense(&found, octets, size);
    return 0;
}
