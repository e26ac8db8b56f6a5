/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status.h - what breathdump says on stderr while it captures */
#ifndef TB_STATUS_H
#define TB_STATUS_H

#include "session.h"

/* "capturing on lo into FILE"; nothing where it is to be quiet. */
void tb_status_begin(const struct tb_session *session);

/* The line of the moment, on a terminal only. */
void tb_status_show(const struct tb_session *session);

/* Takes the line of the moment away, for something else to be said. */
void tb_status_clear(const struct tb_session *session);

/* A line for the file and one for each interface. */
void tb_status_end(const struct tb_session *session);

#endif
