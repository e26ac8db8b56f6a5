/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notes.h - what a capture file says of the processes at a packet's ends */
#ifndef TB_NOTES_H
#define TB_NOTES_H

#include "ws_compat.h"

#include "conns.h"
#include "segment.h"

/* On the first visit, once the segment has its connection: tells tb_owners_set() of every owner
 * that the packet's comments name. A frame's notes are its first TCP header's. */
void tb_notes_read(const packet_info *pinfo, struct tb_conn *conn,
                   const struct tb_segment *segment);

#endif
