/* SPDX-License-Identifier: GPL-2.0-or-later */
/* test_encap.c - tunnels of every kind: each has an id of its own, whole or cut at every octet
 *
 * A frame is written from the outside to the inside; what is in it from TCP on is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "edge.h"
#include "encap.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Pieces of frames; addresses are 10.0.0.1 and 10.0.0.2 inside, 192.0.2.1 and 192.0.2.2 outside. */
#define MAC                            "\2\0\0\0\0\2\2\0\0\0\0\1"
#define ETH(type)                      MAC type
#define T_IPV4                         "\x08\0"
#define T_IPV6                         "\x86\xdd"
#define T_VLAN                         "\x81\0"
#define T_SVLAN                        "\x88\xa8"
#define T_MPLS                         "\x88\x47"
#define T_PPPOE                        "\x88\x64"
#define T_ETHERNET                     "\x65\x58"
#define T_PPP                          "\x88\x0b"
#define IPV4(flags, protocol, ends)    "\x45\0\0\0\0\0" flags "\x40" protocol "\0\0" ends
#define IPV6(next, ends)               "\x60\0\0\0\0\0" next "\x40" ends
#define OUT                            "\xc0\0\2\1\xc0\0\2\2"
#define BACK                           "\xc0\0\2\2\xc0\0\2\1"
#define ELSEWHERE                      "\xc0\0\2\1\xc0\0\2\3"
#define INSIDE                         "\x0a\0\0\1\x0a\0\0\2"
#define HOST(last)                     "\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0" last
#define OUT6                           HOST("\1") HOST("\2")
#define BACK6                          HOST("\2") HOST("\1")
#define WHOLE                          "\0\0" /* no fragment */
#define TCP                            IPV4(WHOLE, "\6", INSIDE)
#define UDP(port)                      "\xc0\0" port "\0\0\0\0"
#define VXLAN(network)                 UDP("\x12\xb5") "\x08\0\0\0" network "\0"
#define GENEVE(type, network, options) UDP("\x17\xc1") options "\0" type network "\0"
#define GTPU(endpoint)                 UDP("\x08\x68") "\x30\xff\0\0" endpoint
#define TAG(id, type)                  id type

struct frame {
    const char *name;
    enum tb_encap_link link;
    const char *octets;
    size_t length;
};

#define FRAME(name, link, octets)                                                                  \
    {                                                                                              \
        name, TB_ENCAP_LINK_##link, octets, sizeof(octets) - 1                                     \
    }

static struct tb_encap read_frame(const struct frame *frame)
{
    return tb_encap_read(frame->link, tb_edge_put(frame->octets, frame->length), frame->length);
}

