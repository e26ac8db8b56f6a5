/* SPDX-License-Identifier: GPL-2.0-or-later */
/* word.c - what the tools say, in the reader's language */
#include "word.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *english;
    const char *japanese;
} words[] = {
#define WORD(english, japanese) { english, japanese },
#include "word.def"
#undef WORD
};

static const struct {
    int number;
    const char *japanese;
} errors[] = {
#define ERROR(number, japanese) { number, japanese },
#include "errors.def"
#undef ERROR
};

static const char *chosen;

bool tb_word_choose(const char *language)
{
    if (language != NULL && strcmp(language, "en") != 0 && strcmp(language, "ja") != 0)
        return false;
    chosen = language;
    return true;
}

/* As setlocale() would, which this program has no other use for. The value is only compared. */
static const char *locale(void)
{
    static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);

        if (value != NULL && value[0] != '\0')
            return value;
    }
    return "C";
}

bool tb_word_is_japanese(void)
{
    const char *language = chosen != NULL ? chosen : locale();

    return strncmp(language, "ja", 2) == 0 &&
           (language[2] == '\0' || language[2] == '_' || language[2] == '.');
}

const char *tb_word(const char *english)
{
    if (!tb_word_is_japanese())
        return english;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].english, english) == 0)
            return words[i].japanese;
    return english;
}

const char *tb_word_count(unsigned long long count, const char *one, const char *several)
{
    return tb_word(count == 1 ? one : several);
}

const char *tb_word_error(int error)
{
    static char unknown[128];
    int number = error < 0 ? -error : error;

    if (!tb_word_is_japanese())
        return strerror(number);
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].number == number)
            return errors[i].japanese;
    (void)snprintf(unknown, sizeof unknown, tb_word("the system says: [%s]"), strerror(number));
    return unknown;
}
