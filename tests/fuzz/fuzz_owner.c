/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_owner.c - the input is a comment: what a note says must come back from a note that says it
 */
#include <string.h>

#include "../unit/edge.h"
#include "owner.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require_same_owner(const struct tb_owner *one, const struct tb_owner *two)
{
    REQUIRE(one->has == two->has && one->pid == two->pid && one->uid == two->uid);
    REQUIRE(one->fd == two->fd && one->listener_pid == two->listener_pid);
    REQUIRE(one->start_ns == two->start_ns);
    for (size_t i = 0; i < TB_OWNER_TEXT_COUNT; i++) {
        REQUIRE(one->text[i].length == two->text[i].length);
        REQUIRE(one->text[i].length == 0 ||
                memcmp(one->text[i].octets, two->text[i].octets, one->text[i].length) == 0);
    }
}

static void require_sense(const struct tb_owner *owner)
{
    REQUIRE(owner->source < TB_OWNER_SOURCE_COUNT);
    REQUIRE(owner->certainty < TB_OWNER_CERTAINTY_COUNT);
    for (size_t i = 0; i < TB_OWNER_TEXT_COUNT; i++) {
        REQUIRE(owner->text[i].length <= TB_OWNER_TEXT_MAX);
        REQUIRE(owner->text[i].length == 0 ||
                memchr(owner->text[i].octets, '\0', owner->text[i].length) == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char written[TB_NOTE_MAX + 1];
    static char scratch[2][TB_NOTE_MAX + 1];
    struct tb_note note;
    struct tb_note back;
    size_t length;

    if (size > TB_NOTE_MAX / 4) /* all of it escaped still fits */
        return -1;
    if (!tb_note_decode((const char *)tb_edge_put(data, size), size, scratch[0], &note))
        return 0;
    REQUIRE(tb_note_is((const char *)data, size));
    REQUIRE(note.mechanism < TB_MECHANISM_COUNT);
    require_sense(&note.owner[TB_NOTE_SRC]);
    require_sense(&note.owner[TB_NOTE_DST]);
    length = tb_note_encode(&note, written, sizeof(written));
    if (length == 0)
        return 0;
    REQUIRE(written[length] == '\0' && strlen(written) == length);
    REQUIRE(tb_note_decode(written, length, scratch[1], &back));
    REQUIRE(back.mechanism == note.mechanism && back.lost == note.lost);
    require_same_owner(&back.owner[TB_NOTE_SRC], &note.owner[TB_NOTE_SRC]);
    require_same_owner(&back.owner[TB_NOTE_DST], &note.owner[TB_NOTE_DST]);
    return 0;
}
