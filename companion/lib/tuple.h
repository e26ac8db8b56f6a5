/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tuple.h - the two addresses and ports of a connection, as one end sees them
 *
 * IPv4 addresses are kept as IPv4-mapped IPv6 addresses (RFC 4291 section 2.5.5.2), so that a
 * dual-stack socket and the IPv4 packet it sent compare equal. */
#ifndef TB_TUPLE_H
#define TB_TUPLE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct tb_tuple {
    uint8_t local[16];
    uint8_t remote[16];
    uint16_t local_port; /* host order */
    uint16_t remote_port;
};

/* `octets`: four, in network order. */
static inline void tb_tuple_map_ipv4(uint8_t address[16], const void *octets)
{
    memset(address, 0, 10);
    memset(address + 10, 0xff, 2);
    memcpy(address + 12, octets, 4);
}

static inline bool tb_tuple_equal(const struct tb_tuple *one, const struct tb_tuple *other)
{
    return one->local_port == other->local_port && one->remote_port == other->remote_port &&
           memcmp(one->local, other->local, 16) == 0 && memcmp(one->remote, other->remote, 16) == 0;
}

/* `seed` makes it hard to find tuples of one hash for whoever does not know it. */
static inline uint64_t tb_tuple_hash(const struct tb_tuple *tuple, uint64_t seed)
{
    uint64_t word[5] = { [4] = (uint64_t)tuple->local_port << 16 | tuple->remote_port };
    uint64_t hash = seed;

    memcpy(&word[0], tuple->local, 16);
    memcpy(&word[2], tuple->remote, 16);
    for (int i = 0; i < 5; i++) {
        hash = (hash ^ word[i]) * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio */
        hash ^= hash >> 29;
    }
    return hash;
}

/* As the other end sees it. */
static inline struct tb_tuple tb_tuple_turned(const struct tb_tuple *tuple)
{
    struct tb_tuple turned;

    memcpy(turned.local, tuple->remote, 16);
    memcpy(turned.remote, tuple->local, 16);
    turned.local_port = tuple->remote_port;
    turned.remote_port = tuple->local_port;
    return turned;
}

#endif
