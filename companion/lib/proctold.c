/* SPDX-License-Identifier: GPL-2.0-or-later */
/* proctold.c - which processes the helper has told of, and tells them once */
#include "proctold.h"

#include <string.h>

enum {
    ANCESTORS_MAX = 32
};

static struct tb_proctold_process *slot_of(struct tb_proctold *told, uint32_t pid)
{
    return &told->process[pid % TB_PROCTOLD_PROCESSES];
}

static bool is_told(struct tb_proctold *told, const struct tb_sock_process *process)
{
    const struct tb_proctold_process *slot = slot_of(told, process->pid);

    return slot->pid == process->pid && slot->start_ns == process->start_ns &&
           strcmp(slot->comm, process->comm) == 0;
}

/* Since when it runs what it runs; not known, it is what was seen. */
static uint64_t since(const struct tb_proctold *told, uint32_t pid, uint64_t time_ns)
{
    const struct tb_proctold_exec *exec = &told->exec[pid % TB_PROCTOLD_EXECS];

    return exec->pid == pid && exec->time_ns < time_ns ? exec->time_ns : time_ns;
}

static void tell_cgroup(struct tb_proctold *told, const struct tb_procview_process *process,
                        uint64_t time_ns)
{
    uint64_t *slot = &told->cgroup[process->told.cgroup % TB_PROCTOLD_CGROUPS];
    struct tb_sock_event event = { .kind = TB_SOCK_CGROUP,
                                   .time_ns = time_ns,
                                   .path = process->cgroup,
                                   .fd = -1,
                                   .process.cgroup = process->told.cgroup };

    if (process->told.cgroup == 0 || *slot == process->told.cgroup)
        return;
    *slot = process->told.cgroup;
    told->tell(&event, told->context);
}

static void tell_one(struct tb_proctold *told, const struct tb_procview_process *found,
                     uint64_t time_ns)
{
    const struct tb_sock_process *process = &found->told;
    struct tb_proctold_process *slot = slot_of(told, process->pid);
    struct tb_sock_event event = { .kind = TB_SOCK_EXEC, .fd = -1, .process = *process };

    tell_cgroup(told, found, time_ns);
    event.time_ns = since(told, process->pid, time_ns);
    slot->pid = process->pid;
    slot->start_ns = process->start_ns;
    strncpy(slot->comm, process->comm, TB_PROC_COMM_MAX);
    slot->comm[TB_PROC_COMM_MAX] = '\0';
    told->tell(&event, told->context);
}

void tb_proctold_tell(struct tb_proctold *told, const struct tb_procview_process *process,
                      uint64_t time_ns)
{
    uint32_t parent = process->told.parent_pid;

    if (is_told(told, &process->told))
        return;
    tell_one(told, process, time_ns);
    for (int i = 0; parent != 0 && i < ANCESTORS_MAX; i++) {
        struct tb_procview_process *found = &told->scratch;

        if (tb_procview_describe(told->proc, parent, 0, 0, told->arguments, found) != 0 ||
            is_told(told, &found->told))
            return;
        tell_one(told, found, time_ns);
        parent = found->told.parent_pid;
    }
}

void tb_proctold_holder(struct tb_proctold *told, const struct tb_proctarget *target,
                        const struct tb_procview_process *process, uint32_t fd,
                        enum tb_sock_found found, bool alone)
{
    bool listens = target->socket.state == TB_DIAG_LISTEN;
    struct tb_sock_event event = { .kind = listens ? TB_SOCK_LISTEN : TB_SOCK_HELD,
                                   .time_ns = target->asked_ns,
                                   .socket = target->socket.cookie,
                                   .tuple = target->socket.tuple,
                                   .netns = told->netns,
                                   .uid = target->socket.uid,
                                   .fd = (int32_t)fd,
                                   .found = found,
                                   .alone = alone && !listens,
                                   .process = process->told };

    tb_proctold_tell(told, process, target->asked_ns);
    told->tell(&event, told->context);
}

void tb_proctold_exec(struct tb_proctold *told, uint32_t pid, uint64_t time_ns)
{
    struct tb_proctold_process *slot = slot_of(told, pid);
    struct tb_procview_process *found = &told->scratch;

    told->exec[pid % TB_PROCTOLD_EXECS] = (struct tb_proctold_exec){ time_ns, pid };
    if (slot->pid != pid)
        return;
    slot->pid = 0;
    if (tb_procview_describe(told->proc, pid, 0, 0, told->arguments, found) == 0)
        tb_proctold_tell(told, found, time_ns);
}
