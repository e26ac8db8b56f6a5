/* SPDX-License-Identifier: GPL-2.0-or-later */
/* netstat.h - the parts of the classic command netstat that are not about sockets */
#ifndef TB_NETSTAT_H
#define TB_NETSTAT_H

#include "command.h"

int tb_netstat_nics(struct tb_request *request);       /* -i */
int tb_netstat_statistics(struct tb_request *request); /* -s */

#endif
