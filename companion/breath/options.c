/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.c - what the command line asks for, beside the command itself */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "suggest.h"

enum {
    WATCH_SECONDS = 2,
    WATCH_SECONDS_MAX = 86400,
    TIMEOUT_SECONDS_MAX = 3600,
    SEGMENTS_MAX = 100000000,
    WORDS_MAX = 32
};

enum word {
    OPTION_JSON = 256,
    OPTION_LANG,
    OPTION_EXPLAIN,
    OPTION_COLOUR,
    OPTION_WATCH,
    OPTION_ADDRESS,
    OPTION_UDP,
    OPTION_PUBLIC,
    OPTION_RAW,
    OPTION_TIMEOUT,
    OPTION_PAUSE,
    OPTION_TO,
    OPTION_SEGMENTS,
    OPTION_CMDLINE,
    OPTION_HELP = 'h',
    OPTION_VERSION = 'v'
};

static const struct option long_options[] = {
    { "json", no_argument, NULL, OPTION_JSON },
    { "lang", required_argument, NULL, OPTION_LANG },
    { "explain", required_argument, NULL, OPTION_EXPLAIN },
    { "color", required_argument, NULL, OPTION_COLOUR },
    { "colour", required_argument, NULL, OPTION_COLOUR },
    { "watch", optional_argument, NULL, OPTION_WATCH },
    { "address", required_argument, NULL, OPTION_ADDRESS },
    { "udp", no_argument, NULL, OPTION_UDP },
    { "public", no_argument, NULL, OPTION_PUBLIC },
    { "raw", no_argument, NULL, OPTION_RAW },
    { "timeout", required_argument, NULL, OPTION_TIMEOUT },
    { "pause", no_argument, NULL, OPTION_PAUSE },
    { "to", required_argument, NULL, OPTION_TO },
    { "segments", required_argument, NULL, OPTION_SEGMENTS },
    { "cmdline", no_argument, NULL, OPTION_CMDLINE },
    { "help", no_argument, NULL, OPTION_HELP },
    { "version", no_argument, NULL, OPTION_VERSION },
    { NULL, 0, NULL, 0 }
};

static enum tb_lang lang_of_environment(void)
{
    static const char *const variables[] = { "LC_ALL", "LC_MESSAGES", "LANG" };

    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        const char *locale = getenv(variables[i]);

        if (locale != NULL && locale[0] != '\0')
            return tb_text_lang_of_locale(locale);
    }
    return TB_LANG_EN;
}

void tb_options_begin(struct tb_options *options, int count, char *const *arguments)
{
    *options = (struct tb_options){ .explain = TB_EXPLAIN_SHORT, .lang = lang_of_environment() };
    for (int i = 1; i < count && strcmp(arguments[i], "--") != 0; i++) {
        const bool is_apart = strcmp(arguments[i], "--lang") == 0 && i + 1 < count;
        const char *value = is_apart                                   ? arguments[i + 1]
                            : strncmp(arguments[i], "--lang=", 7) == 0 ? arguments[i] + 7
                                                                       : "";

        if (strcmp(value, "ja") == 0 || strcmp(value, "en") == 0)
            options->lang = value[0] == 'j' ? TB_LANG_JA : TB_LANG_EN;
    }
}

/* ---- Values */

/* "--explain: 'shrt': must be off, short, long; did you mean short?" */
static int bad_value(const struct tb_options *options, const char *option, const char *value,
                     const char *const *words, size_t count, struct tb_trouble *trouble)
{
    struct tb_line word = { 0 }, choices = { 0 };
    const char *meant = tb_suggest(value, words, count);
    int status;

    tb_trouble_quote(&word, value);
    for (size_t i = 0; i < count; i++) {
        tb_line_put(&choices, i == 0 ? "" : ", ");
        tb_line_put(&choices, words[i]);
    }
    status = tb_trouble(trouble, options->lang, TB_EXIT_USAGE, TB_SAY_USAGE_BAD_VALUE,
                        TB_TOKENS({ "option", option }, { "word", tb_line_text(&word) },
                                  { "choices", tb_line_text(&choices) }));
    if (meant != NULL)
        tb_trouble_suggest(trouble, options->lang, meant);
    tb_line_free(&word);
    tb_line_free(&choices);
    return status;
}

/* Sets *chosen to the place of the value among the words. */
static int choose(const struct tb_options *options, const char *option, const char *value,
                  const char *const *words, size_t count, size_t *chosen,
                  struct tb_trouble *trouble)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(value, words[i]) == 0) {
            *chosen = i;
            return 0;
        }
    }
    return bad_value(options, option, value, words, count, trouble);
}

