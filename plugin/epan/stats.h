/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats.h - statistics: tables, the tree of phases, the flow graph, filters for a conversation
 *
 * Nothing is done for a packet while nobody listens. */
#ifndef TB_STATS_H
#define TB_STATS_H

/* Once, when the tap is registered. Each names what it registers in Wireshark. */
void tb_stats_register(void);          /* all of the below */
void tb_stats_terminal_register(void); /* tshark -z tcp-breath,... */
void tb_stats_window_register(void);   /* the tables of the window, and of sharkd */
void tb_stats_phases_register(void);   /* -z tcp-breath-phases,tree */
void tb_flowgraph_register(void);      /* -z flow,tcp-breath,network */
void tb_filters_register(void);        /* Conversation Filter */

/* The language has changed: what the window shows from now on is in it. The first names both. */
void tb_stats_reword(void);
void tb_stats_window_reword(void);
void tb_filters_reword(void);

#endif
