/* SPDX-License-Identifier: GPL-2.0-or-later */
/* owner.c - who owns an end of a connection, as a note in a capture file says it
 *
 * One table of keys is read by the writer and by the reader. docs/process-notes.md describes the
 * note for whoever meets one. */
#include "owner.h"

#include <assert.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What every note begins with, of whatever version, and the version that is known here. */
#define INTRODUCTION "tcp-breath v="
#define VERSION      "1"

/* Stands for the listener's keys where the owner is the listener, as most servers are. */
#define LISTENER "listener"
#define SELF     "self"

enum kind {
    KIND_NUMBER,
    KIND_TEXT,
    KIND_WORD
};

struct words {
    const char *const *name;
    uint8_t count;
    uint8_t usual; /* not written; where the note has no word */
    uint8_t other; /* where the word is not known: a later version's */
};

/* A key and the member of struct tb_owner or struct tb_note that it fills. */
struct key {
    const char *name;
    const struct words *words; /* KIND_WORD */
    uint64_t max;              /* KIND_NUMBER */
    size_t offset;
    size_t size;
    enum kind kind;
    uint16_t has; /* KIND_NUMBER: its bit in tb_owner.has; 0: 0 stands for unknown */
};

static const char *const source_names[] = {
    [TB_OWNER_SOURCE_UNKNOWN] = "unknown",   [TB_OWNER_SOURCE_CONNECTOR] = "connector",
    [TB_OWNER_SOURCE_USER] = "user",         [TB_OWNER_SOURCE_ACCEPTOR] = "acceptor",
    [TB_OWNER_SOURCE_SNAPSHOT] = "snapshot", [TB_OWNER_SOURCE_SCAN] = "scan",
    [TB_OWNER_SOURCE_LIVE] = "live",
};
static_assert(LENGTH(source_names) == TB_OWNER_SOURCE_COUNT, "a name for each source");

static const char *const certainty_names[] = {
    [TB_OWNER_SURE] = "sure",
    [TB_OWNER_UNSURE] = "unsure",
};
static_assert(LENGTH(certainty_names) == TB_OWNER_CERTAINTY_COUNT, "a name for each certainty");

static const char *const mechanism_names[] = {
    [TB_MECHANISM_NONE] = "none", [TB_MECHANISM_BPF] = "bpf",         [TB_MECHANISM_PROC] = "proc",
    [TB_MECHANISM_LIVE] = "live", [TB_MECHANISM_FOREIGN] = "foreign",
};
static_assert(LENGTH(mechanism_names) == TB_MECHANISM_COUNT, "a name for each mechanism");

static const struct words sources = { source_names, TB_OWNER_SOURCE_COUNT, TB_OWNER_SOURCE_UNKNOWN,
                                      TB_OWNER_SOURCE_UNKNOWN };
static const struct words certainties = { certainty_names, TB_OWNER_CERTAINTY_COUNT, TB_OWNER_SURE,
                                          TB_OWNER_UNSURE };
static const struct words mechanisms = { mechanism_names, TB_MECHANISM_COUNT, TB_MECHANISM_NONE,
                                         TB_MECHANISM_NONE };

#define NUMBER(name, max, type, member, has)                                                       \
    {                                                                                              \
        name, NULL, max, offsetof(struct type, member), sizeof(((struct type *)0)->member),        \
            KIND_NUMBER, has                                                                       \
    }
#define TEXT(name, which)                                                                          \
    {                                                                                              \
        name, NULL, 0, offsetof(struct tb_owner, text) + (which) * sizeof(struct tb_octet_string), \
            sizeof(struct tb_octet_string), KIND_TEXT, 0                                           \
    }
#define WORD(name, words, type, member)                                                            \
    {                                                                                              \
        name, words, 0, offsetof(struct type, member), 1, KIND_WORD, 0                             \
    }

/* Of the note. */
static const struct key note_keys[] = {
    WORD("mechanism", &mechanisms, tb_note, mechanism),
    NUMBER("lost", UINT64_MAX, tb_note, lost, 0),
};

