/* SPDX-License-Identifier: GPL-2.0-or-later */
/* loop.h - packets from the interfaces to the file, until something ends it */
#ifndef TB_LOOP_H
#define TB_LOOP_H

#include "complaint.h"
#include "session.h"

/* Captures until a limit, a signal or an error, then ends the file: what was captured until then is
 * in it. 0 or an exit status. */
int tb_loop_run(struct tb_session *session, struct tb_complaint *complaint);

#endif
