/* SPDX-License-Identifier: GPL-2.0-or-later */
/* event.c - the identifiers of phases, steps, states, roles and marks */
#include "event.h"

#include <assert.h>
#include <stddef.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static const char *const phases[] = {
    [TB_PHASE_UNKNOWN] = "unknown",
    [TB_PHASE_HANDSHAKE] = "handshake",
    [TB_PHASE_REQUEST] = "request",
    [TB_PHASE_RESPONSE] = "response",
    [TB_PHASE_WINDOW_UPDATE] = "window-update",
    [TB_PHASE_KEEP_ALIVE] = "keep-alive",
    [TB_PHASE_TEARDOWN] = "teardown",
    [TB_PHASE_RESET] = "reset",
    [TB_PHASE_QUOTED] = "quoted",
};
static_assert(LENGTH(phases) == TB_PHASE_COUNT, "phases[] does not match enum tb_phase");

static const char *const steps[] = {
    [TB_STEP_OTHER] = "other",
    [TB_STEP_SYN] = "syn",
    [TB_STEP_SYN_ACK] = "syn-ack",
    [TB_STEP_HANDSHAKE_ACK] = "handshake-ack",
    [TB_STEP_REQUEST] = "request",
    [TB_STEP_ACK_OF_REQUEST] = "ack-of-request",
    [TB_STEP_GREETING] = "greeting",
    [TB_STEP_RESPONSE] = "response",
    [TB_STEP_ACK_OF_RESPONSE] = "ack-of-response",
    [TB_STEP_WINDOW_UPDATE] = "window-update",
    [TB_STEP_ZERO_WINDOW] = "zero-window",
    [TB_STEP_ZERO_WINDOW_PROBE] = "zero-window-probe",
    [TB_STEP_ZERO_WINDOW_PROBE_ACK] = "zero-window-probe-ack",
    [TB_STEP_KEEP_ALIVE] = "keep-alive",
    [TB_STEP_KEEP_ALIVE_ACK] = "keep-alive-ack",
    [TB_STEP_FIN] = "fin",
    [TB_STEP_ACK_OF_FIN] = "ack-of-fin",
    [TB_STEP_RESET] = "reset",
    [TB_STEP_CHALLENGE_ACK] = "challenge-ack",
    [TB_STEP_ICMP_QUOTED] = "icmp-quoted",
    [TB_STEP_RETRANSMISSION] = "retransmission",
    [TB_STEP_FAST_RETRANSMISSION] = "fast-retransmission",
    [TB_STEP_OUT_OF_ORDER] = "out-of-order",
    [TB_STEP_DUP_ACK] = "dup-ack",
    [TB_STEP_ACK] = "ack",
    [TB_STEP_TLS_HANDSHAKE] = "tls-handshake",
};
static_assert(LENGTH(steps) == TB_STEP_COUNT, "steps[] does not match enum tb_step");

static const char *const states[] = {
    [TB_STATE_UNKNOWN] = "UNKNOWN",
    [TB_STATE_CLOSED] = "CLOSED",
    [TB_STATE_LISTEN] = "LISTEN",
    [TB_STATE_SYN_SENT] = "SYN-SENT",
    [TB_STATE_SYN_RECEIVED] = "SYN-RECEIVED",
    [TB_STATE_ESTABLISHED] = "ESTABLISHED",
    [TB_STATE_FIN_WAIT_1] = "FIN-WAIT-1",
    [TB_STATE_FIN_WAIT_2] = "FIN-WAIT-2",
    [TB_STATE_CLOSE_WAIT] = "CLOSE-WAIT",
    [TB_STATE_CLOSING] = "CLOSING",
    [TB_STATE_LAST_ACK] = "LAST-ACK",
    [TB_STATE_TIME_WAIT] = "TIME-WAIT",
};
static_assert(LENGTH(states) == TB_STATE_COUNT, "states[] does not match enum tb_state");

static const char *const roles[] = {
    [TB_ROLE_CLIENT] = "client",
    [TB_ROLE_SERVER] = "server",
};
static_assert(LENGTH(roles) == TB_ROLE_COUNT, "roles[] does not match enum tb_role");

static const char *const marks[] = {
    [TB_MARK_MIDSTREAM] = "midstream",
    [TB_MARK_INFERRED] = "inferred",
    [TB_MARK_COMPLETES_HANDSHAKE] = "completes-handshake",
    [TB_MARK_REFUSED] = "refused",
    [TB_MARK_INEFFECTIVE] = "ineffective",
    [TB_MARK_LOST_BEFORE] = "lost-before",
    [TB_MARK_TRUNCATED] = "truncated",
    [TB_MARK_REUSED_PORT] = "reused-port",
    [TB_MARK_FAST_OPEN] = "fast-open",
    [TB_MARK_ECN] = "ecn",
    [TB_MARK_MULTIPLEXED] = "multiplexed",
    [TB_MARK_ONE_DIRECTION] = "one-direction",
};
static_assert(LENGTH(marks) == TB_MARK_COUNT, "marks[] does not match enum tb_mark");

static const char *name_of(const char *const *names, size_t count, unsigned index)
{
    return index < count ? names[index] : "unknown";
}

const char *tb_phase_name(enum tb_phase phase)
{
    return name_of(phases, LENGTH(phases), phase);
}

const char *tb_step_name(enum tb_step step)
{
    return name_of(steps, LENGTH(steps), step);
}

const char *tb_state_name(enum tb_state state)
{
    return name_of(states, LENGTH(states), state);
}

const char *tb_role_name(enum tb_role role)
{
    return name_of(roles, LENGTH(roles), role);
}

const char *tb_mark_name(enum tb_mark mark)
{
    return name_of(marks, LENGTH(marks), mark);
}
