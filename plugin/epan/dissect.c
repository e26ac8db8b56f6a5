/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dissect.c - our place in Wireshark: around its TCP dissector
 *
 * We stand where IP looks for TCP, call the stock dissector and annotate what it was given. That is
 * the exact octets, addresses and length of every TCP header, in tunnels, in ICMP errors, several
 * in a frame. The engine steps on the first visit of a frame; later ones, in whatever order, read
 * what was kept. */
#include "dissect.h"

#include <string.h>

#include "conns.h"
#include "convfilter.h"
#include "enclosing.h"
#include "fields.h"
#include "header.h"
#include "live.h"
#include "notes.h"
#include "ownership.h"
#include "record.h"
#include "shelf.h"
#include "stats.h"
#include "tree.h"

enum {
    IP_PROTO_TCP = 6,
    ARENA_OCTETS = 32768
};

static dissector_handle_t tcp_handle;
static protocol_t *tcp_protocol;
static protocol_t *own_protocol;
static int tcp_id;

/* Records live as long as the file and are small: they share blocks of its memory. */
static uint8_t *arena;
static size_t arena_left;

static void forget_records(void)
{
    arena = NULL;
    arena_left = 0;
    tb_shelf_reset(tb_ws_is_tshark());
}

static void *arena_take(size_t size, size_t alignment)
{
    size_t skip = (size_t)(-(uintptr_t)arena & (alignment - 1));
    void *taken;

    if (arena_left < skip + size) {
        arena = (uint8_t *)wmem_alloc(wmem_file_scope(), ARENA_OCTETS);
        arena_left = ARENA_OCTETS;
        skip = 0;
    }
    taken = arena + skip;
    arena += skip + size;
    arena_left -= skip + size;
    return taken;
}

/* A link, where there is one, stands right before the record's octets. */
static struct tb_link *link_before(uint8_t *bytes)
{
    return (struct tb_link *)(void *)(bytes - sizeof(struct tb_link));
}

static uint8_t *keep_record(const struct tb_record *record)
{
    uint8_t packed[TB_RECORD_MAX];
    const size_t size = tb_record_pack(record, packed);
    uint8_t *bytes;

    if (record->linked)
        bytes = (uint8_t *)arena_take(sizeof(struct tb_link) + size, sizeof(void *)) +
                sizeof(struct tb_link);
    else
        bytes = (uint8_t *)arena_take(size, 1);
    memcpy(bytes, packed, size);
    return bytes;
}

/* What tells this header from others in its frame on every visit. The place in the frame does; the
 * layer's number does not always: in the second half of an A-MSDU it depends on what was recognised
 * in the first. In reassembled octets, whose places are their own, it is all there is. */
static uint32_t record_key(tvbuff_t *tvb, const packet_info *pinfo)
{
    const uint32_t place = (uint32_t)tvb_raw_offset(tvb);
    const struct data_source *frame =
        pinfo->data_src != NULL ? (const struct data_source *)pinfo->data_src->data : NULL;

    if (frame != NULL && tvb_get_ds_tvb(tvb) == get_data_source_tvb(frame))
        return place & 0x7fffffffu;
    return 0x80000000u | (pinfo->curr_layer_num & 0xffu) << 23 | (place & 0x7fffffu);
}

static bool occupies_space(const struct tb_segment *segment, const struct tb_event *event)
{
    return !segment->quoted && !segment->truncated && (segment->flags & TB_RST) == 0 &&
           event->step != TB_STEP_KEEP_ALIVE && tb_segment_space(segment) != 0;
}

/* What can be known of the answer to a connection's first SYN. A third segment of the opener that
 * is no SYN has seen it, though the capture may not. */
static void note_opening(struct tb_conn *conn, const struct tb_segment *segment, bool first)
{
    const bool asks = (segment->flags & (TB_SYN | TB_ACK)) == TB_SYN;

    if (first && asks) {
        conn->opened = segment->frame;
        conn->opener = segment->from;
    } else if (segment->from != conn->opener || (segment->flags & TB_ACK) != 0) {
        conn->answered = true;
    }
    conn->asked[segment->from] = asks;
}

static void note_responses(struct tb_conn *conn, const struct tb_event *event, uint32_t frame)
{
    if (event->exchange == 0 || event->role != TB_ROLE_SERVER || event->fresh == 0)
        return;
    if (event->request_in != 0 && event->request_in == conn->opened)
        conn->opened_with_request = true;
    for (uint32_t i = event->exchange; i <= event->exchange_last && i != 0; i++)
        tb_conn_responded(conn, i, frame);
}

