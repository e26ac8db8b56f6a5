/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scenarios.c - what the two ends do, and what the relay does to their segments */
#include "scenarios.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"
#include "play.h"

#define RELAY (1u << TB_WIRE_RELAY)
#define ANY   (RELAY | 1u << TB_WIRE_VETH | 1u << TB_WIRE_LO)

#define SYN     .mask = TB_FLAG_SYN | TB_FLAG_ACK, .flags = TB_FLAG_SYN
#define SYN_ACK .mask = TB_FLAG_SYN | TB_FLAG_ACK, .flags = TB_FLAG_SYN | TB_FLAG_ACK
#define FIN     .mask = TB_FLAG_FIN, .flags = TB_FLAG_FIN
#define RST     .mask = TB_FLAG_RST, .flags = TB_FLAG_RST
#define BARE    .mask = TB_FLAG_SYN | TB_FLAG_FIN | TB_FLAG_RST, .bare = true
#define DATA    .data = true

#define ALLOW(end_, ours_, kernel_, times_, reason_)                                               \
    {                                                                                              \
        .end = (end_), .ours = (ours_), .kernel = (kernel_), .times = (times_),                    \
        .reason = (reason_)                                                                        \
    }

#define RULES(...)                                                                                 \
    (const struct tb_rule[])                                                                       \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            .times = 0                                                                             \
        }                                                                                          \
    }

enum {
    SMALL_BUFFER = 4096,
    LONG_WAY = 1000000, /* octets; beyond any window here */
    SYN_TRIES = 2,
    PROBES = 2,
    STREAMED = 8
};

static const char last_request[] = "GET / HTTP/1.0\r\n\r\n";

static void normal(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_exchange(world);
    tb_play_exchange(world);
    tb_play_close_in_turn(world, TB_END_CLIENT);
}

static void server_first(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_exchange(world);
    tb_play_close_in_turn(world, TB_END_SERVER);
}

static void simultaneous_close(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_exchange(world);
    tb_play_close(world, TB_END_CLIENT);
    tb_play_close(world, TB_END_SERVER);
    tb_play_states(world, TCP_TIME_WAIT, TCP_TIME_WAIT);
}

static void simultaneous_open(struct tb_world *world)
{
    tb_play_connect(world, TB_END_CLIENT);
    tb_play_connect(world, TB_END_SERVER);
    tb_play_states(world, TCP_ESTABLISHED, TCP_ESTABLISHED);
    tb_play_exchange(world);
    tb_play_close_in_turn(world, TB_END_CLIENT);
}

static void reset_by_client(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_exchange(world);
    tb_play_abort(world, TB_END_CLIENT);
    tb_play_states(world, TCP_CLOSE, TCP_CLOSE);
}

/* With data unread, close() resets (RFC 2525 section 2.17). */
static void reset_by_server(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_send(world, TB_END_CLIENT, last_request);
    tb_play_acked(world, TB_END_CLIENT);
    tb_play_close(world, TB_END_SERVER);
    tb_play_states(world, TCP_CLOSE, TCP_CLOSE);
}

static void refused(struct tb_world *world)
{
    tb_play_socket(world, TB_END_CLIENT);
    tb_world_state(world, TB_END_CLIENT);
    tb_world_state(world, TB_END_SERVER);
    tb_play_connect(world, TB_END_CLIENT);
    tb_play_frames(world, 2 - world->record.frames);
    tb_play_states(world, TCP_CLOSE, TCP_CLOSE);
}

static void half_close(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_send(world, TB_END_CLIENT, last_request);
    tb_play_read(world, TB_END_SERVER, strlen(last_request));
    tb_play_shut(world, TB_END_CLIENT);
    tb_play_states(world, TCP_FIN_WAIT2, TCP_CLOSE_WAIT);
    for (int i = 0; i < STREAMED; i++) {
        tb_play_send_octets(world, TB_END_SERVER, 1000);
        tb_play_read(world, TB_END_CLIENT, 1000);
        tb_play_acked(world, TB_END_SERVER);
    }
    tb_play_close(world, TB_END_SERVER);
    tb_play_states(world, TCP_TIME_WAIT, TCP_CLOSE);
}

