/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_storyrow.c - the input is a line of tshark's, and its octets are text of a page
 *
 * Whatever is in it: values are given back as text that ends nothing where it stands, and a
 * sentence put together again is the sentence. */
#include <stdlib.h>
#include <string.h>

#include "../breath/escape.h"
#include "../breath/storyrow.h"
#include "../breath/storytext.h"
#include "../unit/edge.h"
#include "pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void escape(const char *text, size_t length)
{
    struct tb_line line = { 0 };
    json_t *value;

    tb_escape_html(&line, text, length);
    REQUIRE(strpbrk(tb_line_text(&line), "<>\"'") == NULL);
    tb_line_clear(&line);
    tb_escape_json(&line, text, length);
    REQUIRE(strpbrk(tb_line_text(&line), "<>&'\x7f") == NULL);
    value = json_loadb(line.text, line.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    REQUIRE(json_is_string(value));
    json_decref(value);
    tb_line_free(&line);
}

/* With each number back in its place. */
static void take_apart(const char *sentence)
{
    struct tb_story_numbers numbers = { .count = 0 };
    struct tb_line apart = { 0 }, whole = { 0 };

    tb_story_text_put(&apart, sentence, &numbers);
    for (const char *at = tb_line_text(&apart); *at != '\0'; at++) {
        if (at[0] == '\xee' && at[1] == '\x80') {
            const size_t place = (unsigned char)at[2] - 0x80U;

            REQUIRE(place < numbers.count);
            tb_line_put_octets(&whole, numbers.list[place].text, numbers.list[place].length);
            at += 2;
        } else {
            tb_line_put_octets(&whole, at, 1);
        }
    }
    if (strstr(sentence, "\xee\x80") == NULL)
        REQUIRE(strcmp(tb_line_text(&whole), sentence) == 0);
    tb_line_free(&apart);
    tb_line_free(&whole);
}

static void read_values(const struct tb_story_row *row)
{
    for (size_t layer = 0; layer < row->layers + 1 && layer < 8; layer++) {
        for (size_t field = 0; field < TB_STORY_FIELD_COUNT; field++) {
            const char *value = tb_story_row_value(row, (enum tb_story_field)field, layer);
            uint64_t number;
            int64_t ns;

            if (value == NULL)
                continue;
            escape(value, strlen(value));
            take_apart(value);
            (void)tb_story_number(value, &number);
            (void)tb_story_nanoseconds(value, &ns);
        }
        (void)tb_story_row_address(row, true, layer);
        (void)tb_story_row_address(row, false, layer);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_story_row row;
    char *line;

    if (size > 1 << 14)
        return -1;
    escape((const char *)tb_edge_put(data, size), size);
    line = malloc(size + 1);
    REQUIRE(line != NULL);
    if (size > 0)
        memcpy(line, data, size);
    line[size] = '\0';
    if (tb_story_row_read(&row, line, size) == 1) {
        read_values(&row);
        tb_story_row_release(&row);
    }
    free(line);
    return 0;
}
