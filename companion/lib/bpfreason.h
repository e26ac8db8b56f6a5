/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpfreason.h - why the kernel refused BPF tracing, and what would allow it */
#ifndef TB_BPFREASON_H
#define TB_BPFREASON_H

#include "watch.h"

/* `step`: what was being done ("loading the programs"); `error`: -errno of it. Writes what a look
 * at the process's capabilities and at the kernel suggests. */
void tb_bpfreason(const char *step, int error, char reason[TB_WATCH_REASON_MAX]);

#endif
