/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procsnapshot.c - who holds which TCP socket of a network namespace now */
#include "procsnapshot.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#define NS_PER_S 1000000000u

enum {
    SOCKETS_FIRST = 256,
    SOCKETS_MAX = 1 << 20
};

struct sockets {
    struct tb_proctarget *target;
    struct tb_proctarget **by_inode;
    size_t count;
    size_t size;
    uint64_t time_ns;
    int error;
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static bool make_room(struct sockets *sockets)
{
    size_t size = sockets->size == 0 ? SOCKETS_FIRST : sockets->size * 2;
    struct tb_proctarget *larger;

    if (sockets->count < sockets->size)
        return true;
    larger = size > SOCKETS_MAX ? NULL : realloc(sockets->target, size * sizeof *larger);
    if (larger == NULL) {
        sockets->error = -ENOMEM;
        return false;
    }
    sockets->target = larger;
    sockets->size = size;
    return true;
}

/* Those that are only bound are neither ends nor listeners. */
static void add_socket(const struct tb_diag_socket *found, void *context)
{
    struct sockets *sockets = context;
    struct tb_proctarget *target;

    if (found->inode == 0 || (found->state != TB_DIAG_LISTEN && found->tuple.remote_port == 0) ||
        !make_room(sockets))
        return;
    target = &sockets->target[sockets->count++];
    *target = (struct tb_proctarget){ .tuple = found->tuple, .is_told = true };
    tb_proctarget_asked(target, 0, found, 0);
}

static int gather(const struct tb_procsnapshot *snapshot, struct sockets *sockets)
{
    int error = tb_procdiag_all(snapshot->diag, add_socket, sockets);

    if (error == 0)
        error = sockets->error;
    if (error != 0 || sockets->count == 0)
        return error;
    sockets->time_ns = now_ns();
    sockets->by_inode = calloc(sockets->count, sizeof(struct tb_proctarget *));
    if (sockets->by_inode == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < sockets->count; i++) {
        sockets->target[i].asked_ns = sockets->time_ns;
        sockets->by_inode[i] = &sockets->target[i];
    }
    tb_proctarget_sort(sockets->by_inode, sockets->count);
    return 0;
}

static int by_inode(const void *key, const void *element)
{
    uint64_t one = *(const uint64_t *)key;
    uint64_t other = (*(struct tb_proctarget *const *)element)->socket.inode;

    return (one > other) - (one < other);
}

/* Until then none is to be told: is_told is turned off for those that are there still. */
static void confirm(const struct tb_diag_socket *found, void *context)
{
    const struct sockets *sockets = context;
    struct tb_proctarget **place = bsearch(&found->inode, sockets->by_inode, sockets->count,
                                           sizeof(struct tb_proctarget *), by_inode);

    if (place != NULL && (*place)->socket.cookie == found->cookie)
        (*place)->is_told = false;
}

static void tell_target(const struct tb_procsnapshot *snapshot, const struct tb_proctarget *target,
                        bool is_complete)
{
    struct tb_procview_process found;
    bool alone =
        is_complete && target->count == 1 && !target->has_more && tb_diag_is_used(&target->socket);

    for (size_t i = 0; i < target->count; i++) {
        const struct tb_proctarget_holder *holder = &target->holder[i];

        if (tb_procview_describe(snapshot->told->proc, holder->pid, holder->fd,
                                 target->socket.inode, snapshot->told->arguments, &found) != 0)
            continue; /* it has closed it since: the socket's next look will tell */
        snapshot->held(&target->socket, found.told.pid, snapshot->context);
        tb_proctold_holder(snapshot->told, target, &found, holder->fd, TB_SOCK_FOUND_SNAPSHOT,
                           alone);
    }
}

static int look(const struct tb_procsnapshot *snapshot, struct sockets *sockets)
{
    struct tb_procwalk_wanted wanted = { sockets->by_inode, sockets->count };
    int result = tb_procwalk_all(snapshot->walk, &wanted, snapshot->breathe, snapshot->context);
    int error;

    if (result < 0)
        return result;
    error = tb_procdiag_all(snapshot->diag, confirm, sockets);
    if (error != 0)
        return error;
    for (size_t i = 0; i < sockets->count; i++) {
        if (!sockets->target[i].is_told)
            tell_target(snapshot, &sockets->target[i], result == 1);
    }
    return 0;
}

int tb_procsnapshot_tell(const struct tb_procsnapshot *snapshot)
{
    struct sockets sockets = { 0 };
    int error = gather(snapshot, &sockets);

    if (error == 0 && sockets.count > 0)
        error = look(snapshot, &sockets);
    free(sockets.target);
    free(sockets.by_inode);
    return error;
}
