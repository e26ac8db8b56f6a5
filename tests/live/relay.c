/* SPDX-License-Identifier: GPL-2.0-or-later */
/* relay.c - the wire in our own hand */
#include "relay.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fail.h"
#include "world.h"

#define AHEAD_UNKNOWN UINT32_MAX /* tb_frame.ahead: that frame is still in the queue */

enum {
    CHANGES = 64,
    PATIENCE = 400 /* looks at the tracepoints, 5 ms apart */
};

void tb_relay_begin(struct tb_world *world, const char *path)
{
    struct tb_relay *relay = &world->relay;

    relay->handle =
        pcap_open_dead_with_tstamp_precision(DLT_RAW, TB_RELAY_MTU, PCAP_TSTAMP_PRECISION_NANO);
    if (!relay->handle)
        tb_fail("libpcap has no memory");
    tb_record_begin(&world->record, relay->handle, path);
}

/* A SYN that does not repeat starts a connection. */
static bool is_again(struct tb_relay *relay, const struct tb_packet *packet)
{
    uint32_t end = tb_packet_end(packet);
    bool old = relay->sending[packet->from] && (int32_t)(end - relay->sent[packet->from]) <= 0;
    bool opens = packet->flags & TB_FLAG_SYN;
    bool answers = opens && packet->flags & TB_FLAG_ACK;

    /* in a simultaneous open the SYN-ACK repeats the SYN: no retransmission */
    if (answers && !relay->answered[packet->from])
        old = false;
    relay->answered[packet->from] |= answers;
    if (opens && old && relay->sent[packet->from] - end > 0x10000u)
        old = false; /* another connection's, with a lower number */
    if (opens || relay->sending[packet->from]) {
        relay->sending[packet->from] = true;
        if (!old)
            relay->sent[packet->from] = end;
    }
    return old && end != packet->seq;
}

/* Takes what the kernels have sent into the queue: what a device holds, nobody can see. */
static void fetch(struct tb_world *world)
{
    struct tb_relay *relay = &world->relay;

    for (int end = 0; end < TB_END_COUNT; end++) {
        for (;;) {
            struct tb_relay_packet *last =
                &relay->queue[(relay->first + relay->count) % TB_RELAY_QUEUE];
            ssize_t got;

            if (relay->count == TB_RELAY_QUEUE)
                tb_fail("the relay's queue is full");
            got = read(world->net.tun[end], last->ip, sizeof(last->ip));
            if (got < 0 && errno != EAGAIN)
                tb_fail("reading from the TUN device: %s", strerror(errno));
            if (got < 0)
                break;
            last->size = (size_t)got;
            if (!tb_packet_parse(&world->net.pair, last->ip, last->size, &last->packet))
                continue;
            last->again = is_again(relay, &last->packet);
            relay->again[end] += last->again;
            relay->count++;
        }
    }
}

/* The queued packet that `end` sent first, or NULL. */
static const struct tb_relay_packet *queued_from(const struct tb_relay *relay, enum tb_end end)
{
    for (size_t i = 0; i < relay->count; i++) {
        const struct tb_relay_packet *queued = &relay->queue[(relay->first + i) % TB_RELAY_QUEUE];

        if (queued->packet.from == end)
            return queued;
    }
    return NULL;
}

static unsigned count_from(const struct tb_relay *relay, enum tb_end end)
{
    unsigned count = 0;

    for (size_t i = 0; i < relay->count; i++)
        count += relay->queue[(relay->first + i) % TB_RELAY_QUEUE].packet.from == end;
    return count;
}

/* The tracepoint does not show the minisockets: where they are, it says CLOSED, or nothing. */
static bool agree(int traced, int asked)
{
    bool nothing = traced == TB_KERNEL_NONE || traced == TCP_CLOSE;

    switch (asked) {
    case TCP_LISTEN:
    case TCP_CLOSE:
    case TCP_SYN_RECV:
        return nothing || traced == asked;
    case TCP_FIN_WAIT2:
    case TCP_TIME_WAIT:
        return traced == asked || traced == TCP_CLOSE;
    default:
        return traced == asked;
    }
}