/* From 1 to `most`. */
static bool read_number(const char *value, unsigned long most, unsigned *read)
{
    char *end = NULL;
    unsigned long number;

    errno = 0;
    number = strtoul(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || number == 0 ||
        number > most)
        return false;
    *read = (unsigned)number;
    return true;
}

static int read_watch(struct tb_options *options, const char *value, struct tb_trouble *trouble)
{
    static const char *const words[] = { "1..86400" };

    options->watch_seconds = WATCH_SECONDS;
    if (value == NULL || read_number(value, WATCH_SECONDS_MAX, &options->watch_seconds))
        return 0;
    return bad_value(options, "--watch", value, words, 1, trouble);
}

static int read_timeout(struct tb_options *options, const char *value, struct tb_trouble *trouble)
{
    static const char *const words[] = { "1..3600" };

    if (read_number(value, TIMEOUT_SECONDS_MAX, &options->timeout_seconds))
        return 0;
    return bad_value(options, "--timeout", value, words, 1, trouble);
}

static int read_segments(struct tb_options *options, const char *value, struct tb_trouble *trouble)
{
    static const char *const words[] = { "1..100000000" };

    if (read_number(value, SEGMENTS_MAX, &options->segments))
        return 0;
    return bad_value(options, "--segments", value, words, 1, trouble);
}

static int read_choice(struct tb_options *options, enum word option, const char *value,
                       struct tb_trouble *trouble)
{
    static const char *const languages[] = { "en", "ja" };
    static const char *const explanations[] = { "off", "short", "long" };
    static const char *const colours[] = { "auto", "always", "never" };
    size_t chosen = 0;
    int status;

    if (option == OPTION_LANG) {
        status = choose(options, "--lang", value, languages, 2, &chosen, trouble);
        options->lang = status == 0 ? (enum tb_lang)chosen : options->lang;
    } else if (option == OPTION_EXPLAIN) {
        status = choose(options, "--explain", value, explanations, 3, &chosen, trouble);
        options->explain = (enum tb_explain)chosen;
        options->explain_given = true;
    } else {
        status = choose(options, "--color", value, colours, 3, &chosen, trouble);
        options->colour = (enum tb_colour)chosen;
    }
    return status;
}

static void note(struct tb_options *options, size_t bit, const char *word)
{
    options->given |= 1u << bit;
    options->given_word[bit] = word;
}

/* Options without a value. */
static void set_flag(struct tb_options *options, enum word option)
{
    if (option == OPTION_UDP) {
        options->udp = true;
        note(options, 3, "--udp");
    } else if (option == OPTION_PUBLIC) {
        options->public = true;
        note(options, 4, "--public");
    } else if (option == OPTION_RAW) {
        options->raw = true;
        note(options, 4, "--raw");
    } else if (option == OPTION_PAUSE) {
        options->pause = true;
        note(options, 6, "--pause");
    } else if (option == OPTION_CMDLINE) {
        options->cmdline = true;
        note(options, 8, "--cmdline");
    }
}

static int set(struct tb_options *options, enum word option, const char *value,
               struct tb_trouble *trouble)
{
    switch (option) {
    case OPTION_JSON:
        options->json = true;
        note(options, 0, "--json");
        return 0;
    case OPTION_WATCH:
        note(options, 1, "--watch");
        return read_watch(options, value, trouble);
    case OPTION_ADDRESS:
        options->address = value;
        note(options, 2, "--address");
        return 0;
    case OPTION_UDP:
    case OPTION_PUBLIC:
    case OPTION_RAW:
    case OPTION_PAUSE:
    case OPTION_CMDLINE:
        set_flag(options, option);
        return 0;
    case OPTION_TIMEOUT:
        note(options, 5, "--timeout");
        return read_timeout(options, value, trouble);
    case OPTION_TO:
        options->to = value;
        note(options, 7, "--to");
        return 0;
    case OPTION_SEGMENTS:
        note(options, 8, "--segments");
        return read_segments(options, value, trouble);
    case OPTION_HELP:
        options->help = true;
        return 0;
    case OPTION_VERSION:
        options->version = true;
        return 0;
    case OPTION_LANG:
    case OPTION_EXPLAIN:
    case OPTION_COLOUR:
        break;
    }
    return read_choice(options, option, value, trouble);
}

/* ---- Wrong words */

