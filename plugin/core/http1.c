/* SPDX-License-Identifier: GPL-2.0-or-later */
/* http1.c - where HTTP/1.x messages begin and end (RFC 9112), octet by octet
 *
 * A table of readers, one for each place in a message. A reader takes what it can of the octets at
 * hand, moves the parser on, and never looks back: what it must remember of earlier octets is in
 * the struct, so a message split anywhere has the same borders as in one piece. A line may end in a
 * bare LF everywhere (RFC 9112 section 2.2). Lines that say nothing about borders, and bodies, are
 * passed over without being looked at. */
#include "http1.h"

#include <assert.h>
#include <string.h>

/* Where in the message the parser stands. */
enum place {
    AT_EMPTY,   /* before a message: empty lines belong to none */
    AT_METHOD,  /* request line */
    AT_TARGET,  /* its first octet */
    AT_TARGET2, /* the others */
    AT_VERSION, /* request line and status line */
    AT_TAIL,    /* request line after the version */
    AT_STATUS,
    AT_LINE, /* first octet of a line of the head */
    AT_LINE_CR,
    AT_NAME,
    AT_VALUE,
    AT_SKIP, /* the rest of a line of the head */
    AT_COUNTED,
    AT_UNTIL_CLOSE,
    AT_CHUNK_SIZE,
    AT_CHUNK_EXT,
    AT_CHUNK_DATA,
    AT_CHUNK_CR, /* after a chunk's data */
    AT_CHUNK_LF,
    AT_TRAILER, /* first octet of a line of the trailer */
    AT_TRAILER_CR,
    AT_TRAILER_SKIP,
    AT_END,        /* END is still to be said */
    AT_TUNNEL_END, /* likewise, and a tunnel follows */
    AT_TUNNEL,
    AT_LOST,
    AT_COUNT
};

/* Kept in facts until the head is complete. */
#define BAD_LENGTH  0x4000u
#define HAS_CODINGS 0x8000u
#define PRIVATE     (BAD_LENGTH | HAS_CODINGS)

/* Methods that change borders (RFC 9110 section 9.3, RFC 9113 section 3.4). */
static const struct method {
    char name[8];
    uint8_t length;
    uint8_t fact;
} methods[] = {
    { "HEAD", 4, TB_HTTP1_IS_HEAD },
    { "CONNECT", 7, TB_HTTP1_IS_CONNECT },
    { "PRI", 3, TB_HTTP1_H2_PREFACE },
};

/* Header fields that change borders; those that begin alike stand together. */
enum field {
    FIELD_CONNECTION,
    FIELD_CONTENT_LENGTH,
    FIELD_TRANSFER_ENCODING,
    FIELD_NONE
};

static const struct {
    char name[18];
    uint8_t length;
    uint8_t token_length;
    char token[8]; /* the list element looked for */
} fields[] = {
    { "connection", 10, 5, "close" },
    { "content-length", 14, 0, "" },
    { "transfer-encoding", 17, 7, "chunked" },
};

static_assert(sizeof(fields) / sizeof(fields[0]) == FIELD_NONE, "a row for each field");

enum {
    LONGEST_NAME = sizeof(fields[0].name) - 1
};

/* `word` within a Content-Length. */
enum {
    LENGTH_BEFORE,
    LENGTH_DIGITS,
    LENGTH_AFTER
};

/* `word` within a list element: octets of the token that match so far, or */
enum {
    ELEMENT_OTHER = 0x40,
    ELEMENT_PARAMETERS = 0x41 /* the token matched, its parameters do not matter */
};

static const char version[] = "HTTP/1."; /* and one digit (RFC 9112 section 2.3) */
enum {
    VERSION_MAJOR = 5,
    VERSION_LENGTH = sizeof(version) - 1
};

static bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

static bool is_space(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

static uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet | 0x20) : octet;
}

/* RFC 9110 section 5.6.2 */
static bool is_token(uint8_t octet)
{
    static const uint32_t set[8] = { 0, 0x03ff6cfau, 0xc7fffffeu, 0x57ffffffu };

    return (set[octet >> 5] >> (octet & 31) & 1u) != 0;
}