/* No two of them are the same tunnel. */
static const struct frame tunnels[] = {
    FRAME("vxlan", ETHERNET,
          ETH(T_IPV4) IPV4(WHOLE, "\x11", OUT) VXLAN("\0\0\x2a") ETH(T_IPV4) TCP),
    FRAME("another vxlan", ETHERNET,
          ETH(T_IPV4) IPV4(WHOLE, "\x11", OUT) VXLAN("\0\0\x2b") ETH(T_IPV4) TCP),
    FRAME("vxlan elsewhere", ETHERNET,
          ETH(T_IPV4) IPV4(WHOLE, "\x11", ELSEWHERE) VXLAN("\0\0\x2a") ETH(T_IPV4) TCP),
    FRAME("vxlan over ipv6", SLL2,
          "\x86\xdd\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\1\0\0" IPV6("\x11", OUT6) VXLAN("\0\0\x2a")
              ETH(T_IPV4) TCP),
    FRAME("vxlan with a vlan", ETHERNET,
          ETH(T_IPV4) IPV4(WHOLE, "\x11", OUT) VXLAN("\0\0\x2a") ETH(T_VLAN) TAG("\0\7", T_IPV4)
              TCP),
    FRAME("vxlan in a vlan", ETHERNET,
          ETH(T_VLAN) TAG("\0\7", T_IPV4) IPV4(WHOLE, "\x11", OUT) VXLAN("\0\0\x2a") ETH(T_IPV4)
              TCP),
    FRAME("vxlan in another vlan", ETHERNET,
          ETH(T_VLAN) TAG("\0\x08", T_IPV4) IPV4(WHOLE, "\x11", OUT) VXLAN("\0\0\x2a") ETH(T_IPV4)
              TCP),
    FRAME("vxlan-gpe", IP, IPV4(WHOLE, "\x11", OUT) UDP("\x12\xb6") "\x0c\0\0\1\0\0\x2a\0" TCP),
    FRAME("geneve", IP,
          IPV4(WHOLE, "\x11", OUT) GENEVE(T_ETHERNET, "\0\0\x2a", "\0") ETH(T_IPV4) TCP),
    FRAME("geneve with options", IP,
          IPV4(WHOLE, "\x11", OUT) GENEVE(T_IPV4, "\0\0\x2b", "\1") "\0\0\0\0" TCP),
    FRAME("gtp-u", IP, IPV4(WHOLE, "\x11", OUT) GTPU("\0\0\0\1") TCP),
    FRAME("another gtp-u", IP, IPV4(WHOLE, "\x11", OUT) GTPU("\0\0\0\2") TCP),
    FRAME("gtp-u with an extension", IP,
          IPV4(WHOLE, "\x11", OUT) UDP("\x08\x68") "\x34\xff\0\0\0\0\0\3\0\0\0\x85\1\0\0\0" TCP),
    FRAME("gre", NULL, "\2\0\0\0" IPV4(WHOLE, "\x2f", OUT) "\0\0" T_IPV4 TCP),
    FRAME("gre with a key", NULL,
          "\2\0\0\0" IPV4(WHOLE, "\x2f", OUT) "\x20\0" T_IPV4 "\0\0\0\1" TCP),
    FRAME("gre with all", NULL,
          "\2\0\0\0" IPV4(WHOLE, "\x2f", OUT) "\xb0\0" T_IPV4 "\0\0\0\0\0\0\0\2\0\0\0\x09" TCP),
    FRAME("pptp", IP,
          IPV4(WHOLE, "\x2f", OUT) "\x30\x81" T_PPP "\0\x20\0\5\0\0\0\1\0\0\0\1\xff\3\0\x21" TCP),
    FRAME("ip in ip", IP, IPV4(WHOLE, "\4", OUT) TCP),
    FRAME("ip in ip elsewhere", IP, IPV4(WHOLE, "\4", ELSEWHERE) TCP),
    FRAME("ip in ip in ip", IP, IPV4(WHOLE, "\4", OUT) IPV4(WHOLE, "\4", OUT) TCP),
    FRAME("ipv6 in ip", IP, IPV4(WHOLE, "\x29", OUT) IPV6("\6", OUT6)),
    FRAME("ip in ipv6 with extension headers", IP,
          IPV6("\0", OUT6) "\x3c\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0" TCP),
    FRAME("etherip", IP, IPV4(WHOLE, "\x61", OUT) "\x30\0" ETH(T_IPV4) TCP),
    FRAME("mpls", ETHERNET, ETH(T_MPLS) "\0\x3e\x81\x40" TCP),
    FRAME("another mpls", ETHERNET, ETH(T_MPLS) "\0\x7d\1\x40" TCP),
    FRAME("two labels", ETHERNET, ETH(T_MPLS) "\0\x3e\x80\x40\0\x7d\1\x40" TCP),
    FRAME("pseudowire", ETHERNET, ETH(T_MPLS) "\0\xfa\1\x40\0\0\0\0" ETH(T_IPV4) TCP),
    FRAME("pppoe", ETHERNET, ETH(T_PPPOE) "\x11\0\0\7\0\0\0\x21" TCP),
    FRAME("another pppoe", SLL, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0" T_PPPOE "\x11\0\0\x08\0\0\x21" TCP),
    FRAME("stacked vlans", ETHERNET, ETH(T_SVLAN) TAG("\0\1", T_VLAN) TAG("\0\7", T_IPV4) TCP),
    FRAME("other stacked vlans", ETHERNET,
          ETH(T_SVLAN) TAG("\0\2", T_VLAN) TAG("\0\7", T_IPV4) TCP),
};

/* As the frame of the same place above, the other way or in another packet. */
static const struct frame ways_back[] = {
    FRAME("vxlan", ETHERNET,
          ETH(T_IPV4) IPV4(WHOLE, "\x11",
                           BACK) "\xde\xad\x12\xb5\0\0\0\0\x08\0\0\0\0\0\x2a\0" ETH(T_IPV4) TCP),
};

/* No tunnel at all. */
static const struct frame plain[] = {
    FRAME("ethernet", ETHERNET, ETH(T_IPV4) TCP),
    FRAME("vlan", ETHERNET, ETH(T_VLAN) TAG("\0\7", T_IPV4) TCP),
    FRAME("ipv6", NULL, "\x1e\0\0\0" IPV6("\6", OUT6)),
    FRAME("ipv6 with extension headers", IP,
          IPV6("\0", OUT6) "\x2c\0\0\0\0\0\0\0\6\0\0\1\0\0\0\1"
                           "\0\0\0\0"),
    FRAME("later fragment", ETHERNET, ETH(T_IPV4) IPV4("\0\1", "\6", OUT)),
    FRAME("quoted", ETHERNET, ETH(T_IPV4) IPV4(WHOLE, "\1", OUT) "\3\3\0\0\0\0\0\0" TCP),
    FRAME("quoted in a vlan", ETHERNET,
          ETH(T_VLAN) TAG("\0\7", T_IPV4) IPV4(WHOLE, "\1", OUT) "\x0b\0\0\0\0\0\0\0" TCP),
    FRAME("quoted, ipv6", IP, IPV6("\x3a", OUT6) "\1\0\0\0\0\0\0\0" IPV6("\6", BACK6)),
    FRAME("ppp", PPP, "\xff\3\0\x21" TCP),
};

/* What cannot be read to its end. */
static const struct frame torn[] = {
    FRAME("unknown link", OTHER, ETH(T_IPV4) IPV4(WHOLE, "\4", OUT) TCP),
    FRAME("later fragment of an outer packet", IP, IPV4("\0\1", "\x11", OUT) VXLAN("\0\0\x2a")),
    FRAME("unknown protocol", IP, IPV4(WHOLE, "\x32", OUT) TCP),
    FRAME("unknown port", IP, IPV4(WHOLE, "\x11", OUT) UDP("\0\x35") TCP),
    FRAME("unknown ethertype", ETHERNET, ETH("\x88\xe7") TCP),
    FRAME("header that is too short", IP, "\x44\0\0\0\0\0\0\0\x40\4\0\0" OUT TCP),
    FRAME("gre with a route", IP, IPV4(WHOLE, "\x2f", OUT) "\x40\0" T_IPV4 "\0\0\0\0" TCP),
    FRAME("no error", IP, IPV4(WHOLE, "\1", OUT) "\x08\0\0\0\0\0\0\0" TCP),
    FRAME("gtp-u's echo", IP, IPV4(WHOLE, "\x11", OUT) UDP("\x08\x68") "\x30\1\0\0\0\0\0\1" TCP),
    FRAME("gtp-u's extension without length", IP,
          IPV4(WHOLE, "\x11", OUT) UDP("\x08\x68") "\x34\xff\0\0\0\0\0\3\0\0\0\x85\0\0\0\0" TCP),
};

static void every_tunnel_has_an_id_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tunnels); i++) {
        const struct tb_encap one = read_frame(&tunnels[i]);

        if (!one.whole || one.id == 0)
            fail_msg("%s: id %llx%s", tunnels[i].name, (unsigned long long)one.id,
                     one.whole ? "" : ", not whole");
        for (size_t other = 0; other < i; other++) {
            if (one.id == read_frame(&tunnels[other]).id)
                fail_msg("%s and %s are one tunnel", tunnels[i].name, tunnels[other].name);
        }
    }
}

