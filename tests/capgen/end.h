/* SPDX-License-Identifier: GPL-2.0-or-later */
/* end.h - one end of a connection: which numbers follow on */
#ifndef CG_END_H
#define CG_END_H

#include "model.h"

/* The defaults of an end that a source does not describe further. */
void cg_end_init(struct cg_end *end, enum cg_side side);
void cg_end_free(struct cg_end *end);

/* The sequence number that the segment has, stated or following on. */
uint32_t cg_end_seq(const struct cg_end *end, const struct cg_segment *segment);

/* Fills `octets` with what the end sends from `seq` on: what it sent there before, else letters. */
void cg_end_generate(const struct cg_end *end, uint32_t seq, uint8_t *octets, size_t length);

/* The end has sent this: its numbers move on. 0 or -ENOMEM. */
int cg_end_sent(struct cg_end *end, uint32_t flags, uint32_t seq, const uint8_t *payload,
                size_t length);

/* The end has received this: what it acknowledges moves on, up to the first hole. */
void cg_end_received(struct cg_end *end, uint32_t flags, uint32_t seq, size_t length);

#endif
