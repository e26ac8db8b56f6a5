/* SPDX-License-Identifier: GPL-2.0-or-later */
/* endpoint.h - protocols, addresses and states as they are written
 *
 * Pure but for the names of interfaces. Names are of no language: they can be filtered by. */
#ifndef TB_ENDPOINT_H
#define TB_ENDPOINT_H

#include <stdbool.h>

#include "line.h"
#include "sockets.h"

/* "tcp4", "tcp6", "tcp46", "udp4", ...: 46 is an IPv6 socket that takes IPv4 or carries it. */
const char *tb_endpoint_protocol(const struct tb_socket *socket);

/* "LISTEN", "TIME_WAIT"; "BOUND" for TCP and "UNCONN" for UDP that have no other end. */
const char *tb_endpoint_state(const struct tb_socket *socket);

/* The state of that name, in any case and with "-" or "_" or neither, also as ss has it ("estab",
 * "syn-recv"); 0: none. */
unsigned tb_endpoint_state_of(const char *name);

/* All names of states. */
extern const char *const tb_endpoint_states[];
extern const size_t tb_endpoint_state_count;

/* "127.0.0.1:8080", "[::1]:8080", "*:8080" for all addresses of both families; "[fe80::1%eth0]:80"
 * and "0.0.0.0%eth0:67" where the socket is bound to an interface. Port 0 of a remote end: "*". */
void tb_endpoint_put_local(struct tb_line *line, const struct tb_socket *socket);
void tb_endpoint_put_remote(struct tb_line *line, const struct tb_socket *socket);

/* Without brackets, port and interface. */
void tb_endpoint_put_address(struct tb_line *line, const uint8_t address[16]);

bool tb_endpoint_is_ipv4(const uint8_t address[16]);

/* From where a socket that waits for others can be reached, by its address alone. */
enum tb_reach {
    TB_REACH_ANY46, /* any host */
    TB_REACH_ANY4,
    TB_REACH_ANY6,
    TB_REACH_SELF, /* this machine only */
    TB_REACH_LINK, /* hosts of the same link: RFC 4291 section 2.5.6, RFC 3927 */
    TB_REACH_ONE,  /* hosts that reach the one address */
    TB_REACH_COUNT
};

enum tb_reach tb_endpoint_reach(const struct tb_socket *socket);
const char *tb_endpoint_reach_name(enum tb_reach reach); /* for JSON */

#endif