/* The option that was probably meant, "--word"; false: none is near. */
static bool suggest_option(const char *word, struct tb_line *meant)
{
    const char *words[WORDS_MAX];
    const char *nearest;
    char typed[32];
    size_t count = 0, length;

    if (strncmp(word, "--", 2) != 0)
        return false;
    length = strcspn(word + 2, "=");
    if (length >= sizeof(typed))
        return false;
    memcpy(typed, word + 2, length);
    typed[length] = '\0';
    for (size_t i = 0; long_options[i].name != NULL && count < WORDS_MAX; i++)
        words[count++] = long_options[i].name;
    nearest = tb_suggest(typed, words, count);
    if (nearest == NULL)
        return false;
    tb_line_put(meant, "--");
    tb_line_put(meant, nearest);
    return true;
}

/* `word`: as it was typed; a short option is a letter of it. */
static int wrong_option(const struct tb_options *options, const char *word, int letter, bool value,
                        struct tb_trouble *trouble)
{
    const char spelled[3] = { '-', (char)letter, '\0' };
    struct tb_line quoted = { 0 }, meant = { 0 };
    int status;

    tb_trouble_quote(&quoted, letter > 0 && letter < 128 ? spelled : word);
    status = tb_trouble(trouble, options->lang, TB_EXIT_USAGE,
                        value ? TB_SAY_USAGE_VALUE : TB_SAY_USAGE_OPTION,
                        TB_TOKENS({ "word", tb_line_text(&quoted) }));
    if (!value && suggest_option(word, &meant))
        tb_trouble_suggest(trouble, options->lang, tb_line_text(&meant));
    tb_line_free(&quoted);
    tb_line_free(&meant);
    return status;
}

void tb_options_note_letter(struct tb_options *options, char letter)
{
    const size_t length = strlen(options->letter);

    if (!tb_options_letter(options, letter) && length < TB_LETTERS_MAX)
        options->letter[length] = letter;
}

bool tb_options_letter(const struct tb_options *options, char letter)
{
    return strchr(options->letter, letter) != NULL;
}

int tb_options_read(struct tb_options *options, int count, char **arguments, const char *letters,
                    int *first, struct tb_trouble *trouble)
{
    char spelled[TB_LETTERS_MAX + sizeof("+:hv")];
    int status = 0;

    (void)snprintf(spelled, sizeof(spelled), "%s:hv%s", letters == NULL ? "+" : "",
                   letters == NULL ? "" : letters);
    opterr = 0;
    optind = 0; /* begin anew: getopt_long(3), notes */
    while (status == 0) {
        const int option = getopt_long(count, arguments, spelled, long_options, NULL);

        if (option == -1)
            break;
        if (option == '?' || option == ':')
            return wrong_option(options, arguments[optind - 1], optopt, option == ':', trouble);
        if (letters != NULL && option > 0 && option < OPTION_JSON &&
            strchr(letters, option) != NULL)
            tb_options_note_letter(options, (char)option);
        else
            status = set(options, (enum word)option, optarg, trouble);
    }
    *first = optind;
    return status;
}

/* "--lang ja", not "--lang=ja" */
static bool takes_next(const char *word)
{
    for (size_t i = 0; long_options[i].name != NULL; i++) {
        if (strcmp(word + 2, long_options[i].name) == 0)
            return long_options[i].has_arg == required_argument;
    }
    return false;
}

int tb_options_read_long(struct tb_options *options, int *count, char **arguments,
                         struct tb_trouble *trouble)
{
    int kept = 1;

    for (int i = 1; i < *count; i++) {
        char *one[] = { arguments[0], arguments[i], NULL, NULL };
        const bool is_ours = strncmp(arguments[i], "--", 2) == 0;
        const bool apart = is_ours && i + 1 < *count && takes_next(arguments[i]);
        int first, status;

        if (!is_ours) {
            arguments[kept++] = arguments[i];
            continue;
        }
        one[2] = apart ? arguments[++i] : NULL;
        status = tb_options_read(options, apart ? 3 : 2, one, NULL, &first, trouble);
        if (status != 0)
            return status;
    }
    *count = kept;
    return 0;
}

bool tb_options_colour(const struct tb_options *options, bool terminal)
{
    const char *none = getenv("NO_COLOR"); /* no-color.org: set and not empty */
    const char *kind = getenv("TERM");

    if (options->colour != TB_COLOUR_AUTO)
        return options->colour == TB_COLOUR_ALWAYS;
    return terminal && (none == NULL || none[0] == '\0') && kind != NULL &&
           strcmp(kind, "dumb") != 0;
}
