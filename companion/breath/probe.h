/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe.h - whether bind() works, tried, and which sockets can be in its way
 *
 * What the kernel compares (net/ipv4/inet_connection_sock.c, inet_csk_get_port()) are options of
 * the other sockets too, which nothing tells from outside; so bind() itself is asked, on a socket
 * that is closed at once and never listens. */
#ifndef TB_PROBE_H
#define TB_PROBE_H

#include <stdbool.h>
#include <stdint.h>

#include "line.h"
#include "sockets.h"

struct tb_target {
    uint8_t address[16]; /* IPv4 mapped; all zero: all addresses, IPv4's too */
    uint16_t port;
    bool udp;
};

/* "0.0.0.0:8080", "[::]:8080" */
void tb_target_put(struct tb_line *line, const struct tb_target *target);

/* 0, or -errno of socket() or bind(). */
int tb_probe_bind(const struct tb_target *target, bool reuse_address);

/* Pure: whether the addresses of the two overlap, so that the socket may be in the way. */
bool tb_target_meets(const struct tb_target *target, const struct tb_socket *socket);

/* Pure: of the sockets that may be in the way the one that most likely is: one that listens, then
 * one that is only bound, then a connection, then a TIME_WAIT. NULL: none. */
const struct tb_socket *tb_target_cause(const struct tb_target *target,
                                        const struct tb_socket *list, size_t count);

#endif
