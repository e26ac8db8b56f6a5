/* SPDX-License-Identifier: GPL-2.0-or-later */
/* frame.h - the two ends of the TCP segment in a captured frame
 *
 * Pure. A frame is hostile input, and may be cut anywhere. */
#ifndef TB_FRAME_H
#define TB_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tuple.h"

struct tb_frame {
    struct tb_tuple sender; /* as the end that sent it sees it; tb_tuple_turned() is the receiver */
    bool may_open;          /* it carries SYN, or is cut before it says */
    bool opens;             /* it carries SYN without ACK: the first segment of a connection */
};

/* Reads as far as the ports, and the flags where they are there. `link_type` is a LINKTYPE_ or a
 * DLT_ number (https://www.tcpdump.org/linktypes.html): Ethernet, Linux cooked (v1 and v2), BSD
 * loopback (NULL, LOOP) and raw IP are known; VLAN tags, options, extension headers and first
 * fragments are read through. False where it is no TCP segment of IPv4 or IPv6, where its ports are
 * not there (a later fragment, a frame that is cut), or where it is inside a tunnel: *frame is then
 * unchanged. */
bool tb_frame_read(uint32_t link_type, const uint8_t *octets, size_t captured,
                   struct tb_frame *frame);

#endif
