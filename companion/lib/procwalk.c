/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procwalk.c - walks through all processes for who holds certain sockets */
#include "procwalk.h"

#include <errno.h>

enum {
    BREATH = 16 /* processes between two breaths */
};

struct visit {
    const struct tb_procwalk_wanted *wanted;
    uint32_t pid;
};

static void take_socket(uint32_t fd, uint64_t inode, void *context)
{
    const struct visit *visit = context;

    tb_proctarget_found(visit->wanted->target, visit->wanted->count, inode, visit->pid, fd);
}

bool tb_procwalk_visit(const struct tb_procwalk *walk, uint32_t pid,
                       const struct tb_procwalk_wanted *wanted)
{
    struct visit visit = { wanted, pid };

    return tb_procview_sockets(walk->proc, pid, take_socket, &visit) == 0;
}

/* Who began meanwhile may have inherited what was passed already. */
static bool visit_born(struct tb_procwalk *walk, const struct tb_procwalk_wanted *wanted)
{
    bool is_complete = true;

    for (size_t i = 0; i < walk->born_count; i++)
        is_complete = tb_procwalk_visit(walk, walk->born[i], wanted) && is_complete;
    return is_complete && !walk->has_missed;
}

static int visit_listed(struct tb_procwalk *walk, const struct tb_procwalk_wanted *wanted,
                        tb_procwalk_breathe_fn *breathe, void *context)
{
    bool is_complete = true;

    for (size_t i = 0; i < walk->pids.count; i++) {
        /* a process that has ended may have given the socket to one that was passed already */
        is_complete = tb_procwalk_visit(walk, walk->pids.pid[i], wanted) && is_complete;
        if (i % BREATH == BREATH - 1 && !breathe(context))
            return -ECANCELED;
    }
    return breathe(context) ? is_complete : -ECANCELED;
}

int tb_procwalk_all(struct tb_procwalk *walk, const struct tb_procwalk_wanted *wanted,
                    tb_procwalk_breathe_fn *breathe, void *context)
{
    bool shows_all = tb_procview_shows_all(walk->proc);
    uint32_t last = 0;
    uint32_t last_after = 0;
    int result;

    walk->is_on = true;
    walk->has_missed = false;
    walk->born_count = 0;
    shows_all = tb_procview_last_pid(walk->proc, &last) && shows_all;
    result = tb_procview_list(walk->proc, last, &walk->pids);
    if (result == 0)
        result = visit_listed(walk, wanted, breathe, context);
    walk->is_on = false;
    if (result < 0)
        return result;
    if (walk->hears)
        return visit_born(walk, wanted) && shows_all && result == 1;
    /* one may have begun that was not listed */
    return tb_procview_last_pid(walk->proc, &last_after) && last == last_after && shows_all &&
           result == 1;
}

void tb_procwalk_begun(struct tb_procwalk *walk, uint32_t pid)
{
    if (!walk->is_on)
        return;
    if (walk->born_count < TB_PROCWALK_BORN)
        walk->born[walk->born_count++] = pid;
    else
        walk->has_missed = true;
}

void tb_procwalk_missed(struct tb_procwalk *walk)
{
    walk->has_missed = true;
}
