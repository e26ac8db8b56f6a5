/* SPDX-License-Identifier: GPL-2.0-or-later */
/* record.c - what a run leaves behind: the capture, and the kernel's word on each of its frames
 *
 * Where the frames are not held up, the kernel's word comes as points in time: a change that the
 * tracepoint told, with the state before and after, or an answer of sock_diag. The minisockets'
 * changes have no point of their own. They lie between two points, and any frame between those may
 * carry either state:
 *  - a request (SYN-RECEIVED) becomes a socket with the point "LISTEN to SYN-RECEIVED";
 *  - a socket that becomes a TIME-WAIT minisocket is said to be CLOSED, and the next answer of
 *    sock_diag says FIN-WAIT-2 or TIME-WAIT. */
#include "record.h"

#include <inttypes.h>
#include <netinet/tcp.h>
#include <stdlib.h>

#include "fail.h"

enum {
    NS_PER_S = 1000000000
};

void tb_record_begin(struct tb_record *record, pcap_t *handle, const char *path)
{
    record->frames = 0;
    record->points = 0;
    record->dumper = pcap_dump_open(handle, path);
    if (!record->dumper)
        tb_fail("%s", pcap_geterr(handle));
}

struct tb_frame *tb_record_frame(struct tb_record *record, const struct pcap_pkthdr *header,
                                 const uint8_t *data, const struct tb_packet *packet)
{
    struct tb_frame *frame = &record->frame[record->frames];

    if (record->frames == TB_RECORD_FRAMES)
        tb_fail("more than %d frames", TB_RECORD_FRAMES);
    record->frames++;
    pcap_dump((u_char *)record->dumper, header, data);
    *frame = (struct tb_frame){ .packet = *packet };
    /* of nanosecond precision: tv_usec counts nanoseconds (pcap_set_tstamp_precision(3)) */
    frame->time_ns = (uint64_t)header->ts.tv_sec * NS_PER_S + (uint64_t)header->ts.tv_usec;
    return frame;
}

/* The earlier frame of the same sender that holds this octet, or NULL. */
static const struct tb_packet *holder(const struct tb_record *record, uint32_t octet)
{
    const struct tb_packet *last = &record->frame[record->frames - 1].packet;

    for (size_t i = 0; i + 1 < record->frames; i++) {
        const struct tb_packet *packet = &record->frame[i].packet;
        uint32_t length = tb_packet_end(packet) - packet->seq;

        if (packet->from == last->from && octet - packet->seq < length)
            return packet;
    }
    return NULL;
}

bool tb_record_repeats(const struct tb_record *record)
{
    const struct tb_packet *last = &record->frame[record->frames - 1].packet;
    uint32_t octet = last->seq;

    while (octet != tb_packet_end(last)) {
        const struct tb_packet *packet = holder(record, octet);
        uint32_t rest = tb_packet_end(last) - octet;

        if (!packet)
            return false;
        octet += rest < tb_packet_end(packet) - octet ? rest : tb_packet_end(packet) - octet;
    }
    return last->seq != tb_packet_end(last);
}

void tb_record_point(struct tb_record *record, const struct tb_point *point)
{
    if (record->points == TB_RECORD_POINTS)
        tb_fail("more than %d points", TB_RECORD_POINTS);
    record->point[record->points++] = *point;
}

static int by_time(const void *a, const void *b)
{
    const struct tb_point *one = a, *other = b;

    return (one->time_ns > other->time_ns) - (one->time_ns < other->time_ns);
}

static bool is_answer(const struct tb_point *point, enum tb_end end, uint64_t after_ns)
{
    return point->end == end && point->before == TB_KERNEL_NONE && point->answer_ns >= after_ns;
}

/* What a socket that is said to be CLOSED may have become: TIME-WAIT's two states, if the next
 * answer of sock_diag says so, or one that was on its way. */
static uint32_t states_after_close(const struct tb_record *record, const struct tb_point *close)
{
    const uint32_t minisocket = 1u << TCP_FIN_WAIT2 | 1u << TCP_TIME_WAIT;
    uint32_t states = 0;

    for (size_t i = 0; i < record->points; i++) {
        const struct tb_point *point = &record->point[i];

        if (!is_answer(point, close->end, close->time_ns))
            continue;
        states |= 1u << point->state & minisocket;
        if (point->time_ns < close->time_ns)
            continue;
        if (!(1u << point->state & minisocket))
            states |= 1u << TCP_CLOSE;
        break;
    }
    if (states & minisocket && close->before == TCP_FIN_WAIT2)
        states |= 1u << TCP_FIN_WAIT2;
    return states;
}

/* The states that a point stands for. */
static uint32_t states_at(const struct tb_record *record, size_t i)
{
    const struct tb_point *point = &record->point[i];

    if (point->before == TB_KERNEL_NONE || point->state != TCP_CLOSE)
        return 1u << point->state;
    return states_after_close(record, point);
}

