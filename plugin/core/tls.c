/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tls.c - which octets of a direction are TLS handshake, which are data
 *
 * Two layers: records (RFC 8446 section 5.1), of which only the five octets of the header are
 * looked at, and, in the handshake records up to its end, the hello (section 4.1). The hello is a
 * sequence of numbers, each with a width and what it leads to, and of octets to pass over. Every
 * length in it is held against what the length around it has left. */
#include "tls.h"

#include <assert.h>
#include <string.h>

enum {
    HEADER_LENGTH = 5,
    AT_BODY = HEADER_LENGTH,
    AT_LOST
};

enum {
    TYPE_CHANGE = 20, /* change_cipher_spec */
    TYPE_FIRST = TYPE_CHANGE,
    TYPE_HANDSHAKE = 22,
    TYPE_DATA = 23,
    TYPE_LAST = 24,            /* heartbeat (RFC 6520) */
    LENGTH_MAX = 16384 + 2048, /* RFC 5246 section 6.2.3 */
    EXTENSION_ALPN = 16,       /* RFC 7301 section 3.1 */
    EXTENSION_VERSIONS = 43,   /* RFC 8446 section 4.2.1 */
    NAME_H2 = 'h' << 8 | '2',  /* RFC 9113 section 3.2 */
    VERSION_13 = 0x0304,
    /* An encrypted Finished: vector 16, message 16, MAC 48, padding 16. A hello is longer. */
    FINISHED_MAX = 96
};

/* What of the hello is being read. */
enum item {
    ITEM_TYPE,
    ITEM_LENGTH,
    ITEM_VERSION,
    ITEM_RANDOM,
    ITEM_SESSION,     /* length of the session id */
    ITEM_CIPHERS,     /* ClientHello: length of the list */
    ITEM_COMPRESSION, /* likewise */
    ITEM_CHOSEN,      /* ServerHello: cipher suite and compression method */
    ITEM_EXTENSIONS,  /* length of all of them */
    ITEM_EXT_TYPE,
    ITEM_EXT_LENGTH,
    ITEM_ALPN, /* length of the list */
    ITEM_NAME_LENGTH,
    ITEM_NAME,
    ITEM_SELECTED, /* version */
    ITEM_PASS,     /* the rest of the message */
    ITEM_DONE,
    ITEM_COUNT
};

static const uint8_t width[] = {
    [ITEM_TYPE] = 1,        [ITEM_LENGTH] = 3,   [ITEM_VERSION] = 2,     [ITEM_RANDOM] = 32,
    [ITEM_SESSION] = 1,     [ITEM_CIPHERS] = 2,  [ITEM_COMPRESSION] = 1, [ITEM_CHOSEN] = 3,
    [ITEM_EXTENSIONS] = 2,  [ITEM_EXT_TYPE] = 2, [ITEM_EXT_LENGTH] = 2,  [ITEM_ALPN] = 2,
    [ITEM_NAME_LENGTH] = 1, [ITEM_NAME] = 2,     [ITEM_SELECTED] = 2,    [ITEM_PASS] = 0,
    [ITEM_DONE] = 0,
};

static_assert(sizeof(width) == ITEM_COUNT, "a width for each item");

