/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procsnapshot.h - who holds which TCP socket of a network namespace now */
#ifndef TB_PROCSNAPSHOT_H
#define TB_PROCSNAPSHOT_H

#include "procdiag.h"
#include "proctold.h"
#include "procwalk.h"

struct tb_procsnapshot {
    struct tb_procdiag *diag;
    struct tb_procwalk *walk;
    struct tb_proctold *told;
    tb_procwalk_breathe_fn *breathe;
    /* Called with each holder that is told. */
    void (*held)(const struct tb_diag_socket *socket, uint32_t pid, void *context);
    void *context; /* of both */
};

/* All sockets are asked for, their holders looked for, and all asked for again: of those that were
 * there both times every holder is told. 0 or -errno; part may have been told then. */
int tb_procsnapshot_tell(const struct tb_procsnapshot *snapshot);

#endif
