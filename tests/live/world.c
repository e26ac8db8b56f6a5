/* SPDX-License-Identifier: GPL-2.0-or-later */
/* world.c - one run: two ends, a wire, a capture, the kernel's word, and a scenario */
#include "world.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "diag.h"
#include "fail.h"

enum {
    /* the longest timer waited for is 3 s, a SYN's third try; on a busy machine it comes late */
    PATIENCE_MS = 20000,
    LOOK_AGAIN_MS = 5, /* for what no packet announces */
    NS_PER_MS = 1000000
};

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / NS_PER_MS;
}

void tb_world_make(struct tb_world *world, const struct tb_scenario *scenario, enum tb_wire wire,
                   struct tb_trace *trace, const char *path)
{
    world->scenario = scenario;
    world->trace = trace;
    world->listener = -1;
    world->socket[TB_END_CLIENT] = world->socket[TB_END_SERVER] = -1;
    tb_net_make(&world->net, wire);
    for (int end = 0; end < TB_END_COUNT; end++) {
        tb_net_enter(&world->net, (enum tb_end)end);
        world->diag[end] = tb_diag_open();
    }
    if (wire == TB_WIRE_RELAY)
        tb_relay_begin(world, path);
    else
        tb_sniff_begin(world, path);
}

void tb_world_pump(struct tb_world *world)
{
    if (world->net.wire == TB_WIRE_RELAY)
        tb_relay_pump(world, SIZE_MAX);
    else
        tb_sniff_pump(world);
}

uint64_t tb_world_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 * NS_PER_MS + (uint64_t)now.tv_nsec;
}

int tb_world_state(struct tb_world *world, enum tb_end end)
{
    struct tb_point point = { .end = end, .time_ns = tb_world_now_ns() };

    point.state = tb_diag_state(world->diag[end], &world->net.pair, end);
    point.answer_ns = tb_world_now_ns();
    if (world->net.wire != TB_WIRE_RELAY)
        tb_record_point(&world->record, &point);
    return point.state;
}

void tb_world_idle(const struct tb_world *world)
{
    struct pollfd fds[TB_END_COUNT] = { { .fd = world->net.tun[TB_END_CLIENT], .events = POLLIN },
                                        { .fd = world->net.tun[TB_END_SERVER], .events = POLLIN } };

    if (world->net.wire != TB_WIRE_RELAY)
        fds[0].fd = world->sniff.fd;
    if (poll(fds, TB_END_COUNT, LOOK_AGAIN_MS) < 0 && errno != EINTR)
        tb_fail("poll: %s", strerror(errno));
}

void tb_world_wait(struct tb_world *world, tb_world_test *test, const void *argument,
                   const char *what)
{
    int64_t deadline_ms = now_ms() + PATIENCE_MS;

    for (;;) {
        tb_world_pump(world);
        if (test(world, argument))
            return;
        if (now_ms() > deadline_ms)
            tb_fail("after %zu frames this never came: %s (client %s, server %s)",
                    world->record.frames, what,
                    tb_kernel_name(tb_world_state(world, TB_END_CLIENT)),
                    tb_kernel_name(tb_world_state(world, TB_END_SERVER)));
        tb_world_idle(world);
    }
}

void tb_world_finish(struct tb_world *world)
{
    tb_world_pump(world);
    tb_world_state(world, TB_END_CLIENT);
    tb_world_state(world, TB_END_SERVER);
    if (world->net.wire == TB_WIRE_RELAY)
        tb_relay_end(world);
    else
        tb_record_settle(&world->record);
    tb_record_end(&world->record);
}
