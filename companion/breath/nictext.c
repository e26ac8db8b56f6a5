/* SPDX-License-Identifier: GPL-2.0-or-later */
/* nictext.c - flags, states, addresses of network interfaces as they are written */
#include "nictext.h"

#include <assert.h>
#include <string.h>

#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

enum {
    CLASSIC_FLAGS = 0xffff /* of SIOCGIFFLAGS, which is a short */
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum tb_nic_state tb_nic_state(const struct tb_rt_link *link)
{
    if ((link->flags & IFF_UP) == 0)
        return TB_NIC_DOWN;
    return (link->flags & IFF_RUNNING) != 0 ? TB_NIC_UP : TB_NIC_NO_CARRIER;
}

const char *tb_nic_state_name(enum tb_nic_state state)
{
    static const char *const names[] = { "DOWN", "NO-CARRIER", "UP" };

    return names[state];
}

const char *tb_nic_status_word(enum tb_nic_state state)
{
    static const char *const words[] = { "down", "no carrier", "active" };

    return words[state];
}

const char *tb_nic_operstate_name(uint8_t state)
{
    static const char *const names[] = { "UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN",
                                         "TESTING", "DORMANT",    "UP" };

    static_assert(COUNT(names) == IF_OPER_UP + 1, "a name a state");
    return names[state < COUNT(names) ? state : IF_OPER_UNKNOWN];
}

const char *tb_nic_type_name(uint16_t type)
{
    static const struct {
        uint16_t type;
        const char *name;
    } rows[] = {
        { ARPHRD_ETHER, "ether" },
        { ARPHRD_LOOPBACK, "loopback" },
        { ARPHRD_NONE, "none" },
        { ARPHRD_PPP, "ppp" },
        { ARPHRD_TUNNEL, "ipip" },
        { ARPHRD_TUNNEL6, "tunnel6" },
        { ARPHRD_SIT, "sit" },
        { ARPHRD_IPGRE, "gre" },
        { ARPHRD_INFINIBAND, "infiniband" },
        { ARPHRD_IEEE80211_RADIOTAP, "ieee802.11/radiotap" },
        { ARPHRD_NETLINK, "netlink" },
        { ARPHRD_CAN, "can" },
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        if (rows[i].type == type)
            return rows[i].name;
    }
    return NULL;
}

struct flag {
    uint32_t bit;
    const char *name;
};

void tb_nic_put_flags(struct tb_line *line, uint32_t flags)
{
    /* In the order of net-tools' lib/interface.c. */
    static const struct flag rows[] = {
        { IFF_UP, "UP" },
        { IFF_BROADCAST, "BROADCAST" },
        { IFF_DEBUG, "DEBUG" },
        { IFF_LOOPBACK, "LOOPBACK" },
        { IFF_POINTOPOINT, "POINTOPOINT" },
        { IFF_NOTRAILERS, "NOTRAILERS" },
        { IFF_RUNNING, "RUNNING" },
        { IFF_NOARP, "NOARP" },
        { IFF_PROMISC, "PROMISC" },
        { IFF_ALLMULTI, "ALLMULTI" },
        { IFF_SLAVE, "SLAVE" },
        { IFF_MASTER, "MASTER" },
        { IFF_MULTICAST, "MULTICAST" },
        { IFF_DYNAMIC, "DYNAMIC" },
    };
    const char *comma = "";

    tb_line_put_number(line, flags & CLASSIC_FLAGS);
    tb_line_put(line, "<");
    for (size_t i = 0; i < COUNT(rows); i++) {
        if ((flags & rows[i].bit) == 0)
            continue;
        tb_line_put(line, comma);
        tb_line_put(line, rows[i].name);
        comma = ",";
    }
    tb_line_put(line, ">");
}

const char *tb_nic_flag_name(uint32_t flags, unsigned place)
{
    /* In the order of iproute2's ip/ipaddress.c, print_link_flags(). */
    static const struct flag rows[] = {
        { IFF_LOOPBACK, "LOOPBACK" },
        { IFF_BROADCAST, "BROADCAST" },
        { IFF_POINTOPOINT, "POINTOPOINT" },
        { IFF_MULTICAST, "MULTICAST" },
        { IFF_NOARP, "NOARP" },
        { IFF_ALLMULTI, "ALLMULTI" },
        { IFF_PROMISC, "PROMISC" },
        { IFF_MASTER, "MASTER" },
        { IFF_SLAVE, "SLAVE" },
        { IFF_DEBUG, "DEBUG" },
        { IFF_DYNAMIC, "DYNAMIC" },
        { IFF_AUTOMEDIA, "AUTOMEDIA" },
        { IFF_PORTSEL, "PORTSEL" },
        { IFF_NOTRAILERS, "NOTRAILERS" },
        { IFF_UP, "UP" },
        { IFF_LOWER_UP, "LOWER_UP" },
        { IFF_DORMANT, "DORMANT" },
        { IFF_ECHO, "ECHO" },
    };

    if ((flags & IFF_UP) != 0 && (flags & IFF_RUNNING) == 0 && place-- == 0)
        return "NO-CARRIER";
    for (size_t i = 0; i < COUNT(rows); i++) {
        if ((flags & rows[i].bit) != 0 && place-- == 0)
            return rows[i].name;
    }
    return NULL;
}

void tb_nic_put_mac(struct tb_line *line, const uint8_t *mac, size_t length)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < length; i++) {
        const char text[] = { digits[mac[i] >> 4], digits[mac[i] & 0xf] };

        if (i > 0)
            tb_line_put(line, ":");
        tb_line_put_octets(line, text, sizeof(text));
    }
}

