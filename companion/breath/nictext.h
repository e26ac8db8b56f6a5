/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nictext.h - flags, states, addresses of network interfaces as they are written
 *
 * Pure. Names are of no language. */
#ifndef TB_NICTEXT_H
#define TB_NICTEXT_H

#include <stdbool.h>

#include "line.h"
#include "rtmsg.h"

/* How an interface is, by its flags. */
enum tb_nic_state {
    TB_NIC_DOWN,       /* switched off */
    TB_NIC_NO_CARRIER, /* switched on, but there is nothing at its other end */
    TB_NIC_UP
};

enum tb_nic_state tb_nic_state(const struct tb_rt_link *link);
const char *tb_nic_state_name(enum tb_nic_state state);  /* "NO-CARRIER" */
const char *tb_nic_status_word(enum tb_nic_state state); /* "no carrier", as BSD's "active" */

/* RFC 2863's ifOperStatus, as ip(8) has it. */
const char *tb_nic_operstate_name(uint8_t state);

/* "ether", "loopback"; NULL: it has no word here. */
const char *tb_nic_type_name(uint16_t type);

/* "4163<UP,BROADCAST,RUNNING,MULTICAST>", the sixteen flags that ifconfig(8) knows. */
void tb_nic_put_flags(struct tb_line *line, uint32_t flags);

/* All flags by name, as ip(8) has them, by place from 0; NULL: that is all. Unknown ones are not
 * told. */
const char *tb_nic_flag_name(uint32_t flags, unsigned place);

/* "02:fc:00:00:00:01" */
void tb_nic_put_mac(struct tb_line *line, const uint8_t *mac, size_t length);
bool tb_nic_mac_is_zero(const uint8_t *mac, size_t length);

/* "255.255.255.0" */
void tb_nic_put_netmask(struct tb_line *line, unsigned prefix);

/* "global", "link" or a number. */
void tb_nic_put_scope(struct tb_line *line, uint8_t scope);

/* "525.7 MiB", rounded down as ifconfig(8) does. */
void tb_nic_put_size(struct tb_line *line, uint64_t octets);

/* "802.3ad"; NULL: unknown */
const char *tb_nic_bond_mode_name(uint8_t mode);

/* The word of an address's flag by place from 0: "temporary"; NULL: that is all. */
const char *tb_nic_address_flag(const struct tb_rt_address *address, unsigned place);

/* Interfaces in the order of ifconfig(8): "eth2" before "eth10". */
int tb_nic_compare_names(const char *one, const char *other);

#endif
