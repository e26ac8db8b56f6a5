/* SPDX-License-Identifier: GPL-2.0-or-later */
/* links.c - which frame acknowledges which */
#include "links.h"

#include <stddef.h>

#include "seq.h"

void tb_links_sent(struct tb_links *links, struct tb_link *link)
{
    link->next = NULL;
    link->acked_in = 0;
    if (links->last != NULL)
        links->last->next = link;
    else
        links->first = link;
    links->last = link;
}

uint32_t tb_links_acked(struct tb_links *links, uint32_t ack, uint32_t frame)
{
    const struct tb_link *highest = NULL;
    struct tb_link *before = NULL;
    struct tb_link **at = &links->first;

    /* The queue is in order of sending, so almost always in order of `end`; a segment that came out
     * of order stays until it is covered, and the queue never holds more than is in flight. */
    while (*at != NULL) {
        struct tb_link *link = *at;

        if (tb_seq_gt(link->end, ack)) {
            before = link;
            at = &link->next;
            continue;
        }
        link->acked_in = frame;
        if (highest == NULL || tb_seq_ge(link->end, highest->end))
            highest = link;
        *at = link->next;
        if (links->last == link)
            links->last = before;
    }
    return highest == NULL ? 0 : highest->frame;
}
