/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nicname.c - what a network interface is, by what the kernel says of it and by its name */
#include "nicname.h"

#include <assert.h>
#include <string.h>

#include <linux/if.h>
#include <linux/if_arp.h>

static const struct {
    const char *name;
    const char *example;
    enum tb_say brief;
    enum tb_say whole;
} families[] = {
    [TB_NIC_UNKNOWN] = { "unknown", NULL, TB_SAY_NIC_UNKNOWN, TB_SAY_NIC_UNKNOWN_LONG },
    [TB_NIC_LOOPBACK] = { "loopback", "lo", TB_SAY_NIC_LOOPBACK, TB_SAY_NIC_LOOPBACK_LONG },
    [TB_NIC_EN] = { "en", "ens3, enp0s3, eno1", TB_SAY_NIC_EN, TB_SAY_NIC_EN_LONG },
    [TB_NIC_ETH] = { "eth", "eth0", TB_SAY_NIC_ETH, TB_SAY_NIC_ETH_LONG },
    [TB_NIC_ETHERNET] = { "ethernet", NULL, TB_SAY_NIC_ETHERNET, TB_SAY_NIC_ETHERNET_LONG },
    [TB_NIC_WIRELESS] = { "wl", "wlan0, wlp3s0", TB_SAY_NIC_WIRELESS, TB_SAY_NIC_WIRELESS_LONG },
    [TB_NIC_MOBILE] = { "ww", "wwan0", TB_SAY_NIC_MOBILE, TB_SAY_NIC_MOBILE_LONG },
    [TB_NIC_DOCKER] = { "docker", "docker0", TB_SAY_NIC_DOCKER, TB_SAY_NIC_DOCKER_LONG },
    [TB_NIC_DOCKER_NETWORK] = { "docker-network", "br-0123456789ab", TB_SAY_NIC_DOCKER_NETWORK,
                                TB_SAY_NIC_DOCKER_NETWORK_LONG },
    [TB_NIC_LIBVIRT] = { "libvirt", "virbr0", TB_SAY_NIC_LIBVIRT, TB_SAY_NIC_LIBVIRT_LONG },
    [TB_NIC_LIBVIRT_NIC] = { "libvirt-nic", "virbr0-nic", TB_SAY_NIC_LIBVIRT_NIC,
                             TB_SAY_NIC_LIBVIRT_NIC_LONG },
    [TB_NIC_BRIDGE] = { "bridge", "br0", TB_SAY_NIC_BRIDGE, TB_SAY_NIC_BRIDGE_LONG },
    [TB_NIC_VETH] = { "veth", "veth1a2b3c4", TB_SAY_NIC_VETH, TB_SAY_NIC_VETH_LONG },
    [TB_NIC_TUN] = { "tun", "tun0", TB_SAY_NIC_TUN, TB_SAY_NIC_TUN_LONG },
    [TB_NIC_TAP] = { "tap", "tap0", TB_SAY_NIC_TAP, TB_SAY_NIC_TAP_LONG },
    [TB_NIC_WIREGUARD] = { "wireguard", "wg0", TB_SAY_NIC_WIREGUARD, TB_SAY_NIC_WIREGUARD_LONG },
    [TB_NIC_VLAN] = { "vlan", "eth0.100", TB_SAY_NIC_VLAN, TB_SAY_NIC_VLAN_LONG },
    [TB_NIC_BOND] = { "bond", "bond0", TB_SAY_NIC_BOND, TB_SAY_NIC_BOND_LONG },
    [TB_NIC_VXLAN] = { "vxlan", "vxlan0", TB_SAY_NIC_VXLAN, TB_SAY_NIC_VXLAN_LONG },
    [TB_NIC_COPY] = { "copy", NULL, TB_SAY_NIC_COPY, TB_SAY_NIC_COPY_LONG },
    [TB_NIC_TUNNEL] = { "tunnel", NULL, TB_SAY_NIC_TUNNEL, TB_SAY_NIC_TUNNEL_LONG },
    [TB_NIC_DUMMY] = { "dummy", "dummy0", TB_SAY_NIC_DUMMY, TB_SAY_NIC_DUMMY_LONG },
    [TB_NIC_IFB] = { "ifb", "ifb0", TB_SAY_NIC_IFB, TB_SAY_NIC_IFB_LONG },
    [TB_NIC_VRF] = { "vrf", NULL, TB_SAY_NIC_VRF, TB_SAY_NIC_VRF_LONG },
    [TB_NIC_AWDL] = { "awdl", "awdl0", TB_SAY_NIC_AWDL, TB_SAY_NIC_AWDL_LONG },
    [TB_NIC_LLW] = { "llw", "llw0", TB_SAY_NIC_LLW, TB_SAY_NIC_LLW_LONG },
    [TB_NIC_UTUN] = { "utun", "utun0", TB_SAY_NIC_UTUN, TB_SAY_NIC_UTUN_LONG },
};
static_assert(sizeof(families) / sizeof(families[0]) == TB_NIC_FAMILY_COUNT, "a row a family");

