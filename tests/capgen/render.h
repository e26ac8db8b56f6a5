/* SPDX-License-Identifier: GPL-2.0-or-later */
/* render.h - segments, ICMP errors and raw frames into a capture file */
#ifndef CG_RENDER_H
#define CG_RENDER_H

#include "file.h"
#include "model.h"

struct cg_render {
    struct cg_file file;
    uint64_t offset_ns;            /* when the source being read begins, since the file's start */
    uint64_t end_ns;               /* when the last frame was, likewise */
    uint16_t ip_id[CG_SIDE_COUNT]; /* of each side's last datagram */
    bool path_is_forced;           /* the command line says how everything travels: */
    struct cg_path path;
    bool missed[CG_SIDE_COUNT]; /* the capture has none of this side's segments */
    struct cg_packet piece;     /* a fragment in the making */
    /* an A-MSDU in the making */
    struct cg_packet subframes;
    const struct cg_connection *amsdu_connection; /* NULL: there is none */
    enum cg_side amsdu_side;
    unsigned amsdu_count;
    uint64_t amsdu_time_ns;
};

/* An ICMP error about the last segment that `about` has sent. */
struct cg_icmp {
    uint64_t time_ns;
    struct cg_address source;
    enum cg_side about;
    uint8_t type;
    uint8_t code;
    uint32_t mtu;
    size_t quoted; /* octets behind the quoted IP header; 0: all that Linux would quote */
};

/* All: 0 or -errno, with -EINVAL for what cannot be put into a packet, and cg_file_add's. */

/* `packet` holds the payload, and is used up. The connection's numbers move on. */
int cg_render_segment(struct cg_render *render, struct cg_connection *connection,
                      const struct cg_segment *segment, struct cg_packet *packet);
int cg_render_icmp(struct cg_render *render, struct cg_connection *connection,
                   const struct cg_icmp *icmp, struct cg_packet *packet);
/* `packet` is a frame of the connection's link type. */
int cg_render_raw(struct cg_render *render, const struct cg_connection *connection,
                  uint64_t time_ns, struct cg_packet *packet);

/* The source has ended: writes what was held back. What follows is a second later. */
int cg_render_finish(struct cg_render *render);

#endif
