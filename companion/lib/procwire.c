/* SPDX-License-Identifier: GPL-2.0-or-later */
/* procwire.c - what breathdump and the helper that looks under /proc say to each other */
#include "procwire.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

enum {
    COMM_SIZE = 16,
    ERRNO_MAX = 4095 /* MAX_ERRNO: include/linux/err.h */
};

/* What a message begins with tells one kind from the others. */
enum kind {
    KIND_REQUEST = 0x71,
    KIND_EVENT,
    KIND_END
};

struct request {
    uint32_t kind;
    uint8_t task;
    uint8_t opens;
    uint8_t zero[2];
    struct tb_tuple tuple;
};

/* Followed by the program's name, or the path of CGROUP; a NUL; and the arguments. */
struct event {
    uint32_t kind;
    uint32_t netns;
    uint64_t time_ns;
    uint64_t socket;
    uint64_t lost;
    uint64_t since_ns;
    uint64_t start_ns;
    uint64_t cgroup;
    struct tb_tuple tuple;
    uint32_t uid;
    int32_t fd;
    uint32_t pid;
    uint32_t parent_pid;
    uint32_t process_uid;
    uint16_t exe_length;
    uint16_t arguments_length;
    uint8_t event;
    uint8_t found;
    uint8_t alone;
    uint8_t in_kernel;
    char comm[COMM_SIZE];
};

struct end {
    uint32_t kind;
    int32_t error;
};

static_assert(sizeof(struct event) + 2 * ((size_t)TB_PROC_TEXT_MAX + 1) <= TB_PROCWIRE_MAX,
              "a message has room for both texts");

/* Before each message. */
struct frame {
    uint32_t length;
    uint32_t zero;
};

static size_t padded(size_t length)
{
    return (length + 7) & ~(size_t)7;
}

size_t tb_procwire_put_frame(uint8_t frame[TB_PROCWIRE_FRAME_MAX], const uint8_t *message,
                             size_t length)
{
    const struct frame head = { .length = (uint32_t)length };

    memset(frame, 0, sizeof head + padded(length));
    memcpy(frame, &head, sizeof head);
    memcpy(frame + sizeof head, message, length);
    return sizeof head + padded(length);
}

/* A frame fits, so that moving what is left makes room. */
uint8_t *tb_procwire_room(struct tb_procwire_stream *stream, size_t *size)
{
    if (stream->from > 0) {
        memmove(stream->octets, stream->octets + stream->from, stream->to - stream->from);
        stream->to -= stream->from;
        stream->from = 0;
    }
    *size = sizeof stream->octets - stream->to;
    return stream->octets + stream->to;
}

void tb_procwire_came(struct tb_procwire_stream *stream, size_t size)
{
    stream->to += size;
}

int tb_procwire_next(struct tb_procwire_stream *stream, const uint8_t **message, size_t *length)
{
    struct frame head;

    if (stream->to - stream->from < sizeof head)
        return 0;
    memcpy(&head, stream->octets + stream->from, sizeof head);
    if (head.length == 0 || head.length > TB_PROCWIRE_MAX || head.zero != 0)
        return -EBADMSG;
    if (stream->to - stream->from < sizeof head + padded(head.length))
        return 0;
    *message = stream->octets + stream->from + sizeof head;
    *length = head.length;
    stream->from += sizeof head + padded(head.length);
    return 1;
}

size_t tb_procwire_put_request(uint8_t message[TB_PROCWIRE_MAX],
                               const struct tb_procwire_request *request)
{
    struct request octets = { .kind = KIND_REQUEST,
                              .task = (uint8_t)request->task,
                              .opens = request->opens,
                              .tuple = request->tuple };

    memcpy(message, &octets, sizeof octets);
    return sizeof octets;
}

bool tb_procwire_read_request(const void *data, size_t length, struct tb_procwire_request *request)
{
    struct request octets;

    if (length != sizeof octets)
        return false;
    memcpy(&octets, data, sizeof octets);
    if (octets.kind != KIND_REQUEST || octets.task >= TB_PROCWIRE_TASK_COUNT || octets.opens > 1)
        return false;
    request->tuple = octets.tuple;
    request->task = (enum tb_procwire_task)octets.task;
    request->opens = octets.opens != 0;
    return true;
}

static size_t at_most(size_t length)
{
    return length > TB_PROC_TEXT_MAX ? TB_PROC_TEXT_MAX : length;
}