bool tb_nic_mac_is_zero(const uint8_t *mac, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (mac[i] != 0)
            return false;
    }
    return true;
}

void tb_nic_put_netmask(struct tb_line *line, unsigned prefix)
{
    for (unsigned octet = 0; octet < 4; octet++) {
        const unsigned ones = prefix > octet * 8 ? prefix - octet * 8 : 0;

        if (octet > 0)
            tb_line_put(line, ".");
        tb_line_put_number(line, ones >= 8 ? 0xff : (0xff00u >> ones) & 0xff);
    }
}

void tb_nic_put_scope(struct tb_line *line, uint8_t scope)
{
    switch (scope) {
    case RT_SCOPE_UNIVERSE:
        tb_line_put(line, "global");
        return;
    case RT_SCOPE_SITE:
        tb_line_put(line, "site");
        return;
    case RT_SCOPE_LINK:
        tb_line_put(line, "link");
        return;
    case RT_SCOPE_HOST:
        tb_line_put(line, "host");
        return;
    case RT_SCOPE_NOWHERE:
        tb_line_put(line, "nowhere");
        return;
    default: /* an administrator's own */
        tb_line_put_number(line, scope);
    }
}

void tb_nic_put_size(struct tb_line *line, uint64_t octets)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
    uint64_t tenths = octets;
    unsigned shift = 0;

    while (shift + 1 < COUNT(units) && octets > (uint64_t)1 << 10 * (shift + 1))
        shift++;
    /* Ten times as much would not fit. */
    tenths = octets > UINT64_MAX / 10 ? (octets >> 10 * shift) * 10 : octets * 10 >> 10 * shift;
    tb_line_put_number(line, tenths / 10);
    tb_line_put(line, ".");
    tb_line_put_number(line, tenths % 10);
    tb_line_put(line, " ");
    tb_line_put(line, units[shift]);
}

const char *tb_nic_bond_mode_name(uint8_t mode)
{
    /* include/uapi/linux/if_bonding.h */
    static const char *const names[] = { "balance-rr", "active-backup", "balance-xor", "broadcast",
                                         "802.3ad",    "balance-tlb",   "balance-alb" };

    return mode < COUNT(names) ? names[mode] : NULL;
}

const char *tb_nic_address_flag(const struct tb_rt_address *address, unsigned place)
{
    static const struct flag rows[] = {
        { IFA_F_TENTATIVE, "tentative" },       { IFA_F_DADFAILED, "dadfailed" },
        { IFA_F_DEPRECATED, "deprecated" },     { IFA_F_NODAD, "nodad" },
        { IFA_F_OPTIMISTIC, "optimistic" },     { IFA_F_HOMEADDRESS, "home" },
        { IFA_F_MANAGETEMPADDR, "mngtmpaddr" }, { IFA_F_NOPREFIXROUTE, "noprefixroute" },
        { IFA_F_MCAUTOJOIN, "autojoin" },       { IFA_F_STABLE_PRIVACY, "stable-privacy" },
    };

    /* One bit for two things: include/uapi/linux/if_addr.h */
    if ((address->flags & IFA_F_SECONDARY) != 0 && place-- == 0)
        return address->family == AF_INET6 ? "temporary" : "secondary";
    if ((address->flags & IFA_F_PERMANENT) == 0 && place-- == 0)
        return "dynamic";
    for (size_t i = 0; i < COUNT(rows); i++) {
        if ((address->flags & rows[i].bit) != 0 && place-- == 0)
            return rows[i].name;
    }
    return NULL;
}

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

static uint64_t number_at(const char *text)
{
    uint64_t number = 0;

    for (; is_digit(*text); text++)
        number = number * 10 + (uint64_t)(*text - '0'); /* at most 15 digits */
    return number;
}

int tb_nic_compare_names(const char *one, const char *other)
{
    const char *first = one;
    const char *second = other;

    while (*one == *other && *one != '\0') {
        if (!is_digit(*one)) {
            first = one + 1;
            second = other + 1;
        }
        one++;
        other++;
    }
    if (is_digit(*first) && is_digit(*second) && number_at(first) != number_at(second))
        return number_at(first) < number_at(second) ? -1 : 1;
    return (*one > *other) - (*one < *other);
}
