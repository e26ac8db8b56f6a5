/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse_segment.h - what a line says behind the time and the sender */
#ifndef CG_PARSE_SEGMENT_H
#define CG_PARSE_SEGMENT_H

#include "lex.h"
#include "model.h"

/* Reads a decimal or 0x number up to `most`; `text` must end with it. */
bool cg_parse_number(const char *text, uint32_t most, uint32_t *number);

/* Reads hexadecimal octets, at most `size`; `text` must end with them. */
bool cg_parse_hex(const char *text, uint8_t *octets, size_t size, size_t *length);

/* Reads control bits, then payload and settings, up to the statement's end. The payload goes into
 * `packet`; octets that are only counted are filled from what `from` sends. */
int cg_parse_segment(struct cg_lexer *lexer, const struct cg_end *from, struct cg_segment *segment,
                     struct cg_packet *packet);

/* Reads payload up to the statement's end: a raw frame. */
int cg_parse_octets(struct cg_lexer *lexer, struct cg_packet *packet);

#endif
