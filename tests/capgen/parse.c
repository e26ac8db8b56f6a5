/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parse.c - the text of a .cap file, statement by statement, into a capture file */
#include "parse.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "end.h"
#include "ip.h"
#include "layers.h"
#include "parse_end.h"
#include "parse_number.h"
#include "parse_segment.h"
#include "payload.h"

#define NS_DIGITS   9
#define SECONDS_MAX 31536000u /* a year */
#define NS_PER_S    1000000000u
#define PIECE_NS    2000u /* between the segments of one cut payload */

static int next(struct cg_source *source)
{
    return cg_lex_next(&source->lexer);
}

static bool at_word(const struct cg_source *source, const char *word)
{
    return source->lexer.kind == CG_TOKEN_WORD && strcmp(source->lexer.text, word) == 0;
}

/* The word behind the current one. */
static int next_word(struct cg_source *source, const char *what)
{
    int error = next(source);

    if (error == 0 && source->lexer.kind != CG_TOKEN_WORD)
        return cg_lex_fail(&source->lexer, "%s is missing", what);
    return error;
}

/* "0.020" since the start, "+0.020" since the statement before. */
static bool parse_time(const char *text, uint64_t before_ns, uint64_t *time_ns)
{
    bool relative = *text == '+';
    uint64_t ns = 0;
    int digits = -1; /* behind the point */

    for (text += relative; *text != '\0'; text++) {
        if (*text == '.' && digits < 0) {
            digits = 0;
        } else if (isdigit((unsigned char)*text) && digits < NS_DIGITS) {
            ns = 10 * ns + (uint64_t)(*text - '0');
            digits += digits >= 0;
        } else {
            return false;
        }
        if (ns > (uint64_t)SECONDS_MAX * NS_PER_S)
            return false;
    }
    for (digits = digits < 0 ? 0 : digits; digits < NS_DIGITS; digits++)
        ns *= 10;
    *time_ns = relative ? before_ns + ns : ns;
    return true;
}

static struct cg_connection *find_connection(struct cg_source *source, const char *name,
                                             size_t length)
{
    for (size_t i = 0; i < source->connection_count; i++) {
        struct cg_connection *connection = &source->connections[i];

        if (strlen(connection->name) == length && memcmp(connection->name, name, length) == 0)
            return connection;
    }
    return NULL;
}

/* A new one travels as the one before it. */
static struct cg_connection *add_connection(struct cg_source *source, const char *name)
{
    struct cg_connection *connection = &source->connections[source->connection_count++];

    memset(connection, 0, sizeof *connection);
    memcpy(connection->name, name, strlen(name) + 1); /* the callers have measured it */
    for (enum cg_side side = CG_CLIENT; side < CG_SIDE_COUNT; side++)
        cg_end_init(&connection->end[side], side);
    if (source->current != NULL)
        connection->path = source->current->path;
    source->current = connection;
    return connection;
}

/* connection NAME: defines it, or returns to it. */
static int read_connection(struct cg_source *source)
{
    struct cg_lexer *lexer = &source->lexer;
    struct cg_connection *known;

    if (next_word(source, "the connection's name") != 0)
        return -EINVAL;
    if (lexer->length >= CG_NAME_MAX || strchr(lexer->text, '.') != NULL)
        return cg_lex_fail(lexer, "a connection's name is short and has no \".\"");
    known = find_connection(source, lexer->text, lexer->length);
    if (known != NULL)
        source->current = known;
    else if (source->connection_count == CG_CONNECTIONS_MAX)
        return cg_lex_fail(lexer, "more than %d connections", CG_CONNECTIONS_MAX);
    else
        add_connection(source, lexer->text);
    return next(source);
}

