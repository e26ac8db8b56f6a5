/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dechunk.h - the content of a chunked message (RFC 9112 section 7.1)
 *
 * Pure. The octets are hostile. Where the message ends is for core/http1.h to say; this only tells
 * which of its octets are content. */
#ifndef TB_DECHUNK_H
#define TB_DECHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tb_dechunk { /* zero: at the start */
    uint64_t left;  /* octets of the chunk still to come */
    uint8_t at;     /* its own: where in the chunk it stands */
};

/* Passes over what is no content, and tells the next stretch of it: *content, *length (0: none).
 * Returns how many octets were used; call again with the rest until all are. Of what is no chunk
 * nothing is told. */
size_t tb_dechunk_next(struct tb_dechunk *state, const uint8_t *octets, size_t count,
                       const uint8_t **content, size_t *length);

#endif
