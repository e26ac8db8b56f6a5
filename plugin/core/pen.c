/* SPDX-License-Identifier: GPL-2.0-or-later */
/* pen.c - writes UTF-8 into a buffer: whole characters or nothing */
#include "pen.h"

#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define MORE          "\xe2\x80\xa6" /* U+2026 */

struct tb_pen tb_pen_on(char *text, size_t size)
{
    struct tb_pen pen = { .text = text, .size = size };

    text[0] = '\0';
    return pen;
}

/* All of it or nothing, and nothing ever after. */
static void put_octets(struct tb_pen *pen, const char *octets, size_t length)
{
    if (pen->full || length >= pen->size - pen->used) {
        pen->full = true;
        return;
    }
    memcpy(pen->text + pen->used, octets, length);
    pen->used += length;
    pen->text[pen->used] = '\0';
}

/* Of our own, valid UTF-8: the length is in the first octet. */
static size_t character_length(const char *at)
{
    uint8_t first = (uint8_t)*at;

    return first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

void tb_pen_put_beginning(struct tb_pen *pen, const char *text, size_t length)
{
    for (size_t at = 0; at < length && !pen->full; at += character_length(text + at))
        put_octets(pen, text + at, character_length(text + at));
}

void tb_pen_put_number(struct tb_pen *pen, uint64_t number, unsigned digits_at_least)
{
    char digits[20];
    size_t first = sizeof digits;

    while (number > 0 || sizeof digits - first < digits_at_least) {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    }
    put_octets(pen, digits + first, sizeof digits - first);
}

/* ---- text from outside */

static bool is_continuation(char octet)
{
    return ((uint8_t)octet & 0xc0) == 0x80;
}

/* RFC 3629 section 4. Octets of the well-formed character at `at`, 0 where there is none. */
static size_t decode(const char *at, size_t left, uint32_t *code)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    uint8_t first = (uint8_t)at[0];
    size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xf5 ? character_length(at) : 0;

    if (length == 0 || length > left)
        return 0;
    *code = length == 1 ? first : first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (!is_continuation(at[i]))
            return 0;
        *code = *code << 6 | ((uint8_t)at[i] & 0x3fu);
    }
    if (*code < smallest[length] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
        return 0;
    return length;
}

struct code_range {
    uint32_t first;
    uint32_t last;
};

/* Controls, and what is invisible or turns the direction of the line around it. */
static const struct code_range unprintable[] = {
    { 0x0000, 0x001f },    { 0x007f, 0x009f }, { 0x00ad, 0x00ad },   { 0x034f, 0x034f },
    { 0x061c, 0x061c },    { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 },   { 0x180b, 0x180f },
    { 0x200b, 0x200f },    { 0x2028, 0x202e }, { 0x2060, 0x206f },   { 0x3164, 0x3164 },
    { 0xe000, 0xf8ff },    { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },   { 0xffa0, 0xffa0 },
    { 0xfff0, 0xfffb },    { 0xfffe, 0xffff }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
    { 0xe0000, 0x10ffff },
};

static bool is_printable(uint32_t code)
{
    for (size_t i = 0; i < LENGTH(unprintable); i++) {
        if (code >= unprintable[i].first && code <= unprintable[i].last)
            return false;
    }
    return true;
}

static void put_escaped(struct tb_pen *pen, uint8_t octet)
{
    static const char hex[] = "0123456789abcdef";
    const char escape[4] = { '\\', 'x', hex[octet >> 4], hex[octet & 0x0f] };

    put_octets(pen, escape, sizeof escape);
}

/* Octets at the beginning that stand for themselves: ASCII without controls and backslash. */
static size_t plain_octets(const char *text, size_t length)
{
    size_t at = 0;

    while (at < length && text[at] >= ' ' && text[at] < 0x7f && text[at] != '\\')
        at++;
    return at;
}

void tb_pen_put_outside(struct tb_pen *pen, const char *text, size_t length, size_t limit)
{
    size_t begin = pen->used;
    size_t at = 0;

    while (at < length && pen->used - begin < limit && !pen->full) {
        uint32_t code = 0;
        size_t left = limit - (pen->used - begin);
        size_t plain = plain_octets(text + at, length - at < left ? length - at : left);
        size_t octets = 0;

        if (plain > 0) {
            tb_pen_put_piece(pen, text + at, plain);
            at += plain;
            continue;
        }
        octets = decode(text + at, length - at, &code);
        if (octets == 0 || !is_printable(code)) {
            put_escaped(pen, (uint8_t)text[at]);
            at++;
        } else if (code == '\\') {
            put_octets(pen, "\\\\", 2);
            at++;
        } else {
            put_octets(pen, text + at, octets);
            at += octets;
        }
    }
    if (at < length)
        tb_pen_put(pen, MORE);
}

/* ---- spaces between Latin and Japanese */

/* Kana or kanji: U+3040 to U+9FFF begin with the octets E3 81 to E9 BF. */
static bool is_japanese(const char *at)
{
    uint8_t first = (uint8_t)at[0];

    return (first == 0xe3 && (uint8_t)at[1] > 0x80) || (first > 0xe3 && first <= 0xe9);
}

/* A bracket asks for no space on its inner side. */
static bool ends_latin(char octet)
{
    return (uint8_t)octet > ' ' && (uint8_t)octet < 0x7f && octet != '(';
}

static bool begins_latin(char octet)
{
    return (uint8_t)octet > ' ' && (uint8_t)octet < 0x7f && octet != ')';
}

static const char *last_character(const struct tb_pen *pen)
{
    size_t at = pen->used > 0 ? pen->used - 1 : 0;

    while (at > 0 && is_continuation(pen->text[at]))
        at--;
    return pen->text + at;
}

void tb_pen_put_space_before(struct tb_pen *pen, const char *next)
{
    const char *last = last_character(pen);

    if (pen->used == 0 || *next == '\0')
        return;
    if ((is_japanese(last) && begins_latin(*next)) || (ends_latin(*last) && is_japanese(next)))
        tb_pen_put(pen, " ");
}
