/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trace.h - the kernel's word, as it falls: tracepoints
 *
 * sock:inet_sock_set_state tells states, tcp:tcp_retransmit_skb and tcp:tcp_retransmit_synack tell
 * what is sent again. Read from a trace buffer of our own (instance.h). */
#ifndef TB_LIVE_TRACE_H
#define TB_LIVE_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "end.h"
#include "page.h"

enum {
    TB_TRACE_CPUS = 256,
    TB_TRACES = 8 /* at once */
};

enum tb_trace_kind {
    TB_TRACE_STATE,
    TB_TRACE_RETRANSMIT,
    TB_TRACE_RETRANSMIT_SYNACK,
    TB_TRACE_KINDS
};

/* Where a tracepoint's record has what; 0 where it has it not. */
struct tb_trace_format {
    uint16_t id;
    size_t oldstate, newstate, sport, dport, saddr, daddr, err;
};

struct tb_trace {
    struct tb_trace_format format[TB_TRACE_KINDS];
    struct tb_page_format page;
    int ring[TB_TRACE_CPUS]; /* trace_pipe_raw of each processor; what is read is gone from it */
    size_t cpus;
    int64_t realtime_minus_monotonic_ns;
};

/* One thing that happened to one end's socket. */
struct tb_change {
    enum tb_trace_kind kind;
    enum tb_end end;
    uint64_t time_ns; /* of the capture's clock: CLOCK_REALTIME */
    int old_state;    /* TB_TRACE_STATE */
    int new_state;
};

/* Opens `count` traces, at most TB_TRACES (tb_net_isolate came first). Skips the test where there
 * is no tracefs. A trace may be used by children, too, by one process at a time. */
void tb_trace_open(struct tb_trace *traces, size_t count);

/* Takes what happened to this connection since the last call, at most `room`, in order of time.
 * Returns how much. Fails if the kernel had to drop some. */
size_t tb_trace_read(struct tb_trace *trace, const struct tb_pair *pair, struct tb_change *changes,
                     size_t room);

#endif
