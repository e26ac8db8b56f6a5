/* SPDX-License-Identifier: GPL-2.0-or-later */
/* seq.h - arithmetic of 32-bit sequence numbers, which wrap (RFC 9293 section 3.4) */
#ifndef TB_SEQ_H
#define TB_SEQ_H

#include <stdbool.h>
#include <stdint.h>

/* How far `a` lies behind (negative) or ahead of (positive) `b`; valid within 2^31 of each other.
 */
static inline int32_t tb_seq_diff(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

static inline bool tb_seq_lt(uint32_t a, uint32_t b)
{
    return tb_seq_diff(a, b) < 0;
}

static inline bool tb_seq_le(uint32_t a, uint32_t b)
{
    return tb_seq_diff(a, b) <= 0;
}

static inline bool tb_seq_gt(uint32_t a, uint32_t b)
{
    return tb_seq_diff(a, b) > 0;
}

static inline bool tb_seq_ge(uint32_t a, uint32_t b)
{
    return tb_seq_diff(a, b) >= 0;
}

static inline uint32_t tb_seq_max(uint32_t a, uint32_t b)
{
    return tb_seq_lt(a, b) ? b : a;
}

#endif