/* The random of a HelloRetryRequest (RFC 8446 section 4.1.3). */
static const uint8_t retry_random[32] = {
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static void count(uint16_t *counter)
{
    if (*counter < UINT16_MAX)
        (*counter)++;
}

/* Octets of the hello went by. */
static void pass(struct tb_tls *parser, uint16_t octets)
{
    parser->message_left -= octets;
    parser->ext_left = (uint16_t)(parser->ext_left > octets ? parser->ext_left - octets : 0);
}

static bool is_in_extension(enum item item)
{
    return item >= ITEM_ALPN && item <= ITEM_SELECTED;
}

/* Goes on to `item` after passing over `skip` octets. A hello may end before its extensions and
 * after any of them; where it ends elsewhere, or a length is too long, it is given up. */
static void go_on(struct tb_tls *parser, enum item item, uint32_t skip)
{
    uint32_t left = parser->message_left - skip;

    parser->have = 0;
    parser->number = 0;
    parser->hello = ITEM_DONE;
    if (skip > parser->message_left || (is_in_extension(item) && skip > parser->ext_left))
        return;
    if (item == ITEM_NAME_LENGTH && parser->ext_left == skip)
        item = ITEM_EXT_TYPE;
    if (left == 0 && (item == ITEM_EXTENSIONS || item == ITEM_EXT_TYPE)) {
        parser->facts |= TB_TLS_HELLO_READ;
        return;
    }
    if (left < width[item] || (is_in_extension(item) && parser->ext_left - skip < width[item]))
        return;
    parser->skip = (uint16_t)skip;
    parser->hello = (uint8_t)item;
}

static void begin_message(struct tb_tls *parser, uint32_t type)
{
    parser->have = 0;
    parser->number = 0;
    parser->hello = ITEM_LENGTH;
    switch (type) {
    case 0: /* HelloRequest (RFC 5246 section 7.4.1.1) */
        parser->next = ITEM_PASS;
        break;
    case 1:
        parser->facts |= TB_TLS_CLIENT_HELLO;
        parser->next = ITEM_VERSION;
        break;
    case 2:
        parser->next = ITEM_VERSION;
        break;
    default:
        parser->hello = ITEM_DONE;
        break;
    }
}

static void end_random(struct tb_tls *parser, bool is_client)
{
    if (!is_client && parser->number == 0) {
        go_on(parser, ITEM_PASS, 0);
        return;
    }
    if (!is_client)
        parser->facts |= TB_TLS_SERVER_HELLO;
    go_on(parser, ITEM_SESSION, 0);
}

static void begin_extension(struct tb_tls *parser, uint32_t length)
{
    parser->ext_left = (uint16_t)length;
    if (length > parser->message_left) {
        parser->hello = ITEM_DONE;
    } else if (parser->next == ITEM_EXT_TYPE) {
        go_on(parser, ITEM_EXT_TYPE, length);
    } else {
        if (parser->next == ITEM_ALPN)
            parser->facts |= TB_TLS_ALPN;
        go_on(parser, (enum item)parser->next, 0);
    }
}

static enum item item_of_extension(uint32_t type, bool is_client)
{
    if (type == EXTENSION_ALPN)
        return ITEM_ALPN;
    return type == EXTENSION_VERSIONS && !is_client ? ITEM_SELECTED : ITEM_EXT_TYPE;
}

/* A number is complete: what it says. Long because a case is an item of the grammar. */
/* NOLINTNEXTLINE(readability-function-size) */
static void act(struct tb_tls *parser)
{
    uint32_t number = parser->number;
    bool is_client = (parser->facts & TB_TLS_CLIENT_HELLO) != 0;

    switch ((enum item)parser->hello) {
    case ITEM_TYPE:
        begin_message(parser, number);
        break;
    case ITEM_LENGTH:
        parser->message_left = number;
        go_on(parser, (enum item)parser->next, 0);
        break;
    case ITEM_VERSION:
        go_on(parser, ITEM_RANDOM, 0);
        break;
    case ITEM_RANDOM:
        end_random(parser, is_client);
        break;
    case ITEM_SESSION:
        go_on(parser, is_client ? ITEM_CIPHERS : ITEM_CHOSEN, number);
        break;
    case ITEM_CIPHERS:
        go_on(parser, ITEM_COMPRESSION, number);
        break;
    case ITEM_COMPRESSION:
        go_on(parser, ITEM_EXTENSIONS, number);
        break;
    case ITEM_CHOSEN:
        go_on(parser, ITEM_EXTENSIONS, 0);
        break;
    case ITEM_EXTENSIONS:
        go_on(parser, number == parser->message_left ? ITEM_EXT_TYPE : ITEM_DONE, 0);
        break;
    case ITEM_EXT_TYPE:
        parser->next = (uint8_t)item_of_extension(number, is_client);
        go_on(parser, ITEM_EXT_LENGTH, 0);
        break;
    case ITEM_EXT_LENGTH:
        begin_extension(parser, number);
        break;
    case ITEM_ALPN:
        go_on(parser, number == parser->ext_left ? ITEM_NAME_LENGTH : ITEM_DONE, 0);
        break;
    case ITEM_NAME_LENGTH:
        if (number == 2)
            go_on(parser, ITEM_NAME, 0);
        else
            go_on(parser, ITEM_NAME_LENGTH, number);
        break;
    case ITEM_NAME:
        if (number == NAME_H2)
            parser->facts |= TB_TLS_ALPN_H2;
        go_on(parser, ITEM_NAME_LENGTH, 0);
        break;
    case ITEM_SELECTED:
        if (number == VERSION_13)
            parser->facts |= TB_TLS_V13;
        go_on(parser, ITEM_EXT_TYPE, parser->ext_left);
        break;
    case ITEM_PASS:
    case ITEM_DONE:
    case ITEM_COUNT:
        break;
    }
}

static void read_octet(struct tb_tls *parser, uint8_t octet)
{
    if (parser->hello == ITEM_RANDOM) /* 0 in the end where it is the one of a retry */
        parser->number |= (uint32_t)(octet ^ retry_random[parser->have]);
    else
        parser->number = parser->number << 8 | octet;
    if (parser->hello > ITEM_LENGTH)
        pass(parser, 1);
    /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): hello is an enum item */
    if (++parser->have == width[parser->hello])
        act(parser);
}

