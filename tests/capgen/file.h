/* SPDX-License-Identifier: GPL-2.0-or-later */
/* file.h - a capture file in memory: pcapng or classic pcap */
#ifndef CG_FILE_H
#define CG_FILE_H

#include "model.h"
#include "pcapng.h"

enum {
    CG_INTERFACES_MAX = 32
};

struct cg_format {
    const char *name;
    bool pcapng;
    bool big_endian;
    uint8_t tsresol; /* 6 or 9 */
};

struct cg_file {
    const struct cg_format *format;
    struct tb_pcapng out;          /* the octets; classic pcap uses the same buffer */
    uint32_t snaplen;              /* 0: none */
    char interface[CG_NAME_MAX];   /* name of that which frames come from now; "": not said */
    char description[CG_NAME_MAX]; /* likewise */
    struct {
        uint16_t link_type;
        char name[CG_NAME_MAX];
    } interfaces[CG_INTERFACES_MAX];
    size_t interface_count;
};

struct cg_frame {
    uint64_t time_ns; /* since 1970 */
    uint16_t link_type;
    const uint8_t *data;
    size_t captured;
    size_t length;
    const struct cg_notes *notes; /* or NULL */
};

/* NULL where there is none of this name. */
const struct cg_format *cg_format_find(const char *name);
/* "pcapng, pcap, ..." */
const char *cg_format_names(void);

void cg_file_init(struct cg_file *file, const struct cg_format *format);
void cg_file_free(struct cg_file *file);

/* A process block of Darwin's, which frames may name by their order. 0; -ENOMEM; -ENOTSUP. */
int cg_file_add_process(struct cg_file *file, uint32_t pid, const char *name);

/* 0; -ENOMEM; -EXDEV: classic pcap has one link type only; -ENOTSUP: and no comments. */
int cg_file_add(struct cg_file *file, const struct cg_frame *frame);

#endif
