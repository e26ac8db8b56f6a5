/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpfholders.c - every holder of a socket by one pass of a BPF iterator
 *
 * Without libbpf: bpftool has written down the system calls that it would make. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <sys/syscall.h>
#include <unistd.h>

#include "../bpf/holders_wire.h"
#include "auto.h"
#include "bpfholders.h"

#include "holders.light.h" /* wants the above */

enum {
    OCTETS_FIRST = 1 << 16,
    TRIES = 1000 /* of a read that found nothing among a million files: bpf_seq_read() */
};

struct octets {
    uint8_t *data;
    size_t length;
    size_t size;
};

static int make_room(struct octets *octets)
{
    const size_t size = octets->size == 0 ? OCTETS_FIRST : octets->size * 2;
    uint8_t *data;

    if (octets->length < octets->size)
        return 0;
    data = realloc(octets->data, size);
    if (data == NULL)
        return -ENOMEM;
    octets->data = data;
    octets->size = size;
    return 0;
}

/* octets->data is the caller's to free, also after an error. */
static int read_all(int fd, struct octets *octets)
{
    int tries = 0;

    for (;;) {
        const int error = make_room(octets);
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

static int make_iterator(int link)
{
    union bpf_attr attributes;

    memset(&attributes, 0, sizeof(attributes));
    attributes.iter_create.link_fd = (uint32_t)link;
    return (int)syscall(SYS_bpf, BPF_ITER_CREATE, &attributes, sizeof(attributes));
}

static int look(struct tb_holders_bpf *program, struct octets *octets)
{
    int error = tb_holders_bpf__load(program);
    tb_auto_fd int fd = -1;

    if (error == 0)
        error = tb_holders_bpf__attach(program);
    if (error < 0)
        return error;
    fd = make_iterator(program->links.each_file_fd);
    return fd < 0 ? -errno : read_all(fd, octets);
}

int tb_bpfholders_look(struct tb_bpfholders *found, const uint32_t *inodes, size_t count)
{
    struct tb_holders_bpf *program = tb_holders_bpf__open();
    struct octets octets = { 0 };
    int error;

    if (program == NULL)
        return -ENOMEM;
    if (count <= TB_HOLDERS_WANTED_MAX) {
        program->rodata->wanted_count = (uint32_t)count;
        memcpy(program->rodata->wanted, inodes, count * sizeof(*inodes));
    }
    error = look(program, &octets);
    found->processes = program->bss != NULL ? program->bss->processes : 0;
    tb_holders_bpf__destroy(program);
    if (error < 0) {
        free(octets.data);
        return error;
    }
    found->octets = octets.data;
    found->length = octets.length;
    return 0;
}
