/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bpfload.h - brings the programs of companion/bpf/owner.bpf.c into the kernel, and attaches them
 *
 * There are two ways. The light one lets the kernel itself fit the programs to its types
 * (Linux 5.17 and later); libbpf's, which reads all those types first, takes twice the time and
 * works on every kernel that has them. */
#ifndef TB_BPFLOAD_H
#define TB_BPFLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TB_BPF_TRACERS = 10 /* programs that hang on tracepoints */
};

struct tb_bpf_settings {
    bool arguments;     /* tell those of processes */
    size_t ring_octets; /* a power of two, and whole pages */
    bool by_libbpf;     /* not by the light way */
};

/* Descriptors: they are closed by tb_bpf_unload(). */
struct tb_bpf_programs {
    int tracer[TB_BPF_TRACERS]; /* in no special order; -1: the kernel has not what it hangs on */
    int ring;                   /* the map */
    int tasks;                  /* links of the iterators */
    int files;
    bool sees_lengths; /* of what is sent and received: Linux 6.3 */
    /* mapped from the programs, which write the first two: owner.bpf.c */
    const uint64_t *lost;
    const uint64_t *lost_connects;
    uint32_t *is_complete;
    void *skeleton;
    void (*unload)(void *skeleton);
};

/* 0 or -errno, with *step naming what failed ("loading the programs"). */
int tb_bpf_load(const struct tb_bpf_settings *settings, struct tb_bpf_programs *programs,
                const char **step);

/* Zero is allowed. */
void tb_bpf_unload(struct tb_bpf_programs *programs);

/* The light way: only for tb_bpf_load(). */
int tb_bpf_load_light(const struct tb_bpf_settings *settings, struct tb_bpf_programs *programs);

#endif
