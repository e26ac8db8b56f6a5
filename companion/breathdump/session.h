/* SPDX-License-Identifier: GPL-2.0-or-later */
/* session.h - one capture: its interfaces, its file, and the signals that end it */
#ifndef TB_SESSION_H
#define TB_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blocks.h"
#include "capture.h"
#include "command.h"
#include "complaint.h"
#include "filter.h"
#include "interfaces.h"
#include "options.h"
#include "owners.h"
#include "packet.h"
#include "sink.h"

struct tb_source {
    struct tb_capture *capture;
    const char *name;
    struct tb_owners_place place;
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
    int signals; /* readable when one came that ends the capture, or when a child ended */
    struct tb_owners *owners;
    struct tb_filter *filter; /* NULL: all connections are written */
    uint64_t left_out;        /* packets of no connection, where only some are written */
    struct tb_command command;
    uint32_t command_pid; /* stays when it has ended */
    int command_status;   /* of the command that has ended */
    enum tb_limits_verdict verdict;

    /* Packets wait here, for a moment: those of several interfaces until none can come that is
     * earlier, and all as long as the first one's owners may become known. One interface's are in
     * order: each is put into `scratch`, and mostly written at once. */
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

/* All is ready: the command may run, where there is one. 0 or an exit status. */
int tb_session_go(struct tb_session *session, struct tb_complaint *complaint);

/* Reads the counters of all interfaces. */
void tb_session_count(struct tb_session *session);

#endif
