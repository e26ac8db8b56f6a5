/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flowgraph.c - the ladder: Statistics > Flow Graph, -z flow,tcp-breath,network */
#include "stats.h"

#include <string.h>

#include "fields.h"
#include "tree.h"

enum {
    TEXT_OCTETS = 2048 /* the longest sentence has room */
};

/* In a terminal Wireshark draws with letters that are one cell wide each. */
static enum tb_lang ladder_lang(void)
{
    return tb_ws_is_tshark() ? TB_LANG_EN : tb_pref_lang();
}

/* What a segment is stands on the arrow, in short; who sends it to whom, and what it means, in the
 * comment beside it. */
static void word(struct tb_ws_arrow *arrow, const struct tb_visit *visit, wmem_allocator_t *pool)
{
    struct tb_story story = tb_visit_story(visit, pool);
    char text[TEXT_OCTETS];
    const char *sentence;

    tb_text_headline(ladder_lang(), &story, text, sizeof(text));
    sentence = strstr(text, ": "); /* after the phase, which stands on the arrow */
    arrow->comment = g_strdup(sentence != NULL ? sentence + 2 : text);
    story.owner[TB_ROLE_CLIENT] = NULL;
    story.owner[TB_ROLE_SERVER] = NULL;
    tb_text_info(ladder_lang(), &story, text, sizeof(text));
    arrow->frame_label = g_strdup(text);
}

static tap_packet_status take(void *data, packet_info *pinfo, epan_dissect_t *edt, const void *told,
                              tap_flags_t flags)
{
    const struct tb_visit *visit = (const struct tb_visit *)told;
    struct tb_ws_ladder *ladder = (struct tb_ws_ladder *)data;
    struct tb_ws_arrow *arrow;

    (void)edt;
    (void)flags;
    if (visit->conn == NULL)
        return TAP_PACKET_DONT_REDRAW;
    arrow = sequence_analysis_create_sai_with_addresses(pinfo, ladder);
    if (arrow == NULL)
        return TAP_PACKET_DONT_REDRAW;
    word(arrow, visit, pinfo->pool);
    arrow->frame_number = pinfo->num;
    arrow->port_src = visit->port[0];
    arrow->port_dst = visit->port[1];
    arrow->conv_num = (uint16_t)visit->conn->number;
    arrow->line_style = 1;
    arrow->display = true;
    g_queue_push_tail(ladder->items, arrow);
    return TAP_PACKET_REDRAW;
}

void tb_flowgraph_register(void)
{
    register_seq_analysis("tcp-breath", "TCP Breath", tb_proto, "tcp-breath", TL_REQUIRES_NOTHING,
                          take);
}
