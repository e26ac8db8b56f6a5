/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conns.c - the connections of a file */
#include "conns.h"

#include <assert.h>
#include <string.h>

#include "ownership.h"
#include "seq.h"

/* A connection stands under the key of each of its directions. */
static wmem_map_t *by_key;

enum {
    LATEST_BITS = 8
};

/* The next segment is mostly of a connection that was just found: by the key's hash. */
static struct tb_conn *latest[1 << LATEST_BITS];

enum {
    RECENT = 8
};

/* The latest connections that have the same ends and travel in tunnels. */
struct recent {
    struct tb_conn *conn[RECENT];
    unsigned next; /* place of the oldest one */
};

static wmem_map_t *recent_by_ends; /* key: no tunnel */
static bool has_tunnels;           /* this file has some */
static struct tb_conn **by_number;
static uint32_t count;

enum {
    FIRST_PLACES = 8
};

#define KIND_SHIFT 16 /* of the address type, above the VLAN's 12 bits, in tb_conn_key.kind */

/* Of the latest interface that was asked for: where it is. */
static struct {
    struct tb_ws_interface interface;
    uint64_t place;
    bool known;
} latest_place;

static unsigned key_hash(const void *data)
{
    uint64_t word[sizeof(struct tb_conn_key) / sizeof(uint64_t)];
    uint64_t hash = 0;

    memcpy(word, data, sizeof(word));
    for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
        hash = (hash ^ word[i]) * 0x9e3779b97f4a7c15u; /* 2^64 / golden ratio: Knuth, volume 3 */
    return (unsigned)(hash >> 32);
}

static int key_equal(const void *one, const void *other)
{
    uint64_t word[2][sizeof(struct tb_conn_key) / sizeof(uint64_t)];
    uint64_t differ = 0;

    memcpy(word[0], one, sizeof(word[0]));
    memcpy(word[1], other, sizeof(word[1]));
    for (size_t i = 0; i < sizeof(word[0]) / sizeof(word[0][0]); i++)
        differ |= word[0][i] ^ word[1][i];
    return differ == 0;
}

static_assert(sizeof(struct tb_conn_key) == 2 * 16 + 2 * 2 + 4 + 8 + 8,
              "compared as octets: no holes");

void tb_conns_register(void)
{
    by_key = wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), key_hash, key_equal);
    recent_by_ends =
        wmem_map_new_autoreset(wmem_epan_scope(), wmem_file_scope(), key_hash, key_equal);
}

void tb_conns_reset(void)
{
    latest_place.known = false;
    memset(latest, 0, sizeof(latest)); /* the file's memory is gone, the maps' entries with it */
    has_tunnels = false;
    by_number = NULL;
    count = 0;
    tb_owners_reset();
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

/* ---- where it was captured
 *
 * The same addresses and ports of two network namespaces are two connections, and their sequence
 * numbers may be close: a kernel gives all its namespaces one clock (RFC 6528 section 3). On the
 * loopback the namespace tells them apart. Elsewhere two namespaces, or two machines, may see the
 * two ends of one connection: there it is another one only where its handshake has other numbers.
 */

#define PLACE "net:[" /* in an interface's description: breathdump's blocks.h */

static bool is_loopback(const address *address)
{
    static const uint8_t loopback6[16] = { [15] = 1 };
    const uint8_t *octets = (const uint8_t *)address->data;

    if (address->type == AT_IPv4)
        return octets[0] == 127;
    return address->type == AT_IPv6 && memcmp(octets, loopback6, sizeof(loopback6)) == 0;
}

/* Of what breathdump says of an interface's network namespace and machine; 0: nothing. */
static uint64_t place_of(const packet_info *pinfo, struct tb_ws_interface interface)
{
    const char *text = TB_WS_OF_INTERFACE(epan_get_interface_description, pinfo, interface);
    uint64_t hash = 0xcbf29ce484222325u; /* FNV-1a, RFC 9923 */

    text = text != NULL ? strstr(text, PLACE) : NULL;
    if (text == NULL)
        return 0;
    for (; *text != '\0'; text++)
        hash = (hash ^ (uint8_t)*text) * 0x100000001b3u;
    return hash;
}

static uint64_t find_place(const packet_info *pinfo)
{
    struct tb_ws_interface interface;

    if (!tb_ws_interface(pinfo, &interface))
        return 0;
    if (!latest_place.known || latest_place.interface.id != interface.id ||
        latest_place.interface.section != interface.section) {
        latest_place.interface = interface;
        latest_place.place = place_of(pinfo, interface);
        latest_place.known = true;
    }
    return latest_place.place;
}

/* ---- */

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
    key->kind = (pinfo->vlan_id & 0xffffu) | (uint32_t)pinfo->src.type << KIND_SHIFT;
    if (is_loopback(&pinfo->src))
        key->place = find_place(pinfo);
    return from;
}

