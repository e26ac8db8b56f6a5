/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpfsnapshot.c - what the BPF iterators find: processes, and who holds which socket
 *
 * The records of one look are gathered first and sorted, so that the holders of a socket stand side
 * by side. A look takes some milliseconds: a descriptor that goes from one process to another
 * meanwhile may be seen with both of them or with none. */
#include "bpfsnapshot.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../bpf/owner_wire.h"
#include "auto.h"
#include "bpfwire.h"
#include "cgroups.h"
#include "procline.h"

#define NS_PER_S 1000000000u

enum {
    OCTETS_FIRST = 1 << 16,
    TRIES = 1000 /* of a read that found nothing among a million files: bpf_seq_read() */
};

struct octets {
    char *data;
    size_t length;
    size_t size;
};

/* --- The look --------------------------------------------------------------------------------- */

static int make_room(struct octets *octets)
{
    size_t size = octets->size == 0 ? OCTETS_FIRST : octets->size * 2;
    char *data;

    if (octets->length < octets->size)
        return 0;
    data = realloc(octets->data, size);
    if (data == NULL)
        return -ENOMEM;
    octets->data = data;
    octets->size = size;
    return 0;
}

static int read_all(int fd, struct octets *octets)
{
    int tries = 0;

    for (;;) {
        int error = make_room(octets);
        ssize_t got;

        if (error != 0)
            return error;
        got = read(fd, octets->data + octets->length, octets->size - octets->length);
        if (got == 0)
            return 0;
        if (got > 0)
            octets->length += (size_t)got;
        else if ((errno != EAGAIN && errno != EINTR) || ++tries > TRIES)
            return -errno;
    }
}