static void note_step(struct tb_conn *conn, const struct tb_segment *segment,
                      struct tb_record *record, bool first)
{
    const struct tb_event *event = &record->event;

    record->connection = conn->number;
    record->acks = 0;
    record->linked = false;
    record->half_open = false;
    if (segment->quoted || segment->truncated)
        return;
    conn->marks |= event->marks;
    record->half_open =
        event->step == TB_STEP_CHALLENGE_ACK && conn->asked[tb_side_other(segment->from)];
    if ((segment->flags & TB_ACK) != 0 && !tb_event_is(event, TB_MARK_INEFFECTIVE))
        record->acks = tb_links_acked(&conn->links[tb_side_other(segment->from)], segment->ack,
                                      segment->frame);
    record->linked = occupies_space(segment, event);
    note_opening(conn, segment, first);
    note_responses(conn, event, segment->frame);
}

static uint64_t capture_time_ns(const packet_info *pinfo)
{
    return (uint64_t)pinfo->abs_ts.secs * 1000000000u + (uint64_t)pinfo->abs_ts.nsecs;
}

/* Queues the segment for its acknowledgment. A SYN that the living connection takes no notice of
 * waits for the connection that it may open. */
static void add_link(struct tb_conn *conn, const struct tb_segment *segment,
                     const struct tb_event *event, struct tb_link *link, bool first)
{
    memset(link, 0, sizeof(*link));
    link->frame = segment->frame;
    link->end = segment->seq + tb_segment_space(segment);
    if (!first && event->step == TB_STEP_SYN && tb_event_is(event, TB_MARK_INFERRED)) {
        if (!tb_conn_is_next_syn(conn, segment))
            tb_owners_forget_pending(conn);
        conn->next_syn = link;
        conn->next_from = segment->from;
    } else {
        tb_links_sent(&conn->links[segment->from], link);
    }
}

/* The first visit: the engine takes its step. Returns what is kept. */
static uint8_t *step(struct tb_visit *visit, const packet_info *pinfo)
{
    const uint32_t known = tb_conns_count();
    const struct tb_encap encap = tb_enclosing(pinfo);
    struct tb_segment *segment = &visit->segment;
    struct tb_conn *conn;
    uint8_t *bytes;
    bool first;

    segment->frame = pinfo->num;
    segment->time_ns = capture_time_ns(pinfo);
    conn = tb_conns_find(pinfo, visit->port, &encap, segment, &visit->record.misfit);
    tb_flow_step(&conn->flow, segment, &visit->record.event);
    first = tb_conns_count() != known;
    note_step(conn, segment, &visit->record, first);
    bytes = keep_record(&visit->record);
    if (visit->record.linked)
        add_link(conn, segment, &visit->record.event, link_before(bytes), first);
    if (!visit->record.misfit)
        tb_notes_read(pinfo, conn, segment);
    tb_live_see(pinfo, conn, segment, &visit->record.event);
    return bytes;
}

/* NULL where it is the process that is known at one of the ends. */
static const struct tb_ownership *unplaced(const struct tb_visit *visit,
                                           const struct tb_ownership *either)
{
    for (unsigned end = TB_NOTE_SRC; either != NULL && end < TB_NOTE_END_COUNT; end++)
        if (visit->owner[end] != NULL && visit->owner[end]->owner.pid == either->owner.pid)
            return NULL;
    return either;
}

static void find_owners(struct tb_visit *visit, const packet_info *pinfo)
{
    const struct tb_conn *conn = visit->conn;

    memset(visit->owner, 0, sizeof(visit->owner));
    memset(visit->disowned, 0, sizeof(visit->disowned));
    memset(visit->live, 0, sizeof(visit->live));
    memset(visit->candidate, 0, sizeof(visit->candidate));
    visit->either = NULL;
    if (conn == NULL || (!tb_owners_any() && conn->live == NULL))
        return;
    visit->segment.frame = pinfo->num;
    visit->segment.from = tb_conn_sender(conn, &visit->end[0], visit->port[0]);
    for (unsigned end = TB_NOTE_SRC; end < TB_NOTE_END_COUNT; end++) {
        const enum tb_side side =
            end == TB_NOTE_SRC ? visit->segment.from : tb_side_other(visit->segment.from);

        visit->live[end] = (uint8_t)tb_live_state(conn, side);
        visit->candidate[end] = tb_live_candidate(conn, side);
        visit->disowned[end] =
            visit->record.misfit ||
            !tb_owners_apply(conn, &visit->segment, &visit->record.event, (enum tb_note_end)end);
        if (!visit->disowned[end])
            visit->owner[end] = tb_owners_at(conn, &visit->segment, (enum tb_note_end)end);
    }
    if (!visit->disowned[TB_NOTE_SRC] && !visit->disowned[TB_NOTE_DST])
        visit->either = unplaced(visit, tb_owners_either_at(conn, &visit->segment));
}

