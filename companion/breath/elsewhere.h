/* SPDX-License-Identifier: GPL-2.0-or-later */
/* elsewhere.h - who has a port in other network namespaces, such as containers
 *
 * Sees the namespaces of processes that the caller may look into, where it may enter them
 * (CAP_SYS_ADMIN). The caller's own namespace is the same before and after. */
#ifndef TB_ELSEWHERE_H
#define TB_ELSEWHERE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "descriptors.h"
#include "sockets.h"

struct tb_elsewhere {
    struct tb_sockets sockets; /* that listen on the port or are bound to it */
    struct tb_descriptors owners;
    size_t entered; /* namespaces */
    size_t refused; /* namespaces that the caller may not enter */
};

/* Returns 0 or -errno; to be freed either way. */
int tb_elsewhere_find(struct tb_elsewhere *found, uint16_t port, bool udp);
void tb_elsewhere_free(struct tb_elsewhere *found);

#endif
