/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shelf.h - what is kept of a frame's TCP headers, found again on later visits
 *
 * Wireshark's own place for that, p_add_proto_data(), takes two allocations for each. */
#ifndef TB_SHELF_H
#define TB_SHELF_H

#include "ws_compat.h"

/* A file begins: what was on the shelf lay in the memory of the one before. `places_stay`: the
 * frames keep their places in it; not so where it may be saved and read on, as in Wireshark's
 * window. */
void tb_shelf_reset(bool places_stay);

/* What was put there for the frame; NULL: nothing. `key` tells the headers of one frame apart. */
void *tb_shelf_find(packet_info *pinfo, uint32_t key);

/* On the frame's first visit, where nothing was found. Keeps the pointer, which is to live as long
 * as the file. */
void tb_shelf_put(packet_info *pinfo, uint32_t key, void *kept);

#endif
