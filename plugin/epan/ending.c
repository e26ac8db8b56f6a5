/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ending.c - how a connection ended, as far as the engine has seen it */
#include "ending.h"

#include "state.h"

static const char *const end_names[] = {
    [TB_END_OPEN] = "open",
    [TB_END_UNANSWERED] = "unanswered",
    [TB_END_HALF_CLOSED] = "half-closed",
    [TB_END_FIN] = "fin",
    [TB_END_RESET] = "reset",
    [TB_END_REFUSED] = "refused",
};

enum tb_end tb_end_of(const struct tb_conn *conn)
{
    const struct tb_flow *flow = &conn->flow;
    const struct tb_half *half = flow->half;
    const bool closed = tb_state_is_over((enum tb_state)half[TB_SIDE_A].state) &&
                        tb_state_is_over((enum tb_state)half[TB_SIDE_B].state);

    if (closed && (conn->marks >> TB_MARK_REFUSED & 1u) != 0)
        return TB_END_REFUSED;
    if (flow->was_reset)
        return TB_END_RESET;
    if (half[TB_SIDE_A].fin_seen && half[TB_SIDE_B].fin_seen)
        return closed ? TB_END_FIN : TB_END_HALF_CLOSED;
    if (half[TB_SIDE_A].fin_seen || half[TB_SIDE_B].fin_seen)
        return TB_END_HALF_CLOSED;
    return conn->opened != 0 && !conn->answered ? TB_END_UNANSWERED : TB_END_OPEN;
}

/* The side whose FIN came first; TB_SIDE_COUNT: both at once, or neither. */
static enum tb_side first_to_close(const struct tb_flow *flow)
{
    const bool a = flow->half[TB_SIDE_A].fin_seen && flow->half[TB_SIDE_A].fin_number == 1;
    const bool b = flow->half[TB_SIDE_B].fin_seen && flow->half[TB_SIDE_B].fin_number == 1;

    if (a == b)
        return TB_SIDE_COUNT;
    return a ? TB_SIDE_A : TB_SIDE_B;
}

const char *tb_end_name(enum tb_end how)
{
    return end_names[how];
}

enum tb_side tb_end_by(const struct tb_conn *conn, enum tb_end how)
{
    if (how == TB_END_REFUSED) /* the engine does not keep who: whoever did not ask */
        return conn->opened != 0 ? tb_side_other(conn->opener) : TB_SIDE_COUNT;
    if (how == TB_END_RESET)
        return (enum tb_side)conn->flow.reset_by;
    return how == TB_END_FIN || how == TB_END_HALF_CLOSED ? first_to_close(&conn->flow)
                                                          : TB_SIDE_COUNT;
}

enum tb_label tb_end_label(enum tb_end how, enum tb_side by, enum tb_side client)
{
    switch (how) {
    case TB_END_REFUSED:
        return TB_LABEL_STATS_REFUSED;
    case TB_END_RESET:
        return by == client ? TB_LABEL_STATS_RESET_CLIENT : TB_LABEL_STATS_RESET_SERVER;
    case TB_END_HALF_CLOSED:
        return TB_LABEL_STATS_HALF_CLOSED;
    case TB_END_UNANSWERED:
        return TB_LABEL_STATS_UNANSWERED;
    case TB_END_OPEN:
        return TB_LABEL_STATS_OPEN;
    case TB_END_FIN:
        break;
    }
    if (by == TB_SIDE_COUNT)
        return TB_LABEL_STATS_FIN_BOTH;
    return by == client ? TB_LABEL_STATS_FIN_CLIENT : TB_LABEL_STATS_FIN_SERVER;
}

bool tb_end_is_complete(const struct tb_conn *conn, enum tb_end how)
{
    const unsigned lacking =
        1u << TB_MARK_MIDSTREAM | 1u << TB_MARK_LOST_BEFORE | 1u << TB_MARK_ONE_DIRECTION;

    if ((conn->marks & lacking) != 0 || conn->opened == 0)
        return false;
    if (how == TB_END_REFUSED)
        return true;
    return conn->flow.handshake_done && (how == TB_END_FIN || how == TB_END_RESET);
}
