/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fields.h - what Wireshark knows of us by name: fields, expert infos, preferences, the tap */
#ifndef TB_FIELDS_H
#define TB_FIELDS_H

#include "ws_compat.h"

#include "text.h"

/* What is known of an owner: a field under each prefix, but under none only the common ones. */
enum tb_owner_field {
    TB_OWNER_FIELD_PROCESS,
    TB_OWNER_FIELD_PID,
    TB_OWNER_FIELD_CMDLINE,
    TB_OWNER_FIELD_EXE,
    TB_OWNER_FIELD_USER,
    TB_OWNER_FIELD_UID,
    TB_OWNER_FIELD_CONTAINER,
    TB_OWNER_FIELD_COMMON,
    TB_OWNER_FIELD_FD = TB_OWNER_FIELD_COMMON,
    TB_OWNER_FIELD_START,
    TB_OWNER_FIELD_SOURCE,
    TB_OWNER_FIELD_CERTAINTY,
    TB_OWNER_FIELD_COUNT
};

enum tb_owner_prefix {
    TB_OWNER_PREFIX_ANY, /* none: of either end */
    TB_OWNER_PREFIX_SRC,
    TB_OWNER_PREFIX_DST,
    TB_OWNER_PREFIX_CLIENT,
    TB_OWNER_PREFIX_SERVER,
    TB_OWNER_PREFIX_COUNT
};

enum tb_field {
    TB_FIELD_PHASE,
    TB_FIELD_STEP,
    TB_FIELD_CONNECTION,
    TB_FIELD_FLAGS,
    TB_FIELD_HANDSHAKE_NUMBER,
    TB_FIELD_TEARDOWN_NUMBER,
    TB_FIELD_ROLE,
    TB_FIELD_CLIENT_STATE,
    TB_FIELD_SERVER_STATE,
    TB_FIELD_MEANING,
    TB_FIELD_RFC,
    TB_FIELD_EXCHANGE,
    TB_FIELD_REQUEST_IN,
    TB_FIELD_RESPONSE_IN,
    TB_FIELD_ACKS,
    TB_FIELD_ACKED_IN,
    TB_FIELD_RESPONSE_TIME,
    TB_FIELD_REQUEST_DURATION,
    TB_FIELD_RESPONSE_DURATION,
    TB_FIELD_RTT,
    TB_FIELD_RTT_SERVER,
    TB_FIELD_RTT_CLIENT,
    TB_FIELD_REQUEST_BYTES,
    TB_FIELD_RESPONSE_BYTES,
    TB_FIELD_BREATH,
    TB_FIELD_WINDOW,
    TB_FIELD_WINDOW_CHANGE,
    TB_FIELD_MARK,
    TB_FIELD_MARK_FIRST, /* + enum tb_mark */
    TB_FIELD_LISTENER_PROCESS = TB_FIELD_MARK_FIRST + TB_MARK_COUNT,
    TB_FIELD_LISTENER_PID,
    TB_FIELD_MECHANISM,
    TB_FIELD_OWNER_FIRST, /* tb_field_of_owner() */
    TB_FIELD_COUNT = TB_FIELD_OWNER_FIRST + TB_OWNER_FIELD_COMMON +
                     (TB_OWNER_PREFIX_COUNT - 1) * TB_OWNER_FIELD_COUNT
};

enum tb_expert {
    TB_EXPERT_HANDSHAKE_RETRANSMISSION,
    TB_EXPERT_REFUSED,
    TB_EXPERT_SLOW_RESPONSE,
    TB_EXPERT_HALF_OPEN,
    TB_EXPERT_RESET_IN_EXCHANGE,
    TB_EXPERT_CLOSED_UNANSWERED,
    TB_EXPERT_ZERO_WINDOW,
    TB_EXPERT_SYN_UNANSWERED,
    TB_EXPERT_COUNT
};

enum tb_subtree {
    TB_SUBTREE_LAYER,
    TB_SUBTREE_STEP,
    TB_SUBTREE_END,
    TB_SUBTREE_MARKS,
    TB_SUBTREE_COUNT
};

/* `which` is a common one where the prefix is none. */
static inline enum tb_field tb_field_of_owner(enum tb_owner_prefix prefix,
                                              enum tb_owner_field which)
{
    const unsigned first =
        prefix == TB_OWNER_PREFIX_ANY
            ? 0
            : TB_OWNER_FIELD_COMMON + ((unsigned)prefix - 1) * TB_OWNER_FIELD_COUNT;

    return (enum tb_field)(TB_FIELD_OWNER_FIRST + first + (unsigned)which);
}

/* Ids that Wireshark gives at registration */
extern int tb_proto;
extern int tb_tap;
extern int tb_field_id[TB_FIELD_COUNT];
extern int tb_subtree_id[TB_SUBTREE_COUNT];
extern expert_field tb_expert_id[TB_EXPERT_COUNT];

/* Preferences, as the user set them */
extern tb_ws_bool tb_pref_info_prefix;
extern unsigned tb_pref_slow_response_ms;
extern tb_ws_bool tb_pref_process_notes;
extern tb_ws_bool tb_pref_live_processes;

/* The language of the preference, or of the environment where that is auto. */
enum tb_lang tb_pref_lang(void);

void tb_fields_register(void);

#endif
