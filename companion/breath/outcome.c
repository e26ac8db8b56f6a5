/* SPDX-License-Identifier: GPL-2.0-or-later */
/* outcome.c - what became of an attempt to talk to another end */
#include "outcome.h"

#include <assert.h>
#include <errno.h>

#include <netdb.h>

static const struct {
    const char *name;
    enum tb_say say;
    enum tb_say why;
    enum tb_exit status;
} outcomes[] = {
    [TB_OUTCOME_OK] = { "ok", TB_SAY_OUTCOME_OK, TB_SAY_OUTCOME_OK, TB_EXIT_FOUND },
    [TB_OUTCOME_REFUSED] = { "refused", TB_SAY_OUTCOME_REFUSED, TB_SAY_OUTCOME_REFUSED_WHY,
                             TB_EXIT_NOTHING },
    [TB_OUTCOME_TIMED_OUT] = { "timed-out", TB_SAY_OUTCOME_TIMED_OUT, TB_SAY_OUTCOME_TIMED_OUT_WHY,
                               TB_EXIT_NOTHING },
    [TB_OUTCOME_NO_HOST] = { "host-unreachable", TB_SAY_OUTCOME_NO_HOST, TB_SAY_OUTCOME_NO_HOST_WHY,
                             TB_EXIT_NOTHING },
    [TB_OUTCOME_NO_NETWORK] = { "network-unreachable", TB_SAY_OUTCOME_NO_NETWORK,
                                TB_SAY_OUTCOME_NO_NETWORK_WHY, TB_EXIT_NOTHING },
    [TB_OUTCOME_RESET] = { "reset", TB_SAY_OUTCOME_RESET, TB_SAY_OUTCOME_RESET_WHY,
                           TB_EXIT_NOTHING },
    [TB_OUTCOME_NO_NAME] = { "no-name", TB_SAY_OUTCOME_NO_NAME, TB_SAY_OUTCOME_NO_NAME_WHY,
                             TB_EXIT_NOTHING },
    [TB_OUTCOME_NO_NAME_SERVER] = { "no-name-server", TB_SAY_OUTCOME_NO_NAME_SERVER,
                                    TB_SAY_OUTCOME_NO_NAME_SERVER_WHY, TB_EXIT_NOTHING },
    [TB_OUTCOME_FORBIDDEN] = { "forbidden", TB_SAY_OUTCOME_FORBIDDEN, TB_SAY_OUTCOME_FORBIDDEN_WHY,
                               TB_EXIT_REFUSED },
    [TB_OUTCOME_OTHER] = { "other", TB_SAY_OUTCOME_OTHER, TB_SAY_OUTCOME_OTHER_WHY,
                           TB_EXIT_REFUSED },
};
static_assert(sizeof(outcomes) / sizeof(outcomes[0]) == TB_OUTCOME_COUNT, "a row each");

enum tb_outcome tb_outcome_of(int error)
{
    switch (error < 0 ? -error : error) {
    case 0:
        return TB_OUTCOME_OK;
    case ECONNREFUSED:
        return TB_OUTCOME_REFUSED;
    case ETIMEDOUT:
        return TB_OUTCOME_TIMED_OUT;
    case EHOSTUNREACH:
    case EHOSTDOWN:
        return TB_OUTCOME_NO_HOST;
    case ENETUNREACH:
    case ENETDOWN:
        return TB_OUTCOME_NO_NETWORK;
    case ECONNRESET:
    case EPIPE:
        return TB_OUTCOME_RESET;
    case EACCES:
    case EPERM:
        return TB_OUTCOME_FORBIDDEN;
    default: /* errno has no enum */
        return TB_OUTCOME_OTHER;
    }
}

enum tb_outcome tb_outcome_of_lookup(int answer)
{
    switch (answer) {
    case 0:
        return TB_OUTCOME_OK;
    case EAI_NONAME:
    case EAI_NODATA:
    case EAI_ADDRFAMILY:
    case EAI_FAMILY:
        return TB_OUTCOME_NO_NAME;
    case EAI_AGAIN:
    case EAI_FAIL:
        return TB_OUTCOME_NO_NAME_SERVER;
    default: /* getaddrinfo() has no enum either */
        return TB_OUTCOME_OTHER;
    }
}

const char *tb_outcome_name(enum tb_outcome outcome)
{
    return outcomes[outcome].name;
}

enum tb_say tb_outcome_say(enum tb_outcome outcome, bool udp)
{
    if (udp && outcome == TB_OUTCOME_REFUSED)
        return TB_SAY_OUTCOME_REFUSED_UDP;
    return outcomes[outcome].say;
}

enum tb_say tb_outcome_why(enum tb_outcome outcome, bool udp)
{
    if (udp && outcome == TB_OUTCOME_TIMED_OUT)
        return TB_SAY_OUTCOME_SILENT_UDP_WHY;
    return outcomes[outcome].why;
}

enum tb_exit tb_outcome_status(enum tb_outcome outcome)
{
    return outcomes[outcome].status;
}