/* ---- tunnels */

/* `conn` stands under this key too. */
static void add_key(struct tb_conn *conn, const struct tb_conn_key *key, uint64_t tunnel)
{
    struct tb_conn_key *copy =
        (struct tb_conn_key *)wmem_memdup(wmem_file_scope(), key, sizeof(*key));

    copy->tunnel = tunnel;
    wmem_map_insert(by_key, copy, conn);
}

static struct recent *recent_with(const struct tb_conn_key *key)
{
    struct tb_conn_key ends = *key;

    ends.tunnel = 0;
    return (struct recent *)wmem_map_lookup(recent_by_ends, &ends);
}

static void remember(struct tb_conn *conn)
{
    struct recent *recent = recent_with(&conn->key);

    if (recent == NULL) {
        struct tb_conn_key *ends =
            (struct tb_conn_key *)wmem_memdup(wmem_file_scope(), &conn->key, sizeof(conn->key));

        ends->tunnel = 0;
        recent = wmem_new0(wmem_file_scope(), struct recent);
        wmem_map_insert(recent_by_ends, ends, recent);
    }
    recent->conn[recent->next] = conn;
    recent->next = (recent->next + 1) % RECENT;
    has_tunnels = true;
}

/* What a segment may be the other direction of. */
struct match {
    const struct tb_encap *encap;
    const struct tb_segment *segment;
    struct tb_conn *alike[RECENT + 1]; /* the best so far */
    unsigned count;
    unsigned rank;
};

static bool is_among(const struct match *match, const struct tb_conn *conn)
{
    for (unsigned i = 0; i < match->count; i++)
        if (match->alike[i] == conn)
            return true;
    return false;
}

static void consider(struct match *match, struct tb_conn *conn)
{
    const enum tb_side from = match->segment->from;
    unsigned rank;

    if (conn == NULL || is_among(match, conn) ||
        (match->encap->whole && conn->tunnel_known[from]) ||
        !tb_flow_fits(&conn->flow, match->segment))
        return;
    rank = conn->tunnel_ends == match->encap->ends ? 2 : 1;
    if (rank < match->rank)
        return;
    if (rank > match->rank)
        match->count = 0;
    match->rank = rank;
    match->alike[match->count++] = conn;
}

void tb_conn_doubt(struct tb_conn *conn, uint32_t frame)
{
    if (conn->doubted == 0 || conn->doubted > frame)
        conn->doubted = frame;
}

/* The connection that has the same ends and other tunnels so far, and whose numbers are those of
 * the segment; NULL where there is none. */
static struct tb_conn *find_other_way(const struct tb_conn_key *key, const struct tb_encap *encap,
                                      const struct tb_segment *segment)
{
    struct match match = { .encap = encap, .segment = segment };
    const struct recent *recent = has_tunnels ? recent_with(key) : NULL;

    for (unsigned i = 1; recent != NULL && i <= RECENT; i++) /* the latest first */
        consider(&match, recent->conn[(recent->next + RECENT - i) % RECENT]);
    if (key->tunnel != 0) {
        struct tb_conn_key plain = *key;

        plain.tunnel = 0;
        consider(&match, (struct tb_conn *)wmem_map_lookup(by_key, &plain));
    }
    if (match.count == 0)
        return NULL;
    if (match.count > 1 || !encap->whole) {
        match.alike[0]->flow.inferred = true;
        /* what comes later and fits one of the others alone may be this one's */
        for (unsigned i = 0; i < match.count; i++)
            tb_conn_doubt(match.alike[i], segment->frame);
    }
    return match.alike[0];
}

/* ---- */

static struct tb_conn *make_conn(const struct tb_conn_key *key, const struct tb_encap *encap,
                                 struct tb_conn *before, uint32_t frame)
{
    struct tb_conn *conn = wmem_new0(wmem_file_scope(), struct tb_conn);

