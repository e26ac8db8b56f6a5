/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state.c - the state machine of one end
 *
 * The onlooker's machine: it starts in UNKNOWN, knows LISTEN only by what is answered, and accepts
 * what a capture can show late (a SYN after its SYN-ACK). A trigger without a row changes nothing.
 * TIME-WAIT is left only by a disproof: its timer is not on the wire. */
#include "state.h"

#include <assert.h>
#include <stdint.h>

/* By state and trigger, what follows; no transition leads to UNKNOWN, which is 0: no row. */
static const uint8_t transitions[TB_STATE_COUNT][TB_TRIGGER_COUNT] = {
    /* RFC 9293 section 3.5: establishing a connection */
    [TB_STATE_UNKNOWN][TB_SENT_SYN] = TB_STATE_SYN_SENT,
    [TB_STATE_CLOSED][TB_SENT_SYN] = TB_STATE_SYN_SENT,
    [TB_STATE_LISTEN][TB_SENT_SYN] = TB_STATE_SYN_SENT,
    [TB_STATE_UNKNOWN][TB_GOT_SYN] = TB_STATE_SYN_RECEIVED,
    [TB_STATE_CLOSED][TB_GOT_SYN] = TB_STATE_SYN_RECEIVED,
    [TB_STATE_LISTEN][TB_GOT_SYN] = TB_STATE_SYN_RECEIVED,
    [TB_STATE_UNKNOWN][TB_SENT_SYN_ACK] = TB_STATE_SYN_RECEIVED,
    [TB_STATE_CLOSED][TB_SENT_SYN_ACK] = TB_STATE_SYN_RECEIVED,
    [TB_STATE_LISTEN][TB_SENT_SYN_ACK] = TB_STATE_SYN_RECEIVED,
    [TB_STATE_UNKNOWN][TB_GOT_SYN_ACK] = TB_STATE_ESTABLISHED,
    [TB_STATE_CLOSED][TB_GOT_SYN_ACK] = TB_STATE_ESTABLISHED,
    [TB_STATE_SYN_SENT][TB_GOT_SYN_ACK] = TB_STATE_ESTABLISHED,
    [TB_STATE_SYN_RECEIVED][TB_GOT_ACK_OF_SYN] = TB_STATE_ESTABLISHED,
    /* RFC 9293 section 3.5, figure 7: simultaneous open */
    [TB_STATE_SYN_SENT][TB_GOT_SYN] = TB_STATE_SYN_RECEIVED,
    [TB_STATE_SYN_SENT][TB_SENT_SYN_ACK] = TB_STATE_SYN_RECEIVED,
    /* A listener that repeats its SYN-ACK has not taken the ACK, or has dropped it (full queue). */
    [TB_STATE_ESTABLISHED][TB_RESENT_SYN_ACK] = TB_STATE_SYN_RECEIVED,
    [TB_STATE_ESTABLISHED][TB_RESENT_SYN] = TB_STATE_SYN_SENT,
    /* A FIN that is sent again: its acknowledgment was lost behind the capture. */
    [TB_STATE_FIN_WAIT_2][TB_RESENT_FIN] = TB_STATE_FIN_WAIT_1,
    [TB_STATE_TIME_WAIT][TB_RESENT_FIN] = TB_STATE_CLOSING,
    [TB_STATE_CLOSED][TB_RESENT_FIN] = TB_STATE_LAST_ACK,
    /* A FIN that was seen, behind octets that were lost behind the capture. */
    [TB_STATE_CLOSE_WAIT][TB_MISSED_FIN] = TB_STATE_ESTABLISHED,
    [TB_STATE_LAST_ACK][TB_MISSED_FIN] = TB_STATE_FIN_WAIT_1,
    [TB_STATE_CLOSING][TB_MISSED_FIN] = TB_STATE_FIN_WAIT_1,
    [TB_STATE_TIME_WAIT][TB_MISSED_FIN] = TB_STATE_FIN_WAIT_2,
    /* What the capture missed is proved by what follows. */
    [TB_STATE_UNKNOWN][TB_PROVED_OPEN] = TB_STATE_ESTABLISHED,
    [TB_STATE_LISTEN][TB_PROVED_OPEN] = TB_STATE_ESTABLISHED,
    [TB_STATE_SYN_SENT][TB_PROVED_OPEN] = TB_STATE_ESTABLISHED,
    [TB_STATE_SYN_RECEIVED][TB_PROVED_OPEN] = TB_STATE_ESTABLISHED,
    /* RFC 9293 section 3.6: closing a connection */
    [TB_STATE_SYN_RECEIVED][TB_SENT_FIN] = TB_STATE_FIN_WAIT_1,
    [TB_STATE_ESTABLISHED][TB_SENT_FIN] = TB_STATE_FIN_WAIT_1,
    [TB_STATE_CLOSE_WAIT][TB_SENT_FIN] = TB_STATE_LAST_ACK,
    [TB_STATE_SYN_RECEIVED][TB_GOT_FIN] = TB_STATE_CLOSE_WAIT,
    [TB_STATE_ESTABLISHED][TB_GOT_FIN] = TB_STATE_CLOSE_WAIT,
    [TB_STATE_FIN_WAIT_1][TB_GOT_ACK_OF_FIN] = TB_STATE_FIN_WAIT_2,
    [TB_STATE_FIN_WAIT_2][TB_GOT_FIN] = TB_STATE_TIME_WAIT,
    [TB_STATE_LAST_ACK][TB_GOT_ACK_OF_FIN] = TB_STATE_CLOSED,
    /* RFC 9293 section 3.6, figure 13: both FINs are under way at once */
    [TB_STATE_FIN_WAIT_1][TB_GOT_FIN] = TB_STATE_CLOSING,
    [TB_STATE_CLOSING][TB_GOT_ACK_OF_FIN] = TB_STATE_TIME_WAIT,
    [TB_STATE_SYN_RECEIVED][TB_SENT_FIN_UNAWARE] = TB_STATE_FIN_WAIT_1,
    [TB_STATE_ESTABLISHED][TB_SENT_FIN_UNAWARE] = TB_STATE_FIN_WAIT_1,
    [TB_STATE_CLOSE_WAIT][TB_SENT_FIN_UNAWARE] = TB_STATE_CLOSING,
};

