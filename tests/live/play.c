/* SPDX-License-Identifier: GPL-2.0-or-later */
/* play.c - what a scenario's two ends can do */
#include "play.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fail.h"

static const char request_text[] = "GET / HTTP/1.1\r\nHost: live\r\n\r\n";
static const char response_text[] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n";

static void must(int result, enum tb_end end, const char *what)
{
    if (result < 0)
        tb_fail("%s at the %s: %s", what, tb_end_name(end), strerror(errno));
}

static void set_option(int fd, enum tb_end end, int level, int name, int value)
{
    must(setsockopt(fd, level, name, &value, sizeof(value)), end, "setsockopt");
}

static int bound_socket(struct tb_world *world, enum tb_end end)
{
    const struct sockaddr_in *address = &world->net.pair.address[end];
    int fd;

    tb_net_enter(&world->net, end);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    must(fd, end, "socket");
    set_option(fd, end, SOL_SOCKET, SO_REUSEADDR, 1);
    set_option(fd, end, IPPROTO_TCP, TCP_NODELAY, 1);
    must(bind(fd, (const struct sockaddr *)address, sizeof(*address)), end, "bind");
    return fd;
}

void tb_play_listen(struct tb_world *world, int backlog)
{
    world->listener = bound_socket(world, TB_END_SERVER);
    must(listen(world->listener, backlog), TB_END_SERVER, "listen");
    tb_world_state(world, TB_END_CLIENT);
    tb_world_state(world, TB_END_SERVER);
}

void tb_play_socket(struct tb_world *world, enum tb_end end)
{
    world->socket[end] = bound_socket(world, end);
    world->received[end] = 0;
}

static bool connects(struct tb_world *world, const void *argument)
{
    enum tb_end end = *(const enum tb_end *)argument;
    const struct sockaddr_in *far = &world->net.pair.address[tb_end_other(end)];

    if (connect(world->socket[end], (const struct sockaddr *)far, sizeof(*far)) == 0 ||
        errno == EINPROGRESS || errno == ECONNREFUSED)
        return true;
    if (errno != EADDRNOTAVAIL) /* the address waits in TIME-WAIT for its second to pass */
        tb_fail("connect at the %s: %s", tb_end_name(end), strerror(errno));
    return false;
}

void tb_play_connect(struct tb_world *world, enum tb_end end)
{
    if (world->socket[end] < 0)
        tb_play_socket(world, end);
    if (!connects(world, &end))
        tb_world_wait(world, connects, &end, "leave to use the address again");
}

void tb_play_option(struct tb_world *world, enum tb_end end, int level, int name, int value)
{
    set_option(world->socket[end], end, level, name, value);
}

static void send_all(struct tb_world *world, enum tb_end end, const void *data, size_t size)
{
    if (send(world->socket[end], data, size, MSG_NOSIGNAL) != (ssize_t)size)
        tb_fail("send at the %s: %s", tb_end_name(end), strerror(errno));
}

void tb_play_send(struct tb_world *world, enum tb_end end, const char *text)
{
    send_all(world, end, text, strlen(text));
}

void tb_play_send_octets(struct tb_world *world, enum tb_end end, size_t size)
{
    static char octets[65536];

    memset(octets, 'x', sizeof(octets));
    send_all(world, end, octets, size < sizeof(octets) ? size : sizeof(octets));
}

void tb_play_shut(struct tb_world *world, enum tb_end end)
{
    must(shutdown(world->socket[end], SHUT_WR), end, "shutdown");
}

void tb_play_close(struct tb_world *world, enum tb_end end)
{
    must(close(world->socket[end]), end, "close");
    world->socket[end] = -1;
}

void tb_play_abort(struct tb_world *world, enum tb_end end)
{
    struct linger linger = { .l_onoff = 1, .l_linger = 0 };

    must(setsockopt(world->socket[end], SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)), end,
         "SO_LINGER");
    tb_play_close(world, end);
}

