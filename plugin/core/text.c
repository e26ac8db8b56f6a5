/* SPDX-License-Identifier: GPL-2.0-or-later */
/* text.c - the sentences, labels and links, in English and Japanese
 *
 * story.c decides which rows of text.def tell an event; here they are filled in. */
#include "text.h"

#include <assert.h>
#include <string.h>

#include "pen.h"
#include "story.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Octets of a name or a start line that a sentence shows, and what says that there were more. */
enum {
    NAME_OCTETS = 64,
    LINE_OCTETS = 120,
    LINE_READ = 255 /* tb_story.start_line */
};

enum unit {
#define TB_UNIT_TEXT(id, english, japanese) UNIT_##id,
#include "text.def"
    UNIT_COUNT
};

/* ---- the tables of text.def */

#define ROW(english, japanese)                                                                     \
    {                                                                                              \
        english, japanese                                                                          \
    }

static const char *const rows[][TB_LANG_COUNT] = {
#define TB_TEXT(id, english, japanese) [TB_ROW_##id] = ROW(english, japanese),
#include "text.def"
};

static const char *const units[][TB_LANG_COUNT] = {
#define TB_UNIT_TEXT(id, english, japanese) [UNIT_##id] = ROW(english, japanese),
#include "text.def"
};

static const char *const phases[][TB_LANG_COUNT] = {
#define TB_PHASE_TEXT(id, english, japanese) [TB_PHASE_##id] = ROW(english, japanese),
#include "text.def"
};
static_assert(LENGTH(phases) == TB_PHASE_COUNT, "text.def does not match enum tb_phase");

