/* SPDX-License-Identifier: GPL-2.0-or-later */
/* attrib_loss.c - when events were lost */
#include "attrib_loss.h"

#include <string.h>

static void span(struct tb_loss_window *window, uint64_t since_ns, uint64_t until_ns)
{
    if (since_ns < window->since_ns)
        window->since_ns = since_ns;
    if (until_ns > window->until_ns)
        window->until_ns = until_ns;
}

static void make_room(struct tb_loss *loss)
{
    span(&loss->window[1], loss->window[0].since_ns, loss->window[0].until_ns);
    loss->count--;
    memmove(&loss->window[0], &loss->window[1], loss->count * sizeof loss->window[0]);
}

void tb_loss_add(struct tb_loss *loss, uint64_t events, uint64_t since_ns, uint64_t until_ns)
{
    struct tb_loss_window *last = loss->count == 0 ? NULL : &loss->window[loss->count - 1];

    loss->events += events;
    if (since_ns > until_ns)
        since_ns = until_ns;
    if (last != NULL && since_ns <= last->until_ns && until_ns >= last->since_ns) {
        span(last, since_ns, until_ns);
        return;
    }
    if (loss->count == TB_LOSS_WINDOWS)
        make_room(loss);
    loss->window[loss->count++] = (struct tb_loss_window){ since_ns, until_ns };
}

bool tb_loss_is_between(const struct tb_loss *loss, uint64_t from_ns, uint64_t to_ns)
{
    for (size_t i = loss->count; i > 0; i--) {
        const struct tb_loss_window *window = &loss->window[i - 1];

        if (window->since_ns <= to_ns && window->until_ns >= from_ns && from_ns <= to_ns)
            return true;
    }
    return false;
}
