/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names.c - texts that are kept once and told by number */
#include "names.h"

#include <stdlib.h>
#include <string.h>

enum {
    FIRST = 64
};

/* FNV-1a, 64 bits: draft-eastlake-fnv section 5 */
static uint64_t hash(const char *text)
{
    uint64_t sum = 0xcbf29ce484222325U;

    for (; *text != '\0'; text++)
        sum = (sum ^ (unsigned char)*text) * 0x100000001b3U;
    return sum ^ sum >> 32;
}

/* Where the text is or would be. */
static uint32_t *find(const struct tb_names *names, const char *text)
{
    uint32_t at = (uint32_t)hash(text) & (names->slots - 1);

    while (names->slot[at] != 0 && strcmp(names->text[names->slot[at] - 1], text) != 0)
        at = (at + 1) & (names->slots - 1);
    return &names->slot[at];
}

static bool grow(struct tb_names *names)
{
    const uint32_t size = names->size == 0 ? FIRST : names->size * 2;
    char **text;
    uint32_t *slot;

    if (names->count < names->size)
        return true;
    if (size >= UINT32_MAX / 4)
        return false;
    text = realloc(names->text, size * sizeof(*text));
    if (text == NULL)
        return false;
    names->text = text;
    slot = calloc((size_t)size * 2, sizeof(*slot));
    if (slot == NULL)
        return false;
    free(names->slot);
    names->slot = slot;
    names->slots = size * 2;
    names->size = size;
    for (uint32_t i = 0; i < names->count; i++)
        *find(names, names->text[i]) = i + 1;
    return true;
}

uint32_t tb_names_add(struct tb_names *names, const char *text)
{
    uint32_t *slot;

    if (!grow(names))
        return TB_NAMES_NONE;
    slot = find(names, text);
    if (*slot != 0)
        return *slot - 1;
    names->text[names->count] = strdup(text);
    if (names->text[names->count] == NULL)
        return TB_NAMES_NONE;
    *slot = ++names->count;
    return names->count - 1;
}

bool tb_names_has(const struct tb_names *names, const char *text)
{
    return names->count > 0 && *find(names, text) != 0;
}

void tb_names_free(struct tb_names *names)
{
    for (uint32_t i = 0; i < names->count; i++)
        free(names->text[i]);
    free(names->text);
    free(names->slot);
    *names = (struct tb_names){ 0 };
}