/* Of each end, in the order of writing. */
static const struct key end_keys[] = {
    NUMBER("pid", UINT32_MAX, tb_owner, pid, TB_OWNER_PID),
    TEXT("comm", TB_OWNER_COMM),
    TEXT("exe", TB_OWNER_EXE),
    TEXT("cmdline", TB_OWNER_CMDLINE),
    NUMBER("uid", UINT32_MAX, tb_owner, uid, TB_OWNER_UID),
    TEXT("user", TB_OWNER_USER),
    TEXT("container", TB_OWNER_CONTAINER),
    NUMBER("start", UINT64_MAX, tb_owner, start_ns, TB_OWNER_START),
    NUMBER("fd", UINT32_MAX, tb_owner, fd, TB_OWNER_FD),
    WORD("source", &sources, tb_owner, source),
    WORD("certainty", &certainties, tb_owner, certainty),
    NUMBER("listener.pid", UINT32_MAX, tb_owner, listener_pid, TB_OWNER_LISTENER_PID),
    TEXT("listener.comm", TB_OWNER_LISTENER_COMM),
};

static const char *const prefixes[] = {
    [TB_NOTE_SRC] = "src.",
    [TB_NOTE_DST] = "dst.",
};
static_assert(LENGTH(prefixes) == TB_NOTE_END_COUNT, "a prefix for each end");

/* The keys of a note are a bit each in struct reader. */
static_assert(LENGTH(note_keys) + TB_NOTE_END_COUNT * LENGTH(end_keys) <= 32, "bits of `seen`");

const char *tb_owner_source_name(enum tb_owner_source source)
{
    return (unsigned)source < TB_OWNER_SOURCE_COUNT ? source_names[source] : "unknown";
}

const char *tb_owner_certainty_name(enum tb_owner_certainty certainty)
{
    return (unsigned)certainty < TB_OWNER_CERTAINTY_COUNT ? certainty_names[certainty] : "unknown";
}

const char *tb_mechanism_name(enum tb_mechanism mechanism)
{
    return (unsigned)mechanism < TB_MECHANISM_COUNT ? mechanism_names[mechanism] : "unknown";
}

/* Letters, digits and what stands for itself in a value. */
static bool is_plain(uint8_t octet)
{
    return (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= 'a' && octet <= 'z') || (octet != '\0' && strchr("-._~/:@+,", octet) != NULL);
}

/* ---- writing */

/* Counts on where there is no room: `used` is what would be needed. */
struct writer {
    char *text;
    size_t size;
    size_t used;
    uint32_t without; /* texts left out: bits by enum tb_owner_text */
};

static void put_octet(struct writer *writer, char octet)
{
    if (writer->used < writer->size)
        writer->text[writer->used] = octet;
    writer->used++;
}

static void put(struct writer *writer, const char *text)
{
    while (*text != '\0')
        put_octet(writer, *text++);
}

static void put_name(struct writer *writer, const char *prefix, const char *name)
{
    put_octet(writer, ' ');
    put(writer, prefix);
    put(writer, name);
    put_octet(writer, '=');
}

static void put_number(struct writer *writer, uint64_t number)
{
    char digits[20]; /* of UINT64_MAX */
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (at < sizeof(digits))
        put_octet(writer, digits[at++]);
}

/* As much as a note says of a text: a NUL ends it, as in the kernel's own. */
static size_t used_length(const struct tb_octet_string *text)
{
    const size_t most = text->length < TB_OWNER_TEXT_MAX ? text->length : TB_OWNER_TEXT_MAX;
    const char *end = most > 0 ? (const char *)memchr(text->octets, '\0', most) : NULL;

    return end != NULL ? (size_t)(end - text->octets) : most;
}

static void put_escaped(struct writer *writer, const char *octets, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < length; i++) {
        const uint8_t octet = (uint8_t)octets[i];

        if (is_plain(octet)) {
            put_octet(writer, octets[i]);
        } else {
            put_octet(writer, '%');
            put_octet(writer, digits[octet >> 4]);
            put_octet(writer, digits[octet & 15]);
        }
    }
}

