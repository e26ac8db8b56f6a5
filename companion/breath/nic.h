/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nic.h - what the parts of the command nic have in common */
#ifndef TB_NIC_H
#define TB_NIC_H

#include "command.h"
#include "rtnetlink.h"

/* "02:fc:...", empty where there is none or it is all zero (loopback). */
void tb_nic_put_mac_of(struct tb_line *line, const struct tb_rt_link *link);

/* "192.0.2.2/24" */
void tb_nic_put_prefix(struct tb_line *line, const uint8_t address[16], unsigned prefix);

struct tb_link_ref {
    const struct tb_rt_link *link;
};

/* All interfaces in the order of ifconfig(8). To be freed; NULL: no memory. */
struct tb_link_ref *tb_nics_by_name(const struct tb_nics *nics);

/* One interface in full, and what it means. */
void tb_nic_show(const struct tb_page *page, const struct tb_nics *nics,
                 const struct tb_rt_link *link);
void tb_nic_explain(const struct tb_page *page, const struct tb_nics *nics,
                    const struct tb_rt_link *link);

/* Which of them carries packets to request->options.to; `from`: of a socket bound to it, or NULL.
 */
int tb_nic_to(struct tb_request *request, const struct tb_nics *nics,
              const struct tb_rt_link *from);

/* The address, or "fe80::1%eth0"; *scope: the interface after the percent sign, or NULL. */
bool tb_nic_read_address(const struct tb_nics *nics, const char *word, uint8_t address[16],
                         const struct tb_rt_link **scope);

/* The next step: a capture on that interface, of the port that a step before told of. */
void tb_nic_next_capture(const struct tb_request *request, const char *name, enum tb_say why);

#endif
