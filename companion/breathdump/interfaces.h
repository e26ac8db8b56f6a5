/* SPDX-License-Identifier: GPL-2.0-or-later */
/* interfaces.h - the network interfaces of this thread's network namespace */
#ifndef TB_INTERFACES_H
#define TB_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TB_ANY "any" /* libpcap's name for all interfaces together */

enum {
    TB_INTERFACE_ADDRESSES = 16 /* told of one interface; more are left out */
};

struct tb_interface {
    char name[16]; /* IFNAMSIZ */
    char description[64];
    unsigned index;         /* 0: TB_ANY */
    unsigned hardware_type; /* ARPHRD_... */
    bool is_up;
    bool is_loopback;
    bool has_mac;
    uint8_t mac[6];
    uint64_t speed;                          /* bits a second; 0: not known */
    uint8_t ipv4[TB_INTERFACE_ADDRESSES][8]; /* address, mask */
    size_t ipv4_count;
    uint8_t ipv6[TB_INTERFACE_ADDRESSES][17]; /* address, prefix length */
    size_t ipv6_count;
};

struct tb_interfaces {
    struct tb_interface *list; /* TB_ANY first, then by index */
    size_t count;
};

/* 0 or -errno. Destroy with tb_interfaces_free(). Needs no privileges. */
int tb_interfaces_read(struct tb_interfaces *interfaces);
void tb_interfaces_free(struct tb_interfaces *interfaces);

/* By name, else by its number in the list, from 1, as -D prints it. NULL: there is none. */
const struct tb_interface *tb_interfaces_find(const struct tb_interfaces *interfaces,
                                              const char *name);

/* Names like `name`, ", " between each two; "" where none is like it. Cut where `size` ends. */
void tb_interfaces_near(const struct tb_interfaces *interfaces, const char *name, char *near,
                        size_t size);

/* The link type (LINKTYPE_...) that a capture on it most probably has: 1 Ethernet, 101 raw IP, 276
 * Linux cooked. */
unsigned tb_interface_link_type(const struct tb_interface *interface);

#endif
