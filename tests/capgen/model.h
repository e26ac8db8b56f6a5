/* SPDX-License-Identifier: GPL-2.0-or-later */
/* model.h - what a .cap file speaks of: ends, connections, segments, and the way they travel
 *
 * The text format is described in captures/README.md. */
#ifndef CG_MODEL_H
#define CG_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "packet.h"

enum {
    CG_LAYERS_MAX = 8,
    CG_RANGES_MAX = 32, /* holes in what one end has received */
    CG_QUOTE_MAX = 1280,
    CG_OPTIONS_MAX = 40, /* RFC 9293 section 3.1 */
    CG_NAME_MAX = 32,
    CG_CONNECTIONS_MAX = 64
};

enum cg_side {
    CG_CLIENT,
    CG_SERVER,
    CG_SIDE_COUNT
};

struct cg_address {
    bool v6;
    uint8_t octets[16]; /* of which IPv4 uses four */
};

/* What stands at the beginning of a frame: the file's link type. */
enum cg_base {
    CG_BASE_ETHERNET,
    CG_BASE_LO, /* Ethernet as Linux lo has it: no addresses */
    CG_BASE_NULL,
    CG_BASE_NULL_BE,
    CG_BASE_SLL,
    CG_BASE_SLL2,
    CG_BASE_RAW,
    CG_BASE_PKTAP,
    CG_BASE_AMSDU,
    CG_BASE_COUNT
};

/* What stands between that and the segment's own IP header; the last three change that header. */
enum cg_layer {
    CG_LAYER_VLAN,
    CG_LAYER_SVLAN,
    CG_LAYER_MPLS,
    CG_LAYER_PPPOE,
    CG_LAYER_GRE,
    CG_LAYER_IPIP,
    CG_LAYER_VXLAN,
    CG_LAYER_GENEVE,
    CG_LAYER_GRE_KEY,
    CG_LAYER_GTPU,      /* the way back has the next number */
    CG_LAYER_IPIP_OUT,  /* from the client to the server only */
    CG_LAYER_IPV6,      /* IPv4 addresses become IPv6 ones */
    CG_LAYER_EXTENSION, /* IPv6, with hop-by-hop and destination options */
    CG_LAYER_FRAGMENT,  /* IP payload octets in each fragment */
    CG_LAYER_COUNT
};

struct cg_path {
    enum cg_base base;
    struct {
        enum cg_layer kind;
        uint32_t number;     /* VLAN, label, session, network or size */
    } layers[CG_LAYERS_MAX]; /* the outermost first */
    size_t layer_count;
};

/* Octets that one side has sent, from its first sequence number on: a repeated segment repeats
 * them. */
struct cg_stream {
    uint8_t *data;
    size_t length;
    size_t size;
};

struct cg_end {
    struct cg_address address;
    uint16_t port;
    /* settings: what its segments have where they do not say otherwise */
    bool has_mss;
    bool has_ws;
    bool has_ts;
    bool sackok;
    bool bsd; /* the order of the options: BSD's, not Linux's */
    bool explicit_isn;
    uint16_t mss;
    uint8_t ws;
    uint32_t ts_start; /* TSval at the file's time 0; one tick is a millisecond */
    uint32_t isn;
    uint32_t window; /* octets */
    /* what happened */
    bool opened;       /* has sent something */
    bool heard;        /* has received something */
    uint32_t next;     /* sequence number of its next octet */
    uint32_t received; /* sequence number up to which it has everything: what it acknowledges */
    struct {
        uint32_t from, to;
    } ahead[CG_RANGES_MAX]; /* received beyond a hole */
    size_t ahead_count;
    uint32_t ts_recent;
    struct cg_stream stream;
    uint8_t quote[CG_QUOTE_MAX]; /* the beginning of its last datagram, for ICMP */
    size_t quote_length;
};

struct cg_connection {
    char name[CG_NAME_MAX];
    struct cg_end end[CG_SIDE_COUNT];
    struct cg_path path;
};

/* A number that follows on unless stated; relative ones are added to where it would follow on. */
enum cg_stated {
    CG_UNSTATED,
    CG_ABSOLUTE,
    CG_RELATIVE
};

struct cg_number {
    enum cg_stated stated;
    uint32_t value;
};

/* Control bits (RFC 9293 section 3.1; AE: RFC 9768). */
#define CG_FIN 0x001u
#define CG_SYN 0x002u
#define CG_RST 0x004u
#define CG_PSH 0x008u
#define CG_ACK 0x010u
#define CG_URG 0x020u
#define CG_ECE 0x040u
#define CG_CWR 0x080u
#define CG_AE  0x100u

/* What a line says about a segment. */
enum cg_way {
    CG_WAY_UNSAID,
    CG_WAY_IN,
    CG_WAY_OUT
};

/* What the file says of a segment's frame beside the frame. */
struct cg_notes {
    char comments[1024];    /* one behind the other, each terminated */
    size_t comments_length; /* terminators counted */
    uint8_t way;            /* enum cg_way */
    uint32_t darwin;        /* 1 + index of Darwin's process block; 0: none */
    uint32_t pid;           /* in pktap's header; 0: none */
    char process[20];       /* likewise; not terminated where it is so long */
};

struct cg_segment {
    uint64_t time_ns; /* since the file's start */
    enum cg_side side;
    uint32_t flags;
    bool lost;    /* happens, but the capture has missed it */
    bool dropped; /* is in the capture, but never arrives */
    bool stray;   /* forged or delayed: neither end's numbers move on */
    struct cg_number seq;
    struct cg_number ack;
    struct cg_number window; /* the header's field */
    struct cg_number mss;
    struct cg_number ws;
    struct cg_number ts_value;
    struct cg_number ts_echo;
    struct cg_number urgent;
    struct cg_number offset;    /* data offset, in 4 octets, instead of the right one */
    struct cg_number ip_length; /* total length, instead of the right one */
    struct cg_number snap;      /* octets of the frame in the capture */
    uint32_t pad;               /* octets behind the datagram */
    uint32_t cut;               /* the payload goes in segments of so many octets; 0: in one */
    uint8_t ecn;                /* the two bits of the IP header */
    bool no_options;
    bool no_timestamps;
    bool bad_checksum;
    bool sackok;
    bool fast_open;
    uint8_t cookie[16];
    size_t cookie_length;
    struct {
        uint32_t from, to;
    } sack[4];
    size_t sack_count;
    struct cg_notes notes;
};

#endif
