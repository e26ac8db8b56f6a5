/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch.h - watches who opens, uses and closes the machine's TCP sockets
 *
 * One interface for every mechanism. Not thread-safe: one thread opens, drains and closes. */
#ifndef TB_WATCH_H
#define TB_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "owner.h"
#include "sock_event.h"

struct tb_watch;

struct tb_watch_options {
    bool arguments;     /* tell the processes' arguments: they may hold secrets */
    size_t ring_octets; /* room for events not drained yet; 0: 8 MiB */
    bool by_libbpf;     /* load BPF programs as on older kernels: for tests */
};

enum {
    TB_WATCH_REASON_MAX = 256
};

/* Opens one mechanism: BPF or PROC. Loads and attaches; events are collected from here on. It needs
 * the privileges of its mechanism until tb_watch_snapshot() has returned, and none afterwards.
 * Returns 0, or -errno and in `reason` one line that says what was refused and what would allow it
 * ("CAP_BPF and CAP_PERFMON are missing"), never with the tool's name or a newline. On success
 * `reason` is "" or such a line about what it will not see. Destroy with tb_watch_close(). */
int tb_watch_open(enum tb_mechanism mechanism, const struct tb_watch_options *options,
                  struct tb_watch **watch, char reason[TB_WATCH_REASON_MAX]);

/* Tells, as CGROUP, HELD, LISTEN and EXEC events, what is open now: call it once, after opening. */
int tb_watch_snapshot(struct tb_watch *watch, tb_sock_event_fn *tell, void *context);

/* Readable where there may be something to drain, for poll(); events are not always announced at
 * once: drain around every batch of packets as well. -1: none. */
int tb_watch_fd(const struct tb_watch *watch);

/* Tells everything that has happened since; does not wait. A LOST event tells of what overflowed.
 * 0 or -errno; -EPIPE, once: the helper has ended, and nobody becomes known any more. */
int tb_watch_drain(struct tb_watch *watch, tb_sock_event_fn *tell, void *context);

/* A packet of this connection was seen, and nobody is known at the local end of `tuple`. A
 * mechanism that has to look for owners may look for that end once more, without waiting; what it
 * finds is told at a later drain. Cheap to call for every such packet; BPF passes it over. */
void tb_watch_sight(struct tb_watch *watch, uint32_t netns, const struct tb_tuple *tuple);

/* Events lost since the beginning. */
uint64_t tb_watch_lost(const struct tb_watch *watch);

/* Process id of the helper that keeps privileges for the mechanism, or 0 where there is none. */
int tb_watch_helper(const struct tb_watch *watch);

/* NULL is allowed. */
void tb_watch_close(struct tb_watch *watch);

#endif
