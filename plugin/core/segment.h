/* SPDX-License-Identifier: GPL-2.0-or-later */
/* segment.h - one TCP segment: what the engine is given */
#ifndef TB_SEGMENT_H
#define TB_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

/* The two ends of a connection, in the caller's fixed order (for example the lower address and
 * port first). Which of them is the client is the engine's to find out: enum tb_role. */
enum tb_side {
    TB_SIDE_A,
    TB_SIDE_B,
    TB_SIDE_COUNT
};

static inline enum tb_side tb_side_other(enum tb_side side)
{
    return side == TB_SIDE_A ? TB_SIDE_B : TB_SIDE_A;
}

/* Control bits as they stand in octets 13 and 14 of the header (RFC 9293 section 3.1; AE: RFC 9768)
 */
#define TB_FIN   0x001u
#define TB_SYN   0x002u
#define TB_RST   0x004u
#define TB_PSH   0x008u
#define TB_ACK   0x010u
#define TB_URG   0x020u
#define TB_ECE   0x040u
#define TB_CWR   0x080u
#define TB_AE    0x100u
#define TB_FLAGS 0xfffu

/* Which options were present: bits of tb_segment.has */
#define TB_HAS_MSS            0x01u
#define TB_HAS_WSCALE         0x02u
#define TB_HAS_SACK_PERMITTED 0x04u
#define TB_HAS_TIMESTAMPS     0x08u
#define TB_HAS_FAST_OPEN      0x10u /* option 34, or 254 with magic 0xF989 (RFC 7413) */
#define TB_HAS_OPTIONS_CUT    0x20u /* the capture cuts the options: absence tells nothing */

enum {
    TB_SACK_BLOCKS = 4
}; /* at most four fit into 40 octets of options (RFC 2018 section 3) */

/* Octets from `from` up to, not including, `to`. */
struct tb_range {
    uint32_t from;
    uint32_t to;
};

/* The caller's; the engine keeps neither the segment nor its payload pointer after the call. */
struct tb_segment {
    uint64_t time_ns;       /* capture time, nanoseconds; only differences are used */
    const uint8_t *payload; /* `captured` octets, or NULL where captured is 0 */
    uint32_t captured;      /* payload octets at hand: a snapped frame has fewer than `length` */
    uint32_t length;        /* payload octets sent: IP total length less the headers */
    uint32_t frame;         /* frame number, for links */
    uint32_t seq;
    uint32_t ack;    /* meaningful with TB_ACK */
    uint16_t flags;  /* TB_FIN ... */
    uint16_t window; /* the header's field, not scaled */
    uint16_t mss;    /* octets; with TB_HAS_MSS */
    uint8_t wscale;  /* shift count; with TB_HAS_WSCALE */
    uint8_t has;     /* TB_HAS_... */
    uint8_t sack_count;
    struct tb_range sack[TB_SACK_BLOCKS];
    enum tb_side from;
    bool quoted;    /* stands in an ICMP error: nobody's segment */
    bool truncated; /* the capture ends before the header's window field, or the header's own
                       length is below 20: nothing but the ports can be relied on */
};

/* Whether any of these control bits is set. */
static inline bool tb_segment_has(const struct tb_segment *segment, unsigned flags)
{
    return (segment->flags & flags) != 0;
}

/* Sequence numbers that it takes: its octets, and one each for SYN and FIN (RFC 9293 section 3.4).
 */
static inline uint32_t tb_segment_space(const struct tb_segment *segment)
{
    return segment->length + ((segment->flags & TB_SYN) != 0) + ((segment->flags & TB_FIN) != 0);
}

#endif
