/* SPDX-License-Identifier: GPL-2.0-or-later */
/* diagmsg.c - NETLINK_SOCK_DIAG: what is asked of the kernel about sockets, and what it answers */
#include "diagmsg.h"

#include <assert.h>
#include <string.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* RFC 4291 section 2.5.5.2 */

static const size_t attribute_header = sizeof(struct nlattr); /* NLA_HDRLEN is an int */

static_assert(NLMSG_HDRLEN + sizeof(struct inet_diag_req_v2) + sizeof(struct nlattr) +
                      9 * sizeof(struct inet_diag_bc_op) <=
                  TB_DIAG_REQUEST_MAX,
              "a request fits");

static bool is_ipv4(const uint8_t address[16])
{
    return memcmp(address, mapped, sizeof(mapped)) == 0;
}

static void put_header(uint8_t *request, uint16_t type, size_t length, uint16_t flags,
                       uint32_t sequence)
{
    const struct nlmsghdr header = { .nlmsg_len = (uint32_t)length,
                                     .nlmsg_type = type,
                                     .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags),
                                     .nlmsg_seq = sequence };

    memcpy(request, &header, sizeof(header));
}

static void put_address(__be32 place[4], const uint8_t address[16], bool ipv4)
{
    if (ipv4)
        memcpy(place, address + sizeof(mapped), 4);
    else
        memcpy(place, address, 16);
}

size_t tb_diag_ask_one(uint8_t request[TB_DIAG_REQUEST_MAX], const struct tb_tuple *tuple,
                       uint32_t interface, uint32_t sequence)
{
    const bool ipv4 = is_ipv4(tuple->local) && is_ipv4(tuple->remote);
    struct inet_diag_req_v2 body = {
        .sdiag_family = ipv4 ? AF_INET : AF_INET6,
        .sdiag_protocol = IPPROTO_TCP,
        .idiag_ext = 1u << (INET_DIAG_INFO - 1),
        .idiag_states = TB_DIAG_ALL_STATES,
        .id = { .idiag_sport = htons(tuple->local_port),
                .idiag_dport = htons(tuple->remote_port),
                .idiag_if = interface,
                .idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } },
    };

    put_address(body.id.idiag_src, tuple->local, ipv4);
    put_address(body.id.idiag_dst, tuple->remote, ipv4);
    put_header(request, SOCK_DIAG_BY_FAMILY, NLMSG_HDRLEN + sizeof(body), 0, sequence);
    memcpy(request + NLMSG_HDRLEN, &body, sizeof(body));
    return NLMSG_HDRLEN + sizeof(body);
}

/* "The port is at least and at most `port`": understood by every kernel; INET_DIAG_BC_S_EQ is
 * younger (4.16). An operation takes a second place for its number. `otherwise`: how many octets
 * behind these four it goes on where a comparison fails. */
static void put_port(struct inet_diag_bc_op op[4], bool local, uint16_t port, size_t otherwise)
{
    const size_t one = 2 * sizeof(*op);

    memset(op, 0, 4 * sizeof(*op));
    op[0].code = local ? INET_DIAG_BC_S_GE : INET_DIAG_BC_D_GE;
    op[0].yes = (unsigned char)one;
    op[0].no = (unsigned short)(2 * one + otherwise);
    op[1].no = port;
    op[2].code = local ? INET_DIAG_BC_S_LE : INET_DIAG_BC_D_LE;
    op[2].yes = (unsigned char)one;
    op[2].no = (unsigned short)(one + otherwise);
    op[3].no = port;
}

/* Four octets behind the end of the program is no. */
static const size_t no = sizeof(struct inet_diag_bc_op);

/* "The local port is it; or else the remote one is." Behind the first half a jump leads to the end,
 * which is yes. Returns how many places were used. */
static size_t put_either(struct inet_diag_bc_op op[9], uint16_t port)
{
    put_port(op, true, port, sizeof(*op));
    op[4] = (struct inet_diag_bc_op){ .code = INET_DIAG_BC_JMP,
                                      .yes = sizeof(*op),
                                      .no = 5 * sizeof(*op) };
    put_port(op + 5, false, port, no);
    return 9;
}

/* Returns the octets of the program. */
static size_t put_ports(struct inet_diag_bc_op op[9], const struct tb_diag_filter *filter)
{
    size_t used = 0;

    if (filter->either_port != 0)
        return put_either(op, filter->either_port) * sizeof(*op);
    if (filter->local_port != 0) {
        put_port(op, true, filter->local_port,
                 filter->remote_port != 0 ? 4 * sizeof(*op) + no : no);
        used = 4;
    }
    if (filter->remote_port != 0) {
        put_port(op + used, false, filter->remote_port, no);
        used += 4;
    }
    return used * sizeof(*op);
}

