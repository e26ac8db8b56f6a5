/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_ops.h - what a mechanism gives to watch.c
 *
 * Each function is called as watch.h says of the one of its name; `self` is what open() made. A
 * mechanism is one constant of this type and a row in watch.c. */
#ifndef TB_WATCH_OPS_H
#define TB_WATCH_OPS_H

#include "watch.h"

struct tb_watch_ops {
    /* `options` is never NULL. *self is written on success only. `reason` is "" at first. */
    int (*open)(const struct tb_watch_options *options, void **self,
                char reason[TB_WATCH_REASON_MAX]);
    int (*snapshot)(void *self, tb_sock_event_fn *tell, void *context);
    int (*fd)(const void *self);
    int (*drain)(void *self, tb_sock_event_fn *tell, void *context);
    void (*sight)(void *self, uint32_t netns,
                  const struct tb_tuple *tuple); /* NULL: nothing to do */
    uint64_t (*lost)(const void *self);
    int (*helper)(const void *self); /* NULL: there is none */
    void (*close)(void *self);       /* never called with NULL */
};

extern const struct tb_watch_ops tb_bpfwatch_ops;  /* bpfwatch.c; where BPF is built in */
extern const struct tb_watch_ops tb_procwatch_ops; /* procwatch.c */

#endif
