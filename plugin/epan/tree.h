/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.h - draws a segment: the layer, the Info column, the expert infos */
#ifndef TB_TREE_H
#define TB_TREE_H

#include "ws_compat.h"

#include "conns.h"
#include "ownership.h"
#include "record.h"
#include "text.h"

/* One TCP header, on one visit; what the tap's listeners are given. */
struct tb_visit {
    struct tb_record record;
    struct tb_segment segment;  /* the payload is readable while the frame is */
    const struct tb_conn *conn; /* NULL: the header was not there on the first visit */
    const struct tb_link *link; /* what acknowledges this segment; NULL: takes no sequence space */
    address end[2];             /* sender, receiver */
    uint16_t port[2];
    const struct tb_ownership *owner[TB_NOTE_END_COUNT]; /* NULL: unknown */
    const struct tb_ownership *either; /* of one of the two ends, it is not known which; or NULL */
    bool disowned[TB_NOTE_END_COUNT];  /* the end may be that of another connection */
    uint8_t live[TB_NOTE_END_COUNT];   /* enum tb_live_state: why a look has named nobody */
    const struct tb_owner *candidate[TB_NOTE_END_COUNT]; /* of a look, not proven (yet); or NULL */
    size_t header_length;
    bool first; /* the frame is read for the first time: later ones may tell more of its ends */
};

/* What a sentence about the segment may use; start lines are the pool's. */
struct tb_story tb_visit_story(const struct tb_visit *visit, wmem_allocator_t *pool);

/* `after`: the layer is put after this one, TCP's; NULL: left at the end. */
void tb_tree_draw(const struct tb_visit *visit, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                  proto_item *after);

#endif
