/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.h - the kernel's word, as it falls: tracepoint sock:inet_sock_set_state
 *
 * Read through perf events, which belong to this process alone and end with it. */
#ifndef TB_LIVE_TRACE_H
#define TB_LIVE_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "end.h"

enum {
    TB_TRACE_CPUS = 256
};

struct tb_trace_ring {
    int fd;
    void *pages; /* struct perf_event_mmap_page and the data behind it */
};

struct tb_trace {
    struct tb_trace_ring ring[TB_TRACE_CPUS];
    int cpus;
    int64_t realtime_minus_monotonic_ns;
    struct {
        size_t oldstate, newstate, sport, dport, family, saddr, daddr;
    } offset; /* of the fields in a record */
};

/* One change of state of one end's socket. */
struct tb_change {
    uint64_t time_ns; /* of the capture's clock: CLOCK_REALTIME */
    enum tb_end end;
    int old_state;
    int new_state;
};

/* Mounts tracefs if need be (tb_net_isolate came first). Skips the test where there is none. */
void tb_trace_open(struct tb_trace *trace);

/* Takes the changes of this connection since the last call, at most `room`, in order of time.
 * Returns how many. Fails if the kernel had to drop some. */
size_t tb_trace_read(struct tb_trace *trace, const struct tb_pair *pair, struct tb_change *changes,
                     size_t room);

#endif
