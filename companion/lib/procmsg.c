/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procmsg.c - the process connector: what the kernel tells of processes that begin and end */
#include "procmsg.h"

#include <assert.h>
#include <string.h>

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>

static_assert(NLMSG_HDRLEN + sizeof(struct cn_msg) + sizeof(enum proc_cn_mcast_op) <=
                  TB_PROCMSG_REQUEST_MAX,
              "a request fits");
static_assert(sizeof(((struct tb_procmsg *)0)->comm) ==
                  sizeof(((struct proc_event *)0)->event_data.comm.comm),
              "a name fits");

size_t tb_procmsg_ask(uint8_t request[TB_PROCMSG_REQUEST_MAX], bool listen, uint32_t port_id)
{
    const enum proc_cn_mcast_op op = listen ? PROC_CN_MCAST_LISTEN : PROC_CN_MCAST_IGNORE;
    const struct cn_msg body = { .id = { .idx = CN_IDX_PROC, .val = CN_VAL_PROC },
                                 .len = sizeof(op) };
    const size_t length = NLMSG_HDRLEN + sizeof(body) + sizeof(op);
    const struct nlmsghdr header = { .nlmsg_len = (uint32_t)length,
                                     .nlmsg_type = NLMSG_DONE,
                                     .nlmsg_pid = port_id };

    memcpy(request, &header, sizeof(header));
    memcpy(request + NLMSG_HDRLEN, &body, sizeof(body));
    memcpy(request + NLMSG_HDRLEN + sizeof(body), &op, sizeof(op));
    return length;
}

/* PROC_EVENT_...: other names in the headers of Linux 6.6 and later, the same numbers. */
enum {
    EVENT_FORK = 0x00000001,
    EVENT_EXEC = 0x00000002,
    EVENT_COMM = 0x00000200
};

#define EVENT_EXIT 0x80000000u

/* Each event tells of a thread and its group; of the group it tells when they are one. */
static bool read_event(const struct proc_event *told, uint32_t what, struct tb_procmsg *event)
{
    switch (what) {
    case EVENT_FORK:
        event->kind = TB_PROCMSG_FORK;
        event->pid = (uint32_t)told->event_data.fork.child_tgid;
        event->parent_pid = (uint32_t)told->event_data.fork.parent_tgid;
        return told->event_data.fork.child_pid == told->event_data.fork.child_tgid;
    case EVENT_EXEC: /* the thread that calls it becomes the leader */
        event->kind = TB_PROCMSG_EXEC;
        event->pid = (uint32_t)told->event_data.exec.process_tgid;
        return true;
    case EVENT_COMM:
        event->kind = TB_PROCMSG_RENAME;
        event->pid = (uint32_t)told->event_data.comm.process_tgid;
        memcpy(event->comm, told->event_data.comm.comm, sizeof(event->comm) - 1);
        return told->event_data.comm.process_pid == told->event_data.comm.process_tgid;
    case EVENT_EXIT:
        event->kind = TB_PROCMSG_EXIT;
        event->pid = (uint32_t)told->event_data.exit.process_tgid;
        return told->event_data.exit.process_pid == told->event_data.exit.process_tgid;
    default:
        return false;
    }
}

bool tb_procmsg_read(const struct tb_nl_message *message, struct tb_procmsg *event)
{
    struct tb_nl_rest rest = message->payload;
    struct cn_msg body;
    struct proc_event told = { 0 };
    struct tb_procmsg found = { 0 };
    uint32_t what;

    if (message->type != NLMSG_DONE || !tb_nl_take(&rest, &body, sizeof(body)) ||
        body.id.idx != CN_IDX_PROC || body.id.val != CN_VAL_PROC || body.len > rest.length ||
        body.len < offsetof(struct proc_event, event_data) + sizeof(told.event_data.comm))
        return false;
    memcpy(&told, rest.at, body.len < sizeof(told) ? body.len : sizeof(told));
    memcpy(&what, &told, sizeof(what)); /* an enum of which other kernels know other values */
    if (!read_event(&told, what, &found))
        return false;
    found.time_ns = told.timestamp_ns;
    *event = found;
    return true;
}
