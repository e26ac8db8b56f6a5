/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lex.h - words, strings and statements of a .cap file
 *
 * A statement is a line; a line that begins with a blank continues the one before. `#` where a
 * word could begin starts a comment. Strings stand in double quotes and know \r \n \t \\ \" \xHH.
 */
#ifndef CG_LEX_H
#define CG_LEX_H

#include <stddef.h>

enum {
    CG_TEXT_MAX = 8192 /* of one string; longer payloads are several strings or generated */
};

enum cg_token_kind {
    CG_TOKEN_WORD,
    CG_TOKEN_STRING,
    CG_TOKEN_OPEN,  /* a word that ends in "(", without it */
    CG_TOKEN_CLOSE, /* ")" */
    CG_TOKEN_END,   /* of a statement */
    CG_TOKEN_EOF
};

/* Where reading stands, and what went wrong there. */
struct cg_lexer {
    const char *at;
    const char *end;
    unsigned line;
    char reason[256];
    enum cg_token_kind kind; /* of the current token */
    size_t length;           /* of text; a string may hold any octet */
    char text[CG_TEXT_MAX];  /* of a word or a string; terminated */
};

/* Stands before the first token then: call cg_lex_next. */
void cg_lex_init(struct cg_lexer *lexer, const char *text, size_t length);

/* Moves to the next token. 0, or -EINVAL with `reason`. */
int cg_lex_next(struct cg_lexer *lexer);

/* Notes why the source is wrong; always -EINVAL, to be returned. */
int cg_lex_fail(struct cg_lexer *lexer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
