/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procwalk.h - walks through all processes for who holds certain sockets */
#ifndef TB_PROCWALK_H
#define TB_PROCWALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proctarget.h"
#include "procview.h"

enum {
    TB_PROCWALK_BORN = 512 /* processes that begin during a walk */
};

/* Zero but for the first two. */
struct tb_procwalk {
    int proc;   /* descriptor of /proc */
    bool hears; /* tb_procwalk_begun() is called for every process that begins, before the last
                   breath of a walk returns */
    struct tb_procview_pids pids;
    bool is_on;
    bool has_missed;
    uint32_t born[TB_PROCWALK_BORN];
    size_t born_count;
};

/* Sockets, in the order of tb_proctarget_sort(). */
struct tb_procwalk_wanted {
    struct tb_proctarget *const *target;
    size_t count;
};

/* Called now and then. False: give the walk up. */
typedef bool tb_procwalk_breathe_fn(void *context);

/* Looks into one process. Whether it could. */
bool tb_procwalk_visit(const struct tb_procwalk *walk, uint32_t pid,
                       const struct tb_procwalk_wanted *wanted);

/* Looks into all processes, the newest first; tb_proctarget_found() tells who holds what. 1: into
 * every one that there was; 0: not so; negative: -errno, or -ECANCELED where it was given up. */
int tb_procwalk_all(struct tb_procwalk *walk, const struct tb_procwalk_wanted *wanted,
                    tb_procwalk_breathe_fn *breathe, void *context);

/* A process began. */
void tb_procwalk_begun(struct tb_procwalk *walk, uint32_t pid);

/* Processes began of which nothing was heard. */
void tb_procwalk_missed(struct tb_procwalk *walk);

#endif
