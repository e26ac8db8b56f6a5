/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diagmsg.h - NETLINK_SOCK_DIAG: what is asked of the kernel about sockets, and what it answers
 *
 * Pure: octets in, octets out. Answers may be malformed. Layouts: sock_diag(7) and
 * include/uapi/linux/inet_diag.h; the kernel's side: net/ipv4/inet_diag.c. */
#ifndef TB_DIAGMSG_H
#define TB_DIAGMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nlmsg.h"
#include "tuple.h"

enum {
    TB_DIAG_REQUEST_MAX = 128, /* octets */
    TB_DIAG_ESTABLISHED = 1,   /* TCP_ESTABLISHED and so on: include/net/tcp_states.h */
    TB_DIAG_SYN_SENT = 2,
    TB_DIAG_SYN_RECV = 3,
    TB_DIAG_TIME_WAIT = 6,
    TB_DIAG_CLOSE = 7,
    TB_DIAG_CLOSE_WAIT = 8,
    TB_DIAG_LISTEN = 10,
    TB_DIAG_NEW_SYN_RECV = 12
};

#define TB_DIAG_ALL_STATES 0xffffffffu /* bound sockets that do not listen too (Linux 6.8) */

struct tb_diag_socket {
    struct tb_tuple tuple; /* of a socket that listens: the remote end is zero */
    uint64_t cookie;       /* of this socket for ever: never given again */
    uint64_t inode;        /* "socket:[inode]"; 0: no descriptor is open on it (not accepted yet, or
                              closed by its process), or it is a TIME-WAIT's or a SYN-RECEIVED's */
    uint32_t uid;          /* of the process that made it; meaningless without an inode */
    uint32_t interface;    /* that it is bound to; 0: to none */
    uint32_t receive_queue; /* octets not read yet, a FIN counted as one; of a listener: connections
                               that wait for accept() */
    uint32_t send_queue;    /* octets not acknowledged yet, a FIN counted as one; of a listener: the
                               most that may wait */
    uint64_t octets_received;
    uint64_t octets_sent; /* with those sent again */
    uint64_t octets_to_send;
    uint32_t quiet_ms;      /* the longest of: since it last sent data, received data, received an
                               acknowledgment. So old the socket is at least, within a tick of the
                               kernel's clock; 0 where it is not told: before the handshake is done */
    uint32_t segments_sent; /* with those without data, such as SYN */
    uint8_t family;         /* AF_INET or AF_INET6: of the socket, not of the addresses */
    uint8_t state;          /* include/net/tcp_states.h */
    bool has_octets; /* the numbers of octets and segments, and how long it was quiet, are known */
    bool ipv6_only;
};

struct tb_diag_filter {
    uint32_t states;     /* bits: 1 << state */
    uint16_t local_port; /* 0: any */
    uint16_t remote_port;
    uint16_t either_port; /* of one end or the other; 0: any, and else the two above are 0 */
    uint8_t family;       /* AF_INET or AF_INET6; TCP: AF_UNSPEC, both in one pass */
    uint8_t protocol;     /* IPPROTO_TCP or IPPROTO_UDP */
    bool octets;          /* ask for the numbers of octets too */
};

/* Asks for the one TCP socket whose ends are these. The kernel answers ENOENT, or with a socket,
 * which may be one that only listens there: compare the tuple. A socket that is bound to an
 * interface is found with that interface only; 0: none. Returns the octets written. */
size_t tb_diag_ask_one(uint8_t request[TB_DIAG_REQUEST_MAX], const struct tb_tuple *tuple,
                       uint32_t interface, uint32_t sequence);

/* Asks for all that pass the filter; the kernel looks at the ports. Both families are asked for as
 * Linux did before it knew SOCK_DIAG_BY_FAMILY (TCPDIAG_GETSOCK), which no kernel has dropped: it
 * looks through its sockets once instead of twice. Returns the octets written. */
size_t tb_diag_ask_all(uint8_t request[TB_DIAG_REQUEST_MAX], const struct tb_diag_filter *filter,
                       uint32_t sequence);

/* Reads a message of type SOCK_DIAG_BY_FAMILY or TCPDIAG_GETSOCK, or one that tells of the end of a
 * socket (groups SKNLGRP_INET_TCP_DESTROY and SKNLGRP_INET6_TCP_DESTROY). False where it is no such
 * thing. */
bool tb_diag_read(const struct tb_nl_message *message, struct tb_diag_socket *socket);

/* Whether the process at this end has read from the socket or written to it, as far as the numbers
 * of octets can tell: false is not "no". */
bool tb_diag_is_used(const struct tb_diag_socket *socket);

#endif
