/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stats_phases.c - how many segments each phase and step has: -z tcp-breath-phases,tree */
#include "stats.h"

#include "fields.h"
#include "tree.h"

static int root;

static const char *root_name(void)
{
    return tb_text_label(tb_pref_lang(), TB_LABEL_STATS_PHASES);
}

static void begin(stats_tree *tree)
{
    root = stats_tree_create_node(tree, root_name(), 0, STAT_DT_INT, TRUE);
}

static tap_packet_status take(stats_tree *tree, packet_info *pinfo, epan_dissect_t *edt,
                              const void *told, tap_flags_t flags)
{
    const struct tb_event *event = &((const struct tb_visit *)told)->record.event;
    const enum tb_lang lang = tb_pref_lang();
    int phase;

    (void)pinfo;
    (void)edt;
    (void)flags;
    tick_stat_node(tree, root_name(), 0, TRUE);
    phase = tick_stat_node(tree, tb_text_phase(lang, event->phase), root, TRUE);
    tick_stat_node(tree, tb_text_step(lang, event->step), phase, FALSE);
    return TAP_PACKET_REDRAW;
}

void tb_stats_phases_register(void)
{
    stats_tree_register_plugin("tcp-breath", "tcp-breath-phases", root_name(), TL_REQUIRES_NOTHING,
                               take, begin, NULL);
}
