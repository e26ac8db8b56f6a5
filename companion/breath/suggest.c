/* SPDX-License-Identifier: GPL-2.0-or-later */
/* suggest.c - the word that was probably meant */
#include "suggest.h"

#include <string.h>
#include <strings.h>

enum {
    WORD_MAX = 32, /* octets; longer ones are no slip of the fingers */
    FAR = WORD_MAX + 1
};

static unsigned char lower(char octet)
{
    return (unsigned char)(octet >= 'A' && octet <= 'Z' ? octet - 'A' + 'a' : octet);
}

static size_t least(size_t one, size_t other)
{
    return one < other ? one : other;
}

/* Damerau and Levenshtein's distance, of neighbours exchanged once: three rows of its table. */
static size_t distance(const char *one, const char *other)
{
    const size_t height = strlen(one), width = strlen(other);
    size_t rows[3][WORD_MAX + 1];

    if (height > WORD_MAX || width > WORD_MAX)
        return FAR;
    for (size_t x = 0; x <= width; x++)
        rows[0][x] = x;
    for (size_t y = 1; y <= height; y++) {
        size_t *row = rows[y % 3];
        const size_t *above = rows[(y - 1) % 3], *before = rows[(y + 1) % 3];

        row[0] = y;
        for (size_t x = 1; x <= width; x++) {
            const size_t differs = lower(one[y - 1]) != lower(other[x - 1]);

            row[x] = least(least(above[x] + 1, row[x - 1] + 1), above[x - 1] + differs);
            if (y > 1 && x > 1 && lower(one[y - 1]) == lower(other[x - 2]) &&
                lower(one[y - 2]) == lower(other[x - 1]))
                row[x] = least(row[x], before[x - 2] + 1);
        }
    }
    return rows[height % 3][width];
}

const char *tb_suggest(const char *typed, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t shortest = FAR;

    for (size_t i = 0; i < count; i++) {
        const size_t far = distance(typed, words[i]);

        if (far < shortest) {
            shortest = far;
            nearest = words[i];
        }
    }
    if (shortest == 0 || (shortest <= 2 && shortest * 2 <= strlen(typed)))
        return nearest;
    return NULL;
}
