/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sieve.h - which sockets `breath conns` shows
 *
 * Words that all must hold: a port or an address of either end, a state, tcp or udp. States are
 * alternatives of each other, and so are the protocols. Pure but for the names of /etc/services. */
#ifndef TB_SIEVE_H
#define TB_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sockets.h"

enum {
    TB_SIEVE_WORDS_MAX = 8 /* of ports, and again of addresses */
};

struct tb_sieve {
    uint32_t states; /* bits: 1 << state; 0: all */
    bool tcp;        /* neither: both */
    bool udp;
    uint16_t port[TB_SIEVE_WORDS_MAX];
    size_t ports;
    uint8_t address[TB_SIEVE_WORDS_MAX][16];
    size_t addresses;
};

/* False: the word is none of them, or one too many. */
bool tb_sieve_add(struct tb_sieve *sieve, const char *word);

bool tb_sieve_passes(const struct tb_sieve *sieve, const struct tb_socket *socket);

/* What the kernel is to be asked so that nothing is missed. */
struct tb_sockets_filter tb_sieve_question(const struct tb_sieve *sieve);

/* The word that was probably meant; NULL: none is near. */
const char *tb_sieve_suggest(const char *word);

#endif
