/* SPDX-License-Identifier: GPL-2.0-or-later */
/* payload.h - octets as a line writes them: strings, hexadecimal, numbers of them, lists */
#ifndef CG_PAYLOAD_H
#define CG_PAYLOAD_H

#include "lex.h"
#include "model.h"

enum {
    CG_FILLS_MAX = 16
};

/* Octets that are only counted: their content is known once the sequence number is. */
struct cg_fill {
    size_t offset;
    size_t length;
};

struct cg_payload {
    struct cg_packet *packet; /* where the octets go */
    struct cg_fill fills[CG_FILLS_MAX];
    size_t fill_count;
};

/* Takes the current token, for "len2(" all up to its ")", if it is payload: `is` tells. The last
 * token taken stays the current one. */
int cg_payload_parse(struct cg_lexer *lexer, struct cg_payload *payload, bool *is);

/* Fills the counted octets with what `from` sends from `seq` on. */
void cg_payload_fill(const struct cg_payload *payload, const struct cg_end *from, uint32_t seq);

/* Reads nothing but payload up to the statement's end: a raw frame, counted octets being zero. */
int cg_payload_read(struct cg_lexer *lexer, struct cg_packet *packet);

#endif
