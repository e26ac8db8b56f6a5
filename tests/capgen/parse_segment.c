/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse_segment.c - what a line says behind the time and the sender */
#include "parse_segment.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "end.h"

enum {
    FILLS_MAX = 16,
    NESTING_MAX = 16
};

/* Octets that are generated once the sequence number is known. */
struct fill {
    size_t offset;
    size_t length;
};

struct payload {
    struct cg_packet *packet;
    struct fill fills[FILLS_MAX];
    size_t fill_count;
};

bool cg_parse_number(const char *text, uint32_t most, uint32_t *number)
{
    char *end;
    unsigned long value;

    if (!isdigit((unsigned char)*text))
        return false;
    errno = 0;
    value = strtoul(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
    if (*end != '\0' || errno != 0 || value > most)
        return false;
    *number = (uint32_t)value;
    return true;
}

bool cg_parse_hex(const char *text, uint8_t *octets, size_t size, size_t *length)
{
    size_t digits = strlen(text);

    if (digits % 2 != 0 || digits / 2 > size || strspn(text, "0123456789abcdefABCDEF") != digits)
        return false;
    for (size_t i = 0; i < digits / 2; i++) {
        const char pair[3] = { text[2 * i], text[2 * i + 1], '\0' };

        octets[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    *length = digits / 2;
    return true;
}

static int append(struct cg_lexer *lexer, struct payload *payload, const void *octets,
                  size_t length)
{
    uint8_t *at = cg_packet_append(payload->packet, length);

    if (at == NULL)
        return cg_lex_fail(lexer, "the payload is too long");
    memcpy(at, octets, length);
    return 0;
}

static int append_fill(struct cg_lexer *lexer, struct payload *payload, uint32_t length)
{
    if (payload->fill_count == FILLS_MAX)
        return cg_lex_fail(lexer, "more than %d generated parts in one payload", FILLS_MAX);
    payload->fills[payload->fill_count].offset = cg_packet_length(payload->packet);
    payload->fills[payload->fill_count++].length = length;
    if (cg_packet_append(payload->packet, length) == NULL)
        return cg_lex_fail(lexer, "the payload is too long");
    return 0;
}

/* A word that is payload: a number of octets, or 0x and octets. `is` tells whether it was one. */
static int parse_payload_word(struct cg_lexer *lexer, struct payload *payload, bool *is)
{
    uint8_t octets[CG_TEXT_MAX / 2];
    uint32_t number;
    size_t length;

    *is = true;
    if (strncmp(lexer->text, "0x", 2) == 0) {
        if (!cg_parse_hex(lexer->text + 2, octets, sizeof octets, &length))
            return cg_lex_fail(lexer, "\"%s\" is not an even number of hexadecimal digits",
                               lexer->text);
        return append(lexer, payload, octets, length);
    }
    if (cg_parse_number(lexer->text, CG_PACKET_BACK, &number))
        return append_fill(lexer, payload, number);
    *is = false;
    return 0;
}

/* One part: a string, octets, a number of octets. */
static int parse_part(struct cg_lexer *lexer, struct payload *payload, bool *is)
{
    *is = true;
    if (lexer->kind == CG_TOKEN_STRING)
        return append(lexer, payload, lexer->text, lexer->length);
    if (lexer->kind == CG_TOKEN_WORD)
        return parse_payload_word(lexer, payload, is);
    *is = false;
    return 0;
}

/* A list in front of which its length stands: len1( ... ), len2( ... ), len3( ... ). */
struct list {
    size_t offset;
    size_t width;
};

static int open_list(struct cg_lexer *lexer, struct payload *payload, struct list *list)
{
    static const char *const names[] = { "len1", "len2", "len3" };

    for (size_t i = 0; i < 3; i++) {
        if (strcmp(lexer->text, names[i]) != 0)
            continue;
        list->offset = cg_packet_length(payload->packet);
        list->width = i + 1;
        return append(lexer, payload, "\0\0\0", i + 1);
    }
    return cg_lex_fail(lexer, "\"%s(\" is none of len1(, len2(, len3(", lexer->text);
}

static int close_list(struct cg_lexer *lexer, struct payload *payload, const struct list *list)
{
    size_t length = cg_packet_length(payload->packet) - list->offset - list->width;
    uint8_t *at = cg_packet_data(payload->packet) + list->offset;

    if (length >> 8 * list->width != 0)
        return cg_lex_fail(lexer, "%zu octets do not fit into a length of %zu", length,
                           list->width);
    for (size_t i = 0; i < list->width; i++)
        at[i] = (uint8_t)(length >> 8 * (list->width - 1 - i));
    return 0;
}

/* Lists within lists, from the current "lenN(" to its ")". */
static int parse_lists(struct cg_lexer *lexer, struct payload *payload)
{
    struct list lists[NESTING_MAX];
    size_t depth = 0;
    int error;

    do {
        bool is = true;

        if (lexer->kind == CG_TOKEN_OPEN && depth == NESTING_MAX)
            return cg_lex_fail(lexer, "lists are nested too deep");
        if (lexer->kind == CG_TOKEN_OPEN)
            error = open_list(lexer, payload, &lists[depth++]);
        else if (lexer->kind == CG_TOKEN_CLOSE)
            error = close_list(lexer, payload, &lists[--depth]);
        else
            error = parse_part(lexer, payload, &is);
        if (error != 0)
            return error;
        if (!is)
            return cg_lex_fail(lexer, "\"%s\" within a list: a \")\" is missing", lexer->text);
        if (depth > 0 && cg_lex_next(lexer) != 0)
            return -EINVAL;
    } while (depth > 0);
    return 0;
}

static int parse_payload(struct cg_lexer *lexer, struct payload *payload, bool *is)
{
    *is = true;
    if (lexer->kind == CG_TOKEN_OPEN)
        return parse_lists(lexer, payload);
    return parse_part(lexer, payload, is);
}

static const struct {
    const char *name;
    uint32_t bits;
} flag_names[] = {
    { "SYN", CG_SYN }, { "ACK", CG_ACK }, { "FIN", CG_FIN },           { "RST", CG_RST },
    { "PSH", CG_PSH }, { "URG", CG_URG }, { "ECE", CG_ECE },           { "CWR", CG_CWR },
    { "AE", CG_AE },   { "NONE", 0 },     { "DATA", CG_PSH | CG_ACK },
};

static int parse_flags(struct cg_lexer *lexer, uint32_t *flags)
{
    const char *at = lexer->text;

    *flags = 0;
    for (;;) {
        size_t length = strcspn(at, ","), i;

        for (i = 0; i < sizeof flag_names / sizeof *flag_names; i++)
            if (strlen(flag_names[i].name) == length &&
                strncmp(flag_names[i].name, at, length) == 0)
                break;
        if (i == sizeof flag_names / sizeof *flag_names)
            return cg_lex_fail(lexer, "\"%.*s\" is not a flag", (int)length, at);
        *flags |= flag_names[i].bits;
        if (at[length] == '\0')
            return 0;
        at += length + 1;
    }
}

/* "123", "+1", "-1". */
static bool parse_stated(const char *text, uint32_t most, struct cg_number *number)
{
    bool relative = *text == '+' || *text == '-';
    uint32_t value;

    if (!cg_parse_number(text + (relative ? 1 : 0), most, &value))
        return false;
    number->stated = relative ? CG_RELATIVE : CG_ABSOLUTE;
    number->value = *text == '-' ? 0 - value : value;
    return true;
}

static bool parse_ts(char *text, struct cg_segment *segment)
{
    char *echo = strchr(text, ':');

    if (echo == NULL)
        return false;
    *echo++ = '\0';
    return parse_stated(text, UINT32_MAX, &segment->ts_value) &&
           parse_stated(echo, UINT32_MAX, &segment->ts_echo);
}

/* "2000-3000,4000-5000" */
static bool parse_sack(char *text, struct cg_segment *segment)
{
    while (text != NULL) {
        char *next = strchr(text, ',');
        char *to = strchr(text, '-');

        if (next != NULL)
            *next++ = '\0';
        if (to == NULL || segment->sack_count == 4)
            return false;
        *to++ = '\0';
        if (!cg_parse_number(text, UINT32_MAX, &segment->sack[segment->sack_count].from) ||
            !cg_parse_number(to, UINT32_MAX, &segment->sack[segment->sack_count].to))
            return false;
        segment->sack_count++;
        text = next;
    }
    return true;
}

static bool parse_fast_open(const char *text, struct cg_segment *segment)
{
    segment->fast_open = true;
    return cg_parse_hex(text, segment->cookie, sizeof segment->cookie, &segment->cookie_length);
}

/* Settings that are a name alone. */
static bool parse_switch(const char *text, struct cg_segment *segment)
{
    if (strcmp(text, "sackok") == 0)
        segment->sackok = true;
    else if (strcmp(text, "noopt") == 0)
        segment->no_options = true;
    else if (strcmp(text, "nots") == 0)
        segment->no_timestamps = true;
    else if (strcmp(text, "badsum") == 0)
        segment->bad_checksum = true;
    else if (strcmp(text, "ect0") == 0)
        segment->ecn = 2;
    else if (strcmp(text, "ect1") == 0)
        segment->ecn = 1;
    else if (strcmp(text, "ce") == 0)
        segment->ecn = 3;
    else
        return false;
    return true;
}

/* Settings that are a number behind their name. */
static bool parse_numeric(const char *name, const char *text, struct cg_segment *segment)
{
    const struct {
        const char *name;
        uint32_t most;
        struct cg_number *number;
    } rows[] = {
        { "seq", UINT32_MAX, &segment->seq }, { "ack", UINT32_MAX, &segment->ack },
        { "win", 65535, &segment->window },   { "mss", 65535, &segment->mss },
        { "ws", 255, &segment->ws },          { "urg", 65535, &segment->urgent },
        { "offset", 15, &segment->offset },   { "iplen", 65535, &segment->ip_length },
        { "snap", 65535, &segment->snap },
    };
    struct cg_number other;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].name, name) == 0)
            return parse_stated(text, rows[i].most, rows[i].number);
    if (!parse_stated(text, 65535, &other) || other.stated != CG_ABSOLUTE)
        return false;
    if (strcmp(name, "pad") == 0)
        segment->pad = other.value;
    else if (strcmp(name, "cut") == 0)
        segment->cut = other.value;
    else
        return false;
    return true;
}

