/* SPDX-License-Identifier: GPL-2.0-or-later */
/* apply.h - carries out what classify.c has decided. For flow.c and apply*.c only. */
#ifndef TB_APPLY_H
#define TB_APPLY_H

#include "classify.h"
#include "flow.h"
#include "state.h"

static inline void tb_half_trigger(struct tb_half *half, enum tb_trigger what)
{
    half->state = (uint8_t)tb_state_next((enum tb_state)half->state, what);
}

static inline uint8_t tb_count_up(uint8_t count)
{
    return count == UINT8_MAX ? count : (uint8_t)(count + 1);
}

static inline enum tb_role tb_flow_role(const struct tb_flow *flow, enum tb_side side)
{
    return flow->client == (uint8_t)side ? TB_ROLE_CLIENT : TB_ROLE_SERVER;
}

/* Both FINs are known, one of them by its acknowledgment only. */
static inline bool tb_flow_is_concluded(const struct tb_flow *flow)
{
    return flow->half[TB_SIDE_A].fin_concluded || flow->half[TB_SIDE_B].fin_concluded;
}

/* Acts on the segment and gives its step (apply.c). */
enum tb_step tb_apply(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event);

/* Keeps the window for comparison with the next one (apply.c). */
void tb_apply_window(struct tb_half *me, const struct tb_view *view);

/* A reset, and what shows later that it had no effect (apply_reset.c). */
void tb_apply_reset(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event);
void tb_disprove_reset(struct tb_flow *flow, const struct tb_view *view);

/* A SYN or SYN-ACK (apply_syn.c). */
void tb_apply_syn(struct tb_flow *flow, const struct tb_view *view);

/* Payload, for the exchange (apply_payload.c). */
enum tb_octets_kind tb_apply_payload(struct tb_flow *flow, const struct tb_view *view,
                                     struct tb_event *event);
void tb_apply_missing(struct tb_flow *flow, const struct tb_view *view, struct tb_event *event);
void tb_apply_probe_octet(struct tb_flow *flow, const struct tb_view *view);

#endif