/* client ENDPOINT SETTING... server ENDPOINT SETTING... */
static int read_ends(struct cg_source *source)
{
    struct cg_lexer *lexer = &source->lexer;
    struct cg_end *end = &source->current->end[CG_CLIENT];

    while (lexer->kind == CG_TOKEN_WORD) {
        bool is_client = at_word(source, "client");

        if (is_client || at_word(source, "server")) {
            end = &source->current->end[is_client ? CG_CLIENT : CG_SERVER];
            if (next_word(source, "an address and port") != 0)
                return -EINVAL;
            if (!cg_parse_endpoint(lexer->text, end))
                return cg_lex_fail(lexer, "not ADDRESS:PORT, or [ADDRESS]:PORT for IPv6");
            if (is_client)
                end->port = (uint16_t)(end->port + source->port_offset);
        } else if (!cg_parse_end_setting(lexer->text, end)) {
            return cg_lex_fail(lexer, "\"%s\" is not a setting of an end", lexer->text);
        }
        if (next(source) != 0)
            return -EINVAL;
    }
    return 0;
}

/* link BASE LAYER... */
static int read_link(struct cg_source *source)
{
    struct cg_lexer *lexer = &source->lexer;

    if (next_word(source, "the link's type") != 0)
        return -EINVAL;
    while (lexer->kind == CG_TOKEN_WORD) {
        if (!cg_path_add(&source->current->path, lexer->text))
            return cg_lex_fail(lexer, "\"%s\" is not a link type or a layer", lexer->text);
        if (next(source) != 0)
            return -EINVAL;
    }
    return 0;
}

/* What stands now, into room for CG_NAME_MAX octets. */
static int take_name(struct cg_source *source, char *name)
{
    if (source->lexer.length >= CG_NAME_MAX)
        return cg_lex_fail(&source->lexer, "\"%s\" is too long", source->lexer.text);
    memcpy(name, source->lexer.text, source->lexer.length + 1);
    return next(source);
}

/* interface NAME ["DESCRIPTION"] */
static int read_interface(struct cg_source *source)
{
    struct cg_file *file = &source->render->file;

    if (next_word(source, "the interface's name") != 0 || take_name(source, file->interface) != 0)
        return -EINVAL;
    file->description[0] = '\0';
    return source->lexer.kind == CG_TOKEN_STRING ? take_name(source, file->description) : 0;
}

static int read_snaplen(struct cg_source *source)
{
    if (next_word(source, "the number of octets") != 0)
        return -EINVAL;
    if (source->render->file.out.used > 0)
        return cg_lex_fail(&source->lexer, "snaplen stands before the first segment");
    if (!cg_parse_number(source->lexer.text, 262144, &source->render->file.snaplen))
        return cg_lex_fail(&source->lexer, "\"%s\" is not a length", source->lexer.text);
    return next(source);
}

/* "c", "s", "NAME.c", "NAME.s". */
static int parse_sender(struct cg_source *source, struct cg_connection **connection,
                        enum cg_side *side)
{
    struct cg_lexer *lexer = &source->lexer;
    const char *point = strrchr(lexer->text, '.');
    const char *letter = point == NULL ? lexer->text : point + 1;

    *connection = point == NULL
                      ? source->current
                      : find_connection(source, lexer->text, (size_t)(point - lexer->text));
    *side = *letter == 'c' ? CG_CLIENT : CG_SERVER;
    if (lexer->kind != CG_TOKEN_WORD || (strcmp(letter, "c") != 0 && strcmp(letter, "s") != 0))
        return cg_lex_fail(lexer, "\"%s\" is not a statement: c, s, NAME.c, NAME.s, icmp or frame",
                           lexer->text);
    if (*connection == NULL)
        return cg_lex_fail(lexer, "there is no connection of that name: \"%s\"", lexer->text);
    if ((*connection)->end[CG_CLIENT].port == 0 || (*connection)->end[CG_SERVER].port == 0)
        return cg_lex_fail(lexer, "the connection has no client or no server");
    return 0;
}