static bool parse_setting(char *text, struct cg_segment *segment)
{
    char *value = strchr(text, '=');

    if (value == NULL)
        return parse_switch(text, segment);
    *value++ = '\0';
    if (strcmp(text, "ts") == 0)
        return parse_ts(value, segment);
    if (strcmp(text, "sack") == 0)
        return parse_sack(value, segment);
    if (strcmp(text, "fo") == 0)
        return parse_fast_open(value, segment);
    return parse_numeric(text, value, segment);
}

/* comment="...": the current token is the name. */
static int parse_comment(struct cg_lexer *lexer, struct cg_segment *segment)
{
    if (cg_lex_next(lexer) != 0)
        return -EINVAL;
    if (lexer->kind != CG_TOKEN_STRING || lexer->length >= sizeof segment->comment)
        return cg_lex_fail(lexer, "comment= wants a string of at most %zu octets",
                           sizeof segment->comment - 1);
    memcpy(segment->comment, lexer->text, lexer->length + 1);
    return 0;
}

static int parse_item(struct cg_lexer *lexer, struct cg_segment *segment, struct payload *payload)
{
    char text[128];
    bool is_payload;
    int error;

    if (lexer->kind == CG_TOKEN_WORD && strcmp(lexer->text, "comment=") == 0)
        return parse_comment(lexer, segment);
    error = parse_payload(lexer, payload, &is_payload);
    if (error != 0 || is_payload)
        return error;
    strncpy(text, lexer->text, sizeof text - 1);
    text[sizeof text - 1] = '\0';
    if (!parse_setting(text, segment))
        return cg_lex_fail(lexer, "\"%s\" is neither payload nor a setting", lexer->text);
    return 0;
}

