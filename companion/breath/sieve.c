/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sieve.c - which sockets `breath conns` shows */
#include "sieve.h"

#include <string.h>
#include <strings.h>

#include <netinet/in.h>

#include "endpoint.h"
#include "operand.h"
#include "suggest.h"

enum {
    NAMES_MAX = 32
};

static bool add_port(struct tb_sieve *sieve, uint16_t port)
{
    if (sieve->ports == TB_SIEVE_WORDS_MAX)
        return false;
    sieve->port[sieve->ports++] = port;
    return true;
}

static bool add_address(struct tb_sieve *sieve, const uint8_t address[16])
{
    if (sieve->addresses == TB_SIEVE_WORDS_MAX)
        return false;
    memcpy(sieve->address[sieve->addresses++], address, 16);
    return true;
}

bool tb_sieve_add(struct tb_sieve *sieve, const char *word)
{
    const unsigned state = tb_endpoint_state_of(word);
    uint8_t address[16];
    uint16_t port;

    if (strcasecmp(word, "tcp") == 0) {
        sieve->tcp = true;
        return true;
    }
    if (strcasecmp(word, "udp") == 0) {
        sieve->udp = true;
        return true;
    }
    if (state != 0) {
        sieve->states |= 1u << state;
        return true;
    }
    if (tb_operand_address(word, address))
        return add_address(sieve, address);
    return tb_operand_port(word, &port) && add_port(sieve, port);
}

static bool has_protocol(const struct tb_sieve *sieve, uint8_t protocol)
{
    if (!sieve->tcp && !sieve->udp)
        return true;
    return protocol == IPPROTO_UDP ? sieve->udp : sieve->tcp;
}

bool tb_sieve_passes(const struct tb_sieve *sieve, const struct tb_socket *socket)
{
    const struct tb_tuple *tuple = &socket->tuple;

    if (!has_protocol(sieve, socket->protocol) || socket->state >= TB_SOCKET_STATE_COUNT ||
        (sieve->states != 0 && (sieve->states & 1u << socket->state) == 0))
        return false;
    for (size_t i = 0; i < sieve->ports; i++) {
        if (sieve->port[i] != tuple->local_port && sieve->port[i] != tuple->remote_port)
            return false;
    }
    for (size_t i = 0; i < sieve->addresses; i++) {
        if (memcmp(sieve->address[i], tuple->local, 16) != 0 &&
            (tuple->remote_port == 0 || memcmp(sieve->address[i], tuple->remote, 16) != 0))
            return false;
    }
    return true;
}

struct tb_sockets_filter tb_sieve_question(const struct tb_sieve *sieve)
{
    uint32_t states = sieve->states != 0 ? sieve->states : TB_DIAG_ALL_STATES;

    if ((states & 1u << TB_SOCKET_CLOSE) != 0)
        states |= TB_SOCKETS_BOUND;
    return (struct tb_sockets_filter){
        .tcp_states = has_protocol(sieve, IPPROTO_TCP) ? states : 0,
        .udp_states = has_protocol(sieve, IPPROTO_UDP) ? states : 0,
        .either_port = sieve->ports > 0 ? sieve->port[0] : 0,
    };
}

const char *tb_sieve_suggest(const char *word)
{
    const char *names[NAMES_MAX] = { "tcp", "udp" };
    size_t count = 2;

    for (size_t i = 0; i < tb_endpoint_state_count && count < NAMES_MAX; i++)
        names[count++] = tb_endpoint_states[i];
    return tb_suggest(word, names, count);
}
