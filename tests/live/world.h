/* SPDX-License-Identifier: GPL-2.0-or-later */
/* world.h - one run: two ends, a wire, a capture, the kernel's word, and a scenario */
#ifndef TB_LIVE_WORLD_H
#define TB_LIVE_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net.h"
#include "record.h"
#include "relay.h"
#include "sniff.h"
#include "trace.h"

struct tb_world;

/* A difference from the kernel that is as it must be: the reason stands in README.md. */
struct tb_allowance {
    enum tb_end end;
    const char *ours;
    const char *kernel;
    unsigned times; /* frames: exactly on the relay, at most elsewhere */
    const char *reason;
};

struct tb_scenario {
    const char *name;
    const char *about;
    void (*play)(struct tb_world *world);
    unsigned wires;                 /* 1u << enum tb_wire: where it can be played */
    const struct tb_rule *rules;    /* what the relay does to segments; ends with times 0 */
    const char *steps;              /* steps that must occur, separated by blanks */
    struct tb_allowance allowed[4]; /* ends with times 0 */
};

struct tb_world {
    const struct tb_scenario *scenario;
    struct tb_net net;
    struct tb_trace *trace; /* the caller's */
    struct tb_record record;
    struct tb_relay relay; /* TB_WIRE_RELAY */
    struct tb_sniff sniff; /* the other wires */
    int diag[TB_END_COUNT];
    int listener;
    int socket[TB_END_COUNT];
    uint64_t received[TB_END_COUNT]; /* octets that the application has read */
    int traced[TB_END_COUNT];        /* the tracepoint's latest word */
};

/* Makes everything but the trace; the capture goes to `path`. */
void tb_world_make(struct tb_world *world, const struct tb_scenario *scenario, enum tb_wire wire,
                   struct tb_trace *trace, const char *path);

/* Lets everything happen that is waiting to happen, without waiting. */
void tb_world_pump(struct tb_world *world);

/* What tb_world_wait waits for. */
typedef bool tb_world_test(struct tb_world *world, const void *argument);

/* Pumps until the test is true. Fails after some seconds: `what` never happened. */
void tb_world_wait(struct tb_world *world, tb_world_test *test, const void *argument,
                   const char *what);

/* Waits for a packet, some milliseconds at most. */
void tb_world_idle(const struct tb_world *world);

/* On the capture's clock. */
uint64_t tb_world_now_ns(void);

/* The kernel's word now. */
int tb_world_state(struct tb_world *world, enum tb_end end);

/* Completes the record. */
void tb_world_finish(struct tb_world *world);

#endif
