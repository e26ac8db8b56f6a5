/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tcp.h - the TCP header in front of a payload */
#ifndef CG_TCP_H
#define CG_TCP_H

#include "ip.h"
#include "model.h"

/* The header with its options, ports and numbers; the checksum is right for `ip`, unless the
 * segment asks for a wrong one. `seq`: cg_end_seq. 0, or -EINVAL: more than 40 octets of options.
 */
int cg_tcp_prepend(struct cg_packet *packet, const struct cg_connection *connection,
                   const struct cg_segment *segment, uint32_t seq, const struct cg_ip *ip);

/* The window that the segment announces, in octets, where it states one. */
uint32_t cg_tcp_window(const struct cg_connection *connection, const struct cg_segment *segment);

/* Its TSval; false where it has none. */
bool cg_tcp_timestamp(const struct cg_connection *connection, const struct cg_segment *segment,
                      uint32_t *value);

#endif
