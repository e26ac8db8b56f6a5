/* SPDX-License-Identifier: GPL-2.0-or-later */
/* trouble.c - why breath cannot answer, as main() will say it once */
#include "trouble.h"
#include "word.h"

#include <string.h>

int tb_trouble(struct tb_trouble *trouble, enum tb_lang lang, enum tb_exit status, enum tb_say id,
               const struct tb_token *tokens)
{
    tb_line_clear(&trouble->reason);
    tb_say(&trouble->reason, lang, id, tokens);
    return (int)status;
}

int tb_trouble_system(struct tb_trouble *trouble, const char *what, int error)
{
    tb_line_clear(&trouble->reason);
    tb_line_put(&trouble->reason, what);
    tb_line_put(&trouble->reason, ": ");
    tb_line_put(&trouble->reason, tb_word_error(error));
    return TB_EXIT_REFUSED;
}

void tb_trouble_quote(struct tb_line *line, const char *word)
{
    tb_line_put(line, "'");
    tb_line_put_outside(line, word, strlen(word));
    tb_line_put(line, "'");
}

void tb_trouble_suggest(struct tb_trouble *trouble, enum tb_lang lang, const char *word)
{
    struct tb_line whole = { 0 };

    tb_say(&whole, lang, TB_SAY_USAGE_SUGGEST,
           TB_TOKENS({ "reason", tb_line_text(&trouble->reason) }, { "word", word }));
    tb_line_free(&trouble->reason);
    trouble->reason = whole;
}
