/* SPDX-License-Identifier: GPL-2.0-or-later */
/* truth.h - what the processes of a population write down about themselves
 *
 * A line for each end of each connection, appended with one write() by the process itself:
 *
 *     END LOCAL LOCAL-PORT REMOTE REMOTE-PORT PID COMM TIME
 *
 * END is "client" for the one that connected, "handler" for the first that read from or wrote to
 * the accepted socket, "acceptor" for one that accepted it for another to handle; COMM is the name
 * of its thread group's leader; TIME is CLOCK_MONOTONIC in nanoseconds, when the end was open and
 * the process had connected or read or written. */
#ifndef TB_LIVE_TRUTH_H
#define TB_LIVE_TRUTH_H

#include <stdint.h>

enum {
    TB_TRUTH_LINE_MAX = 256
};

/* The file that the lines go to; opened for appending. */
void tb_truth_begin(int fd);

/* `socket`: connected. Fails where it cannot be written. */
void tb_truth_tell(const char *end, int socket, const char *comm, uint64_t time_ns);

/* CLOCK_MONOTONIC */
uint64_t tb_truth_now(void);

#endif
