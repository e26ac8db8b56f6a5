/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sniff.c - a capture on a device, as any capture is: nobody waits for it */
#include "sniff.h"

#include <string.h>

#include "fail.h"
#include "world.h"

enum {
    BUFFER_SIZE = 8 << 20,
    SNAPLEN = 262144,
    ETHERNET_SIZE = 14,
    CHANGES = 256
};

static void must(struct tb_sniff *sniff, int result, const char *what)
{
    if (result < 0)
        tb_fail("%s: %s: %s", what, pcap_statustostr(result), pcap_geterr(sniff->handle));
}

static pcap_t *create(const char *device)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    pcap_t *handle = pcap_create(device, reason);

    if (!handle)
        tb_skip("capture on %s: %s", device, reason);
    return handle;
}

void tb_sniff_begin(struct tb_world *world, const char *path)
{
    struct tb_sniff *sniff = &world->sniff;
    char reason[PCAP_ERRBUF_SIZE] = "";

    tb_net_enter(&world->net, TB_END_CLIENT);
    sniff->handle = create(world->net.wire == TB_WIRE_LO ? "lo" : TB_NET_DEVICE);
    must(sniff, pcap_set_snaplen(sniff->handle, SNAPLEN), "snaplen");
    must(sniff, pcap_set_buffer_size(sniff->handle, BUFFER_SIZE), "buffer");
    must(sniff, pcap_set_immediate_mode(sniff->handle, 1), "immediate mode");
    must(sniff, pcap_set_tstamp_precision(sniff->handle, PCAP_TSTAMP_PRECISION_NANO),
         "nanoseconds");
    must(sniff, pcap_activate(sniff->handle), "capture");
    must(sniff, pcap_setnonblock(sniff->handle, 1, reason), reason);
    sniff->fd = pcap_get_selectable_fd(sniff->handle);
    tb_record_begin(&world->record, sniff->handle, path);
}

static void take(u_char *argument, const struct pcap_pkthdr *header, const u_char *data)
{
    struct tb_world *world = (struct tb_world *)(void *)argument;
    struct tb_packet packet;

    if (header->caplen > ETHERNET_SIZE && tb_packet_parse(&world->net.pair, data + ETHERNET_SIZE,
                                                          header->caplen - ETHERNET_SIZE, &packet))
        tb_record_frame(&world->record, header, data, &packet);
}

static void hear_tracepoint(struct tb_world *world)
{
    struct tb_change changes[CHANGES];
    size_t count = tb_trace_read(world->trace, &world->net.pair, changes, CHANGES);

    for (size_t i = 0; i < count; i++) {
        struct tb_point point = { .time_ns = changes[i].time_ns,
                                  .answer_ns = changes[i].time_ns,
                                  .end = changes[i].end,
                                  .before = changes[i].old_state,
                                  .state = changes[i].new_state };

        if (changes[i].kind == TB_TRACE_STATE)
            tb_record_point(&world->record, &point);
    }
}

void tb_sniff_pump(struct tb_world *world)
{
    int taken;

    do {
        taken = pcap_dispatch(world->sniff.handle, -1, take, (u_char *)world);
        must(&world->sniff, taken, "capture");
    } while (taken > 0);
    hear_tracepoint(world);
}
