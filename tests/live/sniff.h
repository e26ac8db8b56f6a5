/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sniff.h - a capture on a device, as any capture is: nobody waits for it */
#ifndef TB_LIVE_SNIFF_H
#define TB_LIVE_SNIFF_H

#include <pcap/pcap.h>

struct tb_world;

struct tb_sniff {
    pcap_t *handle;
    int fd; /* readable when there is something to take */
};

/* Starts capturing at the client's end of the wire. */
void tb_sniff_begin(struct tb_world *world, const char *path);

/* Takes what has been captured, and the tracepoint's records. */
void tb_sniff_pump(struct tb_world *world);

#endif
