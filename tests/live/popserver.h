/* SPDX-License-Identifier: GPL-2.0-or-later */
/* popserver.h - the servers of a population: every way in which a connection finds its handler */
#ifndef TB_LIVE_POPSERVER_H
#define TB_LIVE_POPSERVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct tb_popserver {
    const char *name;
    const char *comm;  /* of the processes that handle */
    bool speaks_first; /* and reads nothing */
    void (*run)(void); /* never returns */
};

/* Ends with a row without a name. */
extern const struct tb_popserver tb_popservers[];

/* A process group of its own, led by the process that is returned; it listens on *port of all local
 * addresses, IPv4 and IPv6. */
pid_t tb_popserver_start(const struct tb_popserver *server, uint16_t *port);

/* Ends it with all its processes. */
void tb_popserver_stop(pid_t group);

#endif
