/* SPDX-License-Identifier: GPL-2.0-or-later */
/* storyrow.c - a packet as `tshark -T ek -e FIELD...` prints it */
#include "storyrow.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "escape.h"
#include "event.h"

static_assert(TB_STORY_FIELD_COUNT == TB_STORY_MARK_FIRST + TB_MARK_COUNT, "a field for each mark");
static_assert(TB_STORY_SERVER_CMDLINE + 1 == TB_STORY_MARK_FIRST, "the ends' fields come last");

enum {
    NANOSECONDS_DIGITS = 9
};

static const char *const names[] = {
#define TB_STORY_FIELD(id, name) name,
    TB_STORY_FIELDS
#undef TB_STORY_FIELD
};

void tb_story_field_name(size_t field, char name[TB_STORY_NAME_MAX])
{
    if (field < TB_STORY_MARK_FIRST)
        (void)snprintf(name, TB_STORY_NAME_MAX, "%s", names[field]);
    else
        (void)snprintf(name, TB_STORY_NAME_MAX, "tcp-breath.mark.%s",
                       tb_mark_name((enum tb_mark)(field - TB_STORY_MARK_FIRST)));
}

/* The keys are the names with "_" for ".", which Elasticsearch would take for a path. */
static void key_of(size_t field, char key[TB_STORY_NAME_MAX])
{
    tb_story_field_name(field, key);
    for (char *at = key; *at != '\0'; at++)
        if (*at == '.')
            *at = '_';
}

static void find_fields(struct tb_story_row *row, json_t *layers)
{
    static char keys[TB_STORY_FIELD_COUNT][TB_STORY_NAME_MAX];

    for (size_t i = 0; i < TB_STORY_FIELD_COUNT; i++) {
        if (keys[i][0] == '\0')
            key_of(i, keys[i]);
        row->field[i] = json_object_get(layers, keys[i]);
    }
    row->layers = json_array_size(row->field[TB_STORY_PHASE]);
}

int tb_story_row_read(struct tb_story_row *row, char *line, size_t length)
{
    json_t *layers;

    *row = (struct tb_story_row){ .document = NULL };
    tb_escape_clean(line, length);
    row->document = json_loadb(line, length, 0, NULL);
    if (!json_is_object(row->document)) {
        json_decref(row->document);
        row->document = NULL;
        return -EBADMSG;
    }
    layers = json_object_get(row->document, "layers");
    if (!json_is_object(layers)) {
        tb_story_row_release(row);
        return 0;
    }
    find_fields(row, layers);
    return 1;
}

void tb_story_row_release(struct tb_story_row *row)
{
    json_decref(row->document);
    *row = (struct tb_story_row){ .document = NULL };
}

const char *tb_story_row_each(const struct tb_story_row *row, enum tb_story_field field, size_t i)
{
    const json_t *list = row->field[field];

    if (json_is_string(list))
        return i == 0 ? json_string_value(list) : NULL;
    return json_string_value(json_array_get(list, i));
}

const char *tb_story_row_value(const struct tb_story_row *row, enum tb_story_field field,
                               size_t layer)
{
    if (row->layers <= 1 || (field < TB_STORY_IP_SRC && field != TB_STORY_MEANING))
        return tb_story_row_each(row, field, 0);
    return json_array_size(row->field[field]) == row->layers ? tb_story_row_each(row, field, layer)
                                                             : NULL;
}

/* Among "eth:ethertype:ip:gre:ipv6:tcp", from left to right: the last of ip and ipv6 before the
 * layer's tcp, and how many of its kind came before it. */
static bool find_network(const char *protocols, size_t layer, size_t count[2], bool *is_ipv6)
{
    bool found = false;

    count[0] = count[1] = 0;
    for (size_t length; *protocols != '\0'; protocols += length + (protocols[length] == ':')) {
        length = strcspn(protocols, ":");
        if ((length == 2 || length == 4) && strncmp(protocols, "ipv6", length) == 0) {
            found = true;
            *is_ipv6 = length == 4;
            count[*is_ipv6]++;
        } else if (length == 3 && strncmp(protocols, "tcp", length) == 0 && layer-- == 0) {
            return found;
        }
    }
    return false;
}

const char *tb_story_row_address(const struct tb_story_row *row, bool source, size_t layer)
{
    static const enum tb_story_field fields[2][2] = { { TB_STORY_IP_DST, TB_STORY_IPV6_DST },
                                                      { TB_STORY_IP_SRC, TB_STORY_IPV6_SRC } };
    const char *protocols = tb_story_row_each(row, TB_STORY_PROTOCOLS, 0);
    size_t count[2];
    bool is_ipv6 = false;

    if (protocols == NULL || !find_network(protocols, layer, count, &is_ipv6))
        return NULL;
    return tb_story_row_each(row, fields[source][is_ipv6], count[is_ipv6] - 1);
}

bool tb_story_number(const char *text, uint64_t *number)
{
    uint64_t sum = 0;

    if (text == NULL || *text == '\0')
        return false;
    for (; *text != '\0'; text++) {
        const unsigned digit = (unsigned)(unsigned char)*text - '0';

        if (digit > 9 || sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *number = sum;
    return true;
}

bool tb_story_nanoseconds(const char *text, int64_t *ns)
{
    const bool negative = text != NULL && *text == '-';
    int64_t sum = 0;
    int places = -1; /* behind the point; -1: before it */

    if (text == NULL || text[negative] < '0' || text[negative] > '9')
        return false;
    for (text += negative; *text != '\0' && places < NANOSECONDS_DIGITS; text++) {
        if (*text == '.' && places < 0) {
            places = 0;
            continue;
        }
        if (*text < '0' || *text > '9' || sum > (INT64_MAX - 9) / 10)
            return false;
        sum = sum * 10 + (*text - '0');
        places += places >= 0;
    }
    if (*text != '\0' && strspn(text, "0123456789") != strlen(text))
        return false;
    for (places = places < 0 ? 0 : places; places < NANOSECONDS_DIGITS; places++) {
        if (sum > INT64_MAX / 10)
            return false;
        sum *= 10;
    }
    *ns = negative ? -sum : sum;
    return true;
}