static void hear_tracepoint(struct tb_world *world)
{
    struct tb_change changes[CHANGES];
    size_t count = tb_trace_read(world->trace, &world->net.pair, changes, CHANGES);

    for (size_t i = 0; i < count; i++) {
        if (changes[i].kind == TB_TRACE_STATE)
            world->traced[changes[i].end] = changes[i].new_state;
        else
            world->relay.traced[changes[i].end]++;
    }
}

/* Asks for both ends' states, now that the frame was sent and received. */
static void observe(struct tb_world *world, struct tb_frame *frame)
{
    fetch(world);
    hear_tracepoint(world);
    for (int end = 0; end < TB_END_COUNT; end++) {
        int state = tb_world_state(world, (enum tb_end)end);

        if (!agree(world->traced[end], state))
            tb_fail_again("the kernel's two words on the %s differ after frame %zu: tracepoint %s, "
                          "sock_diag %s",
                          tb_end_name((enum tb_end)end), world->record.frames,
                          tb_kernel_name(world->traced[end]), tb_kernel_name(state));
        frame->kernel[end] = 1u << state;
        frame->presumed[end] = world->relay.presumed[end];
        if (queued_from(&world->relay, (enum tb_end)end))
            frame->ahead[end] = AHEAD_UNKNOWN;
    }
}

/* Earlier frames at which this frame's sender had already sent it. */
static void resolve_ahead(struct tb_record *record)
{
    enum tb_end from = record->frame[record->frames - 1].packet.from;

    for (size_t i = 0; i + 1 < record->frames; i++) {
        if (record->frame[i].ahead[from] == AHEAD_UNKNOWN)
            record->frame[i].ahead[from] = (uint32_t)record->frames;
    }
}

static struct tb_frame *capture(struct tb_world *world, const struct tb_relay_packet *packet)
{
    struct pcap_pkthdr header = { .caplen = (bpf_u_int32)packet->size,
                                  .len = (bpf_u_int32)packet->size };
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    header.ts.tv_sec = now.tv_sec;
    header.ts.tv_usec = now.tv_nsec; /* the handle's precision */
    return tb_record_frame(&world->record, &header, packet->ip, &packet->packet);
}

/* The network's own doubles (TB_FATE_TWICE) count as sent again, too, and so does an original that
 * comes after its retransmission (TB_FATE_SWAP). */
static enum tb_again again(const struct tb_world *world, bool sent_again)
{
    return sent_again && tb_record_repeats(&world->record) ? TB_AGAIN_CAPTURED : TB_AGAIN_NO;
}

static void hand_over(struct tb_world *world, const struct tb_relay_packet *packet)
{
    enum tb_end to = tb_end_other(packet->packet.from);

    if (write(world->net.tun[to], packet->ip, packet->size) != (ssize_t)packet->size)
        tb_fail("writing to the TUN device: %s", strerror(errno));
}

/* Once an end that was wronged sends something new, it has had the chance to say so; and once it
 * gets the segment after all, there is nothing left to say. */
static void end_presumption(struct tb_relay *relay, const struct tb_packet *packet, bool received)
{
    enum tb_end from = packet->from, to = tb_end_other(from);

    if (relay->presumed[from] && relay->unseen[from] > 0)
        relay->unseen[from]--;
    else
        relay->presumed[from] = false;
    if (received && packet->seq == relay->dropped[to].seq &&
        tb_packet_end(packet) == tb_packet_end(&relay->dropped[to]))
        relay->presumed[to] = false;
}

static void deliver(struct tb_world *world, const struct tb_relay_packet *packet, bool sent_again)
{
    struct tb_frame *frame = capture(world, packet);

    frame->again = again(world, sent_again);
    end_presumption(&world->relay, &packet->packet, true);
    resolve_ahead(&world->record);
    hand_over(world, packet);
    observe(world, frame);
}

