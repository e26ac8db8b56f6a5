/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpfwire.c - reads what the BPF programs write */
#include "bpfwire.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "../bpf/owner_wire.h"

enum layout {
    LAYOUT_NONE,
    LAYOUT_TASK,
    LAYOUT_SOCKET,
    LAYOUT_EXEC
};

static const struct kind {
    enum layout layout;
    enum tb_sock_event_kind kind;
} kinds[] = {
    [TB_WIRE_CONNECT] = { LAYOUT_SOCKET, TB_SOCK_CONNECT },
    [TB_WIRE_OPEN] = { LAYOUT_SOCKET, TB_SOCK_OPEN },
    [TB_WIRE_USE] = { LAYOUT_SOCKET, TB_SOCK_USE },
    [TB_WIRE_LISTEN] = { LAYOUT_SOCKET, TB_SOCK_LISTEN },
    [TB_WIRE_HELD] = { LAYOUT_SOCKET, TB_SOCK_HELD },
    [TB_WIRE_CLOSE] = { LAYOUT_SOCKET, TB_SOCK_CLOSE },
    [TB_WIRE_FORK] = { LAYOUT_TASK, TB_SOCK_FORK },
    [TB_WIRE_RENAME] = { LAYOUT_TASK, TB_SOCK_RENAME },
    [TB_WIRE_EXIT] = { LAYOUT_TASK, TB_SOCK_EXIT },
    [TB_WIRE_TASK] = { LAYOUT_TASK, TB_SOCK_EXEC },
    [TB_WIRE_EXEC] = { LAYOUT_EXEC, TB_SOCK_EXEC },
    [TB_WIRE_CGROUP] = { LAYOUT_EXEC, TB_SOCK_CGROUP },
};

/* `data`: the record, whose name of the process is told from where it is. */
static bool read_process(const struct tb_wire_task *task, const char *data,
                         struct tb_sock_process *process)
{
    const struct tb_wire_process *from = &task->process;

    if (from->comm[TB_WIRE_COMM - 1] != '\0' || from->in_kernel > 1)
        return false;
    process->start_ns = from->start_ns;
    process->cgroup = from->cgroup;
    process->pid = from->pid;
    process->parent_pid = from->parent_pid;
    process->uid = from->uid;
    process->in_kernel = from->in_kernel != 0;
    process->comm = data + offsetof(struct tb_wire_task, process.comm);
    return true;
}

static bool read_address(uint8_t address[16], const uint8_t from[16], uint16_t family)
{
    if (family == AF_INET)
        tb_tuple_map_ipv4(address, from);
    else if (family == AF_INET6)
        memcpy(address, from, 16);
    return family == AF_INET || family == AF_INET6;
}

/* What listens has no peer. */
static bool is_listener(const struct tb_wire_socket *socket)
{
    return socket->task.kind == TB_WIRE_LISTEN || socket->remote_port == 0;
}

static bool read_socket(const char *data, size_t length, struct tb_sock_event *event)
{
    struct tb_wire_socket socket;

    if (length != sizeof socket)
        return false;
    memcpy(&socket, data, sizeof socket);
    if (!read_address(event->tuple.local, socket.local, socket.family) ||
        !read_address(event->tuple.remote, socket.remote, socket.family))
        return false;
    event->tuple.local_port = ntohs(socket.local_port);
    event->tuple.remote_port = ntohs(socket.remote_port);
    if (is_listener(&socket)) {
        memset(event->tuple.remote, 0, sizeof event->tuple.remote);
        event->tuple.remote_port = 0;
    }
    event->socket = socket.socket;
    event->netns = socket.netns;
    event->uid = socket.uid;
    return true;
}

/* What does not end in a NUL was cut. */
static bool read_texts(const char *data, size_t length, struct tb_sock_process *process)
{
    struct tb_wire_exec exec;
    size_t texts;

    if (length < sizeof exec)
        return false;
    memcpy(&exec, data, sizeof exec);
    texts = length - sizeof exec;
    if (exec.exe_length > texts || exec.arguments_length != texts - exec.exe_length)
        return false;
    data += sizeof exec;
    if (exec.exe_length > 0 && data[exec.exe_length - 1] != '\0')
        return false;
    if (exec.exe_length > 0)
        process->exe = data;
    if (exec.arguments_length > 0) {
        process->arguments = data + exec.exe_length;
        process->arguments_length = exec.arguments_length;
    }
    return true;
}

/* A path that could not be told is of no use. */
static bool take_path(struct tb_sock_event *event)
{
    event->path = event->process.exe;
    event->process.exe = "";
    event->process.pid = 0;
    return event->path[0] != '\0';
}

bool tb_bpfwire_read(const void *data, size_t length, struct tb_sock_event *event)
{
    struct tb_sock_event read = { .fd = -1, .process = { .comm = "", .exe = "" } };
    struct tb_wire_task task;
    enum layout layout;

    if (length < sizeof task)
        return false;
    memcpy(&task, data, sizeof task);
    if (task.kind >= sizeof kinds / sizeof kinds[0] || !read_process(&task, data, &read.process))
        return false;
    layout = kinds[task.kind].layout;
    if (layout == LAYOUT_NONE || (layout == LAYOUT_TASK && length != sizeof task) ||
        (layout == LAYOUT_SOCKET && !read_socket(data, length, &read)) ||
        (layout == LAYOUT_EXEC && !read_texts(data, length, &read.process)))
        return false;
    read.kind = (uint8_t)kinds[task.kind].kind;
    read.time_ns = task.time_ns;
    if (read.kind == TB_SOCK_HELD)
        read.fd = task.fd;
    read.found = TB_SOCK_FOUND_SNAPSHOT;
    if (read.kind == TB_SOCK_CGROUP && !take_path(&read))
        return false;
    *event = read;
    return true;
}

static uint64_t shifted(uint64_t time_ns, int64_t by_ns)
{
    return time_ns == 0 ? 0 : time_ns + (uint64_t)by_ns;
}

void tb_bpfwire_shift(const struct tb_proc_clocks *clocks, struct tb_sock_event *event)
{
    event->time_ns = shifted(event->time_ns, clocks->monotonic_ns);
    event->process.start_ns = shifted(event->process.start_ns, clocks->boottime_ns);
}