static int rendered(struct cg_source *source, int error)
{
    switch (-error) {
    case 0:
        source->has_frames = true;
        return 0;
    case EINVAL:
        return cg_lex_fail(&source->lexer, "too long for one packet, or nothing to quote");
    case EXDEV:
        return cg_lex_fail(&source->lexer, "this file format has one link type only");
    case ENOTSUP:
        return cg_lex_fail(&source->lexer, "this file format has no comments");
    default:
        return error;
    }
}

/* The payload in several segments, one after the other; what ends it stands in the last. */
static int render_pieces(struct cg_source *source, struct cg_connection *connection,
                         const struct cg_segment *whole)
{
    struct cg_segment piece = *whole;
    size_t length = cg_packet_length(&source->packet), part;
    int error = 0;

    memcpy(source->whole, cg_packet_data(&source->packet), length);
    for (size_t offset = 0; offset < length && error == 0; offset += part) {
        bool last = length - offset <= whole->cut;

        part = last ? length - offset : whole->cut;
        piece.flags = last ? whole->flags : whole->flags & ~(CG_PSH | CG_FIN);
        cg_packet_clear(&source->packet);
        memcpy(cg_packet_append(&source->packet, part), source->whole + offset, part);
        error = rendered(source,
                         cg_render_segment(source->render, connection, &piece, &source->packet));
        piece.seq = (struct cg_number){ .stated = CG_UNSTATED };
        if (!last)
            piece.time_ns += PIECE_NS;
    }
    source->time_ns = piece.time_ns;
    return error;
}

static int read_segment(struct cg_source *source)
{
    struct cg_segment segment = { .time_ns = source->time_ns };
    struct cg_connection *connection;
    int error = 0;

    for (; error == 0; error = next(source)) {
        if (at_word(source, "lost"))
            segment.lost = true;
        else if (at_word(source, "dropped"))
            segment.dropped = true;
        else if (at_word(source, "stray"))
            segment.stray = true;
        else
            break;
    }
    if (error == 0)
        error = parse_sender(source, &connection, &segment.side);
    if (error == 0)
        error = next(source);
    if (error == 0)
        error = cg_parse_segment(&source->lexer, &connection->end[segment.side], &segment,
                                 &source->packet);
    if (error != 0)
        return error;
    if (segment.cut > 0)
        return render_pieces(source, connection, &segment);
    return rendered(source,
                    cg_render_segment(source->render, connection, &segment, &source->packet));
}

/* from ADDRESS, mtu=N, quote=N */
static int parse_icmp_settings(struct cg_source *source, struct cg_icmp *icmp)
{
    struct cg_lexer *lexer = &source->lexer;
    uint32_t number;

    while (lexer->kind == CG_TOKEN_WORD) {
        if (at_word(source, "from")) {
            if (next_word(source, "the address of who reports") != 0)
                return -EINVAL;
            if (!cg_address_parse(lexer->text, &icmp->source))
                return cg_lex_fail(lexer, "\"%s\" is not an address", lexer->text);
        } else if (strncmp(lexer->text, "mtu=", 4) == 0 &&
                   cg_parse_number(lexer->text + 4, 65535, &number)) {
            icmp->mtu = number;
        } else if (strncmp(lexer->text, "quote=", 6) == 0 &&
                   cg_parse_number(lexer->text + 6, 65535, &number)) {
            icmp->quoted = number;
        } else {
            return cg_lex_fail(lexer, "\"%s\" is not a setting of icmp", lexer->text);
        }
        if (next(source) != 0)
            return -EINVAL;
    }
    return 0;
}

