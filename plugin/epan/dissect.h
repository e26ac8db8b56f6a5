/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dissect.h - our place in Wireshark: around its TCP dissector */
#ifndef TB_DISSECT_H
#define TB_DISSECT_H

/* Handoff: takes the place of TCP under IP. */
void tb_dissect_attach(void);

#endif
