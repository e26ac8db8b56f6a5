/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse_segment.h - what a line says behind the time and the sender */
#ifndef CG_PARSE_SEGMENT_H
#define CG_PARSE_SEGMENT_H

#include "lex.h"
#include "model.h"

/* Reads control bits, then payload and settings, up to the statement's end. The payload goes into
 * `packet`; octets that are only counted are filled from what `from` sends. */
int cg_parse_segment(struct cg_lexer *lexer, const struct cg_end *from, struct cg_segment *segment,
                     struct cg_packet *packet);

#endif