/* icmp TYPE/CODE c|s from ADDRESS: an error about the last segment of that side. */
static int read_icmp(struct cg_source *source)
{
    struct cg_icmp icmp = { .time_ns = source->time_ns };
    struct cg_connection *connection;
    struct cg_lexer *lexer = &source->lexer;
    uint32_t type, code;
    char *slash;

    if (next_word(source, "type/code") != 0)
        return -EINVAL;
    slash = strchr(lexer->text, '/');
    if (slash == NULL)
        return cg_lex_fail(lexer, "icmp wants TYPE/CODE");
    *slash = '\0';
    if (!cg_parse_number(lexer->text, 255, &type) || !cg_parse_number(slash + 1, 255, &code))
        return cg_lex_fail(lexer, "icmp wants TYPE/CODE");
    icmp.type = (uint8_t)type;
    icmp.code = (uint8_t)code;
    if (next_word(source, "whose segment it is about") != 0 ||
        parse_sender(source, &connection, &icmp.about) != 0 || next(source) != 0)
        return -EINVAL;
    icmp.source = connection->end[icmp.about == CG_CLIENT ? CG_SERVER : CG_CLIENT].address;
    if (parse_icmp_settings(source, &icmp) != 0)
        return -EINVAL;
    return rendered(source, cg_render_icmp(source->render, connection, &icmp, &source->packet));
}

static int read_frame(struct cg_source *source)
{
    int error = next(source);

    if (error == 0)
        error = cg_payload_read(&source->lexer, &source->packet);
    if (error != 0)
        return error;
    return rendered(
        source, cg_render_raw(source->render, source->current, source->time_ns, &source->packet));
}

/* TIME ... */
static int read_event(struct cg_source *source)
{
    uint64_t time_ns;

    if (!parse_time(source->lexer.text, source->time_ns, &time_ns))
        return cg_lex_fail(&source->lexer, "\"%s\" is not a time", source->lexer.text);
    if (time_ns < source->time_ns)
        return cg_lex_fail(&source->lexer, "time goes back");
    source->time_ns = time_ns;
    if (next_word(source, "what happens") != 0)
        return -EINVAL;
    if (at_word(source, "icmp"))
        return read_icmp(source);
    return at_word(source, "frame") ? read_frame(source) : read_segment(source);
}

/* process PID "name" */
static int read_process(struct cg_source *source)
{
    uint32_t pid;
    int error;

    if (next_word(source, "a process id") != 0)
        return -EINVAL;
    if (!cg_parse_number(source->lexer.text, UINT32_MAX, &pid))
        return cg_lex_fail(&source->lexer, "\"%s\" is not a process id", source->lexer.text);
    error = next(source);
    if (error != 0)
        return error;
    if (source->lexer.kind != CG_TOKEN_STRING)
        return cg_lex_fail(&source->lexer, "the process's name is missing");
    error = rendered(source, cg_file_add_process(&source->render->file, pid, source->lexer.text));
    return error != 0 ? error : next(source);
}

static int read_statement(struct cg_source *source)
{
    char first = source->lexer.text[0];

    if (source->lexer.kind != CG_TOKEN_WORD)
        return cg_lex_fail(&source->lexer, "not a statement");
    if (isdigit((unsigned char)first) || first == '+')
        return read_event(source);
    if (at_word(source, "connection"))
        return read_connection(source);
    if (at_word(source, "client") || at_word(source, "server"))
        return read_ends(source);
    if (at_word(source, "link"))
        return read_link(source);
    if (at_word(source, "snaplen"))
        return read_snaplen(source);
    if (at_word(source, "interface"))
        return read_interface(source);
    if (at_word(source, "process"))
        return read_process(source);
    return cg_lex_fail(&source->lexer, "\"%s\" is not a statement", source->lexer.text);
}

int cg_source_read(struct cg_source *source)
{
    int error = next(source);

    add_connection(source, "");
    while (error == 0 && source->lexer.kind != CG_TOKEN_EOF) {
        error = read_statement(source);
        if (error == 0 && source->lexer.kind != CG_TOKEN_END)
            error = cg_lex_fail(&source->lexer, "\"%s\" is too much", source->lexer.text);
        if (error == 0)
            error = next(source);
    }
    if (error == 0 && !source->has_frames)
        error = cg_lex_fail(&source->lexer, "there is nothing to capture");
    if (error == 0)
        error = rendered(source, cg_render_finish(source->render));
    return error;
}