/* -1: not a hexadecimal digit */
static int hex_value(uint8_t octet)
{
    uint8_t letter = lower(octet);

    if (is_digit(octet))
        return octet - '0';
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* Octets before the next LF, `length` if there is none. */
static size_t before_lf(const uint8_t *data, size_t length)
{
    const uint8_t *lf = memchr(data, '\n', length);

    return lf == NULL ? length : (size_t)(lf - data);
}

/* Passes over a line; `next` is where the parser stands after it. */
static size_t skip_line(struct tb_http1 *parser, const uint8_t *data, size_t length,
                        enum place next)
{
    size_t used = before_lf(data, length);

    if (used == length)
        return used;
    parser->at = (uint8_t)next;
    return used + 1;
}

static size_t skip_counted(struct tb_http1 *parser, size_t length)
{
    size_t used = parser->left < length ? (size_t)parser->left : length;

    parser->left -= used;
    return used;
}

static size_t lose(struct tb_http1 *parser, enum tb_http1_border *border)
{
    parser->at = AT_LOST;
    parser->left = 0;
    *border = TB_HTTP1_LOST;
    return 0;
}

/* A complete message is known by one of these two. */
static void end_message(struct tb_http1 *parser, enum tb_http1_border *border)
{
    parser->at = AT_EMPTY;
    *border = TB_HTTP1_END;
}

static size_t read_empty(struct tb_http1 *parser, const uint8_t *data, size_t length,
                         enum tb_http1_border *border)
{
    bool request = parser->kind == TB_HTTP1_REQUEST;
    size_t i = 0;

    while (i < length && (data[i] == '\r' || data[i] == '\n'))
        i++;
    if (i == length)
        return i;
    if (request ? !is_token(data[i]) : data[i] != 'H') {
        lose(parser, border);
        return i;
    }
    tb_http1_init(parser, (enum tb_http1_kind)parser->kind);
    parser->at = request ? AT_METHOD : AT_VERSION;
    *border = TB_HTTP1_START;
    return i;
}

static size_t read_method(struct tb_http1 *parser, const uint8_t *data, size_t length,
                          enum tb_http1_border *border)
{
    const size_t count = sizeof(methods) / sizeof(methods[0]);

    for (size_t i = 0; i < length; i++) {
        if (data[i] == ' ') {
            if (parser->field < count && parser->word == methods[parser->field].length)
                parser->facts |= methods[parser->field].fact;
            parser->at = AT_TARGET;
            return i + 1;
        }
        if (!is_token(data[i])) {
            lose(parser, border);
            return i;
        }
        /* No two of the names begin with the same letter. */
        if (parser->word == 0)
            while (parser->field < count && (uint8_t)methods[parser->field].name[0] != data[i])
                parser->field++;
        if (parser->field < count) {
            const struct method *method = &methods[parser->field];

            if (parser->word < method->length && (uint8_t)method->name[parser->word] == data[i])
                parser->word++;
            else
                parser->field = (uint8_t)count;
        }
    }
    return length;
}

static size_t read_target(struct tb_http1 *parser, const uint8_t *data, size_t length,
                          enum tb_http1_border *border)
{
    (void)length;
    if (data[0] <= ' ' || data[0] == 0x7f)
        return lose(parser, border);
    parser->at = AT_TARGET2;
    return 1;
}

/* A target with spaces in it is against the grammar but does not move the border: the version is
 * looked for after each of them. */
static size_t read_target2(struct tb_http1 *parser, const uint8_t *data, size_t length,
                           enum tb_http1_border *border)
{
    size_t i = 0;

    while (i < length && data[i] > ' ' && data[i] != 0x7f)
        i++;
    if (i == length)
        return i;
    if (data[i] != ' ') {
        lose(parser, border);
        return i;
    }
    parser->at = AT_VERSION;
    parser->word = 0;
    return i + 1;
}

/* Whether `octet` continues the version; notes whether PRI is followed by the version it needs. */
static bool is_version(struct tb_http1 *parser, uint8_t octet)
{
    if (parser->word == VERSION_LENGTH)
        return is_digit(octet);
    if (parser->word == VERSION_MAJOR && octet == '2')
        return (parser->facts & TB_HTTP1_H2_PREFACE) != 0;
    if (parser->word == VERSION_MAJOR)
        parser->facts &= (uint16_t)~TB_HTTP1_H2_PREFACE;
    return octet == (uint8_t)version[parser->word];
}

static size_t read_version(struct tb_http1 *parser, const uint8_t *data, size_t length,
                           enum tb_http1_border *border)
{
    bool request = parser->kind == TB_HTTP1_REQUEST;

    for (size_t i = 0; i < length; i++) {
        if (!is_version(parser, data[i])) {
            if (request)
                parser->at = AT_TARGET2;
            else
                lose(parser, border);
            return i;
        }
        if (parser->word++ == VERSION_LENGTH) {
            parser->at = request ? AT_TAIL : AT_STATUS;
            parser->word = 0;
            return i + 1;
        }
    }
    return length;
}

static void begin_fields(struct tb_http1 *parser)
{
    parser->at = AT_LINE;
    parser->field = FIELD_NONE;
}

static size_t read_tail(struct tb_http1 *parser, const uint8_t *data, size_t length,
                        enum tb_http1_border *border)
{
    size_t i = 0;

    while (i < length && (is_space(data[i]) || data[i] == '\r'))
        i++;
    if (i == length)
        return i;
    if (data[i] != '\n') {
        lose(parser, border);
        return i;
    }
    begin_fields(parser);
    return i + 1;
}

/* SP, three digits, then SP and a reason, or nothing at all (RFC 9112 section 4). */
static size_t read_status(struct tb_http1 *parser, const uint8_t *data, size_t length,
                          enum tb_http1_border *border)
{
    uint8_t octet = data[0];

    (void)length;
    if (parser->word == 4) {
        if (octet != '\r' && octet != '\n' && !is_space(octet))
            return lose(parser, border);
        parser->field = FIELD_NONE;
        parser->at = AT_SKIP;
        return 0;
    }
    if (parser->word == 0 ? octet != ' ' : !is_digit(octet))
        return lose(parser, border);
    if (parser->word == 1 && octet == '0')
        return lose(parser, border);
    if (parser->word > 0)
        parser->code = (uint16_t)(parser->code * 10 + (octet - '0'));
    parser->word++;
    return 1;
}

/* One element of a Content-Length. A repeated one must say the same (RFC 9112 section 6.3). */
static void end_length(struct tb_http1 *parser)
{
    bool known = (parser->facts & TB_HTTP1_LENGTH) != 0;

    if (parser->word == LENGTH_BEFORE || (known && parser->left != parser->number))
        parser->facts |= BAD_LENGTH;
    parser->left = parser->number;
    parser->facts |= TB_HTTP1_LENGTH;
    parser->word = LENGTH_BEFORE;
    parser->number = 0;
}

static void read_length_octet(struct tb_http1 *parser, uint8_t octet)
{
    if (octet == ',') {
        end_length(parser);
    } else if (is_digit(octet)) {
        uint8_t value = (uint8_t)(octet - '0');

        if (parser->word == LENGTH_AFTER || parser->number > (UINT64_MAX - value) / 10)
            parser->facts |= BAD_LENGTH;
        parser->number = parser->number * 10 + value;
        parser->word = LENGTH_DIGITS;
    } else if (is_space(octet) || octet == '\r' || octet == '\n') {
        if (parser->word == LENGTH_DIGITS)
            parser->word = LENGTH_AFTER;
    } else {
        parser->facts |= BAD_LENGTH;
    }
}

/* One element of Connection or Transfer-Encoding; of the latter the last one counts. */
static void end_element(struct tb_http1 *parser)
{
    bool found =
        parser->word == fields[parser->field].token_length || parser->word == ELEMENT_PARAMETERS;

    if (parser->word == 0)
        return;
    parser->word = 0;
    if (parser->field == FIELD_CONNECTION) {
        parser->facts |= found ? TB_HTTP1_CLOSE : 0;
        return;
    }
    parser->facts &= (uint16_t)~TB_HTTP1_CHUNKED;
    parser->facts |= (uint16_t)(HAS_CODINGS | (found ? TB_HTTP1_CHUNKED : 0));
}

static void read_element_octet(struct tb_http1 *parser, uint8_t octet)
{
    uint8_t length = fields[parser->field].token_length;

    if (octet == ',') {
        end_element(parser);
        return;
    }
    if (parser->word >= ELEMENT_OTHER)
        return;
    if (is_space(octet) || octet == '\r' || octet == '\n') {
        if (parser->word != 0 && parser->word != length)
            parser->word = ELEMENT_OTHER;
    } else if (parser->word == length) {
        parser->word = octet == ';' ? ELEMENT_PARAMETERS : ELEMENT_OTHER;
    } else if ((uint8_t)fields[parser->field].token[parser->word] == lower(octet)) {
        parser->word++;
    } else {
        parser->word = ELEMENT_OTHER;
    }
}

/* The field before this line was not continued by it. */
static void end_field(struct tb_http1 *parser)
{
    if (parser->field == FIELD_CONTENT_LENGTH)
        end_length(parser);
    else if (parser->field != FIELD_NONE)
        end_element(parser);
    parser->field = FIELD_NONE;
}

/* Where the body of a response begins (RFC 9112 section 6.3, its cases 1, 2, 4, 6 and 8). */
static enum place after_response_head(struct tb_http1 *parser)
{
    uint16_t facts = parser->facts;

    if (parser->status == 101 || ((facts & TB_HTTP1_TO_CONNECT) && parser->status / 100 == 2)) {
        parser->facts |= TB_HTTP1_TUNNEL;
        return AT_TUNNEL_END;
    }
    if (parser->status < 200 || parser->status == 204 || parser->status == 304 ||
        (facts & TB_HTTP1_NO_BODY))
        return AT_END;
    if (facts & TB_HTTP1_CHUNKED)
        return AT_CHUNK_SIZE;
    if (!(facts & HAS_CODINGS)) {
        if (facts & BAD_LENGTH)
            return AT_LOST;
        if (facts & TB_HTTP1_LENGTH)
            return parser->left == 0 ? AT_END : AT_COUNTED;
    }
    parser->facts |= TB_HTTP1_UNTIL_CLOSE;
    return AT_UNTIL_CLOSE;
}

/* Likewise of a request (its cases 4 to 7). */
static enum place after_request_head(const struct tb_http1 *parser)
{
    uint16_t facts = parser->facts;

    if (facts & TB_HTTP1_H2_PREFACE)
        return AT_TUNNEL_END;
    if (facts & TB_HTTP1_CHUNKED)
        return AT_CHUNK_SIZE;
    if (facts & (HAS_CODINGS | BAD_LENGTH))
        return AT_LOST;
    return parser->left == 0 ? AT_END : AT_COUNTED;
}

static void end_head(struct tb_http1 *parser, enum tb_http1_border *border)
{
    enum place next;

    parser->status = parser->code;
    next =
        parser->kind == TB_HTTP1_REQUEST ? after_request_head(parser) : after_response_head(parser);
    if (next != AT_COUNTED)
        parser->left = 0;
    parser->at = (uint8_t)next;
    parser->word = 0;
    parser->facts &= (uint16_t)~PRIVATE;
    *border = TB_HTTP1_HEAD;
}

/* The field whose name goes on with `octet` after the `word` octets recognised, FIELD_NONE if there
 * is none. */
static enum field next_field(const struct tb_http1 *parser, enum field from, uint8_t octet)
{
    uint8_t word = parser->word;

    for (enum field i = from; i < FIELD_NONE; i++)
        if (word < fields[i].length && (uint8_t)fields[i].name[word] == lower(octet) &&
            memcmp(fields[i].name, fields[from].name, word) == 0)
            return i;
    return FIELD_NONE;
}

/* Whether the line begins with the whole name of `field`. At least LONGEST_NAME + 1 octets follow.
 */
static bool has_name(enum field field, const uint8_t *line)
{
    const uint8_t length = fields[field].length;

    if ((uint8_t)fields[field].name[0] != (line[0] | 0x20) ||
        (line[length] != ':' && !is_space(line[length])))
        return false;
    for (uint8_t i = 0; i < length; i++) {
        if ((uint8_t)fields[field].name[i] != lower(line[i]))
            return false;
    }
    return true;
}

/* The same as octet by octet, where enough of the line is at hand: most lines are of no interest,
 * and are passed over together. */
static size_t read_whole_names(struct tb_http1 *parser, const uint8_t *data, size_t length)
{
    size_t used = 0;

    while (length - used > LONGEST_NAME && data[used] > ' ') {
        const uint8_t *line = data + used;

        for (enum field field = FIELD_CONNECTION; field < FIELD_NONE; field++) {
            if (!has_name(field, line))
                continue;
            parser->field = (uint8_t)field;
            parser->word = fields[field].length;
            parser->at = AT_NAME;
            return used + parser->word;
        }
        used += before_lf(line, length - used);
        if (used == length) {
            parser->at = AT_SKIP;
            return used;
        }
        used++;
    }
    return used;
}

static size_t read_line(struct tb_http1 *parser, const uint8_t *data, size_t length,
                        enum tb_http1_border *border)
{
    if (is_space(data[0])) { /* obs-fold (RFC 9112 section 5.2) */
        parser->at = parser->field == FIELD_NONE ? AT_SKIP : AT_VALUE;
        return 0;
    }
    end_field(parser);
    parser->word = 0;
    if (data[0] == '\n') {
        end_head(parser, border);
        return 1;
    }
    if (data[0] == '\r') {
        parser->at = AT_LINE_CR;
        return 1;
    }
    if (length > LONGEST_NAME && data[0] > ' ')
        return read_whole_names(parser, data, length);
    if (next_field(parser, FIELD_CONNECTION, data[0]) == FIELD_NONE) {
        parser->at = AT_SKIP;
        return skip_line(parser, data, length, AT_LINE);
    }
    parser->field = FIELD_CONNECTION;
    parser->at = AT_NAME;
    return 0;
}

static size_t read_line_cr(struct tb_http1 *parser, const uint8_t *data, size_t length,
                           enum tb_http1_border *border)
{
    (void)length;
    if (data[0] == '\n')
        end_head(parser, border);
    else if (data[0] != '\r')
        parser->at = AT_SKIP;
    return 1;
}

static size_t read_name(struct tb_http1 *parser, const uint8_t *data, size_t length,
                        enum tb_http1_border *border)
{
    (void)border;
    for (size_t i = 0; i < length; i++) {
        if (parser->word == fields[parser->field].length && is_space(data[i]))
            continue;
        if (parser->word == fields[parser->field].length && data[i] == ':') {
            parser->at = AT_VALUE;
            parser->word = 0;
            parser->number = 0;
            return i + 1;
        }
        parser->field = (uint8_t)next_field(parser, (enum field)parser->field, data[i]);
        if (parser->field == FIELD_NONE) {
            parser->at = AT_SKIP;
            return i;
        }
        parser->word++;
    }
    return length;
}

/* Octets that an element that matches nothing goes on with. */
static size_t rest_of_element(const struct tb_http1 *parser, const uint8_t *data, size_t length)
{
    size_t i = 0;

    if (parser->field != FIELD_CONTENT_LENGTH && parser->word >= ELEMENT_OTHER)
        while (i < length && data[i] != ',' && data[i] != '\n')
            i++;
    return i;
}

static size_t read_value(struct tb_http1 *parser, const uint8_t *data, size_t length,
                         enum tb_http1_border *border)
{
    (void)border;
    for (size_t i = 0; i < length; i++) {
        i += rest_of_element(parser, data + i, length - i);
        if (i == length)
            return i;
        if (parser->field == FIELD_CONTENT_LENGTH)
            read_length_octet(parser, data[i]);
        else
            read_element_octet(parser, data[i]);
        if (data[i] == '\n') {
            parser->at = AT_LINE;
            return i + 1;
        }
    }
    return length;
}

static size_t read_skip(struct tb_http1 *parser, const uint8_t *data, size_t length,
                        enum tb_http1_border *border)
{
    (void)border;
    return skip_line(parser, data, length, AT_LINE);
}

static size_t read_counted(struct tb_http1 *parser, const uint8_t *data, size_t length,
                           enum tb_http1_border *border)
{
    size_t used = skip_counted(parser, length);

    (void)data;
    if (parser->left == 0)
        end_message(parser, border);
    return used;
}

static size_t read_until_close(struct tb_http1 *parser, const uint8_t *data, size_t length,
                               enum tb_http1_border *border)
{
    (void)parser;
    (void)data;
    (void)border;
    return length;
}

/* RFC 9112 section 7.1; spaces after the size are against the grammar and found in the wild. */
static size_t read_chunk_size(struct tb_http1 *parser, const uint8_t *data, size_t length,
                              enum tb_http1_border *border)
{
    for (size_t i = 0; i < length; i++) {
        int value = hex_value(data[i]);

        if (value < 0 && parser->word == 1 &&
            (is_space(data[i]) || data[i] == ';' || data[i] == '\r' || data[i] == '\n')) {
            parser->at = AT_CHUNK_EXT;
            return i;
        }
        if (value < 0 || parser->left >> 60 != 0) {
            lose(parser, border);
            return i;
        }
        parser->left = parser->left << 4 | (uint64_t)value;
        parser->word = 1;
    }
    return length;
}

static size_t read_chunk_ext(struct tb_http1 *parser, const uint8_t *data, size_t length,
                             enum tb_http1_border *border)
{
    (void)border;
    parser->word = 0;
    return skip_line(parser, data, length, parser->left == 0 ? AT_TRAILER : AT_CHUNK_DATA);
}

static size_t read_chunk_data(struct tb_http1 *parser, const uint8_t *data, size_t length,
                              enum tb_http1_border *border)
{
    size_t used = skip_counted(parser, length);

    (void)data;
    (void)border;
    if (parser->left == 0)
        parser->at = AT_CHUNK_CR;
    return used;
}

static size_t read_chunk_cr(struct tb_http1 *parser, const uint8_t *data, size_t length,
                            enum tb_http1_border *border)
{
    (void)length;
    if (data[0] != '\r' && data[0] != '\n')
        return lose(parser, border);
    parser->at = data[0] == '\r' ? AT_CHUNK_LF : AT_CHUNK_SIZE;
    return 1;
}

static size_t read_chunk_lf(struct tb_http1 *parser, const uint8_t *data, size_t length,
                            enum tb_http1_border *border)
{
    (void)length;
    if (data[0] != '\n')
        return lose(parser, border);
    parser->at = AT_CHUNK_SIZE;
    return 1;
}

static size_t read_trailer(struct tb_http1 *parser, const uint8_t *data, size_t length,
                           enum tb_http1_border *border)
{
    if (data[0] == '\n') {
        end_message(parser, border);
        return 1;
    }
    if (data[0] == '\r') {
        parser->at = AT_TRAILER_CR;
        return 1;
    }
    parser->at = AT_TRAILER_SKIP;
    return skip_line(parser, data, length, AT_TRAILER);
}

static size_t read_trailer_cr(struct tb_http1 *parser, const uint8_t *data, size_t length,
                              enum tb_http1_border *border)
{
    (void)length;
    if (data[0] == '\n')
        end_message(parser, border);
    else if (data[0] != '\r')
        parser->at = AT_TRAILER_SKIP;
    return 1;
}

static size_t read_trailer_skip(struct tb_http1 *parser, const uint8_t *data, size_t length,
                                enum tb_http1_border *border)
{
    (void)border;
    return skip_line(parser, data, length, AT_TRAILER);
}

/* Says the END that followed a head at once. */
static size_t read_end(struct tb_http1 *parser, const uint8_t *data, size_t length,
                       enum tb_http1_border *border)
{
    (void)data;
    (void)length;
    parser->at = parser->at == AT_TUNNEL_END ? AT_TUNNEL : AT_EMPTY;
    *border = TB_HTTP1_END;
    return 0;
}

static size_t read_lost(struct tb_http1 *parser, const uint8_t *data, size_t length,
                        enum tb_http1_border *border)
{
    (void)data;
    (void)length;
    return lose(parser, border);
}

/* Takes 1 to `length` octets, or none and moves the parser on, or none and names a border. */
typedef size_t reader(struct tb_http1 *parser, const uint8_t *data, size_t length,
                      enum tb_http1_border *border);

static reader *const readers[] = {
    [AT_EMPTY] = read_empty,
    [AT_METHOD] = read_method,
    [AT_TARGET] = read_target,
    [AT_TARGET2] = read_target2,
    [AT_VERSION] = read_version,
    [AT_TAIL] = read_tail,
    [AT_STATUS] = read_status,
    [AT_LINE] = read_line,
    [AT_LINE_CR] = read_line_cr,
    [AT_NAME] = read_name,
    [AT_VALUE] = read_value,
    [AT_SKIP] = read_skip,
    [AT_COUNTED] = read_counted,
    [AT_UNTIL_CLOSE] = read_until_close,
    [AT_CHUNK_SIZE] = read_chunk_size,
    [AT_CHUNK_EXT] = read_chunk_ext,
    [AT_CHUNK_DATA] = read_chunk_data,
    [AT_CHUNK_CR] = read_chunk_cr,
    [AT_CHUNK_LF] = read_chunk_lf,
    [AT_TRAILER] = read_trailer,
    [AT_TRAILER_CR] = read_trailer_cr,
    [AT_TRAILER_SKIP] = read_trailer_skip,
    [AT_END] = read_end,
    [AT_TUNNEL_END] = read_end,
    [AT_TUNNEL] = read_lost,
    [AT_LOST] = read_lost,
};

static_assert(sizeof(readers) / sizeof(readers[0]) == AT_COUNT, "a reader for each place");

void tb_http1_init(struct tb_http1 *parser, enum tb_http1_kind kind)
{
    memset(parser, 0, sizeof(*parser));
    parser->kind = (uint8_t)kind;
}

void tb_http1_answers(struct tb_http1 *parser, unsigned request_facts)
{
    parser->facts &= (uint16_t) ~(TB_HTTP1_NO_BODY | TB_HTTP1_TO_CONNECT);
    if (request_facts & TB_HTTP1_IS_HEAD)
        parser->facts |= TB_HTTP1_NO_BODY;
    if (request_facts & TB_HTTP1_IS_CONNECT)
        parser->facts |= TB_HTTP1_TO_CONNECT;
}

size_t tb_http1_feed(struct tb_http1 *parser, const uint8_t *data, size_t length,
                     enum tb_http1_border *border)
{
    size_t used = 0;

    *border = TB_HTTP1_MORE;
    if (parser->at == AT_END || parser->at == AT_TUNNEL_END || parser->at == AT_LOST)
        return readers[parser->at](parser, data, length, border);
    if (length == 0)
        return 0;
    if (data == NULL && parser->at != AT_COUNTED && parser->at != AT_UNTIL_CLOSE &&
        parser->at != AT_CHUNK_DATA)
        return lose(parser, border);
    if (data == NULL) {
        used = readers[parser->at](parser, NULL, length, border);
        if (*border == TB_HTTP1_MORE && used < length)
            lose(parser, border); /* they went on beyond a chunk */
        return used;
    }
    while (used < length && *border == TB_HTTP1_MORE)
        used += readers[parser->at](parser, data + used, length - used, border);
    return used;
}

bool tb_http1_close(struct tb_http1 *parser)
{
    if (parser->at != AT_UNTIL_CLOSE)
        return false;
    parser->at = AT_EMPTY;
    return true;
}

bool tb_http1_is_interim(const struct tb_http1 *parser)
{
    return parser->status >= 100 && parser->status < 200 && parser->status != 101;
}

bool tb_http1_looks_like(enum tb_http1_kind kind, const uint8_t *data, size_t length)
{
    static const struct {
        char text[9];
        uint8_t length;
    } starts[] = {
        { "GET ", 4 },   { "HEAD ", 5 },    { "POST ", 5 },    { "PUT ", 4 },   { "DELETE ", 7 },
        { "TRACE ", 6 }, { "CONNECT ", 8 }, { "OPTIONS ", 8 }, { "PATCH ", 6 }, { "PRI ", 4 },
    };

    if (kind == TB_HTTP1_RESPONSE)
        return length >= VERSION_LENGTH && memcmp(data, version, VERSION_LENGTH) == 0;
    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
        if (length >= starts[i].length && memcmp(data, starts[i].text, starts[i].length) == 0)
            return true;
    return false;
}
