/* SPDX-License-Identifier: GPL-2.0-or-later */
/* say.h - the sentences and labels of breath, in English and Japanese
 *
 * All words come from say.def. Names of states, keys of JSON, options and commands are of one
 * language and stand where they are used. */
#ifndef TB_SAY_H
#define TB_SAY_H

#include "line.h"
#include "text.h"

enum tb_say {
#define TB_SAY(id, english, japanese) TB_SAY_##id,
#include "say.def"
    TB_SAY_COUNT
};

/* What stands for "{name}" in a sentence. The value is printed as it is: what comes from outside
 * was escaped before. */
struct tb_token {
    const char *name;
    const char *value;
};

/* tb_say(line, lang, TB_SAY_X, TB_TOKENS({ "port", "80" }, { "pid", "4242" })) */
#define TB_TOKENS(...)                                                                             \
    (const struct tb_token[])                                                                      \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            NULL, NULL                                                                             \
        }                                                                                          \
    }

/* Adds the sentence to the line. `tokens`: NULL for none. A token that is not among them stays as
 * it is written, which a test finds. */
void tb_say(struct tb_line *line, enum tb_lang lang, enum tb_say id, const struct tb_token *tokens);

/* As it stands in say.def. */
const char *tb_say_raw(enum tb_lang lang, enum tb_say id);

#endif