    conn->key = *key;
    conn->tunnel_ends = encap->ends;
    tb_flow_init(&conn->flow, key->port, before != NULL ? &before->flow : NULL);
    conn->flow.inferred = !encap->whole;
    conn->doubted = encap->whole ? 0 : frame;
    conn->before = before;
    if (before != NULL && before->next_syn != NULL)
        tb_links_sent(&conn->links[before->next_from], before->next_syn);
    if (before != NULL)
        tb_owners_follow(conn, before);
    by_number = (struct tb_conn **)with_room(by_number, count, sizeof(struct tb_conn *));
    by_number[count++] = conn;
    conn->number = count;
    wmem_map_insert(by_key, &conn->key, conn);
    for (int side = 0; before != NULL && side < TB_SIDE_COUNT; side++)
        if (before->tunnel_known[side] && before->tunnel[side] != key->tunnel)
            add_key(conn, key, before->tunnel[side]);
    if (key->tunnel != 0)
        remember(conn);
    return conn;
}

static struct tb_conn *look_up(const struct tb_conn_key *key, const struct tb_encap *encap,
                               const struct tb_segment *segment)
{
    struct tb_conn *conn;

    if (!encap->whole && (conn = find_other_way(key, encap, segment)) != NULL)
        return conn;
    conn = (struct tb_conn *)wmem_map_lookup(by_key, key);
    if (conn == NULL && encap->whole && (has_tunnels || key->tunnel != 0) &&
        (conn = find_other_way(key, encap, segment)) != NULL)
        add_key(conn, key, key->tunnel);
    return conn;
}

/* NULL: that connection was not found lately. With tunnels a connection has several keys. */
static struct tb_conn *look_up_latest(struct tb_conn *conn, const struct tb_conn_key *key,
                                      const struct tb_encap *encap)
{
    return conn != NULL && encap->whole && !has_tunnels && key_equal(&conn->key, key) ? conn : NULL;
}

/* ---- the same addresses and ports twice at once */

enum {
    BEFORE_MAX = 8 /* connections that are looked at behind the newest */
};

/* The one before the newest that the segment belongs to; NULL: none. *ambiguous: to several. */
static struct tb_conn *find_before(const struct tb_conn *newest, const struct tb_segment *segment,
                                   bool *ambiguous)
{
    struct tb_conn *found = NULL;
    struct tb_conn *conn = newest->before;

    for (unsigned i = 0; conn != NULL && i < BEFORE_MAX; conn = conn->before, i++) {
        if (!tb_flow_takes_back(&conn->flow, &newest->flow, segment))
            continue;
        *ambiguous = found != NULL;
        if (found != NULL)
            break;
        found = conn;
    }
    return found;
}

/* Whether it is certain that a connection begins here that the capture has not seen open. */
static bool is_another(const struct tb_conn *conn, const struct tb_segment *segment,
                       enum tb_fit fit)
{
    if ((segment->flags & (TB_SYN | TB_RST | TB_ACK)) != TB_ACK)
        return false;
    if (tb_flow_knows_both(&conn->flow) && !tb_flow_is_over(&conn->flow))
        return fit == TB_FIT_FAR;
    return !tb_flow_may_be_half_open(&conn->flow, segment);
}

/* The newest connection, whose numbers are not the segment's, or another one, which begins here. */
static struct tb_conn *place(const struct tb_conn_key *key, const struct tb_encap *encap,
                             struct tb_conn *newest, const struct tb_segment *segment,
                             enum tb_fit fit, bool *misfit)
{
    if ((segment->flags & TB_SYN) != 0)
        return newest; /* the flow itself knows what to do with it */
    if (is_another(newest, segment, fit)) {
        struct tb_conn *other = make_conn(key, encap, NULL, segment->frame);

        other->before = newest;
        return other;
    }
    *misfit = true;
    /* What it moves are the numbers of either: from here on the two are not told apart. */
    if ((segment->flags & TB_RST) == 0 && !tb_flow_may_be_half_open(&newest->flow, segment))
        tb_conn_doubt(newest, segment->frame);
    return newest;
}

/* ---- the same addresses and ports at two places */

enum {
    CLOSE = 1 << 24 /* what the clock of initial sequence numbers does in a second */
};

/* Whether a handshake shows that this is not the connection that the other place sees. Where that
 * has ended it may be the next one on its ports, unless its numbers are too close: some of its
 * segments may still come. */
