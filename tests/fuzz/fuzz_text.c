/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_text.c - the input is an event of any values, a segment, a name and a start line
 *
 * Whatever they are, each text must be valid UTF-8, terminated, without control characters or open
 * tokens, and the beginning of what a larger buffer would hold. */
#include <stdbool.h>
#include <string.h>

#include "pieces.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    ROOM = 8192
};

typedef size_t (*teller)(enum tb_lang lang, const struct tb_story *story, char *text, size_t size);

static size_t take(const uint8_t **data, size_t *size, void *into, size_t length)
{
    size_t taken = length < *size ? length : *size;

    memcpy(into, *data, taken);
    *data += taken;
    *size -= taken;
    return taken;
}

/* Enumerations are the engine's and in range; numbers are anybody's. */
static void tame(struct tb_event *event, const uint8_t raw[8])
{
    event->phase = (enum tb_phase)(raw[0] % TB_PHASE_COUNT);
    event->step = (enum tb_step)(raw[1] % TB_STEP_COUNT);
    event->role = (enum tb_role)(raw[2] % TB_ROLE_COUNT);
    event->state[TB_ROLE_CLIENT] = (enum tb_state)(raw[3] % TB_STATE_COUNT);
    event->state[TB_ROLE_SERVER] = (enum tb_state)(raw[4] % TB_STATE_COUNT);
    event->cut = (enum tb_cut)(raw[5] % TB_CUT_COUNT);
    event->over = (raw[6] & 1u) != 0;
    event->unseen = (raw[6] & 2u) != 0;
    event->answered_unseen = (raw[6] & 4u) != 0;
}

static size_t character(const uint8_t *at)
{
    size_t length = at[0] < 0x80                    ? 1
                    : at[0] >= 0xc2 && at[0] < 0xe0 ? 2
                    : at[0] >= 0xe0 && at[0] < 0xf0 ? 3
                    : at[0] >= 0xf0 && at[0] < 0xf5 ? 4
                                                    : 0;

    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    return length;
}

static void check(const char *text, size_t used)
{
    REQUIRE(text[used] == '\0' && strlen(text) == used);
    for (size_t at = 0; at < used;) {
        size_t length = character((const uint8_t *)text + at);

        REQUIRE(length > 0);
        REQUIRE((uint8_t)text[at] >= ' ' && text[at] != 0x7f);
        at += length;
    }
}

static void tell(teller teller, enum tb_lang lang, const struct tb_story *story, size_t small)
{
    static char whole[ROOM];
    static char part[ROOM];
    size_t length = teller(lang, story, whole, sizeof whole);
    size_t used;

    check(whole, length);
    REQUIRE(length > 0 && length < sizeof whole / 2);
    memset(part, '#', sizeof part);
    used = teller(lang, story, part, small);
    check(part, used);
    REQUIRE(used < small && memcmp(part, whole, used) == 0 && part[small] == '#');
}

/* A process of that name, with some of the numbers. */
static void set_owner(struct tb_owner *owner, const char *name, const uint8_t raw[8])
{
    owner->text[TB_OWNER_COMM].octets = name;
    owner->text[TB_OWNER_COMM].length = strlen(name);
    owner->has = raw[5];
    owner->pid = raw[4];
    owner->uid = UINT32_MAX;
    owner->certainty = raw[4] & 1u;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const teller tellers[] = { tb_text_meaning, tb_text_headline, tb_text_info };
    struct tb_event event = { 0 };
    struct tb_segment segment = { 0 };
    struct tb_story story = { .event = &event, .segment = &segment };
    struct tb_owner owner[TB_ROLE_COUNT] = { 0 };
    uint8_t raw[8] = { 0 };
    char name[200] = { 0 };
    char line[300] = { 0 };

    take(&data, &size, raw, sizeof raw);
    take(&data, &size, name, raw[7] % (sizeof name - 1));
    take(&data, &size, line, sizeof line - 1);
    take(&data, &size, &segment, sizeof segment);
    segment.payload = NULL;
    memcpy(&event, line, sizeof event < sizeof line ? sizeof event : sizeof line);
    tame(&event, raw);
    set_owner(&owner[TB_ROLE_CLIENT], name, raw);
    set_owner(&owner[TB_ROLE_SERVER], (raw[6] & 32u) != 0 ? name : line, raw);
    story.owner[TB_ROLE_CLIENT] = (raw[6] & 2u) != 0 ? &owner[TB_ROLE_CLIENT] : NULL;
    story.owner[TB_ROLE_SERVER] = (raw[6] & 4u) != 0 ? &owner[TB_ROLE_SERVER] : NULL;
    story.start_line[TB_ROLE_CLIENT] = (raw[6] & 8u) != 0 ? line : NULL;
    story.start_line[TB_ROLE_SERVER] = (raw[6] & 16u) != 0 ? name : NULL;
    for (size_t i = 0; i < sizeof tellers / sizeof tellers[0]; i++) {
        tell(tellers[i], TB_LANG_EN, &story, 1u + raw[7]);
        tell(tellers[i], TB_LANG_JA, &story, 1u + raw[7]);
    }
    return 0;
}
