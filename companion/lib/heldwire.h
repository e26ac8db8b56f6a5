/* SPDX-License-Identifier: GPL-2.0-or-later */
/* heldwire.h - reads what the BPF iterator writes (companion/bpf/holders_wire.h)
 *
 * Pure. The octets come from the kernel; the name in them is any process's to choose. */
#ifndef TB_HELDWIRE_H
#define TB_HELDWIRE_H

#include <stddef.h>
#include <stdint.h>

#include "../bpf/holders_wire.h"
#include "nlmsg.h"

/* A process and its sockets. */
struct tb_held {
    struct tb_wire_holder process; /* comm is terminated */
    const uint8_t *holdings;       /* in the octets */
    size_t count;
};

/* Reads the next process. 1: it was read, 0: there is none left, -EPROTO: the octets are damaged;
 * *held is then unchanged. */
int tb_held_next(struct tb_nl_rest *rest, struct tb_held *held);

/* One of held->count. */
struct tb_wire_holding tb_held_at(const struct tb_held *held, size_t place);

#endif
