/* SPDX-License-Identifier: GPL-2.0-or-later */
/* payload.c - octets as a line writes them */
#include "payload.h"

#include <errno.h>
#include <string.h>

#include "end.h"
#include "parse_number.h"

enum {
    NESTING_MAX = 16
};

static int append(struct cg_lexer *lexer, struct cg_payload *payload, const void *octets,
                  size_t length)
{
    uint8_t *at = cg_packet_append(payload->packet, length);

    if (at == NULL)
        return cg_lex_fail(lexer, "the payload is too long");
    memcpy(at, octets, length);
    return 0;
}

static int append_fill(struct cg_lexer *lexer, struct cg_payload *payload, uint32_t length)
{
    if (payload->fill_count == CG_FILLS_MAX)
        return cg_lex_fail(lexer, "more than %d generated parts in one payload", CG_FILLS_MAX);
    payload->fills[payload->fill_count].offset = cg_packet_length(payload->packet);
    payload->fills[payload->fill_count++].length = length;
    if (cg_packet_append(payload->packet, length) == NULL)
        return cg_lex_fail(lexer, "the payload is too long");
    return 0;
}

/* A word that is payload: a number of octets, or 0x and octets. `is` tells whether it was one. */
static int parse_payload_word(struct cg_lexer *lexer, struct cg_payload *payload, bool *is)
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
static int parse_part(struct cg_lexer *lexer, struct cg_payload *payload, bool *is)
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

static int open_list(struct cg_lexer *lexer, struct cg_payload *payload, struct list *list)
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

static int close_list(struct cg_lexer *lexer, struct cg_payload *payload, const struct list *list)
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
static int parse_lists(struct cg_lexer *lexer, struct cg_payload *payload)
{
    struct list lists[NESTING_MAX] = { 0 };
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

int cg_payload_parse(struct cg_lexer *lexer, struct cg_payload *payload, bool *is)
{
    *is = true;
    if (lexer->kind == CG_TOKEN_OPEN)
        return parse_lists(lexer, payload);
    return parse_part(lexer, payload, is);
}

void cg_payload_fill(const struct cg_payload *payload, const struct cg_end *from, uint32_t seq)
{
    uint8_t *data = cg_packet_data(payload->packet);

    for (size_t i = 0; i < payload->fill_count; i++) {
        const struct cg_fill *fill = &payload->fills[i];

        cg_end_generate(from, seq + (uint32_t)fill->offset, data + fill->offset, fill->length);
    }
}

int cg_payload_read(struct cg_lexer *lexer, struct cg_packet *packet)
{
    struct cg_payload payload = { .packet = packet };
    int error = 0;

    cg_packet_clear(packet);
    while (error == 0 && lexer->kind != CG_TOKEN_END) {
        bool is;

        error = cg_payload_parse(lexer, &payload, &is);
        if (error == 0 && !is)
            error = cg_lex_fail(lexer, "\"%s\" is not octets", lexer->text);
        if (error == 0)
            error = cg_lex_next(lexer);
    }
    return error;
}
