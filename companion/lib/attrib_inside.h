/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib_inside.h - what attrib.c (it takes events) and attrib_ask.c (it answers) share */
#ifndef TB_ATTRIB_INSIDE_H
#define TB_ATTRIB_INSIDE_H

#include "attrib.h"
#include "attrib_end.h"
#include "attrib_listener.h"
#include "attrib_loss.h"
#include "attrib_process.h"

struct tb_attrib {
    struct tb_process_table processes;
    struct tb_end_table ends;
    struct tb_listener_table listeners;
    struct tb_loss loss;
    uint64_t began_ns; /* of the earliest event; TB_TIME_NEVER: none yet */
};

/* A packet and a look that are nearer to each other may have been the other way round. */
#define TB_ATTRIB_NEAR_NS 1000000u

#endif
