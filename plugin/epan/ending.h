/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ending.h - how a connection ended, as far as the engine has seen it */
#ifndef TB_ENDING_H
#define TB_ENDING_H

#include "conns.h"
#include "text.h"

enum tb_end {
    TB_END_OPEN,
    TB_END_UNANSWERED,  /* nobody answered its SYN */
    TB_END_HALF_CLOSED, /* one end has nothing more to send, or both, and that is not acknowledged
                         */
    TB_END_FIN,
    TB_END_RESET,
    TB_END_REFUSED
};

enum tb_end tb_end_of(const struct tb_conn *conn);

/* Who ended it; TB_SIDE_COUNT: both, or nobody. */
enum tb_side tb_end_by(const struct tb_conn *conn, enum tb_end how);

/* "half-closed": identifiers, English in every language. */
const char *tb_end_name(enum tb_end how);
enum tb_label tb_end_label(enum tb_end how, enum tb_side by, enum tb_side client);

/* Whether the capture has the connection from its opening to its end, and misses nothing between,
 * as far as that can be told. */
bool tb_end_is_complete(const struct tb_conn *conn, enum tb_end how);

#endif
