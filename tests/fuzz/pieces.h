/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pieces.h - how the harnesses cut an input: the same input is always cut in the same way */
#ifndef TB_PIECES_H
#define TB_PIECES_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* A broken promise of the code under test ends the harness; libFuzzer keeps the input. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* FNV-1a, 64 bits */
#define TB_HASH_START 0xcbf29ce484222325u

static inline uint64_t tb_hash(uint64_t hash, uint64_t value)
{
    for (int shift = 0; shift < 64; shift += 8)
        hash = (hash ^ (value >> shift & 0xff)) * 0x100000001b3u;
    return hash;
}

/* The next number of a sequence (Knuth's MMIX generator). */
static inline uint32_t tb_random(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33);
}

enum tb_cutting {
    TB_CUT_WHOLE,
    TB_CUT_PIECES, /* mostly short, some long, some empty */
    TB_CUT_OCTETS,
    TB_CUTTINGS
};

static inline size_t tb_piece(enum tb_cutting cutting, size_t left, uint64_t *state)
{
    uint32_t number = tb_random(state);
    size_t piece = left;

    if (cutting == TB_CUT_OCTETS)
        piece = 1;
    else if (cutting == TB_CUT_PIECES)
        piece = number % 4 == 0 ? number / 4 % 1500 : number / 4 % 16;
    return piece < left ? piece : left;
}

#endif