static bool accepted(struct tb_world *world, const void *argument)
{
    int fd = accept4(world->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    (void)argument;
    if (fd < 0)
        return false;
    world->socket[TB_END_SERVER] = fd;
    world->received[TB_END_SERVER] = 0;
    set_option(fd, TB_END_SERVER, IPPROTO_TCP, TCP_NODELAY, 1);
    return true;
}

void tb_play_accept(struct tb_world *world)
{
    tb_world_wait(world, accepted, NULL, "a connection to accept");
}

struct reading {
    enum tb_end end;
    uint64_t until; /* octets received in all */
};

static bool has_read(struct tb_world *world, const void *argument)
{
    const struct reading *reading = argument;
    char text[65536];

    while (world->received[reading->end] < reading->until) {
        uint64_t missing = reading->until - world->received[reading->end];
        ssize_t got = recv(world->socket[reading->end], text,
                           missing < sizeof(text) ? (size_t)missing : sizeof(text), 0);

        if (got <= 0)
            return false;
        world->received[reading->end] += (uint64_t)got;
    }
    return true;
}

void tb_play_read(struct tb_world *world, enum tb_end end, size_t size)
{
    struct reading reading = { .end = end, .until = world->received[end] + size };

    tb_world_wait(world, has_read, &reading, "the data to read");
}

static bool nothing_in_flight(struct tb_world *world, const void *argument)
{
    enum tb_end end = *(const enum tb_end *)argument;
    int unacked = 0;

    must(ioctl(world->socket[end], SIOCOUTQ, &unacked), end, "SIOCOUTQ");
    return unacked == 0;
}

void tb_play_acked(struct tb_world *world, enum tb_end end)
{
    tb_world_wait(world, nothing_in_flight, &end, "the acknowledgment of all data");
}

static bool is_drained(struct tb_world *world, const void *argument)
{
    enum tb_end end = *(const enum tb_end *)argument, reader = tb_end_other(end);
    char octets[65536];
    ssize_t got;

    do {
        got = recv(world->socket[reader], octets, sizeof(octets), 0);
        if (got > 0)
            world->received[reader] += (uint64_t)got;
    } while (got > 0);
    tb_world_pump(world);
    /* what the pump brought is read the next time */
    return nothing_in_flight(world, argument) &&
           recv(world->socket[reader], octets, 1, MSG_PEEK) < 0;
}

void tb_play_drain(struct tb_world *world, enum tb_end end)
{
    tb_world_wait(world, is_drained, &end, "the window to open and all data to be read");
}

static bool same_state(int wanted, int state)
{
    return wanted == state || (wanted == TCP_CLOSE && state == TCP_LISTEN);
}

static bool in_states(struct tb_world *world, const void *argument)
{
    const int *wanted = argument;

    return same_state(wanted[TB_END_CLIENT], tb_world_state(world, TB_END_CLIENT)) &&
           same_state(wanted[TB_END_SERVER], tb_world_state(world, TB_END_SERVER));
}

void tb_play_states(struct tb_world *world, int client, int server)
{
    const int wanted[TB_END_COUNT] = { [TB_END_CLIENT] = client, [TB_END_SERVER] = server };
    char what[64];

    snprintf(what, sizeof(what), "client %s and server %s", tb_kernel_name(client),
             tb_kernel_name(server));
    tb_world_wait(world, in_states, wanted, what);
}

static bool has_frames(struct tb_world *world, const void *argument)
{
    return world->record.frames >= *(const size_t *)argument;
}

void tb_play_frames(struct tb_world *world, size_t more)
{
    size_t until = world->record.frames + more;

    tb_world_wait(world, has_frames, &until, "the next frame");
}

/* The first three frames are the handshake. */
static bool is_round_trip_past(struct tb_world *world, const void *argument)
{
    const struct tb_record *record = &world->record;
    const uint64_t round_trip_ns = record->frame[2].time_ns - record->frame[0].time_ns;

    (void)argument;
    return tb_world_now_ns() - record->frame[record->frames - 1].time_ns > round_trip_ns;
}

void tb_play_round_trip(struct tb_world *world)
{
    tb_world_wait(world, is_round_trip_past, NULL, "a round trip without a frame");
}

static bool is_full(struct tb_world *world, const void *argument)
{
    static const char octets[1000];
    enum tb_end end = *(const enum tb_end *)argument;
    const struct tb_record *record = &world->record;
    const struct tb_packet *last = &record->frame[record->frames - 1].packet;

    while (send(world->socket[end], octets, sizeof(octets), MSG_NOSIGNAL) > 0)
        ;
    return last->from == tb_end_other(end) && last->window == 0;
}

void tb_play_fill(struct tb_world *world, enum tb_end end)
{
    tb_world_pump(world);
    tb_world_wait(world, is_full, &end, "a zero window");
}

void tb_play_open(struct tb_world *world)
{
    if (world->listener < 0)
        tb_play_listen(world, 8);
    tb_play_connect(world, TB_END_CLIENT);
    tb_play_accept(world);
    tb_play_states(world, TCP_ESTABLISHED, TCP_ESTABLISHED);
}

void tb_play_exchange(struct tb_world *world)
{
    tb_play_send(world, TB_END_CLIENT, request_text);
    tb_play_read(world, TB_END_SERVER, strlen(request_text));
    tb_play_acked(world, TB_END_CLIENT);
    tb_play_send(world, TB_END_SERVER, response_text);
    tb_play_read(world, TB_END_CLIENT, strlen(response_text));
    tb_play_acked(world, TB_END_SERVER);
}

void tb_play_close_in_turn(struct tb_world *world, enum tb_end first)
{
    bool client_first = first == TB_END_CLIENT;

    tb_play_close(world, first);
    tb_play_states(world, client_first ? TCP_FIN_WAIT2 : TCP_CLOSE_WAIT,
                   client_first ? TCP_CLOSE_WAIT : TCP_FIN_WAIT2);
    tb_play_close(world, tb_end_other(first));
    tb_play_states(world, client_first ? TCP_TIME_WAIT : TCP_CLOSE,
                   client_first ? TCP_CLOSE : TCP_TIME_WAIT);
}

int tb_play_crowd(struct tb_world *world)
{
    const struct sockaddr_in *server = &world->net.pair.address[TB_END_SERVER];
    int fd;

    tb_net_enter(&world->net, TB_END_SERVER);
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(fd, TB_END_SERVER, "socket");
    must(connect(fd, (const struct sockaddr *)server, sizeof(*server)), TB_END_SERVER, "connect");
    return fd;
}
