/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib_loss.h - when events were lost
 *
 * Pure; zero has lost nothing. */
#ifndef TB_ATTRIB_LOSS_H
#define TB_ATTRIB_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TB_LOSS_WINDOWS = 16 /* kept apart; of more the oldest two become one, that spans both */
};

struct tb_loss {
    struct tb_loss_window {
        uint64_t since_ns;
        uint64_t until_ns;
    } window[TB_LOSS_WINDOWS]; /* in the order of being told */
    size_t count;
    uint64_t events; /* lost in all */
};

/* Both times are inside. */
void tb_loss_add(struct tb_loss *loss, uint64_t events, uint64_t since_ns, uint64_t until_ns);

/* Whether any may have been lost between the two times, both inside. False where from > to. */
bool tb_loss_is_between(const struct tb_loss *loss, uint64_t from_ns, uint64_t to_ns);

#endif
