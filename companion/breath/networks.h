/* SPDX-License-Identifier: GPL-2.0-or-later */
/* networks.h - the networks of this machine's own addresses */
#ifndef TB_NETWORKS_H
#define TB_NETWORKS_H

#include <stdbool.h>
#include <stdint.h>

#include "line.h"

/* Adds "192.0.2.0/24", the network of that address of this machine. False: the address is not this
 * machine's, is alone in its network, or the addresses cannot be read. */
bool tb_networks_put(struct tb_line *line, const uint8_t address[16]);

/* Pure: adds the network of the address with so many leading ones in its mask. */
void tb_networks_put_prefix(struct tb_line *line, const uint8_t address[16], const uint8_t *mask);

#endif
