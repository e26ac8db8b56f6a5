/* SPDX-License-Identifier: GPL-2.0-or-later */
/* capture.h - packets of one interface, by libpcap
 *
 * Apart from the rest because pcap.h and libbpf's headers define the same names. Needs CAP_NET_RAW
 * to open and nothing afterwards. */
#ifndef TB_CAPTURE_H
#define TB_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "complaint.h"

struct tb_capture;

enum {
    TB_CAPTURE_SNAPLEN_MAX = 262144, /* libpcap's MAXIMUM_SNAPLEN */
    TB_CAPTURE_DELAY_MS = 8          /* the kernel hands packets over after this, twice at most */
};

struct tb_capture_options {
    const char *interface; /* its name, or "any" */
    const char *filter;    /* NULL: none */
    uint32_t snaplen;      /* octets; 0: whole packets */
    uint32_t buffer_mib;   /* for packets not read yet */
    bool promiscuous;
    bool is_loopback;
};

/* Opens it; packets are collected from here on. 0 or an exit status. Destroy with
 * tb_capture_close(); NULL is allowed there. */
int tb_capture_open(const struct tb_capture_options *options, struct tb_capture **capture,
                    struct tb_complaint *complaint);
void tb_capture_close(struct tb_capture *capture);

/* Checks a capture filter for a link type (LINKTYPE_...) without a capture: 0 or an exit status. */
int tb_capture_check_filter(const char *filter, unsigned link_type, struct tb_complaint *complaint);

/* Where the kernel refuses to promise promiscuity or the like, in libpcap's words; NULL: nothing.
 */
const char *tb_capture_warning(const struct tb_capture *capture);

/* Readable where packets are waiting. */
int tb_capture_fd(const struct tb_capture *capture);

/* LINKTYPE_... of its packets, and the longest that is captured of one. */
uint16_t tb_capture_link_type(const struct tb_capture *capture);
uint32_t tb_capture_snaplen(const struct tb_capture *capture);

/* `data` is valid during the call. */
typedef void tb_capture_packet_fn(uint64_t time_ns, const uint8_t *data, uint32_t captured,
                                  uint32_t length, void *context);

/* Tells of the packets that are waiting, at most `most` or a few more. Does not wait. Returns how
 * many; -ENETDOWN where the interface is down (packets may come again); -ENODEV where it is gone;
 * -EIO for another error of libpcap's: then and for -ENODEV nothing more will come. */
int tb_capture_read(struct tb_capture *capture, int most, tb_capture_packet_fn *tell,
                    void *context);

/* Since it was opened. */
struct tb_capture_counts {
    uint64_t received;          /* that passed the filter */
    uint64_t dropped;           /* by the kernel, for want of room in the buffer */
    uint64_t interface_dropped; /* by the interface or its driver */
};

/* False where it is not known. */
bool tb_capture_counts(struct tb_capture *capture, struct tb_capture_counts *counts);

/* "libpcap version 1.10.3 (with TPACKET_V3)" */
const char *tb_capture_library(void);

#endif