static void read_hello(struct tb_tls *parser, const uint8_t *data, size_t length)
{
    size_t i = 0;

    while (i < length && parser->hello != ITEM_DONE) {
        size_t left = parser->hello == ITEM_PASS ? parser->message_left : parser->skip;

        if (left == 0 && parser->hello != ITEM_PASS) {
            read_octet(parser, data[i++]);
            continue;
        }
        if (left > length - i)
            left = length - i;
        i += left;
        pass(parser, (uint16_t)left); /* at most a record */
        if (parser->hello != ITEM_PASS)
            parser->skip = (uint16_t)(parser->skip - left);
        else if (parser->message_left == 0)
            parser->hello = ITEM_TYPE;
    }
}

static bool is_type(uint8_t octet)
{
    return octet >= TYPE_FIRST && octet <= TYPE_LAST;
}

/* The `at`th octet of a record's header. False: it cannot be one. */
static bool read_header(struct tb_tls *parser, uint8_t octet)
{
    switch (parser->at) {
    case 0:
        if (!is_type(octet))
            return false;
        parser->type = octet;
        count(&parser->records);
        if (octet == TYPE_DATA)
            count(&parser->data_records);
        if (octet == TYPE_CHANGE)
            parser->changed = true;
        break;
    case 1:
        if (octet != 3)
            return false;
        break;
    case 2:
        if (octet > 4)
            return false;
        break;
    case 3:
        if (octet > LENGTH_MAX >> 8)
            return false;
        parser->record_left = (uint16_t)(octet << 8);
        break;
    default:
        parser->record_left = (uint16_t)(parser->record_left | octet);
        if (parser->record_left == 0 || parser->record_left > LENGTH_MAX)
            return false;
        if (parser->type == TYPE_HANDSHAKE && parser->changed &&
            parser->record_left <= FINISHED_MAX && (parser->facts & TB_TLS_CLIENT_HELLO) != 0)
            parser->facts |= TB_TLS_FINISHED;
        break;
    }
    parser->at++;
    return true;
}

static size_t read_body(struct tb_tls *parser, const uint8_t *data, size_t length)
{
    size_t used = parser->record_left < length ? parser->record_left : length;

    if (parser->type == TYPE_HANDSHAKE && parser->hello != ITEM_DONE) {
        if (data == NULL)
            parser->hello = ITEM_DONE;
        else
            read_hello(parser, data, used);
    }
    parser->record_left = (uint16_t)(parser->record_left - used);
    if (parser->record_left == 0)
        parser->at = 0;
    return used;
}

static enum tb_tls_class class_of(uint8_t type)
{
    return type == TYPE_DATA ? TB_TLS_DATA : TB_TLS_HANDSHAKE;
}

void tb_tls_init(struct tb_tls *parser)
{
    memset(parser, 0, sizeof(*parser));
}

bool tb_tls_looks_like(const uint8_t *data, size_t length)
{
    struct tb_tls parser;

    if (length < HEADER_LENGTH)
        return false;
    tb_tls_init(&parser);
    for (size_t i = 0; i < HEADER_LENGTH; i++)
        if (!read_header(&parser, data[i]))
            return false;
    return true;
}

size_t tb_tls_feed(struct tb_tls *parser, const uint8_t *data, size_t length,
                   enum tb_tls_class *what)
{
    size_t used = 0;

    *what = TB_TLS_NONE;
    while (used < length && parser->at != AT_LOST) {
        if (parser->at == AT_BODY) {
            *what = class_of(parser->type);
            used += read_body(parser, data == NULL ? NULL : data + used, length - used);
            continue;
        }
        /* A run ends before a record of the other class, and before each of data. */
        if (parser->at == 0 && used > 0 && data != NULL &&
            (data[used] == TYPE_DATA || *what == TB_TLS_DATA))
            break;
        if (data == NULL || !read_header(parser, data[used])) {
            parser->at = AT_LOST;
            parser->record_left = 0;
            break;
        }
        *what = class_of(parser->type);
        used++;
    }
    return used;
}