static void drop(struct tb_world *world, const struct tb_relay_packet *packet)
{
    struct tb_relay *relay = &world->relay;
    enum tb_end to = tb_end_other(packet->packet.from);
    struct tb_frame *frame = capture(world, packet);

    frame->again = again(world, packet->again);
    end_presumption(relay, &packet->packet, false);
    resolve_ahead(&world->record);
    relay->presumed[to] = true;
    relay->dropped[to] = packet->packet;
    relay->unseen[to] = count_from(relay, to);
    observe(world, frame);
}

static bool matches(const struct tb_rule *rule, const struct tb_packet *packet)
{
    return packet->from == rule->from && (packet->flags & rule->mask) == rule->flags &&
           (!rule->data || packet->length > 0) && (!rule->bare || packet->length == 0);
}

static enum tb_fate decide(struct tb_world *world, const struct tb_packet *packet)
{
    const struct tb_rule *rules = world->scenario->rules;

    for (unsigned i = 0; rules && i < TB_RELAY_RULES && rules[i].times; i++) {
        unsigned nth;

        if (!matches(&rules[i], packet))
            continue;
        nth = ++world->relay.matched[i];
        if (nth >= rules[i].first && nth < rules[i].first + rules[i].times)
            return rules[i].fate;
    }
    return TB_FATE_DELIVER;
}

static void carry(struct tb_world *world, const struct tb_relay_packet *packet)
{
    struct tb_relay *relay = &world->relay;

    switch (decide(world, &packet->packet)) {
    case TB_FATE_TWICE:
        deliver(world, packet, packet->again);
        deliver(world, packet, true);
        break;
    case TB_FATE_DELIVER:
        deliver(world, packet, packet->again);
        break;
    case TB_FATE_LOSE:
        return;
    case TB_FATE_DROP:
        drop(world, packet);
        break;
    case TB_FATE_HIDE:
        hand_over(world, packet);
        return;
    case TB_FATE_SWAP:
        relay->swapped = *packet;
        relay->swapping = true;
        return;
    }
    if (relay->swapping && packet->packet.from == relay->swapped.packet.from) {
        relay->swapping = false;
        deliver(world, &relay->swapped, true);
    }
}

void tb_relay_pump(struct tb_world *world, size_t limit)
{
    struct tb_relay *relay = &world->relay;

    for (fetch(world); relay->count > 0 && limit > 0; fetch(world), limit--) {
        struct tb_relay_packet packet = relay->queue[relay->first];

        relay->first = (relay->first + 1) % TB_RELAY_QUEUE;
        relay->count--;
        carry(world, &packet);
    }
    hear_tracepoint(world);
}

/* The tracepoint falls after the packet has left: on another processor that may be after we have
 * seen it. */
void tb_relay_end(struct tb_world *world)
{
    const struct tb_relay *relay = &world->relay;

    for (int tries = 0; memcmp(relay->again, relay->traced, sizeof(relay->again)) != 0; tries++) {
        if (tries == PATIENCE)
            tb_fail_again("%u retransmissions by the client and %u by the server on the wire, "
                          "%u and %u in the tracepoints",
                          relay->again[TB_END_CLIENT], relay->again[TB_END_SERVER],
                          relay->traced[TB_END_CLIENT], relay->traced[TB_END_SERVER]);
        tb_world_idle(world);
        hear_tracepoint(world);
    }
}

void tb_relay_forge(struct tb_world *world, const struct tb_packet *packet)
{
    struct tb_relay_packet forged = { .packet = *packet, .size = TB_PACKET_FORGED_SIZE };
    struct tb_frame *frame;

    tb_packet_forge(&world->net.pair, packet, forged.ip);
    fetch(world);
    frame = capture(world, &forged);
    hand_over(world, &forged);
    observe(world, frame);
}
