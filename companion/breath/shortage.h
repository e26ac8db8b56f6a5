/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shortage.h - whether memory has run out, so that a part is not taken for the whole
 *
 * A line that cannot grow and a JSON value that cannot be made are left out by who makes a page or
 * a document of hundreds of them. This remembers it for main(), which says so instead. */
#ifndef TB_SHORTAGE_H
#define TB_SHORTAGE_H

#include <stdbool.h>

/* To be called before jansson's first value: its allocations are watched. */
void tb_shortage_watch_json(void);

void tb_shortage_note(void);
bool tb_shortage_is_noted(void);

#endif
