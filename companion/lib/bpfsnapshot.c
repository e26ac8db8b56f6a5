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

struct texts {
    char exe[TB_PROC_TEXT_MAX + 1];
    char arguments[TB_PROC_TEXT_MAX];
};

static size_t read_text(int folder, const char *name, char *text, size_t size)
{
    tb_auto_fd int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, size);

    return got < 0 ? 0 : (size_t)got;
}

/* Whether the folder is that process's, and still of the same name: exec gives another. */
static bool is_the_same(int folder, const struct tb_sock_process *process)
{
    char text[TB_PROC_TEXT_MAX];
    struct tb_proc_stat stat;
    size_t length = read_text(folder, "stat", text, sizeof text);
    long ticks = sysconf(_SC_CLK_TCK);

    return ticks > 0 && tb_proc_read_stat(text, length, &stat) &&
           stat.start_ticks == process->start_ns / (NS_PER_S / (uint64_t)ticks) &&
           strcmp(stat.comm, process->comm) == 0;
}

/* A name that fills the room may have been cut. */
static void read_exe(int folder, struct tb_sock_process *process, struct texts *texts)
{
    ssize_t got = readlinkat(folder, "exe", texts->exe, TB_PROC_TEXT_MAX);

    if (got <= 0 || got == TB_PROC_TEXT_MAX)
        return;
    texts->exe[tb_proc_exe_length(texts->exe, (size_t)got)] = '\0';
    process->exe = texts->exe;
}

static void read_arguments(int folder, struct tb_sock_process *process, struct texts *texts)
{
    size_t length = read_text(folder, "cmdline", texts->arguments, sizeof texts->arguments);

    if (length == 0)
        return;
    process->arguments = texts->arguments;
    process->arguments_length = length;
}

static void find_texts(const struct tb_bpfsnapshot *snapshot, struct tb_sock_process *process,
                       struct texts *texts)
{
    char path[32];
    tb_auto_fd int folder = -1;

    snprintf(path, sizeof path, "/proc/%u", process->pid);
    folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return;
    read_exe(folder, process, texts);
    if (snapshot->arguments)
        read_arguments(folder, process, texts);
    if (is_the_same(folder, process))
        return;
    process->exe = "";
    process->arguments = NULL;
    process->arguments_length = 0;
}

static int tell_tasks(const struct tb_bpfsnapshot *snapshot, tb_sock_event_fn *tell, void *context)
{
    struct octets octets = { 0 };
    struct texts texts;
    int error = look(snapshot->tasks_link, sizeof(struct tb_wire_task), &octets);
    for (size_t at = 0; error == 0 && at < octets.length; at += sizeof(struct tb_wire_task)) {
        struct tb_sock_event event;

        if (!tb_bpfwire_read(octets.data + at, sizeof(struct tb_wire_task), &event))
            continue;
        if (snapshot->sees_all) /* else /proc counts processes otherwise */
            find_texts(snapshot, &event.process, &texts);
        tell(&event, context);
    }
    free(octets.data);
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
        event.time_ns = telling->began_ns;
        event.alone = event.kind == TB_SOCK_HELD && is_alone && telling->sees_all;
        telling->tell(&event, telling->context);
    }
}

static int tell_files(const struct tb_bpfsnapshot *snapshot, tb_sock_event_fn *tell, void *context)
{
    struct telling telling = { tell, context, now_ns(), snapshot->sees_all };
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
