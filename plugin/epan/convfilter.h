/* SPDX-License-Identifier: GPL-2.0-or-later */
/* convfilter.h - what a right click on a packet can filter by */
#ifndef TB_CONVFILTER_H
#define TB_CONVFILTER_H

#include "tree.h"

/* The frame may be the one that the window shows: keeps what its filters need as long as the
 * dissection lives. The first TCP header of a frame counts. */
void tb_filters_note(const struct tb_visit *visit, packet_info *pinfo);

#endif
