/* SPDX-License-Identifier: GPL-2.0-or-later */
/* snmpline.c - the counters of /proc/net/snmp and /proc/net/netstat */
#include "snmpline.h"

#include <string.h>

void tb_snmp_begin(struct tb_snmp *snmp, const char *text, size_t length)
{
    *snmp = (struct tb_snmp){ .rest = { text, length } };
}

bool tb_snmp_is(const struct tb_snmp_word *word, const char *text)
{
    return word->length == strlen(text) && memcmp(word->at, text, word->length) == 0;
}

static bool is_same(const struct tb_snmp_word *one, const struct tb_snmp_word *other)
{
    return one->length == other->length && memcmp(one->at, other->at, one->length) == 0;
}

/* Takes what is before the octet, and the octet. False: it is not there. */
static bool cut(struct tb_snmp_word *rest, char octet, struct tb_snmp_word *part)
{
    const char *end = rest->length > 0 ? memchr(rest->at, octet, rest->length) : NULL;

    if (end == NULL)
        return false;
    *part = (struct tb_snmp_word){ rest->at, (size_t)(end - rest->at) };
    rest->at += part->length + 1;
    rest->length -= part->length + 1;
    return true;
}

/* Takes the next word of a line; false: there is none. */
static bool take_word(struct tb_snmp_word *line, struct tb_snmp_word *word)
{
    while (line->length > 0 && line->at[0] == ' ') {
        line->at++;
        line->length--;
    }
    if (line->length == 0)
        return false;
    if (!cut(line, ' ', word)) {
        *word = *line;
        line->at += line->length;
        line->length = 0;
    }
    return true;
}

/* Goes to the next line that begins with a group, and its group. */
static bool take_line(struct tb_snmp_word *rest, struct tb_snmp_word *line,
                      struct tb_snmp_word *group)
{
    while (cut(rest, '\n', line)) {
        if (cut(line, ':', group))
            return true;
    }
    return false;
}

/* A line of numbers without one of names before it becomes names: the next pair is not lost. */
static bool next_pair(struct tb_snmp *snmp)
{
    struct tb_snmp_word group;

    if (!take_line(&snmp->rest, &snmp->names, &snmp->group))
        return false;
    while (take_line(&snmp->rest, &snmp->numbers, &group)) {
        if (is_same(&group, &snmp->group))
            return true;
        snmp->group = group;
        snmp->names = snmp->numbers;
    }
    return false;
}

/* False: no number, or one that does not fit. */
static bool read_number(struct tb_snmp_word word, struct tb_snmp_counter *counter)
{
    uint64_t value = 0;

    counter->negative = word.length > 1 && word.at[0] == '-';
    if (counter->negative) {
        word.at++;
        word.length--;
    }
    for (size_t i = 0; i < word.length; i++) {
        const uint64_t digit = (uint64_t)((unsigned char)word.at[i] - '0');

        if (digit > 9 || value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    counter->value = value;
    return word.length > 0;
}

bool tb_snmp_next(struct tb_snmp *snmp, struct tb_snmp_counter *counter)
{
    for (;;) {
        struct tb_snmp_word number;

        while (take_word(&snmp->names, &counter->name) && take_word(&snmp->numbers, &number)) {
            if (read_number(number, counter)) {
                counter->group = snmp->group;
                return true;
            }
        }
        if (!next_pair(snmp))
            return false;
    }
}
