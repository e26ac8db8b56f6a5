/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proctarget.c - a socket whose holders are looked for */
#include "proctarget.h"

#include <errno.h>
#include <stdlib.h>

/* In these states it may be accepted yet; in others a socket without a descriptor had one. */
static bool may_be_accepted(uint8_t state)
{
    return state == TB_DIAG_ESTABLISHED || state == TB_DIAG_SYN_RECV ||
           state == TB_DIAG_NEW_SYN_RECV || state == TB_DIAG_CLOSE_WAIT;
}

/* A connecting socket is there before its SYN is seen: before it is sent, the socket is none of a
 * connection that packets tell of. */
static bool is_not_seen_yet(const struct tb_diag_socket *socket)
{
    return socket->state == TB_DIAG_SYN_SENT && socket->has_octets && socket->segments_sent == 0;
}

static enum tb_proctarget_state state_of(const struct tb_proctarget *target, int error,
                                         const struct tb_diag_socket *answer)
{
    if (error != 0)
        return TB_PROCTARGET_GONE;
    if (answer->state == TB_DIAG_LISTEN && target->tuple.remote_port != 0)
        return TB_PROCTARGET_WAITS; /* the connection's socket will come from this one */
    if (answer->inode != 0)
        return is_not_seen_yet(answer) ? TB_PROCTARGET_WAITS : TB_PROCTARGET_THERE;
    return may_be_accepted(answer->state) ? TB_PROCTARGET_WAITS : TB_PROCTARGET_GONE;
}

void tb_proctarget_asked(struct tb_proctarget *target, int error,
                         const struct tb_diag_socket *answer, uint64_t time_ns)
{
    target->asked_ns = time_ns;
    target->count = 0;
    target->has_more = false;
    if (error == 0)
        target->socket = *answer;
    target->state = state_of(target, error, answer);
}

static uint64_t inode_of(const struct tb_proctarget *target)
{
    return target->socket.inode;
}

static int by_inode(const void *left, const void *right)
{
    uint64_t one = inode_of(*(struct tb_proctarget *const *)left);
    uint64_t other = inode_of(*(struct tb_proctarget *const *)right);

    return (one > other) - (one < other);
}

void tb_proctarget_sort(struct tb_proctarget **targets, size_t count)
{
    if (count > 0)
        qsort(targets, count, sizeof(struct tb_proctarget *), by_inode);
}

static void add_holder(struct tb_proctarget *target, uint32_t pid, uint32_t fd)
{
    for (size_t i = 0; i < target->count; i++) {
        if (target->holder[i].pid != pid)
            continue;
        if (fd < target->holder[i].fd)
            target->holder[i].fd = fd;
        return;
    }
    if (target->count == TB_PROCTARGET_HOLDERS) {
        target->has_more = true;
        return;
    }
    target->holder[target->count++] = (struct tb_proctarget_holder){ pid, fd };
}

/* The first that is not before the inode. */
static size_t lower_bound(struct tb_proctarget *const *targets, size_t count, uint64_t inode)
{
    size_t from = 0;

    while (count > 0) {
        size_t half = count / 2;

        if (inode_of(targets[from + half]) < inode) {
            from += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return from;
}

void tb_proctarget_found(struct tb_proctarget *const *targets, size_t count, uint64_t inode,
                         uint32_t pid, uint32_t fd)
{
    for (size_t i = lower_bound(targets, count, inode); i < count && inode_of(targets[i]) == inode;
         i++)
        add_holder(targets[i], pid, fd);
}
