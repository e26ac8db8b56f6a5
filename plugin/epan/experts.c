/* SPDX-License-Identifier: GPL-2.0-or-later */
/* experts.c - what deserves to be pointed out */
#include "experts.h"

#include <assert.h>

#include "fields.h"

static const struct {
    enum tb_expert expert;
    enum tb_label label;
} expert_texts[] = {
    { TB_EXPERT_HANDSHAKE_RETRANSMISSION, TB_LABEL_EXPERT_HANDSHAKE_RETRANSMISSION },
    { TB_EXPERT_REFUSED, TB_LABEL_EXPERT_REFUSED },
    { TB_EXPERT_SLOW_RESPONSE, TB_LABEL_EXPERT_SLOW_RESPONSE },
    { TB_EXPERT_HALF_OPEN, TB_LABEL_EXPERT_HALF_OPEN },
    { TB_EXPERT_RESET_IN_EXCHANGE, TB_LABEL_EXPERT_RESET_IN_EXCHANGE },
    { TB_EXPERT_CLOSED_UNANSWERED, TB_LABEL_EXPERT_CLOSED_UNANSWERED },
    { TB_EXPERT_ZERO_WINDOW, TB_LABEL_EXPERT_ZERO_WINDOW },
    { TB_EXPERT_SYN_UNANSWERED, TB_LABEL_EXPERT_SYN_UNANSWERED },
};

static_assert(sizeof(expert_texts) / sizeof(expert_texts[0]) == TB_EXPERT_COUNT,
              "a row for each expert info");

static bool is_slow(const struct tb_event *event)
{
    return tb_pref_slow_response_ms != 0 && (event->has & TB_EVENT_RESPONSE_STARTS) != 0 &&
           (event->has & TB_EVENT_RESPONSE_TIME) != 0 &&
           event->response_time_ns > (uint64_t)tb_pref_slow_response_ms * 1000000u;
}

/* Forward knowledge: nothing is said on the first visit, when it is too early to tell. Frame
 * numbers of that visit are compared: `-2 -R` counts anew. */
static bool is_never_answered(const struct tb_visit *visit, const packet_info *pinfo)
{
    return PINFO_FD_VISITED(pinfo) && visit->record.event.step == TB_STEP_SYN &&
           visit->conn != NULL && visit->link != NULL &&
           visit->conn->opened == visit->link->frame && !visit->conn->answered;
}

unsigned tb_experts_judge(const struct tb_visit *visit, const packet_info *pinfo)
{
    const struct tb_event *event = &visit->record.event;
    const bool again =
        event->step == TB_STEP_RETRANSMISSION || event->step == TB_STEP_FAST_RETRANSMISSION;
    unsigned found = 0;

    if (event->phase == TB_PHASE_HANDSHAKE && again)
        found |= 1u << TB_EXPERT_HANDSHAKE_RETRANSMISSION;
    if (tb_event_is(event, TB_MARK_REFUSED))
        found |= 1u << TB_EXPERT_REFUSED;
    if (is_slow(event))
        found |= 1u << TB_EXPERT_SLOW_RESPONSE;
    if (visit->record.half_open)
        found |= 1u << TB_EXPERT_HALF_OPEN;
    if (event->step == TB_STEP_RESET && event->cut == TB_CUT_MID_RESPONSE)
        found |= 1u << TB_EXPERT_RESET_IN_EXCHANGE;
    if (event->cut == TB_CUT_UNANSWERED)
        found |= 1u << TB_EXPERT_CLOSED_UNANSWERED;
    if (event->step == TB_STEP_ZERO_WINDOW)
        found |= 1u << TB_EXPERT_ZERO_WINDOW;
    if (is_never_answered(visit, pinfo))
        found |= 1u << TB_EXPERT_SYN_UNANSWERED;
    return found;
}

void tb_experts_add(packet_info *pinfo, proto_item *item, enum tb_lang lang, unsigned found)
{
    for (size_t i = 0; i < TB_EXPERT_COUNT; i++)
        if ((found >> expert_texts[i].expert & 1u) != 0)
            expert_add_info_format(pinfo, item, &tb_expert_id[expert_texts[i].expert], "%s",
                                   tb_text_label(lang, expert_texts[i].label));
}
