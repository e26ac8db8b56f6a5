/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sockets.h - the TCP and UDP sockets of a network namespace
 *
 * What the kernel tells by NETLINK_SOCK_DIAG, of the network namespace that the caller is in, for
 * any caller: it needs no privilege. Sockets that were only bound are listed since Linux 6.8. */
#ifndef TB_SOCKETS_H
#define TB_SOCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "diagmsg.h"

enum tb_socket_state { /* include/net/tcp_states.h */
    TB_SOCKET_ESTABLISHED = 1,
    TB_SOCKET_SYN_SENT = 2,
    TB_SOCKET_SYN_RECV = 3,
    TB_SOCKET_FIN_WAIT1 = 4,
    TB_SOCKET_FIN_WAIT2 = 5,
    TB_SOCKET_TIME_WAIT = 6,
    TB_SOCKET_CLOSE = 7, /* TCP: bound only; UDP: not connected */
    TB_SOCKET_CLOSE_WAIT = 8,
    TB_SOCKET_LAST_ACK = 9,
    TB_SOCKET_LISTEN = 10,
    TB_SOCKET_CLOSING = 11,
    TB_SOCKET_STATE_COUNT
};

/* 64 octets: a machine may have 100,000 of them. The members are those of struct tb_diag_socket. */
struct tb_socket {
    struct tb_tuple tuple;
    uint32_t inode;
    uint32_t uid;
    uint32_t interface;
    uint32_t receive_queue;
    uint32_t send_queue;
    uint8_t family;
    uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
    uint8_t state;    /* enum tb_socket_state */
    bool ipv6_only;   /* known of LISTEN and CLOSE only: inet_diag_msg_attrs_fill() */
};

struct tb_sockets {
    struct tb_socket *list; /* in the kernel's order */
    size_t count;
    size_t room;
    bool inexact; /* the kernel's list changed while it was read, each time it was tried */
};

/* Of a filter's states: sockets that are only bound (TCP_BOUND_INACTIVE), told as CLOSE. */
#define TB_SOCKETS_BOUND (1u << 13)

struct tb_sockets_filter {
    uint32_t tcp_states; /* bits: 1 << state; 0: no TCP socket */
    uint32_t udp_states;
    uint16_t local_port; /* 0: any */
    uint16_t remote_port;
    uint16_t either_port; /* of one end or the other; 0: any, and else the two above are 0 */
};

/* Adds to the list. It is the caller's to free by tb_sockets_free(), also after an error. Returns 0
 * or -errno. */
int tb_sockets_read(struct tb_sockets *sockets, const struct tb_sockets_filter *filter);
void tb_sockets_free(struct tb_sockets *sockets);

/* Pure: adds one message of an answer, which may be malformed. `sockets->list` may move. Returns 0
 * or -ENOMEM. */
int tb_sockets_add(struct tb_sockets *sockets, uint8_t protocol,
                   const struct tb_nl_message *message);

/* By protocol, then LISTEN and the only bound before connections, then by port and address. */
void tb_sockets_sort(struct tb_sockets *sockets);

#endif