struct row {
    const char *word;
    enum tb_nic_family family;
};

/* IFLA_INFO_KIND: rtnl_link_ops.kind of the drivers. */
static const struct row kinds[] = {
    { "bridge", TB_NIC_BRIDGE },    { "veth", TB_NIC_VETH },
    { "tun", TB_NIC_TUN },          { "wireguard", TB_NIC_WIREGUARD },
    { "vlan", TB_NIC_VLAN },        { "bond", TB_NIC_BOND },
    { "team", TB_NIC_BOND },        { "vxlan", TB_NIC_VXLAN },
    { "geneve", TB_NIC_VXLAN },     { "macvlan", TB_NIC_COPY },
    { "macvtap", TB_NIC_COPY },     { "ipvlan", TB_NIC_COPY },
    { "ipvtap", TB_NIC_COPY },      { "gre", TB_NIC_TUNNEL },
    { "gretap", TB_NIC_TUNNEL },    { "ip6gre", TB_NIC_TUNNEL },
    { "ip6gretap", TB_NIC_TUNNEL }, { "ipip", TB_NIC_TUNNEL },
    { "sit", TB_NIC_TUNNEL },       { "ip6tnl", TB_NIC_TUNNEL },
    { "vti", TB_NIC_TUNNEL },       { "vti6", TB_NIC_TUNNEL },
    { "xfrm", TB_NIC_TUNNEL },      { "dummy", TB_NIC_DUMMY },
    { "ifb", TB_NIC_IFB },          { "vrf", TB_NIC_VRF },
};

/* What a name begins with; a digit must follow where it is no such word by itself. The longer
 * first.
 */
static const struct {
    const char *begin;
    bool digit;
    enum tb_nic_family family;
} names[] = {
    { "docker0", false, TB_NIC_DOCKER },
    { "virbr", true, TB_NIC_LIBVIRT },
    { "br-", false, TB_NIC_DOCKER_NETWORK },
    { "br", true, TB_NIC_BRIDGE },
    { "bridge", true, TB_NIC_BRIDGE },
    { "veth", false, TB_NIC_VETH },
    { "tun", true, TB_NIC_TUN },
    { "tap", true, TB_NIC_TAP },
    { "wg", true, TB_NIC_WIREGUARD },
    { "bond", true, TB_NIC_BOND },
    { "vxlan", true, TB_NIC_VXLAN },
    { "dummy", true, TB_NIC_DUMMY },
    { "ifb", true, TB_NIC_IFB },
    { "eth", true, TB_NIC_ETH },
    { "wlan", true, TB_NIC_WIRELESS },
    { "wl", false, TB_NIC_WIRELESS },
    { "ww", false, TB_NIC_MOBILE },
    { "ens", true, TB_NIC_EN },
    { "enp", true, TB_NIC_EN },
    { "eno", true, TB_NIC_EN },
    { "enP", true, TB_NIC_EN },
    { "enx", false, TB_NIC_EN },
    { "en", true, TB_NIC_EN },
    { "awdl", true, TB_NIC_AWDL },
    { "llw", true, TB_NIC_LLW },
    { "utun", true, TB_NIC_UTUN },
    { "lo", true, TB_NIC_LOOPBACK },
};

