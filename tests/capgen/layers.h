/* SPDX-License-Identifier: GPL-2.0-or-later */
/* layers.h - what stands in front of an IP datagram in a frame: tunnels, tags, link headers */
#ifndef CG_LAYERS_H
#define CG_LAYERS_H

#include "model.h"

/* Reads "ethernet", "vlan=10", "fragment=64" into the path: a base first, layers after it. False:
 * not such a word, out of range, or too many. */
bool cg_path_add(struct cg_path *path, const char *word);

/* The number of the first layer of this kind, or 0; whether there is one. */
bool cg_path_has(const struct cg_path *path, enum cg_layer kind);
uint32_t cg_path_number(const struct cg_path *path, enum cg_layer kind);

/* LINKTYPE_..., https://www.tcpdump.org/linktypes.html */
uint16_t cg_base_link_type(enum cg_base base);

/* Makes a frame of an IP datagram sent by `from`. `type`: the datagram's Ethernet type; `id`: for
 * the outer IP headers of tunnels. For CG_BASE_AMSDU only the subframe is made. */
void cg_path_wrap(struct cg_packet *packet, const struct cg_path *path, enum cg_side from,
                  uint32_t type, uint16_t id);

/* Into the pktap header at the packet's beginning: the way it went, the process. */
void cg_pktap_note(struct cg_packet *packet, const struct cg_notes *notes);

/* Makes the subframes an 802.11 frame. */
void cg_amsdu_prepend(struct cg_packet *subframes, enum cg_side from);

#endif
