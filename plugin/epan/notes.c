/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notes.c - what a capture file says of the processes at a packet's ends */
#include "notes.h"

#include <string.h>

#include "fields.h"
#include "foreign.h"
#include "owner.h"
#include "ownership.h"

/* Everything that a note needs to be told. */
struct reader {
    const packet_info *pinfo;
    struct tb_conn *conn;
    const struct tb_segment *segment;
    struct tb_foreign foreign; /* what other tools' comments have said so far */
};

/* Two places that see one connection do not name two processes at an end of it, or it is handed
 * from one to the other meanwhile: then nobody is named. */
static bool contradicts(const struct reader *reader, const struct tb_note *note)
{
    const unsigned both = TB_OWNER_PID | TB_OWNER_START;

    for (unsigned end = TB_NOTE_SRC; end < TB_NOTE_END_COUNT; end++) {
        const struct tb_owner *owner = &note->owner[end];
        const struct tb_ownership *known =
            tb_owners_at(reader->conn, reader->segment, (enum tb_note_end)end);

        if (known != NULL && (owner->has & known->owner.has & both) == both &&
            (owner->pid != known->owner.pid || owner->start_ns != known->owner.start_ns))
            return true;
    }
    return false;
}

static void tell(const struct reader *reader, const struct tb_note *note)
{
    struct tb_conn *conn = reader->conn;

    if (tb_conn_is_elsewhere(conn, reader->pinfo) && contradicts(reader, note))
        tb_conn_doubt(conn, conn->opened != 0 ? conn->opened : reader->segment->frame);
    for (unsigned end = TB_NOTE_SRC; end < TB_NOTE_END_COUNT; end++)
        tb_owners_set(reader->conn, reader->segment, (enum tb_note_end)end, &note->owner[end],
                      (enum tb_mechanism)note->mechanism, TB_OWNERS_NOTE);
}

