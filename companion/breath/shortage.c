/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shortage.c - whether memory has run out, so that a part is not taken for the whole */
#include "shortage.h"

#include <stdlib.h>

#include <jansson.h>

/* Of the process: jansson gives its allocator no context. Only ever set. */
static bool noted;

void tb_shortage_note(void)
{
    noted = true;
}

bool tb_shortage_is_noted(void)
{
    return noted;
}

static void *allocate(size_t size)
{
    void *memory = malloc(size);

    if (memory == NULL)
        tb_shortage_note();
    return memory;
}

void tb_shortage_watch_json(void)
{
    json_set_alloc_funcs(allocate, free);
}
