/* SPDX-License-Identifier: GPL-2.0-or-later */
/* enclosing.h - what encloses the TCP segment at hand */
#ifndef TB_ENCLOSING_H
#define TB_ENCLOSING_H

#include "ws_compat.h"

#include "encap.h"

/* Once, when all protocols are registered. */
void tb_enclosing_register(void);

/* To be asked where IP has just called for TCP. */
struct tb_encap tb_enclosing(const packet_info *pinfo);

#endif