static void begin_visit(struct tb_visit *visit, tvbuff_t *tvb, packet_info *pinfo)
{
    const size_t captured = tvb_captured_length(tvb);
    const uint8_t *octets = tvb_get_ptr(tvb, 0, (int)captured);
    const uint32_t key = record_key(tvb, pinfo);
    uint8_t *bytes = (uint8_t *)tb_shelf_find(pinfo, key);

    tb_header_parse(octets, captured, tvb_reported_length(tvb), &visit->segment);
    visit->first = !PINFO_FD_VISITED(pinfo);
    visit->segment.quoted = pinfo->flags.in_error_pkt;
    visit->header_length = tb_header_length(octets, captured);
    visit->port[0] = (uint16_t)(octets[0] << 8 | octets[1]);
    visit->port[1] = (uint16_t)(octets[2] << 8 | octets[3]);
    visit->end[0] = pinfo->src; /* a shallow copy */
    visit->end[1] = pinfo->dst;
    if (bytes != NULL) {
        tb_record_unpack(bytes, &visit->record);
    } else if (!PINFO_FD_VISITED(pinfo)) {
        bytes = step(visit, pinfo);
        tb_shelf_put(pinfo, key, bytes);
    } else {
        memset(&visit->record, 0, sizeof(visit->record)); /* unknown: not there at first */
    }
    visit->conn = tb_conns_numbered(visit->record.connection);
    visit->link = visit->record.linked ? link_before(bytes) : NULL;
    find_owners(visit, pinfo);
}

/* TCP's own layer: where ours goes. `before` is what the tree ended with before that. */
static proto_item *find_tcp(proto_tree *tree, proto_node *before)
{
    proto_node *node;

    if (tree == NULL || !PTREE_DATA(tree)->visible)
        return NULL;
    for (node = before != NULL ? before->next : tree->first_child; node != NULL;
         node = node->next) {
        const field_info *info = PNODE_FINFO(node);

        if (info != NULL && info->hfinfo->id == tcp_id)
            return node;
    }
    return NULL;
}

static void end_visit(const struct tb_visit *visit, tvbuff_t *tvb, packet_info *pinfo,
                      proto_tree *tree, proto_node *before)
{
    const char *proto = pinfo->current_proto;

    pinfo->current_proto = "TCP Breath"; /* or expert infos are filed under IP */
    tb_tree_draw(visit, tvb, pinfo, tree, find_tcp(tree, before));
    if (tree != NULL && PTREE_DATA(tree)->visible)
        tb_filters_note(visit, pinfo);
    if (have_tap_listener(tb_tap)) {
        struct tb_visit *told = wmem_new(pinfo->pool, struct tb_visit);

        *told = *visit;
        tap_queue_packet(tb_tap, pinfo, told);
    }
    pinfo->current_proto = proto;
}

static int dissect_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    struct tb_visit visit;
    proto_node *volatile before = tree != NULL ? tree->last_child : NULL;
    volatile int used = 0;

    if (!proto_is_protocol_enabled(own_protocol) || !proto_is_protocol_enabled(tcp_protocol) ||
        tvb_captured_length(tvb) < TB_HEADER_PORTS)
        return call_dissector_only(tcp_handle, tvb, pinfo, tree, data);

    /* before TCP's turn: what it carries may change the addresses */
    begin_visit(&visit, tvb, pinfo);
    TRY
    {
        used = call_dissector_only(tcp_handle, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        end_visit(&visit, tvb, pinfo, tree, before);
    }
    ENDTRY;
    return used;
}

void tb_dissect_attach(void)
{
    /* No protocol of its own: with one, TCP's test for ICMP errors fails and a layer shows twice */
    dissector_handle_t handle = create_dissector_handle_with_name_and_description(
        dissect_tcp, -1, "tcp-breath", "TCP (with TCP Breath)");

    tcp_handle = find_dissector("tcp");
    tcp_id = proto_get_id_by_filter_name("tcp");
    tcp_protocol = find_protocol_by_id(tcp_id);
    own_protocol = find_protocol_by_id(tb_proto);
    dissector_add_uint("ip.proto", IP_PROTO_TCP, handle);
    tb_enclosing_register();
    tb_stats_register();
    register_init_routine(forget_records);
}
