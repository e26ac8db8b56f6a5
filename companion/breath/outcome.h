/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outcome.h - what became of an attempt to talk to another end
 *
 * Pure. */
#ifndef TB_OUTCOME_H
#define TB_OUTCOME_H

#include "page.h"
#include "say.h"

enum tb_outcome {
    TB_OUTCOME_OK,
    TB_OUTCOME_REFUSED,
    TB_OUTCOME_TIMED_OUT,
    TB_OUTCOME_NO_HOST,
    TB_OUTCOME_NO_NETWORK,
    TB_OUTCOME_RESET,
    TB_OUTCOME_NO_NAME,        /* the name has no address */
    TB_OUTCOME_NO_NAME_SERVER, /* nobody could tell whether it has */
    TB_OUTCOME_FORBIDDEN,      /* by a rule of this machine */
    TB_OUTCOME_OTHER,
    TB_OUTCOME_COUNT
};

/* Of an errno of connect(), send() or recv(), or its negative; 0 is OK. */
enum tb_outcome tb_outcome_of(int error);

/* Of an answer of getaddrinfo(). */
enum tb_outcome tb_outcome_of_lookup(int answer);

/* "refused", for JSON. */
const char *tb_outcome_name(enum tb_outcome outcome);

/* What it is called, and what it can come from. */
enum tb_say tb_outcome_say(enum tb_outcome outcome, bool udp);
enum tb_say tb_outcome_why(enum tb_outcome outcome, bool udp);

/* FOUND, NOTHING where the other end or the way to it is the reason, REFUSED where this machine is.
 */
enum tb_exit tb_outcome_status(enum tb_outcome outcome);

#endif
