/* SPDX-License-Identifier: GPL-2.0-or-later */
/* width.c - columns of a terminal that a text takes, and where it may be broken */
#include "width.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <utf8proc.h>

/* A character. */
struct step {
    utf8proc_int32_t code;
    size_t octets;
    size_t columns;
};

static struct step take(const char *at, size_t left)
{
    struct step step = { (unsigned char)at[0], 1, 1 };
    utf8proc_int32_t code;
    utf8proc_ssize_t octets;
    int columns;

    if ((unsigned char)at[0] < 0x80)
        return step;
    octets = utf8proc_iterate((const utf8proc_uint8_t *)at, (utf8proc_ssize_t)left, &code);
    if (octets <= 0)
        return step;
    columns = utf8proc_charwidth(code);
    step.code = code;
    step.octets = (size_t)octets;
    step.columns = columns < 0 ? 1 : (size_t)columns;
    return step;
}

size_t tb_width(const char *text, size_t length)
{
    size_t columns = 0;
    uint64_t eight;

    for (; length - columns >= sizeof(eight); columns += sizeof(eight)) {
        memcpy(&eight, text + columns, sizeof(eight));
        if ((eight & UINT64_C(0x8080808080808080)) != 0)
            break;
    }
    while (columns < length && (unsigned char)text[columns] < 0x80)
        columns++;
    for (size_t at = columns; at < length;) {
        const struct step step = take(text + at, length - at);

        columns += step.columns;
        at += step.octets;
    }
    return columns;
}

/* No line begins with one of these: JIS X 4051. */
static bool may_begin_line(utf8proc_int32_t code)
{
    static const utf8proc_int32_t closing[] = { 0x3001, 0x3002, 0x300d, 0x300f, 0x3011, 0x30fb,
                                                0x30fc, 0xff01, 0xff09, 0xff0c, 0xff1a, 0xff1f,
                                                0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3063,
                                                0x3083, 0x3085, 0x3087, 0x30a1, 0x30a3, 0x30a5,
                                                0x30a7, 0x30a9, 0x30c3, 0x30e3, 0x30e5, 0x30e7 };

    for (size_t i = 0; i < sizeof(closing) / sizeof(closing[0]); i++) {
        if (code == closing[i])
            return false;
    }
    return true;
}

static bool is_opening(utf8proc_int32_t code)
{
    return code == 0x300c || code == 0x300e || code == 0x3010 || code == 0xff08 || code == '(';
}

/* Kana, kanji and their punctuation: between two of them a line may end. */
static bool is_wide(const struct step *step)
{
    return step->columns == 2;
}

static bool may_break_between(const struct step *before, const struct step *after)
{
    if (before->code == ' ' || after->code == ' ')
        return true;
    if (is_opening(before->code) || !may_begin_line(after->code))
        return false;
    return is_wide(before) && is_wide(after);
}

struct line {
    size_t fits;  /* octets that fit */
    size_t whole; /* octets up to the last place where it may be broken; 0: none */
    size_t colon; /* octets up to and with the last colon or arrow; 0: none */
};

/* The whole text, or what fits of it. */
static struct line measure(const char *text, size_t length, size_t columns)
{
    struct line line = { 0, 0, 0 };
    struct step before = { 0, 0, 0 };
    size_t used = 0;

    while (line.fits < length) {
        const struct step step = take(text + line.fits, length - line.fits);

        if (line.fits > 0 && may_break_between(&before, &step))
            line.whole = line.fits;
        if (used + step.columns > columns && line.fits > 0)
            return line;
        line.fits += step.octets;
        used += step.columns;
        if (step.code == ':' || step.code == '>') /* "1.2.3.4:80->5.6.7.8:90" */
            line.colon = line.fits;
        before = step;
    }
    line.whole = length;
    return line;
}

size_t tb_width_line(const char *text, size_t columns, const char **next)
{
    const size_t length = strlen(text);
    size_t taken = length;

    if (tb_width(text, length) > columns) {
        const struct line line = measure(text, length, columns);

        taken = line.whole > 0 ? line.whole : line.colon > 0 ? line.colon : line.fits;
    }
    *next = text + taken;
    while (**next == ' ')
        ++*next;
    while (taken > 0 && text[taken - 1] == ' ')
        taken--;
    return taken;
}
