/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proclook.h - looks for who holds the sockets of connections
 *
 * What is told is true: the socket is asked for, found among a process's descriptors, and asked
 * for again; it is told where it was the same one both times. A look begins with the processes that
 * are likely, which takes some hundred microseconds and can prove that somebody holds the socket,
 * but not that nobody else does; then all processes are walked through, once for all looks that
 * wait. What is not there yet, such as the server's end before accept(), is looked for again some
 * times. */
#ifndef TB_PROCLOOK_H
#define TB_PROCLOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "procdiag.h"
#include "proctold.h"
#include "procview.h"
#include "procwalk.h"
#include "procwire.h"

struct tb_proclook;

struct tb_proclook_options {
    struct tb_procwalk *walk;
    struct tb_procdiag *diag; /* of the namespace */
    struct tb_proctold *told;
    tb_procwalk_breathe_fn *breathe; /* may call all but tb_proclook_walk() */
    void *context;                   /* of it */
};

/* `options` must outlive it. NULL: out of memory. Destroy with tb_proclook_free(); NULL is allowed
 * there. */
struct tb_proclook *tb_proclook_new(const struct tb_proclook_options *options);
void tb_proclook_free(struct tb_proclook *looks);

/* Looks for the first time. False: too many looks wait, this one is lost. */
bool tb_proclook_begin(struct tb_proclook *looks, const struct tb_procwire_request *request);

/* Those whose time has come look again. */
void tb_proclook_again(struct tb_proclook *looks);

/* Walks through all processes, if looks wait for that and it is time. */
void tb_proclook_walk(struct tb_proclook *looks);

/* How long there is nothing to do: nanoseconds; UINT64_MAX: until another look begins. */
uint64_t tb_proclook_idle_ns(const struct tb_proclook *looks);

/* A process began, which is therefore likely. */
void tb_proclook_begun(struct tb_proclook *looks, uint32_t pid);

/* The process holds this socket, as was found otherwise. */
void tb_proclook_remember(struct tb_proclook *looks, const struct tb_diag_socket *socket,
                          uint32_t pid);

#endif
