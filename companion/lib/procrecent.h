/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procrecent.h - where to look first for who holds a socket
 *
 * Pure. Only an order: who is not among these is looked for all the same. */
#ifndef TB_PROCRECENT_H
#define TB_PROCRECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TB_PROCRECENT_NEW = 32,     /* processes that began last */
    TB_PROCRECENT_PLACES = 256, /* ports of which holders are remembered */
    TB_PROCRECENT_OF_PLACE = 8, /* holders */
    TB_PROCRECENT_MOST = TB_PROCRECENT_NEW + 2 * TB_PROCRECENT_OF_PLACE
};

/* Zero knows nobody. */
struct tb_procrecent {
    uint32_t new_pid[TB_PROCRECENT_NEW];
    size_t new_at;
    struct tb_procrecent_place {
        uint32_t key;
        uint32_t pid[TB_PROCRECENT_OF_PLACE];
        size_t at;
    } place[TB_PROCRECENT_PLACES];
};

/* Holders of sockets with this local port, such as a server's; or of those that are connected to
 * this remote port. */
static inline uint32_t tb_procrecent_place(uint16_t port, bool is_remote)
{
    return 1u + port * 2u + (is_remote ? 1u : 0u);
}

/* The process is new. */
void tb_procrecent_begun(struct tb_procrecent *recent, uint32_t pid);

/* The process holds a socket of that place. */
void tb_procrecent_held(struct tb_procrecent *recent, uint32_t place, uint32_t pid);

/* Whom to look at for a socket of either place, each once; new processes only where `with_new`.
 * Returns how many. */
size_t tb_procrecent_list(const struct tb_procrecent *recent, const uint32_t place[2],
                          bool with_new, uint32_t pid[TB_PROCRECENT_MOST]);

#endif
