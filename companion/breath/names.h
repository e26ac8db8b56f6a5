/* SPDX-License-Identifier: GPL-2.0-or-later */
/* names.h - texts that are kept once and told by number */
#ifndef TB_NAMES_H
#define TB_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tb_names {
    char **text; /* by number */
    uint32_t count;
    uint32_t size;
    uint32_t *slot; /* a number, one more; 0: free */
    uint32_t slots;
};

#define TB_NAMES_NONE UINT32_MAX

/* The number of the text, from 0 in the order in which they came; TB_NAMES_NONE: memory ended. */
uint32_t tb_names_add(struct tb_names *names, const char *text);

bool tb_names_has(const struct tb_names *names, const char *text);

void tb_names_free(struct tb_names *names);

#endif
