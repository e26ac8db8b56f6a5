/* SPDX-License-Identifier: GPL-2.0-or-later */
/* experts.h - what deserves to be pointed out */
#ifndef TB_EXPERTS_H
#define TB_EXPERTS_H

#include "ws_compat.h"

#include "text.h"
#include "tree.h"

/* Which expert infos the segment deserves: 1u << enum tb_expert. */
unsigned tb_experts_judge(const struct tb_visit *visit, const packet_info *pinfo);

/* Adds those that were found. `item`: where they hang in the tree, or NULL without one. */
void tb_experts_add(packet_info *pinfo, proto_item *item, enum tb_lang lang, unsigned found);

#endif