static uint64_t number_in(const void *place, size_t size)
{
    uint64_t wide = 0;
    uint32_t narrow = 0;

    if (size == sizeof(wide)) {
        memcpy(&wide, place, sizeof(wide));
        return wide;
    }
    memcpy(&narrow, place, sizeof(narrow));
    return narrow;
}

static void put_key_number(struct writer *writer, const char *prefix, const struct key *key,
                           const void *place, uint16_t has)
{
    const uint64_t number = number_in(place, key->size);

    if (key->has != 0 ? (has & key->has) == 0 : number == 0)
        return;
    put_name(writer, prefix, key->name);
    put_number(writer, number);
}

static void put_key_text(struct writer *writer, const char *prefix, const struct key *key,
                         const void *place)
{
    const size_t which = (key->offset - offsetof(struct tb_owner, text)) / key->size;
    struct tb_octet_string text;
    size_t length;

    memcpy(&text, place, sizeof(text));
    length = used_length(&text);
    if (length == 0 || (writer->without >> which & 1u) != 0)
        return;
    put_name(writer, prefix, key->name);
    put_escaped(writer, text.octets, length);
}

static void put_key_word(struct writer *writer, const char *prefix, const struct key *key,
                         const void *place)
{
    const uint8_t word = *(const uint8_t *)place;

    if (word == key->words->usual || word >= key->words->count)
        return;
    put_name(writer, prefix, key->name);
    put(writer, key->words->name[word]);
}

static void put_keys(struct writer *writer, const char *prefix, const struct key *keys,
                     size_t count, const void *object, uint16_t has)
{
    for (size_t i = 0; i < count; i++) {
        const void *place = (const uint8_t *)object + keys[i].offset;

        switch (keys[i].kind) {
        case KIND_NUMBER:
            put_key_number(writer, prefix, &keys[i], place, has);
            break;
        case KIND_TEXT:
            put_key_text(writer, prefix, &keys[i], place);
            break;
        case KIND_WORD:
            put_key_word(writer, prefix, &keys[i], place);
            break;
        }
    }
}

static bool says_something(const struct tb_owner *owner)
{
    bool said = owner->has != 0;

    for (size_t i = 0; i < TB_OWNER_TEXT_COUNT; i++)
        said = said || used_length(&owner->text[i]) > 0;
    return said;
}

static bool listens_itself(const struct tb_owner *owner)
{
    const struct tb_octet_string *comm = &owner->text[TB_OWNER_COMM];
    const struct tb_octet_string *listener = &owner->text[TB_OWNER_LISTENER_COMM];
    const uint16_t both = TB_OWNER_PID | TB_OWNER_LISTENER_PID;
    const size_t length = used_length(comm);

    return (owner->has & both) == both && owner->pid == owner->listener_pid && length > 0 &&
           length == used_length(listener) && memcmp(comm->octets, listener->octets, length) == 0;
}

static void put_end(struct writer *writer, const char *prefix, const struct tb_owner *known)
{
    struct tb_owner owner = *known;
    const bool listens = listens_itself(known);

    if (listens) {
        owner.has &= (uint16_t)~TB_OWNER_LISTENER_PID;
        owner.text[TB_OWNER_LISTENER_COMM].length = 0;
    }
    put_keys(writer, prefix, end_keys, LENGTH(end_keys), &owner, owner.has);
    if (!listens)
        return;
    put_name(writer, prefix, LISTENER);
    put(writer, SELF);
}

/* Returns the octets needed, without the terminator. */
static size_t write_note(const struct tb_note *note, uint32_t without, char *text, size_t size)
{
    struct writer writer = { .text = text, .size = size, .without = without };

    put(&writer, INTRODUCTION VERSION);
    put_keys(&writer, "", note_keys, LENGTH(note_keys), note, 0);
    for (size_t end = 0; end < TB_NOTE_END_COUNT; end++)
        if (says_something(&note->owner[end]))
            put_end(&writer, prefixes[end], &note->owner[end]);
    return writer.used;
}