static void read_comment(struct reader *reader, const char *text)
{
    const size_t length = strlen(text);
    struct tb_note note;
    char *scratch;

    if (!tb_note_is(text, length)) {
        tb_foreign_read_comment(text, length, &reader->foreign);
        return;
    }
    scratch = (char *)wmem_alloc(reader->pinfo->pool, length + 1);
    if (tb_note_decode(text, length, scratch, &note))
        tell(reader, &note);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* On an interface of its own a machine is at one end of what it sends and receives. What passes a
 * bridge, or the host's end of a container's veth pair, comes in from a process of this machine's;
 * on the loopback both ends are local; and an interface of another name may be anything. */
static bool is_at_an_end(const packet_info *pinfo)
{
    static const char *const names[] = {
        "en", "eth", "wl", "ww", "ib", "ppp", "tun", "utun", "wg"
    };
    const char *name = tb_ws_interface_name(pinfo);

    for (size_t i = 0; name != NULL && i < array_length(names); i++)
        if (begins(name, names[i]))
            return true;
    return false;
}

static uint32_t direction(const packet_info *pinfo)
{
    uint32_t flags = 0;

    if (pinfo->rec->block == NULL ||
        wtap_block_get_uint32_option_value(pinfo->rec->block, OPT_PKT_FLAGS, &flags) !=
            WTAP_OPTTYPE_SUCCESS)
        return PACK_FLAGS_DIRECTION_UNKNOWN;
    return PACK_FLAGS_DIRECTION(flags);
}

static unsigned local_end(const packet_info *pinfo)
{
    switch (direction(pinfo)) {
    case PACK_FLAGS_DIRECTION_OUTBOUND:
        return TB_NOTE_SRC;
    case PACK_FLAGS_DIRECTION_INBOUND:
        return TB_NOTE_DST;
    default:
        return TB_NOTE_END_COUNT;
    }
}

/* The end of the connection's client, or of its server, where the handshake has shown which is
 * which. */
static unsigned end_of_role(const struct reader *reader, bool is_client)
{
    const struct tb_flow *flow = &reader->conn->flow;

    if (flow->role_source < TB_ROLE_BY_SYN_ACK)
        return TB_NOTE_END_COUNT;
    return (reader->segment->from == tb_flow_client(flow)) == is_client ? TB_NOTE_SRC : TB_NOTE_DST;
}

/* An index of tb_note.owner, or TB_NOTE_END_COUNT: it cannot be told which. macOS says of each
 * packet which way it goes, on the loopback too; of the others' words the direction is not one that
 * they have from the socket. */
static unsigned end_of(const struct reader *reader, const struct tb_foreign *foreign)
{
    if (foreign->end == TB_FOREIGN_SRC)
        return TB_NOTE_SRC;
    if (foreign->end == TB_FOREIGN_DST)
        return TB_NOTE_DST;
    if (foreign->end == TB_FOREIGN_LOCAL && foreign->tool == TB_FOREIGN_DARWIN)
        return local_end(reader->pinfo);
    if (foreign->end == TB_FOREIGN_EITHER || !is_at_an_end(reader->pinfo))
        return TB_NOTE_END_COUNT;
    if (foreign->end == TB_FOREIGN_LOCAL)
        return local_end(reader->pinfo);
    return end_of_role(reader, foreign->end == TB_FOREIGN_CLIENT);
}

static void tell_foreign(const struct reader *reader, const struct tb_foreign *foreign)
{
    if (foreign->tool != TB_FOREIGN_NONE)
        tb_owners_set_foreign(reader->conn, reader->segment, end_of(reader, foreign), foreign);
}

static void read_comments(struct reader *reader, wtap_block_t block)
{
    char *text;

    for (unsigned i = 0; wtap_block_get_nth_string_option_value(block, OPT_COMMENT, i, &text) ==
                         WTAP_OPTTYPE_SUCCESS;
         i++)
        read_comment(reader, text);
    tell_foreign(reader, &reader->foreign);
}

static void read_darwin(const struct reader *reader)
{
    struct tb_foreign foreign;
    const char *name;
    uint32_t pid;

    if (tb_ws_darwin_process(reader->pinfo, &pid, &name) &&
        tb_foreign_read_darwin(pid, name, &foreign))
        tell_foreign(reader, &foreign);
}

static void read_pktap(const struct reader *reader)
{
    const GSList *source = reader->pinfo->data_src;
    struct tb_foreign foreign;
    tvbuff_t *frame;
    size_t length;

    if (source == NULL)
        return;
    frame = get_data_source_tvb((const struct data_source *)source->data);
    length = tvb_captured_length(frame);
    if (tb_foreign_read_pktap(tvb_get_ptr(frame, 0, (int)length), length, &foreign))
        tell_foreign(reader, &foreign);
}

/* The frame's own link type: its dissector puts the inner one in the record's place. */
static bool begins_with_pktap(const packet_info *pinfo)
{
    static int pktap = 0;
    wmem_list_frame_t *layer = wmem_list_frame_next(wmem_list_head(pinfo->layers));

    if (pktap == 0)
        pktap = proto_get_id_by_filter_name("pktap");
    return layer != NULL && GPOINTER_TO_INT(wmem_list_frame_data(layer)) == pktap;
}

static tb_ws_bool is_no_note(wtap_block_t block, unsigned option, wtap_opttype_e type,
                             wtap_optval_t *value, void *data)
{
    (void)block;
    (void)type;
    (void)value;
    (void)data;
    return option != OPT_COMMENT && !tb_ws_is_darwin_process(option);
}

static void read_notes(const packet_info *pinfo, struct tb_conn *conn,
                       const struct tb_segment *segment, bool is_pktap)
{
    struct reader reader = { .pinfo = pinfo, .conn = conn, .segment = segment };

    if (is_pktap)
        read_pktap(&reader);
    if (pinfo->rec->block == NULL)
        return;
    read_darwin(&reader);
    read_comments(&reader, pinfo->rec->block);
}

/* Most packets have no note: that is seen first. */
void tb_notes_read(const packet_info *pinfo, struct tb_conn *conn, const struct tb_segment *segment)
{
    bool is_pktap;

    if (!tb_pref_process_notes)
        return;
    is_pktap = begins_with_pktap(pinfo);
    if (!is_pktap && tb_ws_all_options(pinfo, is_no_note))
        return;
    /* Another TCP header of this frame, in a tunnel or beside it, is not who is spoken of. */
    if (segment->quoted || proto_is_frame_protocol(pinfo->layers, "tcp"))
        return;
    read_notes(pinfo, conn, segment, is_pktap);
}
