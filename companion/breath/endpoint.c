/* SPDX-License-Identifier: GPL-2.0-or-later */
/* endpoint.c - protocols, addresses and states as they are written */
#include "endpoint.h"

#include <assert.h>
#include <string.h>

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include "ownerless.h"

static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* RFC 4291 section 2.5.5.2 */

bool tb_endpoint_is_ipv4(const uint8_t address[16])
{
    return memcmp(address, mapped, sizeof(mapped)) == 0;
}

const char *tb_endpoint_protocol(const struct tb_socket *socket)
{
    static const char *const names[2][3] = { { "tcp4", "tcp6", "tcp46" },
                                             { "udp4", "udp6", "udp46" } };
    size_t family = 1;

    if (socket->family == AF_INET)
        family = 0;
    else if (tb_endpoint_is_ipv4(socket->tuple.local) ||
             (tb_socket_is_dual(socket) && socket->tuple.remote_port == 0))
        family = 2;
    return names[socket->protocol == IPPROTO_UDP][family];
}

static const char *const state_names[TB_SOCKET_STATE_COUNT] = {
    [0] = "UNKNOWN",
    [TB_SOCKET_ESTABLISHED] = "ESTABLISHED",
    [TB_SOCKET_SYN_SENT] = "SYN_SENT",
    [TB_SOCKET_SYN_RECV] = "SYN_RECV",
    [TB_SOCKET_FIN_WAIT1] = "FIN_WAIT1",
    [TB_SOCKET_FIN_WAIT2] = "FIN_WAIT2",
    [TB_SOCKET_TIME_WAIT] = "TIME_WAIT",
    [TB_SOCKET_CLOSE] = "BOUND",
    [TB_SOCKET_CLOSE_WAIT] = "CLOSE_WAIT",
    [TB_SOCKET_LAST_ACK] = "LAST_ACK",
    [TB_SOCKET_LISTEN] = "LISTEN",
    [TB_SOCKET_CLOSING] = "CLOSING",
};

const char *tb_endpoint_state(const struct tb_socket *socket)
{
    if (socket->state >= TB_SOCKET_STATE_COUNT)
        return state_names[0];
    if (socket->protocol == IPPROTO_UDP && socket->state == TB_SOCKET_CLOSE)
        return "UNCONN";
    return state_names[socket->state];
}

struct named {
    const char *name;
    enum tb_socket_state state;
};

static const struct named other_names[] = {
    { "UNCONN", TB_SOCKET_CLOSE },          { "CLOSE", TB_SOCKET_CLOSE },
    { "ESTAB", TB_SOCKET_ESTABLISHED },     { "LISTENING", TB_SOCKET_LISTEN },
    { "SYN_RECEIVED", TB_SOCKET_SYN_RECV },
};

const char *const tb_endpoint_states[] = { "established", "listen",   "time-wait", "close-wait",
                                           "syn-sent",    "syn-recv", "fin-wait1", "fin-wait2",
                                           "last-ack",    "closing",  "bound",     "unconn" };
const size_t tb_endpoint_state_count = sizeof(tb_endpoint_states) / sizeof(tb_endpoint_states[0]);

/* Without case, "-" and "_". */
static bool is_alike(const char *one, const char *other)
{
    for (;; one++, other++) {
        char left, right;

        while (*one == '-' || *one == '_')
            one++;
        while (*other == '-' || *other == '_')
            other++;
        left = (char)(*one >= 'a' && *one <= 'z' ? *one - 'a' + 'A' : *one);
        right = (char)(*other >= 'a' && *other <= 'z' ? *other - 'a' + 'A' : *other);
        if (left != right)
            return false;
        if (left == '\0')
            return true;
    }
}

unsigned tb_endpoint_state_of(const char *name)
{
    for (unsigned state = 1; state < TB_SOCKET_STATE_COUNT; state++) {
        if (is_alike(name, state_names[state]))
            return state;
    }
    for (size_t i = 0; i < sizeof(other_names) / sizeof(other_names[0]); i++) {
        if (is_alike(name, other_names[i].name))
            return other_names[i].state;
    }
    return 0;
}