int cg_parse_segment(struct cg_lexer *lexer, const struct cg_end *from, struct cg_segment *segment,
                     struct cg_packet *packet)
{
    struct payload payload = { .packet = packet };
    uint32_t seq;
    int error;

    cg_packet_clear(packet);
    if (lexer->kind != CG_TOKEN_WORD)
        return cg_lex_fail(lexer, "no flags");
    error = parse_flags(lexer, &segment->flags);
    if (error == 0)
        error = cg_lex_next(lexer);
    while (error == 0 && lexer->kind != CG_TOKEN_END) {
        error = parse_item(lexer, segment, &payload);
        if (error == 0)
            error = cg_lex_next(lexer);
    }
    seq = cg_end_seq(from, segment) + (segment->flags & CG_SYN ? 1u : 0);
    for (size_t i = 0; error == 0 && i < payload.fill_count; i++)
        cg_end_generate(from, seq + (uint32_t)payload.fills[i].offset,
                        cg_packet_data(packet) + payload.fills[i].offset, payload.fills[i].length);
    return error;
}

int cg_parse_octets(struct cg_lexer *lexer, struct cg_packet *packet)
{
    struct payload payload = { .packet = packet };
    int error = 0;

    cg_packet_clear(packet);
    while (error == 0 && lexer->kind != CG_TOKEN_END) {
        bool is;

        error = parse_payload(lexer, &payload, &is);
        if (error == 0 && !is)
            error = cg_lex_fail(lexer, "\"%s\" is not octets", lexer->text);
        if (error == 0)
            error = cg_lex_next(lexer);
    }
    return error;
}
