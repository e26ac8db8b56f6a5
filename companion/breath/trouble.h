/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trouble.h - why breath cannot answer, as main() will say it once */
#ifndef TB_TROUBLE_H
#define TB_TROUBLE_H

#include "page.h"
#include "say.h"

struct tb_trouble {
    struct tb_line reason; /* empty: there is none */
};

/* Sets the reason, and returns the status. */
int tb_trouble(struct tb_trouble *trouble, enum tb_lang lang, enum tb_exit status, enum tb_say id,
               const struct tb_token *tokens);

/* The system refused: `what` was wanted, `error` is an errno or -errno. Returns the status. */
int tb_trouble_system(struct tb_trouble *trouble, const char *what, int error);

/* Adds what was probably meant to the reason. */
void tb_trouble_suggest(struct tb_trouble *trouble, enum tb_lang lang, const char *word);

/* A word of the command line as it may be printed, in quotes. */
void tb_trouble_quote(struct tb_line *line, const char *word);

#endif
