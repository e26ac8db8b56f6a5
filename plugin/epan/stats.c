/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats.c - statistics, all of them */
#include "stats.h"

void tb_stats_register(void)
{
    tb_stats_terminal_register();
    tb_stats_window_register();
    tb_stats_phases_register();
    tb_flowgraph_register();
    tb_filters_register();
}

void tb_stats_reword(void)
{
    tb_stats_window_reword();
    tb_filters_reword();
}