static const char *const steps[][TB_LANG_COUNT] = {
#define TB_STEP_TEXT(id, english, japanese, english_info, japanese_info)                           \
    [TB_STEP_##id] = ROW(english, japanese),
#include "text.def"
};
static_assert(LENGTH(steps) == TB_STEP_COUNT, "text.def does not match enum tb_step");

static const char *const infos[][TB_LANG_COUNT] = {
#define TB_STEP_TEXT(id, english, japanese, english_info, japanese_info)                           \
    [TB_STEP_##id] = ROW(english_info, japanese_info),
#include "text.def"
};

static const char *const roles[][TB_LANG_COUNT] = {
#define TB_ROLE_TEXT(id, english, japanese) [TB_ROLE_##id] = ROW(english, japanese),
#include "text.def"
};
static_assert(LENGTH(roles) == TB_ROLE_COUNT, "text.def does not match enum tb_role");

static const char *const marks[][TB_LANG_COUNT] = {
#define TB_MARK_TEXT(id, english, japanese) [TB_MARK_##id] = ROW(english, japanese),
#include "text.def"
};
static_assert(LENGTH(marks) == TB_MARK_COUNT, "text.def does not match enum tb_mark");

static const char *const sources[][TB_LANG_COUNT] = {
#define TB_SOURCE_TEXT(id, english, japanese) [TB_OWNER_SOURCE_##id] = ROW(english, japanese),
#include "text.def"
};
static_assert(LENGTH(sources) == TB_OWNER_SOURCE_COUNT, "text.def does not match the sources");

static const char *const labels[][TB_LANG_COUNT] = {
#define TB_LABEL_TEXT(id, english, japanese) [TB_LABEL_##id] = ROW(english, japanese),
#include "text.def"
};
static_assert(LENGTH(labels) == TB_LABEL_COUNT, "text.def does not match enum tb_label");

#define URL(rfc, section) "https://www.rfc-editor.org/rfc/rfc" rfc "#section-" section

static const struct tb_reference places[][TB_LANG_COUNT] = {
#define TB_REFERENCE(id, rfc, section)                                                             \
    [TB_PLACE_##id] = { { "RFC " rfc " section " section, URL(rfc, section) },                     \
                        { "RFC " rfc " " section " 節", URL(rfc, section) } },
#include "text.def"
};

/* ---- values */

struct pen {
    struct tb_pen sheet;
    enum tb_lang lang;
    bool detailed; /* processes with what tells them from others of their name */
};

static struct pen pen_on(enum tb_lang lang, char *text, size_t size)
{
    struct pen pen = { .sheet = tb_pen_on(text, size), .lang = lang };

    return pen;
}

static void put(struct pen *pen, const char *text)
{
    tb_pen_put(&pen->sheet, text);
}

static void put_number(struct pen *pen, uint64_t number)
{
    tb_pen_put_number(&pen->sheet, number, 1);
}

static void put_unit(struct pen *pen, enum unit unit)
{
    put(pen, units[unit][pen->lang]);
}

static void put_bytes(struct pen *pen, uint64_t count)
{
    put_number(pen, count);
    put_unit(pen, count == 1 ? UNIT_BYTE : UNIT_BYTES);
}

static size_t line_length(const char *line)
{
    size_t length = 0;

    while (length < LINE_READ && line[length] != '\0' && line[length] != '\r' &&
           line[length] != '\n')
        length++;
    return length;
}

/* ---- durations */

struct scale {
    uint64_t ns; /* of one unit */
    enum unit unit;
};

static const struct scale seconds = { 1000000000, UNIT_SECONDS };
static const struct scale milliseconds = { 1000000, UNIT_MILLISECONDS };
static const struct scale microseconds = { 1000, UNIT_MICROSECONDS };

/* Milliseconds, as ping and Wireshark's users know them, where they show all that was measured or
 * three digits of it. */
static const struct scale *scale_of(uint64_t ns)
{
    if (ns >= seconds.ns)
        return &seconds;
    return ns >= milliseconds.ns / 10 || ns % microseconds.ns == 0 ? &milliseconds : &microseconds;
}

static void put_duration(struct pen *pen, uint64_t ns)
{
    const struct scale *scale = scale_of(ns);

    if (ns > 0 && ns < microseconds.ns) {
        put_number(pen, ns);
        put_unit(pen, UNIT_NANOSECONDS);
        return;
    }
    put_number(pen, ns / scale->ns);
    put(pen, ".");
    tb_pen_put_number(&pen->sheet, ns % scale->ns / (scale->ns / 1000), 3);
    put_unit(pen, scale->unit);
}

/* ---- tokens */

/* Our own word; at the head of an English sentence with a capital. */
static void put_head(struct pen *pen, const char *word, bool head)
{
    if (head && word[0] >= 'a' && word[0] <= 'z') {
        const char capital = (char)(word[0] - 'a' + 'A');

        tb_pen_put_piece(&pen->sheet, &capital, 1);
        word++;
    }
    put(pen, word);
}

static bool has(const struct tb_owner *owner, unsigned what)
{
    return (owner->has & what) != 0;
}

static const struct tb_owner *known_owner(const struct tb_story *story, enum tb_role role)
{
    const struct tb_owner *owner = story->owner[role];

    return owner != NULL && tb_owner_is_known(owner) ? owner : NULL;
}

/* Whether the name alone does not say which end is meant. */
static bool is_named_alike(const struct tb_story *story)
{
    const struct tb_owner *client = known_owner(story, TB_ROLE_CLIENT);
    const struct tb_owner *server = known_owner(story, TB_ROLE_SERVER);
    const struct tb_octet_string *one, *other;

    if (client == NULL || server == NULL)
        return false;
    one = &client->text[TB_OWNER_COMM];
    other = &server->text[TB_OWNER_COMM];
    if (one->length == 0 && other->length == 0)
        return client->pid == server->pid;
    return one->length == other->length && memcmp(one->octets, other->octets, one->length) == 0;
}

/* The name, or the number where there is none. */
static void put_name(struct pen *pen, const struct tb_owner *owner, bool head)
{
    const struct tb_octet_string *name = &owner->text[TB_OWNER_COMM];

    if (name->length > 0) {
        tb_pen_put_outside(&pen->sheet, name->octets, name->length, NAME_OCTETS);
        return;
    }
    put_head(pen, units[UNIT_PROCESS_BEFORE][pen->lang], head);
    put_number(pen, owner->pid);
}

static void put_remark(struct pen *pen, bool *first, const char *word)
{
    put(pen, *first ? " (" : ", ");
    put(pen, word);
    *first = false;
}

/* What follows the name in brackets: " (4242, uid 1000, client, unsure)". `role`: which end it
 * owns, TB_ROLE_COUNT: that need not be said. */
static void put_remarks(struct pen *pen, const struct tb_owner *owner, enum tb_role role)
{
    bool first = true;

    if (pen->detailed && has(owner, TB_OWNER_PID) && owner->text[TB_OWNER_COMM].length > 0) {
        put_remark(pen, &first, "");
        put_number(pen, owner->pid);
    }
    if (pen->detailed && has(owner, TB_OWNER_UID)) {
        put_remark(pen, &first, units[UNIT_UID_BEFORE][pen->lang]);
        put_number(pen, owner->uid);
    }
    if (pen->detailed && has(owner, TB_OWNER_FD)) {
        put_remark(pen, &first, units[UNIT_FD_BEFORE][pen->lang]);
        put_number(pen, owner->fd);
    }
    if (role != TB_ROLE_COUNT)
        put_remark(pen, &first, roles[role][pen->lang]);
    if (owner->certainty == TB_OWNER_UNSURE)
        put_remark(pen, &first, units[UNIT_UNSURE][pen->lang]);
    if (!first)
        put(pen, ")");
}

/* Who speaks: at the head of an English sentence "The client". */
static void put_party(struct pen *pen, const struct tb_story *story, enum tb_role role, bool head)
{
    const struct tb_owner *owner = known_owner(story, role);

    if (owner != NULL) {
        put_name(pen, owner, head);
        put_remarks(pen, owner, is_named_alike(story) ? role : TB_ROLE_COUNT);
        return;
    }
    put_head(pen, units[UNIT_THE_BEFORE][pen->lang], head);
    put(pen, roles[role][pen->lang]);
}

static enum tb_role receiver(const struct tb_event *event)
{
    return event->role == TB_ROLE_CLIENT ? TB_ROLE_SERVER : TB_ROLE_CLIENT;
}

static void put_src(struct pen *pen, const struct tb_story *story, bool head)
{
    put_party(pen, story, story->event->role, head);
}

static void put_dst(struct pen *pen, const struct tb_story *story, bool head)
{
    put_party(pen, story, receiver(story->event), head);
}

static void put_payload(struct pen *pen, const struct tb_story *story, bool head)
{
    (void)head;
    put_bytes(pen, story->segment == NULL ? story->event->fresh : story->segment->length);
}

static void put_fresh(struct pen *pen, const struct tb_story *story, bool head)
{
    (void)head;
    put_bytes(pen, story->event->fresh);
}

static void put_acked(struct pen *pen, const struct tb_story *story, bool head)
{
    (void)head;
    put_bytes(pen, story->event->acked);
}

/* "all 78 bytes", "the 1 byte" */
static void put_all(struct pen *pen, const struct tb_story *story, bool head)
{
    bool one = story->event->acked == 1;

    (void)head;
    put_unit(pen, one ? UNIT_THE_BEFORE : UNIT_ALL_BEFORE);
    put_bytes(pen, story->event->acked);
    if (!one)
        put_unit(pen, UNIT_ALL_AFTER);
}

static void put_unacked(struct pen *pen, const struct tb_story *story, bool head)
{
    (void)head;
    put_bytes(pen, story->event->unacked);
}

static void put_missed(struct pen *pen, const struct tb_story *story, bool head)
{
    (void)head;
    put_bytes(pen, story->event->missed);
}

static void put_total(struct pen *pen, const struct tb_story *story, bool head)
{
    const struct tb_event *event = story->event;

    (void)head;
    put_bytes(pen, event->role == TB_ROLE_CLIENT ? event->request_bytes : event->response_bytes);
}

static void put_window(struct pen *pen, const struct tb_story *story, bool head)
{
    (void)head;
    put_bytes(pen, story->event->window);
}

static void put_change(struct pen *pen, const struct tb_story *story, bool head)
{
    int64_t change = story->event->window_change;

    (void)head;
    put_bytes(pen, (uint64_t)(change < 0 ? -change : change));
}

static void put_mss(struct pen *pen, const struct tb_story *story, bool head)
{
    (void)head;
    put_bytes(pen, story->segment == NULL ? 0 : story->segment->mss);
}

/* RFC 7323 section 2.3: a shift above 14 counts as 14 */
static void put_scale_unit(struct pen *pen, const struct tb_story *story, bool head)
{
    unsigned shift = story->segment == NULL ? 0 : story->segment->wscale;

    (void)head;
    put_bytes(pen, UINT64_C(1) << (shift > 14 ? 14 : shift));
}

static void put_line(struct pen *pen, const struct tb_story *story, bool head)
{
    const char *line = story->start_line[story->event->role];

    (void)head;
    if (line != NULL)
        tb_pen_put_outside(&pen->sheet, line, line_length(line), LINE_OCTETS);
}

static void put_time(struct pen *pen, const struct tb_story *story, bool head)
{
    (void)head;
    put_duration(pen, story->event->response_time_ns);
}

static void put_tries(struct pen *pen, const struct tb_story *story, bool head)
{
    (void)head;
    put_number(pen, story->event->tries);
    if (story->event->tries == UINT8_MAX)
        put_unit(pen, UNIT_OR_MORE);
}

static void put_count(struct pen *pen, const struct tb_story *story, bool head)
{
    const struct tb_event *event = story->event;

    (void)head;
    put_number(pen, (uint64_t)event->exchange_last - event->exchange + 1);
}

static void put_within(struct pen *pen, const struct tb_story *story, bool head)
{
    (void)head;
    put_duration(pen, story->event->answered_within_ns);
}

struct token {
    const char *name;
    size_t length; /* of the name */
    void (*put)(struct pen *pen, const struct tb_story *story, bool head);
};

#define TOKEN(name, put)                                                                           \
    {                                                                                              \
        name, sizeof(name) - 1, put                                                                \
    }

static const struct token tokens[] = {
    TOKEN("src", put_src),         TOKEN("dst", put_dst),       TOKEN("bytes", put_payload),
    TOKEN("fresh", put_fresh),     TOKEN("acked", put_acked),   TOKEN("all", put_all),
    TOKEN("unacked", put_unacked), TOKEN("total", put_total),   TOKEN("window", put_window),
    TOKEN("change", put_change),   TOKEN("mss", put_mss),       TOKEN("unit", put_scale_unit),
    TOKEN("line", put_line),       TOKEN("time", put_time),     TOKEN("tries", put_tries),
    TOKEN("count", put_count),     TOKEN("missed", put_missed), TOKEN("within", put_within),
};

/* A name that is not in the table would be text.def's mistake; a test finds it. */
static const struct token *token_at(const char *name, size_t length)
{
    size_t i = 0;

    while (i < LENGTH(tokens) - 1 &&
           (tokens[i].length != length || memcmp(tokens[i].name, name, length) != 0))
        i++;
    return &tokens[i];
}

/* Where a token meets the text around it. */
static void put_space(struct pen *pen, const char *next)
{
    if (pen->lang == TB_LANG_JA)
        tb_pen_put_space_before(&pen->sheet, next);
}

/* The first character that a token will write decides: it is tried on a small sheet. */
static void put_space_before(struct pen *pen, const struct token *token,
                             const struct tb_story *story, bool head)
{
    char start[32];
    struct pen trial = pen_on(pen->lang, start, sizeof start);

    if (pen->lang != TB_LANG_JA)
        return;
    token->put(&trial, story, head);
    put_space(pen, start);
}

static void put_token(struct pen *pen, const struct token *token, const struct tb_story *story,
                      bool head)
{
    put_space_before(pen, token, story, head);
    token->put(pen, story, head);
}

/* ---- sentences */

/* `length` octets of a row. English: a token at the head of a sentence is capitalised, but not at
 * the row's own head where `headed` is false. */
static void put_row(struct pen *pen, const char *row, size_t length, const struct tb_story *story,
                    bool headed)
{
    const char *end = row + length;
    bool head = headed;

    for (const char *at = row; at < end;) {
        const char *brace = memchr(at, '{', (size_t)(end - at));
        const char *stop = brace == NULL ? end : brace;

        tb_pen_put_piece(&pen->sheet, at, (size_t)(stop - at));
        if (brace == NULL)
            return;
        if (stop - at >= 2 && memcmp(stop - 2, ". ", 2) == 0)
            head = true;
        else if (stop > row)
            head = false;
        at = memchr(brace, '}', (size_t)(end - brace));
        put_token(pen, token_at(brace + 1, (size_t)(at - brace - 1)), story, head);
        at++;
        if (at < end)
            put_space(pen, at);
    }
}

/* Up to the end of the first sentence, without its full stop. */
static size_t first_sentence(const char *row, enum tb_lang lang)
{
    const char *stop = lang == TB_LANG_JA ? "。" : ". ";
    const char *end = strstr(row, stop);
    size_t length = end != NULL ? (size_t)(end - row) : strlen(row);

    return end == NULL && lang == TB_LANG_EN ? length - 1 : length;
}

/* " (SYN)": a closing remark, which the folded line does without unless a token is in it. */
static size_t without_remark(const char *row, size_t length)
{
    size_t at = length;

    if (length == 0 || row[length - 1] != ')')
        return length;
    while (at > 0 && row[at - 1] != '(' && row[at - 1] != '}')
        at--;
    return at > 1 && row[at - 1] == '(' && row[at - 2] == ' ' ? at - 2 : length;
}

static void put_numbers(struct pen *pen, const struct tb_event *event, const char *of,
                        const char *and)
{
    const uint8_t *number = event->teardown_number;

    if (event->phase == TB_PHASE_HANDSHAKE && event->handshake_number != 0) {
        put(pen, " ");
        put_number(pen, event->handshake_number);
        put(pen, of);
        put(pen, "3");
    }
    if (event->phase != TB_PHASE_TEARDOWN || number[0] == 0)
        return;
    put(pen, " ");
    put_number(pen, number[0]);
    if (number[1] != 0) {
        put(pen, and);
        put_number(pen, number[1]);
    }
    put(pen, of);
    put(pen, "4");
}

void tb_text_choose(struct tb_story *story)
{
    story->choice = tb_story_choose(story);
}

static struct tb_choice choice_of(const struct tb_story *story)
{
    return story->choice.count != 0 ? story->choice : tb_story_choose(story);
}

size_t tb_text_meaning(enum tb_lang lang, const struct tb_story *story, char *text, size_t size)
{
    struct pen pen = pen_on(lang, text, size);
    const struct tb_choice choice = choice_of(story);

    for (size_t i = 0; i < choice.count; i++) {
        const char *row = rows[choice.row[i]][lang];

        if (i > 0 && lang == TB_LANG_EN)
            put(&pen, " ");
        put_row(&pen, row, strlen(row), story, true);
    }
    return pen.sheet.used;
}

/* After a colon: "An" becomes "an", "TCP" stays. */
static void put_small(struct pen *pen, const char *row, size_t length, const struct tb_story *story)
{
    if (length >= 2 && row[0] >= 'A' && row[0] <= 'Z' && !(row[1] >= 'A' && row[1] <= 'Z')) {
        const char small = (char)(row[0] - 'A' + 'a');

        tb_pen_put_piece(&pen->sheet, &small, 1);
        row++;
        length--;
    }
    put_row(pen, row, length, story, false);
}

size_t tb_text_headline(enum tb_lang lang, const struct tb_story *story, char *text, size_t size)
{
    struct pen pen = pen_on(lang, text, size);
    const char *row = rows[choice_of(story).row[0]][lang];

    pen.detailed = true;
    put(&pen, tb_text_phase(lang, story->event->phase));
    put_numbers(&pen, story->event, units[UNIT_OF][lang], units[UNIT_AND][lang]);
    put(&pen, ": ");
    put_small(&pen, row, without_remark(row, first_sentence(row, lang)), story);
    return pen.sheet.used;
}

/* The end's name alone, with a question mark where it is not sure. */
static void put_short_party(struct pen *pen, const struct tb_story *story, enum tb_role role)
{
    const struct tb_owner *owner = known_owner(story, role);

    if (owner == NULL) {
        put(pen, roles[role][pen->lang]);
        return;
    }
    put_name(pen, owner, false);
    if (owner->certainty == TB_OWNER_UNSURE)
        put(pen, "?");
}

static void put_short_parties(struct pen *pen, const struct tb_story *story)
{
    const enum tb_role from = story->event->role;

    if (known_owner(story, TB_ROLE_CLIENT) == NULL && known_owner(story, TB_ROLE_SERVER) == NULL)
        return;
    put(pen, " ");
    put_short_party(pen, story, from);
    put(pen, " → ");
    put_short_party(pen, story, receiver(story->event));
}

size_t tb_text_info(enum tb_lang lang, const struct tb_story *story, char *text, size_t size)
{
    struct pen pen = pen_on(lang, text, size);
    const struct tb_event *event = story->event;
    const char *phase = tb_text_phase(lang, event->phase);
    const char *more = event->step < TB_STEP_COUNT ? infos[event->step][lang] : "";
    const unsigned timed = TB_EVENT_RESPONSE_STARTS | TB_EVENT_RESPONSE_TIME;

    put_small(&pen, phase, strlen(phase), story);
    put_numbers(&pen, event, "/", "+");
    if (more[0] != '\0') {
        put(&pen, ": ");
        put(&pen, more);
    }
    if ((event->has & timed) == timed) {
        put(&pen, " ");
        put_duration(&pen, event->response_time_ns);
    }
    put_short_parties(&pen, story);
    return pen.sheet.used;
}

size_t tb_text_owner(enum tb_lang lang, const struct tb_owner *owner, char *text, size_t size)
{
    struct pen pen = pen_on(lang, text, size);

    pen.detailed = true;
    put_name(&pen, owner, false);
    put_remarks(&pen, owner, TB_ROLE_COUNT);
    return pen.sheet.used;
}

size_t tb_text_owner_short(enum tb_lang lang, const struct tb_owner *owner, char *text, size_t size)
{
    struct pen pen = pen_on(lang, text, size);

    put_name(&pen, owner, false);
    if (owner->text[TB_OWNER_COMM].length > 0 && has(owner, TB_OWNER_PID)) {
        put(&pen, " (");
        put_number(&pen, owner->pid);
        put(&pen, ")");
    }
    if (owner->certainty == TB_OWNER_UNSURE)
        put(&pen, "?");
    return pen.sheet.used;
}

size_t tb_text_outside(struct tb_octet_string outside, char *text, size_t size)
{
    struct tb_pen pen = tb_pen_on(text, size);

    tb_pen_put_outside(&pen, outside.octets, outside.length, size);
    return pen.used;
}

size_t tb_text_duration(enum tb_lang lang, uint64_t ns, char *text, size_t size)
{
    struct pen pen = pen_on(lang, text, size);

    put_duration(&pen, ns);
    return pen.sheet.used;
}

/* ---- flags */

struct flag {
    unsigned bit;
    const char *letter;
    const char *name;
};

/* In the order in which tcpdump's print-tcp.c prints them; "e" since the release after 4.99.3. */
static const struct flag flag_table[] = {
    { TB_FIN, "F", "FIN" }, { TB_SYN, "S", "SYN" }, { TB_RST, "R", "RST" },
    { TB_PSH, "P", "PSH" }, { TB_ACK, ".", "ACK" }, { TB_URG, "U", "URG" },
    { TB_ECE, "E", "ECE" }, { TB_CWR, "W", "CWR" }, { TB_AE, "e", "AE" },
};

size_t tb_text_flags(uint16_t flags, char *text, size_t size)
{
    struct pen pen = pen_on(TB_LANG_EN, text, size);
    bool none = true;

    for (size_t i = 0; i < LENGTH(flag_table); i++) {
        if ((flags & flag_table[i].bit) == 0)
            continue;
        put(&pen, flag_table[i].letter);
        none = false;
    }
    if (none)
        put(&pen, "none");
    return pen.sheet.used;
}

size_t tb_text_flag_names(uint16_t flags, char *text, size_t size)
{
    struct pen pen = pen_on(TB_LANG_EN, text, size);

    for (size_t i = 0; i < LENGTH(flag_table); i++) {
        if ((flags & flag_table[i].bit) == 0)
            continue;
        if (pen.sheet.used > 0)
            put(&pen, ", ");
        put(&pen, flag_table[i].name);
    }
    return pen.sheet.used;
}

/* ---- words */

struct tb_reference tb_text_reference(enum tb_lang lang, const struct tb_event *event)
{
    return places[tb_story_place(event)][lang];
}

struct tb_reference tb_text_reference_of(enum tb_lang lang, const struct tb_story *story)
{
    return places[story->choice.place][lang];
}

const char *tb_text_phase(enum tb_lang lang, enum tb_phase phase)
{
    return phases[phase < TB_PHASE_COUNT ? phase : TB_PHASE_UNKNOWN][lang];
}

const char *tb_text_step(enum tb_lang lang, enum tb_step step)
{
    return steps[step < TB_STEP_COUNT ? step : TB_STEP_OTHER][lang];
}

const char *tb_text_role(enum tb_lang lang, enum tb_role role)
{
    return roles[role < TB_ROLE_COUNT ? role : TB_ROLE_CLIENT][lang];
}

const char *tb_text_mark(enum tb_lang lang, enum tb_mark mark)
{
    return mark < TB_MARK_COUNT ? marks[mark][lang] : "";
}

const char *tb_text_source(enum tb_lang lang, enum tb_owner_source source)
{
    return sources[source < TB_OWNER_SOURCE_COUNT ? source : TB_OWNER_SOURCE_UNKNOWN][lang];
}

const char *tb_text_label(enum tb_lang lang, enum tb_label label)
{
    return label < TB_LABEL_COUNT ? labels[label][lang] : "";
}

enum tb_lang tb_text_lang_of_locale(const char *locale)
{
    if (locale == NULL || locale[0] != 'j' || locale[1] != 'a')
        return TB_LANG_EN;
    return locale[2] == '\0' || strchr("_.@-", locale[2]) != NULL ? TB_LANG_JA : TB_LANG_EN;
}