/* Returns the octets written. */
static size_t put_body(uint8_t *place, const struct tb_diag_filter *filter)
{
    const uint8_t extensions = filter->octets ? 1u << (INET_DIAG_INFO - 1) : 0;
    const struct inet_diag_req_v2 body = { .sdiag_family = filter->family,
                                           .sdiag_protocol = filter->protocol,
                                           .idiag_ext = extensions,
                                           .idiag_states = filter->states };
    const struct inet_diag_req both = { .idiag_family = AF_INET, /* the kernel asks for both */
                                        .idiag_ext = extensions,
                                        .idiag_states = filter->states };

    if (filter->family == AF_UNSPEC) {
        memcpy(place, &both, sizeof(both));
        return sizeof(both);
    }
    memcpy(place, &body, sizeof(body));
    return sizeof(body);
}

size_t tb_diag_ask_all(uint8_t request[TB_DIAG_REQUEST_MAX], const struct tb_diag_filter *filter,
                       uint32_t sequence)
{
    struct inet_diag_bc_op program[9];
    const size_t octets = put_ports(program, filter);
    size_t length = NLMSG_HDRLEN + put_body(request + NLMSG_HDRLEN, filter);

    if (octets > 0) {
        const struct nlattr attribute = { .nla_len = (uint16_t)(attribute_header + octets),
                                          .nla_type = INET_DIAG_REQ_BYTECODE };

        memcpy(request + length, &attribute, sizeof(attribute));
        memcpy(request + length + attribute_header, program, octets);
        length += attribute_header + octets;
    }
    put_header(request, filter->family == AF_UNSPEC ? TCPDIAG_GETSOCK : SOCK_DIAG_BY_FAMILY, length,
               NLM_F_DUMP, sequence);
    return length;
}

static void get_address(uint8_t address[16], const __be32 place[4], uint8_t family)
{
    if (family == AF_INET)
        tb_tuple_map_ipv4(address, place);
    else
        memcpy(address, place, 16);
}

/* An older kernel's struct tcp_info is shorter. This one is the last of those that are read; Linux
 * has it since 4.19. */
static const size_t info_least =
    offsetof(struct tcp_info, tcpi_bytes_sent) + sizeof(((struct tcp_info *)0)->tcpi_bytes_sent);

static uint32_t longest(uint32_t one, uint32_t other)
{
    return one > other ? one : other;
}

/* tcp_finish_connect() and tcp_create_openreq_child() set the three times; before, they may be
 * another socket's or none. */
static uint32_t quiet_ms(const struct tcp_info *info)
{
    if (info->tcpi_state != TB_DIAG_ESTABLISHED && info->tcpi_state != TB_DIAG_CLOSE_WAIT)
        return 0;
    return longest(longest(info->tcpi_last_data_sent, info->tcpi_last_data_recv),
                   info->tcpi_last_ack_recv);
}

static void read_info(const struct tb_nl_rest *rest, struct tb_diag_socket *socket)
{
    struct tcp_info info = { 0 };

    if (rest->length < info_least)
        return;
    memcpy(&info, rest->at, rest->length < sizeof(info) ? rest->length : sizeof(info));
    socket->octets_received = info.tcpi_bytes_received;
    socket->octets_sent = info.tcpi_bytes_sent;
    socket->octets_to_send = info.tcpi_notsent_bytes;
    socket->quiet_ms = quiet_ms(&info);
    socket->segments_sent = info.tcpi_segs_out;
    socket->has_octets = true;
}

static void read_attributes(struct tb_nl_rest rest, struct tb_diag_socket *socket)
{
    struct tb_nl_attribute attribute;

    while (tb_nl_next_attribute(&rest, &attribute)) {
        if (attribute.type == INET_DIAG_INFO)
            read_info(&attribute.payload, socket);
        else if (attribute.type == INET_DIAG_SKV6ONLY && attribute.payload.length >= 1)
            socket->ipv6_only = attribute.payload.at[0] != 0;
    }
}

bool tb_diag_read(const struct tb_nl_message *message, struct tb_diag_socket *socket)
{
    struct tb_nl_rest rest = message->payload;
    struct inet_diag_msg body;
    struct tb_diag_socket found = { 0 };

    if ((message->type != SOCK_DIAG_BY_FAMILY && message->type != TCPDIAG_GETSOCK) ||
        !tb_nl_take(&rest, &body, sizeof(body)) ||
        (body.idiag_family != AF_INET && body.idiag_family != AF_INET6))
        return false;
    found.family = body.idiag_family;
    found.state = body.idiag_state;
    found.tuple.local_port = ntohs(body.id.idiag_sport);
    found.tuple.remote_port = ntohs(body.id.idiag_dport);
    get_address(found.tuple.local, body.id.idiag_src, body.idiag_family);
    get_address(found.tuple.remote, body.id.idiag_dst, body.idiag_family);
    found.cookie = (uint64_t)body.id.idiag_cookie[1] << 32 | body.id.idiag_cookie[0];
    found.inode = body.idiag_inode;
    found.uid = body.idiag_uid;
    found.interface = body.id.idiag_if;
    found.receive_queue = body.idiag_rqueue;
    found.send_queue = body.idiag_wqueue;
    read_attributes(rest, &found);
    *socket = found;
    return true;
}

bool tb_diag_is_used(const struct tb_diag_socket *socket)
{
    if (!socket->has_octets || socket->state == TB_DIAG_LISTEN)
        return false;
    return socket->octets_sent > 0 || socket->octets_to_send > 0 ||
           socket->octets_received > socket->receive_queue;
}