static void put_process(struct event *octets, const struct tb_sock_process *process)
{
    octets->start_ns = process->start_ns;
    octets->cgroup = process->cgroup;
    octets->pid = process->pid;
    octets->parent_pid = process->parent_pid;
    octets->process_uid = process->uid;
    octets->in_kernel = process->in_kernel;
    for (size_t i = 0; process->comm != NULL && i < COMM_SIZE - 1 && process->comm[i] != '\0'; i++)
        octets->comm[i] = process->comm[i];
    if (process->arguments != NULL)
        octets->arguments_length = (uint16_t)at_most(process->arguments_length);
}

size_t tb_procwire_put_event(uint8_t message[TB_PROCWIRE_MAX], const struct tb_sock_event *event)
{
    const struct tb_sock_process *process = &event->process;
    const char *text = event->kind == TB_SOCK_CGROUP ? event->path : process->exe;
    struct event octets = { .kind = KIND_EVENT,
                            .netns = event->netns,
                            .time_ns = event->time_ns,
                            .socket = event->socket,
                            .lost = event->lost,
                            .since_ns = event->since_ns,
                            .tuple = event->tuple,
                            .uid = event->uid,
                            .fd = event->fd,
                            .event = event->kind,
                            .found = (uint8_t)event->found,
                            .alone = event->alone };
    size_t length = sizeof octets;

    put_process(&octets, process);
    if (text != NULL)
        octets.exe_length = (uint16_t)at_most(strlen(text));
    memcpy(message, &octets, sizeof octets);
    if (text != NULL && octets.exe_length > 0)
        memcpy(message + length, text, octets.exe_length);
    length += octets.exe_length;
    message[length++] = '\0';
    if (process->arguments != NULL && octets.arguments_length > 0)
        memcpy(message + length, process->arguments, octets.arguments_length);
    return length + octets.arguments_length;
}

static bool is_well_formed(const struct event *octets, const char *texts, size_t length)
{
    return octets->kind == KIND_EVENT && octets->event < TB_SOCK_EVENT_COUNT &&
           octets->found <= TB_SOCK_FOUND_SCAN && octets->alone <= 1 && octets->in_kernel <= 1 &&
           octets->exe_length <= TB_PROC_TEXT_MAX && octets->arguments_length <= TB_PROC_TEXT_MAX &&
           length == (size_t)octets->exe_length + 1 + octets->arguments_length &&
           memchr(octets->comm, '\0', COMM_SIZE) != NULL &&
           memchr(texts, '\0', octets->exe_length + 1u) == texts + octets->exe_length;
}

bool tb_procwire_read_event(const void *data, size_t length, struct tb_sock_event *event)
{
    const char *texts = (const char *)data + sizeof(struct event);
    const struct event *octets = data;

    if (length <= sizeof *octets || length > TB_PROCWIRE_MAX ||
        !is_well_formed(octets, texts, length - sizeof *octets))
        return false;
    *event = (struct tb_sock_event){
        .time_ns = octets->time_ns,
        .socket = octets->socket,
        .tuple = octets->tuple,
        .netns = octets->netns,
        .uid = octets->uid,
        .fd = octets->fd,
        .lost = octets->lost,
        .since_ns = octets->since_ns,
        .found = (enum tb_sock_found)octets->found,
        .alone = octets->alone != 0,
        .process = { .start_ns = octets->start_ns,
                     .cgroup = octets->cgroup,
                     .pid = octets->pid,
                     .parent_pid = octets->parent_pid,
                     .uid = octets->process_uid,
                     .in_kernel = octets->in_kernel != 0,
                     .comm = octets->comm,
                     .exe = texts },
        .kind = octets->event,
    };
    if (octets->event == TB_SOCK_CGROUP) {
        event->path = texts;
        event->process.exe = "";
    }
    if (octets->arguments_length > 0) {
        event->process.arguments = texts + octets->exe_length + 1;
        event->process.arguments_length = octets->arguments_length;
    }
    return true;
}

size_t tb_procwire_put_end(uint8_t message[TB_PROCWIRE_MAX], int error)
{
    struct end octets = { .kind = KIND_END, .error = error };

    memcpy(message, &octets, sizeof octets);
    return sizeof octets;
}

bool tb_procwire_read_end(const void *data, size_t length, int *error)
{
    struct end octets;

    if (length != sizeof octets)
        return false;
    memcpy(&octets, data, sizeof octets);
    if (octets.kind != KIND_END || octets.error > 0 || octets.error < -ERRNO_MAX)
        return false;
    *error = octets.error;
    return true;
}