size_t tb_note_encode(const struct tb_note *note, char *text, size_t size)
{
    /* What may go, one after the other: names alone always fit. */
    static const uint32_t without[] = { 0, 1u << TB_OWNER_CMDLINE, ~(1u << TB_OWNER_COMM) };
    size_t used = 0;

    if (says_something(&note->owner[TB_NOTE_SRC]) || says_something(&note->owner[TB_NOTE_DST])) {
        used = TB_NOTE_MAX + 1;
        for (size_t i = 0; i < LENGTH(without) && used > TB_NOTE_MAX; i++)
            used = write_note(note, without[i], text, size);
    }
    if (used >= size)
        used = 0;
    if (size > 0)
        text[used] = '\0';
    return used;
}

/* ---- reading */

struct reader {
    struct tb_note note;
    char *scratch;
    size_t scratch_used;
    uint32_t seen; /* keys: a bit each, first those of the note, then those of each end */
    bool listens_itself[TB_NOTE_END_COUNT];
    bool listener_seen[TB_NOTE_END_COUNT];
};

struct span {
    const char *at;
    size_t length;
};

static bool equals(struct span span, const char *text)
{
    return span.length == strlen(text) && memcmp(span.at, text, span.length) == 0;
}

static bool read_number(struct span value, uint64_t max, uint64_t *number)
{
    uint64_t sum = 0;

    if (value.length == 0)
        return false;
    for (size_t i = 0; i < value.length; i++) {
        const uint8_t digit = (uint8_t)(value.at[i] - '0');

        if (digit > 9 || sum > (max - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *number = sum;
    return true;
}

static int hex_digit(char octet)
{
    if (octet >= '0' && octet <= '9')
        return octet - '0';
    if (octet >= 'A' && octet <= 'F')
        return octet - 'A' + 10;
    if (octet >= 'a' && octet <= 'f')
        return octet - 'a' + 10;
    return -1;
}

/* The octet that stands at the value's beginning; `used` of its own. False: none may. */
static bool read_octet(struct span value, char *octet, size_t *used)
{
    int high;
    int low;

    *used = 1;
    *octet = *value.at;
    if (*value.at != '%')
        return is_plain((uint8_t)*value.at);
    if (value.length < 3)
        return false;
    high = hex_digit(value.at[1]);
    low = hex_digit(value.at[2]);
    if (high < 0 || low < 0 || (high | low) == 0)
        return false;
    *octet = (char)(uint8_t)(high << 4 | low);
    *used = 3;
    return true;
}

static bool read_text(struct reader *reader, struct span value, struct tb_octet_string *text)
{
    char *octets = reader->scratch + reader->scratch_used;
    size_t length = 0;
    size_t used;

    for (; value.length > 0; value.at += used, value.length -= used) {
        char octet;

        if (!read_octet(value, &octet, &used))
            return false;
        if (length < TB_OWNER_TEXT_MAX)
            octets[length++] = octet;
    }
    reader->scratch_used += length;
    text->octets = length > 0 ? octets : NULL;
    text->length = length;
    return true;
}

static uint8_t read_word(struct span value, const struct words *words)
{
    for (uint8_t i = 0; i < words->count; i++)
        if (equals(value, words->name[i]))
            return i;
    return words->other;
}

static bool read_key(struct reader *reader, const struct key *key, struct span value, void *object,
                     uint16_t *has)
{
    uint8_t *place = (uint8_t *)object + key->offset;
    struct tb_octet_string text;
    uint64_t number = 0;
    uint32_t narrow;

    switch (key->kind) {
    case KIND_NUMBER:
        if (!read_number(value, key->max, &number))
            return false;
        narrow = (uint32_t)number;
        if (key->size == sizeof(number))
            memcpy(place, &number, sizeof(number));
        else
            memcpy(place, &narrow, sizeof(narrow));
        *has |= key->has;
        return true;
    case KIND_TEXT:
        if (!read_text(reader, value, &text))
            return false;
        memcpy(place, &text, sizeof(text));
        return true;
    case KIND_WORD:
        *place = read_word(value, key->words);
        return true;
    }
    return false;
}

/* `first`: the bit of the first of these keys. A key that is not known, or stands there once more,
 * says nothing. */
static bool read_pair(struct reader *reader, const struct key *keys, size_t count, size_t first,
                      struct span pair[2], void *object, uint16_t *has)
{
    for (size_t i = 0; i < count; i++) {
        const uint32_t bit = 1u << (first + i);

        if (!equals(pair[0], keys[i].name))
            continue;
        if ((reader->seen & bit) != 0)
            return true;
        reader->seen |= bit;
        return read_key(reader, &keys[i], pair[1], object, has);
    }
    return true;
}

static bool read_item(struct reader *reader, struct span item)
{
    const char *equal = (const char *)memchr(item.at, '=', item.length);
    struct span pair[2];
    uint16_t none = 0;

    if (equal == NULL)
        return false;
    pair[0] = (struct span){ item.at, (size_t)(equal - item.at) };
    pair[1] = (struct span){ equal + 1, item.length - pair[0].length - 1 };
    for (size_t end = 0; end < TB_NOTE_END_COUNT; end++) {
        struct tb_owner *owner = &reader->note.owner[end];
        const size_t length = strlen(prefixes[end]);

        if (pair[0].length < length || memcmp(pair[0].at, prefixes[end], length) != 0)
            continue;
        pair[0].at += length;
        pair[0].length -= length;
        if (equals(pair[0], LISTENER)) {
            reader->listens_itself[end] |= !reader->listener_seen[end] && equals(pair[1], SELF);
            reader->listener_seen[end] = true;
            return true;
        }
        return read_pair(reader, end_keys, LENGTH(end_keys),
                         LENGTH(note_keys) + end * LENGTH(end_keys), pair, owner, &owner->has);
    }
    return read_pair(reader, note_keys, LENGTH(note_keys), 0, pair, &reader->note, &none);
}

/* Up to the next space; takes it, and what separates it, from the line. */
static struct span take_item(struct span *line)
{
    const char *space = (const char *)memchr(line->at, ' ', line->length);
    struct span item = { line->at, space != NULL ? (size_t)(space - line->at) : line->length };
    const size_t used = item.length + (space != NULL ? 1 : 0);

    line->at += used;
    line->length -= used;
    return item;
}

/* The note's line: a comment may go on below it. False: it is not printable ASCII. */
static bool cut_line(struct span *line)
{
    size_t length = 0;

    while (length < line->length && line->at[length] != '\n' && line->at[length] != '\r') {
        if (line->at[length] < ' ' || line->at[length] > '~')
            return false;
        length++;
    }
    line->length = length;
    return true;
}

/* What is said of the listener itself goes before. */
static void add_listeners(struct reader *reader)
{
    for (size_t end = 0; end < TB_NOTE_END_COUNT; end++) {
        struct tb_owner *owner = &reader->note.owner[end];
        struct tb_octet_string *comm = &owner->text[TB_OWNER_LISTENER_COMM];

        if (!reader->listens_itself[end] || (owner->has & TB_OWNER_PID) == 0 ||
            (owner->has & TB_OWNER_LISTENER_PID) != 0)
            continue;
        owner->listener_pid = owner->pid;
        owner->has |= TB_OWNER_LISTENER_PID;
        if (comm->length == 0)
            *comm = owner->text[TB_OWNER_COMM];
    }
}

bool tb_note_is(const char *text, size_t length)
{
    const size_t introduction = sizeof(INTRODUCTION) - 1;

    return length >= introduction && memcmp(text, INTRODUCTION, introduction) == 0;
}

bool tb_note_decode(const char *text, size_t length, char *scratch, struct tb_note *note)
{
    struct reader reader = { .scratch = scratch };
    struct span line;

    if (!tb_note_is(text, length))
        return false;
    line.at = text + sizeof(INTRODUCTION) - 1;
    line.length = length - (sizeof(INTRODUCTION) - 1);
    if (!cut_line(&line) || !equals(take_item(&line), VERSION))
        return false;
    while (line.length > 0) {
        const struct span item = take_item(&line);

        if (item.length > 0 && !read_item(&reader, item))
            return false;
    }
    add_listeners(&reader);
    *note = reader.note;
    return true;
}
