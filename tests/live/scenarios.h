/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scenarios.h - the table of scenarios */
#ifndef TB_LIVE_SCENARIOS_H
#define TB_LIVE_SCENARIOS_H

#include "world.h"

/* Ends with a NULL name. */
extern const struct tb_scenario tb_scenarios[];

#endif