static_assert(TB_STATE_UNKNOWN == 0, "no row");

enum tb_state tb_state_next(enum tb_state state, enum tb_trigger trigger)
{
    if (trigger == TB_GOT_RESET) /* RFC 9293 section 3.10.7: from every state */
        return TB_STATE_CLOSED;
    if (transitions[state][trigger] != TB_STATE_UNKNOWN)
        return (enum tb_state)transitions[state][trigger];
    return state;
}

/* By state, those that the other end can be in. Who got a FIN faces one that sent it, and whose FIN
 * was acknowledged faces one that got it (RFC 9293 section 3.6). */
#define BIT(name) (1u << TB_STATE_##name)
#define ALONE     (BIT(UNKNOWN) | BIT(CLOSED) | BIT(SYN_SENT))
#define LAST      (BIT(CLOSING) | BIT(LAST_ACK))
static const uint16_t can_meet[TB_STATE_COUNT] = {
    [TB_STATE_UNKNOWN] = (1u << TB_STATE_COUNT) - 1u,
    [TB_STATE_CLOSED] = (1u << TB_STATE_COUNT) - 1u,
    [TB_STATE_LISTEN] = BIT(UNKNOWN) | BIT(CLOSED),
    [TB_STATE_SYN_SENT] = ((1u << TB_STATE_COUNT) - 1u) & ~(BIT(LISTEN) | BIT(SYN_SENT)),
    [TB_STATE_SYN_RECEIVED] = ALONE | BIT(SYN_RECEIVED) | BIT(ESTABLISHED) | BIT(FIN_WAIT_1),
    [TB_STATE_ESTABLISHED] = ALONE | BIT(SYN_RECEIVED) | BIT(ESTABLISHED) | BIT(FIN_WAIT_1),
    [TB_STATE_FIN_WAIT_1] =
        ALONE | BIT(SYN_RECEIVED) | BIT(ESTABLISHED) | BIT(FIN_WAIT_1) | BIT(CLOSE_WAIT) | LAST,
    [TB_STATE_FIN_WAIT_2] = ALONE | BIT(CLOSE_WAIT) | LAST,
    [TB_STATE_CLOSE_WAIT] = ALONE | BIT(FIN_WAIT_1) | BIT(FIN_WAIT_2),
    [TB_STATE_CLOSING] = ALONE | BIT(FIN_WAIT_1) | BIT(FIN_WAIT_2) | LAST | BIT(TIME_WAIT),
    [TB_STATE_LAST_ACK] = ALONE | BIT(FIN_WAIT_1) | BIT(FIN_WAIT_2) | LAST | BIT(TIME_WAIT),
    [TB_STATE_TIME_WAIT] = ALONE | LAST | BIT(TIME_WAIT),
};

bool tb_states_can_meet(enum tb_state one, enum tb_state other)
{
    return (can_meet[one] >> other & 1u) != 0;
}

bool tb_state_is_over(enum tb_state state)
{
    return state == TB_STATE_CLOSED || state == TB_STATE_TIME_WAIT;
}

bool tb_state_is_synchronised(enum tb_state state)
{
    return state >= TB_STATE_ESTABLISHED;
}
