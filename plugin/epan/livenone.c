/* SPDX-License-Identifier: GPL-2.0-or-later */
/* livenone.c - where this system cannot be asked who has a socket: nobody is named */
#include "live.h"

void tb_live_register(void)
{
}

void tb_live_see(const packet_info *pinfo, struct tb_conn *conn, const struct tb_segment *segment,
                 const struct tb_event *event)
{
    (void)pinfo;
    (void)conn;
    (void)segment;
    (void)event;
}

enum tb_live_state tb_live_state(const struct tb_conn *conn, enum tb_side side)
{
    (void)conn;
    (void)side;
    return TB_LIVE_STATE_NONE;
}

const struct tb_owner *tb_live_candidate(const struct tb_conn *conn, enum tb_side side)
{
    (void)conn;
    (void)side;
    return NULL;
}
