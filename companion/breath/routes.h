/* SPDX-License-Identifier: GPL-2.0-or-later */
/* routes.h - the routing table as route(8) and netstat(8) -r print it */
#ifndef TB_ROUTES_H
#define TB_ROUTES_H

#include "command.h"

/* `netstat`: its columns, MSS Window irtt instead of Metric Ref Use. Names of hosts are never
 * looked up; `numeric`: nor is 0.0.0.0 called default. Returns an exit status. */
int tb_routes_show(struct tb_request *request, bool netstat, bool numeric);

#endif
