/* SPDX-License-Identifier: GPL-2.0-or-later */
/* serve.h - what other commands need of serve's */
#ifndef TB_SERVE_H
#define TB_SERVE_H

#include "command.h"
#include "probe.h"

/* Explains on stderr who has the port, as `why` does, and sets the trouble. `error` is -errno.
 * Returns the status. */
int tb_serve_tell_refused(struct tb_request *request, const struct tb_target *target, int error);

#endif
