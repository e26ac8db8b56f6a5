/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flowgraph.c - the ladder: Statistics > Flow Graph, -z flow,tcp-breath,network */
#include "stats.h"

#include <stdio.h>
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

static void set_lifeline(address *end, const char *text)
{
    free_address(end);
    alloc_address_wmem(NULL, end, AT_STRINGZ, (int)strlen(text) + 1, text);
}

/* A lifeline is an address, and what is the same is one line. So a process has one of its own,
 * where all that will be known is known: not while the file is read for the first time, when a name
 * that comes later would make two lines of one end. And where both ends have one address, the roles
 * tell them apart. */
static void tell_ends_apart(struct tb_ws_arrow *arrow, const struct tb_visit *visit,
                            packet_info *pinfo)
{
    address *end[TB_NOTE_END_COUNT] = { &arrow->src_addr, &arrow->dst_addr };
    const bool alike = addresses_equal(&arrow->src_addr, &arrow->dst_addr);
    const enum tb_lang lang = ladder_lang();
    char text[TEXT_OCTETS];

    for (unsigned i = TB_NOTE_SRC; i < TB_NOTE_END_COUNT; i++) {
        const enum tb_role from = visit->record.event.role;
        const enum tb_role role = i == TB_NOTE_SRC         ? from
                                  : from == TB_ROLE_CLIENT ? TB_ROLE_SERVER
                                                           : TB_ROLE_CLIENT;

        if (!visit->first && visit->owner[i] != NULL) {
            tb_text_owner_short(lang, &visit->owner[i]->owner, text, sizeof(text));
            set_lifeline(end[i], text);
        } else if (alike) {
            snprintf(text, sizeof(text), "%s %s", address_to_str(pinfo->pool, &visit->end[i]),
                     tb_text_role(lang, role));
            set_lifeline(end[i], text);
        }
    }
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
    tell_ends_apart(arrow, visit, pinfo);
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
