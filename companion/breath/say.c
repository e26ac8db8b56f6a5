/* SPDX-License-Identifier: GPL-2.0-or-later */
/* say.c - the sentences and labels of breath, in English and Japanese */
#include "say.h"

#include <string.h>

static const char *const rows[TB_SAY_COUNT][TB_LANG_COUNT] = {
#define TB_SAY(id, english, japanese) [TB_SAY_##id] = { english, japanese },
#include "say.def"
};

const char *tb_say_raw(enum tb_lang lang, enum tb_say id)
{
    return rows[id][lang];
}

static const char *value_of(const struct tb_token *tokens, const char *name, size_t length)
{
    for (; tokens != NULL && tokens->name != NULL; tokens++) {
        if (strncmp(tokens->name, name, length) == 0 && tokens->name[length] == '\0')
            return tokens->value;
    }
    return NULL;
}

/* Japanese: a space where the value and the text around it would touch. */
static void put(struct tb_line *line, enum tb_lang lang, const char *text, size_t length)
{
    if (length == 0)
        return;
    if (lang == TB_LANG_JA)
        tb_line_put_space_before(line, text);
    tb_line_put_octets(line, text, length);
}

void tb_say(struct tb_line *line, enum tb_lang lang, enum tb_say id, const struct tb_token *tokens)
{
    const char *at = rows[id][lang];
    const char *brace;

    while ((brace = strchr(at, '{')) != NULL) {
        const char *end = strchr(brace, '}');
        const char *value;

        if (end == NULL)
            break;
        value = value_of(tokens, brace + 1, (size_t)(end - brace - 1));
        put(line, lang, at, (size_t)(brace - at));
        if (value != NULL)
            put(line, lang, value, strlen(value));
        else
            put(line, lang, brace, (size_t)(end + 1 - brace));
        at = end + 1;
    }
    put(line, lang, at, strlen(at));
}
