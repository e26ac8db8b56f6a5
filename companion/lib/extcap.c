/* SPDX-License-Identifier: GPL-2.0-or-later */
/* extcap.c - what a capture program says to Wireshark */
#include "extcap.h"

#include <stdbool.h>
#include <string.h>

const char *tb_extcap_interface_of(const char *name)
{
    size_t length = strlen(TB_EXTCAP_PREFIX);

    if (strncmp(name, TB_EXTCAP_PREFIX, length) != 0 || name[length] == '\0')
        return NULL;
    return name + length;
}

/* A text in the making; one octet of `size` is kept for the terminator. */
struct sentence {
    char *text;
    size_t size;
    size_t used;
    bool is_full;
};

static void put(struct sentence *sentence, char octet)
{
    if (sentence->size - sentence->used < 2) {
        sentence->is_full = true;
        return;
    }
    sentence->text[sentence->used++] = octet;
}

static void put_text(struct sentence *sentence, const char *text)
{
    for (; *text != '\0'; text++)
        put(sentence, *text);
}

static void put_value(struct sentence *sentence, const char *value)
{
    for (; *value != '\0'; value++) {
        unsigned char octet = (unsigned char)*value;

        if (octet == '{')
            put(sentence, '(');
        else if (octet == '}')
            put(sentence, ')');
        else if (octet < 0x20 || octet == 0x7f)
            put(sentence, ' ');
        else
            put(sentence, *value);
    }
}

size_t tb_extcap_sentence(char *text, size_t size, const char *kind,
                          const struct tb_extcap_pair *pairs)
{
    struct sentence sentence = { text, size, 0, false };

    if (size == 0)
        return 0;
    put_text(&sentence, kind);
    put(&sentence, ' ');
    for (; pairs->key != NULL; pairs++) {
        if (pairs->value == NULL)
            continue;
        put(&sentence, '{');
        put_text(&sentence, pairs->key);
        put(&sentence, '=');
        put_value(&sentence, pairs->value);
        put(&sentence, '}');
    }
    put(&sentence, '\n');
    if (sentence.is_full)
        sentence.used = 0;
    text[sentence.used] = '\0';
    return sentence.used;
}
