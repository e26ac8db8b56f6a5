/* SPDX-License-Identifier: GPL-2.0-or-later */
/* encap.h - what encloses a TCP segment in its frame: which tunnel it travels in
 *
 * Two networks may use the same addresses, each in a tunnel of its own: VXLAN, Geneve, GRE, GTP-U,
 * IP in IP, MPLS, PPPoE, stacked VLANs. The same four numbers of TCP and IP are then two
 * connections. */
#ifndef TB_ENCAP_H
#define TB_ENCAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a frame begins. */
enum tb_encap_link {
    TB_ENCAP_LINK_OTHER, /* in a way that is not known here */
    TB_ENCAP_LINK_ETHERNET,
    TB_ENCAP_LINK_IP,
    TB_ENCAP_LINK_NULL, /* BSD loopback: four octets before IP */
    TB_ENCAP_LINK_PPP,
    TB_ENCAP_LINK_SLL, /* Linux cooked capture, and its version 2 */
    TB_ENCAP_LINK_SLL2
};

struct tb_encap {
    uint64_t id; /* of the outer addresses and the tunnels' numbers. 0: no tunnel. What travels
                    the other way may have another id: GTP-U's numbers, GRE's keys and MPLS's
                    labels belong to one direction */
    uint64_t
        ends;   /* of the outer addresses alone: the same for both directions; 0: there are none */
    bool whole; /* false: there is something that cannot be read, such as a later fragment of an
                   outer packet; `id` is of what is before it */
};

/* Reads the frame up to the TCP header, or up to the one that an ICMP error quotes. A single VLAN
 * tag is not counted as a tunnel. Ids are hashes: the same in every process, not meant against who
 * makes collisions. */
struct tb_encap tb_encap_read(enum tb_encap_link link, const uint8_t *frame, size_t length);

#endif
