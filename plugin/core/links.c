/* SPDX-License-Identifier: GPL-2.0-or-later */
/* links.c - which frame acknowledges which */
#include "links.h"

#include <stddef.h>

#include "seq.h"

/* Out-of-order segments are looked for a place this far; a capture made to cost time gets none. */
enum {
    SEARCH_MAX = 256
};

/* Before the last at the latest: numbers that are 2^31 apart are before each other, both of them.
 */
static void insert_sorted(struct tb_links *links, struct tb_link *link)
{
    struct tb_link **at = &links->first;

    for (unsigned steps = 0; *at != links->last && tb_seq_le((*at)->end, link->end); steps++) {
        if (steps == SEARCH_MAX)
            return;
        at = &(*at)->next;
    }
    link->next = *at;
    *at = link;
}

void tb_links_sent(struct tb_links *links, struct tb_link *link)
{
    link->next = NULL;
    link->acked_in = 0;
    if (links->last != NULL && tb_seq_lt(link->end, links->last->end)) {
        insert_sorted(links, link);
        return;
    }
    if (links->last != NULL)
        links->last->next = link;
    else
        links->first = link;
    links->last = link;
}

uint32_t tb_links_acked(struct tb_links *links, uint32_t ack, uint32_t frame)
{
    uint32_t highest = 0;

    while (links->first != NULL && tb_seq_le(links->first->end, ack)) {
        struct tb_link *link = links->first;

        link->acked_in = frame;
        highest = link->frame;
        links->first = link->next;
    }
    if (links->first == NULL)
        links->last = NULL;
    return highest;
}
