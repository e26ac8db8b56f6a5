/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lex.c - words, strings and statements of a .cap file */
#include "lex.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool at_end(const struct cg_lexer *lexer)
{
    return lexer->at == lexer->end;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Blanks and a comment. */
static const char *skip_blanks(const char *at, const char *end)
{
    while (at != end && is_blank(*at))
        at++;
    if (at != end && *at == '#')
        while (at != end && *at != '\n')
            at++;
    return at;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c == '\0' ? NULL : strchr(digits, tolower((unsigned char)c));

    return found == NULL ? -1 : (int)(found - digits);
}

static int add_char(struct cg_lexer *lexer, char c)
{
    if (lexer->length + 1 >= sizeof lexer->text)
        return cg_lex_fail(lexer, "longer than %d octets", CG_TEXT_MAX - 1);
    lexer->text[lexer->length++] = c;
    lexer->text[lexer->length] = '\0';
    return 0;
}

/* After the backslash. */
static int read_escape(struct cg_lexer *lexer)
{
    static const char names[] = "rnt\\\"";
    static const char values[] = "\r\n\t\\\"";
    const char *found;
    char c = '\0';
    int high, low;

    if (!at_end(lexer))
        c = *lexer->at++;
    found = c == '\0' ? NULL : strchr(names, c);
    if (found != NULL)
        return add_char(lexer, values[found - names]);
    if (c != 'x' || lexer->end - lexer->at < 2)
        return cg_lex_fail(lexer, "unknown escape \\%c", c);
    high = hex_digit(lexer->at[0]);
    low = hex_digit(lexer->at[1]);
    if (high < 0 || low < 0)
        return cg_lex_fail(lexer, "\\x wants two hexadecimal digits");
    lexer->at += 2;
    return add_char(lexer, (char)(high << 4 | low));
}

static int read_string(struct cg_lexer *lexer)
{
    lexer->kind = CG_TOKEN_STRING;
    lexer->at++;
    while (!at_end(lexer) && *lexer->at != '\n') {
        char c = *lexer->at++;
        int error;

        if (c == '"')
            return 0;
        error = c == '\\' ? read_escape(lexer) : add_char(lexer, c);
        if (error != 0)
            return error;
    }
    return cg_lex_fail(lexer, "the string does not end on its line");
}

static int read_word(struct cg_lexer *lexer)
{
    int error = 0;

    lexer->kind = CG_TOKEN_WORD;
    while (error == 0 && !at_end(lexer)) {
        char c = *lexer->at;

        if (is_blank(c) || c == '\n' || c == '"' || c == ')')
            break;
        lexer->at++;
        if (c == '(') {
            lexer->kind = CG_TOKEN_OPEN;
            break;
        }
        error = add_char(lexer, c);
    }
    return error;
}

/* Whether the line that begins at `line` continues the one before. */
static bool line_continues(const char *line, const char *end)
{
    const char *text = skip_blanks(line, end);

    return line != end && is_blank(*line) && text != end && *text != '\n';
}

void cg_lex_init(struct cg_lexer *lexer, const char *text, size_t length)
{
    memset(lexer, 0, sizeof *lexer);
    lexer->at = text;
    lexer->end = text + length;
    lexer->line = 1;
    lexer->kind = CG_TOKEN_END;
}

int cg_lex_next(struct cg_lexer *lexer)
{
    lexer->length = 0;
    lexer->text[0] = '\0';
    lexer->at = skip_blanks(lexer->at, lexer->end);
    while (!at_end(lexer) && *lexer->at == '\n') {
        if (lexer->kind != CG_TOKEN_END && !line_continues(lexer->at + 1, lexer->end)) {
            lexer->kind = CG_TOKEN_END; /* the line end is passed over by the next call */
            return 0;
        }
        lexer->line++;
        lexer->at = skip_blanks(lexer->at + 1, lexer->end);
    }
    if (at_end(lexer)) {
        lexer->kind = lexer->kind == CG_TOKEN_END ? CG_TOKEN_EOF : CG_TOKEN_END;
        return 0;
    }
    if (*lexer->at == '"')
        return read_string(lexer);
    if (*lexer->at == ')') {
        lexer->at++;
        lexer->kind = CG_TOKEN_CLOSE;
        return 0;
    }
    return read_word(lexer);
}

int cg_lex_fail(struct cg_lexer *lexer, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(lexer->reason, sizeof lexer->reason, format, arguments);
    va_end(arguments);
    return -EINVAL;
}
