/* SPDX-License-Identifier: GPL-2.0-or-later */
/* octets.h - a packet's octets, as tshark -x prints them and as tcpdump does
 *
 * Pure. */
#ifndef TB_OCTETS_H
#define TB_OCTETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "line.h"

/* Adds the octets of a line of tshark's: "0010  00 3c 00 01 ...   .<..". False: it is none. */
bool tb_octets_read(const char *text, struct tb_line *octets);

/* How many octets of the frame stand before the network layer's header. `encapsulation` is
 * Wireshark's number (frame.encap_type, WTAP_ENCAP_ of wiretap/wtap.h); 0 where it is unknown. */
size_t tb_octets_link(unsigned encapsulation, const uint8_t *octets, size_t length);

/* As tcpdump -X has them: offset, sixteen octets in hexadecimal, the same in ASCII. */
void tb_octets_print_hex(FILE *stream, const uint8_t *octets, size_t length);

/* As tcpdump -A has them: ASCII and its line ends; a dot for all else. */
void tb_octets_print_text(FILE *stream, const uint8_t *octets, size_t length);

#endif
