/* SPDX-License-Identifier: GPL-2.0-or-later */
/* relay.h - the wire in our own hand
 *
 * Each end routes to a TUN device; this process takes every packet from the one and writes it to
 * the other, one at a time. A write returns when the receiving kernel has processed the packet and
 * queued its answer, so that between two segments both ends can be asked for their states. The
 * capture is taken in the middle. A table of rules loses, hides, doubles and swaps segments. */
#ifndef TB_LIVE_RELAY_H
#define TB_LIVE_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <pcap/pcap.h>

#include "packet.h"

struct tb_world;

enum tb_fate {
    TB_FATE_DELIVER,
    TB_FATE_LOSE, /* before the capture: neither captured nor received */
    TB_FATE_DROP, /* behind the capture: captured, never received */
    TB_FATE_HIDE, /* received, but missing in the capture */
    TB_FATE_TWICE,
    TB_FATE_SWAP /* changes places with the sender's next segment */
};

/* What happens to which segments. */
struct tb_rule {
    enum tb_end from;
    uint8_t mask;   /* of the flags that count ... */
    uint8_t flags;  /* ... and their values */
    bool data;      /* only segments with payload */
    bool bare;      /* only segments without */
    unsigned first; /* of the segments that match: from this one on, counted from 1 ... */
    unsigned times; /* ... so many */
    enum tb_fate fate;
};

enum {
    TB_RELAY_RULES = 4,
    TB_RELAY_QUEUE = 512, /* one more than the TUN devices hold (their default is 500) */
    TB_RELAY_MTU = 1500
};

struct tb_relay_packet {
    struct tb_packet packet;
    bool again; /* its sender had sent all of it before, captured or not */
    size_t size;
    uint8_t ip[TB_RELAY_MTU];
};

struct tb_relay {
    pcap_t *handle;                         /* for the capture file only */
    unsigned matched[TB_RELAY_RULES];       /* segments that each rule has seen */
    unsigned unseen[TB_END_COUNT];          /* segments that an end sent before it was wronged */
    struct tb_packet dropped[TB_END_COUNT]; /* by receiver: what it never got */
    bool presumed[TB_END_COUNT];            /* by receiver: and has not disproved */
    bool sending[TB_END_COUNT];             /* a SYN was seen */
    bool answered[TB_END_COUNT];            /* a SYN-ACK was seen */
    uint32_t sent[TB_END_COUNT];            /* the highest sequence number yet, if `sending` */
    unsigned again[TB_END_COUNT];           /* packets that repeat, by sender: as we see it ... */
    unsigned traced[TB_END_COUNT];          /* ... and as the tracepoints tell it */
    bool swapping;                          /* `swapped` waits for the next segment */
    struct tb_relay_packet swapped;
    size_t first, count; /* of the queue, a ring */
    struct tb_relay_packet queue[TB_RELAY_QUEUE];
};

/* Starts the capture. */
void tb_relay_begin(struct tb_world *world, const char *path);

/* Carries segments until both devices are quiet, at most `limit`. */
void tb_relay_pump(struct tb_world *world, size_t limit);

/* Makes sure that we and the tracepoints count the same retransmissions. */
void tb_relay_end(struct tb_world *world);

/* Carries a segment that nobody sent, as if it came from packet->from. */
void tb_relay_forge(struct tb_world *world, const struct tb_packet *packet);

#endif
