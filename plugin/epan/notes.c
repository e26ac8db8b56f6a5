/* SPDX-License-Identifier: GPL-2.0-or-later */
/* notes.c - what a capture file says of the processes at a packet's ends */
#include "notes.h"

#include <string.h>

#include "fields.h"
#include "owner.h"
#include "ownership.h"

/* Everything that a note needs to be told. */
struct reader {
    const packet_info *pinfo;
    struct tb_conn *conn;
    const struct tb_segment *segment;
};

static void tell(const struct reader *reader, const struct tb_note *note, enum tb_owners_rank rank)
{
    for (unsigned end = TB_NOTE_SRC; end < TB_NOTE_END_COUNT; end++)
        tb_owners_set(reader->conn, reader->segment, (enum tb_note_end)end, &note->owner[end],
                      (enum tb_mechanism)note->mechanism, rank);
}

static void read_comment(const struct reader *reader, const char *text)
{
    const size_t length = strlen(text);
    struct tb_note note;
    char *scratch;

    if (!tb_pref_process_notes || !tb_note_is(text, length))
        return;
    scratch = (char *)wmem_alloc(reader->pinfo->pool, length + 1);
    if (tb_note_decode(text, length, scratch, &note))
        tell(reader, &note, TB_OWNERS_NOTE);
}

static void read_comments(const struct reader *reader, wtap_block_t block)
{
    char *text;

    for (unsigned i = 0; wtap_block_get_nth_string_option_value(block, OPT_COMMENT, i, &text) ==
                         WTAP_OPTTYPE_SUCCESS;
         i++)
        read_comment(reader, text);
}

void tb_notes_read(const packet_info *pinfo, struct tb_conn *conn, const struct tb_segment *segment)
{
    const struct reader reader = { .pinfo = pinfo, .conn = conn, .segment = segment };
    wtap_block_t block = pinfo->rec->block;

    if (block == NULL || wtap_block_count_option(block, OPT_COMMENT) == 0)
        return;
    /* Another TCP header of this frame, in a tunnel or beside it, is not who is spoken of. */
    if (segment->quoted || proto_is_frame_protocol(pinfo->layers, "tcp"))
        return;
    read_comments(&reader, block);
}
