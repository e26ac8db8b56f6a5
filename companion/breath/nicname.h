/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nicname.h - what a network interface is, by what the kernel says of it and by its name
 *
 * Pure. What the kernel says counts first; a name is a habit (systemd.net-naming-scheme(7), Docker,
 * libvirt, macOS), and only says more where the kernel's word leaves room. */
#ifndef TB_NICNAME_H
#define TB_NICNAME_H

#include <stdbool.h>

#include "rtmsg.h"
#include "say.h"

enum tb_nic_family {
    TB_NIC_UNKNOWN,
    TB_NIC_LOOPBACK,
    TB_NIC_EN,
    TB_NIC_ETH,
    TB_NIC_ETHERNET, /* by another name */
    TB_NIC_WIRELESS,
    TB_NIC_MOBILE,
    TB_NIC_DOCKER,
    TB_NIC_DOCKER_NETWORK,
    TB_NIC_LIBVIRT,
    TB_NIC_LIBVIRT_NIC,
    TB_NIC_BRIDGE,
    TB_NIC_VETH,
    TB_NIC_TUN,
    TB_NIC_TAP,
    TB_NIC_WIREGUARD,
    TB_NIC_VLAN,
    TB_NIC_BOND,
    TB_NIC_VXLAN,
    TB_NIC_COPY, /* macvlan, ipvlan */
    TB_NIC_TUNNEL,
    TB_NIC_DUMMY,
    TB_NIC_IFB,
    TB_NIC_VRF,
    TB_NIC_AWDL, /* these are names of macOS */
    TB_NIC_LLW,
    TB_NIC_UTUN,
    TB_NIC_FAMILY_COUNT
};

enum tb_nic_family tb_nic_family(const struct tb_rt_link *link);

/* By the name alone, of an interface that is not here. */
enum tb_nic_family tb_nic_family_of_name(const char *name);

/* "veth", for programs. */
const char *tb_nic_family_name(enum tb_nic_family family);

/* What it is in a few words, and in a sentence. */
enum tb_say tb_nic_family_short(enum tb_nic_family family);
enum tb_say tb_nic_family_long(enum tb_nic_family family);

/* How such names look: "eth0"; NULL: there is no habit. */
const char *tb_nic_family_example(enum tb_nic_family family);

#endif
