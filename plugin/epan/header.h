/* SPDX-License-Identifier: GPL-2.0-or-later */
/* header.h - the octets of a TCP header become the engine's segment
 *
 * Pure: no epan, no allocation. Octets are hostile: nothing outside [octets, octets + captured) is
 * read, and options end where the header does. */
#ifndef TB_HEADER_H
#define TB_HEADER_H

#include <stddef.h>
#include <stdint.h>

#include "segment.h"

/* Both ports stand in the first four octets: fewer are nobody's header. */
enum {
    TB_HEADER_PORTS = 4,
    TB_HEADER_MIN = 20
};

/* Fills in all of *segment that the header tells: not the frame, the time, the side nor `quoted`.
 * `captured`: octets at hand from the header's first on; `reported`: octets that were sent, header
 * included, by the IP header's total length. */
void tb_header_parse(const uint8_t *octets, size_t captured, size_t reported,
                     struct tb_segment *segment);

/* Octets of the header at hand: for marking it in the packet. */
size_t tb_header_length(const uint8_t *octets, size_t captured);

#endif