static void both_directions_have_one_id(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(ways_back); i++)
        assert_int_equal(read_frame(&tunnels[i]).id, read_frame(&ways_back[i]).id);
}

static void the_outer_ends_are_one_whatever_the_number(void **state)
{
    const struct frame out = FRAME("", IP, IPV4(WHOLE, "\x11", OUT) GTPU("\0\0\0\1") TCP);
    const struct frame back = FRAME("", IP, IPV4(WHOLE, "\x11", BACK) GTPU("\0\0\0\2") TCP);
    const struct frame other = FRAME("", IP, IPV4(WHOLE, "\x11", ELSEWHERE) GTPU("\0\0\0\1") TCP);

    (void)state;
    assert_int_equal(read_frame(&out).ends, read_frame(&back).ends);
    assert_int_not_equal(read_frame(&out).id, read_frame(&back).id);
    assert_int_not_equal(read_frame(&out).ends, read_frame(&other).ends);
}

static void what_is_no_tunnel_has_no_id(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(plain); i++) {
        const struct tb_encap encap = read_frame(&plain[i]);

        if (!encap.whole || encap.id != 0)
            fail_msg("%s: id %llx%s", plain[i].name, (unsigned long long)encap.id,
                     encap.whole ? "" : ", not whole");
    }
}

static void what_a_tunnel_quotes_is_in_that_tunnel(void **state)
{
    const struct frame direct = FRAME("", IP, IPV4(WHOLE, "\4", OUT) TCP);
    const struct frame quoted =
        FRAME("", IP, IPV4(WHOLE, "\4", OUT) IPV4(WHOLE, "\1", INSIDE) "\3\1\0\0\0\0\0\0" TCP);
    const struct frame outside =
        FRAME("", IP, IPV4(WHOLE, "\1", ELSEWHERE) "\3\1\0\0\0\0\0\0" IPV4(WHOLE, "\4", OUT) TCP);

    (void)state;
    assert_int_equal(read_frame(&direct).id, read_frame(&quoted).id);
    assert_int_equal(read_frame(&direct).id, read_frame(&outside).id);
}

static void what_cannot_be_read_is_not_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(torn); i++) {
        const struct tb_encap encap = read_frame(&torn[i]);

        if (encap.whole || encap.id == 0)
            fail_msg("%s: id %llx", torn[i].name, (unsigned long long)encap.id);
    }
}

static void a_frame_cut_anywhere_is_not_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(tunnels); i++) {
        struct frame frame = tunnels[i];

        /* the last header's addresses are TCP's own: its length says nothing of the tunnel */
        for (frame.length = 0; frame.length < tunnels[i].length; frame.length++) {
            if (read_frame(&frame).whole)
                fail_msg("%s, %zu octets of %zu", frame.name, frame.length, tunnels[i].length);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tunnel_has_an_id_of_its_own),
        cmocka_unit_test(both_directions_have_one_id),
        cmocka_unit_test(the_outer_ends_are_one_whatever_the_number),
        cmocka_unit_test(what_is_no_tunnel_has_no_id),
        cmocka_unit_test(what_a_tunnel_quotes_is_in_that_tunnel),
        cmocka_unit_test(what_cannot_be_read_is_not_whole),
        cmocka_unit_test(a_frame_cut_anywhere_is_not_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
