/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lsof_spec.h - which sockets `lsof -i SPEC` means: [46][TCP|UDP][@address][:port[-port][,...]]
 *
 * Pure but for the names of /etc/services. */
#ifndef TB_LSOF_SPEC_H
#define TB_LSOF_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sockets.h"

enum {
    TB_LSOF_PORTS_MAX = 8
};

struct tb_lsof_spec {
    uint8_t family;   /* AF_INET, AF_INET6; 0: both */
    uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP; 0: both */
    bool has_address;
    uint8_t address[16];
    struct {
        uint16_t first;
        uint16_t last;
    } port[TB_LSOF_PORTS_MAX];
    size_t ports; /* 0: any */
};

/* False: it is no such thing. "" means all. */
bool tb_lsof_read(struct tb_lsof_spec *spec, const char *text);

/* Either end may have the address and the port. */
bool tb_lsof_passes(const struct tb_lsof_spec *spec, const struct tb_socket *socket);

#endif