/* The client has closed for good, and what still comes is answered with a reset. */
static void closed_to_data(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_close(world, TB_END_CLIENT);
    tb_play_states(world, TCP_FIN_WAIT2, TCP_CLOSE_WAIT);
    tb_play_send(world, TB_END_SERVER, "too late");
    tb_play_states(world, TCP_CLOSE, TCP_CLOSE);
}

/* The accept queue (backlog 0: one place) is full, and the kernel answers no SYN. */
static void never_accepted(struct tb_world *world)
{
    int crowd;

    tb_play_listen(world, 0);
    crowd = tb_play_crowd(world);
    tb_play_connect(world, TB_END_CLIENT);
    tb_play_frames(world, SYN_TRIES - world->record.frames);
    tb_play_accept(world); /* the other one */
    close(world->socket[TB_END_SERVER]);
    close(crowd);
    tb_play_accept(world);
    tb_play_states(world, TCP_ESTABLISHED, TCP_ESTABLISHED);
    tb_play_exchange(world);
    tb_play_close_in_turn(world, TB_END_CLIENT);
}

/* The queue fills up between SYN and handshake-ack, which the kernel then ignores. */
static void overflow_at_ack(struct tb_world *world)
{
    int crowd;

    tb_play_listen(world, 0);
    tb_play_connect(world, TB_END_CLIENT);
    tb_relay_pump(world, 1);
    crowd = tb_play_crowd(world);
    tb_play_frames(world, 3); /* SYN-ACK, the ignored ACK, the SYN-ACK again */
    tb_play_accept(world);    /* the other one */
    close(world->socket[TB_END_SERVER]);
    close(crowd);
    tb_play_accept(world);
    tb_play_states(world, TCP_ESTABLISHED, TCP_ESTABLISHED);
    tb_play_exchange(world);
    tb_play_close_in_turn(world, TB_END_CLIENT);
}

static size_t probes_since(const struct tb_record *record, size_t first)
{
    size_t probes = 0;

    for (size_t i = first; i < record->frames; i++)
        probes += record->frame[i].packet.from == TB_END_CLIENT;
    return probes;
}

static bool has_probed(struct tb_world *world, const void *argument)
{
    return probes_since(&world->record, *(const size_t *)argument) >= PROBES;
}