/* octets->data is the caller's to free, also after an error. */
static int look(int link, size_t record, struct octets *octets)
{
    tb_auto_fd int fd = bpf_iter_create(link);
    int error;

    if (fd < 0)
        return fd;
    error = read_all(fd, octets);
    if (error == 0 && octets->length % record != 0)
        error = -EPROTO;
    return error;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* --- Processes -------------------------------------------------------------------------------- */

/* What /proc has of a process: where in `octets`, NUL-terminated. 0: nothing. */
struct texts {
    size_t exe;
    size_t arguments;
    size_t arguments_length;
};

static int make_text_room(struct octets *octets, size_t length)
{
    while (octets->size - octets->length < length) {
        size_t used = octets->length;
        int error;

        octets->length = octets->size; /* what make_room() grows */
        error = make_room(octets);
        octets->length = used;
        if (error != 0)
            return error;
    }
    return 0;
}

/* A name that fills the room may have been cut. */
static int read_exe(int proc, uint32_t pid, struct octets *octets, struct texts *texts)
{
    int error = make_text_room(octets, TB_PROC_TEXT_MAX + 1);
    char path[32];
    char *exe;
    ssize_t got;

    if (error != 0)
        return error;
    exe = octets->data + octets->length;
    snprintf(path, sizeof path, "%u/exe", pid);
    got = readlinkat(proc, path, exe, TB_PROC_TEXT_MAX);
    if (got <= 0 || got == TB_PROC_TEXT_MAX)
        return 0;
    got = (ssize_t)tb_proc_exe_length(exe, (size_t)got);
    exe[got] = '\0';
    texts->exe = octets->length;
    octets->length += (size_t)got + 1;
    return 0;
}

static int read_arguments(int proc, uint32_t pid, struct octets *octets, struct texts *texts)
{
    int error = make_text_room(octets, TB_PROC_TEXT_MAX);
    tb_auto_fd int fd = -1;
    char path[32];
    ssize_t got;

    if (error != 0)
        return error;
    snprintf(path, sizeof path, "%u/cmdline", pid);
    fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    got = fd < 0 ? -1 : read(fd, octets->data + octets->length, TB_PROC_TEXT_MAX);
    if (got <= 0)
        return 0;
    texts->arguments = octets->length;
    texts->arguments_length = (size_t)got;
    octets->length += (size_t)got;
    return 0;
}

struct tasks {
    struct octets records; /* struct tb_wire_task */
    struct octets texts;   /* begins with an empty one */
    struct octets again;   /* the records of a second look, after the texts were read */
    struct texts *of_task;
    size_t count;
};

static int read_texts(const struct tb_bpfsnapshot *snapshot, struct tasks *tasks)
{
    const struct tb_wire_task *task = (const void *)tasks->records.data;
    tb_auto_fd int proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int error = make_text_room(&tasks->texts, 1);

    if (error != 0)
        return error;
    tasks->texts.data[tasks->texts.length++] = '\0';
    for (size_t i = 0; error == 0 && proc >= 0 && i < tasks->count; i++) {
        error = read_exe(proc, task[i].process.pid, &tasks->texts, &tasks->of_task[i]);
        if (error == 0 && snapshot->arguments)
            error = read_arguments(proc, task[i].process.pid, &tasks->texts, &tasks->of_task[i]);
    }
    return error;
}

static bool is_the_same(const struct tb_wire_process *one, const struct tb_wire_process *other)
{
    return one->pid == other->pid && one->start_ns == other->start_ns &&
           memcmp(one->comm, other->comm, sizeof one->comm) == 0;
}

/* Whether the second look found the process too, of the same name: exec gives another. Both looks
 * find processes in the order of their pids. */
static bool was_there_throughout(const struct tasks *tasks, const struct tb_wire_task *task,
                                 size_t *at)
{
    const struct tb_wire_task *again = (const void *)tasks->again.data;
    size_t count = tasks->again.length / sizeof *again;

    while (*at < count && again[*at].process.pid < task->process.pid)
        (*at)++;
    return *at < count && is_the_same(&again[*at].process, &task->process);
}

static void tell_all(const struct tb_bpfsnapshot *snapshot, const struct tasks *tasks,
                     tb_sock_event_fn *tell, void *context)
{
    const struct tb_wire_task *task = (const void *)tasks->records.data;
    size_t at = 0;

    for (size_t i = 0; i < tasks->count; i++) {
        const struct texts *texts = &tasks->of_task[i];
        struct tb_sock_event event;

        if (!tb_bpfwire_read(&task[i], sizeof task[i], &event))
            continue;
        tb_bpfwire_shift(snapshot->clocks, &event);
        if (was_there_throughout(tasks, &task[i], &at)) {
            event.process.exe = tasks->texts.data + texts->exe;
            event.process.arguments_length = texts->arguments_length;
            if (texts->arguments_length > 0)
                event.process.arguments = tasks->texts.data + texts->arguments;
        }
        tell(&event, context);
    }
}

/* Outside the initial pid namespace /proc counts processes otherwise. */
static int find_tasks(const struct tb_bpfsnapshot *snapshot, struct tasks *tasks)
{
    const size_t record = sizeof(struct tb_wire_task);
    int error = look(snapshot->tasks_link, record, &tasks->records);

    if (error != 0)
        return error;
    tasks->count = tasks->records.length / record;
    tasks->of_task = calloc(tasks->count + 1, sizeof *tasks->of_task);
    if (tasks->of_task == NULL)
        return -ENOMEM;
    if (!snapshot->sees_all)
        return 0;
    error = read_texts(snapshot, tasks);
    return error == 0 ? look(snapshot->tasks_link, record, &tasks->again) : error;
}

static int tell_tasks(const struct tb_bpfsnapshot *snapshot, tb_sock_event_fn *tell, void *context)
{
    struct tasks tasks = { .count = 0 };
    int error = find_tasks(snapshot, &tasks);

    if (error == 0)
        tell_all(snapshot, &tasks, tell, context);
    free(tasks.records.data);
    free(tasks.texts.data);
    free(tasks.again.data);
    free(tasks.of_task);
    return error;
}

/* --- Sockets ---------------------------------------------------------------------------------- */

static int compare_numbers(uint64_t one, uint64_t other)
{
    return (one > other) - (one < other);
}

static int compare_holders(const struct tb_wire_socket *one, const struct tb_wire_socket *other)
{
    int order = compare_numbers(one->task.process.pid, other->task.process.pid);

    return order != 0 ? order
                      : compare_numbers(one->task.process.start_ns, other->task.process.start_ns);
}

/* By socket, then by holder, the lowest descriptor first. */
static int compare(const void *left, const void *right)
{
    const struct tb_wire_socket *one = left;
    const struct tb_wire_socket *other = right;
    int order = compare_numbers(one->socket, other->socket);

    if (order == 0)
        order = compare_holders(one, other);
    return order != 0 ? order : (one->task.fd > other->task.fd) - (one->task.fd < other->task.fd);
}

struct telling {
    tb_sock_event_fn *tell;
    void *context;
    const struct tb_proc_clocks *clocks;
    uint64_t began_ns;
    bool sees_all;
};

/* The records of one socket. Each holder is told once. */
static void tell_socket(const struct telling *telling, const struct tb_wire_socket *record,
                        size_t count)
{
    bool is_alone = compare_holders(&record[0], &record[count - 1]) == 0;

    for (size_t i = 0; i < count; i++) {
        struct tb_sock_event event;

        if ((i > 0 && compare_holders(&record[i - 1], &record[i]) == 0) ||
            !tb_bpfwire_read(&record[i], sizeof record[i], &event))
            continue;
        tb_bpfwire_shift(telling->clocks, &event);
        event.time_ns = telling->began_ns;
        event.alone = event.kind == TB_SOCK_HELD && is_alone && telling->sees_all;
        telling->tell(&event, telling->context);
    }
}

static int tell_files(const struct tb_bpfsnapshot *snapshot, tb_sock_event_fn *tell, void *context)
{
    struct telling telling = { tell, context, snapshot->clocks, now_ns(), snapshot->sees_all };
    struct octets octets = { 0 };
    int error = look(snapshot->files_link, sizeof(struct tb_wire_socket), &octets);
    struct tb_wire_socket *record = (void *)octets.data;
    size_t count = octets.length / sizeof *record;

    if (error == 0 && count > 0)
        qsort(record, count, sizeof *record, compare);
    for (size_t from = 0, to; error == 0 && from < count; from = to) {
        for (to = from + 1; to < count && record[to].socket == record[from].socket; to++)
            ;
        tell_socket(&telling, &record[from], to - from);
    }
    free(octets.data);
    return error;
}

int tb_bpfsnapshot_tell(const struct tb_bpfsnapshot *snapshot, tb_sock_event_fn *tell,
                        void *context)
{
    int error;

    tb_cgroups_tell(tell, context);
    error = tell_tasks(snapshot, tell, context);
    return error != 0 ? error : tell_files(snapshot, tell, context);
}
