/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.h - one capture: its interfaces, its file, and the signals that end it */
#ifndef TB_SESSION_H
#define TB_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blocks.h"
#include "capture.h"
#include "complaint.h"
#include "interfaces.h"
#include "options.h"
#include "packet.h"
#include "sink.h"

struct tb_source {
    struct tb_capture *capture;
    const char *name;
    struct tb_capture_counts counts; /* as they were asked for last */
    bool counts_known;
    bool is_down; /* the interface: packets may come again */
    bool is_gone;
};

struct tb_session {
    struct tb_options *options;
    struct tb_interfaces interfaces;
    struct tb_machine machine;
    struct tb_source sources[TB_INTERFACES_MAX];
    struct tb_described_interface described[TB_INTERFACES_MAX];
    size_t count;
    struct tb_sink *sink;
    int signals; /* readable when one came that ends the capture */
    enum tb_limits_verdict verdict;

    /* Packets of several interfaces wait until none can come that is earlier. One interface's are
     * in order: each is put into `scratch`, and written at once. */
    struct tb_packet_list pending;
    struct tb_packet *scratch;
    size_t scratch_octets;
    uint64_t last_ns; /* packets later than this are not wanted any more; 0: all are */
};

/* Opens all there is to open, gives up every right, and begins the file. 0 or an exit status. To be
 * followed by tb_session_close() whatever it returns. */
int tb_session_open(struct tb_session *session, struct tb_options *options,
                    struct tb_complaint *complaint);
void tb_session_close(struct tb_session *session);

/* Reads the counters of all interfaces. */
void tb_session_count(struct tb_session *session);

#endif
