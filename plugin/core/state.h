/* SPDX-License-Identifier: GPL-2.0-or-later */
/* state.h - the state machine of one end (RFC 9293 section 3.3.2), as a table */
#ifndef TB_STATE_H
#define TB_STATE_H

#include "event.h"

/* What happens to an end, as far as an onlooker can tell. */
enum tb_trigger {
    TB_SENT_SYN,
    TB_SENT_SYN_ACK,
    TB_RESENT_SYN,     /* and sent nothing else since: it has not received the SYN-ACK */
    TB_RESENT_SYN_ACK, /* and sent nothing else since: it has not received the ACK */
    TB_SENT_FIN,
    TB_SENT_FIN_UNAWARE, /* its ack does not cover the other end's FIN */
    TB_RESENT_FIN,       /* it has not received the acknowledgment of its FIN */
    TB_MISSED_FIN,  /* its SACK shows that it has not received all before the other end's FIN */
    TB_PROVED_OPEN, /* it sent what only a synchronised end sends */
    TB_GOT_SYN,
    TB_GOT_SYN_ACK,
    TB_GOT_ACK_OF_SYN,
    TB_GOT_FIN,
    TB_GOT_ACK_OF_FIN,
    TB_GOT_RESET, /* sent or received: both ends are done */
    TB_TRIGGER_COUNT
};

/* The state after the trigger; `state` itself where the trigger changes nothing. */
enum tb_state tb_state_next(enum tb_state state, enum tb_trigger trigger);

/* CLOSED or TIME-WAIT: a new connection may take the ports. */
bool tb_state_is_over(enum tb_state state);

/* Whether the two ends of a connection can be in these states at once. What is UNKNOWN can be any;
 * an end that is CLOSED or opens anew (SYN-SENT) may face any that does not know it yet: half-open
 * (RFC 9293 section 3.5.1). */
bool tb_states_can_meet(enum tb_state one, enum tb_state other);

/* ESTABLISHED or later, not CLOSED. */
bool tb_state_is_synchronised(enum tb_state state);

#endif