/* A state that a minisocket may have been in before this point, the first one after a frame. */
static uint32_t minisocket_before(const struct tb_point *point, uint32_t states)
{
    if (point->before == TCP_LISTEN && point->state == TCP_SYN_RECV)
        return 1u << TCP_SYN_RECV;
    if (point->before == TB_KERNEL_NONE && point->state == TCP_TIME_WAIT &&
        states >> TCP_FIN_WAIT2 & 1u)
        return 1u << TCP_TIME_WAIT;
    return 0;
}

static uint32_t states_between(const struct tb_record *record, enum tb_end end, uint64_t from_ns,
                               uint64_t to_ns)
{
    uint32_t states = 0;

    for (size_t i = 0; i < record->points; i++) {
        const struct tb_point *point = &record->point[i];

        if (point->end != end)
            continue;
        if (point->time_ns <= from_ns)
            states = states_at(record, i);
        else if (point->time_ns < to_ns)
            states |= states_at(record, i);
        else
            return states | minisocket_before(point, states);
    }
    return states;
}

/* When the time after a frame is over for an end. What the frame makes an end send may be captured
 * before that end's state changes (tcp_fin() acknowledges first): its own answer does not count. */
static uint64_t end_of(const struct tb_record *record, size_t i, enum tb_end end)
{
    size_t next = i + 1;

    if (next < record->frames && record->frame[next].packet.from == end)
        next++;
    return next < record->frames ? record->frame[next].time_ns : UINT64_MAX;
}

/* Whether a socket can be in state `before` when the last one was left in `state`. A listener's
 * child begins as its copy. */
static bool follows(int state, int before)
{
    return before == state || ((state == TB_KERNEL_NONE || state == TCP_CLOSE) &&
                               (before == TCP_CLOSE || before == TCP_LISTEN));
}

/* Each change that the tracepoint tells begins where the last one ended, or one is missing. */
static void check_chain(const struct tb_record *record)
{
    int state[TB_END_COUNT] = { TB_KERNEL_NONE, TB_KERNEL_NONE };

    for (size_t i = 0; i < record->points; i++) {
        const struct tb_point *point = &record->point[i];

        if (point->before == TB_KERNEL_NONE)
            continue;
        if (!follows(state[point->end], point->before))
            tb_fail_again("the %s's tracepoint goes from %s on with %s", tb_end_name(point->end),
                          tb_kernel_name(state[point->end]), tb_kernel_name(point->before));
        state[point->end] = point->state;
    }
}

void tb_record_settle(struct tb_record *record)
{
    qsort(record->point, record->points, sizeof(*record->point), by_time);
    check_chain(record);
    for (size_t i = 0; i < record->frames; i++) {
        struct tb_frame *frame = &record->frame[i];

        for (int end = 0; end < TB_END_COUNT; end++)
            frame->kernel[end] = states_between(record, (enum tb_end)end, frame->time_ns,
                                                end_of(record, i, (enum tb_end)end));
    }
}

static void print_end(const struct tb_frame *frame, enum tb_end end, FILE *out)
{
    const char *comma = "";

    fputc('\t', out);
    for (int state = 1; state < TB_KERNEL_STATES; state++) {
        if (frame->kernel[end] >> state & 1u) {
            fprintf(out, "%s%s", comma, tb_kernel_name(state));
            comma = ",";
        }
    }
    fprintf(out, "\t%" PRIu32 "\t%d", frame->ahead[end], frame->presumed[end]);
}

static const char *const again_names[] = {
    [TB_AGAIN_NOT_ASKED] = "unknown",
    [TB_AGAIN_NO] = "new",
    [TB_AGAIN_CAPTURED] = "again",
};

void tb_record_print(const struct tb_record *record, FILE *out)
{
    for (size_t i = 0; i < record->frames; i++) {
        const struct tb_frame *frame = &record->frame[i];
        const struct tb_packet *packet = &frame->packet;

        fprintf(out, "frame\t%zu\t%s\t%s%s%s%s%s\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32, i + 1,
                tb_end_name(packet->from), packet->flags & TB_FLAG_SYN ? "S" : "",
                packet->flags & TB_FLAG_FIN ? "F" : "", packet->flags & TB_FLAG_RST ? "R" : "",
                packet->flags & TB_FLAG_PSH ? "P" : "", packet->flags & TB_FLAG_ACK ? "." : "",
                packet->seq, packet->ack, packet->length);
        print_end(frame, TB_END_CLIENT, out);
        print_end(frame, TB_END_SERVER, out);
        fprintf(out, "\t%s\n", again_names[frame->again]);
    }
}

void tb_record_end(struct tb_record *record)
{
    pcap_dump_close(record->dumper);
}
