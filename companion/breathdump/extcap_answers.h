/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extcap_answers.h - what Wireshark asks a capture program before it captures: extcap(4)
 *
 * Each answers on stdout. 0 or an exit status. */
#ifndef TB_EXTCAP_ANSWERS_H
#define TB_EXTCAP_ANSWERS_H

#include "complaint.h"
#include "interfaces.h"

int tb_extcap_tell_interfaces(const struct tb_interfaces *interfaces);
int tb_extcap_tell_dlts(const struct tb_interface *interface);
int tb_extcap_tell_config(void);

/* Says what is wrong with the filter, or nothing: whatever is said makes it a wrong one. */
int tb_extcap_tell_filter(const struct tb_interface *interface, const char *filter);

#endif
