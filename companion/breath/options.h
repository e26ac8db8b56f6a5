/* SPDX-License-Identifier: GPL-2.0-or-later */
/* options.h - what the command line asks for, beside the command itself */
#ifndef TB_OPTIONS_H
#define TB_OPTIONS_H

#include <stdbool.h>

#include "page.h"
#include "trouble.h"

enum tb_colour {
    TB_COLOUR_AUTO,
    TB_COLOUR_ALWAYS,
    TB_COLOUR_NEVER
};

/* Options that not every command takes. */
enum tb_takes {
    TB_TAKES_JSON = 1,
    TB_TAKES_WATCH = 2,
    TB_TAKES_BIND = 4, /* --address */
    TB_TAKES_UDP = 8,
    TB_TAKES_SERVE = 16, /* --public, --raw */
    TB_TAKES_TIMEOUT = 32,
    TB_TAKES_PAUSE = 64,
    TB_TAKES_TO = 128,
    TB_TAKES_STORY = 256,     /* --segments, --cmdline */
    TB_TAKES_LONG = 1u << 29, /* with the next: but words that begin with "--" are read here */
    TB_TAKES_OWN = 1u << 30   /* every word behind the command is its own, options too */
};

enum {
    TB_TAKES_BITS = 9, /* that belong to options */
    TB_LETTERS_MAX = 16
};

struct tb_options {
    enum tb_lang lang;
    enum tb_explain explain;
    enum tb_colour colour;
    unsigned watch_seconds; /* 0: once */
    bool explain_given;
    bool json;
    bool help;
    bool version;
    bool udp;
    bool public; /* all addresses */
    bool raw;
    bool pause;
    bool cmdline;
    unsigned segments;                     /* 0: not given */
    unsigned timeout_seconds;              /* likewise */
    const char *address;                   /* NULL: not given */
    const char *to;                        /* likewise */
    unsigned given;                        /* bits: enum tb_takes */
    const char *given_word[TB_TAKES_BITS]; /* the word of each such bit, as it is spelled */
    char letter[TB_LETTERS_MAX + 1];       /* of the classic commands: "an" of arp -an */
};

/* The defaults. The language is that of --lang, wherever it stands, so that complaints about other
 * words are in it too; else that of LC_ALL, LC_MESSAGES or LANG. */
void tb_options_begin(struct tb_options *options, int count, char *const *arguments);

/* Reads options among `arguments` (the first is passed over) and puts the other words last; *first:
 * the first of those. `letters`: those of the command, beside -h and -v, none of which takes a
 * value; NULL: there is no command yet, and the reading stops at the first other word. Returns 0 or
 * a status. */
int tb_options_read(struct tb_options *options, int count, char **arguments, const char *letters,
                    int *first, struct tb_trouble *trouble);

/* Likewise, of a command with its own spellings: reads the words that begin with "--", and leaves
 * the others behind in their order. *count: how many are left, the first included. */
int tb_options_read_long(struct tb_options *options, int *count, char **arguments,
                         struct tb_trouble *trouble);

/* Whether the letter was given: 'n' of "arp -an". */
bool tb_options_letter(const struct tb_options *options, char letter);

/* Notes that it was given. */
void tb_options_note_letter(struct tb_options *options, char letter);

/* Whether colours are wanted on a stream that is a terminal or none. */
bool tb_options_colour(const struct tb_options *options, bool terminal);

#endif
