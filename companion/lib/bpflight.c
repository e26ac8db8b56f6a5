/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpflight.c - loads the BPF programs without libbpf
 *
 * bpftool has written down the system calls that libbpf would make, as a BPF program: the kernel
 * runs it and finds each member and each tracepoint in its own types. In a file of its own because
 * what bpftool needs for it clashes with libbpf's headers. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bpfload.h"

#include "owner.light.h" /* wants the above */

static void unload(void *skeleton)
{
    tb_light__destroy(skeleton);
}

/* All or none: a kernel without the tracepoints of lengths refuses. */
static int load(struct tb_light *light, const struct tb_bpf_settings *settings)
{
    int error;

    light->rodata->with_arguments = settings->arguments;
    light->rodata->with_sends = 1;
    light->rodata->ring_octets = (uint32_t)settings->ring_octets;
    light->maps.ring.max_entries = (uint32_t)settings->ring_octets;
    error = tb_light__load(light);
    return error == 0 ? tb_light__attach(light) : error;
}

int tb_bpf_load_light(const struct tb_bpf_settings *settings, struct tb_bpf_programs *programs)
{
    struct tb_light *light = tb_light__open();
    int error;

    if (light == NULL)
        return -ENOMEM;
    error = load(light, settings);
    if (error < 0) {
        tb_light__destroy(light);
        return error;
    }
    *programs = (struct tb_bpf_programs){
        .tracer = { light->progs.on_received.prog_fd, light->progs.on_sent.prog_fd,
                    light->progs.on_end_read.prog_fd, light->progs.on_state.prog_fd,
                    light->progs.on_retransmit.prog_fd, light->progs.on_fork.prog_fd,
                    light->progs.on_rename.prog_fd, light->progs.on_exit.prog_fd,
                    light->progs.on_exec.prog_fd, light->progs.on_cgroup.prog_fd },
        .ring = light->maps.ring.map_fd,
        .tasks = light->links.each_task_fd,
        .files = light->links.each_file_fd,
        .sees_lengths = true,
        .lost = (const uint64_t *)&light->bss->lost,
        .lost_connects = (const uint64_t *)&light->bss->lost_connects,
        .is_complete = &light->bss->is_complete,
        .skeleton = light,
        .unload = unload,
    };
    return 0;
}
