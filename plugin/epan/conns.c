/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conns.c - the connections of a file */
#include "conns.h"

#include <assert.h>
#include <string.h>

static wmem_map_t *by_key;
static struct tb_conn *latest; /* the next segment is mostly of the same connection */
static struct tb_conn **by_number;
static uint32_t count;

enum {
    FIRST_PLACES = 8
};

/* Numbers that are neither a VLAN's nor each other's, in tb_conn_key.encapsulation */
#define IN_GRE     0x80000000u
#define KIND_SHIFT 16 /* of the address type, above the VLAN's 12 bits */

static unsigned key_hash(const void *data)
{
    uint32_t word[sizeof(struct tb_conn_key) / sizeof(uint32_t)];
    uint64_t hash = 0;

    memcpy(word, data, sizeof(word));
    for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
        hash = (hash ^ word[i]) * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio: Knuth, volume 3 */
    return (unsigned)(hash >> 32);
}

static int key_equal(const void *one, const void *other)
{
    return memcmp(one, other, sizeof(struct tb_conn_key)) == 0;
}

static_assert(sizeof(struct tb_conn_key) == 2 * 16 + 2 * 2 + 4, "compared as octets: no holes");

void tb_conns_register(void)
{
    by_key = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), key_hash, key_equal);
}

void tb_conns_reset(void)
{
    latest = NULL; /* the file's memory is gone, the map's entries with it */
    by_number = NULL;
    count = 0;
}

/* Room for one more in an array of `used`, which doubles whenever that is a power of two. */
static void *with_room(void *array, uint32_t used, size_t size)
{
    if (used == 0)
        return wmem_alloc(wmem_file_scope(), FIRST_PLACES * size);
    if (used >= FIRST_PLACES && (used & (used - 1)) == 0)
        return wmem_realloc(wmem_file_scope(), array, (size_t)used * 2 * size);
    return array;
}

static void set_end(struct tb_conn_key *key, enum tb_side side, const address *end, uint16_t port)
{
    const size_t room = sizeof(key->address[side]);

    if (end->len > 0)
        memcpy(key->address[side], end->data, (size_t)end->len < room ? (size_t)end->len : room);
    key->port[side] = port;
}

/* Returns the side of the sender. */
static enum tb_side make_key(struct tb_conn_key *key, const packet_info *pinfo,
                             const uint16_t port[2])
{
    const int order = cmp_address(&pinfo->src, &pinfo->dst);
    const bool first = order != 0 ? order < 0 : port[0] <= port[1];
    const enum tb_side from = first ? TB_SIDE_A : TB_SIDE_B;

    memset(key, 0, sizeof(*key));
    set_end(key, from, &pinfo->src, port[0]);
    set_end(key, tb_side_other(from), &pinfo->dst, port[1]);
    key->encapsulation = (pinfo->vlan_id & 0xffffu) | (uint32_t)pinfo->src.type << KIND_SHIFT |
                         (pinfo->flags.in_gre_pkt ? IN_GRE : 0);
    return from;
}

static struct tb_conn *make_conn(const struct tb_conn_key *key, const struct tb_conn *before)
{
    struct tb_conn *conn = wmem_new0(wmem_file_scope(), struct tb_conn);

    conn->key = *key;
    tb_flow_init(&conn->flow, key->port, before != NULL ? &before->flow : NULL);
    if (before != NULL && before->next_syn != NULL)
        tb_links_sent(&conn->links[before->next_from], before->next_syn);
    by_number = (struct tb_conn **)with_room(by_number, count, sizeof(struct tb_conn *));
    by_number[count++] = conn;
    conn->number = count;
    wmem_map_insert(by_key, &conn->key, conn);
    return conn;
}

struct tb_conn *tb_conns_find(const packet_info *pinfo, const uint16_t port[2],
                              struct tb_segment *segment)
{
    struct tb_conn_key key;
    struct tb_conn *conn = latest;

    segment->from = make_key(&key, pinfo, port);
    if (conn == NULL || !key_equal(&conn->key, &key))
        conn = (struct tb_conn *)wmem_map_lookup(by_key, &key);
    if (conn == NULL)
        conn = make_conn(&key, NULL);
    else if (tb_flow_is_followed_by(&conn->flow, segment))
        conn = make_conn(&key, conn);
    latest = conn;
    return conn;
}

uint32_t tb_conns_count(void)
{
    return count;
}

struct tb_conn *tb_conns_numbered(uint32_t number)
{
    return number >= 1 && number <= count ? by_number[number - 1] : NULL;
}

void tb_conn_responded(struct tb_conn *conn, uint32_t exchange, uint32_t frame)
{
    while (conn->exchanges < exchange) {
        conn->response_in =
            (uint32_t *)with_room(conn->response_in, conn->exchanges, sizeof(uint32_t));
        conn->response_in[conn->exchanges++] = 0;
    }
    conn->response_in[exchange - 1] = frame;
}

uint32_t tb_conn_response_in(const struct tb_conn *conn, uint32_t exchange)
{
    return exchange >= 1 && exchange <= conn->exchanges ? conn->response_in[exchange - 1] : 0;
}
