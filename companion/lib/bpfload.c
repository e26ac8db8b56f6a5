/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpfload.c - loads the BPF programs by libbpf, where the light way is not open */
#include "bpfload.h"

#include <bpf/libbpf.h>
#include <errno.h>

#include "owner.skel.h"

static void unload(void *skeleton)
{
    tb_tracers__destroy(skeleton);
}

/* Tracepoints that a kernel may lack */
struct extras {
    bool lengths; /* Linux 6.3 */
    bool cgroups; /* CONFIG_CGROUPS */
};

static int configure(struct tb_tracers *skeleton, const struct tb_bpf_settings *settings,
                     const struct extras *extras)
{
    uint32_t ring_octets = (uint32_t)settings->ring_octets;

    bpf_program__set_autoload(skeleton->progs.on_sent, extras->lengths);
    bpf_program__set_autoload(skeleton->progs.on_end_read, extras->lengths);
    bpf_program__set_autoload(skeleton->progs.on_cgroup, extras->cgroups);
    skeleton->rodata->with_sends = extras->lengths;
    skeleton->rodata->with_arguments = settings->arguments;
    skeleton->rodata->ring_octets = ring_octets;
    return bpf_map__set_max_entries(skeleton->maps.ring, ring_octets);
}

static int load(struct tb_tracers *skeleton, const struct tb_bpf_settings *settings,
                const struct extras *extras, const char **step)
{
    int error = configure(skeleton, settings, extras);

    *step = "loading the programs";
    if (error == 0)
        error = tb_tracers__load(skeleton);
    if (error != 0)
        return error;
    *step = "attaching the programs";
    return tb_tracers__attach(skeleton);
}

static void describe(struct tb_tracers *skeleton, const struct extras *extras,
                     struct tb_bpf_programs *programs)
{
    const struct bpf_program *tracers[TB_BPF_TRACERS] = {
        skeleton->progs.on_received, skeleton->progs.on_sent,       skeleton->progs.on_end_read,
        skeleton->progs.on_state,    skeleton->progs.on_retransmit, skeleton->progs.on_fork,
        skeleton->progs.on_rename,   skeleton->progs.on_exit,       skeleton->progs.on_exec,
        skeleton->progs.on_cgroup,
    };

    *programs = (struct tb_bpf_programs){
        .ring = bpf_map__fd(skeleton->maps.ring),
        .tasks = bpf_link__fd(skeleton->links.each_task),
        .files = bpf_link__fd(skeleton->links.each_file),
        .sees_lengths = extras->lengths,
        .lost = (const uint64_t *)&skeleton->bss->lost,
        .lost_connects = (const uint64_t *)&skeleton->bss->lost_connects,
        .is_complete = &skeleton->bss->is_complete,
        .skeleton = skeleton,
        .unload = unload,
    };
    for (size_t i = 0; i < TB_BPF_TRACERS; i++) {
        int fd = bpf_program__fd(tracers[i]);

        programs->tracer[i] = fd < 0 ? -1 : fd;
    }
}

static int load_by_libbpf(const struct tb_bpf_settings *settings, const struct extras *extras,
                          struct tb_bpf_programs *programs, const char **step)
{
    struct tb_tracers *skeleton;
    int error;

    *step = "opening the programs";
    skeleton = tb_tracers__open();
    if (skeleton == NULL)
        return -errno;
    error = load(skeleton, settings, extras, step);
    if (error != 0) {
        tb_tracers__destroy(skeleton);
        return error;
    }
    describe(skeleton, extras, programs);
    return 0;
}

static int print_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
    (void)level;
    (void)format;
    (void)arguments;
    return 0;
}

/* What an older kernel does not have is left out. Whether it has it is not asked beforehand: that
 * takes a look at all the kernel's types, as loading does. */
int tb_bpf_load(const struct tb_bpf_settings *settings, struct tb_bpf_programs *programs,
                const char **step)
{
    static const struct extras tries[] = { { true, true }, { false, true }, { false, false } };
    libbpf_print_fn_t print;
    int error = -ENOTSUP;

    if (!settings->by_libbpf && tb_bpf_load_light(settings, programs) == 0)
        return 0;
    print = libbpf_set_print(print_nothing);
    for (size_t i = 0; error != 0 && i < sizeof tries / sizeof *tries; i++)
        error = load_by_libbpf(settings, &tries[i], programs, step);
    libbpf_set_print(print);
    return error;
}

void tb_bpf_unload(struct tb_bpf_programs *programs)
{
    if (programs->skeleton != NULL)
        programs->unload(programs->skeleton);
    programs->skeleton = NULL;
}
