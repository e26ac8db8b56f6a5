/* SPDX-License-Identifier: GPL-2.0-or-later */
/* links.h - which frame acknowledges which
 *
 * One queue per direction of a connection; the links are the caller's memory, kept for as long as
 * the queue. acked_in is a forward link: it is filled when the acknowledgment is seen. */
#ifndef TB_LINKS_H
#define TB_LINKS_H

#include <stdint.h>

struct tb_link {
    struct tb_link *next;
    uint32_t frame;
    uint32_t acked_in; /* frame of the first segment whose ack covers this one; 0: not seen */
    uint32_t end;      /* sequence number after the segment's last octet (SYN and FIN count one) */
};

struct tb_links {
    struct tb_link *first;
    struct tb_link *last;
};

/* Adds a segment that occupies sequence space. `link->frame` and `link->end` are set by the caller.
 */
void tb_links_sent(struct tb_links *links, struct tb_link *link);

/* An acknowledgment in `frame`: fills acked_in of all links it covers and takes them out. Returns
 * the frame with the highest sequence number among them (the later one of equals), 0 if there was
 * none. */
uint32_t tb_links_acked(struct tb_links *links, uint32_t ack, uint32_t frame);

#endif
