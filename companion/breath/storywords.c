/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storywords.c - the words of the story's page: its own, and the plugin's */
#include "storywords.h"

#include <stddef.h>

#include "escape.h"
#include "event.h"
#include "owner.h"
#include "text.h"

static const struct {
    const char *key;
    const char *word[TB_LANG_COUNT];
} words[] = {
#define TB_STORY_WORD(key, english, japanese) { #key, { english, japanese } },
#include "story.def"
};

static void put_word(struct tb_line *line, const char *first, const char *english,
                     const char *japanese)
{
    tb_line_put(line, line->text[line->length - 1] == '[' ? "[" : ",[");
    if (first != NULL) {
        tb_escape_json_text(line, first);
        tb_line_put(line, ",");
    }
    tb_escape_json_text(line, english);
    tb_line_put(line, ",");
    tb_escape_json_text(line, japanese);
    tb_line_put(line, "]");
}

/* The plugin's words. */
static void put_plugin_words(struct tb_line *line)
{
    tb_escape_json_key(line, "phases");
    tb_line_put(line, "[");
    for (int i = 0; i < TB_PHASE_COUNT; i++)
        put_word(line, tb_phase_name((enum tb_phase)i), tb_text_phase(TB_LANG_EN, (enum tb_phase)i),
                 tb_text_phase(TB_LANG_JA, (enum tb_phase)i));
    tb_line_put(line, "]");
    tb_escape_json_key(line, "steps");
    tb_line_put(line, "[");
    for (int i = 0; i < TB_STEP_COUNT; i++)
        put_word(line, tb_step_name((enum tb_step)i), tb_text_step(TB_LANG_EN, (enum tb_step)i),
                 tb_text_step(TB_LANG_JA, (enum tb_step)i));
    tb_line_put(line, "]");
    tb_escape_json_key(line, "marks");
    tb_line_put(line, "[");
    for (int i = 0; i < TB_MARK_COUNT; i++)
        put_word(line, tb_mark_name((enum tb_mark)i), tb_text_mark(TB_LANG_EN, (enum tb_mark)i),
                 tb_text_mark(TB_LANG_JA, (enum tb_mark)i));
    tb_line_put(line, "]");
    tb_escape_json_key(line, "sources");
    tb_line_put(line, "[");
    for (int i = 0; i < TB_OWNER_SOURCE_COUNT; i++)
        put_word(line, tb_owner_source_name((enum tb_owner_source)i),
                 tb_text_source(TB_LANG_EN, (enum tb_owner_source)i),
                 tb_text_source(TB_LANG_JA, (enum tb_owner_source)i));
    tb_line_put(line, "]");
}

static void put_own_words(struct tb_line *line)
{
    tb_escape_json_key(line, "words");
    tb_line_put(line, "{");
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        tb_escape_json_key(line, words[i].key);
        tb_line_put(line, "[");
        tb_escape_json_text(line, words[i].word[TB_LANG_EN]);
        tb_line_put(line, ",");
        tb_escape_json_text(line, words[i].word[TB_LANG_JA]);
        tb_line_put(line, "]");
    }
    tb_line_put(line, "}");
    tb_escape_json_key(line, "states");
    tb_line_put(line, "[");
    for (int i = 0; i < TB_STATE_COUNT; i++) {
        tb_line_put(line, i == 0 ? "" : ",");
        tb_escape_json_text(line, tb_state_name((enum tb_state)i));
    }
    tb_line_put(line, "]");
}

void tb_story_words_put(struct tb_line *line)
{
    put_own_words(line);
    put_plugin_words(line);
}