static bool is_double(const struct tb_conn *conn, const struct tb_segment *segment)
{
    const struct tb_half *half = &conn->flow.half[segment->from];
    const int32_t apart = tb_seq_diff(segment->seq, half->isn);

    if ((segment->flags & TB_SYN) == 0 || !half->syn_seen || apart == 0)
        return false;
    return !tb_flow_is_over(&conn->flow) || (apart > -CLOSE && apart < CLOSE);
}

/* The connection of that place; NULL: there is none yet, and *key is what it will stand under. */
static struct tb_conn *find_there(struct tb_conn *conn, const packet_info *pinfo,
                                  const struct tb_segment *segment, struct tb_conn_key *key)
{
    uint64_t place;

    if (conn->place == 0 || key->place != 0 || key->tunnel != 0 ||
        (!conn->has_double && !is_double(conn, segment)))
        return conn;
    place = find_place(pinfo);
    if (place == 0 || place == conn->place)
        return conn;
    if (!conn->has_double &&
        (segment->flags & TB_ACK) != 0) /* the SYN that it answers was taken for this one's */
        tb_conn_doubt(conn, conn->opened != 0 ? conn->opened : segment->frame);
    conn->has_double = true;
    key->place = place;
    return (struct tb_conn *)wmem_map_lookup(by_key, key);
}

bool tb_conn_is_elsewhere(const struct tb_conn *conn, const packet_info *pinfo)
{
    uint64_t place = conn->place == 0 ? 0 : find_place(pinfo);

    return place != 0 && place != conn->place;
}

/* What a connection that was just made is to know of it. */
static void set_place(struct tb_conn *conn, const packet_info *pinfo)
{
    conn->place = find_place(pinfo);
    conn->has_double = conn->before != NULL && conn->before->has_double;
}

struct tb_conn *tb_conns_find(const packet_info *pinfo, const uint16_t port[2],
                              const struct tb_encap *encap, struct tb_segment *segment,
                              bool *misfit)
{
    struct tb_conn *before = NULL;
    const uint32_t known = count;
    struct tb_conn_key key;
    struct tb_conn **slot; /* holds the newest connection of its key */
    struct tb_conn *conn;

    *misfit = false;
    segment->from = make_key(&key, pinfo, port);
    key.tunnel = encap->id;
    slot = &latest[key_hash(&key) & ((1u << LATEST_BITS) - 1)];
    conn = look_up_latest(*slot, &key, encap);
    if (conn == NULL)
        conn = look_up(&key, encap, segment);
    if (conn != NULL) {
        struct tb_conn *there = find_there(conn, pinfo, segment, &key);

        if (there != conn)
            slot = &latest[key_hash(&key) & ((1u << LATEST_BITS) - 1)];
        conn = there;
    }
    if (conn == NULL) {
        conn = make_conn(&key, encap, NULL, segment->frame);
    } else {
        const enum tb_fit fit = tb_flow_fit(&conn->flow, segment);

        if (fit != TB_FIT_NEAR)
            before = find_before(conn, segment, misfit);
        if (before == NULL && tb_flow_is_followed_by(&conn->flow, segment))
            conn = make_conn(&key, encap, conn, segment->frame);
        else if (before == NULL && fit != TB_FIT_NEAR)
            conn = place(&key, encap, conn, segment, fit, misfit);
    }
    if (count > known)
        set_place(conn, pinfo);
    *slot = conn;
    if (before != NULL)
        conn = before;
    if (encap->whole) {
        conn->tunnel[segment->from] = key.tunnel;
        conn->tunnel_known[segment->from] = true;
    }
    return conn;
}

bool tb_conn_is_next_syn(const struct tb_conn *conn, const struct tb_segment *segment)
{
    return conn->next_syn != NULL && (segment->flags & (TB_SYN | TB_ACK)) == TB_SYN &&
           conn->next_from == segment->from &&
           conn->next_syn->end == segment->seq + tb_segment_space(segment);
}

enum tb_side tb_conn_sender(const struct tb_conn *conn, const address *from, uint16_t port)
{
    struct tb_conn_key key = { 0 };

    set_end(&key, TB_SIDE_A, from, port);
    return key.port[TB_SIDE_A] == conn->key.port[TB_SIDE_A] &&
                   memcmp(key.address[TB_SIDE_A], conn->key.address[TB_SIDE_A],
                          sizeof(key.address[TB_SIDE_A])) == 0
               ? TB_SIDE_A
               : TB_SIDE_B;
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