static void put_ipv4(struct tb_line *line, const uint8_t octets[4])
{
    for (size_t i = 0; i < 4; i++) {
        if (i > 0)
            tb_line_put_octets(line, ".", 1);
        tb_line_put_number(line, octets[i]);
    }
}

void tb_endpoint_put_address(struct tb_line *line, const uint8_t address[16])
{
    char text[INET6_ADDRSTRLEN];

    if (tb_endpoint_is_ipv4(address))
        put_ipv4(line, address + sizeof(mapped));
    else if (inet_ntop(AF_INET6, address, text, sizeof(text)) != NULL)
        tb_line_put(line, text);
}

static void put_interface(struct tb_line *line, uint32_t interface)
{
    char name[IF_NAMESIZE];

    if (interface == 0)
        return;
    tb_line_put(line, "%");
    if (if_indextoname(interface, name) != NULL)
        tb_line_put_outside(line, name, strlen(name));
    else
        tb_line_put_number(line, interface);
}

static void put(struct tb_line *line, const uint8_t address[16], uint16_t port, uint32_t interface)
{
    const bool ipv4 = tb_endpoint_is_ipv4(address);

    if (!ipv4)
        tb_line_put(line, "[");
    tb_endpoint_put_address(line, address);
    put_interface(line, interface);
    tb_line_put(line, ipv4 ? ":" : "]:");
    if (port == 0)
        tb_line_put(line, "*");
    else
        tb_line_put_number(line, port);
}

void tb_endpoint_put_local(struct tb_line *line, const struct tb_socket *socket)
{
    if (tb_socket_is_dual(socket) && socket->tuple.remote_port == 0) {
        tb_line_put(line, "*");
        put_interface(line, socket->interface);
        tb_line_put(line, ":");
        tb_line_put_number(line, socket->tuple.local_port);
        return;
    }
    put(line, socket->tuple.local, socket->tuple.local_port, socket->interface);
}

void tb_endpoint_put_remote(struct tb_line *line, const struct tb_socket *socket)
{
    if (socket->tuple.remote_port == 0)
        tb_line_put(line, "*");
    else
        put(line, socket->tuple.remote, socket->tuple.remote_port, 0);
}

static bool is_loopback(const uint8_t address[16])
{
    static const uint8_t loopback6[16] = { [15] = 1 };

    if (tb_endpoint_is_ipv4(address))
        return address[12] == IN_LOOPBACKNET;
    return memcmp(address, loopback6, sizeof(loopback6)) == 0;
}

static bool is_of_the_link(const uint8_t address[16])
{
    if (tb_endpoint_is_ipv4(address))
        return address[12] == 169 && address[13] == 254;
    return address[0] == 0xfe && (address[1] & 0xc0) == 0x80;
}

enum tb_reach tb_endpoint_reach(const struct tb_socket *socket)
{
    if (tb_socket_is_dual(socket))
        return TB_REACH_ANY46;
    if (tb_socket_is_wildcard(socket))
        return socket->family == AF_INET ? TB_REACH_ANY4 : TB_REACH_ANY6;
    if (is_loopback(socket->tuple.local))
        return TB_REACH_SELF;
    return is_of_the_link(socket->tuple.local) ? TB_REACH_LINK : TB_REACH_ONE;
}

const char *tb_endpoint_reach_name(enum tb_reach reach)
{
    static const char *const names[] = {
        [TB_REACH_ANY46] = "any", [TB_REACH_ANY4] = "any-ipv4", [TB_REACH_ANY6] = "any-ipv6",
        [TB_REACH_SELF] = "self", [TB_REACH_LINK] = "link",     [TB_REACH_ONE] = "address",
    };

    static_assert(sizeof(names) / sizeof(names[0]) == TB_REACH_COUNT, "a name a reach");
    return names[reach];
}
