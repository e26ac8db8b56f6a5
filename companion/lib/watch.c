/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch.c - which mechanisms there are, and a way to each of them */
#include "watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "watch_ops.h"
#include "word.h"

#ifdef TB_HAVE_BPF
#define BPF_OPS &tb_bpfwatch_ops
#else
#define BPF_OPS NULL
#endif

#ifdef TB_HAVE_PROC
#define PROC_OPS &tb_procwatch_ops
#else
#define PROC_OPS NULL
#endif

static const struct row {
    const struct tb_watch_ops *ops;
    const char *absent; /* what to say where there are none */
} rows[TB_MECHANISM_COUNT] = {
    [TB_MECHANISM_NONE] = { NULL, "no mechanism was named" },
    [TB_MECHANISM_BPF] = { BPF_OPS, "BPF is not built in: clang, bpftool or libbpf was not there" },
    [TB_MECHANISM_PROC] = { PROC_OPS,
                            "looking under /proc is not built in: libcap or libseccomp was not "
                            "there" },
    [TB_MECHANISM_LIVE] = { NULL, "only Wireshark looks for owners while it captures" },
    [TB_MECHANISM_FOREIGN] = { NULL, "another tool's notes cannot be watched" },
};

struct tb_watch {
    const struct tb_watch_ops *ops;
    void *self;
};

int tb_watch_open(enum tb_mechanism mechanism, const struct tb_watch_options *options,
                  struct tb_watch **watch, char reason[TB_WATCH_REASON_MAX])
{
    static const struct tb_watch_options defaults;
    const struct row *row;
    struct tb_watch *opened;
    int error;

    reason[0] = '\0';
    row = &rows[mechanism < TB_MECHANISM_COUNT ? mechanism : TB_MECHANISM_NONE];
    if (row->ops == NULL) {
        snprintf(reason, TB_WATCH_REASON_MAX, "%s", tb_word(row->absent));
        return -ENOTSUP;
    }
    opened = malloc(sizeof *opened);
    if (opened == NULL)
        return -ENOMEM;
    opened->ops = row->ops;
    error = row->ops->open(options == NULL ? &defaults : options, &opened->self, reason);
    if (error != 0) {
        free(opened);
        return error;
    }
    *watch = opened;
    return 0;
}

int tb_watch_snapshot(struct tb_watch *watch, tb_sock_event_fn *tell, void *context)
{
    return watch->ops->snapshot(watch->self, tell, context);
}

int tb_watch_fd(const struct tb_watch *watch)
{
    return watch->ops->fd(watch->self);
}

int tb_watch_drain(struct tb_watch *watch, tb_sock_event_fn *tell, void *context)
{
    return watch->ops->drain(watch->self, tell, context);
}

void tb_watch_sight(struct tb_watch *watch, uint32_t netns, const struct tb_tuple *tuple)
{
    if (watch->ops->sight != NULL)
        watch->ops->sight(watch->self, netns, tuple);
}

uint64_t tb_watch_lost(const struct tb_watch *watch)
{
    return watch->ops->lost(watch->self);
}

int tb_watch_helper(const struct tb_watch *watch)
{
    return watch->ops->helper == NULL ? 0 : watch->ops->helper(watch->self);
}

void tb_watch_close(struct tb_watch *watch)
{
    if (watch == NULL)
        return;
    watch->ops->close(watch->self);
    free(watch);
}
