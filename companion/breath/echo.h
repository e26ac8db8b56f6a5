/* SPDX-License-Identifier: GPL-2.0-or-later */
/* echo.h - sends back what comes: the raw server of `breath serve` */
#ifndef TB_ECHO_H
#define TB_ECHO_H

#include "visits.h"

/* Until a signal comes that `end` (of signalfd(2)) tells. Returns 0 or -errno. */
int tb_echo_tcp(int listener, int end, const struct tb_visits *visits);
int tb_echo_udp(int fd, int end, const struct tb_visits *visits);

#endif
