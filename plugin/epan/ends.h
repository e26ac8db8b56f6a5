/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ends.h - draws who sent a segment and who receives it: roles, addresses, processes */
#ifndef TB_ENDS_H
#define TB_ENDS_H

#include "ws_compat.h"

#include "text.h"
#include "tree.h"

/* Below the layer. `visible`: somebody reads the lines; else only fields that are asked for are
 * made. */
void tb_ends_draw(const struct tb_visit *visit, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                  enum tb_lang lang, bool visible);

#endif
