/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dechunk.c - the content of a chunked message */
#include "dechunk.h"

enum place {
    SIZE,      /* its digits */
    EXTENSION, /* behind them, up to the line's end */
    CONTENT,
    BEHIND, /* the line's end behind the content */
    LAST,   /* the chunk of no octets, trailers and all else */
    LOST
};

enum {
    HEX = 16
};

static int digit_of(uint8_t octet)
{
    if (octet >= '0' && octet <= '9')
        return octet - '0';
    if (octet >= 'a' && octet <= 'f')
        return octet - 'a' + 10;
    return octet >= 'A' && octet <= 'F' ? octet - 'A' + 10 : -1;
}

static enum place after_line(const struct tb_dechunk *state)
{
    return state->left > 0 ? CONTENT : LAST;
}

static enum place step(struct tb_dechunk *state, uint8_t octet)
{
    const int digit = digit_of(octet);

    switch ((enum place)state->at) {
    case SIZE:
        if (digit >= 0 && state->left > UINT64_MAX / HEX)
            return LOST;
        if (digit >= 0)
            state->left = state->left * HEX + (uint64_t)digit;
        else if (octet == '\n')
            return after_line(state);
        return digit >= 0 ? SIZE : EXTENSION;
    case EXTENSION:
        return octet == '\n' ? after_line(state) : EXTENSION;
    case BEHIND:
        if (octet == '\n')
            return SIZE;
        return octet == '\r' ? BEHIND : LOST;
    case CONTENT:
    case LAST:
    case LOST:
        break;
    }
    return (enum place)state->at;
}

size_t tb_dechunk_next(struct tb_dechunk *state, const uint8_t *octets, size_t count,
                       const uint8_t **content, size_t *length)
{
    size_t used = 0;

    *length = 0;
    while (used < count && state->at != CONTENT)
        state->at = (uint8_t)step(state, octets[used++]);
    if (used == count)
        return count;
    *content = octets + used;
    *length = state->left < count - used ? (size_t)state->left : count - used;
    state->left -= *length;
    if (state->left == 0)
        state->at = BEHIND;
    return used + *length;
}