static bool begins_with(const char *name, const char *begin, bool digit)
{
    const size_t length = strlen(begin);

    return strncmp(name, begin, length) == 0 &&
           (!digit || (name[length] >= '0' && name[length] <= '9'));
}

static bool ends_with(const char *name, const char *end)
{
    const size_t length = strlen(name), tail = strlen(end);

    return length >= tail && strcmp(name + length - tail, end) == 0;
}

enum tb_nic_family tb_nic_family_of_name(const char *name)
{
    if (strcmp(name, "lo") == 0)
        return TB_NIC_LOOPBACK;
    if (begins_with(name, "virbr", true) && ends_with(name, "-nic"))
        return TB_NIC_LIBVIRT_NIC;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (begins_with(name, names[i].begin, names[i].digit))
            return names[i].family;
    }
    return TB_NIC_UNKNOWN;
}

/* Docker names the bridge of a network of its own by the first twelve digits of its id. */
static bool is_docker_network(const char *name)
{
    return strncmp(name, "br-", 3) == 0 && strlen(name) == 15 &&
           strspn(name + 3, "0123456789abcdef") == 12;
}

static enum tb_nic_family family_of_bridge(const char *name)
{
    const enum tb_nic_family named = tb_nic_family_of_name(name);

    if (named == TB_NIC_DOCKER || named == TB_NIC_LIBVIRT)
        return named;
    return is_docker_network(name) ? TB_NIC_DOCKER_NETWORK : TB_NIC_BRIDGE;
}

static enum tb_nic_family family_of_kind(const struct tb_rt_link *link)
{
    enum tb_nic_family family = TB_NIC_UNKNOWN;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(link->kind, kinds[i].word) == 0)
            family = kinds[i].family;
    }
    if (family == TB_NIC_BRIDGE)
        return family_of_bridge(link->name);
    if (family == TB_NIC_TUN && link->type == ARPHRD_ETHER)
        return tb_nic_family_of_name(link->name) == TB_NIC_LIBVIRT_NIC ? TB_NIC_LIBVIRT_NIC
                                                                       : TB_NIC_TAP;
    return family;
}

/* A device without a kind has a driver of its own: a name of something virtual says nothing then.
 */
static enum tb_nic_family family_of_device(const struct tb_rt_link *link)
{
    const enum tb_nic_family named = tb_nic_family_of_name(link->name);

    if (link->type != ARPHRD_ETHER)
        return named == TB_NIC_MOBILE ? named : TB_NIC_UNKNOWN;
    if (named == TB_NIC_EN || named == TB_NIC_ETH || named == TB_NIC_WIRELESS ||
        named == TB_NIC_MOBILE)
        return named;
    return TB_NIC_ETHERNET;
}

enum tb_nic_family tb_nic_family(const struct tb_rt_link *link)
{
    if ((link->flags & IFF_LOOPBACK) != 0)
        return TB_NIC_LOOPBACK;
    return link->kind[0] != '\0' ? family_of_kind(link) : family_of_device(link);
}

const char *tb_nic_family_name(enum tb_nic_family family)
{
    return families[family].name;
}

enum tb_say tb_nic_family_short(enum tb_nic_family family)
{
    return families[family].brief;
}

enum tb_say tb_nic_family_long(enum tb_nic_family family)
{
    return families[family].whole;
}

const char *tb_nic_family_example(enum tb_nic_family family)
{
    return families[family].example;
}
