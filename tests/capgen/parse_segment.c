/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse_segment.c - what a line says behind the time and the sender */
#include "parse_segment.h"

#include <errno.h>
#include <string.h>

#include "end.h"
#include "parse_number.h"
#include "payload.h"

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
    else if (strcmp(text, "in") == 0)
        segment->notes.way = CG_WAY_IN;
    else if (strcmp(text, "out") == 0)
        segment->notes.way = CG_WAY_OUT;
    else
        return false;
    return true;
}

/* process=PID:NAME, in pktap's header. */
static bool parse_process(char *text, struct cg_notes *notes)
{
    char *name = strchr(text, ':');

    if (name == NULL || strlen(name + 1) > sizeof notes->process)
        return false;
    *name++ = '\0';
    memcpy(notes->process, name, strlen(name));
    return cg_parse_number(text, UINT32_MAX, &notes->pid) && notes->pid != 0;
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
    else if (strcmp(name, "darwin") == 0)
        segment->notes.darwin = other.value + 1;
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
    if (strcmp(text, "process") == 0)
        return parse_process(value, &segment->notes);
    return parse_numeric(text, value, segment);
}

/* comment="...": the current token is the name. */
static int parse_comment(struct cg_lexer *lexer, struct cg_notes *notes)
{
    const size_t room = sizeof notes->comments - notes->comments_length;

    if (cg_lex_next(lexer) != 0)
        return -EINVAL;
    if (lexer->kind != CG_TOKEN_STRING || lexer->length >= room)
        return cg_lex_fail(lexer, "comment= wants a string of at most %zu octets",
                           sizeof notes->comments - 1);
    memcpy(notes->comments + notes->comments_length, lexer->text, lexer->length + 1);
    notes->comments_length += lexer->length + 1;
    return 0;
}

static int parse_item(struct cg_lexer *lexer, struct cg_segment *segment,
                      struct cg_payload *payload)
{
    char text[128];
    bool is_payload;
    int error;

    if (lexer->kind == CG_TOKEN_WORD && strcmp(lexer->text, "comment=") == 0)
        return parse_comment(lexer, &segment->notes);
    error = cg_payload_parse(lexer, payload, &is_payload);
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
    struct cg_payload payload = { .packet = packet };
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
    if (error == 0)
        cg_payload_fill(&payload, from, seq);
    return error;
}
