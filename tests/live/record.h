/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.h - what a run leaves behind: the capture, and the kernel's word on each of its frames */
#ifndef TB_LIVE_RECORD_H
#define TB_LIVE_RECORD_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "packet.h"

enum {
    TB_RECORD_FRAMES = 2048,
    TB_RECORD_POINTS = 4096
};

/* Whether the kernel had sent all of this before. */
enum tb_again {
    TB_AGAIN_NOT_ASKED,
    TB_AGAIN_NO,      /* no, or an earlier frame does not show it */
    TB_AGAIN_CAPTURED /* yes, and earlier frames show it */
};

struct tb_frame {
    uint64_t time_ns;
    struct tb_packet packet;
    uint32_t kernel[TB_END_COUNT]; /* 1u << state, for each state that end's socket was in at a
                                      moment after this frame and before the next */
    uint32_t ahead[TB_END_COUNT];  /* that end had already sent its next segment, which is this
                                      frame; 0: it had not */
    bool presumed[TB_END_COUNT];   /* that end was sent something that never reached it */
    enum tb_again again;
};

/* A moment at which the kernel's word on one end is known. */
struct tb_point {
    uint64_t time_ns;
    uint64_t answer_ns; /* sock_diag: asked at time_ns, answered by now; else time_ns */
    enum tb_end end;
    int before; /* state until then; TB_KERNEL_NONE where not known (sock_diag) */
    int state;
};

struct tb_record {
    pcap_dumper_t *dumper;
    size_t frames;
    size_t points;
    struct tb_frame frame[TB_RECORD_FRAMES];
    struct tb_point point[TB_RECORD_POINTS];
};

/* Starts the capture file, of the link type and clock precision of `handle`. */
void tb_record_begin(struct tb_record *record, pcap_t *handle, const char *path);

/* Adds a frame to the capture and to the list. */
struct tb_frame *tb_record_frame(struct tb_record *record, const struct pcap_pkthdr *header,
                                 const uint8_t *data, const struct tb_packet *packet);

/* Whether earlier frames of the same sender hold every octet (SYN and FIN included) of the last
 * one. */
bool tb_record_repeats(const struct tb_record *record);

void tb_record_point(struct tb_record *record, const struct tb_point *point);

/* Spreads the points over the frames: sets every frame's `kernel`. For captures whose frames were
 * not held up until the kernel was asked. */
void tb_record_settle(struct tb_record *record);

/* Writes one line a frame, for live-compare. */
void tb_record_print(const struct tb_record *record, FILE *out);

void tb_record_end(struct tb_record *record);

#endif
