/* SPDX-License-Identifier: GPL-2.0-or-later */
/* escape.c - text from outside as part of an HTML page */
#include "escape.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <utf8proc.h>

enum {
    DELETE = 0x7f,
    CONTROLS_END = 0xa0, /* C1 controls: U+0080 to U+009F */
    LINE_SEPARATOR = 0x2028,
    PARAGRAPH_SEPARATOR = 0x2029,
    WRITTEN_OCTETS = 16
};

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

/* The next character, or -1: the octet is none. Returns the octets it takes. */
static size_t next(const char *octets, size_t length, utf8proc_int32_t *code)
{
    const utf8proc_ssize_t most = (utf8proc_ssize_t)(length < 4 ? length : 4);
    const utf8proc_ssize_t taken = utf8proc_iterate((const utf8proc_uint8_t *)octets, most, code);

    if (taken > 0)
        return (size_t)taken;
    *code = -1;
    return 1;
}

static bool is_control(utf8proc_int32_t code)
{
    return code < ' ' || (code >= DELETE && code < CONTROLS_END);
}

/* U+202A to U+202E, U+2066 to U+2069: they turn the direction of what follows. */
static bool is_turning(utf8proc_int32_t code)
{
    return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

static void put_code(struct tb_line *line, bool json, utf8proc_int32_t code)
{
    char written[WRITTEN_OCTETS];
    const int length = json ? snprintf(written, sizeof(written), "\\u%04x", (unsigned)code)
                            : snprintf(written, sizeof(written), "&#%u;", (unsigned)code);

    if (length > 0)
        tb_line_put_octets(line, written, (size_t)length);
}

void tb_escape_html(struct tb_line *line, const char *octets, size_t length)
{
    utf8proc_int32_t code;

    for (size_t taken; length > 0; octets += taken, length -= taken) {
        taken = next(octets, length, &code);
        if (code < 0 || is_control(code) || is_turning(code))
            tb_line_put(line, replacement);
        else if (code < DELETE && strchr("<>&\"'", (int)code) != NULL)
            put_code(line, false, code);
        else
            tb_line_put_octets(line, octets, taken);
    }
}

void tb_escape_json(struct tb_line *line, const char *octets, size_t length)
{
    utf8proc_int32_t code;

    tb_line_put(line, "\"");
    for (size_t taken; length > 0; octets += taken, length -= taken) {
        taken = next(octets, length, &code);
        if (code < 0)
            tb_line_put(line, replacement);
        else if (is_control(code) || is_turning(code) || code == LINE_SEPARATOR ||
                 code == PARAGRAPH_SEPARATOR ||
                 (code < DELETE && strchr("<>&\"'\\", (int)code) != NULL))
            put_code(line, true, code);
        else
            tb_line_put_octets(line, octets, taken);
    }
    tb_line_put(line, "\"");
}

void tb_escape_json_text(struct tb_line *line, const char *text)
{
    tb_escape_json(line, text, strlen(text));
}

void tb_escape_json_key(struct tb_line *line, const char *key)
{
    const bool first = line->length == 0 || line->text[line->length - 1] == '{';

    tb_line_put(line, first ? "\"" : ",\"");
    tb_line_put(line, key);
    tb_line_put(line, "\":");
}

void tb_escape_clean(char *octets, size_t length)
{
    utf8proc_int32_t code;

    for (size_t taken; length > 0; octets += taken, length -= taken) {
        if ((unsigned char)*octets >= ' ' && (unsigned char)*octets < DELETE) {
            taken = 1;
            continue;
        }
        taken = next(octets, length, &code);
        if (code < 0 || is_control(code))
            memset(octets, '?', taken);
    }
}