static void zero_window(struct tb_world *world)
{
    size_t first;
    int size = SMALL_BUFFER;

    tb_play_listen(world, 8);
    setsockopt(world->listener, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
    tb_play_open(world);
    tb_play_fill(world, TB_END_CLIENT);
    first = world->record.frames;
    tb_world_wait(world, has_probed, &first, "zero-window probes");
    tb_play_drain(world, TB_END_CLIENT);
    tb_play_close_in_turn(world, TB_END_CLIENT);
}

static void keep_alive(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_option(world, TB_END_CLIENT, IPPROTO_TCP, TCP_KEEPIDLE, 1);
    tb_play_option(world, TB_END_CLIENT, IPPROTO_TCP, TCP_KEEPINTVL, 1);
    tb_play_option(world, TB_END_CLIENT, SOL_SOCKET, SO_KEEPALIVE, 1);
    tb_play_exchange(world);
    tb_play_frames(world, 2);
    tb_play_exchange(world);
    tb_play_frames(world, 2);
    tb_play_close_in_turn(world, TB_END_CLIENT);
}

/* The server waits in TIME-WAIT; a SYN with a higher sequence number may end that
 * (RFC 9293 section 3.10.7.4, RFC 6191). */
static void time_wait_at_server(struct tb_world *world)
{
    for (int i = 0; i < 2; i++) {
        tb_play_open(world);
        tb_play_exchange(world);
        tb_play_close_in_turn(world, TB_END_SERVER);
    }
}

/* The client waits in TIME-WAIT itself; Linux lets it go after a second (tcp_tw_reuse). */
static void time_wait_at_client(struct tb_world *world)
{
    if (!tb_net_set(&world->net, TB_END_CLIENT, "ipv4/tcp_tw_reuse", "1"))
        tb_skip("tcp_tw_reuse cannot be set here");
    for (int i = 0; i < 2; i++) {
        tb_play_open(world);
        tb_play_exchange(world);
        tb_play_close_in_turn(world, TB_END_CLIENT);
    }
}

static void open_fast(struct tb_world *world)
{
    const struct sockaddr_in *server = &world->net.pair.address[TB_END_SERVER];
    tb_play_socket(world, TB_END_CLIENT);
    if (sendto(world->socket[TB_END_CLIENT], last_request, strlen(last_request), MSG_FASTOPEN,
               (const struct sockaddr *)server, sizeof(*server)) < 0 &&
        errno != EINPROGRESS)
        tb_fail("MSG_FASTOPEN: %s", strerror(errno));
}

/* RFC 7413: the first connection asks for a cookie, the second opens with data. */
static void fast_open(struct tb_world *world)
{
    for (int end = 0; end < TB_END_COUNT; end++) {
        if (!tb_net_set(&world->net, (enum tb_end)end, "ipv4/tcp_fastopen", "3"))
            tb_skip("tcp_fastopen cannot be set here");
    }
    tb_play_listen(world, 8);
    if (setsockopt(world->listener, IPPROTO_TCP, TCP_FASTOPEN, &(int){ 8 }, sizeof(int)) < 0)
        tb_skip("TCP_FASTOPEN: %s", strerror(errno));
    open_fast(world);
    tb_play_accept(world);
    tb_play_abort(world, TB_END_CLIENT);
    tb_play_states(world, TCP_CLOSE, TCP_CLOSE);
    tb_play_close(world, TB_END_SERVER);
    open_fast(world);
    tb_play_accept(world);
    tb_play_read(world, TB_END_SERVER, strlen(last_request));
    tb_play_send_octets(world, TB_END_SERVER, 100);
    tb_play_read(world, TB_END_CLIENT, 100);
    tb_play_acked(world, TB_END_SERVER);
    tb_play_close_in_turn(world, TB_END_SERVER);
}

/* Three segments each way, so that one can go missing or change places. */
static void stream(struct tb_world *world)
{
    tb_play_open(world);
    for (int i = 0; i < 3; i++)
        tb_play_send_octets(world, TB_END_CLIENT, 1000);
    tb_play_acked(world, TB_END_CLIENT);
    tb_play_read(world, TB_END_SERVER, 3000);
    for (int i = 0; i < 5; i++)
        tb_play_send_octets(world, TB_END_SERVER, 1000);
    tb_play_acked(world, TB_END_SERVER);
    tb_play_read(world, TB_END_CLIENT, 5000);
    tb_play_close_in_turn(world, TB_END_CLIENT);
}

static void connect_only(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_exchange(world);
    tb_play_close_in_turn(world, TB_END_CLIENT);
}

static void close_only(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_close_in_turn(world, TB_END_CLIENT);
}

/* The client is silent until the server has accepted. */
static void accept_late(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_exchange(world);
    tb_play_close_in_turn(world, TB_END_CLIENT);
}

static void speak_at_once(struct tb_world *world)
{
    tb_play_listen(world, 8);
    tb_play_connect(world, TB_END_CLIENT);
    tb_world_pump(world);
    tb_play_send(world, TB_END_CLIENT, last_request);
    tb_play_accept(world);
    tb_play_read(world, TB_END_SERVER, strlen(last_request));
    tb_play_acked(world, TB_END_CLIENT);
    tb_play_close_in_turn(world, TB_END_SERVER);
}

static void speak_and_reset(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_send(world, TB_END_CLIENT, last_request);
    tb_play_abort(world, TB_END_CLIENT);
    tb_play_frames(world, 3);
    tb_world_pump(world);
}

/* Data and FIN leave together. */
static void data_and_fin(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_send_octets(world, TB_END_CLIENT, 1000);
    tb_play_close(world, TB_END_CLIENT);
    tb_play_states(world, TCP_FIN_WAIT2, TCP_CLOSE_WAIT);
    tb_play_read(world, TB_END_SERVER, 1000);
    tb_play_close(world, TB_END_SERVER);
    tb_play_states(world, TCP_TIME_WAIT, TCP_CLOSE);
}

/* The server is gone and its reset got lost: the client finds out when it speaks. */
static void half_open(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_exchange(world);
    tb_play_abort(world, TB_END_SERVER);
    tb_play_states(world, TCP_ESTABLISHED, TCP_CLOSE);
    tb_play_round_trip(world); /* data that comes earlier may have crossed the reset */
    tb_play_send(world, TB_END_CLIENT, last_request);
    tb_play_states(world, TCP_CLOSE, TCP_CLOSE);
}

/* RFC 5961: what somebody sends who cannot see the connection. Next: the numbers that the server
 * expects from the client, and has sent itself. */
static void forge(struct tb_world *world, uint8_t flags, int32_t seq, int32_t ack)
{
    const struct tb_record *record = &world->record;
    struct tb_packet packet = { .from = TB_END_CLIENT, .flags = flags, .window = 500 };

    for (size_t i = record->frames; i-- > 0;) {
        const struct tb_packet *last = &record->frame[i].packet;

        if (last->from == TB_END_SERVER) {
            packet.seq = last->ack + (uint32_t)seq;
            packet.ack = tb_packet_end(last) + (uint32_t)ack;
            break;
        }
    }
    tb_world_pump(world);
    tb_relay_forge(world, &packet);
    tb_world_pump(world);
}

static void blind(struct tb_world *world)
{
    if (!tb_net_set(&world->net, TB_END_SERVER, "ipv4/tcp_invalid_ratelimit", "0"))
        tb_skip("tcp_invalid_ratelimit cannot be set here");
    tb_play_open(world);
    tb_play_exchange(world);
    forge(world, TB_FLAG_SYN, 100, 0);
    tb_play_exchange(world);
    forge(world, TB_FLAG_SYN, LONG_WAY, 0);
    tb_play_exchange(world);
    forge(world, TB_FLAG_RST, 100, 0);
    tb_play_exchange(world);
    forge(world, TB_FLAG_RST, LONG_WAY, 0);
    tb_play_exchange(world);
    forge(world, TB_FLAG_ACK, 0, LONG_WAY);
    tb_play_exchange(world);
    tb_play_close_in_turn(world, TB_END_CLIENT);
}

/* The same, with the one number that counts. */
static void blind_hit(struct tb_world *world)
{
    tb_play_open(world);
    tb_play_exchange(world);
    forge(world, TB_FLAG_RST, 0, 0);
    tb_play_states(world, TCP_ESTABLISHED, TCP_CLOSE);
    tb_play_send(world, TB_END_CLIENT, last_request);
    tb_play_states(world, TCP_CLOSE, TCP_CLOSE);
}

const struct tb_scenario tb_scenarios[] = {
    { .name = "normal",
      .play = normal,
      .wires = ANY,
      .steps = "syn syn-ack handshake-ack request ack-of-request response ack-of-response fin "
               "ack-of-fin" },
    { .name = "server-first", .play = server_first, .wires = ANY },
    { .name = "simultaneous-close", .play = simultaneous_close, .wires = RELAY },
    { .name = "simultaneous-open",
      .play = simultaneous_open,
      .wires = RELAY,
      .steps = "syn syn-ack" },
    { .name = "reset-by-client", .play = reset_by_client, .wires = ANY, .steps = "reset" },
    { .name = "reset-by-server", .play = reset_by_server, .wires = ANY, .steps = "reset" },
    { .name = "refused",
      .play = refused,
      .wires = ANY,
      .steps = "syn reset",
      .allowed = { ALLOW(TB_END_SERVER, "SYN-RECEIVED", "CLOSED", 1, "nobody-listens") } },
    { .name = "half-close",
      .play = half_close,
      .wires = ANY,
      .steps = "fin ack-of-fin response ack-of-response" },
    { .name = "closed-to-data", .play = closed_to_data, .wires = ANY, .steps = "fin reset" },
    { .name = "never-accepted",
      .play = never_accepted,
      .wires = ANY,
      .steps = "retransmission handshake-ack",
      .allowed = { ALLOW(TB_END_SERVER, "SYN-RECEIVED", "LISTEN", 2, "ignored-by-kernel") } },
    { .name = "overflow-at-ack",
      .play = overflow_at_ack,
      .wires = RELAY,
      .steps = "handshake-ack retransmission",
      .allowed = { ALLOW(TB_END_SERVER, "ESTABLISHED", "SYN-RECEIVED", 2, "ignored-by-kernel") } },
    { .name = "zero-window",
      .play = zero_window,
      .wires = ANY,
      .steps = "zero-window zero-window-probe zero-window-probe-ack" },
    { .name = "keep-alive",
      .play = keep_alive,
      .wires = ANY,
      .steps = "keep-alive keep-alive-ack" },
    { .name = "time-wait-at-server", .play = time_wait_at_server, .wires = ANY },
    { .name = "time-wait-at-client", .play = time_wait_at_client, .wires = ANY },
    { .name = "fast-open", .play = fast_open, .wires = ANY },
    { .name = "data-and-fin", .play = data_and_fin, .wires = ANY },
    { .name = "half-open",
      .play = half_open,
      .wires = RELAY,
      .steps = "reset",
      .rules =
          RULES({ .from = TB_END_SERVER, RST, .first = 1, .times = 1, .fate = TB_FATE_DROP }) },
    { .name = "blind", .play = blind, .wires = RELAY, .steps = "challenge-ack reset" },
    { .name = "blind-hit",
      .play = blind_hit,
      .wires = RELAY,
      .allowed = { ALLOW(TB_END_CLIENT, "CLOSED", "ESTABLISHED", 1, "forged") } },
    { .name = "syn-dropped",
      .play = connect_only,
      .wires = RELAY,
      .steps = "retransmission",
      .rules =
          RULES({ .from = TB_END_CLIENT, SYN, .first = 1, .times = 2, .fate = TB_FATE_DROP }) },
    { .name = "syn-twice",
      .play = connect_only,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_CLIENT, SYN, .first = 1, .times = 1, .fate = TB_FATE_TWICE }) },
    { .name = "syn-twice-ack-dropped", /* Linux acknowledges the second SYN in SYN-RECEIVED */
      .play = connect_only,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_CLIENT, SYN, .first = 1, .times = 1, .fate = TB_FATE_TWICE },
                { .from = TB_END_CLIENT, BARE, .first = 1, .times = 1, .fate = TB_FATE_DROP }) },
    { .name = "syn-ack-dropped",
      .play = connect_only,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_SERVER, SYN_ACK, .first = 1, .times = 1, .fate = TB_FATE_DROP }) },
    { .name = "syn-ack-lost",
      .play = connect_only,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_SERVER, SYN_ACK, .first = 1, .times = 1, .fate = TB_FATE_LOSE }) },
    { .name = "handshake-ack-dropped", /* and nothing follows: the SYN-ACK comes again */
      .play = accept_late,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_CLIENT, BARE, .first = 1, .times = 1, .fate = TB_FATE_DROP }) },
    { .name = "handshake-ack-lost", /* the request completes the handshake */
      .play = speak_at_once,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_CLIENT, BARE, .first = 1, .times = 1, .fate = TB_FATE_LOSE }) },
    { .name = "data-dropped",
      .play = stream,
      .wires = RELAY,
      .steps = "retransmission dup-ack fast-retransmission",
      .rules =
          RULES({ .from = TB_END_CLIENT, DATA, .first = 2, .times = 1, .fate = TB_FATE_DROP },
                { .from = TB_END_SERVER, DATA, .first = 1, .times = 1, .fate = TB_FATE_DROP }) },
    { .name = "data-lost",
      .play = stream,
      .wires = RELAY,
      .steps = "out-of-order dup-ack",
      .rules =
          RULES({ .from = TB_END_CLIENT, DATA, .first = 3, .times = 1, .fate = TB_FATE_LOSE },
                { .from = TB_END_SERVER, DATA, .first = 2, .times = 1, .fate = TB_FATE_LOSE }) },
    { .name = "data-swapped",
      .play = stream,
      .wires = RELAY,
      .steps = "out-of-order dup-ack",
      .rules =
          RULES({ .from = TB_END_CLIENT, DATA, .first = 1, .times = 1, .fate = TB_FATE_SWAP },
                { .from = TB_END_SERVER, DATA, .first = 3, .times = 1, .fate = TB_FATE_SWAP }) },
    { .name = "data-twice",
      .play = stream,
      .wires = RELAY,
      .steps = "retransmission",
      .rules =
          RULES({ .from = TB_END_CLIENT, DATA, .first = 2, .times = 1, .fate = TB_FATE_TWICE },
                { .from = TB_END_SERVER, DATA, .first = 5, .times = 1, .fate = TB_FATE_TWICE }) },
    { .name = "acks-dropped",
      .play = stream,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_SERVER, BARE, .first = 1, .times = 2, .fate = TB_FATE_DROP }) },
    { .name = "fin-dropped",
      .play = connect_only,
      .wires = RELAY,
      .steps = "retransmission",
      .rules =
          RULES({ .from = TB_END_CLIENT, FIN, .first = 1, .times = 1, .fate = TB_FATE_DROP },
                { .from = TB_END_SERVER, FIN, .first = 1, .times = 1, .fate = TB_FATE_DROP }) },
    { .name = "fin-lost",
      .play = connect_only,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_CLIENT, FIN, .first = 1, .times = 1, .fate = TB_FATE_LOSE },
                { .from = TB_END_SERVER, FIN, .first = 1, .times = 1, .fate = TB_FATE_LOSE }) },
    { .name = "fin-swapped", /* the FIN comes ahead of the data before it */
      .play = data_and_fin,
      .wires = RELAY,
      .steps = "out-of-order ack-of-fin",
      .rules =
          RULES({ .from = TB_END_CLIENT, DATA, .first = 1, .times = 1, .fate = TB_FATE_SWAP }) },
    { .name = "data-before-fin-dropped",
      .play = data_and_fin,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_CLIENT, DATA, .first = 1, .times = 1, .fate = TB_FATE_DROP }) },
    { .name = "data-before-fin-lost",
      .play = data_and_fin,
      .wires = RELAY,
      .steps = "out-of-order ack-of-fin",
      .rules =
          RULES({ .from = TB_END_CLIENT, DATA, .first = 1, .times = 1, .fate = TB_FATE_LOSE }) },
    { .name = "ack-of-fin-dropped",
      .play = close_only,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_SERVER, BARE, .first = 1, .times = 1, .fate = TB_FATE_DROP }) },
    { .name = "ack-of-fin-lost",
      .play = close_only,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_SERVER, BARE, .first = 1, .times = 1, .fate = TB_FATE_LOSE }) },
    { .name = "last-ack-dropped",
      .play = close_only,
      .wires = RELAY,
      .steps = "retransmission",
      .rules =
          RULES({ .from = TB_END_CLIENT, BARE, .first = 2, .times = 1, .fate = TB_FATE_DROP }) },
    { .name = "last-ack-lost",
      .play = close_only,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_CLIENT, BARE, .first = 2, .times = 1, .fate = TB_FATE_LOSE }) },
    { .name = "simultaneous-close-dropped",
      .play = simultaneous_close,
      .wires = RELAY,
      .rules =
          RULES({ .from = TB_END_SERVER, FIN, .first = 1, .times = 1, .fate = TB_FATE_DROP }) },
    { .name = "reset-swapped", /* the reset overtakes the data before it */
      .play = speak_and_reset,
      .wires = RELAY,
      .rules = RULES({ .from = TB_END_CLIENT, DATA, .first = 1, .times = 1, .fate = TB_FATE_SWAP }),
      .allowed = { ALLOW(TB_END_CLIENT, "ESTABLISHED", "CLOSED", 5, "ineffective-reset") } },
    { .name = NULL }
};
