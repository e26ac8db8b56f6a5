/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_links.c - segments that are sent, with whatever numbers, and acknowledgments, with whatever
 *
 * The queue stays one: its last is behind its first and nothing behind that, what was acknowledged
 * is not in it, and nothing that was sent is in it twice. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "links.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    LINKS_MAX = 600,
    MOVE = 5 /* octets: what is done, and a number */
};

static void check(const struct tb_links *links, size_t sent)
{
    const struct tb_link *link = links->first;
    size_t count = 0;

    REQUIRE((links->first == NULL) == (links->last == NULL));
    while (link != NULL) {
        REQUIRE(++count <= sent);
        REQUIRE(link->acked_in == 0);
        REQUIRE((link->next == NULL) == (link == links->last));
        link = link->next;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Numbers that a connection has, and those half the space away, which is where order ends. */
    static const uint32_t near[] = { 0, 1, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff };
    static struct tb_link link[LINKS_MAX];
    struct tb_links links = { NULL, NULL };
    uint32_t number = 0;
    size_t sent = 0;

    memset(link, 0, sizeof link);
    for (size_t at = 0; at + MOVE <= size && sent < LINKS_MAX; at += MOVE) {
        const unsigned what = data[at];
        uint32_t next;

        memcpy(&next, data + at + 1, sizeof next);
        if (what & 2)
            next = number + near[next % (sizeof near / sizeof *near)];
        if (what & 4)
            number = next;
        if (what & 1) {
            (void)tb_links_acked(&links, next, (uint32_t)at + 1);
        } else {
            link[sent].frame = (uint32_t)sent + 1;
            link[sent].end = next;
            tb_links_sent(&links, &link[sent++]);
        }
        check(&links, sent);
    }
    return 0;
}
